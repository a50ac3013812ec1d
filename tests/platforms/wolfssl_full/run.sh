#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIRECTORY MATERIAL_FROM
# The wolfSSL module against a wolfSSL that has what the distribution leaves out (more.h): the distribution's
# sources and options, compiled here. Its rows follow, and the tests of what they say pass. MATERIAL_FROM: a
# build directory whose keys are used again. Exit code 77: something is not installed.
# OMNITLS_WOLFSSL_SOURCE: sources that are there already.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=tests/platforms/wolfssl_source.sh
. "$here/../wolfssl_source.sh"
# shellcheck source=tests/platforms/wolfssl_build.sh
. "$here/../wolfssl_build.sh"
build=$1
material=$2

skip() {
    echo "skipped: $*" >&2
    exit 77
}

tools=$(gcc -dumpmachine 2>/dev/null) || skip "gcc is not installed"
command -v "$tools-gcc" >/dev/null || skip "there is no $tools-gcc"
options=$(echo '#include <wolfssl/options.h>' | gcc -M -E - 2>/dev/null | tr ' ' '\n' | grep 'wolfssl/options.h$') ||
    skip "wolfSSL's headers are not installed"
source=$(wolfssl_source) || skip "wolfSSL's source package could not be fetched"
[ "$(wolfssl_version "$source")" = "$(wolfssl_version "${options%/wolfssl/options.h}")" ] ||
    skip "the sources are of another version than the options"

# ---- wolfSSL ----

mkdir -p "$build/settings"
{
    printf '#include <stdint.h>\n' # which evp.c of 5.5 forgets
    cat "$options" "$here/more.h"
} >"$build/settings/user_settings.h"
prefix=$build/wolfssl
wolfssl_build "$prefix" "$build/settings" "$tools" -O1 -fPIC -pthread

mkdir -p "$prefix/lib/pkgconfig"
cat >"$prefix/lib/pkgconfig/wolfssl.pc" <<PC
Name: wolfssl
Description: wolfSSL with more in it
Version: $(wolfssl_version "$source")
Cflags: -I$prefix/include
Libs: -L$prefix/lib -lwolfssl -lm -pthread
PC

# ---- omnitls with it ----

tests=(features info options key_forms session_early renegotiation shared_groups messages)
PKG_CONFIG_PATH=$prefix/lib/pkgconfig cmake -S "$root" -B "$build/omnitls" -G Ninja -DOMNITLS_BACKENDS=wolfssl \
    -DCMAKE_BUILD_TYPE=Debug -DOMNITLS_LTO=OFF -DOMNITLS_WERROR=ON \
    -DOMNITLS_MATERIAL_FROM="$material"
cmake --build "$build/omnitls" --target omnitls_tool "${tests[@]/#/conformance_test_}"

# The rows, as this build answers: name, answer.
rows=$("$build/omnitls/bin/omnitls" backends --json)
for row in key-log:yes pkcs12-legacy:yes static-rsa:yes early-data:no renegotiation:no; do
    grep -qF "{\"name\":\"${row%:*}\",\"support\":\"${row#*:}\"," <<<"$rows" ||
        { echo "${row%:*} is not \"${row#*:}\"" >&2; exit 1; }
done
for test in "${tests[@]}"; do
    ctest --test-dir "$build/omnitls" -R "^conformance/$test\$" --no-tests=error --output-on-failure
done
