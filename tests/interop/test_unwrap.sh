#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From plain text to TLS and back, twice, on one and the same connection, with Python's ssl as the
# other side: every engine in both roles and both versions, and either side ends TLS.
. "$(dirname "$0")/lib.sh"
have python3 || exit 77
unwrap=${OMNITLS_TESTS_DIR:?}/interop/unwrap
[ -x "$unwrap" ] || { echo "skipped: $unwrap is not built"; exit 77; }

# The names of what each side was given, in the order of both programs' arguments.
python_serves() {
    start_program '^listening on port [0-9]+$' python3 "$here/unwrap_peer.py" server "$cert" "$key" \
        "$root" "$2" "$3" 1 || return
    expect_code 0 "$label" "$unwrap" client "$1" "$own" "$own_key" "$root" "$2" "$4" "$port"
    finished "$work/other.out"
}

we_serve() {
    start_program '^listening on port [0-9]+$' "$unwrap" server "$1" "$cert" "$key" "$root" "$2" \
        "$4" || return
    expect_code 0 "$label" python3 "$here/unwrap_peer.py" client "$own" "$own_key" "$root" "$2" \
        "$3" "$port"
    grep -q '^done$' "$work/out" || fail "$label: Python is not done"
    finished
}

# finished [FILE]: the program in the background has ended well, too
finished() {
    local code=0
    wait "$server" || code=$?
    forget "$server"
    [ "$code" -eq 0 ] || fail "$label: the other side's code is $code: $(tail -n 2 "$work/other.err")"
    [ $# -eq 0 ] || grep -q '^done$' "$1" || fail "$label: Python is not done"
}

for engine in $engines; do
    for version in 1.2 1.3; do
        for first in python other; do
            ender=$first
            [ $first = python ] || ender=omnitls
            label="$engine as a client, TLS $version, $first ends TLS"
            python_serves "$engine" $version $first $ender
            label="$engine as a server, TLS $version, $first ends TLS"
            we_serve "$engine" $version $first $ender
        done
    done
    echo "$engine: done"
done
done_testing
