#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh [-b] BUILD_DIRECTORY PKI_HEADER_DIRECTORY
# tests/platforms/talk.c and the sockets of Windows, under wine: wolfSSL from the distribution's source package,
# core and backend cross-compiled by mingw-w64. Exit code 77: something is not installed.
# OMNITLS_WOLFSSL_SOURCE: sources that are there already. -b: build, and no more.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=tests/platforms/wolfssl_source.sh
. "$here/../wolfssl_source.sh"
# shellcheck source=tests/platforms/wolfssl_build.sh
. "$here/../wolfssl_build.sh"
build_only=
if [ "$1" = -b ]; then
    build_only=yes
    shift
fi
build=$1
pki=$2

skip() {
    echo "skipped: $*" >&2
    exit 77
}

for program in x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 wine:wine64 cmake:cmake; do
    command -v "${program%%:*}" >/dev/null || skip "${program%%:*} is not installed (package ${program##*:})"
done
wolfssl_source >/dev/null || skip "wolfSSL's source package could not be fetched"

mkdir -p "$build"
prefix=$build/wolfssl
wolfssl_build "$prefix" "$here" x86_64-w64-mingw32 -O1 -D_WIN32_WINNT=0x0A00

PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig cmake -S "$here" -B "$build/programs" -G Ninja \
    -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/mingw-w64.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$prefix" -DTALK_PKI="$pki"
cmake --build "$build/programs"

# ---- the run: a Windows of its own, without a screen, without a debugger that waits for somebody ----

export WINEPREFIX=$build/wine WINEDEBUG=-all DISPLAY=
if [ ! -e "$WINEPREFIX/system.reg" ]; then
    wine wineboot -i >/dev/null 2>&1 || true
    wine reg add 'HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug' /v Debugger /d false /f >/dev/null 2>&1
    wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1
fi
[ -z "$build_only" ] || exit 0
status=0
said=
cd "$build/programs" # files are made here
for program in talk system; do
    said+=$(timeout 300 wine "./$program.exe" </dev/null 2>/dev/null | tr -d '\r')$'\n' || status=$?
done
echo "$said"
if [ $status -ne 0 ] || [ "$(grep -c 'checks, 0 failed$' <<<"$said")" -ne 2 ]; then
    echo "a program under wine ended with $status" >&2
    exit 1
fi
echo "$said" >"$build/said"
"$here/../row.py" "$build/row.json" "system=Windows 10 ($(wine --version | tr -d '()' | cut -d' ' -f1 | tr - ' '))" \
    architecture=x86_64 libc=msvcrt "compiler=mingw-w64 gcc $(x86_64-w64-mingw32-gcc -dumpfullversion | cut -d- -f1)" \
    "engines=wolfssl $(wolfssl_version "$prefix/include")" \
    "text=$(x86_64-w64-mingw32-size talk.exe | awk 'NR == 2 { print $1 }')" --said "$build/said"
