#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# headers.sh API_DIR CC [CXX]: every public header, backend.h included, compiles alone, as C99, C11,
# C++11 and C++20, without a warning.
set -euo pipefail
api=$1 cc=$2 cxx=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for header in "$api"/omnitls/*.h; do
    name=$(basename "$header")
    printf '#include <omnitls/%s>\n#include <omnitls/%s>\nint otls_unused;\n' "$name" "$name" \
        >"$work/a.c"
    for standard in c99 c11; do
        "$cc" -std=$standard -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -I"$api" \
            -fsyntax-only "$work/a.c"
    done
    if [ -n "$cxx" ] && [ "${cxx%NOTFOUND}" = "$cxx" ]; then
        cp "$work/a.c" "$work/a.cc"
        for standard in c++11 c++20; do
            "$cxx" -std=$standard -Wall -Wextra -Wpedantic -Werror -I"$api" -fsyntax-only \
                "$work/a.cc"
        done
    fi
done
