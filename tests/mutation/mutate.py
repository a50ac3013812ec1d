#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Change one line of core at a time and see whether a test notices (README.md)."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
TEST_SECONDS = 240  # a mutant that hangs is seen as well
BUILD_SECONDS = 900


class TableError(Exception):
    pass


class Mutant:
    def __init__(self, name, area, function, tests):
        self.name, self.area, self.function, self.tests = name, area, function, tests
        self.old = self.new = None


def read_table(path):
    """[area: tests], then for each mutant its id and optional function, a line "- old" and one "+ new"."""
    mutants, area, tests = [], None, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        head = re.fullmatch(r"\[([\w-]+): (.+)\]", line)
        mutant = re.fullmatch(r"([\w-]+)(?: \((\w+)\))?(?: : (.+))?", line)
        if not line or line.startswith("#"):
            continue
        if head:
            area, tests = head.group(1), head.group(2).split()
        elif line.startswith("  - "):
            mutants[-1].old = line[4:]
        elif line.startswith("  + "):
            mutants[-1].new = line[4:]
        elif line == "  +":
            mutants[-1].new = ""
        elif mutant and area:
            own = mutant.group(3).split() if mutant.group(3) else tests
            mutants.append(Mutant(mutant.group(1), area, mutant.group(2), own))
        else:
            raise TableError(f"{path.name}:{number}: not understood: {line}")
    names = [m.name for m in mutants]
    for m in mutants:
        if m.old is None or m.new is None or m.old == m.new:
            raise TableError(f"{m.name}: needs two different lines")
        if names.count(m.name) != 1:
            raise TableError(f"{m.name}: there are two of that name")
    return mutants


def read_equivalent(path):
    reasons = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(": ")
            if not reason:
                raise TableError(f"{path.name}: {name}: without a reason")
            reasons[name] = reason
    return reasons


def body_of(text, function):
    """Where the function's definition begins and ends, or None."""
    for match in re.finditer(rf"^[a-z][^;{{}}=]*\b{function}\([^;{{}}]*\)\n{{", text, re.M):
        end = text.find("\n}", match.end())
        return match.start(), end if end >= 0 else len(text)
    return None


def places(mutant, texts):
    """(file, offset) of each place where the text to replace is found."""
    found = []
    for path, text in texts.items():
        begin, end = 0, len(text)
        if mutant.function:
            body = body_of(text, mutant.function)
            if body is None:
                continue
            begin, end = body
        at = text.find(mutant.old, begin, end)
        while at >= 0:
            found.append((path, at))
            at = text.find(mutant.old, at + 1, end)
    return found


def read_core(root):
    return {path: path.read_text() for path in sorted((root / "core").rglob("*.[ch]"))}


def check_table(mutants, reasons, texts):
    wrong = []
    for mutant in mutants:
        count = len(places(mutant, texts))
        if count != 1:
            wrong.append(f"{mutant.name}: its text is found {count} times: {mutant.old}")
    wrong += [f"{name}: equivalent, but not in the table" for name in reasons
              if name not in {m.name for m in mutants}]
    return wrong


INSTALLED = "abi/"  # the tests that work with what is installed: all that is, and the tools


def targets_of(test):
    directory, _, name = test.partition("/")
    if test.startswith(INSTALLED):
        return {"omnitls_tool", "omnitls_tool_texts", "omnitls_conformance", "omnitls_reference"}
    if directory == "fuzz":
        return {f"fuzz_{name}"}
    if directory == "hostile":  # a program against each engine
        return {f"omnitls_hostile_{name.rpartition('_')[0]}"}
    if directory == "model":
        return {"omnitls_model"}
    if directory == "hostile": # a program for all engines
        return {f"omnitls_hostile_{name.rpartition('_')[0]}"}
    if directory == "corpus":
        return {"omnitls_check_corpus"}
    return {f"{directory}_test_{name}"}


