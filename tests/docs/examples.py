#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""examples.py SOURCE_DIR --compiler CC --flags "..." --library LIBRARY

Every block of C in the README and the documents compiles as it stands: a program (it has a main) is
linked with the library, anything else must be whole declarations and functions. Those that are part of
a file that is compiled anyway say so (included.py holds them to it). And the README's
client makes the same calls as docs/examples/client.c, which other tests run.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

WARNINGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-function", "-Werror"]
USUAL = "".join(f"#include <{name}>\n" for name in (
    "omnitls/omnitls.h", "poll.h", "stdbool.h", "stdio.h", "stdlib.h", "string.h"))


def blocks(path):
    """(line, text) of each block of C."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r"(?<!-->\n)^```c\n(.*?)^```$", text, re.S | re.M):
        yield text.count("\n", 0, match.start(1)) + 1, match.group(1)


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def compile_block(options, work, path, line, text):
    program = re.search(r"\bmain\(", text) is not None
    source = os.path.join(work, "block.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write("" if program else USUAL)
        file.write(f'#line {line} "{path}"\n{text}')
    command = [options.compiler, *options.flags.split(), *WARNINGS,
               "-I" + os.path.join(options.source, "api")]
    if not program:
        return run(command + ["-fsyntax-only", source])
    directory = os.path.dirname(options.library)
    command += ["-o", os.path.join(work, "block"), source, options.library,
                "-Wl,-rpath," + directory, "-pthread"]
    if options.library.endswith(".a"):
        return run(command[:-1] + ["-fsyntax-only"])
    return run(command)


def calls(text):
    return set(re.findall(r"\b(otls_\w+)\s*\(", text))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    for name in ("--compiler", "--flags", "--library"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    paths = [os.path.join(options.source, "README.md")]
    paths += sorted(glob.glob(os.path.join(options.source, "docs/**/*.md"), recursive=True))
    count = failed = 0
    with tempfile.TemporaryDirectory() as work:
        for path in paths:
            for line, text in blocks(path):
                count += 1
                good, said = compile_block(options, work, path, line, text)
                if not good:
                    failed += 1
                    print(f"{path}:{line}: does not compile\n{said}")
    readme = "".join(text for _, text in blocks(paths[0]))
    with open(os.path.join(options.source, "docs/examples/client.c"), encoding="utf-8") as file:
        other = calls(file.read()) ^ calls(readme)
    if not readme or other:
        sys.exit("README.md and docs/examples/client.c do not make the same calls: "
                 + " ".join(sorted(other)))
    print(f"{count} blocks compile" if not failed else f"{failed} of {count} blocks do not compile")
    sys.exit(failed != 0)


main()
