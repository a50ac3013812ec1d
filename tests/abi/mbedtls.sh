#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mbedtls.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# A person who has the installed files and mbed TLS builds that engine's module, and it speaks to
# every engine of the build, both ways.
. "$(dirname "$0")/lib.sh"

if ! printf '%s\n' '#include <mbedtls/version.h>' \
    '#if MBEDTLS_VERSION_NUMBER >> 16 != 0x021c' '#error' '#endif' |
    "$CC" -fsyntax-only -x c - 2>/dev/null; then
    echo "no headers of mbed TLS 2.28"
    exit 77
fi

install_omnitls
build_module mbedtls
cp "$work/mbedtls/mbedtls.so" "$prefix/$LIBDIR/omnitls/"

exported=$(nm -D --defined-only "$work/mbedtls/mbedtls.so" | awk '{ print $3 }')
[ "$exported" = otls_module ] || { echo "the module exports: $exported"; exit 1; }

"$prefix/bin/omnitls" selftest --backend mbedtls --against "$ENGINES" | tee "$work/selftest"
# 6 cells for each pair of the build's engines; with mbed TLS on a side ECDSA and RSA in TLS 1.2
count=$(wc -w <<<"${ENGINES//,/ }")
right=$((6 * count * count + 2 * (2 * count + 1)))
grep -q "^$right of $right cells are right, $((6 * (count + 1) * (count + 1) - right)) are" "$work/selftest" ||
    { echo "not $right cells"; exit 1; }
