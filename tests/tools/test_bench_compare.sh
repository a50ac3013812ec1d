#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# omnitls-bench --compare: every row has every engine or says why not, in every form of output.
. "$(dirname "$0")/lib.sh"
[ -z "$OMNITLS_SANITIZE" ] || exit 77 # it runs the tool for what it prints; too slow here

bench=${OMNITLS_BENCH_TOOL:?}
here=$(dirname "$0")
if [ ! -x "$bench" ]; then
    echo "skipped: omnitls-bench is not built"
    exit 77
fi
mkdir "$work/tmp"
export TMPDIR=$work/tmp

# As a function it has the test's own time limit; percentiles of too few operations say so.
everything() {
    "$bench" --compare --quick --seconds 0.01 --json "$work/run.json" --csv "$work/run.csv" \
        --html "$work/run.html" --svg "$work/run.svg"
}
expect_code 0 "--compare" everything
rows=$(wc -l <"$work/run.csv")
for engine in $engines; do
    grep -q -w "$engine" "$work/out" || fail "the table has no $engine"
done
if have python3; then
    # shellcheck disable=SC2086
    python3 "$here/check_bench.py" compare "$work/run.json" $engines || fail "the JSON is not whole"
    python3 "$here/check_bench.py" html "$work/run.html" || fail "the page is not whole"
    maker=${OMNITLS_SOURCE_DIR:?}/bench/engines.py
    python3 "$maker" "$work/engines.md" "A machine=$work/run.json" || fail "no document can be made of the run"
    grep -q '^## A machine$' "$work/engines.md" || fail "the document does not name the machine"
    grep -q 'compiling on this machine' "$work/engines.md" && fail "a quiet run is called a busy one"
    [ "$(grep -c '^| .* | .* |$' "$work/engines.md")" -gt "$(((rows - 1) / $(wc -w <<<"$engines")))" ] ||
        fail "the document has not every row"
    echo '{"rows": []}' >"$work/odd.json"
    expect_code 1 "a document of no run" python3 "$maker" "$work/none.md" "A machine=$work/odd.json"
    says "a document of no run" 'odd\.json is no run'
    expect_code 1 "a document without a name" python3 "$maker" "$work/none.md" "$work/run.json"
    says "a document without a name" 'usage: '
    [ ! -e "$work/none.md" ] || fail "a document was written of nothing"
    python3 "$here/check_bench.py" svg "$work/run.svg" || fail "the picture is not whole"
fi
head -n 1 "$work/run.csv" | grep -q '^section,name,title,engine,unit,median,' || fail "the CSV has no head"
for engine in $engines; do
    [ "$(grep -c ",$engine," "$work/run.csv")" -eq $(((rows - 1) / $(wc -w <<<"$engines"))) ] ||
        fail "the CSV has not every row for $engine"
done
awk -F'"' 'NF % 2 == 0 { exit 1 }' "$work/run.csv" || fail "a line of the CSV has a quote too many"

expect_code 0 "a pattern" "$bench" --compare --seconds 0.01 --case 'wire_*_bytes' --csv -
grep -q 'wire_tls13_client_bytes' "$work/out" || fail "the pattern does not find what it matches"
grep -q 'writes\|record' "$work/out" && fail "the pattern finds more than it matches"
expect_code 0 "instructions" "$bench" --compare --case instructions_record_64 --backend "${engines%% *}" --csv -
grep -q 'instructions_record_64' "$work/out" || fail "instructions: no row: $(cat "$work/out")"
if command -v valgrind >/dev/null && grep -q -i 'callgrind\|valgrind' "$work/out"; then
    fail "instructions: valgrind is there, and counted nothing: $(cat "$work/out")"
fi
expect_code 0 "one engine" "$bench" --compare --seconds 0.01 --case 'record_aes128_64' --backend "${engines%% *}"
grep -q "only ${engines%% *}" "$work/out" || fail "one engine alone leads nobody: $(cat "$work/out")"

expect_code 0 "--diff of a run with itself" "$bench" --diff "$work/run.json" "$work/run.json"
grep -q '^no difference: [1-9][0-9]* figures' "$work/out" || fail "a run differs from itself: $(cat "$work/out")"
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "--diff of a run with itself says more: $(cat "$work/out")"

expect_code 1 "no such case" "$bench" --compare --case nothing
says "no such case" '--case: .*"nothing"'
expect_code 1 "two reports on one output" "$bench" --compare --csv - --json -
says "two reports on one output" 'standard output'
expect_code 1 "--profile" "$bench" --compare --profile ours --case record_64 --backend "${engines%% *}"
says "--profile" '--profile'
expect_code 2 "a report that cannot be written" "$bench" --compare --case code --csv "$work/none/run.csv"
says "a report that cannot be written" "$work/none/run.csv: "
[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls -A "$TMPDIR")"
done_testing
