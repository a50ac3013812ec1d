#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIRECTORY PKI_HEADER_DIRECTORY
# tests/platforms/talk.c on a Cortex-M33 without an operating system: wolfSSL from the distribution's source
# package, core and backend are cross-compiled, and qemu-system-arm runs it. Exit code 77: something is not
# installed. OMNITLS_WOLFSSL_SOURCE: sources that are there already.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=tests/platforms/wolfssl_source.sh
. "$here/../wolfssl_source.sh"
build=$1
pki=$2

skip() {
    echo "skipped: $*" >&2
    exit 77
}

for program in arm-none-eabi-gcc:gcc-arm-none-eabi qemu-system-arm:qemu-system-arm cmake:cmake; do
    command -v "${program%%:*}" >/dev/null || skip "${program%%:*} is not installed (package ${program##*:})"
done
echo '#include <string.h>' | arm-none-eabi-gcc --specs=nano.specs -E - >/dev/null 2>&1 ||
    skip "newlib is not installed (package libnewlib-arm-none-eabi)"
source=$(wolfssl_source) || skip "wolfSSL's source package could not be fetched"

# ---- wolfSSL: a prefix with headers and one archive ----

prefix=$build/wolfssl
flags=(-mcpu=cortex-m33 -mthumb -std=gnu11 -Os -ffunction-sections -fdata-sections
    -DWOLFSSL_USER_SETTINGS -w "-I$prefix/include" "-I$source")

make_wolfssl() {
    local objects=$build/wolfssl-objects

    rm -rf "$prefix" "$objects"
    mkdir -p "$prefix/lib" "$prefix/include" "$objects"
    cp -R "$source/wolfssl" "$prefix/include/"
    cp "$here/user_settings.h" "$prefix/include/"
    printf '#define WOLFSSL_USER_SETTINGS\n#include <user_settings.h>\n' >"$prefix/include/wolfssl/options.h"
    # misc.c and evp.c are included by others; what is for another machine compiles to nothing
    # shellcheck disable=SC2016 # the inner shell expands
    find "$source/src" "$source/wolfcrypt/src" -maxdepth 1 -name '*.c' ! -name misc.c ! -name evp.c \
        ! -name bio.c ! -name conf.c ! -name pk.c ! -name x509.c ! -name x509_str.c ! -name ssl_misc.c \
        ! -name '*_x86_64.c' ! -name 'sp_x86*' ! -name 'sp_arm*' ! -name 'sp_cortexm.c' ! -name 'sp_dsp*' -print0 |
        xargs -0 -P "$(nproc)" -I '{}' bash -c '
            file=$1; out=$2; shift 2
            exec arm-none-eabi-gcc "$@" -c "$file" -o "$out/$(basename "$file" .c).o"' bash '{}' "$objects" "${flags[@]}"
    arm-none-eabi-ar rcs "$prefix/lib/libwolfssl.a" "$objects"/*.o
}

mkdir -p "$build"
stamp=$(cat "$here/user_settings.h" "$here/run.sh" | cksum; echo "$source")
if [ ! -e "$prefix/lib/libwolfssl.a" ] || [ "$(cat "$build/stamp" 2>/dev/null)" != "$stamp" ]; then
    make_wolfssl
    echo "$stamp" >"$build/stamp"
fi

# ---- the firmware ----

PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig cmake -S "$here" -B "$build/talk" -G Ninja \
    -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/arm-none-eabi.cmake" -DCMAKE_BUILD_TYPE=MinSizeRel \
    -DCMAKE_PREFIX_PATH="$prefix" -DTALK_PKI="$pki"
cmake --build "$build/talk"
arm-none-eabi-size "$build/talk/talk.elf"

# ---- the run ----

status=0
said=$(timeout 300 qemu-system-arm -M mps2-an505 -nographic -monitor none -serial none \
    -semihosting-config enable=on,target=native -kernel "$build/talk/talk.elf" </dev/null 2>&1) || status=$?
echo "$said"
if [ $status -ne 0 ] || ! grep -q '^0 failed' <<<"$said"; then
    echo "the emulated program ended with $status" >&2
    exit 1
fi
