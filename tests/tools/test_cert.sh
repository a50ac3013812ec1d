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
mine = lines[0]["getpeercert"]
assert {k: lists(v) for k, v in theirs.items()} == mine, (theirs, mine)
PY
fi
expect_code 0 "DER" "$tool" cert "$pki/der/root.der"
grep -q 'CN=Test Root' "$work/out" || fail "DER: $(head -c 200 "$work/out")"

# fingerprints and pin, as openssl has them
expect_code 0 "digests" "$tool" cert "$pki/der/root.der"
for kind in sha256 sha1; do
    digest=$(openssl x509 -in "$pki/root.pem" -noout -fingerprint -$kind | sed 's/.*=//; s/://g' | tr A-F a-f)
    grep -q "fingerprint: $digest\$" "$work/out" || fail "no $kind fingerprint: $(cat "$work/out")"
done
pin_of() { # PRIVATE_KEY
    openssl pkey -in "$1" -pubout -outform DER | openssl dgst -sha256 -binary | openssl base64
}
grep -q -F "Pin (SHA-256 of the public key): $(pin_of "$pki/root.key")" "$work/out" || fail "no pin"

# whatever else there is: keys, requests, PKCS #12, standard input
subject=/CN=req.test
openssl req -new -key "$pki/server-rsa-2048.key" -subj $subject \
    -addext subjectAltName=DNS:a.test,IP:192.0.2.1 -out "$work/r.csr" 2>"$work/req.err" || fail "$(cat "$work/req.err")"
openssl req -in "$work/r.csr" -outform DER -out "$work/r.der"
openssl pkey -in "$pki/server-ed25519.key" -pubout -out "$work/public.pem"
echo secret >"$work/secret"
openssl pkey -in "$pki/server-ed25519.key" -pubout -outform DER -out "$work/public.der"
for engine in $engines; do
    for key in ecdsa-p256 rsa-2048 ed25519; do
        for form in key key.der; do
            expect_code 0 "$key.$form, $engine" "$tool" cert -b "$engine" "$pki/server-$key.$form"
            grep -q '^This is a private key$' "$work/out" || fail "$key.$form, $engine: $(cat "$work/out")"
            grep -q -F "$(pin_of "$pki/server-$key.key")" "$work/out" || fail "$key.$form, $engine: another pin"
        done
    done
    for file in r.csr r.der; do
        expect_code 0 "$file, $engine" "$tool" cert -b "$engine" "$work/$file"
        grep -q '^Subject: CN=req\.test$' "$work/out" || fail "$file, $engine: no subject"
        grep -q '^    IP:192\.0\.2\.1$' "$work/out" || fail "$file, $engine: no address"
        grep -q -F "$(pin_of "$pki/server-rsa-2048.key")" "$work/out" || fail "$file, $engine: another pin"
        grep -q 'Issuer' "$work/out" && fail "$file, $engine: a request has no issuer"
    done
    for file in public.pem public.der; do
        expect_code 0 "$file, $engine" "$tool" cert -b "$engine" --json "$work/$file"
        grep -q '"kind":"public key".*"key":"ED25519"' "$work/out" || fail "$file, $engine: $(cat "$work/out")"
    done
    expect_code 0 "PKCS #12, $engine" "$tool" cert -b "$engine" --password-file "$work/secret" \
        "$pki/server-ecdsa-p256.p12"
    [ "$(grep -c '^Subject: ' "$work/out")" -eq 2 ] || fail "PKCS #12, $engine: not two certificates"
    expect_code 1 "closed PKCS #12, $engine" "$tool" cert -b "$engine" "$pki/server-ecdsa-p256.p12"
    says "closed PKCS #12, $engine" 'p256\.p12: .*password'
    expect_code 0 "opened key, $engine" "$tool" cert -b "$engine" --password-file "$work/secret" \
        "$pki/server-ecdsa-p256.enc.key"
    expect_code 1 "closed key, $engine" "$tool" cert -b "$engine" "$pki/server-ecdsa-p256.enc.key"
    says "closed key, $engine" 'enc\.key: .*password'
done
cat "$pki/server-rsa-2048.key" "$pki/dh2048.pem" "$work/r.csr" |
    "$tool" cert - >"$work/out" || fail "standard input"
