# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Sourced by here.sh and emulated.sh: one row of docs/platforms.md.

# row_build SOURCE_DIRECTORY BUILD_DIRECTORY OPTION...: the tests with the label "row"; what failed is shown.
row_build() {
    local source=$1 build=$2 log=$2/row-build.log

    shift 2
    mkdir -p "$build"
    if ! cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=MinSizeRel -DOMNITLS_TESTS=ON \
        -DOMNITLS_SMALL_TESTS=ON -DOMNITLS_TOOLS=OFF -DOMNITLS_BENCH=OFF "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        return 1
    fi
    grep '^-- Engine' "$log"
    if ! cmake --build "$build" --target omnitls_row_programs -- -k 0 >>"$log" 2>&1; then
        grep -E -A 6 'error: |undefined reference|undefined symbol|^FAILED' "$log" | head -n 100 >&2
        return 1
    fi
}

# row_compiler BUILD_DIRECTORY: its name and version, as CMake found out.
row_compiler() {
    cat "$1"/CMakeFiles/*/CMakeCCompiler.cmake |
        sed -n 's/^set(CMAKE_C_COMPILER_ID "\(.*\)")/\1/p; s/^set(CMAKE_C_COMPILER_VERSION "\(.*\)")/\1/p' |
        sed 's/^GNU$/gcc/; s/^Clang$/clang/' | paste -sd' '
}

# row_run BUILD_DIRECTORY ROW_FILE NAME=VALUE...: run them; kinds of keys take turns. ROW_JOBS: how many at once.
row_run() {
    local build=$1 out=$2 engines text status=0

    shift 2
    engines=$(sed -n 's/^-- Engine \([a-z]*\): \([0-9][^ ]*\)$/\1 \2/p' "$build/row-build.log" | sort -u | paste -sd, | sed 's/,/, /g')
    text=$( (llvm-size "$build"/lib/libomnitls.* || size "$build"/lib/libomnitls.*) 2>/dev/null |
        awk '$1 ~ /^[0-9]+$/ { sum += $1; if ($0 !~ /\.a/) { exit } } END { print sum + 0 }')
    rm -rf "$build/results" "$build/Testing"
    mkdir "$build/results"
    (cd "$build" && OMNITLS_TEST_KEYS=turns ctest -j "${ROW_JOBS:-$(nproc)}" -L '^row$') | tee "$build/ctest.out" || status=$?
    python3 "${BASH_SOURCE[0]%/*}/row.py" "$out" "$@" "engines=$engines" "text=$text" \
        --results "$build/results" --log "$build/Testing/Temporary/LastTest.log" --ctest "$build/ctest.out" || status=$?
    return $status
}
