#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# configure.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# A machine with a compiler, CMake and one engine gives a library, and is told what was left out;
# what was asked for by name and cannot be built is an error that says why.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-configure.XXXXXX")
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    echo "FAIL: $*"
    sed 's/^/    /' "$work/log"
    failures=$((failures + 1))
}

# configure ARGUMENT...: in a fresh directory; what CMake says goes to $work/log
configure() {
    rm -rf "$work/build"
    "$CMAKE" -S "$SOURCE_DIR" -B "$work/build" -G "$GENERATOR" "-DCMAKE_C_COMPILER=$CC" "$@" \
        >"$work/log" 2>&1
}

# expect WHAT PATTERN...: lines of the log
expect() {
    local what=$1 pattern
    shift
    for pattern in "$@"; do
        grep -E -q -e "$pattern" "$work/log" || fail "$what: nothing like \"$pattern\""
    done
}

# Set and empty: looked for, and not found.
without_pkg_config=(-DPKG_CONFIG_EXECUTABLE=)
without_jansson=(-DOMNITLS_JANSSON_INCLUDE_DIR= -DOMNITLS_JANSSON_LIBRARY=)

for engine in ${ENGINES//,/ }; do
    configure "${without_pkg_config[@]}" "${without_jansson[@]}" "-DOMNITLS_BACKENDS=$engine" ||
        fail "$engine, without pkg-config"
    expect "$engine, without pkg-config" "^-- Engine $engine: [0-9]+\.[0-9]" \
        '^-- +tool: left out for want of .*jansson.* \(.*jansson' \
        '^-- +benchmark: left out for want of .*jansson' '^-- +tests: left out for want of .*pkg-config.* \(.*pkg'
    "$CMAKE" --build "$work/build" --target help >"$work/targets"
    grep -q -w omnitls "$work/targets" || fail "$engine, without pkg-config: no library"
    grep -q -w omnitls_tool "$work/targets" && fail "$engine, without pkg-config: a tool"
done

# jansson does not need pkg-config to be found
configure "${without_pkg_config[@]}" || fail "without pkg-config"
expect "without pkg-config" '^-- +tool: built' '^-- +benchmark: built' '^-- +tests: left out'

# pkg-config is there, but knows the engine alone
engine=${ENGINES%%,*}
mkdir "$work/pc"
for module in $engine libssl libcrypto; do
    file=$(pkg-config --variable=pcfiledir "$module" 2>/dev/null)/$module.pc || continue
    [ ! -f "$file" ] || cp "$file" "$work/pc/"
done
only_engine=("${without_jansson[@]}" "-DOMNITLS_BACKENDS=$engine")
export PKG_CONFIG_LIBDIR=$work/pc PKG_CONFIG_PATH=
# GnuTLS's own file requires others; then CMake finds the library without it.
configure "${only_engine[@]}" || fail "only $engine"
expect "only $engine" '^-- +library: built' '^-- +tool: left out for want of .*jansson' '^-- +tests: left out for want of .*Criterion'

configure "${only_engine[@]}" -DOMNITLS_TOOLS=ON && fail "OMNITLS_TOOLS=ON without jansson"
expect "OMNITLS_TOOLS=ON" 'OMNITLS_TOOLS is ON' 'jansson'
configure "${only_engine[@]}" -DOMNITLS_BENCH=ON && fail "OMNITLS_BENCH=ON without jansson"
expect "OMNITLS_BENCH=ON" 'OMNITLS_BENCH is ON' 'jansson'
configure "${only_engine[@]}" -DOMNITLS_TESTS=ON && fail "OMNITLS_TESTS=ON without Criterion"
expect "OMNITLS_TESTS=ON" 'OMNITLS_TESTS is ON' 'Criterion'
configure "${only_engine[@]}" -DOMNITLS_TOOLS=OFF -DOMNITLS_TESTS=OFF || fail "all but the benchmark off"
grep -E -q '^-- +(tool|tests): left out' "$work/log" && fail "what was not wanted is not left out"

# A wolfSSL that was built with less: this one's headers without some of their macros.
case ,$ENGINES, in
*,wolfssl,*)
    unset PKG_CONFIG_LIBDIR
    options=$(printf '#include <wolfssl/options.h>\n' | "$CC" -M -E - | tr ' ' '\n' |
        grep -m 1 '/wolfssl/options\.h$')
    mkdir -p "$work/less/wolfssl"
    grep -v -E '^#define (HAVE_ED448|HAVE_KEYING_MATERIAL)' "$options" >"$work/less/wolfssl/options.h"
    less=("-DCMAKE_C_FLAGS=-I$work/less" -DOMNITLS_TOOLS=OFF -DOMNITLS_BENCH=OFF -DOMNITLS_TESTS=OFF)
    configure "${less[@]}" -DOMNITLS_BACKENDS=wolfssl && fail "a wolfSSL without exporter"
    tr -s '\n ' '  ' <"$work/log" >"$work/line"
    grep -q -e '--enable-keying-material (the exporter), --enable-ed448 (Ed448 keys)\.' "$work/line" ||
        fail "wolfSSL: its options are not named"
    grep -q -e '--enable-sni' "$work/line" && fail "wolfSSL: what it has is asked for"
    if [ "$ENGINES" != wolfssl ]; then
        configure "${less[@]}" || fail "engines without wolfSSL"
        expect "engines without wolfSSL" '^-- Engine wolfssl: [0-9.]+ left out' 'keying-material' \
            '^-- +engine wolfssl: left out'
    fi
    ;;
esac

off=(-DOMNITLS_TOOLS=OFF -DOMNITLS_BENCH=OFF -DOMNITLS_TESTS=OFF)

# OpenSSL's relatives: this one's headers with the macro that tells each of them.
case ,$ENGINES, in
*,openssl,*)
    unset PKG_CONFIG_LIBDIR
    while IFS='|' read -r name header macro; do
        rm -rf "$work/relative"
        mkdir -p "$work/relative/openssl"
        printf '#define %s 1\n#include_next <openssl/%s>\n' "$macro" "$header" >"$work/relative/openssl/$header"
        relative=("-DCMAKE_C_FLAGS=-I$work/relative" "${off[@]}")
        configure "${relative[@]}" -DOMNITLS_BACKENDS=openssl && fail "$name is taken for OpenSSL"
        tr -s '\n ' '  ' <"$work/log" >"$work/line"
        grep -q -e "what was found is $name, which omnitls does not take: it" "$work/line" ||
            fail "$name is not named"
        if [ "$ENGINES" != openssl ]; then
            configure "${relative[@]}" || fail "engines without OpenSSL"
            expect "engines beside $name" "^-- Engine openssl: left out, because what was found is $name: it"
        fi
    done <<'RELATIVES'
LibreSSL|opensslv.h|LIBRESSL_VERSION_NUMBER
BoringSSL|crypto.h|OPENSSL_IS_BORINGSSL
AWS-LC|crypto.h|OPENSSL_IS_AWSLC
RELATIVES
    ;;
esac
configure "${only_engine[@]}" "${off[@]}" -DBUILD_SHARED_LIBS=OFF || fail "BUILD_SHARED_LIBS=OFF"
expect "BUILD_SHARED_LIBS=OFF" 'library: built, static'
configure "${only_engine[@]}" "${off[@]}" -DBUILD_SHARED_LIBS=OFF -DOMNITLS_SHARED=ON || fail "OMNITLS_SHARED"
expect "OMNITLS_SHARED=ON" 'library: built, shared'

exit $((failures > 0))
