#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# template.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# The smallest backend, built from the installed files: under 400 lines, and it shakes hands with every
# engine of the build in both versions, with every kind of key.
. "$(dirname "$0")/lib.sh"
if ! printf '%s\n' '#include <openssl/opensslv.h>' '#if OPENSSL_VERSION_MAJOR < 3' '#error' '#endif' |
    "$CC" -fsyntax-only -x c - 2>/dev/null; then
    echo "no headers of OpenSSL 3"
    exit 77
fi
install_omnitls
build_module template
lines=$(wc -l <"$prefix/$DOCDIR/docs/examples/backend-template/template.c")
[ "$lines" -lt 400 ] || { echo "the template has $lines lines"; exit 1; }
exported=$(nm -D --defined-only "$work/template/template.so" | awk '{ print $3 }')
[ "$exported" = otls_module ] || { echo "the module exports: $exported"; exit 1; }
cp "$work/template/template.so" "$prefix/$LIBDIR/omnitls/"
"$prefix/bin/omnitls" selftest --backend template --against "$ENGINES" | tee "$work/selftest"
count=$(wc -w <<<"${ENGINES//,/ } template")
cells=$((6 * count * count))
grep -q "^$cells of $cells cells are right$" "$work/selftest" || { echo "not $cells cells"; exit 1; }
