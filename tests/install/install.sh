#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# install.sh config|pkg-config|add-subdirectory|components: run by CTest with the build described in the
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

# component NAME: what it installs, as sorted paths in $work/NAME
component() {
    mkdir -p "$work/$1.tree" # there may be nothing to install
    "$CMAKE" --install "$BUILD_DIR" --prefix "$work/$1.tree" --component "$1" >"$work/install.log"
    (cd "$work/$1.tree" && find . ! -type d | sort) >"$work/$1"
}

# none COMPONENT PATTERN / some COMPONENT PATTERN: of its paths
none() {
    ! grep -E "$2" "$work/$1" || { echo "$1 has that" >&2; exit 1; }
}
some() {
    grep -E -q "$2" "$work/$1" || { echo "$1 has no $2" >&2; exit 1; }
}

install_components() {
    local name

    install_tree
    (cd "$prefix" && find . ! -type d | sort) >"$work/all"
    for name in runtime accelerator development tools doc; do
        component $name
    done
    sort "$work"/{runtime,accelerator,development,tools,doc} | diff "$work/all" - # each file in exactly one
    if [ "$SHARED" = ON ]; then
        some runtime '/libomnitls\.(so\.|[0-9.]*dylib)'
    fi
    some runtime '/licenses/omnitls/LICENSE$'
    none runtime 'accelerator|\.h$|\.a$|/libomnitls\.so$|/bin/|cmake|pkgconfig'
    some development '/include/omnitls/omnitls\.h$'
    some development '/pkgconfig/omnitls\.pc$'
    none development '/bin/|/doc/'
    none tools '/lib.*/libomnitls|/include/'
    if [ -e "$prefix/bin/omnitls" ]; then
        some tools '/man1/omnitls\.1$'
        some tools '/bash-completion/completions/omnitls$'
        some tools '/_omnitls$'
        some tools '/omnitls\.fish$'
    fi
    some doc '/README\.md$'
    some doc '/LICENSE$'
    some doc '/docs/guide\.md$'
    some doc '/docs/examples/client\.c$'
    # The whole again, then away with it; a file of others in our directory stays, and so does it.
    "$CMAKE" --install "$BUILD_DIR" --prefix "$prefix" >"$work/install.log"
    rm -f "$BUILD_DIR"/install_manifest_*.txt
    touch "$prefix/include/omnitls/others.h"
    "$CMAKE" --build "$BUILD_DIR" --target uninstall >"$work/uninstall.log"
    (cd "$prefix" && find . ! -type d) >"$work/left"
    [ "$(cat "$work/left")" = ./include/omnitls/others.h ] || { cat "$work/left"; exit 1; }
    [ -z "$(find "$prefix" -name omnitls ! -path '*/include/omnitls')" ] || { find "$prefix"; exit 1; }
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
    grep -q '^URL: https://' "$prefix/$LIBDIR/pkgconfig/omnitls.pc"
    # who links with it needs the engines within a static library, and those of a shared one for --static alone
    [ "$FORM" = modules ] && inside='' || inside=${ENGINES//,/ }
    [ "$SHARED" = ON ] && field=--print-requires-private || field=--print-requires
    [ "$(pkg-config "$field" omnitls | xargs)" = "$inside" ]
    # The words of pkg-config and of CFLAGS are separate arguments.
    # shellcheck disable=SC2046,SC2086
    "$CC" ${CFLAGS:-} -o "$work/consumer" "$here/consumer/consumer.c" \
        $(pkg-config --cflags --libs omnitls) "-Wl,-rpath,$prefix/$LIBDIR"
    consumer=$work/consumer
    ;;
add-subdirectory)
    configure -DWAY=subdirectory "-DFETCHCONTENT_SOURCE_DIR_OMNITLS=$SOURCE_DIR" \
        "-DOMNITLS_BACKENDS=${ENGINES//,/;}" "-DOMNITLS_SHARED=$SHARED" \
        "-DOMNITLS_SANITIZE=$SANITIZE" \
        "-DOMNITLS_STATIC_BACKENDS=$([ "$FORM" = static ] && echo ON || echo OFF)"
    consumer=$work/build/consumer
    ;;
components)
    install_components
    exit
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
