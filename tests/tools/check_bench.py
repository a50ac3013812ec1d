#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Has omnitls-bench written all that it promises?

check_bench.py compare FILE ENGINE...   --compare --json
check_bench.py layer FILE ENGINE...     --json without --compare
check_bench.py html FILE                a page that loads nothing, with a table for each chart
check_bench.py page FILE                the same, with one table for all charts
check_bench.py svg FILE
"""
import json
import re
import sys
from html.parser import HTMLParser
from xml.dom import minidom

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


def check_context(context, engines):
    for key in ("date", "cpu", "num_cpus", "system", "library_version", "library_build_type",
                "compiler", "method"):
        need(context.get(key), f"context: no {key}")
    for table in ("engines", "engine_builds"):
        need(all(context[table].get(engine) for engine in engines), f"{table}: an engine is missing")


def check_row(row, engines):
    need(row["verdict"], f"{row['name']}: no verdict")
    need(set(row["engines"]) == set(engines), f"{row['name']}: engines {list(row['engines'])}")
    for engine, cell in row["engines"].items():
        if "why_not" in cell:
            need(cell["why_not"], f"{row['name']}: {engine}: no reason")
        else:
            check_spread(cell, f"{row['name']}: {engine}")
            check_spread(cell["times_best"], f"{row['name']}: {engine}: times_best")


def compare(path, *engines):
    with open(path, encoding="utf-8") as stream:
        run = json.load(stream)
    check_context(run["context"], engines)
    need(len({row["name"] for row in run["rows"]}) == len(run["rows"]), "a row is there twice")
    for row in run["rows"]:
        check_row(row, engines)
    sections = {row["section"] for row in run["rows"]}
    need(sections >= set(SECTIONS), f"missing: {set(SECTIONS) - sections}")
    times = [row for row in run["rows"] if row["unit"] == "ns"]
    need(len(run["benchmarks"]) == len(times) * len(engines), "benchmarks and rows do not agree")
    for entry in run["benchmarks"]:
        check_benchmark(entry)
    for engine in engines:
        need(run["features"][engine]["tls1.3"]["answer"] == "yes", f"{engine}: no features")


def layer(path, *engines):
    with open(path, encoding="utf-8") as stream:
        run = json.load(stream)
    check_context(run["context"], engines)
    names = {entry["name"] for entry in run["benchmarks"]}
    need(len(names) == len(run["benchmarks"]) and names, "an entry is there twice, or none")
    for entry in run["benchmarks"]:
        check_benchmark(entry)
        need(entry["samples_ns"], f"{entry['name']}: no samples")
        if entry["name"].endswith("/ours"):
            need(entry["name"].replace("/ours", "/native") in names, f"{entry['name']}: no native")
            check_spread(entry["ratio"], entry["name"])
            check_spread(entry["aa"], entry["name"])
        else:
            need(len(entry["samples_again_ns"]) == len(entry["samples_ns"]), "A/A is not whole")


class Page(HTMLParser):
    """Every element that is opened is closed, and none loads anything."""
    EMPTY = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        need(tag not in ("script", "link", "img", "iframe", "base", "object"), f"the page has <{tag}>")
        for name, value in attrs:
            need(name not in ("src", "href", "srcset", "xlink:href"), f"<{tag}> loads {value}")
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        need(self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}")
        self.open.pop()


def page(path):
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    parser = Page()
    parser.feed(text)
    need(not parser.open, f"left open: {parser.open}")
    need(not re.search(r"@import|url\(|https?://", text), "the page names something outside")
    for part in ("viewport", "prefers-color-scheme: dark", "@media print"):
        need(part in text, f"the page has no {part}")
    need(parser.seen.count("table") > 0 < parser.seen.count("svg"), "no table, or no chart")
    return parser


def html(path):
    parser = page(path)
    need(parser.seen.count("table") >= parser.seen.count("svg"), "a chart without a table")


def svg(path):
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    picture = minidom.parseString(text)
    need(picture.documentElement.tagName == "svg", "no picture")
    need(not re.search(r"@import|url\(|href|<script", text), "the picture loads something")
    need("prefers-color-scheme: dark" in text, "the picture is for light paper only")


{"compare": compare, "layer": layer, "html": html, "page": page, "svg": svg}[sys.argv[1]](*sys.argv[2:])
