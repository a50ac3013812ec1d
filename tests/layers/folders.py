#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""folders.py SOURCE_DIR OBJECT_DIR NM: core's folders stand on one another in one order.

1. by includes: a file includes its own folder's headers, and of a folder below the one header that
   bears its name
2. by symbols: no object calls or reads what a folder above it defines
3. what core's objects define for others is exported (api/omnitls.symbols), or starts with omni_
4. no circle of files crosses folders, and none has more than five files
"""
import os
import re
import subprocess
import sys

# bottom to top; docs/code-map.md has a line for each
ORDER = ("platform", "base", "algorithms", "engine", "x509", "certificate", "trust", "identity", "verify",
         "session", "context", "connection", "socket")
CIRCLE_MAX = 5


def folder_of(path):
    return path.split("/")[0]


def include_breaches(path, lines):
    own = folder_of(path)
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if not match:
            continue
        other = folder_of(match.group(1))
        if other not in ORDER:
            yield f"{path}:{number}: {match.group(1)} is in no folder of core"
        elif other != own and ORDER.index(other) > ORDER.index(own):
            yield f"{path}:{number}: {own} stands below {other}"
        elif other != own and match.group(1) != f"{other}/{other}.h":
            yield f"{path}:{number}: neighbours include {other}/{other}.h, not {match.group(1)}"


def symbols(nm, obj):
    """(defined for others, undefined) of an object file."""
    defined, needed = set(), set()
    out = subprocess.run([nm, "-g", obj], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        parts = line.split()
        kind, name = parts[-2], parts[-1]
        if name.startswith("__x86.get_pc_thunk"):  # the compiler's own, hidden: i386 finds its data with it
            continue
        (needed if kind in "Uvw" else defined).add(name)
    return defined, needed


def circles(edges):
    """Strongly connected sets of more than one file (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            circle = []
            while True:
                circle.append(stack.pop())
                if circle[-1] == node:
                    break
            if len(circle) > 1:
                found.append(sorted(circle))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def object_breaches(table, exported):
    """table: file -> (defined, needed)."""
    home = {name: path for path, (defined, _) in table.items() for name in defined}
    edges = {path: set() for path in table}
    for path, (defined, needed) in sorted(table.items()):
        for name in sorted(defined):
            if name not in exported and not name.startswith("omni_"):
                yield f"{path}: {name} is neither exported nor core's own (omni_)"
            if name in exported and name.startswith("omni_"):
                yield f"{path}: {name} is core's own and exported"
        for name in sorted(needed & home.keys()):
            other = home[name]
            if ORDER.index(folder_of(other)) > ORDER.index(folder_of(path)):
                yield f"{path}: {folder_of(path)} stands below {other}, whose {name} it uses"
            if other != path:
                edges[path].add(other)
    for circle in circles(edges):
        if len({folder_of(path) for path in circle}) > 1:
            yield "a circle of files across folders: " + " ".join(circle)
        elif len(circle) > CIRCLE_MAX:
            yield f"a circle of {len(circle)} files: " + " ".join(circle)


def self_test():
    """The rules still bite."""
    def count(breaches):
        return len(list(breaches))

    cases = (
        (count(include_breaches("x509/a.c", ['#include "base/base.h"'])), 0),
        (count(include_breaches("x509/a.c", ['#include "x509/dn.h"'])), 0),
        (count(include_breaches("x509/a.c", ['#include "base/alloc.h"'])), 1),
        (count(include_breaches("x509/a.c", ['#include "verify/verify.h"'])), 1),
        (count(include_breaches("x509/a.c", ['#include "der.h"'])), 1),
        (count(object_breaches({"base/a.c": ({"omni_a"}, {"omni_b"}), "base/b.c": ({"omni_b"}, set())}, ())), 0),
        (count(object_breaches({"base/a.c": ({"omni_a"}, {"omni_b"}), "x509/b.c": ({"omni_b"}, set())}, ())), 1),
        (count(object_breaches({"base/a.c": ({"otls_a", "otls_b"}, set())}, {"otls_b"})), 1),
        (count(object_breaches({f"base/{i}.c": ({f"omni_{i}"}, {f"omni_{(i + 1) % 6}"}) for i in range(6)}, ())), 1),
        (count(object_breaches({f"base/{i}.c": ({f"omni_{i}"}, {f"omni_{(i + 1) % 5}"}) for i in range(5)}, ())), 0),
    )
    for number, (got, wanted) in enumerate(cases):
        if got != wanted:
            sys.exit(f"folders.py: its own check {number} fails: {got} != {wanted}")


def main():
    self_test()
    source, objects, nm = sys.argv[1:4]
    core = os.path.join(source, "core")
    breaches, table, files = [], {}, 0
    for directory, _, names in sorted(os.walk(core)):
        for name in sorted(names):
            if not name.endswith((".c", ".h")):
                continue
            path = os.path.relpath(os.path.join(directory, name), core)
            depth = 2 if folder_of(path) == "platform" and path != "platform/platform.h" else 1
            if folder_of(path) not in ORDER or path.count("/") != depth:
                breaches.append(f"{path}: lies in no folder of core")
                continue
            files += 1
            with open(os.path.join(core, path), encoding="utf-8") as text:
                breaches += include_breaches(path, text)
            obj = os.path.join(objects, path + ".o")
            if name.endswith(".c") and os.path.exists(obj):
                table[path] = symbols(nm, obj)
    with open(os.path.join(source, "api", "omnitls.symbols"), encoding="utf-8") as text:
        exported = {line.strip() for line in text if line.startswith("otls_")}
    breaches += object_breaches(table, exported)
    for breach in breaches:
        print(breach)
    print(f"{files} files, {len(table)} objects, {len(breaches)} breaches")
    if breaches or files == 0 or not table:
        sys.exit(1)


main()
