#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls-bench --explain: every case, and no call that the two programs do not make.
. "$(dirname "$0")/lib.sh"
[ -z "$OMNITLS_SANITIZE" ] || exit 77 # it runs the tool for what it prints; too slow here

bench=${OMNITLS_BENCH_TOOL:?}
sources=${OMNITLS_SOURCE_DIR:?}/bench
if [ ! -x "$bench" ]; then
    echo "skipped: omnitls-bench is not built"
    exit 77
fi

for case in $("$bench" --list | sed -n 's/^case  *\([a-z0-9_]*\) .*/\1/p'); do
    for chain in leaf fresh; do
        expect_code 0 "$case" "$bench" --explain "$case" --chain "$chain"
    done
    grep -q "^$case: " "$work/out" || fail "$case: not explained"
    for program in $engines omnitls; do
        grep -q "^    $program " "$work/out" || fail "$case: nothing about $program"
    done
    cat "$work/out" >>"$work/all"
done
grep -q 'otls_context_set_acceleration' "$work/all" || fail "acceleration is not explained"
grep -q '^  each operation on 2 threads' "$work/all" || fail "threads are not explained"
grep -q '^  10000 such pairs' "$work/all" || fail "open connections are not explained"
# What --judge measures and --list has not.
for case in full_tls13_ecdsa full_tls12_rsa_leaf mutual_tls13_rsa trust_later_heap idle idle_fd instructions_record_64 \
    identities_heap threads_full; do
    expect_code 0 "$case" "$bench" --explain "$case"
    grep -q "^$case: " "$work/out" || fail "$case: not explained"
    grep -q '^  row [0-9]* of --judge: ' "$work/out" || fail "$case: nothing about what is judged"
    cat "$work/out" >>"$work/all"
done
"$bench" --explain full_tls13_ecdsa_leaf | grep -q '^  chain: fresh-leaf;' || fail "judge's chain is not explained"
names=$(grep -o -E '\b(SSL|X509|BIO|d2i|wolfSSL|WOLFSSL|gnutls|GNUTLS|otls)_[A-Za-z0-9_]+' "$work/all" | sort -u)
[ "$(wc -l <<<"$names")" -gt 20 ] || fail "hardly any call is named: $names"
for name in $names; do
    grep -q -w -F "$name" "$sources"/native_*.c "$sources"/ours*.c || fail "$name: no program of the benchmark uses it"
done
expect_code 0 "one engine" "$bench" --explain record_64 --backend "${engines%% *}"
for engine in $engines; do
    lines=$(grep -c "^    $engine " "$work/out")
    wanted=0
    [ "$engine" != "${engines%% *}" ] || wanted=$(grep -c '^    omnitls ' "$work/out")
    [ "$lines" -eq "$wanted" ] || fail "one engine: $lines steps of $engine, not $wanted"
done
expect_code 1 "no such case" "$bench" --explain nothing
says "no such case" '"nothing"'
expect_code 1 "with --compare" "$bench" --explain record_64 --compare
says "with --compare" '--explain'
done_testing