[ "$(grep -c '^This is a ' "$work/out")" -eq 2 ] || fail "standard input: $(cat "$work/out")"
"$tool" cert --pem - <"$pki/server-rsa-2048.key" >"$work/out" || fail "--pem of a key"
[ -s "$work/out" ] && fail "--pem prints a private key"
head -c 200 "$work/r.der" >"$work/cut.der"
expect_code 1 "half a request" "$tool" cert "$work/cut.der"
# what is asked for, asked for twice (RFC 2985 5.4.2): another attribute, another value, another extension
twice() { # ATTRIBUTES OF VALUES OF EXTENSIONS
    echo "-----BEGIN CERTIFICATE REQUEST-----"
    twice_der "$@" | openssl base64
    echo "-----END CERTIFICATE REQUEST-----"
}
twice_der() {
    python3 - "$work/public.der" "$1" "$2" "$3" <<'EOF'
import sys
attributes, values, extensions = map(int, sys.argv[2:])
def tlv(tag, *parts):
    body = b"".join(parts)
    assert len(body) < 256
    return bytes([tag]) + (bytes([len(body)]) if len(body) < 128 else bytes([0x81, len(body)])) + body
usage = tlv(0x30, bytes.fromhex("0603551d0f"), tlv(4, bytes.fromhex("03020780")))
oid = bytes.fromhex("06092a864886f70d01090e")
attribute = tlv(0x30, oid, tlv(0x31, *[tlv(0x30, usage * extensions)] * values))
name = bytes.fromhex("300c310a300806035504030c0161")
info = tlv(0x30, bytes.fromhex("020100"), name, open(sys.argv[1], "rb").read(), tlv(0xa0, attribute * attributes))
sys.stdout.buffer.write(tlv(0x30, info, bytes.fromhex("300506032b6570"), tlv(3, b"\0" * 65)))
EOF
}
twice 1 1 1 >"$work/once.csr"
expect_code 0 "a request" "$tool" cert "$work/once.csr"
grep -q 'Warning' "$work/out" && fail "a request: $(cat "$work/out")"
twice 1 1 2 >"$work/extension.csr"
expect_code 1 "an extension twice in a request" "$tool" cert "$work/extension.csr"
says "an extension twice in a request" 'asks for an extension that is malformed or there twice'
for counts in "2 1 1" "1 2 1"; do
    # shellcheck disable=SC2086
    twice $counts >"$work/twice.csr"
    expect_code 1 "extensions requested twice, $counts" "$tool" cert "$work/twice.csr"
    says "extensions requested twice, $counts" 'ask for extensions twice'
done
sed '/END/d' "$work/r.csr" >"$work/cut.csr"
expect_code 1 "a request without end" "$tool" cert "$work/cut.csr"
says "a request without end" 'cut\.csr: a PEM block has no end'
expect_code 1 "parameters" "$tool" cert "$pki/dh2048.pem"
says "parameters" 'no certificate, request or key'
expect_code 1 "empty standard input" "$tool" cert -
says "empty standard input" 'standard input.*empty'

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

# one form in every command, and it is the documented one
of_the_form() { # WHAT [MEMBER]: what stands in $work/lines
    local what=$1
    shift
    python3 "$(dirname "$0")/check_schema.py" "$OMNITLS_SOURCE_DIR/docs/certificate.schema.json" "$@" <"$work/lines" \
        >"$work/form" || fail "$what: $(cat "$work/form")"
}
if have python3; then
    for file in "$pki"/der/*.der "$pki"/server-*.pem "$pki/server-ed25519.key" "$work/r.csr" "$work/public.pem"; do
        "$tool" cert --json "$file" 2>/dev/null
    done >"$work/lines"
    of_the_form "cert --json"
    for kind in certificate "certificate request" "private key" "public key"; do
        grep -q "\"kind\":\"$kind\"" "$work/lines" || fail "no $kind among the lines"
    done
    if start_serve "${engines%% *}"; then
        "$tool" connect --json --ca "$pki/root.pem" "localhost:$port" </dev/null 2>"$work/lines" || fail "connect --json"
        of_the_form "connect --json" chain
        "$tool" scan --json "localhost:$port" >"$work/lines" || fail "scan --json"
        of_the_form "scan --json" certificate
        stop_serve
    fi
    echo '{"kind":"certificate","subject":1}' >"$work/lines"
    of_the_form "not of the form" >"$work/said"
    grep -q "has no names" "$work/said" && grep -q "subject is 1" "$work/said" || fail "the check finds nothing"
    failures=$((failures - 1)) # that failure was wanted
fi
done_testing
