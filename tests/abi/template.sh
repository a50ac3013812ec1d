#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# template.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# The smallest backend, built from the installed files: under 400 lines, and it shakes hands with every
# engine of the build in both versions, with every kind of key.
. "$(dirname "$0")/lib.sh"
need_openssl_3
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
# What the guide says of it. What it leaves out is counted as that, with its own words.
# what each engine calls bytes that are no record is more than the smallest module translates
for cases in 'handshake/[denp]*' 'handshake/garbage_at_server' 'verify/*' 'keys/*' 'would_block/*' 'alpn/*' \
    'client_*/*' 'certificate_message/*' 'close_table/*' 'engines/*'; do
    "$prefix/bin/omnitls-conformance" --module "$prefix/$LIBDIR/omnitls/template.so" --against template \
        --filter "$cases" >"$work/conformance" 2>&1 || { cat "$work/conformance"; exit 1; }
    tail -n 1 "$work/conformance"
    [ "$cases" != 'keys/*' ] || cp "$work/conformance" "$work/keys"
done
grep -q '^keys/exporter: 0 passed, 0 failed, [1-9][0-9]* not supported (.*template cannot do exporter: the template leaves it out)$' \
    "$work/keys" || { cat "$work/keys"; exit 1; }
