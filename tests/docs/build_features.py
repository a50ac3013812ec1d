#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""build_features.py SOURCE_DIR [--write]: docs/features-build.md has the table of cmake/features.cmake."""
import os
import re
import sys

ROW = re.compile(r'^  "([A-Z0-9_]+)\|(ON|OFF)\|(\d+)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|"]*)"', re.M)
HEAD = "| option | default | bytes | needs | what it is |\n|---|---|---|---|---|\n"


def main():
    source = sys.argv[1]
    with open(os.path.join(source, "cmake", "features.cmake"), encoding="utf-8") as text:
        rows = ROW.findall(text.read())
    if len(rows) < 20:
        sys.exit(f"cmake/features.cmake: {len(rows)} rows found")
    table = HEAD
    for name, default, cost, needs, _, _, sentence in rows:
        needs = ", ".join(f"`{need}`" for need in needs.split())
        table += f"| `OMNITLS_WITH_{name}` | {default} | {int(cost):,} | {needs} | {sentence} |\n"
    path = os.path.join(source, "docs", "features-build.md")
    with open(path, encoding="utf-8") as text:
        page = text.read()
    new = re.sub(re.escape(HEAD) + r"(\|.*\n)*", lambda _: table, page)
    if "--write" in sys.argv:
        with open(path, "w", encoding="utf-8") as text:
            text.write(new)
    elif new != page or HEAD not in page:
        sys.exit("docs/features-build.md is older than cmake/features.cmake: tests/docs/build_features.py . --write")
    print(f"{len(rows)} rows")


main()
