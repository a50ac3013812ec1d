#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# haproxy on both sides of every engine: in front of something, ending the TLS of our clients, and
# behind a plain listener, speaking TLS to our servers. Both verify; both versions; resumption.
. "$(dirname "$0")/lib.sh"
haproxy=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v haproxy)
if [ -z "$haproxy" ] || ! have python3 || ! have curl; then
    echo "skipped: haproxy, python3 or curl is not here"
    exit 77
fi
# haproxy 2.2, Debian 11's, resumes no session as a client and answers nothing when its server refuses
# it: what is asked of it here came later. 2.6 is the oldest that this was tried with.
if [ "$(printf '%s\n' 2.6 "$("$haproxy" -v | sed -n '1s/^[^0-9]*\([0-9.]*\).*/\1/p')" |
    sort -V | head -n 1)" != 2.6 ]; then
    echo "skipped: this haproxy is older than 2.6"
    exit 77
fi
cat "$cert" "$key" >"$work/server.pem"
cat "$own" "$own_key" >"$work/own.pem"

# start_in_front: with $work/haproxy.conf; it inherits a listener as descriptor 7, whose port is told
start_in_front() {
    start_program '^listening on port [0-9]+$' python3 -c '
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
print("listening on port %d" % listener.getsockname()[1], flush=True)
os.dup2(listener.fileno(), 7, inheritable=True)
os.execv(sys.argv[1], [sys.argv[1], "-q", "-db", "-f", sys.argv[2]])' "$haproxy" "$work/haproxy.conf"
}

settings() {
    cat <<CONF
global
    maxconn 64
    nbthread 1
defaults
    mode http
    timeout connect 20s
    timeout client 20s
    timeout server 20s
CONF
}

# fetch ENGINE VERSION RESUMED: our client; haproxy says in its page what it saw
fetch() {
    local what="haproxy in front, $1, $2"
    printf 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$1" --json --min "$2" --max "$2" --ca "$root" \
            --cert "$own" --key "$own_key" --alpn http/1.1 --session-file "$work/session" \
            --servername localhost "127.0.0.1:$port" >"$work/page" 2>"$work/json" ||
        fail "$what: $(tail -c 300 "$work/json")"
    grep -q "^saw TLSv$2 http/1.1 localhost cn=Test Client [a-z0-9-]* resumed=$3\$" "$work/page" ||
        fail "$what: resumed=$3: $(tail -n 1 "$work/page")"
    grep -q '"verdict":"verified"' "$work/json" || fail "$what: not verified"
}

# refuse ENGINE VERSION: without a certificate of ours, and with another root than theirs
refuse() {
    local request='GET / HTTP/1.0\r\n\r\n' tool=("$OMNITLS_TOOL" connect --backend "$1" --min "$2"
        --max "$2" --servername localhost "127.0.0.1:$port")
    # shellcheck disable=SC2059 # the format is the request
    printf "$request" | timeout 60 "${tool[@]}" --ca "$root" >"$work/page" 2>"$work/err" &&
        fail "haproxy in front, $1, $2: no failure without a certificate"
    grep -q '^saw ' "$work/page" && fail "haproxy in front, $1, $2: a page without a certificate"
    expect_code 4 "haproxy in front, $1, $2, another root" "${tool[@]}" --ca "$pki/other-root.pem" \
        --cert "$own" --key "$own_key"
}

in_front() {
    local engine version
    {
        settings
        cat <<CONF
frontend tls
    bind fd@7 ssl crt $work/server.pem ca-file $root verify required alpn http/1.1 ssl-min-ver TLSv1.2
    http-request return status 200 content-type text/plain lf-string "saw %[ssl_fc_protocol] %[ssl_fc_alpn] %[ssl_fc_sni] cn=%[ssl_c_s_dn(cn)] resumed=%[ssl_fc_is_resumed]\n"
CONF
    } >"$work/haproxy.conf"
    start_in_front || return
    for engine in $engines; do
        for version in 1.2 1.3; do
            rm -f "$work/session"
            fetch "$engine" $version 0
            fetch "$engine" $version 1
            refuse "$engine" $version
        done
    done
    stop "$server"
}

# start_behind: with $work/haproxy.conf; it is ready when its last socket has its name
start_behind() {
    local tries=600
    rm -f "$work/root"
    "$haproxy" -q -db -f "$work/haproxy.conf" >"$work/other.out" 2>"$work/other.err" </dev/null &
    server=$!
    started+=("$server")
    until [ -S "$work/root" ]; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ! kill -0 "$server" 2>/dev/null; then
            fail "haproxy does not start: $(head -n 3 "$work/other.err")"
            return 1
        fi
        sleep 0.05
    done
}

# ask WHAT SOCKET PATTERN: through haproxy to our server
ask() {
    timeout 60 curl -sS --unix-socket "$work/$2" http://localhost/ >"$work/page" 2>"$work/err"
    grep -q "$3" "$work/page" ||
        fail "haproxy as a client, $1: no \"$3\": $(head -c 300 "$work/page")"
}

# One plain listener for each thing that haproxy is to do with our server on $port.
client_conf() {
    local name rest
    settings
    while IFS='|' read -r name rest; do
        cat <<CONF
listen $name
    bind unix@$work/$name
    server ours 127.0.0.1:$port ssl verify required alpn http/1.1 $rest
CONF
    done <<ROWS
v1.2|ca-file $root crt $work/own.pem sni str(localhost) ssl-max-ver TLSv1.2
v1.3|ca-file $root crt $work/own.pem sni str(localhost) ssl-min-ver TLSv1.3
stranger|ca-file $root sni str(localhost)
name|ca-file $root crt $work/own.pem sni str(other.example)
root|ca-file $pki/other-root.pem crt $work/own.pem sni str(localhost)
ROWS
}

as_client() {
    local ours version again
    start_serve "$1" --www --alpn http/1.1 --verify required --ca "$root" || return
    ours=$server
    client_conf >"$work/haproxy.conf"
    start_behind || return
    for version in 1.2 1.3; do
        for again in no yes; do
            ask "$1, $version" "v$version" "^reused:      $again"
            grep -q "^version:     TLS $version" "$work/page" || fail "$1: not TLS $version"
            grep -q '^client:      CN=Test Client' "$work/page" || fail "$1, $version: no client"
            grep -q '^alpn:        http/1.1' "$work/page" || fail "$1, $version: no ALPN"
            grep -q '^server name: localhost' "$work/page" || fail "$1, $version: no server name"
        done
    done
    ask "$1, no certificate" stranger '50[23] '
    ask "$1, another name" name '503 '
    ask "$1, another root" root '503 '
    stop "$server"
    server=$ours
    stop_serve
}

in_front
for engine in $engines; do
    as_client "$engine"
    echo "$engine: done"
done
done_testing
