#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls verify: the verdict and its reason, the same by every engine; exit code 4 on refusal.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL
leaf=$pki/server-ecdsa-p256.pem
count=$(wc -w <<<"$engines")

for engine in $engines all; do
    verify() {
        local wanted=$1 what="$2, $engine"
        shift 2
        expect_code "$wanted" "$what" "$tool" verify --backend "$engine" --ca "$pki/root.pem" "$@"
        [ "$engine" != all ] || grep -q '^the engines agree$' "$work/out" || fail "$what: they differ"
    }
    verify 0 good "$leaf"
    grep -q "verified" "$work/out" || fail "good, $engine: not said"
    grep -q "    2  .*CN=Test Root" "$work/out" || fail "good, $engine: no chain: $(cat "$work/out")"
    verify 0 "good name" --hostname localhost "$leaf"
    verify 0 "good wildcard" --hostname www.wild.test "$leaf"
    verify 0 "good address" --ip ::1 "$leaf"
    verify 4 "wrong name" --hostname other.test "$leaf"
    grep -q "alert: bad_certificate (42)" "$work/out" || fail "wrong name, $engine: $(cat "$work/out")"
    verify 4 "wrong address" --ip 127.0.0.2 "$leaf"
    verify 4 "for servers only" --purpose client "$leaf"
    grep -q "unsupported_certificate" "$work/out" || fail "for servers only, $engine"
    verify 0 "for any purpose" --purpose any "$leaf"
    verify 4 "too late" --time 2051-01-01T00:00:00Z "$leaf"
    grep -q "certificate_expired" "$work/out" || fail "too late, $engine"
    verify 4 "too early" --time 1000000000 "$leaf"
    verify 4 "expired" "$pki/server-expired.pem"
    verify 4 "self-signed" "$pki/server-selfsigned.pem"
    verify 4 "no intermediate" "$pki/server-noint.pem"
    verify 0 "intermediate given" --untrusted "$pki/int.pem" "$pki/server-noint.pem"
    verify 0 "not on the list" --crl "$pki/int.crl" "$leaf"
    verify 4 "on the list" --crl "$pki/int.crl" "$pki/server-revoked.pem"
    grep -q "certificate_revoked" "$work/out" || fail "on the list, $engine: $(cat "$work/out")"
    verify 0 "good response" --ocsp-response "$pki/ocsp/server-ecdsa-p256.der" "$leaf"
    verify 4 "response about another" --ocsp-response "$pki/ocsp/server-rsa-2048.der" "$leaf"
    grep -q "bad_certificate_status_response" "$work/out" || fail "other's, $engine: $(cat "$work/out")"
    verify 4 "response says revoked" --ocsp-response "$pki/ocsp/server-revoked.der" "$pki/server-revoked.pem"
    grep -q "certificate_revoked" "$work/out" || fail "response, $engine: $(cat "$work/out")"
    verify 4 "no response" --ocsp-response "$leaf" "$leaf"
done

# A request for a responder: the same octets from every engine, and only about what is good.
first=
for engine in $engines all; do
    file=$work/$engine.req
    expect_code 0 "request, $engine" "$tool" verify --backend "$engine" --ca "$pki/root.pem" \
        --ocsp-request "$file" --ocsp-nonce 00fF "$leaf"
    grep -q "^OCSP request: $file, $(wc -c <"$file") bytes$" "$work/out" || fail "request: $(cat "$work/out")"
    grep -q '^OCSP nonce: 00ff$' "$work/out" || fail "request's nonce: $(cat "$work/out")"
    [ -n "$first" ] || first=$file
    cmp -s "$first" "$file" || fail "request, $engine: other octets"
done
request="$work/new.req"
expect_code 0 "request without nonce" "$tool" verify --json --ca "$pki/root.pem" \
    --ocsp-request "$request" "$leaf"
grep -q "\"ocsp_request\":{\"file\":\"$request\",\"size\":$(wc -c <"$request"),\"nonce\":null}" "$work/out" ||
    fail "request without nonce: $(cat "$work/out")"
