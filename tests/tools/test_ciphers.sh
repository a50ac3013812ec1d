#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `omnitls ciphers`: the lists, their JSON, all engines at once, and what it refuses.
. "$(dirname "$0")/lib.sh"

# list EXPECTED WHAT ARGUMENT...: the names of the suites, in order
list() {
    local wanted=$1 what=$2
    shift 2
    expect_code 0 "$what" "$OMNITLS_TOOL" ciphers "$@"
    [ "$(awk '{printf "%s%s", s, $1; s = ":"}' "$work/out")" = "$wanted" ] ||
        fail "$what: $(cat "$work/out")"
}

two=ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256
for engine in $engines; do
    list "TLS_AES_128_GCM_SHA256:$two" "$engine, two suites" --backend "$engine" \
        --tls13 TLS_AES_128_GCM_SHA256 "$two"
    list "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384" "$engine, level 5" \
        --backend "$engine" --security-level 5 --tls13 \
        TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384 "$two"
    expect_code 0 "$engine, line" "$OMNITLS_TOOL" ciphers --backend "$engine" \
        ECDHE-ECDSA-AES128-GCM-SHA256
    grep -q -E '^ECDHE-ECDSA-AES128-GCM-SHA256 +TLSv1.2 Kx=ECDH +Au=ECDSA Enc=AESGCM\(128\) +Mac=AEAD$' \
        "$work/out" || fail "$engine: $(cat "$work/out")"
    expect_code 0 "$engine, JSON" "$OMNITLS_TOOL" ciphers --backend "$engine" --json \
        --tls13 TLS_AES_128_GCM_SHA256 ECDHE-ECDSA-AES128-GCM-SHA256
    grep -q -F '"id":49195,"name":"ECDHE-ECDSA-AES128-GCM-SHA256","iana":"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"' \
        "$work/out" || fail "$engine, JSON: $(cat "$work/out")"
    expect_code 1 "$engine, nothing left" "$OMNITLS_TOOL" ciphers --backend "$engine" NOTHING
    says "$engine, nothing left" NOTHING
    expect_code 1 "$engine, no TLS 1.3 suite" "$OMNITLS_TOOL" ciphers --backend "$engine" \
        --tls13 FROB
    says "$engine, no TLS 1.3 suite" FROB
done

expect_code 0 "all engines" "$OMNITLS_TOOL" ciphers --backend all --json "$two"
grep -q -F '"equal":true' "$work/out" || fail "all engines: $(head -c 300 "$work/out")"
for engine in $engines; do
    grep -q -F "\"$engine\":[" "$work/out" || fail "all engines: no $engine"
done

done_testing
