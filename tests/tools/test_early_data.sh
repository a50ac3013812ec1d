#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Early data by command: whatever becomes of it, the peer gets every byte once and in order, and both
# sides say what became of it. Engines without it say so, and no more happens.
# shellcheck source=tests/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# able ENGINE: does it have early data?
able() {
    "$OMNITLS_TOOL" backends --backend "$1" --json |
        grep -q '"name":"early-data","support":"\(yes\|partly\)"'
}

# exchange STATE WHAT ENGINE SIZE [OPTION...]: SIZE bytes early, a line from standard input behind
# them; all of it comes back from an echo
exchange() {
    local state=$1 what=$2 engine=$3 size=$4 code=0
    shift 4
    head -c "$size" "$work/material" >"$work/early"
    printf 'the end of input\n' |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$engine" --ca "$pki/root.pem" --linger 0 \
            --session-file "$work/session" --early-data "$work/early" "$@" "localhost:$port" \
            >"$work/out" 2>"$work/err" || code=$?
    [ "$code" -eq 0 ] || fail "$what: exit $code: $(tail -n 1 "$work/err")"
    printf 'the end of input\n' | cat "$work/early" - | cmp -s - "$work/out" ||
        fail "$what: $(wc -c <"$work/out") bytes came back, and they are not what was sent"
    grep -q "^early data:  $state\$" "$work/err" ||
        fail "$what: not $state: $(grep '^early' "$work/err")"
}

# as_json STATE ENGINE: the summary as JSON; the request is early, and nothing else is sent
as_json() {
    printf 'GET / HTTP/1.0\r\n\r\n' >"$work/early"
    expect_code 0 "$label: a request" "$OMNITLS_TOOL" connect --backend "$2" --json \
        --ca "$pki/root.pem" --session-file "$work/session" --early-data "$work/early" \
        "localhost:$port"
    grep -q "\"early_data\":\"$1\"" "$work/err" || fail "$label: JSON: $(tail -n 1 "$work/err")"
    grep -q "^early data:  $1\$" "$work/out" || fail "$label: the page: $(cat "$work/out")"
}

accepted() {
    local client=$1
    rm -f "$work/session"
    exchange none "$label: the first visit" "$client" 1000
    exchange accepted "$label: one byte" "$client" 1
    exchange accepted "$label: all that is allowed" "$client" $limit
    exchange accepted "$label: one byte too many" "$client" $((limit + 1))
    exchange accepted "$label: far too many" "$client" 100000
    exchange none "$label: TLS 1.2" "$client" 1000 --max 1.2
    exchange none "$label: TLS 1.2 again" "$client" 1000 --max 1.2
}

# start_json_server ENGINE OPTION...: an echo that says everything in JSON
start_json_server() {
    local engine=$1
    shift
    : >"$work/serve.out"
    "$OMNITLS_TOOL" serve --backend "$engine" --cert "$pki/server-ecdsa-p256.pem" --json --echo \
        --key "$pki/server-ecdsa-p256.key" --listen 127.0.0.1:0 "$@" \
        >"$work/serve.out" 2>"$work/serve.err" &
    server=$!
    started+=("$server")
    wait_for "$work/serve.out" '"event":"listening"' || return
    port=$(sed -n 's/.*"port": *\([0-9]*\).*/\1/p' "$work/serve.out")
}

# The next server at this address knows the tickets' keys and wants no early data.
rejected() {
    local client=$1 server_engine=$2 size
    for size in 1 1000 $limit 100000; do
        start_serve "$server_engine" --echo --ticket-keys "$work/keys" --early-data $limit || return
        rm -f "$work/session"
        exchange none "$label: before the change" "$client" 1000
        stop_serve
        start_json_server "$server_engine" --ticket-keys "$work/keys" \
            --listen "127.0.0.1:$port" || return
        exchange rejected "$label: $size bytes are rejected" "$client" "$size"
        wait_for "$work/serve.out" '"early_data":"rejected"'
        stop_serve
    done
}

page() {
    local client=$1 server_engine=$2
    start_serve "$server_engine" --www --early-data $limit || return
    # somebody who says nothing must not stop the others
    exec 5<>"/dev/tcp/127.0.0.1/$port"
    rm -f "$work/session"
    as_json none "$client"
    as_json accepted "$client"
    exec 5>&-
    stop_serve
}

# server_log ENGINE: what the server says in JSON
server_log() {
    start_json_server "$1" --early-data 1048576 || return
    rm -f "$work/session"
    exchange none "$1: the server's log" "$1" 10
    exchange accepted "$1: more than the echo takes in a turn" "$1" 1000000
    wait_for "$work/serve.out" '"early_data":"none"'
    wait_for "$work/serve.out" '"early_data":"accepted"'
    stop_serve
}

