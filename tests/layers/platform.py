#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""platform.py SOURCE_DIR: what core/platform/platform.h declares is defined once in each folder beside it,
and nothing else there is without static."""
import os
import re
import sys

DECLARED = r"\b(omni_(?:os|lock)_\w+)\s*\("


def declared(header):
    return set(re.findall(r"^[^\s/*#].*?" + DECLARED, header, re.M))


def defined(sources):
    """A definition begins in the first column and ends in an opening brace."""
    names = []
    for text in sources:
        names += re.findall(r"^(?!static|typedef|#|/|\s|\}).*?" + DECLARED + r"[^;{}]*\)\n\{", text, re.M)
    return names


def breaches(folder, wanted, found, private):
    for name in sorted(wanted):
        if found.count(name) != 1:
            yield f"core/platform/{folder}: defines {name} {found.count(name)} times"
    for name in sorted(set(found) - wanted - private):
        yield f"core/platform/{folder}: {name} is in no header"


def self_test():
    header = "/* x */\nint omni_os_a(int b);\nvoid omni_lock_c(\n    void);\nstatic int d;\n"
    wanted = {"omni_os_a", "omni_lock_c"}
    good = "int omni_os_a(int b)\n{\n    return omni_os_z(b);\n}\n\nvoid omni_lock_c(\n    void)\n{\n}\n"
    cases = (
        (declared(header), wanted),
        (list(breaches("x", wanted, defined([good]), set())), []),
        (len(list(breaches("x", wanted, defined([good, good]), set()))), 2),
        (len(list(breaches("x", wanted, defined([good.replace("_a", "_e")]), set()))), 2),
        (len(list(breaches("x", wanted, defined([good.replace("int omni_os_a", "static int omni_os_a")]), set()))), 1),
    )
    for number, (got, expected) in enumerate(cases):
        if got != expected:
            sys.exit(f"platform.py: its own check {number} fails: {got} != {expected}")


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def main():
    self_test()
    top = os.path.join(sys.argv[1], "core", "platform")
    wanted = declared(read(os.path.join(top, "platform.h")))
    found, folders = [], 0
    for folder in sorted(os.listdir(top)):
        path = os.path.join(top, folder)
        if not os.path.isdir(path):
            continue
        folders += 1
        names = sorted(os.listdir(path))
        private = set()
        for name in names:
            if name.endswith(".h"):
                private |= declared(read(os.path.join(path, name)))
        sources = [read(os.path.join(path, name)) for name in names if name.endswith(".c")]
        found += breaches(folder, wanted, defined(sources), private)
    for breach in found:
        print(breach)
    print(f"{len(wanted)} functions, {folders} folders, {len(found)} breaches")
    if found or folders < 2 or len(wanted) < 20:
        sys.exit(1)


main()
