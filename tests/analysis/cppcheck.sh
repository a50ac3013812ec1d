#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cppcheck.sh SOURCE_DIR CPPCHECK: defects, portability and performance, in everything installed.
# Uninitialised values are left to the compilers, the sanitizers and valgrind: cppcheck sees none but
# false ones here. Macros that the build defines, and version checks of engines, are not its business.
set -euo pipefail
cd "$1"
"$2" --quiet -j "$(nproc)" --std=c11 --language=c --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem --suppress=uninitvar --suppress=uninitdata \
    --suppress=preprocessorErrorDirective --suppress=nullPointerArithmeticRedundantCheck \
    --error-exitcode=1 -Iapi -Icore -D_GNU_SOURCE core backends accelerators tools
echo "clean"
