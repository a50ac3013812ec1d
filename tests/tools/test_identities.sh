#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# --pkcs12, --password-file, --identity, --sni and the policy options of serve and connect.
. "$(dirname "$0")/lib.sh"

printf 'secret\n' >"$work/password"
printf 'wrong\n' >"$work/wrong"

# shown ENGINE SUBJECT WHAT OPTION...: whose certificate does the server at $port show?
shown() {
    local engine=$1 subject=$2 what=$3
    shift 3
    timeout 60 "$OMNITLS_TOOL" connect --backend "$engine" --ca "$pki/root.pem" "$@" --json \
        "127.0.0.1:$port" >/dev/null 2>"$work/err" </dev/null || fail "$what: $(cat "$work/err")"
    grep -q -E "CN ?= ?$subject" "$work/err" || fail "$what: $(head -c 600 "$work/err")"
}

for engine in $engines; do
    : >"$work/serve.out"
    "$OMNITLS_TOOL" serve --backend "$engine" --pkcs12 "$pki/server-ecdsa-p256.p12" \
        --password-file "$work/password" \
        --identity "$pki/server-rsa-2048.pem:$pki/server-rsa-2048.key" \
        --sni "alpha.test=$pki/server-alpha.pem:$pki/server-alpha.key" \
        --sni "beta.test=$pki/server-beta.pem:$pki/server-beta.key" \
        --options no-ticket,-cipher-server-preference --security-level 1 \
        --listen 127.0.0.1:0 >"$work/serve.out" 2>"$work/serve.err" &
    server=$!
    started+=("$server")
    wait_for "$work/serve.out" '^listening on 127\.0\.0\.1:[0-9]+$' || continue
    port=${found##*:}
    shown "$engine" alpha.test "$engine, alpha" --servername alpha.test
    shown "$engine" beta.test "$engine, beta" --servername beta.test
    shown "$engine" localhost "$engine, ECDSA only" --servername localhost \
        --sigalgs ecdsa_secp256r1_sha256 --groups P-256 \
        --tls13-ciphers TLS_AES_128_GCM_SHA256
    shown "$engine" localhost "$engine, RSA only" --servername localhost \
        --sigalgs rsa_pss_rsae_sha256
    stop_serve
    for bad in "--pkcs12 $pki/server-ecdsa-p256.p12 --password-file $work/wrong|password" \
        "--pkcs12 $pki/server-ecdsa-p256.p12|password" "--sni alpha.test|NAME=CHAIN:KEY" \
        "--identity $work/none:$work/none|none" "--options frob|frob" \
        "--security-level 9|security-level" "--verify-depth x|verify-depth" "--psk x|ID:HEX"; do
        # shellcheck disable=SC2086 # several words are wanted
        expect_code 1 "$engine, $bad" "$OMNITLS_TOOL" serve --backend "$engine" \
            --listen 127.0.0.1:0 --cert "$pki/server-rsa-2048.pem" \
            --key "$pki/server-rsa-2048.key" ${bad%%|*}
        grep -q -e "${bad##*|}" "$work/err" || fail "$engine, $bad: $(cat "$work/err")"
    done
done

done_testing
