#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A fleet: two redis_server processes that share a Redis, one name and one port, each on an address
# of its own, and a client that goes from one to the other. A session made on one is resumed on the
# other; the ticket keys rotate and no handshake fails; Redis goes away and full handshakes are the
# only consequence.
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

# launch ENGINE NAME ADDRESS:PORT [CLIENT_CA]: $server; messages in $work/NAME.err
launch() {
    : >"$work/$2.out"
    "$example" "$pki/server-ecdsa-p256.pem" "$pki/server-ecdsa-p256.key" "$3" "$redis_port" "$1" \
        ${4:+"$4"} >"$work/$2.out" 2>"$work/$2.err" &
    server=$!
    started+=("$server")
}

# start_one ENGINE NAME [CLIENT_CA]: on any port of 127.0.0.1; $server and $port
start_one() {
    launch "$1" "$2" 127.0.0.1:0 ${3:+"$3"}
    wait_for "$work/$2.out" '^listening on port [0-9]+$' || return 1
    port=${found##* }
}

# start_second ENGINE NAME PORT [CLIENT_CA]: on this port of 127.0.0.2; 1 when it is not to be had
start_second() {
    launch "$1" "$2" "127.0.0.2:$3" ${4:+"$4"}
    while ! grep -q '^listening on port' "$work/$2.out"; do
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.05
    done
}

# start_two ENGINE SECOND [CLIENT_CA]: both, as $one and $two, and $port
start_two() {
    local tries=20
    while [ "$tries" -gt 0 ]; do
        start_one "$1" one ${3:+"$3"} || return 1
        one=$server
        start_second "$1" "$2" "$port" ${3:+"$3"} && break
        kill "$one"
        wait "$one" "$server" 2>/dev/null
        tries=$((tries - 1))
    done
    if [ "$tries" -eq 0 ]; then
        echo "skipped: no port on two addresses: $(cat "$work/$2.err")"
        exit 77
    fi
    two=$server one_at=127.0.0.1:$port two_at=127.0.0.2:$port
}

# visit WHAT ADDRESS:PORT WANTED: one connection with the session in $work/session; WANTED is a
# pattern
visit() {
    local code=0
    echo hello | timeout 60 "$OMNITLS_TOOL" connect --backend "$client" --ca "$pki/root.pem" \
        --max "$version" --min "$version" --session-file "$work/session" \
        --servername localhost ${identity[@]+"${identity[@]}"} "$2" \
        >"$work/visit.out" 2>"$work/visit.err" || code=$?
    [ "$code" -eq 0 ] || fail "$label: $1: exit $code: $(tail -n 3 "$work/visit.err")"
    grep -q -E "^TLSv1\.[23] $3 on" "$work/visit.out" ||
        fail "$label: $1: wanted $3, got $(cat "$work/visit.out")"
}

# fleet ENGINE CLIENT_CA: one engine's servers, one client after the other
fleet() {
    local one one_at two two_at
    redis-cli -p "$redis_port" FLUSHALL >/dev/null
    start_two "$1" two ${2:+"$2"} || return
    for client in $engines; do
        for version in 1.2 1.3; do
            label="$client -> $1, TLS $version${2:+, client certificate}"
            rm -f "$work/session"
            visit "the first" "$one_at" full
            visit "on the other" "$two_at" resumed
            visit "and back" "$one_at" resumed
            kill -USR1 "$one"
            visit "one has rotated" "$one_at" '(full|resumed)'
            visit "the other follows" "$two_at" '(full|resumed)'
            visit "with the new keys" "$one_at" resumed
            visit "with the new keys, on the other" "$two_at" resumed
        done
    done
    [ -s "$work/one.err" ] && fail "$1, one says: $(head -n 3 "$work/one.err")"
    [ -s "$work/two.err" ] && fail "$1, two says: $(head -n 3 "$work/two.err")"
    kill "$one" "$two"
    wait "$one" "$two" 2>/dev/null
}

# without ENGINE: the store goes away while servers run, and is away when one starts
without() {
    local one one_at two two_at
    client=$1 version=1.3 identity=()
    label="$1, without Redis"
    rm -f "$work/session"
    start_two "$1" two || return
    kill "$two" # it has kept the port free; another takes its place
    wait "$two" 2>/dev/null
    visit "before" "$one_at" full
    kill "$redis"
    wait "$redis" 2>/dev/null
    visit "it has gone" "$one_at" '(full|resumed)'
    if ! start_second "$1" new "$port"; then
        fail "$label: no second server: $(cat "$work/new.err")"
        return
    fi
    visit "one that never saw it" "$two_at" full
    visit "its own sessions" "$two_at" resumed
    visit "back" "$one_at" full
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
