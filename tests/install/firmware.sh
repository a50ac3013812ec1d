#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# firmware.sh zephyr|esp-idf: packaging/'s files for a system that is not here, configured and built with its
# names (tests/install/firmware), and what comes of it run. Environment: SOURCE_DIR CMAKE GENERATOR CC.
set -euo pipefail
kind=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$CMAKE" -S "$SOURCE_DIR/tests/install/firmware" -B "$work/build" -G "$GENERATOR" "-DKIND=$kind" \
    "-DOMNITLS=$SOURCE_DIR" "-DCMAKE_C_COMPILER=$CC" -DCMAKE_BUILD_TYPE=MinSizeRel \
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
grep -q 'Engine wolfssl: the target ' "$work/log" || { cat "$work/log" >&2; exit 1; }
"$CMAKE" --build "$work/build" --target app >"$work/log" 2>&1 || { tail -n 60 "$work/log" >&2; exit 1; }
"$work/build/app" | tee "$work/said"
grep -q '^wolfssl [0-9]' "$work/said"

# the preset, and nothing of an operating system
settings=$(find "$work/build" -name CMakeCache.txt)
grep -q '^OMNITLS_WITH_SERVER:.*=OFF$' "$settings"
grep -q 'core/platform/bare/clock.c' "$work/build/compile_commands.json"
if grep -q 'core/platform/posix/\|core/socket/' "$work/build/compile_commands.json"; then
    echo "more is compiled than the preset says" >&2
    exit 1
fi
if [ "$kind" = zephyr ] &&
    [ "$(grep -c 'FLAG_OF_THE_BOARD' "$work/build/compile_commands.json")" -lt 100 ]; then
    echo "the board's flags are not given to all files" >&2
    exit 1
fi
