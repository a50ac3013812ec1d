#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""cost.py SOURCE_DIR BUILD_DIR SIZE [--write]: what each row of cmake/features.cmake costs.

The text of the row's objects, less that of what stands in for them, in a build of everything together with
the target omnitls_stand_ins; SIZE is the toolchain's `size`. --write: into the rows.
"""
import glob
import os
import re
import subprocess
import sys

ROW = re.compile(r'^  "([A-Z0-9_]+)\|(ON|OFF)\|(\d+)\|([^|]*)\|([^|]*)\|', re.M)


def texts(size, directory):
    """file.c -> octets of text"""
    objects = [o for end in ("o", "obj") for o in glob.glob(f"{directory}/**/*.c.{end}", recursive=True)]
    if not objects:
        sys.exit(f"no objects in {directory}")
    said = subprocess.run([size] + objects, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    return {os.path.relpath(line.split()[5], directory).rsplit(".", 1)[0]: int(line.split()[0]) for line in said}


def main():
    source, build, size = sys.argv[1:4]
    path = os.path.join(source, "cmake", "features.cmake")
    with open(path, encoding="utf-8") as text:
        table = text.read()
    core = texts(size, f"{build}/core/CMakeFiles/omnitls_core_objects.dir")
    stand_ins = texts(size, f"{build}/core/CMakeFiles/omnitls_stand_ins.dir")
    rows = ROW.findall(table)
    for name, default, _, needs, sources in rows:
        files = {os.path.relpath(f, f"{source}/core") for pattern in sources.split()
                 for f in glob.glob(f"{source}/core/{pattern}")}
        cost = sum(core.get(f, 0) for f in files)
        cost -= sum(octets for f, octets in stand_ins.items()
                    if f.endswith(f"/without_{name.lower()}.c") and name != "TLS")
        print(f"{cost:7} {name}")
        table = re.sub(rf'^  "{name}\|{default}\|\d+\|', f'  "{name}|{default}|{cost}|', table, flags=re.M)
    print(f"{sum(core.values()):7} all of core")
    if "--write" in sys.argv:
        with open(path, "w", encoding="utf-8") as text:
            text.write(table)


main()
