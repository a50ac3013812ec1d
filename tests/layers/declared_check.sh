#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# declared_check.sh SOURCE_DIR: api/omnitls.symbols lists exactly what the public headers declare.
set -euo pipefail
root=$1
here=$(dirname "$0")
if ! diff -u "$root/api/omnitls.symbols" <("$here/declared.sh" "$root"/api/omnitls/*.h); then
    echo "api/omnitls.symbols (-) is not what the headers declare (+). To bring it up to date:" >&2
    echo "    tests/layers/declared.sh api/omnitls/*.h > api/omnitls.symbols" >&2
    exit 1
fi
echo "$(wc -l <"$root/api/omnitls.symbols") functions, declared and listed"
