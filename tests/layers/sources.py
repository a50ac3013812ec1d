#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sources.py SOURCE_DIR: the rules that the sources keep. Prints file:line for each breach."""
import os
import re
import sys

LINES_MAX = 700
C_DIRS = ("api", "core", "backends", "accelerators", "tools", "bench", "tests", "docs")
ENGINES = ("openssl", "wolfssl", "gnutls")

STDIO = r"\b(?:secure_)?getenv\s*\(|\b(?:fopen|fdopen|freopen|opendir)\s*\(" \
        r"|\b(?:printf|fprintf|vprintf|vfprintf|dprintf|puts|fputs|putchar|perror|syslog)\s*\("
UNSAFE = r"\b(?:strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|atoi|atol|tmpnam)\s*\("
ALLOCATE = r"(?<![\w.>])(?:malloc|calloc|realloc|free|strdup|strndup|reallocarray)\s*\("

# A header in <> that is neither C11's nor ours.
BEYOND_ISO_C = r"#\s*include\s*<(?!(?:omnitls|openssl|wolfssl|wolfcrypt|gnutls)/|(?:assert|ctype|errno" \
               r"|float|inttypes|limits|math|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib" \
               r"|string|time)\.h>)"

# (where, pattern, except in, why)
RULES = (
    (r"^core/", STDIO, r"^core/platform/\w+/(files|process)\.c$",
     "core reads files and the environment in core/platform/, and never prints"),
    (r"^(backends|accelerators)/", STDIO, None,
     "a backend reads no file, no environment, and never prints"),
    (r"^(core|backends|accelerators)/", UNSAFE, None, "has no bound, or hides its errors"),
    (r"^core/", ALLOCATE, r"^core/base/alloc\.c$", "core allocates through core/base/alloc.h"),
    (r"^core/", r"\bdl(?:m?open|sym|addr|close)\s*\(", r"^core/platform/\w+/modules\.c$",
     "modules are loaded in core/platform/"),
    (r"^(api|core)/", BEYOND_ISO_C, r"^core/platform/\w+/\w+\.[ch]$",
     "what is not ISO C is asked of core/platform/platform.h"),
    (r"^(backends|accelerators)/", r'#\s*include\s*["<](?:\.\./)*(?:\.\./core|core)/', None,
     "a backend knows core through <omnitls/backend.h> only"),
    (r"^(api|core)/", r'#\s*include\s*["<][^">]*backends/', None, "arrows point api <- core <- backends"),
    (r"^api/", r'#\s*include\s*["<](?:\.\./)*core/', None, "arrows point api <- core <- backends"),
    (r"^(core|backends)/",
     r"^(?!\s*for \(uint16_t).*(?:[<>]=?\s*OTLS_TLS1_\d|(?:(?:min|max|hello)_|->)version\s*[<>]=?\s*[a-z])",
     None, "numbers of datagram versions count downwards: otls_version_before() compares"),
    (r"^core/", r"\berr->|\*err\b\s*=(?!=)", r"^core/base/fail\.c$",
     "a caller's report may be of another version: omni_error_give() and omni_error_of() know its size"),
    (r"^(api|core|backends|accelerators|tools|bench|tests|docs)/", r"\b(?:TODO|FIXME|XXX|HACK)\b", None,
     "finish it, or write it down in the issue tracker"),
)


def c_files(root):
    for top in C_DIRS:
        for directory, subdirectories, names in os.walk(os.path.join(root, top)):
            subdirectories.sort()
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    path = os.path.join(directory, name)
                    yield os.path.relpath(path, root), path


def without_comments(text):
    """Comments become blanks, so that line numbers stay; string contents go too, except in includes."""
    def blank(match):
        piece = match.group(0)
        if piece.startswith("/"):
            return re.sub(r"[^\n]", " ", piece)
        return piece[0] + re.sub(r"[^\n]", " ", piece[1:-1]) + piece[-1]
    lines = []
    pieces = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    plain = pieces.sub(blank, text)
    for original, line in zip(text.split("\n"), plain.split("\n")):
        lines.append(original if re.match(r'\s*#\s*include\s*"', original) else line)
    return lines


def engine_of(path):
    """The engine whose headers this file may include; None: none."""
    for engine in ENGINES:
        if path.startswith(f"backends/{engine}/"):
            return engine
        if engine == "openssl" and path.startswith("accelerators/libcrypto/"):
            return engine
        # the benchmark and the tests' native peers: one file, one engine, named after it
        if re.match(rf"^(bench|tests)/(.*[/_])?{engine}(_\w+)?\.[ch]$", path):
            return engine
        # a backend as a release had it
        if re.match(rf"^tests/abi/release-[\d.]+/{engine}/", path):
            return engine
    # the corpus' peer, which presents whatever bytes it is given as a certificate
    if re.match(r"^tests/corpus/raw_peer\.[ch]$", path):
        return "gnutls"
    # the template of a backend, over one of them
    if path == "docs/examples/backend-template/template.c":
        return "openssl"
    # what makes the tests' certificates
    return "openssl" if re.match(r"^tests/\w+/make_\w+\.c$", path) else None


