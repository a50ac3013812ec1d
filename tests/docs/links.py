#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""links.py SOURCE_DIR: every relative link in the documents leads to a file, and every `otls_` name
in them is declared in a public header."""
import glob
import os
import re
import sys


def documents(root):
    for pattern in ("*.md", "docs/**/*.md", "tests/**/*.md"):
        yield from sorted(glob.glob(os.path.join(root, pattern), recursive=True))


def bad_links(path, text):
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        target = target.split("#")[0]
        if target and "://" not in target and not target.startswith("mailto:"):
            if not os.path.exists(os.path.join(os.path.dirname(path), target)):
                yield f"leads to {target}, which is not there"


def unknown_names(text, known):
    """Names in backquotes and code; otls_f() and otls_f both, otls_f_... is a family."""
    for name in sorted(set(re.findall(r"\b(?:otls|OTLS)_\w+", text))):
        if name in known:
            continue
        if name.endswith("_") and any(k.startswith(name) for k in known):
            continue
        yield f"{name} stands in no public header"


def main():
    root, known, found = sys.argv[1], set(), 0
    for header in glob.glob(os.path.join(root, "api/omnitls/*.h")):
        with open(header, encoding="utf-8") as file:
            known |= set(re.findall(r"\b(?:otls|OTLS)_\w+", file.read()))
    if len(known) < 300:
        sys.exit("the headers were not found")
    for path in documents(root):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        wrong = list(bad_links(path, text))
        if os.path.relpath(path, root).startswith(("docs/guide", "docs/migrate", "docs/conv",
                                                   "docs/errors", "docs/writing", "README")):
            wrong += unknown_names(text, known)
        for sentence in wrong:
            print(f"{os.path.relpath(path, root)}: {sentence}")
            found += 1
    if found:
        sys.exit(1)


main()
