#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls cert: files and servers, in all three forms, and what is no certificate.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL
file=$pki/server-ecdsa-p256.pem

expect_code 0 "a file" "$tool" cert "$file"
grep -q 'CN=localhost' "$work/out" || fail "a file: no subject"
grep -q 'Test Intermediate' "$work/out" || fail "a file: the second certificate is missing"
grep -q 'DNS:\*\.wild\.test' "$work/out" || fail "a file: no names"
[ "$(grep -c '^$' "$work/out")" -ge 1 ] || fail "a file: no line between two certificates"

expect_code 0 "--pem" "$tool" cert --pem "$file"
[ "$(grep -c 'BEGIN CERTIFICATE' "$work/out")" -eq 2 ] || fail "--pem: not two certificates"
cmp -s "$work/out" "$file" || fail "--pem: not what is in the file"
cp "$work/out" "$work/again.pem"

expect_code 0 "--json" "$tool" cert --json "$file"
[ "$(wc -l <"$work/out")" -eq 2 ] || fail "--json: not one line for each certificate"
if have python3; then
    python3 - "$file" "$work/out" <<'PY' || fail "--json: not what Python reads"
import json, ssl, sys, tempfile
lines = [json.loads(line) for line in open(sys.argv[2])]
theirs = ssl._ssl._test_decode_cert(sys.argv[1])
def lists(value):
    return [lists(v) for v in value] if isinstance(value, (tuple, list)) else value
assert {k: lists(v) for k, v in theirs.items()} == lines[0], (theirs, lines[0])
PY
fi
expect_code 0 "DER" "$tool" cert "$pki/der/root.der"
grep -q 'CN=Test Root' "$work/out" || fail "DER: $(head -c 200 "$work/out")"

expect_code 1 "--json and --pem" "$tool" cert --json --pem "$file"
says "--json and --pem" "exclude each other"
expect_code 1 "no file" "$tool" cert "$work/nothing"
says "no file" "nothing"
expect_code 1 "a directory" "$tool" cert "$work"
says "a directory" "omnitls cert: "
echo garbage >"$work/garbage"
expect_code 1 "garbage" "$tool" cert "$work/garbage"
says "garbage" "garbage"
expect_code 1 "no argument" "$tool" cert
printf -- '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' >"$work/short.pem"
expect_code 1 "a short certificate" "$tool" cert "$work/short.pem"
says "a short certificate" "short\.pem"

for engine in $engines; do
    start_serve "$engine" || continue
    for client in $engines; do
        expect_code 0 "$client at $engine" "$tool" cert --backend "$client" --pem "127.0.0.1:$port"
        cmp -s "$work/out" "$work/again.pem" || fail "$client at $engine: not the chain that was sent"
    done
    stop_serve
done
expect_code 2 "nobody there" "$tool" cert "127.0.0.1:1"
done_testing
