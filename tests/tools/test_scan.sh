#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls scan finds what a server was told to take, in its order, through every engine.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL

# part TITLE: the lines below it, in one
part() {
    sed -n "/^$1/,/^\$/p" "$work/out" | sed -n 's/^  //p' | tr '\n' ' '
}

is() { # WHAT TITLE WANTED
    [ "$(part "$2")" = "$3" ] || fail "$1: $2: \"$(part "$2")\", not \"$3\""
}

for engine in $engines; do
    start_serve "$engine" --alpn http/1.1,h2 --groups P-384:X25519 \
        --ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256 \
        --tls13-ciphers TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256 || continue
    for client in $engines; do
        what="$client at $engine"
        expect_code 0 "$what" "$tool" scan -b "$client" --servername localhost "127.0.0.1:$port"
        [ -s "$work/err" ] && fail "$what: $(cat "$work/err")"
        grep -q '^  TLS 1.3  yes$' "$work/out" || fail "$what: no 1.3"
        grep -q '^  TLS 1.2  yes$' "$work/out" || fail "$what: no 1.2"
        grep -q '^  TLS 1.1  \(no\|not asked.*\)$' "$work/out" || fail "$what: 1.1: $(cat "$work/out")"
        is "$what" 'suites of TLS 1.3 (in its own order)' 'TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256 '
        if [ "$client" = gnutls ]; then # one at a time
            [ "$(part 'suites of TLS 1.2' | tr ' ' '\n' | sort | tr '\n' ' ')" = \
                "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 " ] ||
                fail "$what: 1.2: $(part 'suites of TLS 1.2')"
        else
            is "$what" 'suites of TLS 1.2 (in its own order)' \
                'ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256 '
        fi
        [ "$(part groups | tr ' ' '\n' | sort | tr '\n' ' ')" = "P-384 X25519 " ] ||
            fail "$what: groups: $(part groups)"
        is "$what" 'signature algorithms' 'ecdsa_secp256r1_sha256 '
        is "$what" 'application protocols' 'http/1.1 h2 '
        grep -q '^  chain: 2 certificates, [0-9]\{3,\} bytes$' "$work/out" || fail "$what: no chain"
    done
    stop_serve

    # one version, which only some clients can ask for
    start_serve "$engine" --max 1.2 || continue
    expect_code 0 "1.2 alone, $engine" "$tool" scan --json "127.0.0.1:$port"
    grep -q '"version":"1.3","taken":false' "$work/out" || fail "1.2 alone, $engine: $(cat "$work/out")"
    grep -q '"version":"1.2","taken":true,"suites":{"names":\["ECDHE' "$work/out" ||
        fail "1.2 alone, $engine: $(cat "$work/out")"
    if have python3; then
        python3 -m json.tool <"$work/out" >/dev/null || fail "1.2 alone, $engine: no JSON"
    fi
    stop_serve
done

# the client's order, which OpenSSL's own server follows unless told otherwise
start_openssl -www || done_testing
for client in $engines; do
    expect_code 0 "s_server, $client" "$tool" scan -b "$client" "127.0.0.1:$port"
    [ "$client" != gnutls ] || continue # asks for one at a time
    grep -q "^suites of TLS 1.2 (it follows the client's order):" "$work/out" ||
        fail "s_server, $client: $(cat "$work/out")"
done
stop "$server"

expect_code 2 "nobody" "$tool" scan 127.0.0.1:1
says "nobody" 'refused'
expect_code 1 "no target" "$tool" scan
done_testing
