#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# threads.sh DIRECTORY [ENGINE...]: the programs with threads under ThreadSanitizer, with engines that have it inside
# as well (all three by default): without that nobody sees what an engine's own threads of control do to each other,
# nor what orders them. Builds the engines from the source packages of this release of Debian or Ubuntu in DIRECTORY,
# once, then omnitls beside them, and runs all that `./check` runs in its step with threads, OMNITLS_TEST_ROUNDS times (3).
# Prints a line for each program; a report of the sanitizer's is a failure. JOBS is how many compile at once.
# Exit status 77: no source packages, or no clang, autoconf, automake and libtool can be had here. Nothing is suppressed.
set -u

usage="usage: threads.sh DIRECTORY [ENGINE...]"
directory=${1:?$usage}
shift
engines=("$@")
[ ${#engines[@]} -gt 0 ] || engines=(openssl wolfssl gnutls)
source=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$directory/apt/lists/partial" "$directory/source"
directory=$(cd "$directory" && pwd)
jobs=${JOBS:-$(nproc)}
flags="-O1 -g1 -fno-omit-frame-pointer -fsanitize=thread"

# From this system's own lists of packages, as lists of their sources.
download() {
    local apt=(-o "Dir::Etc::SourceList=$directory/apt/sources.list" -o "Dir::Etc::SourceParts=$directory/apt/parts"
        -o "Dir::State::Lists=$directory/apt/lists" -o APT::Sandbox::User=root)
    mkdir -p "$directory/apt/parts"
    sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$directory/apt/sources.list" 2>/dev/null
    for list in /etc/apt/sources.list.d/*.list; do
        [ -f "$list" ] && sed -n 's/^deb /deb-src /p' "$list" >>"$directory/apt/sources.list"
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -f "$list" ] && sed 's/^Types: deb$/Types: deb-src/' "$list" >"$directory/apt/parts/$(basename "$list")"
    done
    apt-get -qq "${apt[@]}" update >/dev/null 2>&1
    (cd "$directory/source" && apt-get -qq "${apt[@]}" source --tar-only "$1") >"$directory/apt/$1.log" 2>&1
}

# fetch PACKAGE: the directory of its unpacked sources
fetch() {
    local archive=("$directory/source/$1"_*.orig.tar.?z)
    if [ ! -f "${archive[0]}" ]; then
        download "$1"
        archive=("$directory/source/$1"_*.orig.tar.?z)
    fi
    [ -f "${archive[0]}" ] || return 1
    mkdir -p "$directory/source/$1"
    tar xf "${archive[0]}" -C "$directory/source/$1" --strip-components 1 && echo "$directory/source/$1"
}

# Only the libraries: what each release of Debian gives its own, as far as threads and TLS are concerned.
build_openssl() {
    ./Configure linux-"$(uname -m)" shared no-tests --prefix="$1" --libdir=lib "$flags" &&
        make -j "$jobs" build_libs && make install_dev
}

build_wolfssl() {
    { [ -x configure ] || autoreconf -i; } && ./configure --prefix="$1" --enable-distro --disable-examples --disable-crypttests \
        --disable-static CFLAGS="$flags" && make -j "$jobs" src/libwolfssl.la && make install-libLTLIBRARIES \
        install-nobase_includeHEADERS install-pkgconfigDATA install-data-am
}

build_gnutls() {
    ./configure --prefix="$1" --disable-doc --disable-tests --disable-tools --disable-cxx --disable-guile --disable-static \
        --disable-libdane --with-included-unistring --without-tpm --without-tpm2 --without-brotli --without-zstd \
        --without-zlib --without-p11-kit --without-idn --disable-maintainer-mode CFLAGS="$flags" &&
        make -j "$jobs" -C gl && make -j "$jobs" -C lib && make -C lib install
}

command -v autoreconf >/dev/null || [ "$(id -u)" -ne 0 ] || apt-get -qq -y install autoconf automake libtool >/dev/null 2>&1
for tool in clang autoreconf; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed"; exit 77; }
done
for engine in "${engines[@]}"; do
    prefix=$directory/$engine
    [ -f "$prefix/built" ] && continue
    package=$engine
    [ "$engine" = gnutls ] && package=gnutls28
    tree=$(fetch "$package") || { tail -3 "$directory/apt/$package.log"; echo "no sources of $engine"; exit 77; }
    begin=$SECONDS
    (cd "$tree" && CC=clang "build_$engine" "$prefix") >"$directory/$engine.log" 2>&1 ||
        { tail -30 "$directory/$engine.log"; exit 1; }
    touch "$prefix/built"
    echo "$engine: built in $((SECONDS - begin)) s"
done

build=$directory/build
paths=$(printf '%s/lib/pkgconfig:' "${engines[@]/#/$directory/}")
export PKG_CONFIG_PATH=$paths
libraries=$(printf '%s/lib:' "${engines[@]/#/$directory/}") # for our programs alone: others have no sanitizer
if [ ! -f "$build/build.ninja" ]; then
    CC=clang cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-O1 -DCMAKE_C_FLAGS_DEBUG=-g1 \
        -DOMNITLS_BACKENDS="$(IFS=';'; echo "${engines[*]}")" -DOMNITLS_SANITIZE=thread -DOMNITLS_TESTS=ON \
        -DCMAKE_EXE_LINKER_FLAGS=-fsanitize=thread -DOMNITLS_TOOLS=OFF -DOMNITLS_BENCH=OFF >"$build.log" 2>&1 || { tail -30 "$build.log"; exit 1; }
fi
cmake --build "$build" -j "$jobs" --target omnitls_thread_programs >"$build.log" 2>&1 || { tail -30 "$build.log"; exit 1; }
for engine in "${engines[@]}"; do
    LD_LIBRARY_PATH=$libraries ldd "$build/lib/omnitls/$engine.so" | grep -q "$directory/$engine/lib/" ||
        { echo "$engine: not the one that was built here"; exit 1; }
done

failed=0
export OMNITLS_MODULE_DIR=$build/lib/omnitls
export TSAN_OPTIONS="exitcode=66"
for program in "$build"/tests/*/plain_*; do
    [ -x "$program" ] || continue
    for round in $(seq "${OMNITLS_TEST_ROUNDS:-3}"); do
        log=$directory/$(basename "$program").$round.log
        LD_LIBRARY_PATH=$libraries "$program" >"$log" 2>&1
        status=$?
        reports=$(grep -c '^WARNING: ThreadSanitizer' "$log")
        echo "$(basename "$program"), round $round: status $status, $reports reports;" \
            "$(grep -vE '^(WARNING|ThreadSanitizer| |=|$)' "$log" | tail -1)"
        [ "$status" -eq 0 ] || [ "$status" -eq 77 ] || failed=$((failed + 1))
    done
done
[ "$failed" -eq 0 ] && echo "${engines[*]}: nothing found"
