# SPDX-License-Identifier: MIT
# Shared by the tests against other programs; sourced, not run.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
here=$(dirname "${BASH_SOURCE[0]}")
cert=$pki/server-ecdsa-p256.pem
key=$pki/server-ecdsa-p256.key
own=$pki/client-ecdsa-p256.pem
own_key=$pki/client-ecdsa-p256.key
root=$pki/root.pem

# start_program PATTERN COMMAND...: its output in $work/other.*; the port ends the line that matches
start_program() {
    local pattern=$1
    shift
    : >"$work/other.out"
    "$@" >"$work/other.out" 2>"$work/other.err" </dev/null &
    server=$!
    started+=("$server")
    wait_for "$work/other.out" "$pattern" || return 1
    port=${found##*[!0-9]}
}

# free_port: one that nobody has at the moment; for programs that cannot choose by themselves
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# await_port: until $port is answered
await_port() {
    local tries=200
    while [ "$tries" -gt 0 ]; do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
        tries=$((tries - 1))
    done
    fail "nobody listens on port $port: $(head -c 500 "$work/other.err")"
    return 1
}
