#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""instructions.py COUNT_PROGRAM STORED_DIRECTORY COMPILER FLAGS [--write] ENGINE[/CASE] ...

Instructions of eight fixed cases on each engine, counted by callgrind, beside the stored ones. Only
omnitls' own functions count: what engines and libc do is theirs. More than 1 % up fails and names the
functions that grew; what fell by more is told, and stays a gain only when it is stored (--write).
The counts hang on the compiler, its version, the processor and the flags: others skip.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

LIMIT = 0.01      # this much more, of all of ours, fails
SHARE = 0.005     # functions below this share of a case are not stored
CASES = 8
OURS = re.compile(r"/(libomnitls\.so[0-9.]*|omnitls/[a-z]+\.so)$")
SKIPPED = 77


# ---- callgrind ----

def parse(lines):
    """(object, function) -> own instructions, of a callgrind.out file."""
    names, counts = {}, {}
    obj = function = None
    called = False

    def name_of(kind, text):
        match = re.match(r"\((\d+)\)(?: (.*))?$", text)
        if match is None:
            return text
        if match.group(2) is not None:
            names[kind, match.group(1)] = match.group(2)
        return names[kind, match.group(1)]

    for line in lines:
        line = line.rstrip("\n")
        match = re.match(r"(c?ob|c?fn)=(.*)$", line)
        if match:
            name = name_of(match.group(1)[-2:], match.group(2))
            if match.group(1) == "ob":
                obj = name
            elif match.group(1) == "fn":
                function = name
        elif line.startswith("calls="):
            called = True  # the next line is what the called one took
        elif re.match(r"[0-9+*-]", line):
            if not called:
                key = (obj, function)
                counts[key] = counts.get(key, 0) + int(line.split()[1])
            called = False
    return counts


def plain(function):
    """Without what the compiler appends, read_any.part.0, and callgrind: 'recursion."""
    return re.sub(r"(\.(isra|part|constprop|cold|lto_priv)(\.\d+)?|'\d+)+$", "", function)


def ours(counts, operations):
    """function -> instructions an operation."""
    out = {}
    for (obj, function), count in counts.items():
        if obj is not None and OURS.search(obj):
            out[plain(function)] = out.get(plain(function), 0) + count
    return {function: count / operations for function, count in out.items()}


def measure(program, which):
    """The engine's version, and {case: (functions, instructions with the engine)}."""
    asked = which.split("/")
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "out")
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}",
             program, *asked],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        version, *said = run.stdout.splitlines() or [""]
        if run.returncode == SKIPPED:
            skip(version)
        if run.returncode != 0 or len(said) != (CASES if len(asked) == 1 else 1):
            sys.exit(f"{which}: exit {run.returncode}\n{run.stdout}{run.stderr}")
        results = {}
        for number, line in enumerate(said, 1):
            case, operations = line.split()
            with open(f"{out}.{number}", encoding="utf-8") as text:
                counts = parse(text)
            mine = ours(counts, int(operations))
            if not mine:
                sys.exit(f"{which} {case}: callgrind saw no function of omnitls")
            results[case] = mine, sum(counts.values()) / int(operations)
        return version, results


# ---- what is stored ----

def read_stored(path):
    """(flags, {engine: version}, {(engine, case): {function or "all": count}})"""
    flags, versions, table = "", {}, {}
    with open(path, encoding="utf-8") as text:
        for line in text:
            if line.startswith("# flags: "):
                flags = line[len("# flags: "):].strip()
            elif line.startswith("# version: "):
                engine, version = line[len("# version: "):].strip().split(" ", 1)
                versions[engine] = version
            elif line.strip() and not line.startswith("#"):
                engine, case, function, count = line.split()
                table.setdefault((engine, case), {})[function] = float(count)
    return flags, versions, table


def write(path, flags, versions, results):
    with open(path, "w", encoding="utf-8") as out:
        out.write("# Instructions of omnitls' own functions, an operation. "
                  "Written by instructions.py --write.\n"
                  f"# flags: {flags}\n")
        for engine, version in versions.items():
            out.write(f"# version: {engine} {version}\n")
        out.write("# engine\tcase\tfunction\tcount\n")
        for (engine, case), now in results.items():
            total = sum(now.values())
            out.write(f"{engine}\t{case}\tall\t{total:.0f}\n")
            for function, count in sorted(now.items(), key=lambda pair: (-pair[1], pair[0])):
                if count >= total * SHARE:
                    out.write(f"{engine}\t{case}\t{function}\t{count:.0f}\n")


