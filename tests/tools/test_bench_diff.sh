#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls-bench --diff: what changed, what only looks so, and what is no run at all.
. "$(dirname "$0")/lib.sh"

bench=${OMNITLS_BENCH_TOOL:?}
here=$(dirname "$0")
if [ ! -x "$bench" ]; then
    echo "skipped: omnitls-bench is not built"
    exit 77
fi

# ---- a run of the layer beside the engines -------------------------------------------------------

expect_code 0 "a run" "$bench" --case record_64 --seconds 0.01 --json "$work/layer.json" \
    --csv "$work/layer.csv" --html "$work/layer.html"
if have python3; then
    # shellcheck disable=SC2086 # one word for each engine
    python3 "$here/check_bench.py" layer "$work/layer.json" $engines || fail "the JSON is not whole"
    python3 "$here/check_bench.py" html "$work/layer.html" || fail "the page is not whole"
fi
[ "$(wc -l <"$work/layer.csv")" -eq $((1 + $(wc -w <<<"$engines"))) ] || fail "the CSV is not whole"
expect_code 0 "a run with itself" "$bench" --diff "$work/layer.json" "$work/layer.json"
grep -q '^no difference: ' "$work/out" || fail "a run differs from itself: $(cat "$work/out")"

# ---- runs whose difference is known --------------------------------------------------------------

# run FILE MEDIAN Q1 Q3 NOISE BYTES: one figure with a spread, one that is exact.
run() {
    cat >"$work/$1.json" <<JSON
{"context": {"cpu": "$1", "engines": {"${engines%% *}": "$1"}}, "benchmarks": [], "rows": [
 {"name": "time", "unit": "ns", "noise": $5, "verdict": "", "engines": {"${engines%% *}":
  {"median": $2, "q1": $3, "q3": $4, "ci95_low": $2, "ci95_high": $2}}},
 {"name": "heap", "unit": "bytes", "noise": 0.005, "verdict": "", "engines": {"${engines%% *}":
  {"median": $6, "q1": $6, "q3": $6, "ci95_low": $6, "ci95_high": $6}, "other": {"why_not": "x"}}}]}
JSON
}

# differs WHAT BEFORE AFTER PATTERN...: each pattern is found; "!" before one: is not.
differs() {
    local what=$1 before=$2 after=$3 pattern
    shift 3
    expect_code 0 "$what" "$bench" --diff "$work/$before.json" "$work/$after.json"
    for pattern in "$@"; do
        if [ "${pattern#!}" = "$pattern" ]; then
            grep -q -E -e "$pattern" "$work/out" || fail "$what: no $pattern: $(cat "$work/out")"
        else
            grep -q -E -e "${pattern#!}" "$work/out" && fail "$what: ${pattern#!}: $(cat "$work/out")"
        fi
    done
}

run base 100 98 102 0.02 5000
run slower 110 108 112 0.02 5000
run wide 110 101 120 0.02 5000
run noisy 110 108 112 0.20 5000
run small 101.5 101.4 101.6 0.02 5000
run exact 100 98 102 0.02 5100
run almost 100 98 102 0.02 5010
run zero 100 98 102 0.02 0
differs "slower" base slower '/time .* 1\.100 +slower' '^2 figures: 0 better, 1 worse' '^cpu: base, then slower' \
    "^${engines%% *}: base, then slower" '!heap'
differs "faster" slower base '/time .* 0\.909 +faster' '^2 figures: 1 better, 0 worse'
differs "quartiles that touch" base wide '^no difference: 2 figures' '!slower +$|/time'
differs "within the run's own noise" base noisy '^no difference'
differs "less than 2 %" base small '^no difference'
differs "more memory" base exact '/heap .* 1\.020 +more' '0 better, 1 worse'
differs "half a percent" base almost '^no difference'
differs "none any more" base zero '/heap .* less' '1 better, 0 worse'
differs "none before" zero base '/heap .* more' '0 better, 1 worse'

# ---- what is no run ------------------------------------------------------------------------------

# refused WHAT CODE PATTERN ARGUMENT...
refused() {
    expect_code "$2" "$1" "$bench" "${@:4}"
    says "$1" "$3"
}
refused "one file" 1 'two files' --diff "$work/base.json"
refused "three files" 1 '"c"' --diff a b c
refused "no file" 2 'none\.json' --diff "$work/none.json" "$work/base.json"
echo '{' >"$work/cut.json"
refused "no JSON" 2 'cut\.json:[0-9]+: ' --diff "$work/base.json" "$work/cut.json"
number=0
for text in '{}' '[]' '{"rows": 1}' '{"rows": []}' '{"rows": [1]}' '{"benchmarks": [{}]}' \
    '{"rows": [{"name": "a", "unit": "ns", "noise": 0, "engines": {"b": {"median": "x"}}}]}' \
    '{"benchmarks": [{"name": "a/b/ours", "samples_ns": []}]}'; do
    number=$((number + 1))
    echo "$text" >"$work/odd$number.json"
    refused "$text" 2 "odd$number\.json is no run" --diff "$work/odd$number.json" "$work/base.json"
done
refused "nothing in common" 2 'no figure in common' --diff "$work/layer.json" "$work/base.json"
refused "--svg" 1 '--svg' --case record_64 --svg "$work/x.svg"
done_testing
