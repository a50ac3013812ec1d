#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""table.py SOURCE_DIR [--write ROW_FILE...]: docs/platforms.md, a row for each system that a run was made on.

With --write: keep what row.py left, in the place of the last run of that system and architecture, in
docs/platforms.json, and write the document anew. Without: the document is what the rows say, every row is
of this version and not older than the one before, ran something, and failed nowhere.
"""
import json
import os
import re
import sys

import row as row_of

COLUMNS = ("System", "Architecture", "C library", "Compiler", "Engines", "Tests run", "Passed", "Skipped",
           "Text, bytes", "Date", "omnitls")
BEGIN, END = "<!-- rows: tests/platforms/table.py -->", "<!-- end of rows -->"


def cells(row):
    return (row["system"], row["architecture"], row["libc"], row["compiler"], row["engines"],
            str(row["passed"] + len(row["failed"])), str(row["passed"]), str(row["skipped"]), row["text"],
            row["date"], row["version"])


def table_text(rows):
    lines = [BEGIN, "| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    lines += ["", "What was skipped, and why:", ""]
    for row in rows:
        for reason, count in row["reasons"].items():
            lines.append(f"- {row['system']}, {row['architecture']}: {count} times \"{reason}\"")
    return "\n".join(lines + [END])


def replaced(document, rows):
    begin, end = document.index(BEGIN), document.index(END) + len(END)
    return document[:begin] + table_text(rows) + document[end:]


def merged(rows, new):
    """A new row takes the place of the one of the same system and architecture."""
    rows = list(rows)
    for one in new:
        places = [i for i, old in enumerate(rows)
                  if (old["system"], old["architecture"]) == (one["system"], one["architecture"])]
        if places:
            rows[places[0]] = one
        else:
            rows.append(one)
    return rows


def breaches(rows, version, since):
    for row in rows:
        name = f"{row['system']}, {row['architecture']}"
        if row["version"] != version:
            yield f"{name}: the run is of {row['version']}, this is {version}: run it again"
        elif row["date"] < since:
            yield f"{name}: the run of {row['date']} is older than the release before {version}, of {since}"
        if row["failed"]:
            yield f"{name}: {len(row['failed'])} failed: {', '.join(row['failed'])}"
        if row["passed"] == 0:
            yield f"{name}: nothing ran"
        if row["skipped"] and not row["reasons"]:
            yield f"{name}: skipped without a reason"


def self_test():
    good = dict(system="X", architecture="arm", libc="c", compiler="gcc", engines="e", passed=10, failed=[], skipped=1,
                reasons={"no such thing": 1}, text="5", date="2026-02-01", version="0.2.0")
    document = "a\n" + BEGIN + "\n" + END + "\nb\n"
    written = replaced(document, [good])
    cases = (
        ("| X | arm | c | gcc | e | 10 | 10 | 1 | 5 | 2026-02-01 | 0.2.0 |" in written, True),
        ('X, arm: 1 times "no such thing"' in written, True),
        (replaced(written, [good]), written),
        (merged([dict(good, version="0.1.0")], [good]), [good]),
        (len(merged([good], [dict(good, architecture="Y")])), 2),
        (list(breaches([good], "0.2.0", "2026-01-01")), []),
        (len(list(breaches([dict(good, version="0.1.0")], "0.2.0", "2026-01-01"))), 1),
        (len(list(breaches([good], "0.2.0", "2026-03-01"))), 1),
        (len(list(breaches([dict(good, failed=["a"])], "0.2.0", ""))), 1),
        (len(list(breaches([dict(good, passed=0)], "0.2.0", ""))), 1),
        (len(list(breaches([dict(good, reasons={})], "0.2.0", ""))), 1),
    )
    for number, (got, wanted) in enumerate(cases):
        if got != wanted:
            sys.exit(f"table.py: its own check {number} fails: {got!r} != {wanted!r}")


def last_release(source, version):
    """The date in CHANGELOG.md of the version before this one; "" when it has none."""
    with open(os.path.join(source, "CHANGELOG.md"), encoding="utf-8") as text:
        found = re.findall(r"^## ([0-9.]+).*?(\d{4}-\d\d-\d\d)?\)?$", text.read(), re.M)
    return max((date for name, date in found if name != version), default="")


def main():
    self_test()
    row_of.self_test()
    source = sys.argv[1]
    path = os.path.join(source, "docs", "platforms.md")
    rows_path = os.path.join(source, "docs", "platforms.json")
    with open(rows_path, encoding="utf-8") as text:
        rows = json.load(text)
    with open(path, encoding="utf-8") as text:
        document = text.read()
    if len(sys.argv) > 3 and sys.argv[2] == "--write":
        new = []
        for name in sys.argv[3:]:
            with open(name, encoding="utf-8") as text:
                new.append(json.load(text))
        rows = merged(rows, new)
        document = replaced(document, rows)
        with open(rows_path, "w", encoding="utf-8") as text:
            json.dump(rows, text, indent=1, ensure_ascii=False)
            text.write("\n")
        with open(path, "w", encoding="utf-8") as text:
            text.write(document)
    version = row_of.project_version()
    found = list(breaches(rows, version, last_release(source, version)))
    if replaced(document, rows) != document:
        found.append("not what docs/platforms.json says: tests/platforms/table.py . --write")
    for breach in found:
        print(f"docs/platforms.md: {breach}")
    print(f"{len(rows)} rows, {len(found)} breaches")
    if found or not rows:
        sys.exit(1)


main()
