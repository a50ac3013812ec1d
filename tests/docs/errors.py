#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""errors.py SOURCE_DIR [--write]: the tables in docs/errors.md are what error.h says, and a test speaks of
each code, unless its remark says that it is no longer given."""
import glob
import os
import re
import sys

import tables


def entries(header, prefix):
    """[(name, value, remark)] of the enumerators that start with `prefix`, in their order."""
    pattern = re.compile(
        rf"^\s*({prefix}\w+) = ([-\w]+(?: << \d+)?),?[ \t]*(?:/\*\*<(.*?)\*/)?", re.M | re.S)
    for name, value, remark in pattern.findall(header):
        shift = re.fullmatch(r"1u << (\d+)", value)
        number = f"0x{1 << int(shift.group(1)):06x}" if shift else value
        yield name, number, " ".join(remark.split())


def enumeration(header, opening):
    start = header.index(opening)
    return header[start:header.index("}", start)]


def table(header, opening, prefix):
    rows = [(f"`{name}`", value, remark)
            for name, value, remark in entries(enumeration(header, opening), prefix)]
    names = re.findall(rf"\b{prefix}\w+(?= = )", enumeration(header, opening))
    if len(rows) < 10 or len(rows) != len(names):
        sys.exit(f"{len(rows)} of {len(names)} names that start with {prefix} were read")
    return tables.markdown(("name", "value", ""), rows)


def check_tests(root, codes):
    """Somebody makes every one of them."""
    text = ""
    for path in glob.glob(os.path.join(root, "tests", "*", "*.c")):
        with open(path, encoding="utf-8") as file:
            text += file.read()
    left = [name for name, _value, remark in codes
            if "no longer given" not in remark and not re.search(rf"\b{name}\b", text)]
    if left:
        sys.exit(f"no test makes {', '.join(left)}")


def main():
    root = sys.argv[1]
    with open(os.path.join(root, "api/omnitls/error.h"), encoding="utf-8") as file:
        header = file.read()
    parts = {
        "statuses": table(header, "typedef enum otls_status {", "OTLS_"),
        "codes": table(header, "typedef enum otls_code {", "OTLS_CODE_"),
        "verify flags": table(header, "enum {\n    OTLS_VERIFY_EXPIRED", "OTLS_VERIFY_"),
        "alerts": table(header, "enum {\n    OTLS_ALERT_CLOSE_NOTIFY", "OTLS_ALERT_"),
    }
    check_tests(root, entries(enumeration(header, "typedef enum otls_code {"), "OTLS_CODE_"))
    tables.check_or_write(os.path.join(root, "docs/errors.md"), parts, "--write" in sys.argv)


main()
