#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_parity.py --source DIR --build DIR --results DIR --ctest PROGRAM | --self-test

docs/parity.tsv says for each item of items.tsv which call answers it, on which engine, and which
test shows it. This checks that

  - the rows are exactly the items, in their order, with 8 columns;
  - every call is declared in a public header and exported;
  - an engine's cell is "yes" or "no: reason"; a row with a "yes" names a call and a test;
  - every test exists, and its case was executed and passed in this build (Criterion's XML);
  - the last column says how a row with a "yes" differs from what the item does there, or "-"; items of
    MUST_DIFFER are known to, and may not say "-".

A script test is named as DIR/NAME, with ":word" when the script has a part of that name.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

COLUMNS = ("seed", "item", "our call", "openssl", "wolfssl", "gnutls", "test", "differs")
ENGINES = COLUMNS[3:6]

# What programs found to be otherwise than there.
MUST_DIFFER = {
    "ssl.CERT_OPTIONAL", "ssl.OPENSSL_VERSION_NUMBER", "ssl.SSLContext.load_verify_locations",
    "ssl.SSLContext.set_default_verify_paths", "ssl.SSLContext.check_hostname",
    "ssl.SSLContext.hostname_checks_common_name", "ssl.SSLSocket.close", "FILETYPE_PEM",
    "FILETYPE_ASN1", "OP_NO_TICKET", "MODE_NO_COMPRESSION", "SESS_CACHE_OFF", "SESS_CACHE_CLIENT",
    "Error", "Context.set_client_ca_list", "Context.set_info_callback", "Context.set_verify",
    "Context.use_certificate", "Connection.renegotiate", "Connection.get_session",
    "Connection.set_shutdown", "Connection.sock_shutdown", "Connection.close",
    "ssl.SSLContext.set_ciphers", "Context.set_cipher_list", "Context.set_app_data",
    "Context.set_verify_depth", "Context.set_timeout", "Connection.pending",
    "ssl.get_default_verify_paths", "ssl.SSLSocket.verify_client_post_handshake",
    "ssl.MemoryBIO", "Connection.get_finished", "Connection.get_peer_finished",
    "Connection.total_renegotiations", "SSL_set_read_ahead",
}


def read_rows(path):
    with open(path, encoding="utf-8") as table:
        return [line.rstrip("\n").split("\t") for line in table]


def public_names(source):
    """What the headers declare and the library exports."""
    text = ""
    for header in sorted(glob.glob(os.path.join(source, "api/omnitls/*.h"))):
        with open(header, encoding="utf-8") as file:
            text += re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S)
    declared = set(re.findall(r"\b(otls_\w+)\s*\(", text))
    with open(os.path.join(source, "api/omnitls.symbols"), encoding="utf-8") as file:
        exported = set(file.read().split())
    return declared, exported


def ctest_commands(ctest, build):
    """{test's name: its command}"""
    output = subprocess.run([ctest, "--show-only=json-v1"], cwd=build, check=True,
                            capture_output=True, text=True).stdout
    return {test["name"]: test.get("command", []) for test in json.loads(output)["tests"]}


def cases_of(path):
    """{"suite.case": [status of each run of it]} of a Criterion result."""
    cases = {}
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            # A parameterized test has one entry for each parameter, all of one name.
            name = f"{suite.get('name')}.{case.get('name')}"
            status = case.get("status", "")
            if any(case.find(bad) is not None for bad in ("failure", "error")):
                status = "FAILED"
            cases.setdefault(name, []).append(status)
    return cases


class Results:
    """Which tests there are and what they answered."""

    def __init__(self, commands, directory):
        self.commands, self.directory, self.cases = commands, directory, {}

    def complaint(self, named):
        """What is wrong with one test's name as the table has it; None: nothing."""
        name, _, case = named.partition(":")
        if name not in self.commands:
            return f"there is no test {name}"
        command = self.commands[name]
        if not command:
            return f"{name} was not built"
        if not any(part.startswith("--xml=") for part in command):
            return self.script_complaint(name, case, command)
        if not case:
            return f"{name}: which case? write {name}:suite.case"
        return self.case_complaint(name, case, command[0])

    @staticmethod
    def script_complaint(name, case, command):
        if not case:
            return None
        script = next((part for part in command if part.endswith((".sh", ".py"))), None)
        if script is None:
            return f"{name} has no cases, but :{case} is named"
        with open(script, encoding="utf-8") as file:
            return None if case in file.read() else f"{script} says nothing of {case}"

    def case_complaint(self, name, case, program):
        path = os.path.join(self.directory, name.replace("/", ".") + ".xml")
        if path not in self.cases:
            if not os.path.exists(path):
                return f"{name} left no result: run it first ({path} is missing)"
            if os.path.exists(program) and os.path.getmtime(path) < os.path.getmtime(program):
                return f"{name} was built again since it ran: run it"
            try:
                self.cases[path] = cases_of(path)
            except xml.etree.ElementTree.ParseError as error:
                return f"{path}: {error}"
        statuses = self.cases[path].get(case)
        if not statuses:
            return f"{name} has no case {case}; it has " + " ".join(sorted(self.cases[path]))
        bad = [status for status in statuses if status != "PASSED"]
        return f"{name}:{case}: {len(bad)} of {len(statuses)} runs: {bad[0] or '?'}" if bad else None


