#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A session kept by one process and used, or misused, by another: it resumes where it fits, and
# everything else is a full handshake that works. The same on every engine.
# shellcheck source=tests/tools/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# visit ENGINE VERSION FILE EXPECTED WHAT [HOST [OPTION...]]: one process, one connection.
visit() {
    local engine=$1 version=$2 file=$3 expected=$4 what=$5 host=${6:-localhost} code=0
    shift $(($# > 6 ? 6 : $#))
    printf 'GET / HTTP/1.0\r\n\r\n' |
        "$OMNITLS_TOOL" connect --backend "$engine" --ca "$pki/root.pem" --min "$version" \
            --max "$version" --session-file "$file" --json "$@" "$host:$port" \
            >"$work/page" 2>"$work/summary" || code=$?
    [ "$code" -eq 0 ] || fail "$label: $what: exit $code: $(head -c 300 "$work/summary")"
    grep -qi 'TLS' "$work/page" || fail "$label: $what: no page came"
    grep -q "\"reused\": *$expected" "$work/summary" ||
        fail "$label: $what: expected reused=$expected: $(tail -n 1 "$work/summary")"
    [ "$(stat -c %a "$file")" = 600 ] || fail "$label: $what: others may read the session"
}

# fresh: a copy, because every visit keeps the newest session.
fresh() {
    cp "$work/good" "$work/copy"
    chmod 0644 "$work/copy" # the session that is kept is for nobody else, whatever was there
}

# damage OFFSET: another value in one byte.
damage() {
    local old
    fresh
    old=$(od -An -tu1 -j "$1" -N 1 "$work/copy" | tr -d ' ')
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((old ^ 0x5a)))" |
        dd of="$work/copy" bs=1 seek="$1" conv=notrunc status=none
}

other_engine() {
    local name
    for name in $engines; do
        [ "$name" = "$1" ] || { echo "$name"; return; }
    done
}

# What the second process does otherwise: WHAT|HOST|OPTION...; every row is a full handshake.
cat "$pki/root.pem" "$pki/other-root.pem" >"$work/more.pem"
rows=(
    "another host|127.0.0.1"
    "another trust|localhost|--ca|$work/more.pem"
    "verification off|localhost|--verify|none"
    "another verify depth|localhost|--verify-depth|3"
    "another identity|localhost|--cert|$pki/client-ecdsa-p256.pem|--key|$pki/client-ecdsa-p256.key"
)

misuse() {
    local client=$1 version=$2 size other row fields
    size=$(stat -c %s "$work/good")
    for row in "${rows[@]}"; do
        IFS='|' read -r -a fields <<<"$row"
        fresh
        visit "$client" "$version" "$work/copy" false "${fields[@]}"
    done
    for offset in 0 $((size / 3)) $((size / 2)) $((size - 1)); do
        damage "$offset"
        visit "$client" "$version" "$work/copy" false "byte $offset of $size damaged"
    done
    head -c $((size / 2)) "$work/good" >"$work/copy"
    visit "$client" "$version" "$work/copy" false "truncated"
    other=$(other_engine "$client")
    if [ -n "$other" ]; then
        fresh
        visit "$other" "$version" "$work/copy" false "taken to $other"
    fi
    fresh
    port=$second_port
    visit "$client" "$version" "$work/copy" false "another port, the same ticket keys"
    port=$first_port
}

# refused ENGINE VERSION OPTION...: a server that has changed; the session does not stand in the way twice.
refused() {
    local engine=$1 version=$2 code=0
    shift 2
    label="$engine -> $engine TLS $version"
    start_serve "$engine" --listen "127.0.0.1:$first_port" "$@" || return
    "$OMNITLS_TOOL" connect --backend "$engine" --ca "$pki/root.pem" --min "$version" \
        --max "$version" --session-file "$work/kept-$version" "localhost:$first_port" \
        </dev/null >/dev/null 2>"$work/summary" || code=$?
    [ "$code" -eq 3 ] || fail "$label: refused: exit $code: $(head -c 300 "$work/summary")"
    [ ! -e "$work/kept-$version" ] || fail "$label: the session that failed is still there"
    stop_serve
}

# spare ENGINE: what is no file is neither read, replaced nor removed, and the connection is made.
spare() {
    local code=0
    label="$1 -> $1"
    rm -f "$work/pipe"
    mkfifo "$work/pipe"
    printf 'GET / HTTP/1.0\r\n\r\n' |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$1" --ca "$pki/root.pem" --session-file "$work/pipe" \
            "localhost:$port" >"$work/page" 2>"$work/summary" || code=$?
    [ "$code" -eq 0 ] || fail "$label: a pipe for a session: exit $code: $(head -c 300 "$work/summary")"
    grep -qi 'TLS' "$work/page" || fail "$label: a pipe for a session: no page came"
    grep -q -e '--session-file' "$work/summary" || fail "$label: nothing is said of the pipe"
    [ -p "$work/pipe" ] || fail "$label: the pipe was replaced"
}

head -c 80 /dev/urandom >"$work/ticket-keys"
for server_engine in $engines; do
    start_serve "$server_engine" --www --tickets 2 --ticket-keys "$work/ticket-keys" || continue
    first=$server first_port=$port
    start_serve "$server_engine" --www --tickets 2 --ticket-keys "$work/ticket-keys" || continue
    second_port=$port port=$first_port
    for client in $engines; do
        for version in 1.2 1.3; do
            label="$client -> $server_engine TLS $version"
            rm -f "$work/good"
            visit "$client" "$version" "$work/good" false "the first visit"
            [ -s "$work/good" ] || { fail "$label: no session was kept"; continue; }
            fresh
            visit "$client" "$version" "$work/copy" true "another process"
            [ "$client" = "$server_engine" ] && misuse "$client" "$version"
            [ "$client" = "$server_engine" ] && [ "$version" = 1.3 ] && spare "$client"
            [ "$client" = "$server_engine" ] && cp "$work/good" "$work/kept-$version"
        done
    done
    stop_serve
    server=$first
    stop_serve
    refused "$server_engine" 1.2 --min 1.3
    refused "$server_engine" 1.3 --max 1.2
done
done_testing
