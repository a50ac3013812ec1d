#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""direct.py LIBRARY BACKEND_DIR ENGINE

For a library with one engine: otls_connection_read and otls_connection_write reach the backend's
read and write through direct calls, and nothing on the way loads an address from the backend's
tables. Reads the disassembly; x86-64.
"""
import os
import re
import subprocess
import sys

ENGINE_CALLS = {
    "openssl": {"read": ("SSL_read", "SSL_read_ex"), "write": ("SSL_write", "SSL_write_ex")},
    "wolfssl": {"read": ("wolfSSL_read",), "write": ("wolfSSL_write",)},
    "gnutls": {"read": ("gnutls_record_recv", "gnutls_record_recv_packet",
                        "gnutls_record_recv_seq"),
               "write": ("gnutls_record_send", "gnutls_record_send2")},
}
DEPTH = 8


def disassemble(library):
    """{function: [instruction line, ...]}"""
    text = subprocess.run([os.environ.get("OBJDUMP", "objdump"), "-d", "--no-show-raw-insn", library],
                          check=True, capture_output=True, text=True).stdout
    functions, current = {}, None
    for line in text.splitlines():
        head = re.match(r"^[0-9a-f]+ <([^>]+)>:$", line)
        if head:
            current = functions.setdefault(head.group(1), [])
        elif current is not None and "\t" in line:
            current.append(line.split("\t", 1)[1])
    return functions


def plain(name):
    """Without the suffixes that the compiler adds to copies of a function."""
    return re.sub(r"(\.(isra|constprop|part|cold|lto_priv|localalias)(\.\d+)*)+$", "", name)


def table_slots(backend_dir):
    """The functions in the slots of the backend's connection table, and all names of tables."""
    slots, tables = {}, set()
    for name in sorted(os.listdir(backend_dir)):
        if not name.endswith(".c"):
            continue
        with open(os.path.join(backend_dir, name), encoding="utf-8") as source:
            text = source.read()
        for kind, table, body in re.findall(
                r"\b(otls_\w+_ops|otls_backend_module)\s+(\w+)\s*=\s*\{(.*?)\n\};", text, re.S):
            tables.add(table)
            if kind == "otls_connection_ops":
                slots.update(re.findall(r"\.(\w+)\s*=\s*&?(\w+)", body))
    return slots, tables


def walk(functions, start):
    """Every function that can be reached by direct calls and jumps: {name: depth}, and by whom."""
    reached, queue = {start: None}, [(start, 0)]
    while queue:
        name, depth = queue.pop(0)
        if depth == DEPTH:
            continue
        for line in functions.get(name, ()):
            target = re.match(r"(?:call|jmp|j[a-z]+)q?\s+[0-9a-f]+ <([^>+]+)(\+0x[0-9a-f]+)?>", line)
            if target and target.group(1) not in reached:
                reached[target.group(1)] = name
                queue.append((target.group(1), depth + 1))
    return reached


def path_to(reached, name):
    path = []
    while name is not None:
        path.append(name)
        name = reached[name]
    return path[::-1]


def check(functions, slots, tables, engine, verb):
    start = "otls_connection_" + verb
    if start not in functions:
        sys.exit(f"{start} is not in the library")
    if verb not in slots:
        sys.exit(f"no .{verb} slot found in the backend's otls_connection_ops")
    reached = walk(functions, start)
    goals = [n for n in reached if plain(n) == slots[verb]]
    if not goals: # inlined: then the engine's own function is called in its place
        goals = [n for n in reached if n.split("@")[0] in ENGINE_CALLS[engine][verb]]
    if not goals:
        sys.exit(f"{start} does not reach {slots[verb]} by direct calls; it reaches: "
                 + " ".join(sorted(reached)))
    path = path_to(reached, goals[0])
    for name in path[:-1]:
        for line in functions.get(name, ()):
            reference = re.search(r"<([\w.]+)(\+0x[0-9a-f]+)?>", line)
            if reference and (plain(reference.group(1)) in tables
                              or reference.group(1) == "otls_module_" + engine):
                sys.exit(f"{name} uses the table {reference.group(1)}: {line}")
    print(" -> ".join(path))


def main():
    library, backend_dir, engine = sys.argv[1:4]
    functions = disassemble(library)
    slots, tables = table_slots(backend_dir)
    for verb in ("read", "write"):
        check(functions, slots, tables, engine, verb)


main()
