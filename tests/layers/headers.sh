#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# headers.sh API_DIR CC [CXX]: every public header compiles alone, as C99 and as C++11 without a
# warning. backend.h, for authors of backends, is C11.
set -euo pipefail
api=$1 cc=$2 cxx=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for header in "$api"/omnitls/*.h; do
    name=$(basename "$header")
    printf '#include <omnitls/%s>\n#include <omnitls/%s>\nint otls_unused;\n' "$name" "$name" \
        >"$work/a.c"
    if [ "$name" = backend.h ]; then
        "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$api" -fsyntax-only "$work/a.c"
        continue
    fi
    "$cc" -std=c99 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -I"$api" -fsyntax-only \
        "$work/a.c"
    if [ -n "$cxx" ] && [ "${cxx%NOTFOUND}" = "$cxx" ]; then
        cp "$work/a.c" "$work/a.cc"
        "$cxx" -std=c++11 -Wall -Wextra -Wpedantic -Werror -I"$api" -fsyntax-only "$work/a.cc"
    fi
done
