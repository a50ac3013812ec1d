#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reference.py SOURCE_DIR: the reference that is made from the headers is whole.

1. no function, type or header without a comment; the generator notices when one goes missing
2. each function that is exported has a page, and each page says purpose, ownership, threads, errors, since
3. mandoc has nothing to say about any page (skipped without mandoc)
4. links and names in the HTML page lead somewhere
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = sys.argv[1]
SCRIPT = os.path.join(ROOT, "cmake/reference.py")
SECTIONS = ("NAME", "SYNOPSIS", "DESCRIPTION", "OWNERSHIP", "THREADS", "ERRORS", "SEE ALSO", "HISTORY")
found = []


def generate(source, *arguments):
    return subprocess.run([sys.executable, SCRIPT, source, *arguments], capture_output=True, text=True)


def without_a_comment(work, header, name):
    """The generator's answer when the comment above `name` is taken away."""
    source = os.path.join(work, "source")
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "api"), os.path.join(source, "api"))
    shutil.copy(os.path.join(ROOT, "CMakeLists.txt"), source)
    path = os.path.join(source, "api/omnitls", header)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    changed = re.sub(r"/\*\*(?:(?!\*/).)*\*/\n(?=[^\n]*\b" + name + r"\b)", "", text, count=1, flags=re.S)
    if changed == text:
        found.append(f"{header}: no comment above {name} to take away")
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed)
    return generate(source)


def pages(directory, symbols):
    for name in symbols:
        path = os.path.join(directory, name + ".3")
        if not os.path.exists(path):
            found.append(f"{name}: no page")
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        at = [text.find(f"\n.Sh {title}\n") for title in SECTIONS]
        if -1 in at or at != sorted(at):
            found.append(f"{name}: its page lacks {[s for s, n in zip(SECTIONS, at) if n < 0]}")
        for title, begin in zip(SECTIONS, at):
            if re.match(r"\n\.Sh [^\n]*\n(\.Sh|$)", text[begin:]):
                found.append(f"{name}: {title} is empty")


def lint(directory):
    if shutil.which("mandoc") is None:
        return
    everything = sorted(os.path.basename(p) for p in glob.glob(os.path.join(directory, "*.3")))
    done = subprocess.run(["mandoc", "-Tlint", *everything], cwd=directory, capture_output=True, text=True)
    # the command's own page is not among them
    said = [line for line in done.stdout.split("\n") if line and not line.endswith("not found: Xr omnitls 1")]
    found.extend(said[:20])


def page_of_html(path, symbols):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    ids = set(re.findall(r"\bid=([\w]+)", text))
    found.extend(f"HTML: no {name}" for name in symbols if name not in ids)
    found.extend(f"HTML: #{name} leads nowhere" for name in sorted(set(re.findall(r'href=["\']#(\w+)', text)) - ids))
    if "<script>" not in text or "id=search" not in text or re.search(r'(?:src|href)=["\']https?:', text):
        found.append("HTML: no search, or something from elsewhere")


def main():
    with open(os.path.join(ROOT, "api/omnitls.symbols"), encoding="utf-8") as file:
        symbols = file.read().split()
    with tempfile.TemporaryDirectory() as work:
        man, page = os.path.join(work, "man3"), os.path.join(work, "html/index.html")
        done = generate(ROOT, "--man", man, "--html", page)
        if done.returncode != 0:
            found.append(done.stdout + done.stderr)
        pages(man, symbols)
        lint(man)
        page_of_html(page, symbols)
        for header, name in (("socket.h", "otls_connect"), ("key.h", "otls_key_free"), ("context.h", "otls_role")):
            done = without_a_comment(work, header, name)
            if done.returncode == 0 or f"{header}: {name}: no comment of its own" not in done.stdout:
                found.append(f"nobody misses the comment of {name}: {done.stdout}")
    print("\n".join(found) if found else f"{len(symbols)} functions have their pages")
    sys.exit(bool(found))


main()
