#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# newcomer.sh JOBS [check]: run by trial.sh inside a root file system that has nothing. Does what the README
# says, by copy and paste from it: its two commands (of ./check the first step, and only when told), the
# installation, its client, each of its other commands, and then what people do wrong at first. Only the
# host is ours, in place of example.org: there need not be a network beyond packages.
set -euo pipefail
cd /omnitls
export PATH=/usr/local/sbin:/usr/local/bin:$PATH # as whoever logs in has it
jobs=$1

# blocks LANGUAGE: the lines of the README's blocks in it
blocks() {
    awk -v fence="\`\`\`$1" '$0 == "```" { inside = 0 } inside; $0 == fence { inside = 1 }' README.md
}

failed() {
    echo "newcomer: $*" >&2
    exit 1
}

blocks c >client.c
blocks sh >commands

# ---- the two commands

grep -q -x ./quickstart commands || failed "the README does not name ./quickstart"
begin=$SECONDS
./quickstart -j "$jobs" >/quickstart.out 2>/quickstart.err || {
    tail -n 40 /quickstart.out /quickstart.err >&2
    failed "./quickstart fails"
}
lines=$(cat /quickstart.out /quickstart.err | wc -l)
echo "./quickstart: $lines lines, $((SECONDS - begin)) s; at its end:"
sed -n '/cells are right/p; /^== What next/,$p' /quickstart.out
[ "$lines" -le 80 ] || failed "./quickstart prints $lines lines"
grep -q -E '^([0-9]+) of \1 cells are right' /quickstart.out || failed "not all cells are right"
# three, but where the distribution's wolfSSL is older than omnitls can use
engines=$(sed -n 's/^\([a-z0-9]*\) *running.*/\1/p' /quickstart.out | tr '\n' ' ')
case $engines in
*openssl*wolfssl*gnutls*) ;;
*openssl*gnutls*) ! pkg-config --atleast-version=5.5 wolfssl || failed "no wolfssl: $engines" ;;
*) failed "only $engines" ;;
esac
sed -n '/^== What next/,$p' /quickstart.out | grep -q 'connect example.org' || failed "nothing is said to do next"
if [ "${2:-}" = check ]; then
    begin=$SECONDS
    ./check --fast -j "$jobs" >/check.out 2>&1 || {
        grep -E -A 40 'tests passed|FAILED|\*\*\*' /check.out | tail -n 80 >&2
        failed "./check --fast fails"
    }
    echo "./check --fast: $((SECONDS - begin)) s: $(tail -n 1 /check.out)"
fi

# ---- the installation, and a server to talk to

install=$(grep '^cmake --install' commands) || failed "the README does not say how to install"
bash -ec "$install" >/install.log 2>&1 || { tail /install.log >&2; failed "$install"; }
[ -d /pki ] || tests/support/make_pki.sh /pki >/pki.log 2>&1 || { tail /pki.log >&2; failed "no certificates"; }
omnitls serve --cert /pki/server-ecdsa-p256.pem --key /pki/server-ecdsa-p256.key --www \
    --listen 127.0.0.1:0 >/serve.out 2>/serve.err &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 600); do
    if grep -q '^listening on' /serve.out || ! kill -0 $server; then break; fi
    sleep 0.1
done
port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' /serve.out)
[ -n "$port" ] || { cat /serve.err >&2; failed "omnitls serve does not listen"; }
mkdir -p /none
export SSL_CERT_FILE=/pki/root.pem SSL_CERT_DIR=/none

# ---- the client by copy and paste, the tool, the manual

DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends man-db >/man.log 2>&1 ||
    failed "no man: $(tail -n 3 /man.log)"
count=0
while IFS= read -r line; do
    case $line in
    ./quickstart | ./check | "$install") continue ;;
    esac
    here=${line//example.org 443/localhost $port}
    here=${here//example.org/localhost:$port}
    timeout 120 bash -c "$here" >/out 2>/err </dev/null || { cat /err >&2; failed "$line"; }
    case $line in
    *./client*) grep -q '^version:     TLS 1.3' /out || failed "no page: $line" ;;
    man*) grep -q -i "^${line#man }(" /out || failed "no manual page: $line" ;;
    esac
    count=$((count + 1))
    echo "works: $line"
done <commands
[ "$count" -ge 7 ] || failed "only $count commands were found"
# the client on each engine
for engine in $engines; do
    OMNITLS_BACKEND=$engine ./client localhost "$port" >/out || failed "no page with $engine"
done

# ---- and what goes wrong at first

OMNITLS_TOOL=$(command -v omnitls) OMNITLS_ENGINES=$(tr ' ' , <<<"${engines% }") OMNITLS_PKI=/pki \
    OMNITLS_BUILD_DIR=/omnitls/build/quickstart OMNITLS_SHOW=1 bash tests/tools/test_mistakes.sh ||
    failed "a mistake is not told with its cure"
# the one that it leaves out where omnitls is installed: an engine whose module is not there
module=$(find /usr/local/lib -path '*/omnitls/gnutls.so')
mv "$module" /gnutls.so
! omnitls connect -b gnutls "localhost:$port" >/out 2>/err </dev/null || failed "gnutls without its module"
mv /gnutls.so "$module"
cat /err
{ grep -q 'no module gnutls.so.*; here: openssl.*' /err && grep -q 'install its module' /err; } ||
    failed "nobody says that the module is missing"
echo "a newcomer gets along"
