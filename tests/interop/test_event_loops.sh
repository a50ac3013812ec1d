#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The event-loop examples on every engine: the epoll server holds 1,000 connections at once (the
# load program is the client), libuv and libevent 100; then the ones that need no peer, or a page.
. "$(dirname "$0")/../tools/lib.sh"

build=${OMNITLS_BUILD_DIR:?names the build directory}
examples=$build/examples
load=$build/tests/interop/load
[ -x "$load" ] && [ -x "$examples/epoll_server" ] || exit 77
many=1000
[ -z "${OMNITLS_SANITIZE:-}" ] || many=200

# start_example ENGINE NAME: $server and $port
start_example() {
    : >"$work/example.out"
    OMNITLS_BACKEND=$1 "$examples/$2" "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" 0 \
        >"$work/example.out" 2>"$work/example.err" &
    server=$!
    started+=("$server")
    wait_for "$work/example.out" '^listening on port [0-9]+$' || return 1
    port=${found##* }
}

# visit ENGINE NAME COUNT
visit() {
    local code=0
    start_example "$1" "$2" || return
    OMNITLS_BACKEND=$1 timeout 120 "$load" "$port" "$pki/root.pem" "$3" >"$work/out" 2>"$work/err" ||
        code=$?
    if [ "$code" -eq 77 ]; then
        echo "skipped: $2 with $3 connections: $(cat "$work/err")"
    elif [ "$code" -ne 0 ]; then
        fail "$2, $1: $(tail -n 3 "$work/out") $(head -n 3 "$work/err")"
    else
        grep -q "^$3 connections open at once$" "$work/out" || fail "$2, $1: $(cat "$work/out")"
        [ -s "$work/example.err" ] && fail "$2, $1, the server says: $(head -n 3 "$work/example.err")"
        echo "$2, $1: $(tail -n 1 "$work/out")"
    fi
    stop "$server"
}

# a server for one page, and the clients that fetch it
fetch_pages() {
    start_serve "$1" --www || return
    OMNITLS_BACKEND=$1 expect_code 0 "poll_client, $1" \
        timeout 60 "$examples/poll_client" localhost "$port" "$pki/root.pem"
    grep -q "^engine:      $1 " "$work/out" || fail "poll_client, $1: no page"
    OMNITLS_BACKEND=$1 expect_code 1 "poll_client, $1, unknown CA" \
        timeout 60 "$examples/poll_client" localhost "$port" "$pki/other-root.pem"
    says "poll_client, $1, unknown CA" 'unknown authority'
    OMNITLS_BACKEND=$1 expect_code 0 "threads, $1" \
        timeout 120 "$examples/threads" localhost "$port" "$pki/root.pem" 16
    grep -q '^16 of 16 threads went well$' "$work/out" || fail "threads, $1: $(cat "$work/out")"
    stop_serve
}

for engine in $engines; do
    visit "$engine" epoll_server "$many"
    for loop in libuv_echo libevent_echo; do
        if [ -x "$examples/$loop" ]; then
            visit "$engine" $loop 100
        else
            echo "skipped: $loop was not built, its library is not here"
        fi
    done
    fetch_pages "$engine"
    OMNITLS_BACKEND=$engine expect_code 0 "memory_pair, $engine" "$examples/memory_pair" \
        "$pki/root.pem" "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key"
    grep -q 'the server reads "hello" over TLSv1.3' "$work/out" || fail "memory_pair, $engine"
    OMNITLS_BACKEND=$engine expect_code 0 "mutual_tls, $engine" timeout 60 "$examples/mutual_tls" \
        "$pki/root.pem" "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" \
        "$pki/client-ecdsa-p256.pem" "$pki/client-ecdsa-p256.key"
    grep -q '^welcome, .*CN' "$work/out" || fail "mutual_tls, $engine: $(cat "$work/out")"
    OMNITLS_BACKEND=$engine expect_code 1 "mutual_tls, $engine, wrong client" timeout 60 \
        "$examples/mutual_tls" "$pki/root.pem" "$pki/server-ecdsa-p256.pem" \
        "$pki/server-ecdsa-p256.key" "$pki/server-rsa-2048.pem" "$pki/server-rsa-2048.key"
done
done_testing
