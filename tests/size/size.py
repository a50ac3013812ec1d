#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""size.py SOURCE_DIR BUILD_DIR PKI_HEADER_DIR [--write | --check] [PRESET...]: what omnitls costs a Cortex-M33, at -Os.

For each preset (desktop, minimal-client, minimal-server, verify-only; options as CMakePresets.json has them), with
wolfSSL's backend and without link-time optimisation:
  text, data   core and backend, linked into docs/examples/portable/client.c with --gc-sections, and all of them
  stack        for each public function the deepest path through frames of core and backend, from the compiler's
               call graph, an estimate (see Stack); an engine's frames and those of a program's callbacks are not in it
  heap         core's, measured by heap.c in the emulator
BUILD_DIR/stack-PRESET.txt has every public function, BUILD_DIR/text-PRESET.txt every file. --write: the
table of docs/features-build.md anew; --check: fails when a figure is a hundredth above that table's, or is not in
it. Exit code 77: something is not installed.
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BARE = os.path.join(HERE, "..", "platforms", "bare")
sys.path.insert(0, BARE)
import account  # noqa: E402

PRESETS = ("desktop", "minimal-client", "minimal-server", "verify-only")
BEGIN, END = "<!-- sizes: tests/size/size.py -->", "<!-- end of sizes -->"
NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "[^"]*\\n([^"]*):\d+:\d+\\n(\d+) bytes \(([a-z,]+)\)"', re.M)
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', re.M)
INDIRECT = "__indirect_call"


# ---- stack ----

class Stack:
    """Frames and calls of all files. Which function a pointer means the graph does not say. From core/connection it
    is taken for the backend's deepest, which calls core's deepest upcall (omni_core_...); from elsewhere in core,
    for the deepest of the backend's own that calls nobody up: a digest, a signature, a context's setting."""

    def __init__(self, texts):
        self.frames, self.files, self.calls, self.leaf = {}, {}, collections.defaultdict(set), 0
        self.dynamic, self.recursive = set(), set()
        for text in texts:
            for title, file, octets, kind in NODE.findall(text):
                self.frames[title], self.files[title] = int(octets), file
                if kind != "static":
                    self.dynamic.add(title)
            for caller, called in EDGE.findall(text):
                self.calls[caller].add(called)
        called = {one for some in self.calls.values() for one in some}
        tables = [f for f in self.frames if f not in called and ":" in f and "backends/" in self.files[f]]
        upcalls = [f for f in self.frames if re.search(r"\bomni_core_\w+$", f)]
        self.memo = {}
        self.leaf = self.deepest(tables, 0)
        self.downcall = self.deepest(tables, self.deepest(upcalls, self.leaf))
        self.memo = {}

    def deepest(self, functions, indirect):
        self.memo = {}
        return max((self.depth(f, indirect) for f in functions), default=0)

    def depth(self, function, indirect, path=()):
        if function in path:
            self.recursive.add(function)
            return 0
        if function not in self.memo:
            below = 0
            calls_up = re.search("(core/connection|backends)/", self.files.get(function, ""))
            pointer = indirect if calls_up else min(self.leaf, indirect)
            for called in self.calls[function]:
                below = max(below, pointer if called == INDIRECT else self.depth(called, indirect, path + (function,)))
            self.memo[function] = self.frames.get(function, 0) + below
        return self.memo[function]

    def public(self):
        found = {f: self.depth(f, self.downcall) for f in self.frames if re.match(r"otls_\w+$", f)}
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))


# ---- text ----

def sections_of(objects):
    """(name of the object, section, size) -> path below the build, for the linker's map has names alone."""
    said = subprocess.run(["arm-none-eabi-size", "-A"] + objects, capture_output=True, text=True, check=True).stdout
    found, path = {}, None
    for line in said.splitlines():
        head = re.match(r"^(\S+\.obj) +:", line)
        row = re.match(r"^(\.\S+) +(\d+) ", line)
        if head:
            path = head.group(1)
        elif row:
            found[(os.path.basename(path), row.group(1), int(row.group(2)))] = path
    return found


def folder_of(path):
    found = re.search(r"/(core|backends)/CMakeFiles/\w+\.dir/(\w+)/([^/]+)\.obj$", path)
    if not found:
        return "others", os.path.basename(path)
    part = "core/" if found.group(1) == "core" else "backends/"
    return part + found.group(2), found.group(3)