def check_file(path, text):
    lines = without_comments(text)
    if len(lines) - 1 > LINES_MAX:
        yield len(lines), f"{len(lines) - 1} lines; the limit is {LINES_MAX}"
    if not text.startswith("/* SPDX-License-Identifier: MIT */"):
        yield 1, "the first line must be /* SPDX-License-Identifier: MIT */"
    for number, line in enumerate(lines, 1):
        include = re.match(r'\s*#\s*include\s*[<"](openssl|wolfssl|wolfcrypt|gnutls)/', line)
        if include:
            engine = "wolfssl" if include.group(1).startswith("wolf") else include.group(1)
            if engine_of(path) != engine:
                yield number, f"includes {engine}'s headers, which only its own files may"
        for where, pattern, unless, why in RULES:
            if "TODO" in pattern or not re.search(where, path) or (unless and re.search(unless, path)):
                continue
            if re.search(pattern, line):
                yield number, f"{line.strip()}: {why}"
    for number, line in enumerate(text.split("\n"), 1):
        for where, pattern, unless, why in RULES:
            if "TODO" in pattern and re.search(where, path) and re.search(pattern, line):
                yield number, f"{line.strip()}: {why}"


def self_test():
    """The rules still bite."""
    head = "/* SPDX-License-Identifier: MIT */\n"
    cases = (
        ("core/a.c", head + "#include <openssl/ssl.h>\n", 1),
        ("backends/gnutls/a.c", head + "#include <gnutls/gnutls.h>\n", 0),
        ("backends/gnutls/a.c", head + "#include <wolfssl/ssl.h>\n", 1),
        ("backends/gnutls/a.c", head + '#include "../../core/base/alloc.h"\n', 1),
        ("accelerators/libcrypto/a.c", head + "#include <openssl/evp.h>\n", 0),
        ("accelerators/libcrypto/a.c", head + "#include <gnutls/gnutls.h>\n", 1),
        ("accelerators/libcrypto/a.c", head + "x = getenv(\"A\");\n", 1),
        ("bench/native_openssl.c", head + "#include <openssl/ssl.h>\n", 0),
        ("bench/main.c", head + "#include <openssl/ssl.h>\n", 1),
        ("core/a.c", head + "/* printf(x) */ (void)snprintf(b, 1, \"printf(\");\n", 0),
        ("core/a.c", head + "printf(\"x\");\n", 1),
        ("core/a.c", head + "p = malloc(1);\n", 1),
        ("core/a.c", head + "p = omni_malloc(1); ops->free(p); module.free(p);\n", 0),
        ("core/base/alloc.c", head + "p = malloc(1);\n", 0),
        ("core/a.c", head + "#include <sys/socket.h>\n", 1),
        ("core/a.c", head + "#include <strings.h>\n", 1),
        ("core/a.c", head + "#include <time.h>\n#include <omnitls/key.h>\n", 0),
        ("api/omnitls/a.h", head + "#include <unistd.h>\n", 1),
        ("core/platform/platform.h", head + "#include <pthread.h>\n", 1),
        ("core/platform/posix/lock.c", head + "#include <pthread.h>\n", 0),
        ("core/a.c", head + "x();\n" * LINES_MAX, 1),
        ("core/a.c", "int x;\n", 1),
        ("core/a.c", head + "if (conn->info.version < OTLS_TLS1_3)\n", 1),
        ("backends/gnutls/a.c", head + "if (policy->min_version > limit)\n", 1),
        ("core/a.c", head + "if (otls_version_before(suite->min_version, OTLS_TLS1_3))\n", 0),
        ("core/a.c", head + "    *err = inner;\n", 1),
        ("core/a.c", head + "err->code = 1;\n", 1),
        ("core/a.c", head + "omni_error_give(err, &inner);\n", 0),
        ("core/a.c", head + "/* TO" + "DO */\n", 1),
    )
    for path, text, expected in cases:
        found = len(list(check_file(path, text)))
        if found != expected:
            sys.exit(f"sources.py: its own check fails: {path}: {text!r}: {found} != {expected}")


def main():
    self_test()
    count = breaches = 0
    for path, full in c_files(sys.argv[1]):
        count += 1
        with open(full, encoding="utf-8") as source:
            for number, what in check_file(path, source.read()):
                breaches += 1
                print(f"{path}:{number}: {what}")
    print(f"{count} files, {breaches} breaches")
    if breaches or count == 0:
        sys.exit(1)


main()
