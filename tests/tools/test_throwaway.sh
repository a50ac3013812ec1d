#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# serve without a certificate: one made on the spot, whose pin it prints, and the words that it gives a
# client do what they say. Another one's certificate or pin is refused.
. "$(dirname "$0")/lib.sh"

bin=$work/bin
mkdir -p "$bin"
ln -s "$OMNITLS_TOOL" "$bin/omnitls"
cd "$work" || exit 1
last=

# start_bare ENGINE OPTION...: $server, $port and $pin
start_bare() {
    local engine=$1
    shift
    : >"$work/serve.out"
    "$OMNITLS_TOOL" serve --backend "$engine" --listen 127.0.0.1:0 "$@" >"$work/serve.out" 2>"$work/serve.err" &
    server=$!
    started+=("$server")
    wait_for "$work/serve.out" '^listening on 127\.0\.0\.1:[0-9]+$|"listening"' || return 1
    port=$(grep -o '[0-9]*}\?$' <<<"$found" | tr -d '}')
    pin=$(sed -n 's/.*; pin \([A-Za-z0-9+/]*=\)$/\1/p' "$work/serve.out")
}

for engine in $engines; do
    start_bare "$engine" --www || continue
    [ "${#pin}" -eq 44 ] || fail "$engine: no pin: $(cat "$work/serve.out")"
    [ "$pin" != "$last" ] || fail "$engine: the same key as the one before"
    # the words it gives, by copy and paste
    while IFS= read -r line; do
        PATH=$bin:$PATH timeout 60 bash -c "$line" >"$work/out" 2>"$work/err" </dev/null ||
            fail "$engine: $line: exit $?: $(head -c 300 "$work/err")"
    done < <(sed -n 's/^  omnitls/omnitls/p' "$work/serve.out")
    grep -q 'BEGIN CERTIFICATE' throwaway.pem || fail "$engine: no certificate"
    for name in localhost 127.0.0.1 ::1; do
        expect_code 0 "$engine: $name" "$OMNITLS_TOOL" connect --ca throwaway.pem --pin "$pin" --servername "$name" \
            "127.0.0.1:$port"
    done
    expect_code 4 "$engine: another name" "$OMNITLS_TOOL" connect --ca throwaway.pem --servername elsewhere.test \
        "127.0.0.1:$port"
    expect_code 4 "$engine: another key" "$OMNITLS_TOOL" connect --ca throwaway.pem \
        --pin AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "127.0.0.1:$port"
    expect_code 4 "$engine: not trusted" "$OMNITLS_TOOL" connect --ca "$pki/root.pem" "127.0.0.1:$port"
    [ -z "$last" ] || expect_code 4 "$engine: the one before" "$OMNITLS_TOOL" connect --ca last.pem "127.0.0.1:$port"
    mv throwaway.pem last.pem
    last=$pin
    stop_serve

    start_bare "$engine" --json || continue
    grep -q '"event": *"throwaway".*"pin_sha256": *"[A-Za-z0-9+/]*="\|"pin_sha256": *".*"event": *"throwaway"' \
        "$work/serve.out" || fail "$engine: JSON: $(head -n 1 "$work/serve.out")"
    grep -q 'a client trusts' "$work/serve.out" && fail "$engine: words among the JSON"
    stop_serve
done

# with a certificate, or a pre-shared key, there is nothing to make
start_serve "${engines%% *}" && { grep -q pin "$work/serve.out" && fail "a pin beside --cert"; stop_serve; }
done_testing
