#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""engines.py OUT.md [--busy] NAME=RUN.json...: docs/engines.md from runs of omnitls-bench --compare --json.

    omnitls-bench --compare --json run.json --svg docs/engines.svg
    bench/engines.py docs/engines.md "Debian 12=run.json"

--busy: say that other programs ran meanwhile. The first run is the one that the picture shows.
"""
import json
import sys

HEAD = """\
# Which engine for what

<!-- Made by bench/engines.py from runs of omnitls-bench --compare --json; do not edit. -->

One program over omnitls on each engine, figures side by side. How they are measured, and when a difference
counts: [benchmark.md](benchmark.md). What each engine can do at all: [features.md](features.md).
Figures are of these machines, versions and builds; `omnitls-bench --compare` takes yours in a minute and a
half, and `--html` makes a page of them.
"""
BUSY = """
**Other programs were compiling on this machine while these figures were taken.** Times and latency are
noisy, and some rows may name the wrong leader; bytes, calls, heap and code are exact. The commands at the
end make this page anew.
"""
PICTURE = """
![How many times as much as the best engine each one takes, for every row](engines.svg)

Each shape is an engine, its place tells how many times as much as the best one it takes, the bar is the
95 % confidence interval.
"""
FOOT = """
## Made by

```sh
cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release && cmake --build build/release
build/release/bin/omnitls-bench --compare --json run.json --svg docs/engines.svg
bench/engines.py docs/engines.md "Debian 12=run.json"
```
"""


def scaled(value, steps):
    """The value in the largest unit that leaves at least 1 before the point."""
    unit = steps[0]
    for step in steps:
        if value >= step[0]:
            unit = step
    amount = value / unit[0]
    return f"{amount:.{0 if amount >= 100 else 1}f} {unit[1]}".rstrip()


def text(row, cell):
    value, unit = cell["median"], row["unit"]
    if unit == "count":
        return f"{value:.0f}" if value == int(value) else f"{value:.1f}"
    if unit == "bytes":
        return scaled(value, ((1, "B"), (1e3, "kB"), (1e6, "MB")))
    if "message_bytes" in row:
        return scaled(1e9 / value * row["message_bytes"], ((1, "B/s"), (1e3, "kB/s"), (1e6, "MB/s")))
    if row["section"] == "Handshakes":
        return f"{1e9 / value:,.0f}/s"
    return scaled(value, ((1, "ns"), (1e3, "us"), (1e6, "ms")))


def cell_text(row, engine):
    cell = row["engines"].get(engine, {"why_not": ""})
    if "why_not" in cell:
        return "-"
    best = cell["times_best"]["median"] <= 1
    return f"**{text(row, cell)}**" if best else text(row, cell)


def reasons(row, engines):
    """Why a cell is empty; one reason for several engines once."""
    said = {}
    for engine in engines:
        why = row["engines"].get(engine, {}).get("why_not")
        if why:
            said.setdefault(why.split(": ")[-1], []).append(engine)
    return "".join(f"; {', '.join(names)}: {why}" for why, names in said.items())


def escaped(words):
    return words.replace("|", "\\|").replace("<", "&lt;")


def leaders(rows):
    """How many rows of a section each engine leads alone, and in how many nobody does."""
    counts = {}
    for row in rows:
        first = row["verdict"].split(";")[0]
        name = first.removesuffix(" leads") if first.endswith(" leads") else "no difference"
        if first.startswith(("nothing", "only")):
            name = first
        counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda x: -x[1]))


def sections(run):
    found = {}
    for row in run["rows"]:
        found.setdefault(row["section"], []).append(row)
    return found


def part(name, run):
    context = run["context"]
    engines = list(run["features"])
    yield f"\n## {name}\n"
    yield (f"omnitls {context['library_version']}, {context['compiler']}, "
           f"{context['library_build_type']}; {context['cpu']}, {context['num_cpus']} processors, "
           f"{context['system']}; {context['date'][:10]}, {context['seconds_per_figure']:.3g} s for each "
           "figure.\n")
    yield "| engine | version | build |\n|---|---|---|"
    for engine in engines:
        yield f"| {engine} | {context['engines'][engine]} | {escaped(context['engine_builds'][engine])} |"
    yield "\nRows that an engine leads beyond noise:\n\n| section | leaders |\n|---|---|"
    for section, rows in sections(run).items():
        yield f"| {section} | {leaders(rows)} |"
    for section, rows in sections(run).items():
        yield f"\n### {name}: {section}\n"
        yield f"| case | {' | '.join(engines)} | verdict |\n|---|{'---:|' * len(engines)}---|"
        for row in rows:
            cells = " | ".join(cell_text(row, engine) for engine in engines)
            verdict = escaped(row["verdict"] + reasons(row, engines))
            yield f"| {escaped(row['title'])} | {cells} | {verdict} |"


def main(arguments):
    busy = "--busy" in arguments
    plain = [argument for argument in arguments if argument != "--busy"]
    if len(plain) < 2 or any("=" not in argument for argument in plain[1:]):
        sys.exit("usage: engines.py OUT.md [--busy] NAME=RUN.json...")
    pieces = [HEAD + (BUSY if busy else "") + PICTURE]
    for argument in plain[1:]:
        name, path = argument.split("=", 1)
        try:
            with open(path, encoding="utf-8") as stream:
                run = json.load(stream)
            pieces.append("\n".join(part(name, run)) + "\n")
        except (OSError, ValueError) as err:
            sys.exit(f"engines.py: {path}: {err}")
        except (KeyError, TypeError, AttributeError):
            sys.exit(f"engines.py: {path} is no run that omnitls-bench --compare --json wrote")
    with open(plain[0], "w", encoding="utf-8") as out:
        out.write("".join(pieces) + FOOT)


main(sys.argv[1:])
