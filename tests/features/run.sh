#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh SOURCE_DIRECTORY BUILD_DIRECTORY ENGINE COMPILER [-n COMBINATIONS] [-p PRESET | NAME...]
# The library with one engine, without each feature of cmake/features.cmake by itself (or those of NAME, or all that
# a preset of CMakePresets.json leaves out), then in random combinations, always the same ones (default 30): no warning, nothing undefined, and the exports
# are those of api/omnitls.symbols less what went.
set -euo pipefail

source=$1 build=$2 engine=$3 compiler=$4
shift 4
combinations=30
if [ "${1:-}" = -n ]; then
    combinations=$2
    shift 2
fi
if [ "${1:-}" = -p ]; then
    mapfile -t out < <(python3 -c 'import json, sys
presets = {one["name"]: one for one in json.load(open(sys.argv[1]))["configurePresets"]}
name = sys.argv[2]
while name:
    options = presets[name].get("cacheVariables", {})
    print(*(o[len("OMNITLS_WITH_"):] for o in options if o.startswith("OMNITLS_WITH_")), sep="\n")
    name = presets[name].get("inherits")' "$source/CMakePresets.json" "$2" | grep .)
    [ ${#out[@]} -gt 0 ] || { echo "CMakePresets.json: $2 leaves nothing out" >&2; exit 1; }
    set -- "${out[@]}"
fi
mapfile -t all < <(sed -n 's/^  "\([A-Z0-9_]*\)|\(ON\|OFF\)|.*/\1/p' "$source/cmake/features.cmake")
[ ${#all[@]} -ge 20 ] || { echo "cmake/features.cmake has ${#all[@]} rows" >&2; exit 1; }
failed=0

# try TEXT NAME...: build without the features named
try() {
    local text=$1 name begin=$SECONDS options=()
    shift

    for name in "${all[@]}"; do
        case " $* " in
        *" $name "*) options+=("-DOMNITLS_WITH_$name=OFF") ;;
        *) options+=("-DOMNITLS_WITH_$name=ON") ;;
        esac
    done
    if CC=$compiler cmake -S "$source" -B "$build" -G Ninja -DOMNITLS_BACKENDS="$engine" -DOMNITLS_WERROR=ON \
        -DCMAKE_BUILD_TYPE=MinSizeRel -DOMNITLS_LTO=OFF -DOMNITLS_SHARED=ON -DOMNITLS_TESTS=OFF \
        -DOMNITLS_TOOLS=OFF -DOMNITLS_BENCH=OFF "${options[@]}" >"$build.log" 2>&1 &&
        cmake --build "$build" --target omnitls >>"$build.log" 2>&1 && exports "$@" >>"$build.log" 2>&1; then
        echo "ok      $text ($((SECONDS - begin)) s)"
    else
        echo "FAILED  $text"
        grep -E -A 4 'error: |undefined reference|^exports' "$build.log" | head -n 20
        failed=$((failed + 1))
    fi
}

# What the library defines is what its own configuration header says that it has.
exports() {
    local have want

    have=$(nm -D --defined-only "$build"/lib/libomnitls.so | sed -n 's/.* T \(otls_[a-z0-9_]*\)@.*/\1/p' | sort)
    want=$(sed -n 's/^    \(otls_[a-z0-9_]*\);$/\1/p; s/^    \(otls_[a-z0-9_]*\)$/\1/p' "$build/omnitls.map" | sort)
    if [ "$have" != "$want" ]; then
        echo "exports: promised (<) and there (>):"
        diff <(echo "$want") <(echo "$have") || return 1
    fi
    ! sed -n 's/^OTLS_ABSENT(\(otls_[a-z0-9_]*\),.*/\1/p' "$build/generated/include/omnitls/config.h" |
        grep -Fxf - <(echo "$have")
}

mkdir -p "$(dirname "$build")"
if [ $# -gt 0 ]; then
    try "without $*" "$@"
    combinations=0
else
    for name in "${all[@]}"; do
        try "without $name" "$name"
    done
fi
RANDOM=14 # the same combinations every time
for ((i = 0; i < combinations; i++)); do
    out=()
    for name in "${all[@]}"; do
        if [ "$name" != TLS ] && ((RANDOM % 2)); then
            out+=("$name")
        fi
    done
    try "combination $i: without ${out[*]}" "${out[@]}"
done
echo "$failed failed"
[ $failed -eq 0 ]
