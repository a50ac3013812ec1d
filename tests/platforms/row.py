#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""row.py OUT NAME=VALUE... [--results DIRECTORY] [--log LOG --ctest FILE] [--said FILE]: what a run on a system came to.

Written by the scripts that make such runs (here.sh, emulated.sh, bare/run.sh, windows/run.sh, ../distro/run.sh);
table.py puts it into docs/platforms.md. NAME: system, architecture, libc, compiler, engines, text (bytes).
  --results  the XML of test programs, Criterion's or ours: a test for each case
  --log      ctest's LastTest.log: programs that leave no XML, and why cases were skipped
  --ctest    what ctest said: which programs were skipped, which its log calls passed
  --said     what programs said that ended with "N checks, M failed"
"""
import collections
import datetime
import glob
import json
import os
import re
import sys
import xml.etree.ElementTree

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
NAMES = ("system", "architecture", "libc", "compiler", "engines", "text")
CHECKS = re.compile(r"^(\d+) checks, (\d+) failed\s*$", re.M)
SKIPPED_PROGRAM = re.compile(r"Test +#\d+: (\S+) \.*\*\*\*Skipped", re.M)
OUTPUT = re.compile(r"^Output:\n-+\n(.*?)\s*<end of output>", re.M | re.S)
SKIP = re.compile(r"^\[SKIP\] \S+?: (.*)$", re.M)
COLOURS = re.compile(r"\033\[[0-9;]*m")


def project_version():
    with open(os.path.join(SOURCE, "CMakeLists.txt"), encoding="utf-8") as text:
        return re.search(r"^project\(omnitls VERSION ([0-9.]+)", text.read(), re.M).group(1)


class Count:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = 0
        self.reasons = collections.Counter()

    def add_results(self, directory):
        for path in sorted(glob.glob(os.path.join(directory, "*.xml"))):
            name = os.path.basename(path)[:-len(".xml")]
            try:
                cases = list(xml.etree.ElementTree.parse(path).getroot().iter("testcase"))
            except xml.etree.ElementTree.ParseError:
                self.failed.append(f"{name}: ended before its last case")
                continue
            for case in cases:
                status = case.get("status")
                if status == "PASSED":
                    self.passed += 1
                elif status == "SKIPPED":
                    self.skipped += 1
                else:
                    self.failed.append(f"{name}: {case.get('name')}")

    def add_said(self, text, name):
        for run, failed in CHECKS.findall(text):
            self.passed += int(run) - int(failed)
            self.failed += [name] * int(failed)

    def add_log(self, text, with_xml, skipped):
        """ctest's log is a block for each test."""
        for block in re.split(r"^(?=\d+/\d+ Test: )", COLOURS.sub("", text), flags=re.M):
            head = re.match(r"\d+/\d+ Test: (\S+)", block)
            if head is None:
                continue
            name = head.group(1)
            output = OUTPUT.search(block)
            good = re.search(r"^Test Passed\.", block, re.M) is not None
            self.reasons.update(reason.strip() for reason in SKIP.findall(block))
            if name in skipped:
                self.skipped += 1
                self.reasons[f"{name}: {output.group(1).strip(': ') if output else 'not possible'}"] += 1
            elif CHECKS.search(block):
                self.add_said(block, name)
            elif name.replace("/", ".") not in with_xml:
                self.passed += good
                self.failed += [] if good else [name]
            elif not good and not any(line.startswith(name.replace("/", ".") + ":") for line in self.failed):
                self.failed.append(f"{name.replace('/', '.')}: ended with a failure")


def self_test():
    log = ("Start testing\n"
           "1/9 Test: unit/a\nOutput:\n----\n[SKIP] a::b#0: no such thing\n<end of output>\nTest Passed.\n"
           "2/9 Test: unit/plain\nOutput:\n----\n<end of output>\nTest Passed.\n"
           "3/9 Test: unit/away\nOutput:\n----\nnot here: \n<end of output>\nTest Passed.\n"
           "4/9 Test: platforms/talk\nOutput:\n----\n7 checks, 2 failed\n<end of output>\nTest Failed.\n"
           "5/9 Test: unit/bad\nOutput:\n----\n<end of output>\nTest Failed.\n"
           "6/9 Test: unit/late\nOutput:\n----\n<end of output>\nTest Failed.\n")
    count = Count()
    count.add_log(log, {"unit.a", "unit.late"}, set(SKIPPED_PROGRAM.findall("3/9 Test  #3: unit/away ......***Skipped   0.95 sec")))
    got = (count.passed, count.failed, count.skipped, dict(count.reasons))
    wanted = (6, ["platforms/talk"] * 2 + ["unit/bad", "unit.late: ended with a failure"], 1,
              {"no such thing": 1, "unit/away: not here": 1})
    if got != wanted:
        sys.exit(f"row.py: its own check fails: {got} != {wanted}")


def main():
    self_test()
    out, values, count, log, skipped = sys.argv[1], {}, Count(), None, set()
    rest = sys.argv[2:]
    with_xml = set()
    while rest:
        word = rest.pop(0)
        if word == "--results":
            with_xml = {os.path.basename(path)[:-len(".xml")] for path in glob.glob(os.path.join(rest[0], "*.xml"))}
            count.add_results(rest.pop(0))
        elif word == "--log":
            log = rest.pop(0)
        elif word == "--ctest":
            with open(rest.pop(0), encoding="utf-8", errors="replace") as text:
                skipped = set(SKIPPED_PROGRAM.findall(text.read()))
        elif word == "--said":
            with open(rest.pop(0), encoding="utf-8", errors="replace") as text:
                count.add_said(text.read(), "a check")
        else:
            name, value = word.split("=", 1)
            values[name] = value
    if sorted(values) != sorted(NAMES):
        sys.exit(f"row.py: of {', '.join(NAMES)} there is {', '.join(sorted(values))}")
    if log is not None:
        with open(log, encoding="utf-8", errors="replace") as text:
            count.add_log(text.read(), with_xml, skipped)
    row = dict(values, passed=count.passed, failed=sorted(count.failed), skipped=count.skipped,
               reasons=dict(sorted(count.reasons.items())), version=project_version(),
               date=datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"))
    with open(out, "w", encoding="utf-8") as text:
        json.dump(row, text, indent=1, ensure_ascii=False)
        text.write("\n")
    print(f"{row['system']}, {row['architecture']}: {row['passed']} passed, {len(row['failed'])} failed, "
          f"{row['skipped']} skipped")
    for failed in row["failed"]:
        print(f"failed: {failed}")
    sys.exit(1 if row["failed"] or not row["passed"] else 0)


if __name__ == "__main__":
    main()
