# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced: a prefix with omnitls installed, and modules built there from what is installed alone.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-abi.XXXXXX")
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
modules=$work/m # for those that a test makes
here=$(cd "$(dirname "$0")" && pwd)
mkdir "$modules"
unset OMNITLS_MODULE_DIR OMNITLS_BACKEND OMNITLS_TEST_ENGINES

# install_omnitls: everything, as a package would
install_omnitls() {
    "$CMAKE" --install "$BUILD_DIR" --prefix "$prefix" >"$work/install.log"
    if [ "$SHARED" != ON ]; then
        # a static library is part of the program's file, so that modules are not beside it
        export OMNITLS_MODULE_DIR=$prefix/$LIBDIR/omnitls
    fi
}

# need_openssl_3: what the template is written over, or the test is skipped
need_openssl_3() {
    if ! printf '%s\n' '#include <openssl/opensslv.h>' '#if OPENSSL_VERSION_MAJOR < 3' '#error' '#endif' |
        "$CC" -fsyntax-only -x c - 2>/dev/null; then
        echo "no headers of OpenSSL 3"
        exit 77
    fi
}

# variant NAME CASE: variant.c as the module $modules/NAME.so, over the build's first engine
variant() {
    export OMNITLS_ABI_TRUTH=$prefix/$LIBDIR/omnitls/${ENGINES%%,*}.so
    # the words of CFLAGS are separate arguments
    # shellcheck disable=SC2086
    "$CC" -std=gnu11 -Wall -Wextra -Werror -shared -fPIC ${CFLAGS:-} "-I$prefix/include" \
        "-DNAME=\"$1\"" "-DCASE=$2" -o "$modules/$1.so" "$here/variant.c" -ldl
}

# build_module NAME: docs/examples/backend-NAME of the installation, in $work/NAME
build_module() {
    local source=$prefix/$DOCDIR/docs/examples/backend-$1
    "$CMAKE" -S "$source" -B "$work/$1" -G "$GENERATOR" "-DCMAKE_C_COMPILER=$CC" \
        "-DCMAKE_C_FLAGS=${CFLAGS:-} -Werror" "-DCMAKE_PREFIX_PATH=$prefix" >"$work/$1.log" 2>&1 &&
        "$CMAKE" --build "$work/$1" >>"$work/$1.log" 2>&1 || {
        cat "$work/$1.log"
        return 1
    }
}
