#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh [-b] [-t TARGETS] [-w WOLFSSL_PREFIX] BUILD_DIRECTORY PKI_HEADER_DIRECTORY [OPTION...]
# tests/platforms/talk.c on a Cortex-M33 without an operating system: wolfSSL from the distribution's source
# package, core and backend are cross-compiled, and qemu-system-arm runs it. Exit code 77: something is not
# installed. OMNITLS_WOLFSSL_SOURCE: sources that are there already. -b: build, and no more; -t: only that, and
# only those; -w: where wolfSSL is, or comes. OPTION: of CMake.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=tests/platforms/wolfssl_source.sh
. "$here/../wolfssl_source.sh"
# shellcheck source=tests/platforms/wolfssl_build.sh
. "$here/../wolfssl_build.sh"
build_only='' targets='' prefix=''
while getopts bt:w: option; do
    case $option in
    b) build_only=yes ;;
    t) build_only=yes targets=$OPTARG ;;
    w) prefix=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
build=$1
pki=$2
shift 2

skip() {
    echo "skipped: $*" >&2
    exit 77
}

for program in arm-none-eabi-gcc:gcc-arm-none-eabi qemu-system-arm:qemu-system-arm cmake:cmake; do
    command -v "${program%%:*}" >/dev/null || skip "${program%%:*} is not installed (package ${program##*:})"
done
echo '#include <string.h>' | arm-none-eabi-gcc --specs=nano.specs -E - >/dev/null 2>&1 ||
    skip "newlib is not installed (package libnewlib-arm-none-eabi)"
wolfssl_source >/dev/null || skip "wolfSSL's source package could not be fetched"

# ---- wolfSSL ----

mkdir -p "$build"
prefix=${prefix:-$build/wolfssl}
wolfssl_build "$prefix" "$here" arm-none-eabi -mcpu=cortex-m33 -mthumb -Os

# ---- the firmware ----

PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig cmake -S "$here" -B "$build/talk" -G Ninja \
    -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/arm-none-eabi.cmake" -DCMAKE_BUILD_TYPE=MinSizeRel \
    -DCMAKE_PREFIX_PATH="$prefix" -DTALK_PKI="$pki" "$@"
if [ -n "$targets" ]; then
    read -ra targets <<<"$targets"
    exec cmake --build "$build/talk" --target "${targets[@]}"
fi
cmake --build "$build/talk"
arm-none-eabi-size "$build/talk/talk.elf"
"$here/account.py" "$build/talk/talk.map"

[ -z "$build_only" ] || exit 0

# ---- the run ----

status=0
said=$(timeout 300 qemu-system-arm -M mps2-an505 -nographic -monitor none -serial none \
    -semihosting-config enable=on,target=native -kernel "$build/talk/talk.elf" </dev/null 2>&1) || status=$?
echo "$said"
if [ $status -ne 0 ] || ! grep -q 'checks, 0 failed$' <<<"$said"; then
    echo "the emulated program ended with $status" >&2
    exit 1
fi
echo "$said" >"$build/said"
"$here/../row.py" "$build/row.json" "system=none (qemu mps2-an505)" architecture=Cortex-M33 "libc=newlib nano" \
    "compiler=gcc $(arm-none-eabi-gcc -dumpfullversion)" "engines=wolfssl $(wolfssl_version "$prefix/include")" \
    "text=$(arm-none-eabi-size "$build/talk/talk.elf" | awk 'NR == 2 { print $1 }')" --said "$build/said"
