#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gcc_analyzer.py SOURCE_DIR BUILD_DIR: gcc's -fanalyzer on everything that is installed.

Fails on findings that known.txt does not list. Exit code 77: the build was not made by gcc.
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys

SOURCE, BUILD = map(os.path.abspath, sys.argv[1:3])
FOLDERS = ("core", "backends", "tools")


def known():
    with open(os.path.join(SOURCE, "tests/analysis/known.txt"), encoding="utf-8") as file:
        lines = [line.split(":")[0] for line in file if not line.startswith("#")]
    return {tuple(line.split()) for line in lines if " -Wanalyzer" in line}


def commands():
    """One way to compile each file: what is compiled for several libraries is looked at once."""
    chosen = {}
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), SOURCE)
            if path.split(os.sep)[0] in FOLDERS:
                chosen.setdefault(path, entry)
    return chosen


def analyse(entry):
    arguments = [word for word in shlex.split(entry["command"]) if word != "-Werror"]
    if os.path.basename(arguments[0]) == "ccache":
        arguments = arguments[1:]
    arguments[arguments.index("-o") + 1] = os.devnull
    return subprocess.run([*arguments, "-fanalyzer"], cwd=entry["directory"], capture_output=True, text=True, check=False)


def compiler(entry):
    words = [word for word in shlex.split(entry["command"]) if os.path.basename(word) != "ccache"]
    return subprocess.run([words[0], "--version"], capture_output=True, text=True, check=False).stdout


def main():
    chosen = commands()
    if len(chosen) < 200:
        sys.exit(f"only {len(chosen)} files")
    if "Free Software Foundation" not in compiler(next(iter(chosen.values()))):
        sys.exit(77)
    listed, new, met = known(), [], set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, said in zip(chosen, pool.map(analyse, chosen.values())):
            if said.returncode != 0:
                sys.exit(f"{path}: {said.stderr}")
            for where, check in re.findall(r"^(\S+?):\d+:\d+: warning: .*\[(-Wanalyzer[\w-]+)\]$", said.stderr, re.M):
                finding = (os.path.relpath(os.path.join(chosen[path]["directory"], where), SOURCE), check)
                met.add(finding)
                if finding not in listed:
                    new.append(f"{finding[0]}: {check}, seen from {path}\n{said.stderr}")
    for path, check in sorted(listed - met):
        print(f"known.txt, no longer found: {path} {check}")
    print(f"{len(chosen)} files, {len(met)} known or new kinds of findings in them")
    sys.exit("\n".join(new) if new else 0)


main()
