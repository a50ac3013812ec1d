# SPDX-License-Identifier: MIT
"""Parts of documents that are made by a program: they stand between two marks.

    <!-- begin: name -->
    ...
    <!-- end: name -->
"""
import difflib
import re
import sys


def replace(text, name, made):
    """The document with the part `name` made anew; exits when the marks are not there."""
    pattern = re.compile(rf"(<!-- begin: {name} -->\n).*?(<!-- end: {name} -->)", re.S)
    if not pattern.search(text):
        sys.exit(f"the marks of {name} are missing")
    return pattern.sub(lambda match: match.group(1) + "\n" + made + "\n" + match.group(2), text)


def check_or_write(path, parts, write):
    """Compare (or rewrite) all parts of a document; exits with the difference."""
    with open(path, encoding="utf-8") as file:
        old = file.read()
    new = old
    for name, made in parts.items():
        new = replace(new, name, made)
    if write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(new)
    elif new != old:
        sys.stdout.writelines(difflib.unified_diff(
            old.splitlines(True), new.splitlines(True), path, "as it should be"))
        sys.exit(f"{path} is out of date; run this test's command with --write")


def markdown(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
