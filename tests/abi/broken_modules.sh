#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# broken_modules.sh: run by CTest with the build described in the environment (see CMakeLists.txt).
# That the cases which modules are held to notice what they are there for: the template, broken on purpose
# in one line, fails the cases named beside it, which abi/template says it passes as it is.
. "$(dirname "$0")/lib.sh"
need_openssl_3
install_omnitls
template=$prefix/$DOCDIR/docs/examples/backend-template/template.c

# fails CASES: does the module in $modules fail them?
fails() {
    "$prefix/bin/omnitls-conformance" --module "$modules/template.so" --against template --filter "$1" \
        >"$work/out" 2>&1 && return 1
    grep -q '^template: [0-9]* passed, [1-9][0-9]* failed' "$work/out" || { cat "$work/out"; exit 1; }
}

build() {
    # the words of CFLAGS are separate arguments
    # shellcheck disable=SC2086
    "$CC" -std=gnu11 -shared -fPIC -fvisibility=hidden ${CFLAGS:-} "-I$prefix/include" -o "$modules/template.so" \
        "$1" -lssl -lcrypto
}

# broken WHAT TEXT INSTEAD CASES: the text is there once
broken() {
    [ "$(grep -c -F -e "$2" "$template")" = 1 ] || { echo "$1: the template has not one '$2'"; exit 1; }
    TEXT=$2 INSTEAD=$3 awk '{ at = index($0, ENVIRON["TEXT"])
        if (at > 0)
            $0 = substr($0, 1, at - 1) ENVIRON["INSTEAD"] substr($0, at + length(ENVIRON["TEXT"]))
        print }' "$template" >"$work/broken.c"
    build "$work/broken.c"
    fails "$4" || { echo "$1: $4 did not notice"; exit 1; }
    echo "noticed: $1"
}

broken 'the verdict on a chain is not heard' 'return !conn->refused;' 'return 1;' 'verify/*'
broken 'every signature is good' 'return good ? OTLS_OK' 'return true ? OTLS_OK' \
    'certificate_message/*'
broken 'no application protocol is chosen' 'conn->alpn[0] != 0 ?' 'false ?' 'alpn/callback'
