#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# release.sh VERSION: run by CTest with the build described in the environment (see CMakeLists.txt).
# release-VERSION/ has what a backend's author had of that release: its headers for backends, and its
# OpenSSL backend as it was. A module built from that does what it did, as long as the ABI's major is
# the same (docs/writing-a-backend.md, "Versions"); else it is refused with the sentence for that.
. "$(dirname "$0")/lib.sh"
release=$here/release-$1
if ! printf '%s\n' '#include <openssl/opensslv.h>' '#if OPENSSL_VERSION_MAJOR < 3' '#error' '#endif' |
    "$CC" -fsyntax-only -x c - 2>/dev/null; then
    echo "no headers of OpenSSL 3"
    exit 77
fi
install_omnitls
cp "$prefix/$LIBDIR"/omnitls/*.so "$modules/"
"$CC" -std=gnu11 -shared -fPIC -fvisibility=hidden "-I$release" \
    -o "$modules/openssl.so" "$release"/openssl/*.c -lssl -lcrypto
export OMNITLS_MODULE_DIR=$modules

# abi HEADER: its "MAJOR.MINOR"
abi() {
    sed -n 's/^#define OTLS_BACKEND_ABI_M[AI][JN]OR \([0-9]*\)u.*/\1/p' "$1" | paste -s -d .
}
theirs=$(abi "$release/omnitls/backend.h")
ours=$(abi "$prefix/include/omnitls/backend.h")
echo "a module of $1, ABI $theirs, and this library, ABI $ours"
tool=$prefix/bin/omnitls

if [ "${theirs%.*}" != "${ours%.*}" ]; then
    sentence="module openssl speaks ABI $theirs, this library $ours; build it with this library's headers"
    "$tool" selftest --backend openssl >"$work/out" 2>&1 && { echo "it is not refused"; exit 1; }
    grep -q -F "openssl is left out: $sentence ($modules/openssl.so)" "$work/out" || {
        cat "$work/out"
        exit 1
    }
    exit 0
fi

# Every cell, both versions, each kind of key, with itself and every engine of the build.
others=$(tr , '\n' <<<"$ENGINES" | grep -v '^openssl$' | paste -s -d ,)
"$tool" selftest --backend openssl ${others:+--against "$others"} | tee "$work/selftest"
count=$(($(wc -w <<<"${others//,/ }") + 1))
cells=$((6 * count * count))
grep -q "^$cells of $cells cells are right$" "$work/selftest" || { echo "not $cells cells"; exit 1; }
# What it has beyond that: sessions, tickets, certificates of clients.
for cases in 'resume/*' 'client_certificate/*'; do
    "$prefix/bin/omnitls-conformance" --module "$modules/openssl.so" --against openssl --filter "$cases" \
        >"$work/conformance" 2>&1 || { cat "$work/conformance"; exit 1; }
    tail -n 1 "$work/conformance"
done
