#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every engine as a server of other clients: client certificate, ALPN, both versions, resumption.
. "$(dirname "$0")/lib.sh"
have python3 || exit 77

request() {
    printf 'GET / HTTP/1.0\r\n\r\n'
}

# page WHAT: the server's page for the right client
page() {
    grep -a -q '^alpn:        http/1.1' "$work/page" ||
        fail "$1: no ALPN: $(tail -n 3 "$work/page") $(tail -n 3 "$work/err")"
    grep -a -q '^client:      CN=Test Client' "$work/page" || fail "$1: no client's name"
}

# with_openssl WHAT FLAG REST...: s_client
with_openssl() {
    request | timeout 60 openssl s_client -ign_eof "-tls${2/./_}" -connect "127.0.0.1:$port" \
        -servername localhost -verify_hostname localhost -verify_return_error -CAfile "$root" \
        -cert "$own" -cert_chain "$own" -key "$own_key" -alpn http/1.1 "${@:3}" \
        >"$work/page" 2>"$work/err"
    page "$1"
}

try_openssl() {
    with_openssl "s_client, $1, $2" "$2" -sess_out "$work/session"
    grep -a -q '^New, ' "$work/page" || fail "s_client, $1, $2: not new"
    with_openssl "s_client, $1, $2, again" "$2" -sess_in "$work/session"
    grep -a -q '^Reused, ' "$work/page" || fail "s_client, $1, $2: not resumed"
}

try_curl() {
    timeout 60 curl -sS --cacert "$root" --cert "$own" --key "$own_key" --tlsv1.2 --tls-max "$2" \
        --connect-to "localhost:$port:127.0.0.1:$port" "https://localhost:$port/" \
        >"$work/page" 2>"$work/err" || fail "curl, $1, $2: $(cat "$work/err")"
    page "curl, $1, $2"
    timeout 60 curl -sS --cacert "$root" --tlsv1.2 --tls-max "$2" \
        --connect-to "localhost:$port:127.0.0.1:$port" "https://localhost:$port/" \
        >"$work/page" 2>"$work/err" && fail "curl, $1, $2: gets in without a certificate"
}

try_gnutls() {
    { request; sleep 2; } |
        timeout 60 gnutls-cli --x509cafile "$root" --x509certfile "$own" --x509keyfile "$own_key" \
            --priority "NORMAL:-VERS-ALL:+VERS-TLS$2" --verify-hostname localhost --alpn http/1.1 \
            --sni-hostname localhost --port "$port" 127.0.0.1 >"$work/page" 2>"$work/err" ||
        fail "gnutls-cli, $1, $2: $(tail -n 3 "$work/err")"
    page "gnutls-cli, $1, $2"
}

# try_script WHAT ENGINE VERSION COMMAND...: two connections, the second one resumed
try_script() {
    timeout 60 "${@:4}" client "$own" "$own_key" "$root" "$port" "$3" >"$work/page" 2>"$work/err" ||
        fail "$1, $2, $3: $(tail -n 3 "$work/err")"
    grep -q "^0: TLSv$3 http/1.1 reused=False" "$work/page" || fail "$1, $2, $3: $(cat "$work/page")"
    grep -q "^1: TLSv$3 http/1.1 reused=True" "$work/page" || fail "$1, $2, $3: not resumed"
    page "$1, $2, $3"
}

have node || echo "skipped: node is not here"
have gnutls-cli || echo "skipped: gnutls-cli is not here"
have curl || echo "skipped: curl is not here"
for engine in $engines; do
    start_serve "$engine" --www --alpn http/1.1 --verify required --ca "$root" || continue
    for version in 1.2 1.3; do
        try_openssl "$engine" $version
        if have curl; then try_curl "$engine" $version; fi
        if have gnutls-cli; then try_gnutls "$engine" $version; fi
        try_script "Python's ssl" "$engine" $version python3 "$here/peer.py"
        if have node; then try_script "Node's tls" "$engine" $version node "$here/peer.js"; fi
    done
    echo "$engine: done"
    stop_serve
done
done_testing
