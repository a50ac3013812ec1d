#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every engine as a client of other servers: client certificate, ALPN, both versions, resumption.
. "$(dirname "$0")/lib.sh"
have python3 || exit 77

# fetch WHAT ENGINE VERSION ALPN RESUMED
fetch() {
    printf 'GET / HTTP/1.0\r\n\r\n' |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$2" --json --min "$3" --max "$3" --ca "$root" \
            --cert "$own" --key "$own_key" --alpn http/1.1 --session-file "$work/session" \
            --servername localhost --allow-ragged-eof "127.0.0.1:$port" >"$work/page" 2>"$work/json" ||
        fail "$1, $2, $3: $(tail -c 300 "$work/json") $(head -n 3 "$work/other.err")"
    grep -a -q '200 OK\|200 ok' "$work/page" || fail "$1, $2, $3: no page: $(head -c 200 "$work/page")"
    grep -q '"verdict":"verified"' "$work/json" || fail "$1, $2, $3: not verified"
    grep -q "\"version\":\"$3\"" "$work/json" || fail "$1, $2, $3: not TLS $3"
    [ "$4" = - ] || grep -q "\"alpn\":\"$4\"" "$work/json" || fail "$1, $2, $3: no ALPN"
    grep -q "\"reused\":$5" "$work/json" || fail "$1, $2, $3: resumed is not $5"
}

# refuse WHAT ENGINE: without a certificate nobody gets in
refuse() {
    printf 'GET / HTTP/1.0\r\n\r\n' |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$2" --ca "$root" --servername localhost \
            --allow-ragged-eof "127.0.0.1:$port" >"$work/page" 2>"$work/err"
    grep -a -q '200 OK' "$work/page" && fail "$1, $2: a page without a certificate"
}

# try_all WHAT ALPN: the server runs on $port
try_all() {
    local engine version resumed
    for engine in $engines; do
        for version in 1.2 1.3; do
            rm -f "$work/session"
            fetch "$1" "$engine" $version "$2" false
            resumed=true
            # A wolfSSL client resumes TLS 1.2 by session id alone (its ticket fallback is broken),
            # and Node's server knows only tickets unless the program handles its session events.
            [ "$1 $engine $version" = "Node's tls wolfssl 1.2" ] && resumed=false
            fetch "$1" "$engine" $version "$2" $resumed
        done
        refuse "$1" "$engine"
    done
    echo "$1: done"
    stop "$server"
}

start_openssl -www -alpn http/1.1 -Verify 3 -verify_return_error -CAfile "$root" &&
    cp "$work/s_server.err" "$work/other.err" && try_all s_server http/1.1

if have gnutls-serv; then
    port=$(free_port)
    gnutls-serv --http --port "$port" --x509certfile "$cert" --x509keyfile "$key" \
        --x509cafile "$root" --require-client-cert --alpn http/1.1 \
        >"$work/other.out" 2>"$work/other.err" </dev/null &
    server=$!
    started+=("$server")
    await_port && try_all gnutls-serv http/1.1
else
    echo "skipped: gnutls-serv is not here"
fi

start_program '^listening on port [0-9]+$' python3 "$here/peer.py" server "$cert" "$key" "$root" &&
    try_all "Python's ssl" http/1.1

if have node; then
    start_program '^listening on port [0-9]+$' node "$here/peer.js" server "$cert" "$key" "$root" &&
        try_all "Node's tls" http/1.1
else
    echo "skipped: node is not here"
fi

nginx=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx)
stunnel=$(PATH=$PATH:/usr/sbin command -v stunnel4 || PATH=$PATH:/usr/sbin command -v stunnel)
plain=0

start_nginx() {
    port=$(free_port)
    plain=$(free_port)
    mkdir -p "$work/nginx"
    cat >"$work/nginx/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx/pid; error_log stderr error;
events { worker_connections 64; }
http {
    access_log off; default_type text/plain;
    client_body_temp_path $work/nginx/a; proxy_temp_path $work/nginx/b;
    fastcgi_temp_path $work/nginx/c; uwsgi_temp_path $work/nginx/d; scgi_temp_path $work/nginx/e;
    server {
        listen 127.0.0.1:$plain; listen 127.0.0.1:$port ssl;
        ssl_certificate $cert; ssl_certificate_key $key; ssl_protocols TLSv1.2 TLSv1.3;
        ssl_client_certificate $root; ssl_verify_client optional; ssl_verify_depth 3;
        ssl_session_cache shared:tls:1m;
        location / {
            if (\$https = on) { set \$v \$ssl_client_verify; }
            if (\$https != on) { set \$v SUCCESS; }
            if (\$v != SUCCESS) { return 403; }
            return 200 "hello\n";
        }
    }
}
CONF
    # before 1.19.5 it knows no -e, and says its first errors in the system's log
    if "$nginx" -h 2>&1 | grep -q -- ' -e '; then
        errors=(-e stderr)
    else
        errors=()
    fi
    "$nginx" ${errors[@]+"${errors[@]}"} -c "$work/nginx/nginx.conf" -p "$work/nginx" >"$work/other.out" \
        2>"$work/other.err" </dev/null &
    server=$!
    started+=("$server")
    await_port
}

start_stunnel() {
    port=$(free_port)
    cat >"$work/stunnel.conf" <<CONF
foreground = yes
pid =
debug = 3
[web]
accept = 127.0.0.1:$port
connect = 127.0.0.1:$plain
cert = $cert
key = $key
CAfile = $root
verifyChain = yes
CONF
    "$stunnel" "$work/stunnel.conf" >"$work/other.out" 2>"$work/other.err" </dev/null &
    server=$!
    started+=("$server")
    await_port
}

if [ -n "$nginx" ]; then
    start_nginx && try_all nginx http/1.1
else
    echo "skipped: nginx is not here"
fi
if [ -n "$nginx" ] && [ -n "$stunnel" ]; then
    start_nginx
    behind=$server
    start_stunnel && try_all stunnel -
    stop "$behind"
else
    echo "skipped: stunnel (with nginx behind it) is not here"
fi
done_testing
