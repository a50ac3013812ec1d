#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mbedtls.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# mbedtls.sh all: every conformance test, which takes minutes.
# A person who has the installed files and mbed TLS builds that engine's module, and it speaks to
# every engine of the build, both ways.
. "$(dirname "$0")/lib.sh"

if ! printf '%s\n' '#include <mbedtls/version.h>' \
    '#if MBEDTLS_VERSION_NUMBER >> 16 != 0x021c && MBEDTLS_VERSION_NUMBER >> 16 != 0x0306' '#error' '#endif' |
    "$CC" -fsyntax-only -x c - 2>/dev/null; then
    echo "no headers of mbed TLS 2.28 or 3.6 (apt-get install libmbedtls-dev)"
    exit 77
fi
versions=1 # of TLS, that our own engines have too
if printf '%s\n' '#include <mbedtls/version.h>' '#if MBEDTLS_VERSION_MAJOR < 3' '#error' '#endif' |
    "$CC" -fsyntax-only -x c - 2>/dev/null; then
    versions=2
fi

install_omnitls
build_module mbedtls
cp "$work/mbedtls/mbedtls.so" "$prefix/$LIBDIR/omnitls/"

exported=$(nm -D --defined-only "$work/mbedtls/mbedtls.so" | awk '{ print $3 }')
[ "$exported" = otls_module ] || { echo "the module exports: $exported"; exit 1; }

"$prefix/bin/omnitls" selftest --backend mbedtls --against "$ENGINES" | tee "$work/selftest"
# 6 cells for each pair of the build's engines; with mbed TLS on a side ECDSA and RSA in its versions
count=$(wc -w <<<"${ENGINES//,/ }")
right=$((6 * count * count + 2 * versions * (2 * count + 1)))
grep -q "^$right of $right cells are right, $((6 * (count + 1) * (count + 1) - right)) are" "$work/selftest" ||
    { echo "not $right cells"; exit 1; }

# The tests that our own backends are held to; what this engine does not have is no failure, and 3.6 has
# all that the chosen cases ask for.
lacks='[1-9][0-9]*'
[ "$versions" = 1 ] || [ "${1:-}" = all ] || lacks='[0-9][0-9]*'
conformance() {
    "$prefix/bin/omnitls-conformance" --module "$prefix/$LIBDIR/omnitls/mbedtls.so" --against "$ENGINES" "$@" \
        >"$work/conformance" 2>&1 || { cat "$work/conformance"; exit 1; }
    tail -n 1 "$work/conformance"
    grep -q "^mbedtls: [1-9][0-9]* passed, 0 failed, $lacks not supported\$" "$work/conformance" ||
        { echo "$*: no such count"; exit 1; }
}
if [ "${1:-}" = all ]; then
    conformance --jobs 2
else
    conformance --filter 'verify/*'
    conformance --filter 'resume/*'
    conformance --filter 'finished_messages/*'
fi
