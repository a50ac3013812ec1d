#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""account.py MAP [COUNT]: where a linked program's flash goes, octet by octet, from GNU ld's map.

Code and constant data of core, backends, engine, C library and the program, and the COUNT (20) largest parts of
core and the backends, which is what a feature of cmake/features.cmake would have to leave out. A part is an object;
with link-time optimisation, which mixes core, backend and program, a function or a table.
"""
import collections
import re
import sys

# " .text.name  0xaddress  0xsize  file"; a long name is followed by a new line
INPUT = re.compile(r"^ (\.[^\s]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$"
                   r"(?:\n\s+0x([0-9a-f]+) \(size before relaxing\)$)?", re.M)
FLASH = re.compile(r"^\.(text|rodata|data|ARM\.exidx|ARM\.extab|init_array|fini_array|vectors)(\.|$)")
OWNERS = (("core, backend and program", r"\.ltrans\d*\.ltrans\.o$"), ("core and backend", r"/libomnitls\.a\("),
          ("wolfSSL", r"libwolfssl"), ("C library", r"lib(c|c_nano|g|g_nano|m|gcc|nosys)\.a\("))


def inputs(text):
    """(section, size, file) of what was linked; what was thrown away stands before the memory map."""
    begin = text.find("Linker script and memory map")
    text = re.sub(r"^( \.\S+)\n\s+0x", r"\1 0x", text[max(begin, 0):], flags=re.M)
    for section, address, size, path, before in INPUT.findall(text):
        octets = int(before or size, 16) # texts that files share are put into one of them: each has its own here
        if int(address, 16) != 0 and octets != 0 and FLASH.match(section):
            yield section, octets, path


def owner_of(path):
    return next((owner for owner, pattern in OWNERS if re.search(pattern, path)), "the program")


def part_of(owner, section, path):
    if owner == OWNERS[0][0]:
        return re.sub(r"^\.(text|rodata|data)(\.rel\.ro)?\.", "", section)
    member = re.search(r"\(([^)]+)\)$", path)
    return member.group(1) if member else path.rsplit("/", 1)[-1]


def account(text):
    owners, parts = collections.Counter(), collections.Counter()
    for section, size, path in inputs(text):
        owner = owner_of(path)
        owners[owner] += size
        if owner.startswith("core"):
            parts[part_of(owner, section, path)] += size
    return owners, parts


def self_test():
    text = ("Discarded input sections\n\n .text.gone  0x00000000  0x40 a/libomnitls.a(one.c.obj)\n"
            "Linker script and memory map\n\n .text.one  0x00000100  0x10 a/libomnitls.a(one.c.obj)\n"
            " .text.a_very_long_name\n                0x00000110  0x20 a/libomnitls.a(one.c.obj)\n"
            " .rodata.t.str1.1\n                0x00000170       0x90 a/libomnitls.a(one.c.obj)\n"
            "                                  0x8 (size before relaxing)\n"
            " .rodata.x  0x00000130  0x8 p/libwolfssl.a(tls.o)\n .bss.y  0x20000000  0x99 a/libomnitls.a(one.c.obj)\n"
            " .text.refuse  0x00000150  0x14 /somewhere/cc1.ltrans0.ltrans.o\n"
            " .text.main  0x00000140  0x4 CMakeFiles/talk.dir/port.c.obj\n")
    owners, parts = account(text)
    wanted = ({"core and backend": 0x38, "wolfSSL": 8, "the program": 4, OWNERS[0][0]: 0x14},
              {"one.c.obj": 0x38, "refuse": 0x14})
    if (dict(owners), dict(parts)) != wanted:
        sys.exit(f"account.py: its own check fails: {dict(owners)}, {dict(parts)}")


def main():
    self_test()
    with open(sys.argv[1], encoding="utf-8", errors="replace") as text:
        owners, parts = account(text.read())
    for owner, size in owners.most_common():
        print(f"{size:8} {owner}")
    print(f"{sum(owners.values()):8} in all; the largest parts of ours:")
    for name, size in parts.most_common(int(sys.argv[2]) if len(sys.argv) > 2 else 20):
        print(f"{size:8} {name}")


if __name__ == "__main__":
    main()
