#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# symbols.sh PREFIX ARCHIVES OBJECTS: every name that leaves one of a backend's files begins with
# PREFIX or is the module's table, and none is a name of the engines' libraries, which may be linked
# statically beside it. ARCHIVES and OBJECTS: lists with colons between.
set -euo pipefail
prefix=$1 archives=$2 objects=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm=${NM:-nm}

IFS=: read -r -a files <<<"$objects"
# the thunks are the compiler's own, hidden and one for all: i386 finds its data with them
"$nm" -g --defined-only "${files[@]}" | awk 'NF == 3 && $3 !~ /^__x86\.get_pc_thunk/ { print $3 }' | sort -u >"$work/ours"
[ -s "$work/ours" ]
if grep -vE "^(${prefix}|otls_module|__odr_asan|_+gcov|__llvm)" "$work/ours"; then
    echo "the names above must begin with $prefix" >&2
    exit 1
fi
IFS=: read -r -a libraries <<<"$archives"
for library in ${libraries[@]+"${libraries[@]}"}; do
    "$nm" -g --defined-only "$library" 2>/dev/null | awk 'NF == 3 { print $3 }'
done | sort -u >"$work/theirs"
if comm -12 "$work/ours" "$work/theirs" | grep .; then
    echo "the names above are an engine's, too" >&2
    exit 1
fi
echo "$(wc -l <"$work/ours") names, against $(wc -l <"$work/theirs")"