expect_code 0 "request with a random nonce" "$tool" verify --json --ca "$pki/root.pem" \
    --ocsp-request "$request" --ocsp-nonce random "$leaf"
grep -q -E '"nonce":"[0-9a-f]{64}"' "$work/out" || fail "request with a random nonce: $(cat "$work/out")"
expect_code 0 "no request" "$tool" verify --json --ca "$pki/root.pem" "$leaf"
grep -q '"ocsp_request":null' "$work/out" || fail "no request: $(cat "$work/out")"
rm -f "$request"
for engine in $engines all; do
    expect_code 4 "request about what is refused" "$tool" verify --backend "$engine" \
        --ca "$pki/other-root.pem" --ocsp-request "$request" "$leaf"
    says "request about what is refused" "ocsp-request: $request is not written.*refused"
    [ ! -e "$request" ] || fail "request about what is refused, $engine: written"
done
expect_code 4 "a nonce that the response has not" "$tool" verify --ca "$pki/root.pem" \
    --ocsp-response "$pki/ocsp/server-ecdsa-p256.der" --ocsp-nonce 00 "$leaf"
grep -q "rule: RFC 9654 2.1" "$work/out" || fail "a nonce that the response has not: $(cat "$work/out")"

# The corpus has chains with policies; its clock is the beginning of 2026.
forms=$OMNITLS_BUILD_DIR/forms
if [ -d "$forms" ]; then
    policy() {
        local code=$1 chain=$forms/policy-input-$2
        shift 2
        expect_code "$code" "policy $chain $*" "$tool" verify --ca "$chain/trust.pem" --json \
            --time 2026-01-01T00:00:00Z "$@" --untrusted "$chain/sent.pem" "$chain/sent.pem"
    }
    policy 0 any-none
    policy 4 any-none --explicit-policy
    grep -q 'has no valid certificate policy' "$work/out" || fail "policy: $(cat "$work/out")"
    policy 0 mapped --policy 1.2.3
    grep -q '"policies":\["1.2.3"\]' "$work/out" || fail "policy: $(cat "$work/out")"
    policy 4 mapped --policy 1.2.4
    policy 0 mapped --policy 1.2.4 --policy 1.2.3
    policy 4 mapped --policy 1.2.3 --inhibit-mapping
    policy 0 any-above --policy 1.2.3
    policy 4 any-above --policy 1.2.3 --inhibit-any
    strict=$forms/rule-serial-not-positive
    verify_rule() {
        expect_code "$1" "profile $2" "$tool" verify --ca "$strict/trust.pem" --profile "$2" \
            --time 2026-01-01T00:00:00Z --untrusted "$strict/sent.pem" "$strict/sent.pem"
    }
    verify_rule 0 default
    verify_rule 0 webpki
    verify_rule 4 strict
    grep -q "rule: RFC 5280 4.1.2.2" "$work/out" || fail "the rule: $(cat "$work/out")"
    grep -q "what to do: have the certificate issued again" "$work/out" || fail "the advice: $(cat "$work/out")"
    verify_rule 1 lax
    policy 1 any-none --policy 1.x
    says "no policy" "1.x.*object identifier"
fi

expect_code 4 "JSON" "$tool" verify --backend all --json --ca "$pki/other-root.pem" "$leaf"
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "JSON: not one line"
[ "$(grep -o '"verdict":"refused"' "$work/out" | wc -l)" -eq "$count" ] || fail "JSON: $(cat "$work/out")"
[ "$(grep -o '"alert":"unknown_ca"' "$work/out" | wc -l)" -eq "$count" ] || fail "JSON: no alert"
grep -q '"agree":true' "$work/out" || fail "JSON: they differ"
expect_code 0 "default engine" "$tool" verify --ca "$pki/root.pem" "$leaf"
[ "$(grep -c ': verified' "$work/out")" -eq 1 ] || fail "default engine: $(cat "$work/out")"
mkdir "$work/roots"
cp "$pki/root.pem" "$work/roots"
expect_code 0 "a directory" "$tool" verify --ca "$work/roots" "$leaf"

