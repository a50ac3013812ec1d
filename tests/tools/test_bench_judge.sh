#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls-bench --judge: each figure has a target and a verdict that follows from both. What the verdict
# is depends on the machine, and is not tested.
. "$(dirname "$0")/lib.sh"
[ -z "$OMNITLS_SANITIZE" ] || exit 77 # it runs the tool for what it prints; too slow here

bench=${OMNITLS_BENCH_TOOL:?}
if [ ! -x "$bench" ]; then
    echo "skipped: omnitls-bench is not built"
    exit 77
fi

# judged WHAT PATTERN: a table with each engine, and a code that says whether all passed.
judged() {
    local code=0 wanted=0
    "$bench" --judge --case "$2" --seconds 0.01 --csv "$work/judge.csv" --json "$work/judge.json" \
        >"$work/out" 2>"$work/err" </dev/null || code=$?
    for engine in $engines; do
        grep -q -w "$engine" "$work/out" || fail "$1: nothing about $engine: $(cat "$work/out" "$work/err")"
    done
    grep -q -E ' (fail|not quiet)$' "$work/out" && wanted=3
    [ "$code" -eq "$wanted" ] || fail "$1: exit $code, not $wanted: $(cat "$work/out" "$work/err")"
    # the verdict follows from figure, target and A/A, of all but heap, where less is better
    tr -d '\r' <"$work/judge.csv" | awk -F, -v heap="${3:-0}" -v what="$1" '
        NR == 1 { if ($0 != "row,name,engine,figure,target,aa,verdict") exit 1; next }
        {
            noisy = $6 != "" && ($6 < 0.99 || $6 > 1.01)
            good = heap ? $4 < $5 + 0.0005 : $4 > $5 - 0.0005
            wanted = noisy ? "not quiet" : good ? "pass" : "fail"
            if ($7 != wanted) { print what ": " $0 ": not " wanted; exit 1 }
        }' || fail "$1: the verdict does not follow from the figure"
}

judged "speed" record_64
grep -q '"verdict": "' "$work/judge.json" || fail "the JSON has no verdict"
grep -q '"target": ' "$work/judge.json" || fail "the JSON has no target"
judged "fresh chains" full_tls12_ecdsa_leaf
if ! grep -q 'heap cannot be watched' <<<"$("$bench" --judge --case idle)"; then
    judged "heap" 'idle' 1
fi

if "$bench" --judge --case instructions_record_64 >"$work/out" 2>"$work/err" </dev/null &&
    grep -q 'elsewhere: of builds' "$work/out"; then
    grep -q ', 0 not measured, [1-9][0-9]* of other builds$' "$work/out" || fail "instructions: $(cat "$work/out")"
elif command -v valgrind >/dev/null; then
    judged "instructions" instructions_record_64 1
fi

expect_code 1 "no such figure" "$bench" --judge --case nothing
says "no such figure" '"nothing"'
for with in --compare '--html x' '--profile ours --case record_64 --backend openssl'; do
    # shellcheck disable=SC2086 # words
    expect_code 1 "--judge $with" "$bench" --judge $with
    says "--judge $with" '--judge|--backend'
done
done_testing
