#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls-bench: every case on every engine can be measured, with nothing but the program itself.
. "$(dirname "$0")/lib.sh"

bench=${OMNITLS_BENCH_TOOL:?}
if [ ! -x "$bench" ]; then
    echo "skipped: omnitls-bench is not built"
    exit 77
fi
roots=
for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    [ ! -e "$file" ] || roots=$file
done

grep -q -F "$pki" "$bench" && fail "omnitls-bench names the directory it was built in"
mkdir "$work/tmp"
export TMPDIR=$work/tmp
cases=$("$bench" --list | sed -n 's/^case  *\([a-z0-9_]*\) .*/\1/p')
cases=$(grep -v -e '^connections_1000' -e '^identities_10000' -e '^sessions_100000' -e '^roots_1000' <<<"$cases") # as with 100, for minutes
# wolfSSL keeps a table of points for each thread, and a thread that ends does not give it back
[ -z "$OMNITLS_SANITIZE" ] || cases=$(grep -v '^threads_' <<<"$cases")
[ -n "$roots" ] || cases=$(grep -v '^trust_' <<<"$cases") # they load the system's roots
# OpenSSL computes with libcrypto already
accelerated=$(grep -e '^accelerated_record_64$' -e '^accelerated_tls13_rsa$' <<<"$cases") # the others are as these
cases=$(grep -v '^accelerated_' <<<"$cases")
[ -n "$accelerated" ] || fail "no case with acceleration"
for case in $accelerated; do
    for engine in $engines; do
        if [ "$engine" = openssl ]; then
            expect_code 2 "$case: $engine" "$bench" --case "$case" --backend "$engine" --seconds 0.01
            grep -q 'cannot do acceleration' "$work/err" || fail "$case: $engine: $(cat "$work/err")"
        elif "$bench" --case "$case" --backend "$engine" --seconds 0.01 2>&1 |
            grep -q 'libcrypto is not in this build, which loads no modules'; then
            continue
        else
            expect_code 0 "$case: $engine" "$bench" --case "$case" --backend "$engine" --seconds 0.01
            grep -q -w "$engine" "$work/out" || fail "$case: no figure for $engine"
        fi
    done
done
for case in $cases; do
    expect_code 0 "$case" "$bench" --case "$case" --seconds 0.01
    for engine in $engines; do
        grep -q -w "$engine" "$work/out" || fail "$case: no figure for $engine"
    done
done
for chain in leaf intermediate fresh; do
    expect_code 0 "$chain" "$bench" --case 'handshake_tls13_*' --seconds 0.01 --chain "$chain"
    expect_code 0 "$chain, mutual" "$bench" --case mutual --seconds 0.01 --chain "$chain" --json "$work/$chain.json"
    grep -q "\"chain\": \"$chain\"" "$work/$chain.json" || fail "the report does not name the chain"
done
# a serial number whose first octet is a zero: only what follows it made it positive
mkdir "$work/zero"
cp "$pki"/*.pem "$pki"/*.key "$work/zero"
for owner in server client; do
    openssl req -new -key "$pki/$owner-ecdsa-p256.key" -subj "/CN=localhost" -out "$work/zero.csr" 2>"$work/err"
    printf 'subjectAltName=DNS:localhost\n' >"$work/zero.ext"
    openssl x509 -req -in "$work/zero.csr" -CA "$pki/int.pem" -CAkey "$pki/int.key" -sha256 -days 30 \
        -set_serial 0x8c94dba3e750311231cf594c38bc58f85e8e6d -extfile "$work/zero.ext" 2>"$work/err" \
        >"$work/zero/$owner-ecdsa-p256.pem" || fail "no certificate: $(cat "$work/err")"
    cat "$pki/int.pem" >>"$work/zero/$owner-ecdsa-p256.pem"
done
expect_code 0 "a serial number with a zero in front" "$bench" --case mutual_tls13_ecdsa --seconds 0.01 \
    --chain fresh --pki "$work/zero"
expect_code 1 "no such chain" "$bench" --chain long
says "no such chain" '--chain: .*"long"'
expect_code 0 "--pki" "$bench" --case record_64 --seconds 0.01 --pki "$pki"
expect_code 2 "--pki without certificates" "$bench" --case record_64 --seconds 0.01 --pki "$work"
mkdir "$work/keyless"
cp "$pki"/*.pem "$pki"/server-*.key "$pki"/client-*.key "$work/keyless"
expect_code 2 "fresh chains without the authority's key" "$bench" --case mutual --seconds 0.01 --chain fresh \
    --pki "$work/keyless"
grep -q 'signed with .*keyless/int\.key' "$work/err" || fail "the key is not named: $(cat "$work/err")"
[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
TMPDIR=$work/none expect_code 2 "a directory that is not there" "$bench" --case record_64 --seconds 0.01
grep -q "$work/none" "$work/err" || fail "the directory is not named: $(cat "$work/err")"
done_testing