def row_complaints(row, declared, exported, results):
    if len(row) != len(COLUMNS):
        yield f"{len(row)} columns instead of {len(COLUMNS)}"
        return
    calls = [] if row[2] == "-" else row[2].split()
    tests = [] if row[6] == "-" else row[6].split()
    for call in calls:
        if call not in declared or call not in exported:
            yield f"{call} is not a public function"
    for engine, cell in zip(ENGINES, row[3:6]):
        if cell != "yes" and not re.fullmatch(r"no: \S.*", cell):
            yield f'{engine} is "{cell}": neither "yes" nor "no: reason"'
    if "yes" in row[3:6] and not calls:
        yield "says yes, but names no call"
    if "yes" in row[3:6] and not tests:
        yield "says yes, but names no test"
    if not row[7].strip() or row[7].endswith("."):
        yield 'the last column is neither "-" nor words without a full stop'
    if row[1] in MUST_DIFFER and row[7] == "-":
        yield "is known to differ, and does not say how"
    for test in tests:
        complaint = results.complaint(test)
        if complaint:
            yield complaint


def complaints(rows, items, declared, exported, results):
    """[(line, sentence)] for the whole table, headings included."""
    if not rows or tuple(rows[0]) != COLUMNS:
        yield 1, "the first line must be: " + " ".join(COLUMNS)
    for number, (row, item) in enumerate(zip(rows[1:], items[1:]), 2):
        if row[:2] != item:
            yield number, f"is {' '.join(row[:2])}, where items.tsv has {' '.join(item)}"
        for complaint in row_complaints(row, declared, exported, results):
            yield number, f"{' '.join(row[:2])}: {complaint}"
    if len(rows) != len(items):
        yield len(rows), f"{len(rows) - 1} rows for {len(items) - 1} items"


def summary(rows):
    full = sum(row[3:6] == ["yes"] * 3 for row in rows)
    none = sum("yes" not in row[3:6] for row in rows)
    later = sum(any(cell.startswith("no: not yet") for cell in row[3:6]) for row in rows)
    return (f"{len(rows)} items: {full} on every engine, {len(rows) - full - none} on some, "
            f"{none} on none ({later} of all not yet built)")


def self_test():
    """Every rule bites."""
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "a.b.xml"), "w", encoding="utf-8") as file:
            file.write('<testsuites><testsuite name="s"><testcase name="good" status="PASSED"/>'
                       '<testcase name="often" status="PASSED"/><testcase name="often" '
                       'status="FAILED"><failure/></testcase><testcase name="left" '
                       'status="SKIPPED"><skipped/></testcase></testsuite></testsuites>')
        results = Results({"a/b": ["b", "--xml=x"], "a/c": ["c", "--xml=x"], "a/d": ["d"]}, work)
        head = list(COLUMNS)
        good = ["s", "i", "otls_f", "yes", "yes", "no: why", "a/b:s.good", "-"]
        items = [["seed", "item"], ["s", "i"]]
        wrong = {0: "t", 2: "otls_g", 3: "maybe", 5: "no:", 6: "-", 7: ""}
        bad = [[head, good[:n] + [value] + good[n + 1:]] for n, value in wrong.items()]
        bad += [[head, good[:6] + [test, "-"]] for test in (
            "a/b", "a/b:s.often", "a/b:s.left", "a/b:s.none", "a/c:s.good", "a/x", "a/d:part")]
        bad += [[head], [good], [head, good[:6]], [head, good, good],
                [head, good[:2] + ["-"] + good[3:]]]
        check = lambda rows: list(complaints(rows, items, {"otls_f"}, {"otls_f"}, results))
        assert not check([head, good]), check([head, good])
        assert not check([head, good[:6] + ["a/b:s.good a/d", "in this"]])
        items[1] = ["s", "FILETYPE_PEM"]
        assert check([head, ["s", "FILETYPE_PEM"] + good[2:]])
        assert not check([head, ["s", "FILETYPE_PEM"] + good[2:7] + ["in this"]])
        items[1] = ["s", "i"]
        for rows in bad:
            assert check(rows), rows
    print(f"{len(bad)} faulty tables are refused")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--source", "--build", "--results", "--ctest"):
        parser.add_argument(name)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    here = os.path.dirname(os.path.abspath(__file__))
    rows = read_rows(os.path.join(options.source, "docs/parity.tsv"))
    declared, exported = public_names(options.source)
    results = Results(ctest_commands(options.ctest, options.build), options.results)
    found = list(complaints(rows, read_rows(os.path.join(here, "items.tsv")), declared, exported,
                            results))
    for number, sentence in found:
        print(f"docs/parity.tsv:{number}: {sentence}")
    if found:
        sys.exit(f"{len(found)} complaints")
    print(summary(rows[1:]))
    return None


main()