def compare(stored, now):
    """(has it grown, sentences)"""
    before, total = stored["all"], sum(now.values())
    change = f"{before:.0f} -> {total:.0f} ({100 * (total / before - 1):+.1f} %)"
    if total < before * (1 - LIMIT):
        return False, [f"    {change}: a gain, once it is stored"]
    if total <= before * (1 + LIMIT):
        return False, []
    grown = []
    for function, count in now.items():
        more = count - stored.get(function, 0 if count >= before * SHARE else count)
        if more > 0:
            grown.append((more, function, stored.get(function, 0), count))
    grown.sort(reverse=True)
    return True, [f"    GREW {change}, by"] + [
        f"        {function} {old:.0f} -> {count:.0f}" for _, function, old, count in grown[:8]]


# ---- its own check ----

PROFILE = """ob=(1) /x/libomnitls.so.0.2.0
fn=(1) read_any.part.0
10 5
+1 6
cob=(2) /x/libssl.so.3
cfn=(2) SSL_read
calls=1 0
* 1000
* 2
ob=(2)
fn=(2)
1 1000
ob=(1)
fn=(3) other
7 3
"""


def self_test():
    counts = parse(PROFILE.splitlines())
    if ours(counts, 1) != {"read_any": 13, "other": 3} or sum(counts.values()) != 1016:
        sys.exit(f"instructions.py: its own check fails: {counts}")
    stored = {"all": 1000, "a": 900, "b": 100}
    for now, grew, says in (({"a": 905, "b": 104}, False, ""),
                            ({"a": 900, "b": 111}, True, "b 100 -> 111"),
                            ({"a": 900, "b": 100, "c": 50}, True, "c 0 -> 50"),
                            ({"a": 900, "b": 50}, False, "a gain")):
        answer, lines = compare(stored, now)
        if answer != grew or says not in "\n".join(lines):
            sys.exit(f"instructions.py: its own comparison is wrong: {now}: {lines}")


# ---- all of it ----

def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def judge(engine, version, then, stored, results):
    """Has anything grown? Says what."""
    bad = False
    for case, (now, everything) in results.items():
        print(f"{engine:8} {case:14} ours {sum(now.values()):9.0f}, with the engine {everything:11.0f}",
              flush=True)
        if stored is None:
            continue
        if (engine, case) not in stored:
            sys.exit(f"{engine} {case} is not stored: see tests/instructions/README.md")
        grew, lines = compare(stored[engine, case], now)
        bad |= grew
        print("\n".join(lines), end="\n" if lines else "")
    if bad and then.get(engine) != version:
        print(f"({engine} is \"{version}\", the counts were stored with \"{then.get(engine)}\")")
    return bad


def main():
    self_test()
    program, directory, compiler, flags = sys.argv[1:5]
    writing = sys.argv[5] == "--write"
    engines = sys.argv[6 if writing else 5:]
    path = os.path.join(directory, f"{compiler}.tsv")
    flags = " ".join(flags.split())
    then, stored = {}, None
    if shutil.which("valgrind") is None:
        skip("valgrind is not installed")
    if not writing:
        if not os.path.exists(path):
            skip(f"no counts are stored for {compiler}; to store them: tests/instructions/README.md")
        known, then, stored = read_stored(path)
        if known != flags:
            skip(f"the counts are of the flags \"{known}\", these are \"{flags}\"")
    versions, everything, bad = {}, {}, False
    for which in engines:
        engine = which.split("/")[0]
        versions[engine], results = measure(program, which)
        bad |= judge(engine, versions[engine], then, stored, results)
        everything.update({(engine, case): now for case, (now, _) in results.items()})
    if writing:
        os.makedirs(directory, exist_ok=True)
        write(path, flags, versions, everything)
    sys.exit(1 if bad else 0)


main()
