#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# instrumented.sh BUILD SECONDS [TARGET...]: libFuzzer with its counters in core and backends. Configures and
# builds BUILD (clang, address and undefined-behaviour sanitizers, OMNITLS_FUZZ) if it is not there, then gives each
# target, all of them by default, so many seconds, two beside each other. Seeds are fuzz/corpus/<target>; what is
# found to be new is kept in BUILD/found/<target>, of which `fuzz_x -merge=1 fuzz/corpus/x BUILD/found/x` takes
# over what adds coverage. Prints executions, edges and inputs kept; a crash, a time-out or a leak is a failure.
set -u

usage="usage: instrumented.sh BUILD SECONDS [TARGET...]"
build=${1:?$usage}
seconds=${2:?$usage}
shift 2
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for file in "$here"/fuzz_*.c; do
        name=$(basename "$file" .c)
        targets+=("${name#fuzz_}")
    done
fi
if [ ! -f "$build/build.ninja" ]; then
    CC=${CC:-clang} cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-O1 \
        -DCMAKE_C_FLAGS_DEBUG=-g1 -DOMNITLS_SANITIZE=address,undefined -DOMNITLS_FUZZ=ON >"$build.log" || exit 1
fi
cmake --build "$build" --target "${targets[@]/#/fuzz_}" >"$build.log" 2>&1 ||
    { tail -40 "$build.log"; exit 1; }
build=$(cd "$build" && pwd)
export OMNITLS_MODULE_DIR=$build/lib/omnitls
mkdir -p "$build/found"
: >"$build/found/failed"

run() {
    local name=$1 log=$build/found/$1.log seeds=()
    mkdir -p "$build/found/$name"
    [ -d "$here/corpus/$name" ] && seeds=("$here/corpus/$name")
    case $name in x509 | crl) seeds+=("$build/pki/der") ;; esac
    "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$build/found/$name-" "$build/found/$name" "${seeds[@]}" >"$log" 2>&1 ||
        { echo "$name" >>"$build/found/failed"; tail -60 "$log"; }
    echo "fuzz/$name: $seconds s, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions," \
        "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1) edges," \
        "$(find "$build/found/$name" -type f | wc -l) inputs kept"
}

for name in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge 2 ]; do
        wait -n
    done
    run "$name" &
done
wait
[ ! -s "$build/found/failed" ] && echo "nothing found"
