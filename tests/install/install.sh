#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# install.sh config|pkg-config|add-subdirectory: run by CTest with the build described in the
# environment (see CMakeLists.txt).
set -euo pipefail
way=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/omnitls-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
unset OMNITLS_MODULE_DIR OMNITLS_BACKEND

configure() {
    "$CMAKE" -S "$here/consumer" -B "$work/build" -G "$GENERATOR" "-DCMAKE_C_COMPILER=$CC" \
        "-DCMAKE_C_FLAGS=${CFLAGS:-}" "$@"
    "$CMAKE" --build "$work/build"
}

install_tree() {
    "$CMAKE" --install "$BUILD_DIR" --prefix "$prefix" >"$work/install.log"
    test -f "$prefix/include/omnitls/omnitls.h"
    if [ "$FORM" = modules ]; then
        for engine in ${ENGINES//,/ }; do
            test -f "$prefix/$LIBDIR/omnitls/$engine.so"
        done
    fi
    if [ -x "$prefix/bin/omnitls" ]; then
        "$prefix/bin/omnitls" backends >"$work/backends"
        for engine in ${ENGINES//,/ }; do
            grep -q "$engine" "$work/backends"
        done
    fi
}

case $way in
config)
    install_tree
    configure "-DCMAKE_PREFIX_PATH=$prefix" -DWAY=config
    consumer=$work/build/consumer
    ;;
pkg-config)
    install_tree
    export PKG_CONFIG_PATH=$prefix/$LIBDIR/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    pkg-config --print-errors --exists 'omnitls >= 0.1'
    # The words of pkg-config and of CFLAGS are separate arguments.
    # shellcheck disable=SC2046,SC2086
    "$CC" ${CFLAGS:-} -o "$work/consumer" "$here/consumer/consumer.c" \
        $(pkg-config --cflags --libs omnitls) "-Wl,-rpath,$prefix/$LIBDIR"
    consumer=$work/consumer
    ;;
add-subdirectory)
    configure -DWAY=subdirectory "-DOMNITLS_SOURCE=$SOURCE_DIR" \
        "-DOMNITLS_BACKENDS=${ENGINES//,/;}" "-DBUILD_SHARED_LIBS=$SHARED" \
        "-DOMNITLS_SANITIZE=$SANITIZE" \
        "-DOMNITLS_STATIC_BACKENDS=$([ "$FORM" = static ] && echo ON || echo OFF)"
    consumer=$work/build/consumer
    ;;
*)
    echo "unknown way: $way" >&2
    exit 2
    ;;
esac

# A static library is part of the program's file, so that modules are not beside it.
if [ "$FORM" = modules ] && [ "$SHARED" != ON ]; then
    export OMNITLS_MODULE_DIR=$BUILD_DIR/lib/omnitls
    if [ -d "$prefix" ]; then
        OMNITLS_MODULE_DIR=$prefix/$LIBDIR/omnitls
    fi
fi
# The engines it must find are the arguments.
# shellcheck disable=SC2086
"$consumer" ${ENGINES//,/ }