class Tree:
    """A copy of the sources and a build of it."""

    def __init__(self, directory, jobs):
        self.source, self.build, self.jobs = directory / "source", directory / "build", jobs
        self.environment = dict(os.environ, CCACHE_NOHASHDIR="1", CCACHE_BASEDIR=str(self.source),
                                CRITERION_FAIL_FAST="1")

    def run(self, command, seconds):
        """Exit status and output; a negative status when it took too long."""
        process = subprocess.Popen(command, cwd=self.build, env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   errors="replace", start_new_session=True)
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # its session is its own
            output, _ = process.communicate()
            return -1, output
        return process.returncode, output

    def prepare(self, tests):
        if self.source.exists():
            self.refresh()
        else:
            shutil.copytree(SOURCE, self.source, symlinks=True,
                            ignore=shutil.ignore_patterns("build*", ".git"))
        self.build.mkdir(parents=True, exist_ok=True)
        ccache = shutil.which("ccache")
        command = ["cmake", "-S", str(self.source), "-B", str(self.build), "-G", "Ninja",
                   "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=-O1", "-DOMNITLS_BENCH=OFF",
                   f"-DOMNITLS_TOOLS={'ON' if any(t.startswith(INSTALLED) for t in tests) else 'OFF'}"]
        if ccache:
            command.append(f"-DCMAKE_C_COMPILER_LAUNCHER={ccache}")
        status, output = self.run(command, BUILD_SECONDS)
        if status != 0:
            sys.exit(f"mutate: configuring failed:\n{output}")

    def refresh(self):
        """What has changed since the copy was made; also what an interrupted run left behind."""
        wanted = set()
        for directory, folders, files in os.walk(SOURCE):
            folders[:] = [f for f in folders if not f.startswith("build") and f != ".git"]
            for name in files:
                path = Path(directory) / name
                wanted.add(path.relative_to(SOURCE))
        for path in [p for p in self.source.rglob("*") if p.is_file() or p.is_symlink()]:
            if path.relative_to(self.source) not in wanted:
                path.unlink()
        for name in wanted:
            copy = self.source / name
            if not copy.exists() or copy.read_bytes() != (SOURCE / name).read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(SOURCE / name, copy)

    def make(self, tests):
        targets = sorted({target for test in tests for target in targets_of(test)} | {"omnitls"})
        return self.run(["cmake", "--build", ".", "-j", str(self.jobs), "--target", *targets],
                        BUILD_SECONDS)

    def test(self, tests):
        """True when all pass. They run in the table's order: the likeliest to see it first."""
        for test in tests:
            status, output = self.run(["ctest", "-R", f"^{re.escape(test)}$", "--timeout",
                                       str(TEST_SECONDS), "--no-tests=error"], TEST_SECONDS + 60)
            if status != 0:
                return test
        return None


def judge(tree, mutant, texts):
    (path, at), = places(mutant, texts)
    text = texts[path]
    path.write_text(text[:at] + mutant.new + text[at + len(mutant.old):])
    try:
        status, output = tree.make(mutant.tests)
        if status != 0:
            return "broken", "\n".join(re.findall(r".*error.*", output)[:3])
        seen = tree.test(mutant.tests)
        return ("killed", seen) if seen else ("survived", " ".join(mutant.tests))
    finally:
        path.write_text(text)


def run_all(mutants, reasons, arguments):
    tree = Tree(Path(arguments.build).resolve(), arguments.jobs)
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    tree.prepare(tests)
    texts = read_core(tree.source)
    status, output = tree.make(tests)
    if status != 0:
        sys.exit(f"mutate: the build failed:\n{output[-4000:]}")
    failed = tree.test(tests)
    if failed:
        sys.exit(f"mutate: {failed} fails without any mutant")
    results = {"killed": [], "survived": [], "broken": [], "equivalent": []}
    for mutant in mutants:
        begin = time.monotonic()
        if mutant.name in reasons and not arguments.id:
            result, detail = "equivalent", reasons[mutant.name]
        else:
            result, detail = judge(tree, mutant, texts)
        results[result].append(mutant.name)
        print(f"{result:10} {mutant.area}/{mutant.name} ({time.monotonic() - begin:.0f} s): {detail}",
              flush=True)
    return results


def summary(results):
    tried = len(results["killed"]) + len(results["survived"])
    percent = 100.0 * len(results["killed"]) / tried if tried else 100.0
    print(f"{tried} mutants: {len(results['killed'])} killed, {len(results['survived'])} survived, "
          f"{len(results['broken'])} did not compile, {len(results['equivalent'])} equivalent; "
          f"{percent:.1f} % killed")
    for name in results["survived"] + results["broken"]:
        print(f"  {name}")
    return percent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(SOURCE / "build" / "mutation"),
                        help="the copy and its build go there")
    parser.add_argument("--list", action="store_true", help="the mutants, and nothing else")
    parser.add_argument("--table", action="store_true", help="does each still apply, exactly once?")
    parser.add_argument("--area", action="append", help="only this area; may be repeated")
    parser.add_argument("--id", action="append", help="only this mutant, also an equivalent one")
    parser.add_argument("--jobs", type=int, default=1, help="processes of the build")
    parser.add_argument("--least", type=float, default=95.0, help="per cent to be killed")
    arguments = parser.parse_args()
    try:
        mutants = read_table(HERE / "mutants.txt")
        reasons = read_equivalent(HERE / "equivalent.txt")
    except TableError as error:
        sys.exit(f"mutate: {error}")
    wrong = check_table(mutants, reasons, read_core(SOURCE))
    if wrong:
        sys.exit("mutate: " + "\nmutate: ".join(wrong))
    if arguments.table:
        print(f"{len(mutants)} mutants apply")
        return 0
    chosen = [m for m in mutants if (not arguments.area or m.area in arguments.area)
              and (not arguments.id or m.name in arguments.id)]
    if arguments.list:
        for mutant in chosen:
            print(f"{mutant.area}/{mutant.name}{' (equivalent)' if mutant.name in reasons else ''}\n"
                  f"  - {mutant.old}\n  + {mutant.new}")
        return 0
    if not chosen:
        sys.exit("mutate: there is no such mutant")
    results = run_all(chosen, reasons, arguments)
    percent = summary(results)
    return 0 if percent >= arguments.least and not results["broken"] else 1


if __name__ == "__main__":
    sys.exit(main())
