#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang_tidy.sh SOURCE_DIR BUILD_DIR CLANG_TIDY: .clang-tidy's checks on everything that is installed.
# Fails on findings that known.txt does not list.
set -euo pipefail
source=$1 build=$2 tidy=$3
[ -f "$build/compile_commands.json" ] || exit 77
cd "$source"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# what this build compiles: other systems' files have no command here
find core backends accelerators tools -name '*.c' | sort >"$work/all"
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    xargs -d '\n' realpath -m | sed "s:^$PWD/::" | sort -u >"$work/compiled"
comm -12 "$work/all" "$work/compiled" >"$work/files"
[ -s "$work/files" ]
# Its exit status tells nothing: warnings are no errors, and a file without a command is skipped.
xargs -P "$(nproc)" -n 4 "$tidy" --quiet -p "$build" <"$work/files" >"$work/said" 2>"$work/errors" ||
    { cat "$work/errors" >&2; exit 1; }
grep ': warning: ' "$work/said" | sed "s:^$PWD/::" | sort -u >"$work/found" || true
sed -n 's/^\([^:]*\):.* \[\([^]]*\)\]$/\1 \2/p' "$work/found" | sort -u >"$work/kinds"
grep -v '^#' tests/analysis/known.txt | cut -d: -f1 | sort -u >"$work/known"
comm -23 "$work/kinds" "$work/known" >"$work/new"
comm -13 "$work/kinds" "$work/known" | sed 's/^/known.txt, no longer found: /'
echo "$(wc -l <"$work/files") files, $(wc -l <"$work/kinds") known or new kinds of findings in them"
if [ -s "$work/new" ]; then
    while read -r file check; do
        grep -F "$file:" "$work/found" | grep -F "[$check]"
    done <"$work/new"
    exit 1
fi