# try_s_server ENGINE SIZE: two visits; s_server prints what comes, and what of it was early
try_s_server() {
    local engine=$1 size=$2 allowed=$((400 * line)) state
    : >"$work/s_server.out"
    timeout 60 openssl s_server -accept 127.0.0.1:0 -naccept 2 -tls1_3 -early_data \
        -max_early_data $allowed -cert "$pki/server-ecdsa-p256.pem" \
        -cert_chain "$pki/server-ecdsa-p256.pem" -key "$pki/server-ecdsa-p256.key" \
        <>"$work/console" >"$work/s_server.out" 2>"$work/s_server.err" &
    server=$!
    started+=("$server")
    wait_for "$work/s_server.out" '^ACCEPT [^ ]*:[0-9]+' || return
    port=${found##*:}
    rm -f "$work/session"
    head -c "$size" "$work/material" >"$work/early"
    for state in none accepted; do
        expect_code 0 "$engine, s_server, $size, $state" "$OMNITLS_TOOL" connect \
            --backend "$engine" --ca "$pki/root.pem" --session-file "$work/session" \
            --early-data "$work/early" --linger 0 ${ragged[@]+"${ragged[@]}"} "localhost:$port"
        grep -q "^early data:  $state\$" "$work/err" ||
            fail "$engine, s_server, $size: not $state: $(grep '^early' "$work/err")"
    done
    wait "$server"
    forget "$server"
    cat "$work/early" "$work/early" >"$work/wanted"
    grep -a -o 'line [0-9]\{6\}' "$work/s_server.out" | cmp -s - "$work/wanted" ||
        fail "$engine, s_server, $size: it did not get all of it once and in order"
    # the first visit's and what was early of the second one's (the headline comes late)
    sed '/^End of early data/q' "$work/s_server.out" | grep -a -c 'line [0-9]' >"$work/count"
    [ "$(cat "$work/count")" -eq $(((size + (size < allowed ? size : allowed)) / line)) ] ||
        fail "$engine, s_server, $size: $(cat "$work/count") lines were early or before"
}

# try_s_client ENGINE: a request from standard input, then one that is early
try_s_client() {
    start_serve "$1" --www --early-data $limit || return
    printf 'GET / HTTP/1.0\r\n\r\n' >"$work/early"
    s_client -sess_out "$work/session" <"$work/early"
    grep -a -q '^early data:  none' "$work/page" || fail "s_client, $1: no page"
    s_client -sess_in "$work/session" -early_data "$work/early" </dev/null
    grep -a -q '^early data:  accepted' "$work/page" || fail "s_client, $1: the page says otherwise"
    grep -a -q '^Early data was accepted' "$work/page" || fail "s_client, $1: not accepted"
    stop_serve
}

s_client() {
    timeout 60 openssl s_client -ign_eof -tls1_3 -connect "127.0.0.1:$port" -servername localhost \
        -CAfile "$pki/root.pem" -verify_return_error "$@" >"$work/page" 2>"$work/err"
}

# unable ENGINE: the option is refused by name, with the engine's reason
unable() {
    expect_code 1 "$1 connects" "$OMNITLS_TOOL" connect --backend "$1" --ca "$pki/root.pem" \
        --session-file "$work/none" --early-data "$work/material" localhost:1
    says "$1 connects" "--early-data: .*early.data"
    expect_code 1 "$1 serves" "$OMNITLS_TOOL" serve --backend "$1" --early-data 100 \
        --cert "$pki/server-ecdsa-p256.pem" --key "$pki/server-ecdsa-p256.key" \
        --listen 127.0.0.1:0
    says "$1 serves" "--early-data: .*early.data"
}

# bad ENGINE: mistakes that are found before anything is sent
bad() {
    local client=("$OMNITLS_TOOL" connect --backend "$1" --ca "$pki/root.pem")
    local serve=("$OMNITLS_TOOL" serve --backend "$1" --cert "$pki/server-ecdsa-p256.pem"
        --key "$pki/server-ecdsa-p256.key" --listen 127.0.0.1:0)
    local value
    : >"$work/empty"
    truncate -s 17M "$work/huge"
    for value in "missing|No such file" "empty|empty" "huge|16 MiB" ".|directory"; do
        expect_code 1 "$1, $value" "${client[@]}" --session-file "$work/none" \
            --early-data "$work/${value%|*}" localhost:1
        says "$1, $value" "--early-data: .*${value#*|}"
    done
    expect_code 1 "$1, no session" "${client[@]}" --early-data "$work/material" localhost:1
    says "$1, no session" "--early-data is given without --session-file"
    for value in 0 x -1 12x 1048577 99999999999999999999; do
        expect_code 1 "$1, $value bytes" "${serve[@]}" --early-data "$value"
        says "$1, $value bytes" "--early-data: \"$value\" is no number from 1 to 1048576"
    done
    expect_code 1 "$1, no resumption" "${serve[@]}" --early-data 100 --no-resumption
    says "$1, no resumption" "--early-data and --no-resumption exclude each other"
}

line=12 # the bytes of each
limit=$((5000 * line)) # more than the echo takes at a time
head -c 80 /dev/urandom >"$work/keys"
seq -f 'line %06g' 1 90000 >"$work/material"
mkfifo "$work/console"
for server_engine in $engines; do
    if ! able "$server_engine"; then
        unable "$server_engine"
        continue
    fi
    bad "$server_engine"
    for client_engine in $engines; do
        able "$client_engine" || continue
        label="$client_engine -> $server_engine"
        start_serve "$server_engine" --echo --early-data $limit || continue
        accepted "$client_engine"
        stop_serve
        rejected "$client_engine" "$server_engine"
        page "$client_engine" "$server_engine"
    done
    server_log "$server_engine"
    try_s_server "$server_engine" $((10 * line))
    try_s_server "$server_engine" $((500 * line))
    try_s_client "$server_engine"
done
done_testing
