#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""broken.py SOURCE_DIR --compiler CC [--flags "..."] [--library FILE]

That layout.py and binary.py notice what they are there for: each change below is made in a copy of the headers,
the baseline or the changelog, and must be found and named. Without a change both must be content.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
MOVED = "another OTLS_BACKEND_ABI_MAJOR"
ANOTHER = "the ABI is another"
# What is done, to which file, the text that is there once, the one in its place, and what layout.py must say.
CASES = (
    ("two fields change places", "api/omnitls/backend.h",
     "    uint32_t session_lifetime;     /* seconds */\n    uint32_t max_early_data;       /* bytes; 0 = none */\n",
     "    uint32_t max_early_data;\n    uint32_t session_lifetime;\n", MOVED),
    ("a slot is in front of the others", "api/omnitls/backend.h",
     "    void (*fini)(otls_backend_context *context);\n",
     "    void (*first)(void);\n    void (*fini)(otls_backend_context *context);\n", MOVED),
    ("a number is another", "api/omnitls/backend.h",
     "#define OTLS_TICKET_NAME_SIZE 16\n", "#define OTLS_TICKET_NAME_SIZE 17\n", MOVED),
    ("a slot takes another type", "api/omnitls/backend.h",
     "    bool (*has_group)(uint16_t group);\n", "    bool (*has_group)(uint32_t group);\n", ANOTHER),
    ("a slot comes at the end", "api/omnitls/backend.h",
     "    bool (*has_signature)(uint16_t scheme);\n",
     "    bool (*has_signature)(uint16_t scheme);\n    bool (*has_more)(uint16_t what);\n", ANOTHER),
    ("the baseline is edited", "tests/abi/baseline.txt",
     "struct otls_policy: ", "struct  otls_policy: ", "baseline.txt was changed by hand"),
    ("the changelog does not say it", "CHANGELOG.md", None, "", "CHANGELOG.md has no line"),
)
# A change of these cases shows in the compiler's types, too.
IN_TYPES = 5


def copy(source, place):
    shutil.copytree(source / "api", place / "api")
    (place / "tests").mkdir()
    shutil.copytree(source / "tests/abi", place / "tests/abi",
                    ignore=shutil.ignore_patterns("release-0.1", "__pycache__"))
    shutil.copy(source / "CHANGELOG.md", place)


def change(place, name, old, new):
    path = place / name
    text = path.read_text(encoding="utf-8")
    if old is None:
        path.write_text(new, encoding="utf-8")
        return
    if text.count(old) != 1:
        sys.exit(f"broken.py: {name} has {text.count(old)} times: {old}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(place, script, *arguments):
    done = subprocess.run([sys.executable, str(place / "tests/abi" / script), str(place), *arguments],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def check(options, number, case):
    """What is wrong, as sentences; `case` None: nothing is changed."""
    with tempfile.TemporaryDirectory() as work:
        place = pathlib.Path(work)
        copy(pathlib.Path(options.source), place)
        if case is not None:
            change(place, *case[1:4])
        what, says = (case[0], case[4]) if case is not None else ("nothing is changed", "facts as they were")
        code, said = run(place, "layout.py", "--compiler", options.compiler, f"--flags={options.flags}")
        if code != (0 if case is None else 1) or says not in said:
            yield f"layout.py, {what}: exit code {code}, no \"{says}\" in: {said}"
        if options.library is None or number > IN_TYPES:
            return
        code, said = run(place, "binary.py", "--library", options.library, "--compiler", options.compiler)
        noticed = code == 1 and "module.abi: " in said
        if code != SKIPPED and (code != 0 if case is None else not noticed):
            yield f"binary.py, {what}: exit code {code}: {said}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--flags", default="")
    parser.add_argument("--library")
    options = parser.parse_args()
    wrong = []
    for number, case in enumerate((None, *CASES)):
        wrong += check(options, number, case)
    for sentence in wrong:
        print(sentence)
    print(f"{len(CASES)} changes, {len(wrong)} not noticed")
    return 1 if wrong else 0


sys.exit(main())
