#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""included.py SOURCE_DIR [--write]

Each block of code in the guide (C, C++, Python, CMake) is part of a file that tests compile and run: the
line before it says of which,

    <!-- from docs/examples/guide.c: trust -->

and its text is what stands in that file between "guide: trust" and "guide end", or, where no part is
named, all of it from its first #include or import. --write puts the text there. A test must name the
file's program.
"""
import argparse
import glob
import os
import re
import sys

GUIDES = ("docs/guide.md",)
LANGUAGES = ("c", "cpp", "python", "cmake")
BLOCK = re.compile(r"^(?:<!-- from (?P<path>[^ :]+)(?:: (?P<part>[^>]+?))? -->\n)?"
                   r"(?P<fence>```(?P<language>\w+)\n)(?P<text>.*?)^```$", re.M | re.S)
found = []


def read(source, path):
    with open(os.path.join(source, path), encoding="utf-8") as file:
        return file.read()


def taken(source, path, part):
    """The text that belongs there; None when there is no such file or part."""
    if not os.path.isfile(os.path.join(source, path)):
        return None
    text = read(source, path)
    if part is None:
        match = re.search(r"^(?:#include|import ).*", text, re.M | re.S)
        return match.group(0) if match else None
    match = re.search(r"^(?:/\* |# )guide: " + re.escape(part) + r"(?: \*/)?\n(.*?)^(?:/\* |# )guide end", text,
                      re.M | re.S)
    return match.group(1).rstrip("\n") + "\n" if match else None


def tests_of(source):
    """What the tests name, for a look-up of programs."""
    return "".join(read(source, path) for pattern in ("tests/**/*.sh", "tests/**/*.py", "tests/**/CMakeLists.txt")
                   for path in glob.glob(pattern, root_dir=source, recursive=True)
                   if not path.startswith("tests/docs"))


def check(source, guide, named, write):
    def block(match):
        path, part, language = match["path"], match["part"], match["language"]
        where = f"{guide}: the block that begins {match['text'].splitlines()[0]!r}"
        if language not in LANGUAGES:
            return match[0]
        text = taken(source, path, part) if path else None
        if text is None:
            found.append(f"{where}: " + (f"there is no {path}: {part}" if path else "is said to be from no file"))
            return match[0]
        stem = os.path.splitext(os.path.basename(path))[0]
        if not path.startswith("tests/") and not re.search(rf"\b{stem}\b", named):
            found.append(f"{where}: no test runs {path}")
        if text != match["text"] and not write:
            found.append(f"{where}: stands otherwise in {path} (--write takes it from there)")
        head = match[0][:match.start("text") - match.start()]
        return head + text + "```"

    old = read(source, guide)
    new = BLOCK.sub(block, old)
    if write and new != old:
        with open(os.path.join(source, guide), "w", encoding="utf-8") as file:
            file.write(new)
    return sum(1 for match in BLOCK.finditer(old) if match["language"] in LANGUAGES)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    named = tests_of(options.source)
    count = sum(check(options.source, guide, named, options.write) for guide in GUIDES)
    print("\n".join(found) if found else f"{count} blocks are parts of files that tests run")
    sys.exit(bool(found) or count < 15)


if __name__ == "__main__":
    main()