for engine in $engines; do
    code=0
    timeout 60 "$tool" verify --backend "$engine" --engine-verifier --ca "$pki/root.pem" "$leaf" \
        >"$work/out" 2>"$work/err" || code=$?
    case $engine in
        wolfssl)
            [ $code -eq 1 ] || fail "wolfSSL's own verifier: exit $code"
            says "wolfSSL's own verifier" "wolfssl"
            ;;
        *)
            [ $code -eq 0 ] || fail "$engine's own verifier: exit $code: $(cat "$work/err")"
            expect_code 4 "$engine's own verifier, wrong root" "$tool" verify --backend "$engine" \
                --engine-verifier --ca "$pki/other-root.pem" "$leaf"
            ;;
    esac
done

wrong() {
    local what=$1 pattern=$2
    shift 2
    expect_code 1 "$what" "$tool" verify --ca "$pki/root.pem" "$@"
    says "$what" "$pattern"
}
wrong "a wrong purpose" "purpose.*tea" --purpose tea "$leaf"
wrong "a wrong time" "time.*noon" --time noon "$leaf"
wrong "a day that is none" "time.*02-30" --time 2026-02-30T00:00:00Z "$leaf"
wrong "a name as address" "ip.*localhost" --ip localhost "$leaf"
wrong "both" "exclude" --ip ::1 --hostname localhost "$leaf"
wrong "a bad name" "." --hostname "a b" "$leaf"
wrong "no leaf" "LEAF"
wrong "a leaf that is not there" "nothing" "$work/nothing"
wrong "a key" "server-ecdsa-p256.key" "$pki/server-ecdsa-p256.key"
wrong "no such response" "ocsp-response.*nothing" --ocsp-response "$work/nothing" "$leaf"
response=$pki/ocsp/server-ecdsa-p256.der
long=$(printf '00%.0s' {1..129})
wrong "a nonce of nothing" "ocsp-nonce belongs to" --ocsp-nonce 00 "$leaf"
wrong "a nonce that is none" "ocsp-nonce: \"0g\" is not 1 to 128 bytes.*or random" --ocsp-request "$work/x" --ocsp-nonce 0g "$leaf"
wrong "half a nonce" "ocsp-nonce: \"000\"" --ocsp-request "$work/x" --ocsp-nonce 000 "$leaf"
wrong "an empty nonce" "ocsp-nonce is empty" --ocsp-response "$response" --ocsp-nonce "" "$leaf"
wrong "a long nonce" "ocsp-nonce: \"0000" --ocsp-response "$response" --ocsp-nonce "$long" "$leaf"
wrong "a random nonce of a response" "ocsp-nonce: give the nonce" --ocsp-response "$response" --ocsp-nonce random "$leaf"
wrong "request and response" "exclude each other" --ocsp-request "$work/x" --ocsp-response "$response" "$leaf"
wrong "a request nowhere" "ocsp-request: $work/nothing/x: No such file" --ocsp-request "$work/nothing/x" "$leaf"
expect_code 1 "a request about a root" "$tool" verify --ca "$pki/root.pem" --purpose any \
    --ocsp-request "$work/x" "$pki/root.pem"
says "a request about a root" "ocsp-request: the certificate is trusted itself"
[ ! -e "$work/x" ] || fail "a mistake wrote a request"
wrong "no such list" "crl.*nothing" --crl "$work/nothing" "$leaf"
wrong "no such helpers" "untrusted.*nothing" --untrusted "$work/nothing" "$leaf"
wrong "an engine that is not there" "nossl" --backend nossl "$leaf"
expect_code 1 "no such roots" "$tool" verify --ca "$work/nothing" "$leaf"
says "no such roots" "ca.*nothing"
done_testing
