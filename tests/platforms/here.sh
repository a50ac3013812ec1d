#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# here.sh BUILD_DIRECTORY [OPTION...]: the tests with the label "row" of the sources beside it, built and run on this
# machine with the engines it has, and BUILD_DIRECTORY/row.json for docs/platforms.md. The tests are compiled
# against tests/support/small. OPTION: of CMake.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/platforms/run_row.sh
. "$here/run_row.sh"
build=$1
shift

c_library() {
    getconf GNU_LIBC_VERSION 2>/dev/null || echo "the system's"
}

row_build "$root" "$build" "$@"
# shellcheck disable=SC2016 # a command of that shell
system=$(sh -c '. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME"') || system=$(uname -s)
row_run "$build" "$build/row.json" "system=$system" "architecture=$(uname -m)" "libc=$(c_library)" \
    "compiler=$(row_compiler "$build")"
