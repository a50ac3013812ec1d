#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A fleet: two redis_server processes that share a Redis, and a client that goes from one to the
# other. A session made on one is resumed on the other; the ticket keys rotate and no handshake
# fails; Redis goes away and full handshakes are the only consequence.
. "$(dirname "$0")/../tools/lib.sh"

build=${OMNITLS_BUILD_DIR:?names the build directory}
example=$build/examples/redis_server
if [ ! -x "$example" ] || ! have redis-server || ! have redis-cli; then
    echo "skipped: no Redis, or the example was built without hiredis"
    exit 77
fi

# start_redis: $redis is its process, $redis_port its port on the loopback interface
start_redis() {
    local tries=20
    while [ "$tries" -gt 0 ]; do
        redis_port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
        redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --appendonly no \
            --dir "$work" >"$work/redis.out" 2>&1 &
        redis=$!
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            if grep -q 'Ready to accept' "$work/redis.out"; then
                started+=("$redis")
                return 0
            fi
            kill -0 "$redis" 2>/dev/null || break
            sleep 0.1
        done
        kill "$redis" 2>/dev/null
        wait "$redis" 2>/dev/null
        tries=$((tries - 1))
    done
    echo "skipped: no port for Redis: $(tail -n 2 "$work/redis.out")"
    exit 77
}

# start_one ENGINE NAME [CLIENT_CA]: $server and $port; messages in $work/NAME.err
start_one() {
    : >"$work/$2.out"
    "$example" "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" 0 "$redis_port" "$1" \
        ${3:+"$3"} >"$work/$2.out" 2>"$work/$2.err" &
    server=$!
    started+=("$server")
    wait_for "$work/$2.out" '^listening on port [0-9]+$' || return 1
    port=${found##* }
}

# visit WHAT PORT WANTED: one connection with the session in $work/session; WANTED is a pattern
visit() {
    local code=0
    echo hello | timeout 60 "$OMNITLS_TOOL" connect --backend "$client" --ca "$pki/root.pem" \
        --max "$version" --min "$version" --session-file "$work/session" \
        ${identity[@]+"${identity[@]}"} "localhost:$2" >"$work/visit.out" 2>"$work/visit.err" ||
        code=$?
    [ "$code" -eq 0 ] || fail "$label: $1: exit $code: $(tail -n 3 "$work/visit.err")"
    grep -q -E "^TLSv1\.[23] $3 on" "$work/visit.out" ||
        fail "$label: $1: wanted $3, got $(cat "$work/visit.out")"
}

# fleet ENGINE CLIENT_CA: one engine's servers, one client after the other
fleet() {
    local one one_port two two_port
    redis-cli -p "$redis_port" FLUSHALL >/dev/null
    start_one "$1" one ${2:+"$2"} || return
    one=$server one_port=$port
    start_one "$1" two ${2:+"$2"} || return
    two=$server two_port=$port
    for client in $engines; do
        for version in 1.2 1.3; do
            label="$client -> $1, TLS $version${2:+, client certificate}"
            rm -f "$work/session"
            visit "the first" "$one_port" full
            visit "on the other" "$two_port" resumed
            visit "and back" "$one_port" resumed
            kill -USR1 "$one"
            visit "one has rotated" "$one_port" '(full|resumed)'
            visit "the other follows" "$two_port" '(full|resumed)'
            visit "with the new keys" "$one_port" resumed
            visit "with the new keys, on the other" "$two_port" resumed
        done
    done
    [ -s "$work/one.err" ] && fail "$1, one says: $(head -n 3 "$work/one.err")"
    [ -s "$work/two.err" ] && fail "$1, two says: $(head -n 3 "$work/two.err")"
    kill "$one" "$two"
    wait "$one" "$two" 2>/dev/null
}

# without ENGINE: the store goes away while servers run, and is away when one starts
without() {
    local one_port new_port
    client=$1 version=1.3 identity=()
    label="$1, without Redis"
    rm -f "$work/session"
    start_one "$1" one || return
    one_port=$port
    visit "before" "$one_port" full
    kill "$redis"
    wait "$redis" 2>/dev/null
    visit "it has gone" "$one_port" '(full|resumed)'
    start_one "$1" new || return
    new_port=$port
    visit "one that never saw it" "$new_port" full
    visit "its own sessions" "$new_port" resumed
    visit "back" "$one_port" full
}

start_redis
for engine in $engines; do
    identity=()
    fleet "$engine" ""
    identity=(--cert "$pki/client-ecdsa-p256.pem" --key "$pki/client-ecdsa-p256.key")
    fleet "$engine" "$pki/root.pem"
done
for engine in $engines; do
    start_redis
    without "$engine"
done
done_testing
