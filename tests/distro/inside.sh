#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# inside.sh [--row] JOBS [CTEST_ARGUMENT...]: run by run.sh inside the root file system. Installs what ./check
# installs, builds in /build, runs the tests. With --row: what ./quickstart installs, and in /build-row the tests of
# a row of docs/platforms.md.
set -euo pipefail
cd /omnitls
# shellcheck source=cmake/packages.sh
. cmake/packages.sh

what=check
if [ "$1" = --row ]; then
    what=quickstart
    shift
fi
jobs=$1
shift
echo "== packages"
packages_install "$what" >/packages.log 2>&1 || {
    tail -n 30 /packages.log >&2
    exit 1
}

# shellcheck source=/dev/null
. /etc/os-release
echo "== $PRETTY_NAME: $(gcc -dumpfullversion) $(cmake --version | head -n 1), $(openssl version)"
if [ "$what" = quickstart ]; then
    rm -f /build-row/row.json
    ROW_JOBS=$jobs CMAKE_BUILD_PARALLEL_LEVEL=$jobs exec bash tests/platforms/here.sh /build-row
fi
cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DOMNITLS_WERROR=ON \
    -DOMNITLS_TESTS=ON -DOMNITLS_TOOLS=ON -DOMNITLS_BENCH=ON >/build.log 2>&1 || {
    tail -n 30 /build.log >&2
    exit 1
}
grep -E '^-- (Engine|omnitls|Criterion)' /build.log || true
cmake --build /build -j "$jobs" -- -k 0 >/build.log 2>&1 || {
    grep -E -A 6 'error: |warning: |undefined reference|^FAILED' /build.log | head -n 200
    exit 1
}
cd /build
if [ $# -eq 0 ]; then
    set -- -LE '^(long|distro|qemu)$'
fi
exec ctest --output-on-failure -j "$jobs" "$@"
