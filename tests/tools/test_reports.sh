#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# selftest, backends and compare: what they print, for people and as JSON; the key log.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL
count=$(wc -w <<<"$engines")

expect_code 0 "selftest --json" "$tool" selftest --json
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "selftest --json: not one line"
grep -q '^{"cells":\[{"client":"' "$work/out" || fail "selftest --json: $(head -c 200 "$work/out")"
cells=$(grep -o '{"client":"[a-z]*","server":"[a-z]*","version":"1\.[23]","key":"[a-z0-9-]*","ok":true,"reason":""}' \
    "$work/out" | sort -u | wc -l)
[ "$cells" -eq $((count * count * 6)) ] || fail "selftest --json: $cells cells are right"
expect_code 0 "selftest" "$tool" selftest
tail -n 1 "$work/out" | grep -q "^$cells of $cells cells are right" || fail "selftest: $(tail -n 3 "$work/out")"
grep -q "$(printf '\033')" "$work/out" && fail "colours without a terminal"
OMNITLS_MODULE_DIR=$work expect_code 1 "an engine that is not there" "$tool" selftest --backend nossl
first=${engines%% *}
expect_code 0 "selftest --against" "$tool" selftest --backend "$first" --against "${engines// /,}"
tail -n 1 "$work/out" | grep -q "^$cells of $cells cells are right$" || fail "--against: $(tail -n 3 "$work/out")"
expect_code 1 "--against alone" "$tool" selftest --against "$first"
grep -q 'needs --backend' "$work/err" || fail "--against alone: $(cat "$work/err")"
expect_code 1 "--against nobody" "$tool" selftest --backend "$first" --against nossl
grep -q 'nossl cannot be used' "$work/err" || fail "--against nobody: $(cat "$work/err")"

expect_code 0 "backends --json" "$tool" backends --json
expect_code 0 "backends" "$tool" backends
for engine in $engines; do
    grep -q "^$engine .*running [0-9.]*[a-z]*, built against [0-9.]*[a-z]*" "$work/out" ||
        fail "backends: $engine is not listed"
    expect_code 0 "backends --backend $engine" "$tool" backends --json --backend "$engine"
    grep -q "\"name\":\"tls1.3\",\"support\":\"yes\"" "$work/out" || fail "$engine: no TLS 1.3?"
    expect_code 0 "backends" "$tool" backends
done

start_openssl -www
expect_code 0 "compare" "$tool" compare --ca "$pki/root.pem" --servername localhost "127.0.0.1:$port"
for engine in $engines; do
    head -n 1 "$work/out" | grep -q -w "$engine" || fail "compare: no column for $engine"
done
grep -q '^  version .*1\.3' "$work/out" || fail "compare: $(cat "$work/out")"
grep -q '^  verdict .*verified' "$work/out" || fail "compare: $(cat "$work/out")"
expect_code 4 "compare, refused" "$tool" compare --json --ca "$pki/other-root.pem" \
    --servername localhost "127.0.0.1:$port"
[ "$(grep -o '"category":"OTLS_E_VERIFY"' "$work/out" | wc -l)" -eq "$count" ] ||
    fail "compare: the engines do not all refuse"
for engine in $engines; do
    rm -f "$work/keys"
    SSLKEYLOGFILE=$work/keys expect_code 0 "key log, $engine" "$tool" connect --backend "$engine" \
        ${ragged[@]+"${ragged[@]}"} --ca "$pki/root.pem" --servername localhost "127.0.0.1:$port"
    # every engine logs or says that it cannot
    if ! grep -qs '^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]* [0-9a-f]*$' "$work/keys"; then
        grep -q 'SSLKEYLOGFILE' "$work/err" || fail "key log, $engine: neither lines nor a word"
    fi
    [ ! -e "$work/keys" ] || [ "$(stat -c %a "$work/keys")" = 600 ] || fail "key log: others may read it"
done
ln -s readable "$work/link"
for engine in $engines; do
    for file in readable link; do
        echo old >"$work/readable" && chmod 0644 "$work/readable"
        SSLKEYLOGFILE=$work/$file expect_code 0 "key log, $engine, $file" "$tool" connect \
            --backend "$engine" ${ragged[@]+"${ragged[@]}"} --ca "$pki/root.pem" \
            --servername localhost "127.0.0.1:$port"
        if [ "$file" = link ]; then
            grep -q 'SSLKEYLOGFILE' "$work/err" || fail "key log, $engine: a link is not said"
            [ "$(cat "$work/readable")" = old ] || fail "key log, $engine: follows a link"
        elif [ "$(cat "$work/readable")" != old ]; then # written, so by an engine that can
            [ "$(stat -c %a "$work/readable")" = 600 ] || fail "key log, $engine: others may read it"
        fi
    done
done
# "cannot write" names the file; an engine without a key log says that it has none
for engine in $engines; do
    SSLKEYLOGFILE=$work/none/keys expect_code 0 "key log nowhere, $engine" "$tool" connect --json \
        --backend "$engine" ${ragged[@]+"${ragged[@]}"} --ca "$pki/root.pem" \
        --servername localhost "127.0.0.1:$port"
    said='SSLKEYLOGFILE.*none/keys'
    "$tool" backends --json --backend "$engine" >"$work/features"
    grep -q '"name":"key-log","support":"no"' "$work/features" && said='SSLKEYLOGFILE'
    grep -q "$said" "$work/err" || fail "key log nowhere, $engine: not said"
done
stop "$server"
done_testing
