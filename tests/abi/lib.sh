# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced: a prefix with omnitls installed, and modules built there from what is installed alone.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-abi.XXXXXX")
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
unset OMNITLS_MODULE_DIR OMNITLS_BACKEND OMNITLS_TEST_ENGINES

# install_omnitls: everything, as a package would
install_omnitls() {
    "$CMAKE" --install "$BUILD_DIR" --prefix "$prefix" >"$work/install.log"
    if [ "$SHARED" != ON ]; then
        # a static library is part of the program's file, so that modules are not beside it
        export OMNITLS_MODULE_DIR=$prefix/$LIBDIR/omnitls
    fi
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
