#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# valgrind.sh VALGRIND PROGRAM: a Criterion program, each of its tests' processes under memcheck. What
# is wrong in one of them makes its exit status, and with it the test, wrong.
set -uo pipefail
valgrind=$1 program=$2
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
"$valgrind" --quiet --trace-children=yes --leak-check=full --show-leak-kinds=definite \
    --errors-for-leak-kinds=definite --error-exitcode=99 --log-file="$log/%p" \
    "$program" -j1 --timeout 600
status=$?
if [ -n "$(find "$log" -type f -size +0)" ]; then
    cat "$log"/*
    exit 1
fi
exit $status
