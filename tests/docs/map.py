#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""map.py SOURCE_DIR: the documents about the tree speak of the tree that is there.

1. every folder has one row on docs/code-map.md: its duty, and the files to open first
2. every path that one of the documents names exists; so does every file named without its folder
3. a function that a row of the map names stands in a file that the row names
4. the map answers at least ten questions, each with a path; README links to the map
5. decisions are numbered without a gap, have all their parts, and stand in their index

Links are tests/docs/links.py's business. Prints the document and what is wrong with it.
"""
import fnmatch
import os
import re
import subprocess
import sys

MAP, INDEX = "docs/code-map.md", "docs/decisions/README.md"
DOCUMENTS = (MAP, "docs/architecture.md", "docs/decisions/*.md", "CONTRIBUTING.md", "tests/README.md")
QUESTIONS, QUESTIONS_MIN, FIRST_FILES = "## Where is it?", 10, 3
PARTS = ("## Context", "## Decision", "## Rejected")
SUFFIXES = r"c|h|py|sh|md|txt|cmake|tsv|symbols|map|in|json|yml"
OWN_NAMES = r"(?:otls|OTLS|omni|OMNI|ossl|gtls|wolf|kit)"
NOT_OURS = ("build", "build-*", "cmake-build-*", "__pycache__", "*.egg-info")


class Tree:
    """The files of the source tree, and what is in them."""

    def __init__(self, files, read):
        self.files, self._read = frozenset(files), read
        self.folders = frozenset(f[:i] for f in files for i, c in enumerate(f) if c == "/")

    def read(self, path):
        return self._read(path) if path in self.files else ""

    def matches(self, pattern):
        """Does anything have that path? A slash at its end asks for a folder; * matches in one name."""
        bare = pattern.rstrip("/")
        there = self.folders if pattern.endswith("/") else self.folders | self.files
        if "*" not in bare:
            return bare in there
        parts = bare.split("/")
        return any(len(path.split("/")) == len(parts) and
                   all(map(fnmatch.fnmatchcase, path.split("/"), parts)) for path in there)

    def inside(self, folder):
        """The names of the files that stand in it."""
        return [os.path.basename(f) for f in self.files if os.path.dirname(f) == folder]


def tree_of(root):
    """What git knows or would add; without git all there is, but for what builds leave behind."""
    try:
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others",
                                 "--exclude-standard"], capture_output=True, text=True, check=True)
        files = [f for f in listed.stdout.split("\0") if f and os.path.exists(os.path.join(root, f))]
    except (OSError, subprocess.CalledProcessError):
        files = []
    if not files:
        for directory, below, names in os.walk(root):
            below[:] = [d for d in below if d != ".git" and
                        not any(fnmatch.fnmatchcase(d, n) for n in NOT_OURS)]
            files += [os.path.relpath(os.path.join(directory, name), root) for name in names]

    def read(path):
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            return file.read()
    return Tree(files, read)


def rows(text):
    """The cells of each row of the tables, without heads and rules."""
    lines = text.split("\n")
    for line, after in zip(lines, lines[1:] + [""]):
        if line.startswith("|") and not re.match(r"\|[\s:|-]+\|$", line) and \
                not re.match(r"\|[\s:|-]+\|$", after):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def paths(tree, text):
    """Whatever begins with a folder of the top, in code and prose; <engine> stands for any name."""
    tops = "|".join(sorted(re.escape(f) for f in tree.folders if "/" not in f))
    for path in re.findall(rf"(?<![\w./<>*-])((?:{tops})/[\w.*/<>-]*)", text):
        yield re.sub(r"<\w+>", "*", path.rstrip(".-"))


def loose_names(text):
    """Names of files in backquotes and in drawings that do not begin at the top."""
    drawings = "\n".join(re.findall(r"^```\n(.*?)^```$", text, re.S | re.M))
    return re.findall(rf"`((?:[\w*-]+/)*[\w*.-]+\.(?:{SUFFIXES}))`", text) + \
        re.findall(r"(?<![\w./*<>-])[\w-]+\.[ch]\b", drawings)


def folder_rows(text):
    """(folder, the other cells) of the rows that are about a folder."""
    for cells in rows(text):
        match = re.fullmatch(r"`([\w./*-]+)/`", cells[0])
        if match:
            yield match.group(1), cells[1:]


def check_folders(tree, text):
    seen = []
    for folder, cells in folder_rows(text):
        seen.append(folder)
        if len(cells) != 2 or not all(cells):
            yield f"{folder}/: a row has folder, duty and the files to open first"
            continue
        first, there = re.findall(r"`([^`]+)`", cells[1]), tree.inside(folder)
        if "*" not in folder and len(first) != min(FIRST_FILES, max(len(there), 1)):
            yield f"{folder}/: {len(first)} files to open first, of {len(there)}"
        for name in first:
            if "*" not in folder and not tree.matches(f"{folder}/{name}"):
                yield f"{folder}/: there is no {name} in it"
    for folder in sorted(tree.folders):
        fits = [s for s in seen if s.count("/") == folder.count("/") and
                fnmatch.fnmatchcase(folder, s)]
        if len(fits) != 1:
            yield f"{folder}/ has {len(fits)} rows"


def check_paths(tree, document, text):
    for path in paths(tree, text):
        if not tree.matches(path):
            yield f"names {path}, which is not there"
    rest = "\n".join(line for line in text.split("\n")
                     if document != MAP or not re.match(r"\| `[\w./*-]+/` \|", line))
    names = {os.path.basename(f) for f in tree.files}
    for name in loose_names(rest):
        if name.split("/")[0] in tree.folders:
            continue  # above
        if "/" in name:
            beside = os.path.normpath(os.path.join(os.path.dirname(document), name))
            found = any(tree.matches(p) for p in (beside, name, f"api/{name}"))
        else:
            found = any(fnmatch.fnmatchcase(n, name) for n in names)
        if not found:
            yield f"names {name}, and no file is called so"


def check_functions(tree, text):
    for cells in rows(text):
        row = " | ".join(cells)
        where = [f for p in paths(tree, row) for f in tree.files
                 if fnmatch.fnmatchcase(f, p) or
                 (p.rstrip("/") in tree.folders and os.path.dirname(f) == p.rstrip("/"))]
        for name in re.findall(rf"`(\w+\(\)|{OWN_NAMES}_\w+)`", row) if where else ():
            name = name.rstrip("()")
            if not any(re.search(rf"\b{name}\b", tree.read(f)) for f in where):
                yield f"{name} stands in none of the files beside it"


def check_questions(tree, text):
    part = text.partition(QUESTIONS + "\n")[2].split("\n## ")[0]
    answers = list(rows(part))
    if len(answers) < QUESTIONS_MIN:
        yield f"{len(answers)} questions under \"{QUESTIONS}\", not {QUESTIONS_MIN}"
    for cells in answers:
        if not any(True for _ in paths(tree, " ".join(cells[1:]))):
            yield f"\"{cells[0]}\" is answered without a path"


def check_decisions(tree):
    index = tree.read(INDEX)
    found = sorted(n for n in tree.inside("docs/decisions") if n != "README.md")
    for number, name in enumerate(found, 1):
        text = tree.read(f"docs/decisions/{name}")
        if not re.fullmatch(rf"{number:04}-[a-z0-9-]+\.md", name):
            yield f"docs/decisions/{name}: number {number:04} is expected here"
        if not text.startswith(f"# {number}. "):
            yield f"docs/decisions/{name}: begins with \"# {number}. \" and the decision"
        for part in PARTS:
            if f"\n{part}\n" not in text:
                yield f"docs/decisions/{name}: has no \"{part}\""
        if f"]({name})" not in index:
            yield f"{INDEX}: lacks {name}"
    if not found:
        yield "docs/decisions: no decision was found"


def check(tree):
    """(document, what is wrong) of all rules."""
    for needed in (MAP, INDEX, "CONTRIBUTING.md", "tests/README.md", "docs/architecture.md"):
        if needed not in tree.files:
            yield needed, "is missing"
    if "](docs/code-map.md)" not in tree.read("README.md"):
        yield "README.md", f"has no link to {MAP}"
    if "](decisions/README.md)" not in tree.read("docs/architecture.md"):
        yield "docs/architecture.md", f"has no link to {INDEX}"
    text = tree.read(MAP)
    for what in (*check_folders(tree, text), *check_functions(tree, text),
                 *check_questions(tree, text)):
        yield MAP, what
    for document in sorted(tree.files):
        if any(fnmatch.fnmatchcase(document, d) for d in DOCUMENTS):
            for what in check_paths(tree, document, tree.read(document)):
                yield document, what
    for what in check_decisions(tree):
        yield "docs/decisions", what


# A tree that keeps every rule; the self-test breaks one after the other.
GOOD = {
    "README.md": "[the map](docs/code-map.md)\n",
    "CONTRIBUTING.md": "`ctest` runs tests/unit/test_a.c, tests/*/test_*.c and build/core/none; `a.c`, "
                       "`<omnitls/a.h>`, `omnitls/a.h`, `otls_nowhere()`.\n",
    MAP: "# Map\n\n| folder | duty | open first |\n|---|---|---|\n" + "".join(
        f"| `{folder}/` | does it | {first} |\n" for folder, first in (
            ("api", "`omnitls`"), ("api/omnitls", "`a.h`"), ("core", "`x`"),
            ("core/x", "`a.c`, `b.c`, `c.c`"), ("docs", "`architecture.md`, `code-map.md`"),
            ("docs/decisions", "`README.md`, `0001-one.md`"), ("tests", "`README.md`"),
            ("tests/*", "`test_a.c`"))) +
         f"\n{QUESTIONS}\n\n| question | answer |\n|---|---|\n" +
         "| why \\| how? | `otls_run()` in core/x/a.c |\n" * QUESTIONS_MIN,
    "docs/architecture.md": "core/<name>/a.c; [why](decisions/README.md). End of core/x.\n",
    INDEX: "[1](0001-one.md)\n",
    "docs/decisions/0001-one.md": "# 1. One\n\n" + "".join(f"{part}\n\nIt is.\n\n" for part in PARTS),
    "tests/README.md": "Tests.\n",
    "tests/unit/test_a.c": "",
    "api/omnitls/a.h": "",
    "core/x/a.c": "otls_status otls_run(void)\n", "core/x/b.c": "", "core/x/c.c": "", "core/x/d.c": "",
}


def self_test():
    """The rules still bite: (what is done to the good tree, how many breaches)."""
    def with_text(path, old, new):
        if old not in GOOD[path]:
            sys.exit(f"map.py: its own check has no {old!r} in {path}")
        return {**GOOD, path: GOOD[path].replace(old, new, 1)}
    cases = (
        (GOOD, 0),
        # 1 folders
        ({**GOOD, "core/y/a.c": ""}, 1),
        ({**GOOD, "tests/more/test_a.c": ""}, 0),
        ({**GOOD, "tests/more/deep/test_a.c": ""}, 1),
        (with_text(MAP, "| `core/x/` |", "| core/x |"), 1),
        (with_text(MAP, "`a.c`, `b.c`, `c.c`", "`a.c`, `b.c`"), 1),
        (with_text(MAP, "`a.c`, `b.c`, `c.c`", "`a.c`, `b.c`, `e.c`"), 1),
        (with_text(MAP, "`core/x/` | does it", "`core/x/` |"), 1),
        (with_text(MAP, "| `core/x/` |", "| `core/x/` | does it | `a.c`, `b.c`, `c.c` |\n| `core/x/` |"), 1),
        # 2 paths
        (with_text("tests/README.md", "Tests", "core/x/none.c"), 1),
        (with_text("tests/README.md", "Tests", "core/x/a.c/"), 1),
        (with_text("tests/README.md", "Tests", "`core/<folder>/none.c`"), 1),
        (with_text("tests/README.md", "Tests", "`none.c`"), 1),
        (with_text("tests/README.md", "Tests", "```\n-> a.c none.c tests/unit/test_a.c\n```\n"), 1),
        (with_text("tests/README.md", "Tests", "`unit/test_a.c`, `unit/*.c`"), 0),
        (with_text("tests/README.md", "Tests", "`unit/test_none.c`"), 1),
        (with_text("CONTRIBUTING.md", "tests/*/", "tests/none*/"), 1),
        (with_text("docs/architecture.md", "core/x.", "core/none."), 1),
        (with_text("docs/decisions/0001-one.md", "It is", "core/none"), 1),
        # 3 functions
        (with_text(MAP, "otls_run()", "otls_walk"), 1),
        (with_text(MAP, "otls_run()", "walk()"), 1),
        (with_text(MAP, "core/x/a.c", "core/x/b.c"), 1),
        (with_text(MAP, "core/x/a.c", "core/x"), 0),
        # 4 questions, README
        (with_text(MAP, "in core/x/a.c", "in a file"), 1),
        (with_text(MAP, "| why \\| how? | `otls_run()` in core/x/a.c |\n", ""), 1),
        (with_text("README.md", "docs/code-map.md", "docs/map.md"), 1),
        # 5 decisions
        (with_text(INDEX, "0001-one.md", "0002-two.md"), 1),
        (with_text("docs/decisions/0001-one.md", "## Rejected", "## Other"), 1),
        (with_text("docs/decisions/0001-one.md", "# 1.", "# 2."), 1),
        ({**{k: v for k, v in GOOD.items() if "0001" not in k},
          "docs/decisions/0002-one.md": GOOD["docs/decisions/0001-one.md"].replace("# 1.", "# 2."),
          INDEX: "[2](0002-one.md)\n",
          MAP: GOOD[MAP].replace("0001-one", "0002-one")}, 2),
        (with_text("docs/architecture.md", "(decisions/README.md)", "(x)"), 1),
        ({k: v for k, v in GOOD.items() if k != "CONTRIBUTING.md"}, 1),
    )
    for number, (files, expected) in enumerate(cases):
        found = list(check(Tree(files, files.__getitem__)))
        if len(found) != expected:
            sys.exit(f"map.py: its own check fails: case {number}: {expected} != {found}")


def main():
    self_test()
    tree = tree_of(sys.argv[1])
    breaches = list(check(tree))
    for document, what in breaches:
        print(f"{document}: {what}")
    print(f"{len(tree.folders)} folders, {len(breaches)} breaches")
    if breaches or not tree.folders:
        sys.exit(1)


main()
