#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# small.sh PROGRAM XML_FILE: small.c's cases are counted as they are meant: 3 hold, 13 and 16 fail, one crashes, one
# is skipped; in what the program says, in its XML, by its exit code, and when only some are asked for.
set -u

program=$1 xml=$2
failed=0

expect() {
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: $2, not $3"
        failed=1
    fi
}

said=$("$program" "--xml=$xml")
expect "exit code" $? 1
expect "the end" "$(tail -n 1 <<<"$said")" \
    "[====] Synthesis: Tested: 33 | Passing: 3 | Failing: 29 | Crashing: 1 | Skipped: 1"
expect "assertions named" "$(grep -c '^\[FAIL\] small::[a-z]*_fails#[0-9]*: .*small\.c:[0-9]*: ' <<<"$said")" 29
expect "why skipped" "$(grep '^\[SKIP\]' <<<"$said")" "[SKIP] small::skipped#0: because of it"
expect "the crash" "$(grep -c '^\[CRASH\] small::a_crash_is_one_case#0: signal 6$' <<<"$said")" 1
for status in PASSED:3 FAILED:29 ERRORED:1 SKIPPED:1; do
    expect "XML, ${status%:*}" "$(grep -c "status=\"${status%:*}\"" "$xml")" "${status#*:}"
done
expect "documents in the XML" "$(grep -c '<?xml' "$xml")" 1

said=$("$program" --filter=small/asserts)
expect "exit code of a part" $? 0
expect "a part" "$(tail -n 1 <<<"$said")" \
    "[====] Synthesis: Tested: 1 | Passing: 1 | Failing: 0 | Crashing: 0 | Skipped: 0"
expect "what comes after a case" "$(grep -c '^after it$' <<<"$("$program" --filter=small/has_its)")" 1
expect "names" "$("$program" --list | wc -l | tr -d ' ')" 7
"$program" --unknown >/dev/null 2>&1
expect "exit code of an unknown option" $? 2

# what the tests use is there
tests=$(dirname "$0")/..
headers=("$tests"/support/small/criterion/*.h)
for name in $(grep -rhoE '\bcr_(assert|expect|skip|make)[a-z_]*' "$tests/unit" "$tests/conformance" | sort -u); do
    expect "$name" "$(grep -c "define $name(" "${headers[@]}" | cut -d: -f2 | sort | tail -n 1)" 1
done
for name in $(grep -rhE '^(Parameterized)?Test\(' "$tests/unit" "$tests/conformance" | grep -oE '\.[a-z]+ =' | tr -d '. =' | sort -u); do
    expect ".$name" "$(sed -n '/struct small_extra/,/^}/p' "${headers[0]}" | grep -c "\b$name\b")" 1
done
exit $failed
