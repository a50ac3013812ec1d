# SPDX-License-Identifier: MIT
# Shared by the tests of the omnitls command; sourced, not run.
# shellcheck shell=bash
set -u

: "${OMNITLS_TOOL:?names the omnitls command}" "${OMNITLS_PKI:?names the directory of certificates}"
engines=${OMNITLS_ENGINES:-openssl,wolfssl,gnutls}
engines=${engines//,/ }
pki=$OMNITLS_PKI
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-tool.XXXXXX")
failures=0
port=0
started=()
unset SSLKEYLOGFILE OMNITLS_BACKEND

finish() {
    local pid
    [ "$BASHPID" = "$$" ] || return # only the script itself clears up
    for pid in ${started[@]+"${started[@]}"}; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# done_testing: the script's last line.
done_testing() {
    [ "$failures" -eq 0 ] && echo "all well"
    exit $((failures > 0))
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# wait_for FILE PATTERN: until a line of what $server writes matches; it goes to $found.
wait_for() {
    local tries=600
    while [ "$tries" -gt 0 ]; do
        found=$(grep -m 1 -E -e "$2" "$1" 2>/dev/null) && return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
        tries=$((tries - 1))
    done
    fail "no \"$2\" in $(basename "$1"): $(head -c 500 "$1" 2>/dev/null)"
    return 1
}

# start_serve ENGINE OPTION...: $server is its process, $port its port; output in $work/serve.*
start_serve() {
    local engine=$1
    shift
    : >"$work/serve.out"
    "$OMNITLS_TOOL" serve --backend "$engine" --cert "$pki/server-ecdsa-p256.pem" \
        --key "$pki/server-ecdsa-p256.key" --listen 127.0.0.1:0 "$@" \
        >"$work/serve.out" 2>"$work/serve.err" &
    server=$!
    started+=("$server")
    wait_for "$work/serve.out" '^listening on 127\.0\.0\.1:[0-9]+$' || return 1
    port=${found##*:}
}

# stop_serve: it must end by itself when asked, and well.
stop_serve() {
    local code=0
    kill -TERM "$server" 2>/dev/null || fail "the server is gone: $(tail -n 3 "$work/serve.err")"
    wait "$server" || code=$?
    forget "$server"
    [ "$code" -eq 0 ] || fail "the server ended with $code: $(tail -n 3 "$work/serve.err")"
}

forget() {
    local pid kept=()
    for pid in ${started[@]+"${started[@]}"}; do
        [ "$pid" = "$1" ] || kept+=("$pid")
    done
    started=(${kept[@]+"${kept[@]}"})
}

# OpenSSL 1.1.1's s_server -www ends without close_notify, which is no clean end unless it is said to be.
ragged=()
case $(openssl version) in
    "OpenSSL 1."*) ragged=(--allow-ragged-eof) ;;
esac

# start_openssl OPTION...: openssl s_server; $server and $port. The certificate is ours.
start_openssl() {
    : >"$work/s_server.out"
    openssl s_server -accept 127.0.0.1:0 -cert "$pki/server-ecdsa-p256.pem" \
        -cert_chain "$pki/server-ecdsa-p256.pem" -key "$pki/server-ecdsa-p256.key" "$@" \
        >"$work/s_server.out" 2>"$work/s_server.err" </dev/null &
    server=$!
    started+=("$server")
    wait_for "$work/s_server.out" '^ACCEPT [^ ]*:[0-9]+' || return 1
    port=${found##*:}
}

stop() {
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    forget "$1"
}

# expect_code WANTED WHAT COMMAND...: run it, output in $work/out and $work/err.
expect_code() {
    local wanted=$1 what=$2 code=0
    shift 2
    if [ "$(type -t "$1")" = function ]; then
        "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    else
        timeout 60 "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    fi
    [ "$code" -eq "$wanted" ] ||
        fail "$what: exit $code, not $wanted: $(head -c 400 "$work/err")"
}

# says WHAT PATTERN: exactly one line on standard error, and it matches; advice, behind two blanks, may follow.
says() {
    [ "$(grep -c -v '^  ' "$work/err")" -eq 1 ] || fail "$1: not one sentence: $(head -c 400 "$work/err")"
    grep -q -E -e "$2" "$work/err" || fail "$1: does not say \"$2\": $(head -c 400 "$work/err")"
}
