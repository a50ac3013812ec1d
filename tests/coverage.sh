#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# coverage.sh BUILD [CTEST_ARGUMENT...]: which lines and branches of core and of the backends the short tests
# reach, the fuzz targets on their corpora among them. Configures and builds BUILD with clang and its counters,
# runs the tests (those that CTEST_ARGUMENT chooses), and prints a line for each folder, then the ten files
# with the most lines that nobody ran, then each demand on core and the backends and whether it is met: the exit
# status is 1 when one is not, or a test failed. What a process that is killed has counted is lost: the figures are
# a little too low, never too high.
set -u

usage="usage: coverage.sh BUILD [CTEST_ARGUMENT...]"
build=${1:?$usage}
shift
source=$(cd "$(dirname "$0")/.." && pwd)
flags="-O1 -fprofile-instr-generate -fcoverage-mapping"

mkdir -p "$build"
build=$(cd "$build" && pwd)
if [ ! -f "$build/build.ninja" ]; then
    CC=${CC:-clang} cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="$flags" \
        -DCMAKE_C_FLAGS_DEBUG=-g1 -DOMNITLS_TESTS=ON -DOMNITLS_TOOLS=ON >"$build/build.log" 2>&1 ||
        { tail -40 "$build/build.log"; exit 1; }
fi
export LLVM_PROFILE_FILE=$build/profiles/%2m.profraw # by object, two writers at a time
rm -rf "$build/profiles"
cmake --build "$build" -j "${JOBS:-$(nproc)}" >"$build/build.log" 2>&1 || { tail -40 "$build/build.log"; exit 1; }
rm -rf "$build/profiles" # of programs that the build has run

# what looks at sources, sizes and instructions runs nothing here that the others do not
[ $# -gt 0 ] || set -- -LE '^(long|distro|qemu|mutation|analysis|instructions|install|abi|layers|docs|parity)$'
(cd "$build" && ctest -j "${JOBS:-$(nproc)}" "$@") >"$build/test.log" 2>&1
passed=$?
grep -E '^[0-9]+% tests passed|\(Failed\)|\(Timeout\)|\*\*\*' "$build/test.log" | sort -u

llvm-profdata merge --sparse -o "$build/all.profdata" "$build"/profiles/*.profraw || exit 1
objects=()
for module in "$build"/lib/omnitls/*.so; do
    objects+=(-object "$module")
done
llvm-cov export --summary-only --instr-profile "$build/all.profdata" "$build/lib/libomnitls.so" \
    "${objects[@]}" >"$build/coverage.json" || exit 1

python3 - "$build/coverage.json" "$source" <<'PYTHON'
import collections
import json
import os
import sys

report, source = sys.argv[1:]
# at least so many per cent
DEMANDS = (("core", "lines", "run", 95), ("core", "branches", "taken", 85),
           ("backends", "lines", "run", 90), ("backends", "branches", "taken", 75))
with open(report, encoding="utf-8") as stream:
    files = json.load(stream)["data"][0]["files"]
folders = collections.defaultdict(collections.Counter)
missed = []
for entry in files:
    name = os.path.relpath(entry["filename"], source)
    if not name.startswith(("core/", "backends/")):
        continue
    summary = entry["summary"]
    lines, branches = summary["lines"], summary["branches"]
    missed.append((lines["count"] - lines["covered"], name))
    for folder in (os.path.dirname(name), name.split("/", maxsplit=1)[0]):
        folders[folder].update(lines=lines["count"], run=lines["covered"], branches=branches["count"],
                               taken=branches["covered"])


def share(part, whole):
    return f"{100 * part / whole:5.1f} %" if whole else "    - "


print(f"{'folder':24} {'lines':>7} {'run':>8} {'branches':>9} {'taken':>8}")
for folder, sums in sorted(folders.items()):
    print(f"{folder:24} {sums['lines']:7} {share(sums['run'], sums['lines'])} {sums['branches']:9} "
          f"{share(sums['taken'], sums['branches'])}")
print("lines not run:", ", ".join(f"{name} {count}" for count, name in sorted(missed, reverse=True)[:10]))
unmet = 0
for folder, what, part, least in DEMANDS:
    sums = folders[folder]
    met = 100 * sums[part] >= least * sums[what]
    unmet += not met
    missing = "" if met else f", {-(-least * sums[what] // 100) - sums[part]} short"
    print(f"demand: {folder}, {what}: {share(sums[part], sums[what]).strip()} of at least {least} %: "
          f"{'met' if met else 'NOT MET'}{missing}")
sys.exit(unmet != 0)
PYTHON
judged=$?
[ "$passed" -eq 0 ] && [ "$judged" -eq 0 ]
