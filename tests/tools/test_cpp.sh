#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The C++ header: at most 150 lines, clean under warnings from C++11 on, and its examples on every engine.
. "$(dirname "$0")/lib.sh"

compiler=
for program in "${CXX:-}" c++ g++ clang++; do
    [ -n "$program" ] && have "$program" && compiler=$program && break
done
[ -n "$compiler" ] || exit 77
source=$OMNITLS_SOURCE_DIR
library=$(find "${OMNITLS_BUILD_DIR:?}/lib" -name 'libomnitls.so' | head -n 1)
[ "$(wc -l <"$source/api/omnitls/omnitls.hpp")" -le 150 ] || fail "the header has more than 150 lines"
for standard in 11 14 17 20; do
    for example in client echo_server; do
        "$compiler" -std=c++$standard -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I"$source/api" \
            -fsyntax-only "$source/docs/examples/$example.cpp" 2>"$work/err" ||
            fail "$example, C++$standard: $(head -n 8 "$work/err")"
    done
done
# a static library, or one with sanitizers, needs what this script does not know
[ -n "$library" ] && [ -z "${OMNITLS_SANITIZE:-}" ] || done_testing
for example in client echo_server; do
    "$compiler" -std=c++11 -I"$source/api" "$source/docs/examples/$example.cpp" -o "$work/$example" "$library" \
        -Wl,-rpath,"$(dirname "$library")" 2>"$work/err" || fail "$example: $(head -n 8 "$work/err")"
done

for engine in $engines; do
    export OMNITLS_BACKEND=$engine
    start_serve "$engine" --www || continue
    expect_code 0 "client, $engine" "$work/client" localhost "$port" "$pki/root.pem"
    grep -q '^version:     TLS 1.3' "$work/out" || fail "client, $engine: no page"
    expect_code 1 "unknown authority, $engine" "$work/client" localhost "$port" "$pki/other-root.pem"
    says "unknown authority, $engine" '^OTLS_E_VERIFY: .*unknown authority'
    expect_code 1 "no roots, $engine" "$work/client" localhost "$port" "$work/none.pem"
    says "no roots, $engine" 'none\.pem'
    stop_serve

    : >"$work/echo.out"
    "$work/echo_server" "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" 0 >"$work/echo.out" 2>"$work/echo.err" &
    server=$!
    started+=("$server")
    wait_for "$work/echo.out" '^listening on port [0-9]+$' || continue
    port=${found##* }
    "$OMNITLS_TOOL" connect --ca "$pki/other-root.pem" "localhost:$port" </dev/null 2>/dev/null && fail "refused, $engine"
    printf 'once more' | "$OMNITLS_TOOL" connect --linger 0 --ca "$pki/root.pem" "localhost:$port" >"$work/out" 2>"$work/err" ||
        fail "echo, $engine: $(cat "$work/err")"
    [ "$(cat "$work/out")" = 'once more' ] || fail "echo, $engine: $(cat "$work/out")"
    stop "$server"
done
done_testing
