#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# same_client.sh BUILD_DIRECTORY PKI_HEADER_DIRECTORY PKI_DIRECTORY EXAMPLES_DIRECTORY
# docs/examples/portable/client.c, the same file, on this machine, on Windows (wine) and on a Cortex-M33 whose serial
# line QEMU connects, each to one and the same process of docs/examples/echo_server.c; and none of them believes it when
# the authority is another. Uses what bare/run.sh and windows/run.sh left in BUILD_DIRECTORY. Exit code 77:
# something is not installed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 header=$2 pki=$3 examples=$4

"$here/bare/run.sh" -b "$build/bare" "$header"
"$here/windows/run.sh" -b "$build/windows" "$header"

work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-same-client.XXXXXX")
server=
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT

# start_server IDENTITY: $server, $port
start_server() {
    "$examples/echo_server" "$pki/$1.pem" "$pki/$1.key" 0 >"$work/out" 2>"$work/err" </dev/null &
    server=$!
    for _ in $(seq 200); do
        port=$(sed -n 's/^listening on port //p' "$work/out")
        [ -z "$port" ] || return 0
        sleep 0.05
    done
    echo "the server does not start: $(cat "$work/err")" >&2
    exit 1
}

run_linux() {
    "$examples/portable" localhost "$port" "$pki/root.pem"
}

run_windows() {
    (cd "$work" && WINEPREFIX=$build/windows/wine WINEDEBUG=-all DISPLAY='' \
        wine "$build/windows/programs/client.exe" localhost "$port" root.pem </dev/null 2>&1 | tr -d '\r')
}

run_bare() {
    qemu-system-arm -M mps2-an505 -display none -monitor none -semihosting-config enable=on,target=native \
        -chardev "socket,id=line,host=localhost,port=$port" -serial chardev:line \
        -kernel "$build/bare/talk/client.elf" </dev/null 2>&1
}

# expect MACHINE STATUS PATTERN: how its run ends, and what it says
failed=0
expect() {
    local machine=$1 wanted=$2 pattern=$3 status=0 said

    export server port build examples pki work
    said=$(timeout 120 bash -c "$(declare -f "run_$machine"); set -o pipefail; run_$machine") || status=$?
    echo "$machine: $said"
    if [ $status -ne "$wanted" ] || ! grep -q "$pattern" <<<"$said"; then
        echo "FAIL: $machine ends with $status, not with $wanted and \"$pattern\""
        failed=1
    fi
}

cp "$pki/root.pem" "$work/root.pem"
start_server server-ecdsa-p256
expect linux 0 'hello from a desktop'
expect windows 0 'hello from Windows'
expect bare 0 'hello from a Cortex-M33'
if [ -s "$work/err" ]; then
    echo "FAIL: the server complains: $(cat "$work/err")"
    failed=1
fi
kill "$server"
wait "$server" 2>/dev/null || true
start_server server-untrusted
for machine in linux windows bare; do
    expect $machine 1 '^no: '
done
exit $failed
