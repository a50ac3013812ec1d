#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# emulated.sh ARCHITECTURE BUILD_DIRECTORY [OPTION...]: the tests with the label "row" on another processor, and
# BUILD_DIRECTORY/row.json for docs/platforms.md: compiled by clang with Debian's C library and engines of that
# architecture, run by QEMU's user mode. ARCHITECTURE: arm64, armhf, riscv64 or s390x, in Debian's words; OPTION:
# of CMake. Exit code 77: something is not installed. What is fetched is kept in the user's cache.
# s390x runs all of them: no other row has big-endian words. The others, whose words lie as those of amd64 or i386
# do, run them without the sweeps over all pairs of engines; -DOMNITLS_ROW_SHORT=OFF has them run all.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/platforms/sysroot.sh
. "$here/sysroot.sh"
# shellcheck source=tests/platforms/run_row.sh
. "$here/run_row.sh"

skip() {
    echo "skipped: $*" >&2
    exit 77
}

# debian's word | triple | QEMU's word | suite | its name | without the sweeps
case $1 in
arm64) row=(aarch64-linux-gnu aarch64 bookworm "Debian 12" ON) ;;
armhf) row=(arm-linux-gnueabihf arm bookworm "Debian 12" ON) ;;
s390x) row=(s390x-linux-gnu s390x bookworm "Debian 12" OFF) ;;
riscv64) row=(riscv64-linux-gnu riscv64 trixie "Debian 13" ON) ;;
*) sed -n '4,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
architecture=$1 triple=${row[0]} qemu=qemu-${row[1]}
mkdir -p "$2"
build=$(cd "$2" && pwd)
shift 2

for program in clang:clang "$qemu:qemu-user" cmake:cmake ninja:ninja-build apt-get:apt python3:python3; do
    command -v "${program%%:*}" >/dev/null || skip "${program%%:*} is not installed (package ${program##*:})"
done
linker=$triple-ld
if ! command -v "$linker" >/dev/null; then
    linker=ld.lld # before version 19 not for s390x
    [ "$architecture" != s390x ] || skip "$linker does not link for it; $triple-ld is in the package binutils-$triple"
    command -v "$linker" >/dev/null || skip "$triple-ld is not installed (package binutils-$triple)"
fi
sysroot=${XDG_CACHE_HOME:-${HOME:?}/.cache}/omnitls/sysroot/$architecture
sysroot_make "$architecture" "${row[2]}" "$sysroot" || skip "Debian's packages for $architecture could not be fetched"

cat >"$build/toolchain.cmake" <<END
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${row[1]})
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET $triple)
set(CMAKE_SYSROOT $sysroot)
set(CMAKE_LIBRARY_ARCHITECTURE $triple)
set(CMAKE_EXE_LINKER_FLAGS_INIT "--ld-path=$(command -v "$linker")")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "--ld-path=$(command -v "$linker")")
set(CMAKE_MODULE_LINKER_FLAGS_INIT "--ld-path=$(command -v "$linker")")
set(CMAKE_CROSSCOMPILING_EMULATOR $(command -v "$qemu") -L $sysroot)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
END
export PKG_CONFIG_SYSROOT_DIR=$sysroot
export PKG_CONFIG_LIBDIR=$sysroot/usr/lib/$triple/pkgconfig:$sysroot/usr/share/pkgconfig
row_build "$root" "$build" "-DCMAKE_TOOLCHAIN_FILE=$build/toolchain.cmake" "-DOMNITLS_ROW_SHORT=${row[4]}" "$@"
libc=$(sed -n 's/^#define[ \t]*__GLIBC_MINOR__[ \t]*\([0-9]*\).*/\1/p' "$sysroot"/usr/include/features.h)
row_run "$build" "$build/row.json" "system=${row[3]} ($("$qemu" --version | sed -n 's/^\(qemu-[a-z0-9]*\) version \([0-9.]*\).*/\1 \2/p'))" \
    "architecture=$architecture" "libc=glibc 2.$libc" "compiler=clang $(clang -dumpversion)"
