#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# exports.sh LIBRARY SYMBOLS: the shared library exports what the list names, and nothing else.
set -euo pipefail
export LC_ALL=C
library=$1 symbols=$2
# A is the version node itself.
exported=$("${NM:-nm}" -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
    sort -u)
if ! diff -u "$symbols" <(printf '%s\n' "$exported"); then
    echo "$library exports (+) something else than $symbols lists (-)" >&2
    exit 1
fi
