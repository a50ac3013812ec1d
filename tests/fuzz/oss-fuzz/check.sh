#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check.sh DIRECTORY [SECONDS]: build.sh as OSS-Fuzz would run it, with this machine's clang, and each target for so many
# seconds (1) on its seeds with its dictionary. Fails when one of them cannot be built, started, or finds something.
set -u

directory=${1:?usage: check.sh DIRECTORY [SECONDS]}
seconds=${2:-1}
here=$(cd "$(dirname "$0")" && pwd)
command -v clang >/dev/null || { echo "skipped: no clang"; exit 77; }
mkdir -p "$directory/out"
directory=$(cd "$directory" && pwd)
export OUT=$directory/out CC=clang CXX=clang++ LIB_FUZZING_ENGINE=-fsanitize=fuzzer
export CFLAGS="-O1 -g1 -fno-omit-frame-pointer -fsanitize=address -fsanitize=fuzzer-no-link"
export CXXFLAGS=$CFLAGS
"$here/build.sh" >"$directory/build.log" 2>&1 || { tail -30 "$directory/build.log"; exit 1; }
tail -1 "$directory/build.log"
failed=0
ran=0
for target in "$OUT"/fuzz_*; do
    case $target in *.zip | *.dict) continue ;; esac
    name=$(basename "$target")
    rm -rf "$directory/seeds"
    mkdir -p "$directory/seeds"
    [ ! -f "$OUT/${name}_seed_corpus.zip" ] || python3 -m zipfile -e "$OUT/${name}_seed_corpus.zip" "$directory/seeds"
    dictionary=()
    [ ! -f "$OUT/$name.dict" ] || dictionary=(-dict="$OUT/$name.dict")
    "$target" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$directory/$name-" \
        ${dictionary[@]+"${dictionary[@]}"} "$directory/seeds" >"$directory/$name.log" 2>&1 ||
        { failed=$((failed + 1)); echo "FAIL: $name"; tail -30 "$directory/$name.log"; }
    ran=$((ran + 1))
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$directory/$name.log") executions," \
        "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$directory/$name.log" | tail -1) edges"
done
echo "$ran targets, $failed failures"
[ "$failed" -eq 0 ] && [ "$ran" -gt 0 ]
