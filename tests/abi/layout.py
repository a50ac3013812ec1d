#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""layout.py SOURCE_DIR --compiler CC [--flags "..."] [--headers DIR] [--write]

What a module and this library must agree on, beside the stored baseline (baseline.txt): where each field
of each struct in <omnitls/backend.h> and the headers that it includes stands and how large it is, the values
of enums and macros, and what each slot is declared as. Whoever changes it says so in CHANGELOG.md: the
baseline names the line there, and a hash of what it was written for.

release-*.txt are the baselines of releases: as long as the major is theirs, everything in them stands where
it stood, so that their modules still work.

A change that moves, resizes or retypes what was there before needs another OTLS_BACKEND_ABI_MAJOR; what
comes at the end needs another MINOR.
"""
import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile

HEADERS = ("error.h", "engine.h", "key.h", "certificate.h", "context.h", "session.h", "verify.h", "backend.h", "accelerator.h")
HEAD = "# CHANGELOG: "
HASH = "# sha256: "
# What may be another number in a later minor. Of certificates, a module is handed what 0.1 permitted.
GROWS = ("OTLS_BACKEND_ABI_MINOR", "OTLS_FEATURE_COUNT", "OTLS_CHAIN_CERTIFICATES_MAX")


def clean(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return re.sub(r"//[^\n]*", " ", text)


def fields(body):
    """(name, declaration) of each field of a struct's body, in order."""
    for part in body.split(";"):
        part = " ".join(part.split())
        if not part:
            continue
        pointer = re.match(r"(.*?)\(\*(\w+)\)\((.*)\)$", part)
        if pointer:
            yield pointer.group(2), part
            continue
        first, *more = part.split(",")
        kind = re.match(r"(.*?)(\**\w+(?:\[[^\]]*\])*)$", first.strip()).group(1).strip()
        for one in [first.strip()[len(kind):].strip()] + [m.strip() for m in more]:
            name = re.match(r"\**\s*(?:const\s*)?(\w+)", one).group(1)
            yield name, (kind + " " + one).strip()


def structs(text):
    for match in re.finditer(r"(?:typedef\s+)?struct\s+(\w+)\s*\{(.*?)\}\s*(\w*)\s*;", text, flags=re.S):
        yield match.group(1), match.group(2)


def enums(text):
    for match in re.finditer(r"enum\s*(\w*)\s*\{(.*?)\}", text, flags=re.S):
        for name in re.findall(r"\b(OTLS_\w+)\b(?=\s*(?:=[^,]*)?(?:,|$))", match.group(2).strip() + ","):
            yield name


def macros(text):
    # the release's own number is no part of what is agreed on
    text = text.replace("OTLS_VERSION_NUM", "")
    return re.findall(r"^#define\s+(OTLS_[A-Z0-9_]+)\s+(?:\(?(?:0x)?[0-9])", text, flags=re.M)


def program(headers, texts):
    out = ["#include <stddef.h>", "#include <stdio.h>"]
    out += [f"#include <omnitls/{name}>" for name in headers]
    out.append("int main(void) {")
    for name in headers:
        text = texts[name]
        for struct, body in structs(text):
            size = f'sizeof(struct {struct})'
            out.append(f'printf("struct {struct}: %zu bytes\\n", {size});')
            for field, declared in fields(body):
                declared = declared.replace('"', '\\"')
                out.append(f'printf("  %zu %zu {declared}\\n", offsetof(struct {struct}, {field}), '
                           f'sizeof(((struct {struct} *)0)->{field}));')
        for value in list(enums(text)) + macros(text):
            out.append(f'printf("{value} = %lld\\n", (long long)({value}));')
    out.append("return 0; }")
    return "\n".join(out) + "\n"


def layout(options, directory):
    texts = {}
    for name in HEADERS:
        with open(os.path.join(directory, "omnitls", name), encoding="utf-8") as file:
            texts[name] = clean(file.read())
    with tempfile.TemporaryDirectory() as work:
        source, binary = os.path.join(work, "layout.c"), os.path.join(work, "layout")
        with open(source, "w", encoding="utf-8") as file:
            file.write(program(HEADERS, texts))
        # 64 bits are what the baseline is for; flags are the build's, for its sanitizers
        subprocess.run([options.compiler, "-w", *options.flags.split(), "-I", directory, "-o", binary, source],
                       check=True)
        return subprocess.run([binary], check=True, capture_output=True, text=True).stdout


def facts(text):
    """(struct, field or constant) -> what is said of it, without how it is declared."""
    found, struct = {}, ""
    for line in text.splitlines():
        if line.startswith("struct "):
            struct, size = line[7:].split(": ")
            found[struct, ""] = int(size.split()[0])
        elif line.startswith("  "):
            offset, size, declared = line.split(None, 2)
            name = re.search(r"\(\*(\w+)\)|(\w+)(?:\[[^\]]*\])*$", declared)
            found[struct, name.group(1) or name.group(2)] = (int(offset), int(size))
        elif " = " in line:
            name, value = line.split(" = ")
            found["", name] = int(value)
    return found


def broken(release, now):
    """What a module of that release would find elsewhere."""
    old, new = facts(release), facts(now)
    major = ("", "OTLS_BACKEND_ABI_MAJOR")
    if old[major] != new[major]:
        return
    for key, value in old.items():
        there = new.get(key)
        if key[1] == "" or key[1] in GROWS:
            good = there is not None and there >= value
        else:
            good = there == value
        if not good:
            yield f"{' '.join(part for part in key if part)}: {value} then, {there} now"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--flags", default="")
    parser.add_argument("--headers")
    parser.add_argument("--write", metavar="CHANGELOG-LINE")
    options = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "baseline.txt")
    now = layout(options, options.headers or os.path.join(options.source, "api"))
    if options.headers:
        sys.stdout.write(now)
        return 0
    digest = hashlib.sha256(now.encode()).hexdigest()
    if options.write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{HEAD}{options.write}\n{HASH}{digest}\n{now}")
        return 0
    with open(path, encoding="utf-8") as file:
        line, stored, body = file.read().split("\n", 2)
    with open(os.path.join(options.source, "CHANGELOG.md"), encoding="utf-8") as file:
        changes = file.read()
    bad = 0
    for name in sorted(os.listdir(here)):
        if name.startswith("release-") and name.endswith(".txt"):
            with open(os.path.join(here, name), encoding="utf-8") as file:
                for moved in broken(file.read(), now):
                    print(f"{name}: {moved}: another OTLS_BACKEND_ABI_MAJOR, or leave it where it was")
                    bad += 1
    if body != now:
        import difflib
        sys.stdout.writelines(difflib.unified_diff(body.splitlines(True), now.splitlines(True), "baseline", "now"))
        print("the ABI is another: write the line into CHANGELOG.md, then "
              "tests/abi/layout.py SOURCE_DIR --write 'that line'")
        bad += 1
    if stored != HASH + hashlib.sha256(body.encode()).hexdigest():
        print("baseline.txt was changed by hand")
        bad += 1
    if line[len(HEAD):] not in changes or not line.startswith(HEAD + "- "):
        print(f"CHANGELOG.md has no line \"{line[len(HEAD):]}\"")
        bad += 1
    if not bad:
        print(f"{len(body.splitlines())} facts as they were")
    return 1 if bad else 0


sys.exit(main())
