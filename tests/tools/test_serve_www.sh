#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# curl, openssl s_client and gnutls-cli each fetch / from `omnitls serve --www` on every engine.
. "$(dirname "$0")/lib.sh"

# page WHAT ENGINE VERSION: is the page in $work/page, and does it state the truth?
page() {
    grep -q "^engine:      $2 " "$work/page" || fail "$1: no page: $(head -c 300 "$work/page")"
    grep -q "^version:     TLS $3" "$work/page" || fail "$1: not TLS $3"
}

with_curl() {
    timeout 60 curl -sS --cacert "$pki/root.pem" --tlsv1.2 --tls-max "$2" \
        --connect-to "localhost:$port:127.0.0.1:$port" "https://localhost:$port/" \
        >"$work/page" 2>"$work/err" || fail "curl, $1, $2: $(cat "$work/err")"
    page "curl, $1, $2" "$1" "$2"
}

with_openssl() {
    local flag=-tls1_3
    [ "$2" = 1.2 ] && flag=-tls1_2
    printf 'GET / HTTP/1.0\r\n\r\n' |
        timeout 60 openssl s_client -quiet -ign_eof $flag -connect "127.0.0.1:$port" \
            -servername localhost -verify_hostname localhost -verify_return_error \
            -CAfile "$pki/root.pem" >"$work/page" 2>"$work/err" ||
        fail "s_client, $1, $2: $(cat "$work/err")"
    page "s_client, $1, $2" "$1" "$2"
}

with_gnutls() {
    # its input stays open: at its end gnutls-cli would not wait for the answer
    { printf 'GET / HTTP/1.0\r\n\r\n'; sleep 2; } |
        timeout 60 gnutls-cli --x509cafile "$pki/root.pem" \
            --priority "NORMAL:-VERS-ALL:+VERS-TLS$2" --verify-hostname localhost \
            --sni-hostname localhost --port "$port" 127.0.0.1 >"$work/page" 2>"$work/err" ||
        fail "gnutls-cli, $1, $2: $(cat "$work/err")"
    page "gnutls-cli, $1, $2" "$1" "$2"
}

for engine in $engines; do
    start_serve "$engine" --www || continue
    for version in 1.2 1.3; do
        if have curl; then with_curl "$engine" $version; fi
        with_openssl "$engine" $version
        if have gnutls-cli; then with_gnutls "$engine" $version; fi
    done
    # a request in pieces, and one that is none
    { printf 'GET / HT'; sleep 0.2; printf 'TP/1.0\r\nA: b\r\n'; sleep 0.2; printf '\r\n'; } |
        timeout 60 "$OMNITLS_TOOL" connect --backend "$engine" --ca "$pki/root.pem" \
            --servername localhost "127.0.0.1:$port" >"$work/page" 2>"$work/err" ||
        fail "pieces, $engine: $(cat "$work/err")"
    page "pieces, $engine" "$engine" 1.3
    printf 'hello\n\n' | timeout 60 "$OMNITLS_TOOL" connect --ca "$pki/root.pem" \
        --servername localhost "127.0.0.1:$port" >"$work/page" 2>"$work/err"
    grep -q '^HTTP/1.1 400' "$work/page" || fail "nonsense is not answered with 400, $engine"
    stop_serve
done

# --once ends with the status of its one connection
engine=${engines%% *}
for wanted in 0 3; do
    start_serve "$engine" --once
    if [ $wanted -eq 0 ]; then
        printf 'GET / HTTP/1.0\r\n\r\n' | timeout 60 "$OMNITLS_TOOL" connect \
            --ca "$pki/root.pem" --servername localhost "127.0.0.1:$port" >/dev/null 2>&1
    else
        printf 'this is not TLS\r\n\r\n' | timeout 10 cat >"/dev/tcp/127.0.0.1/$port"
    fi
    code=0
    wait "$server" || code=$?
    forget "$server"
    [ $code -eq $wanted ] || fail "--once ended with $code, not $wanted: $(cat "$work/serve.err")"
done
done_testing
