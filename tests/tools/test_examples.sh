#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The socket examples: the client of the README, the echo server, the guide's parts, and the arena, on every engine.
. "$(dirname "$0")/lib.sh"

examples=${OMNITLS_BUILD_DIR:?names the build directory}/examples
[ -x "$examples/client" ] && [ -x "$examples/echo_server" ] || exit 77

for engine in $engines; do
    start_serve "${engines%% *}" --www || continue
    # the system's roots are ours for once; an address is verified against the certificate's own
    OMNITLS_BACKEND=$engine SSL_CERT_FILE=$pki/root.pem SSL_CERT_DIR=$work \
        expect_code 0 "client, $engine" "$examples/client" 127.0.0.1 "$port"
    grep -q '^version:     TLS 1.3' "$work/out" || fail "client, $engine: no page"
    OMNITLS_BACKEND=$engine SSL_CERT_FILE=$pki/other-root.pem SSL_CERT_DIR=$work \
        expect_code 1 "client, $engine, unknown CA" "$examples/client" 127.0.0.1 "$port"
    says "client, $engine, unknown CA" 'unknown authority'
    stop_serve

    : >"$work/echo.out"
    OMNITLS_BACKEND=$engine "$examples/echo_server" "$pki/server-rsa-2048.pem" \
        "$pki/server-rsa-2048.key" 0 >"$work/echo.out" 2>"$work/echo.err" &
    server=$!
    started+=("$server")
    wait_for "$work/echo.out" '^listening on port [0-9]+$' || continue
    port=${found##* }
    for text in first second; do
        printf '%s' "$text" | timeout 30 "$OMNITLS_TOOL" connect --backend "$engine" --linger 0 \
            --ca "$pki/root.pem" "localhost:$port" >"$work/out" 2>"$work/err" ||
            fail "echo_server, $engine: $(cat "$work/err")"
        [ "$(cat "$work/out")" = "$text" ] || fail "echo_server, $engine: $(cat "$work/out")"
    done
    stop "$server"

    # what the guide shows
    cat "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.enc.key" >"$work/combined.pem"
    OMNITLS_BACKEND=$engine expect_code 0 "guide, $engine" timeout 60 "$examples/guide" "$pki" "$work/combined.pem"
    for part in trust revocation pinning identities reload sessions ClientHello non-blocking; do
        grep -q "^$part: ok$" "$work/out" || fail "guide, $engine: $part"
    done
    grep -q '^  certificate: revoked$' "$work/err" || fail "guide, $engine: no explanation"

    # an array of fixed size, filled to its end
    OMNITLS_BACKEND=$engine expect_code 0 "arena, $engine" timeout 60 "$examples/arena" "$pki/root.pem" \
        "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key"
    grep -q '^[1-9][0-9]* pairs in .*: out of memory' "$work/out" || fail "arena, $engine: $(cat "$work/out")"
done
done_testing
