#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# small.sh PROGRAM XML_FILE: small.c's cases are counted as they are meant: 3 hold, 13 and 15 fail, one crashes, one
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
    "[====] Synthesis: Tested: 32 | Passing: 3 | Failing: 28 | Crashing: 1 | Skipped: 1"
expect "assertions named" "$(grep -c '^\[FAIL\] small::[a-z]*_fails#[0-9]*: .*small\.c:[0-9]*: ' <<<"$said")" 28
expect "why skipped" "$(grep '^\[SKIP\]' <<<"$said")" "[SKIP] small::skipped#0: because of it"
expect "the crash" "$(grep -c '^\[CRASH\] small::a_crash_is_one_case#0: signal 6$' <<<"$said")" 1
for status in PASSED:3 FAILED:28 ERRORED:1 SKIPPED:1; do
    expect "XML, ${status%:*}" "$(grep -c "status=\"${status%:*}\"" "$xml")" "${status#*:}"
done
expect "documents in the XML" "$(grep -c '<?xml' "$xml")" 1

said=$("$program" --filter=small/asserts)
expect "exit code of a part" $? 0
expect "a part" "$(tail -n 1 <<<"$said")" \
    "[====] Synthesis: Tested: 1 | Passing: 1 | Failing: 0 | Crashing: 0 | Skipped: 0"
expect "names" "$("$program" --list | wc -l | tr -d ' ')" 7
"$program" --unknown >/dev/null 2>&1
expect "exit code of an unknown option" $? 2
exit $failed
