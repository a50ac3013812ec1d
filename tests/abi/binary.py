#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""binary.py SOURCE_DIR --library FILE [--compiler CC] [--write CHANGELOG-LINE]

What a program and the shared library agree on, and what a module and the library do, as libabigail reads it
from debugging information: exported symbols with their versions, the SONAME, and every type of the installed
headers that hangs on one. Compared with what is stored beside this file: library.abi (of --library) and
module.abi (of module.c).

Whoever changes what is stored says so in CHANGELOG.md: the first lines name the line there, and a hash of what
it was written for. Exit code 77: there is nothing to compare with here.
"""
import argparse
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = "<!-- SPDX-License-Identifier: MIT -->"
LINE = "<!-- CHANGELOG: "
HASH = "<!-- sha256: "
END = " -->"
WORDS = {4: "another", 8: "incompatible"}  # bits of abidiff's exit code


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def describe(path, out):
    """abidw's description of a file, without what depends on where and by whom it was built."""
    done = subprocess.run(
        ["abidw", "--suppressions", os.path.join(HERE, "public.abignore"), "--no-corpus-path", "--no-comp-dir-path",
         "--no-show-locs", "--no-elf-needed", "--no-parameter-names", "--drop-undefined-syms",
         "--type-id-style", "hash", "--out-file", out, path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"abidw {path}: {done.stderr or done.stdout}")
    with open(out, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"^ *<[^>]*(?:__asan|__ubsan|__odr_asan)[^>]*>\n", "", text, flags=re.M)
    text = text.replace(os.path.dirname(os.path.dirname(HERE)) + os.sep, "")
    with open(out, "w", encoding="utf-8") as file:
        file.write(text)
    return text


def form_of(text):
    """Which form of its description abidw wrote: one release's abidiff takes another's for other types."""
    return re.search(r"<abi-corpus version='([^']*)'", text).group(1)


def has_debugging_information(path):
    done = subprocess.run(["readelf", "--section-headers", "--wide", path], capture_output=True, text=True, check=False)
    return ".debug_info" in done.stdout


def compile_module(options, work):
    out = os.path.join(work, "module.so")
    # "/api/omnitls/" is in the headers' path, as public.abignore wants it
    subprocess.run([options.compiler, "-std=c11", "-g", "-shared", "-fPIC", "-I", os.path.join(options.source, "api"),
                    "-o", out, os.path.join(HERE, "module.c")], check=True)
    return out


def write(path, line, body):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{HEAD}\n{LINE}{line}{END}\n{HASH}{hashlib.sha256(body.encode()).hexdigest()}{END}\n{body}")


def compare(name, now, options, work):
    """The number of complaints about one of the two."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        head, line, digest, body = file.read().split("\n", 3)
    stored, bad = os.path.join(work, "stored-" + name), 0
    with open(stored, "w", encoding="utf-8") as file:
        file.write(body)
    if (head, digest) != (HEAD, f"{HASH}{hashlib.sha256(body.encode()).hexdigest()}{END}"):
        print(f"{name} was changed by hand")
        bad += 1
    line = line[len(LINE):-len(END)]
    with open(os.path.join(options.source, "CHANGELOG.md"), encoding="utf-8") as file:
        if not line.startswith("- ") or line + "\n" not in file.read():
            print(f"CHANGELOG.md has no line \"{line}\", which {name} was changed for")
            bad += 1
    done = subprocess.run(["abidiff", stored, now], capture_output=True, text=True, check=False)
    if done.returncode & 3:
        sys.exit(f"abidiff: {done.stderr or done.stdout}")
    if done.returncode != 0:
        how = " and ".join(word for bit, word in WORDS.items() if done.returncode & bit)
        print(done.stdout)
        print(f"{name}: the ABI is {how}: write the line into CHANGELOG.md, then tests/abi/binary.py SOURCE_DIR "
              "--library FILE --compiler CC --write 'that line'. Incompatible means another SONAME, or module ABI major, than "
              "the last release's")
        bad += 1
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("--library", required=True)
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--write", metavar="CHANGELOG-LINE")
    options = parser.parse_args()
    if shutil.which("abidw") is None or shutil.which("abidiff") is None:
        skip("abidw and abidiff are not installed (Debian: abigail-tools)")
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        skip("what is stored is of Linux on x86-64")
    if not has_debugging_information(options.library):
        skip(f"{options.library} has no debugging information")
    with tempfile.TemporaryDirectory() as work:
        bad = 0
        for name, path in (("library.abi", options.library), ("module.abi", compile_module(options, work))):
            now = os.path.join(work, name)
            text = describe(path, now)
            if options.write:
                write(os.path.join(HERE, name), options.write, text)
            else:
                with open(os.path.join(HERE, name), encoding="utf-8") as file:
                    stored = form_of(file.read())
                if form_of(text) != stored:
                    skip(f"{name} was written by an abidw whose form is {stored}; this one's is {form_of(text)}")
                bad += compare(name, now, options, work)
    return 1 if bad else 0


sys.exit(main())