def linked(map_text, objects):
    """(octets of text, of data), and of each folder and each file, in a linked program."""
    where, text, data = sections_of(objects), 0, 0
    folders, files = collections.Counter(), collections.Counter()
    for section, size, path in account.inputs(map_text):
        if account.owner_of(path) != "core and backend":
            continue
        if section.startswith(".data"):
            data += size
        else:
            text += size
        name = account.part_of("", section, path)
        folder, file = folder_of(where.get((name, section, size), ""))
        if folder == "others":
            file = name
        folders[folder] += size
        files[f"{folder}/{file}"] += size
    return text, data, folders, files


# ---- a preset ----

def options_of(presets, name):
    preset = presets[name]
    options = options_of(presets, preset["inherits"]) if "inherits" in preset else {}
    return {**options, **preset.get("cacheVariables", {})}


def measure(source, build, pki, name):
    with open(os.path.join(source, "CMakePresets.json"), encoding="utf-8") as text:
        presets = {one["name"]: one for one in json.load(text)["configurePresets"]}
    options = {key: value for key, value in options_of(presets, name).items() if key.startswith("OMNITLS_WITH_")}
    tls = options.get("OMNITLS_WITH_TLS") != "OFF"
    place = os.path.join(build, name)
    log_path = os.path.join(build, f"{name}.log")
    command = [os.path.join(BARE, "run.sh"), "-t", "client heap" if tls else "omnitls", "-w",
               os.path.join(build, "wolfssl"), place, pki,
               "-DOMNITLS_LTO=OFF"] + [f"-D{key}={value}" for key, value in options.items()]
    environment = dict(os.environ, CFLAGS="-fcallgraph-info=su")
    with open(log_path, "w", encoding="utf-8") as log:
        done = subprocess.run(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        with open(log_path, encoding="utf-8") as log:
            print("".join(log.readlines()[-20:]), file=sys.stderr)
        sys.exit(done.returncode)
    return figures(place, build, name, tls)


def figures(place, build, name, tls):
    objects = glob.glob(f"{place}/talk/omnitls/**/*.c.obj", recursive=True)
    said = subprocess.run(["arm-none-eabi-size", "-t"] + objects, capture_output=True, text=True, check=True).stdout
    total = said.splitlines()[-1].split()
    texts = []
    for path in glob.glob(f"{place}/talk/omnitls/**/*.ci", recursive=True):
        with open(path, encoding="utf-8") as text:
            texts.append(text.read())
    stack = Stack(texts)
    public = stack.public()
    with open(os.path.join(build, f"stack-{name}.txt"), "w", encoding="utf-8") as out:
        out.writelines(f"{octets:6} {function}\n" for function, octets in public)
    found = dict(name=name, all_text=int(total[0]), all_data=int(total[1]), stack=public, recursive=stack.recursive)
    if tls:
        with open(f"{place}/talk/client.map", encoding="utf-8", errors="replace") as text:
            found["text"], found["data"], found["folders"], files = linked(text.read(), objects)
        with open(os.path.join(build, f"text-{name}.txt"), "w", encoding="utf-8") as out:
            out.writelines(f"{octets:6} {file}\n" for file, octets in files.most_common())
        found["heap"] = heap(f"{place}/talk/heap.elf")
    return found


def heap(program):
    done = subprocess.run(["qemu-system-arm", "-M", "mps2-an505", "-nographic", "-monitor", "none", "-serial", "none",
                           "-semihosting-config", "enable=on,target=native", "-kernel", program],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300)
    found = dict(re.findall(r"^([a-z-]+) (\d+)$", done.stdout, re.M))
    if done.returncode != 0 or found.get("left") != "0":
        sys.exit(f"heap.c: {done.returncode}: {done.stdout}")
    return {key: int(value) for key, value in found.items()}


# ---- the report ----

def comma(value):
    return f"{value:,}"


def row(one):
    taken = one.get("heap", {})
    idle = taken.get("connections-idle", 0) - taken.get("server-idle", 0)
    cells = [f"`{one['name']}`", comma(one["all_text"]), comma(one["text"]) if "text" in one else "",
             comma(one["all_data"]), f"{comma(one['stack'][0][1])} (`{one['stack'][0][0]}`)",
             comma(taken["client-context"]) if taken else "",
             comma(taken["server-context"]) if "server-context" in taken else "",
             comma(idle) if taken else "", comma(taken["server-idle"]) if "server-context" in taken else ""]
    return "| " + " | ".join(cells) + " |"


def report(rows):
    lines = ["| preset | text, all | text, linked | data | stack, estimated | client's context | server's context | "
             "client connection | server connection |", "|---" * 9 + "|"]
    lines += [row(one) for one in rows]
    for one in rows:
        if one["name"] == "minimal-client":
            parts = ", ".join(f"{folder} {comma(size)}" for folder, size in one["folders"].most_common())
            lines += ["", f"Where `minimal-client`'s {comma(one['text'] + one['data'])} octets are: {parts}."]
    return "\n".join(lines)


def numbers(line):
    """The preset of a row of the table, and its figures; None stands for an empty cell."""
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    found = [re.match(r"([\d,]+)", cell) for cell in cells[1:]]
    return cells[0], [int(one.group(1).replace(",", "")) if one else None for one in found]


def breaches(document, rows):
    said = dict(numbers(line) for line in document.splitlines() if line.startswith("| `"))
    for line in rows:
        name, got = numbers(line)
        for number, (most, value) in enumerate(zip(said.get(name, [None] * len(got)), got)):
            if value is not None and (most is None or value * 100 > most * 101):
                yield f"{name}, column {number + 2}: {value}, and docs/features-build.md has {most}"


def self_test():
    text = ('node: { title: "core/a.c:inner" label: "inner\\ncore/a.c:1:1\\n40 bytes (static)" }\n'
            'node: { title: "otls_a" label: "otls_a\\ncore/a.c:2:1\\n8 bytes (static)" }\n'
            'node: { title: "omni_core_up" label: "omni_core_up\\ncore/connection/a.c:3:1\\n16 bytes (static)" }\n'
            'node: { title: "backends/b.c:table" label: "table\\nbackends/b.c:1:1\\n100 bytes (dynamic,bounded)" }\n'
            'node: { title: "backends/b.c:leaf" label: "leaf\\nbackends/b.c:9:1\\n60 bytes (static)" }\n'
            'node: { title: "otls_b" label: "otls_b\\ncore/connection/a.c:9:1\\n24 bytes (static)" }\n'
            'node: { title: "otls_c" label: "otls_c\\ncore/x509/a.c:9:1\\n4 bytes (static)" }\n'
            'edge: { sourcename: "otls_a" targetname: "core/a.c:inner" label: "x" }\n'
            'edge: { sourcename: "core/a.c:inner" targetname: "core/a.c:inner" label: "x" }\n'
            'edge: { sourcename: "otls_b" targetname: "__indirect_call" label: "x" }\n'
            'edge: { sourcename: "otls_c" targetname: "__indirect_call" label: "x" }\n'
            'edge: { sourcename: "omni_core_up" targetname: "__indirect_call" label: "x" }\n'
            'edge: { sourcename: "backends/b.c:table" targetname: "__indirect_call" label: "x" }\n')
    stack = Stack([text])
    got = (stack.public(), sorted(stack.recursive), sorted(stack.dynamic))
    wanted = ([("otls_b", 24 + 100 + 16 + 100), ("otls_c", 104), ("otls_a", 48)], ["core/a.c:inner"], ["backends/b.c:table"])
    if got != wanted:
        sys.exit(f"size.py: its own check fails: {got} != {wanted}")
    table = "| preset | x |\n| `a` | 1,000 | 30 (`f`) |  |\n"
    for row_text, count in (("| `a` | 1,010 | 30 (`g`) |  |", 0), ("| `a` | 1,011 | 31 (`f`) |  |", 2),
                            ("| `a` | 1 | 1 | 1 |", 1), ("| `b` | 1 | 1 |  |", 2)):
        if len(list(breaches(table, [row_text]))) != count:
            sys.exit(f"size.py: its own check fails: {row_text}")


def main():
    self_test()
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    source, build, pki = (os.path.abspath(word) for word in words[:3])
    names = words[3:] or PRESETS
    os.makedirs(build, exist_ok=True)
    rows = [measure(source, build, pki, name) for name in names]
    text = report(rows)
    print(text)
    for one in rows:
        print(f"\n{one['name']}: the deepest of {len(one['stack'])} public functions:")
        for function, octets in one["stack"][:10]:
            print(f"{octets:8} {function}")
        if one["recursive"]:
            print(f"         once each, for they call themselves: {', '.join(sorted(one['recursive']))}")
        for key, value in one.get("heap", {}).items():
            print(f"{value:8} heap: {key}")
    path = os.path.join(source, "docs", "features-build.md")
    with open(path, encoding="utf-8") as document:
        whole = document.read()
    begin, end = whole.index(BEGIN) + len(BEGIN), whole.index(END)
    if "--write" in sys.argv:
        with open(path, "w", encoding="utf-8") as document:
            document.write(whole[:begin] + "\n" + text + "\n\n" + whole[end:])
    if "--check" in sys.argv:
        found = list(breaches(whole[begin:end], [row(one) for one in rows]))
        for breach in found:
            print(breach)
        sys.exit(len(found) != 0)


if __name__ == "__main__":
    main()
