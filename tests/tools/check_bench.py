#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_bench.py compare FILE ENGINE...: omnitls-bench --compare --json has all that it promises."""
import json
import sys

SPREAD = ("median", "q1", "q3", "ci95_low", "ci95_high")
SECTIONS = ("Handshakes", "Throughput", "Latency", "On the wire", "Memory", "Code")


def need(condition, what):
    if not condition:
        sys.exit(f"check_bench.py: {what}")


def check_spread(cell, where):
    need(all(isinstance(cell.get(key), (int, float)) for key in SPREAD), f"{where}: no whole spread")
    need(cell["ci95_low"] <= cell["median"] <= cell["ci95_high"], f"{where}: the median is outside")


def check_benchmark(entry):
    name = entry["name"]
    if entry.get("error_occurred"):
        need(entry["error_message"], f"{name}: no reason")
        return
    for key in ("run_name", "run_type", "iterations", "real_time", "cpu_time", "time_unit"):
        need(key in entry, f"{name}: no {key}")
    need(entry["cpu_time"] > 0 and entry["iterations"] > 0, f"{name}: nothing was done")
    need(all(value > 0 for value in entry.get("samples_ns", [])), f"{name}: a sample is not positive")


def compare(path, engines):
    with open(path, encoding="utf-8") as stream:
        run = json.load(stream)
    context = run["context"]
    for key in ("date", "cpu", "num_cpus", "system", "library_version", "library_build_type",
                "compiler", "method"):
        need(context.get(key), f"context: no {key}")
    need(set(context["engines"]) >= set(engines), "context: an engine is missing")
    need(len({row["name"] for row in run["rows"]}) == len(run["rows"]), "a row is there twice")
    for row in run["rows"]:
        need(row["verdict"], f"{row['name']}: no verdict")
        need(set(row["engines"]) == set(engines), f"{row['name']}: engines {list(row['engines'])}")
        for engine, cell in row["engines"].items():
            if "why_not" in cell:
                need(cell["why_not"], f"{row['name']}: {engine}: no reason")
            else:
                check_spread(cell, f"{row['name']}: {engine}")
                check_spread(cell["times_best"], f"{row['name']}: {engine}: times_best")
    sections = {row["section"] for row in run["rows"]}
    need(sections >= set(SECTIONS), f"missing: {set(SECTIONS) - sections}")
    times = [row for row in run["rows"] if row["unit"] == "ns"]
    need(len(run["benchmarks"]) == len(times) * len(engines), "benchmarks and rows do not agree")
    for entry in run["benchmarks"]:
        check_benchmark(entry)


compare(sys.argv[2], sys.argv[3:])
