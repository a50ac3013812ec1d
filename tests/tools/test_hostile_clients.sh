#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `omnitls serve` goes on serving whatever its clients do.
. "$(dirname "$0")/lib.sh"

# good WHAT: an honest client is served, soon.
good() {
    printf 'GET / HTTP/1.0\r\n\r\n' |
        timeout 20 "$OMNITLS_TOOL" connect --ca "$pki/root.pem" --servername localhost \
            "127.0.0.1:$port" >"$work/page" 2>"$work/err" || fail "$1: $(cat "$work/err")"
    grep -q '^HTTP/1.1 200' "$work/page" || fail "$1: no page"
}

# a pipe on which nothing ever comes
mkfifo "$work/never"
exec {never}<>"$work/never"

silent() {
    exec {slot}<>"/dev/tcp/127.0.0.1/$port" && slots+=("$slot")
}

for engine in $engines; do
    start_serve "$engine" --www --timeout 3 || continue
    slots=()
    # connections that say nothing, or a little and then nothing
    for _ in $(seq 40); do silent; done
    for slot in "${slots[@]:0:20}"; do printf '\x16\x03\x01\x02' >&"$slot"; done
    good "$engine, beside the silent"
    # garbage, plain HTTP, a record that lies about its length, and resets
    for text in 'garbage\n\n\n\n\n\n' 'GET / HTTP/1.0\r\n\r\n' '\x16\x03\x01\xff\xff\x01' \
        '\x16\x03\x01\x00\x04\x01\xff\xff\xff' '\x80\x2e\x01\x03\x01'; do
        printf "$text" >"/dev/tcp/127.0.0.1/$port"
    done 2>/dev/null
    head -c 200000 /dev/urandom 2>/dev/null >"/dev/tcp/127.0.0.1/$port"
    good "$engine, after the garbage"
    # clients that leave in the middle of things
    for _ in 1 2 3 4 5; do
        head -c 100000 /dev/zero | timeout 0.05 "$OMNITLS_TOOL" connect --verify none \
            "127.0.0.1:$port" >/dev/null 2>&1
    done
    # a request without end is answered with 431, not kept
    head -c 100000 /dev/zero | tr '\0' 'a' | timeout 20 "$OMNITLS_TOOL" connect --verify none \
        "127.0.0.1:$port" >"$work/page" 2>/dev/null
    grep -q '^HTTP/1.1 431' "$work/page" || fail "$engine: an endless request is not refused"
    # a request that never comes is not waited for longer than --timeout
    start=$SECONDS
    timeout 20 "$OMNITLS_TOOL" connect --verify none "127.0.0.1:$port" <&"$never" >/dev/null 2>&1
    [ $((SECONDS - start)) -lt 15 ] || fail "$engine: a silent client is kept for ever"
    good "$engine, in the end"
    for slot in "${slots[@]}"; do exec {slot}>&-; done
    stop_serve
done

# no descriptors left: newcomers wait, nobody is thrown out, and the server does not spin
engine=${engines%% *}
: >"$work/serve.out" # or the server before would be found listening
(
    ulimit -n 30
    exec "$OMNITLS_TOOL" serve --backend "$engine" --cert "$pki/server-ecdsa-p256.pem" \
        --key "$pki/server-ecdsa-p256.key" --listen 127.0.0.1:0 --timeout 4 \
        >"$work/serve.out" 2>"$work/serve.err"
) &
server=$!
started+=("$server")
wait_for "$work/serve.out" '^listening on ' || done_testing
port=${found##*:}
slots=()
for _ in $(seq 60); do silent; done
sleep 1
grep -q 'cannot accept' "$work/serve.err" || fail "EMFILE did not come up: $(cat "$work/serve.err")"
[ "$(grep -c 'cannot accept' "$work/serve.err")" -lt 30 ] || fail "EMFILE: the server spins"
for slot in "${slots[@]}"; do exec {slot}>&-; done
good "after EMFILE"
stop_serve
done_testing
