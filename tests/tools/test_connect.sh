#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `omnitls connect` on every engine against openssl s_server, gnutls-serv and our own echo.
. "$(dirname "$0")/lib.sh"

connect() {
    local engine=$1
    shift
    timeout 60 "$OMNITLS_TOOL" connect --backend "$engine" --ca "$pki/root.pem" \
        --servername localhost "$@"
}

# field NAME VALUE WHAT: is "NAME":VALUE in the one line of JSON?
field() {
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "$3: not one line of JSON: $(cat "$work/err")"
    grep -q -F "\"$1\":$2" "$work/err" || fail "$3: \"$1\" is not $2: $(cat "$work/err")"
}

for engine in $engines; do
    # a page, over both versions, with the summary as JSON
    start_openssl -www || continue
    for version in 1.2 1.3; do
        what="s_server -www, $engine, $version"
        printf 'GET / HTTP/1.0\r\n\r\n' |
            connect "$engine" --min $version --max $version --json ${ragged[@]+"${ragged[@]}"} \
                "127.0.0.1:$port" >"$work/page" 2>"$work/err" || fail "$what: exit $?: $(cat "$work/err")"
        grep -q '^HTTP/1.0 200 ok' "$work/page" || fail "$what: $(head -c 200 "$work/page")"
        grep -q '</HTML>' "$work/page" || fail "$what: the page is not whole"
        for pair in engine:"\"$engine\"" version:"\"$version\"" verdict:'"verified"' \
            reused:false category:null alert:null; do
            field "${pair%%:*}" "${pair#*:}" "$what"
        done
        grep -q '"subject":"CN=localhost,O=omnitls tests"' "$work/err" || fail "$what: no chain"
    done
    # nothing to send: close_notify at once, and an end
    expect_code 0 "</dev/null, $engine" connect "$engine" ${ragged[@]+"${ragged[@]}"} "127.0.0.1:$port"
    stop "$server"

    # every byte value, both ways, more than fits into any buffer
    start_serve "$engine" --echo || continue
    head -c 3000001 /dev/urandom >"$work/sent"
    for version in 1.2 1.3; do
        connect "$engine" --linger 1 --max $version "127.0.0.1:$port" <"$work/sent" \
            >"$work/got" 2>"$work/err" || fail "echo, $engine, $version: $(cat "$work/err")"
        cmp -s "$work/sent" "$work/got" || fail "echo, $engine, $version: the bytes differ"
        cat "$work/sent" | connect "$engine" --linger 1 --max $version "127.0.0.1:$port" \
            2>/dev/null | cat >"$work/got"
        cmp -s "$work/sent" "$work/got" || fail "echo over pipes, $engine, $version"
    done
    stop_serve

    # verdicts and exit codes
    start_serve "$engine" || continue
    expect_code 4 "unknown CA, $engine" "$OMNITLS_TOOL" connect --backend "$engine" --json \
        --ca "$pki/other-root.pem" --servername localhost "127.0.0.1:$port"
    field category '"OTLS_E_VERIFY"' "unknown CA, $engine"
    field verdict '"refused"' "unknown CA, $engine"
    field alert '"unknown_ca"' "unknown CA, $engine"
    expect_code 4 "wrong name, $engine" "$OMNITLS_TOOL" connect --backend "$engine" --json \
        --ca "$pki/root.pem" --servername elsewhere.test "127.0.0.1:$port"
    field category '"OTLS_E_VERIFY"' "wrong name, $engine"
    expect_code 0 "--verify none, $engine" "$OMNITLS_TOOL" connect --backend "$engine" --json \
        --verify none "127.0.0.1:$port"
    field verdict '"not checked"' "--verify none, $engine"
    expect_code 0 "an address, $engine" "$OMNITLS_TOOL" connect --backend "$engine" \
        --ca "$pki/root.pem" "127.0.0.1:$port"
    stop_serve

    # a client certificate that is required, absent and present; ALPN
    start_serve "$engine" --verify required --ca "$pki/root.pem" --alpn h2,http/1.1 || continue
    for version in 1.2 1.3; do
        expect_code 3 "no certificate, $engine, $version" connect "$engine" --max $version \
            --json "127.0.0.1:$port"
        field alert_received true "no certificate, $engine, $version"
        expect_code 0 "certificate, $engine, $version" connect "$engine" --max $version --json \
            --cert "$pki/client-ecdsa-p256.pem" --key "$pki/client-ecdsa-p256.key" \
            --alpn http/1.1 "127.0.0.1:$port"
        field alpn '"http/1.1"' "certificate, $engine, $version"
    done
    stop_serve
done

# gnutls-serv cannot choose a free port by itself
if have gnutls-serv; then
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        gnutls-serv --http --quiet --port $port --x509certfile "$pki/server-ecdsa-p256.pem" \
            --x509keyfile "$pki/server-ecdsa-p256.key" >"$work/gnutls.out" 2>&1 </dev/null &
        server=$!
        started+=("$server")
        for _ in $(seq 100); do
            (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
            kill -0 "$server" 2>/dev/null || break
            sleep 0.05
        done
        kill -0 "$server" 2>/dev/null && break
        forget "$server"
    done
    for engine in $engines; do
        for version in 1.2 1.3; do
            printf 'GET / HTTP/1.0\r\n\r\n' |
                connect "$engine" --max $version --linger 1 "127.0.0.1:$port" \
                    >"$work/page" 2>"$work/err" ||
                fail "gnutls-serv, $engine, $version: $(cat "$work/err")"
            grep -q 'GnuTLS' "$work/page" || fail "gnutls-serv, $engine, $version: no page"
        done
    done
    stop "$server"
fi
done_testing
