#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIRECTORY [OPTION...]: the tests with the label "row" as static programs with musl, and
# BUILD_DIRECTORY/row.json for docs/platforms.md: wolfSSL from the distribution's source package with the options of
# its binary one, core and backend, compiled by musl-gcc. OPTION: of CMake. Exit code 77: something is not
# installed. OMNITLS_WOLFSSL_SOURCE: sources that are there already.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=tests/platforms/wolfssl_source.sh
. "$here/../wolfssl_source.sh"
# shellcheck source=tests/platforms/wolfssl_build.sh
. "$here/../wolfssl_build.sh"
# shellcheck source=tests/platforms/run_row.sh
. "$here/../run_row.sh"

skip() {
    echo "skipped: $*" >&2
    exit 77
}

mkdir -p "$1"
build=$(cd "$1" && pwd)
shift
triple=$(uname -m)-linux-musl
for program in "$triple-gcc:musl-tools" cmake:cmake ninja:ninja-build python3:python3; do
    command -v "${program%%:*}" >/dev/null || skip "${program%%:*} is not installed (package ${program##*:})"
done
wolfssl_source >/dev/null || skip "wolfSSL's source package could not be fetched"

# Tokens would be loaded at run time, which a static program does not do.
options=/usr/include/wolfssl/options.h
[ -e "$options" ] || skip "$options is not there (package libwolfssl-dev)"
mkdir -p "$build/settings"
{ cat "$here/user_settings.h"; grep -v -e _FORTIFY_SOURCE -e HAVE_PKCS11 "$options"; } >"$build/settings/user_settings.h"

prefix=$build/wolfssl
wolfssl_build "$prefix" "$build/settings" "$triple" -O2 -fPIC
PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig row_build "$root" "$build" "-DCMAKE_C_COMPILER=$triple-gcc" \
    "-DCMAKE_PREFIX_PATH=$prefix" "-DCMAKE_FIND_ROOT_PATH=$prefix" -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
    -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_EXE_LINKER_FLAGS=-static -DOMNITLS_SHARED=OFF \
    -DOMNITLS_BACKENDS=wolfssl -DOMNITLS_LTO=OFF "$@"
version=$("/lib/ld-musl-$(uname -m).so.1" 2>&1 | sed -n 's/^Version //p') || true # it ends with 1
row_run "$build" "$build/row.json" "system=Linux, static" "architecture=$(uname -m)" \
    "libc=musl $version" "compiler=gcc $("$triple-gcc" -dumpfullversion)"
