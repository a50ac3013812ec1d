#!/bin/sh
# SPDX-License-Identifier: MIT
# declared.sh: print the names of the functions that the public headers declare, sorted.
#   declared.sh HEADER...            e.g. api/omnitls/*.h > api/omnitls.symbols
set -eu
export LC_ALL=C
# Comments go first: they may quote declarations.
cat "$@" | grep -av '^ *#' | tr '\n' ' ' | sed 's:/\*:\n/*:g; s:\*/:*/\n:g' | grep -av '^/\*' |
    tr '\n' ' ' | sed 's/OTLS_API/\n&/g' |
    sed -n 's/^OTLS_API [^(;{]*[ *]\(otls_[a-z0-9_]*\) *(.*/\1/p' | sort -u
