#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reference.py SOURCE_DIR [--man DIR] [--html FILE]: the reference, made from the headers' comments.

A page of the manual for each public header (its object, types and constants) and for each function,
in mdoc, and one HTML page with a search. Without --man and --html: only the check, that each function
and type has a comment of its own. Who may call a function, who owns what it gives, and which failures
any function may have are conventions (docs/conventions.md) that follow from names and types; they are
written out on each page. Exit status 1: something is undocumented.
"""
import argparse
import glob
import html
import os
import re
import sys
import textwrap

SKIPPED = {"accelerator.h", "backend.h", "export.h", "names_0_1.h"}  # for authors of engines; nothing; old names
DATE = "November 28, 2026"

THREADS = {
    "backend": "An engine never changes: any thread.",
    "certificate": "Certificates are immutable: any thread.",
    "identity": "Identities are immutable: any thread.",
    "key": "Keys are immutable: any thread.",
    "session": "Sessions are immutable: any thread.",
    "verdict": "A verdict is immutable: any thread.",
    "trust": "A trust store is filled by one thread, and shared freely from the moment it is given to a context.",
    "context": "A context is set up by one thread, and shared freely once its first connection, or "
               "otls_context_seal, has sealed it.",
    "connection": "One thread at a time for each connection.",
    "socket": "One thread at a time for each socket.",
    "client_hello": "In the callback that was given it, on its thread.",
}


class Entry:
    """A declaration with its comment."""

    def __init__(self, kind, name, text, comment, header):
        self.kind, self.name, self.text = kind, name, text
        self.comment, self.header = comment, header


class Header:
    def __init__(self, path):
        self.name = os.path.basename(path)
        self.page = "otls_" + self.name[:-2] if self.name != "omnitls.h" else "omnitls"
        with open(path, encoding="utf-8") as file:
            self.source = file.read()
        self.comment = ""
        self.entries = []
        self.read()
        if any(e.kind == "function" and e.name == self.page for e in self.entries):
            self.page += "_h"

    def read(self):
        comment, at = None, 0
        # comments and declarations in turn; what stands between breaks the bond
        pattern = re.compile(
            r"(?P<doc>/\*\*(?!<).*?\*/)|(?P<plain>/\*.*?\*/)"
            r"|(?P<function>^OTLS_API\b[^;]*;)"
            r"|(?P<type>^(?:typedef\b|enum\b|struct\b)[^;{]*(?:\{[^}]*\})?[^;]*;)"
            r"|(?P<macro>^#define[ \t]+OTLS_(?:[^\n]*\\\n)*[^\n]*)", re.S | re.M)
        for match in pattern.finditer(self.source):
            between = self.source[at:match.start()]
            if re.search(r"\n[ \t]*\n", between):
                comment = None
            at = match.end()
            kind, text = match.lastgroup, match.group(0)
            if kind == "doc":
                text = clean(text)
                if "@file" in text:
                    self.comment = re.sub(r"^@file \S+ ?\n?", "", text).strip()
                else:
                    comment = text
            elif kind != "plain":
                self.entries.append(Entry(kind, name_of(kind, text), text, comment, self))
                if kind != "macro":
                    comment = None


def clean(text):
    lines = [re.sub(r"^\s*\*? ?", "", line) if n else line
             for n, line in enumerate(text[3:-2].split("\n"))]
    return "\n".join(line.rstrip() for line in lines).strip()


def name_of(kind, text):
    if kind == "function":
        return re.search(r"\b(otls_\w+)\s*\(", text).group(1)
    if kind == "macro":
        return re.search(r"OTLS_\w+", text).group(0)
    callback = re.search(r"\(\*(otls_\w+)\)", text)
    if callback:
        return callback.group(1)
    last = re.search(r"(\w+)\s*;$", text)
    constant = re.search(r"\bOTLS_\w+", text)
    return last.group(1) if last and text.startswith("typedef") else constant.group(0) if constant else ""


def paragraphs(comment):
    for block in re.split(r"\n\s*\n", comment or ""):
        yield block if re.search(r"^   ", block, re.M) else " ".join(block.split())


def first_sentence(comment):
    """What a list says of it: up to a full stop, colon or semicolon outside parentheses."""
    text, depth = " ".join((comment or "").split()), 0
    for n, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter in ".:;?" and depth == 0 and text[n + 1:n + 2] in ("", " "):
            text = text[:n]
            break
    return re.sub(r"`([^`]*)`", r"\1", text).rstrip(".?:; ")


def object_of(name):
    for key in sorted(THREADS, key=len, reverse=True):
        if name.startswith(f"otls_{key}_"):
            return key
    return None


def standards(comment):
    return sorted(set(re.findall(r"RFC[ \n]\d+", comment or "")))


def facts(entry, since):
    """(title, sentences) for what follows from names and types."""
    text, name = " ".join(entry.text.split()), entry.name
    threads = []
    if "ny thread" not in (entry.comment or ""):
        threads = [THREADS.get(object_of(name), "Any thread, unless an object of another kind says otherwise.")]
    yield "THREADS", threads or ["Any thread."] if "ny thread" in (entry.comment or "") else threads
    owner = []
    made = re.search(r"\(otls_(\w+) \*\*(\w+)", text)
    if name.endswith("_free") or name == "otls_socket_close":
        owner.append("What is given back may not be used any more.")
    elif name.endswith("_ref"):
        owner.append(f"The reference is the caller's, to be given back with {name[:-4]}_free.")
    elif made:
        kind = made.group(1)
        last = "otls_socket_close" if kind == "socket" else f"otls_{kind}_free"
        owner.append(f"What *{made.group(2)} gets is the caller's, to be given back with {last}.")
    elif re.match(r"OTLS_API (?:const )?(?:char|uint8_t|otls_\w+) \*", text):
        owner.append("What is returned is borrowed, unless said otherwise: it lives as long as what it was asked of.")
    elif "char **" in text:
        owner.append("The text is the caller's, to be given back with otls_string_free.")
    else:
        owner.append("What is passed in stays the caller's; what is needed longer is copied or referenced.")
    yield "OWNERSHIP", owner
    if text.startswith("OTLS_API otls_status"):
        yield "ERRORS", ["OTLS_OK, or a status above or below it: below 0, *err (if it is not NULL) tells "
                         "category, code and one sentence for a person; see otls_error.",
                         "Any call that makes something may answer OTLS_E_NOMEM."]
    else:
        yield "ERRORS", ["It cannot fail."]
    yield "HISTORY", [f"It appeared in omnitls {since(name)}."]


# ---- mdoc -----------------------------------------------------------------------------------------


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"(\w)\(\)", r"\1\\&()", text)  # of other manuals: poll()
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def roff_prose(text):
    """Sentences on lines of their own."""
    text = re.sub(r"`([^`]*)`", r"\1", text)
    sentences = re.sub(r"(\S[.?!][\"')]*)\s+", r"\1\n", text)
    # hyphens become two characters, so that lines are a little shorter than they may be
    lines = [part for line in sentences.split("\n")
             for part in textwrap.wrap(line.strip(), 72, break_long_words=False, break_on_hyphens=False)]
    return roff("\n".join(lines))


def roff_comment(comment):
    for n, block in enumerate(paragraphs(comment)):
        if n and "\n" not in block: # a display has its own distance
            yield ".Pp"
        if "\n" in block:
            yield ".Bd -literal"
            yield roff(block)
            yield ".Ed"
        else:
            yield roff_prose(block)


def split_arguments(text):
    inside = text[text.index("(") + 1:text.rindex(")")]
    if "(" in inside:
        return [" ".join(part.split()) for part in re.split(r",(?![^(]*\))", inside)]
    return [" ".join(part.split()) for part in inside.split(",")]


def man_function(entry, headers, since):
    text = " ".join(entry.text.split())
    kind = re.match(r"OTLS_API (.*?)\botls_\w+\s*\(", text).group(1).strip()
    yield f'.Dd {DATE}\n.Dt {entry.name.upper()} 3\n.Os\n.Sh NAME\n.Nm {entry.name}'
    yield f".Nd {roff(first_sentence(entry.comment) or entry.name)}"
    yield f".Sh SYNOPSIS\n.In omnitls/{entry.header.name}\n.Ft {kind}\n.Fo {entry.name}"
    for argument in split_arguments(text):
        yield f'.Fa "{argument}"'
    yield ".Fc\n.Sh DESCRIPTION"
    yield from roff_comment(entry.comment)
    rest = dict(facts(entry, since))
    for title in ("OWNERSHIP", "THREADS"):
        yield f".Sh {title}"
        yield from (roff_prose(line) for line in rest[title])
    yield ".Sh ERRORS"
    yield from (roff_prose(line) for line in rest["ERRORS"])
    others = sorted({entry.header.page, "omnitls"} | (set() if entry.header.page == "otls_error" else {"otls_error"}))
    yield ".Sh SEE ALSO\n" + " ,\n".join(f".Xr {name} {1 if name == 'omnitls' else 3}"
                                         for name in sorted(others, key=lambda n: (n == "omnitls" and 1 or 3, n)))
    if standards(entry.comment):
        yield ".Sh STANDARDS\n" + ",\n".join(standards(entry.comment)) + "."
    yield ".Sh HISTORY"
    yield from (roff_prose(line) for line in rest["HISTORY"])


def man_header(header):
    title = first_sentence(header.comment)
    yield f".Dd {DATE}\n.Dt {header.page.upper()} 3\n.Os\n.Sh NAME\n.Nm {header.page}"
    yield f".Nd {roff(title)}\n.Sh SYNOPSIS\n.In omnitls/{header.name}\n.Sh DESCRIPTION"
    yield from roff_comment(header.comment)
    functions = [e for e in header.entries if e.kind == "function"]
    if functions:
        yield ".Ss Functions\n.Bl -tag -width indent"
        for entry in functions:
            yield f".It Xr {entry.name} 3\n{roff_prose(first_sentence(entry.comment))}"
        yield ".El"
    others = [e for e in header.entries if e.kind != "function"]
    if others:
        yield ".Ss Types and constants"
        for n, entry in enumerate(others):
            if n and entry.comment:
                yield ".Pp"
            yield from roff_comment(entry.comment)
            yield ".Bd -literal -offset indent"
            yield roff(re.sub(r"\n\s*\n", "\n", entry.text.replace(" \\\n", "\n")))
            yield ".Ed"
    yield ".Sh SEE ALSO\n.Xr omnitls 1" + ("" if header.page == "otls_error" else " ,\n.Xr otls_error 3")


def write_man(directory, headers, since):
    os.makedirs(directory, exist_ok=True)
    for header in headers:
        page = header.page + ".3"
        write(os.path.join(directory, page), man_header(header))
        for entry in header.entries:
            if entry.kind == "function":
                write(os.path.join(directory, entry.name + ".3"), man_function(entry, headers, since))


def write(path, parts):
    with open(path, "w", encoding="utf-8") as file:
        file.write(".\\\" Made by cmake/reference.py from the headers; do not edit.\n")
        # empty lines and blanks at the ends of lines are nothing to roff
        lines = "\n".join(parts).split("\n")
        file.write("\n".join(line.rstrip() for line in lines if line.strip()) + "\n")


# ---- HTML -----------------------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.45 }
body { max-width: 60rem; margin: 0 auto; padding: 0 1rem 4rem }
#bar { position: sticky; top: 0; background: Canvas; padding: .6rem 0 }
input { font: inherit; width: 100%; padding: .4rem; box-sizing: border-box }
pre { background: color-mix(in srgb, CanvasText 8%, Canvas); padding: .6rem; overflow-x: auto }
article { border-top: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); padding-top: .4rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem } dd { margin: 0 }
h3 a { color: inherit; text-decoration: none } .none { display: none }
"""
SCRIPT = """
const box = document.getElementById("search");
const all = [...document.querySelectorAll("article")];
const words = all.map(a => a.textContent.toLowerCase());
function search() {
  const wanted = box.value.toLowerCase().split(/\\s+/).filter(w => w);
  let hits = 0;
  all.forEach((a, n) => {
    const hit = wanted.every(w => words[n].includes(w));
    a.classList.toggle("none", !hit);
    hits += hit;
  });
  document.querySelectorAll("section").forEach(s =>
    s.classList.toggle("none", !s.querySelector("article:not(.none)")));
  document.getElementById("hits").textContent = wanted.length ? hits + " found" : "";
}
box.addEventListener("input", search);
box.value = new URLSearchParams(location.search).get("q") || "";
search();
"""


def linked(text, known):
    text = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))
    return re.sub(r"\botls_\w+", lambda m: f'<a href="#{m.group(0)}">{m.group(0)}</a>'
                  if m.group(0) in known else m.group(0), text)


def html_comment(comment, known):
    for block in paragraphs(comment):
        tag = "pre" if "\n" in block else "p"
        yield f"<{tag}>{linked(block, known)}</{tag}>"


def write_html(path, headers, since):
    known = {e.name for h in headers for e in h.entries} | {h.page for h in headers}
    out = ["<!doctype html><html lang=en><meta charset=utf-8><title>omnitls: reference</title>",
           f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>",
           "<h1>omnitls</h1><div id=bar><input id=search type=search autofocus ",
           "placeholder='search names and texts'><span id=hits></span></div>"]
    for header in headers:
        out.append(f"<section><h2 id={header.page}>&lt;omnitls/{header.name}&gt;</h2>")
        out.extend(html_comment(header.comment, known))
        for entry in header.entries:
            out.append(f"<article><h3 id={entry.name}><a href='#{entry.name}'>{entry.name}</a></h3>")
            out.append(f"<pre>{html.escape(entry.text.replace('OTLS_API ', ''), quote=False)}</pre>")
            out.extend(html_comment(entry.comment, known))
            if entry.kind == "function":
                out.append("<dl>")
                for title, lines in facts(entry, since):
                    out.append(f"<dt>{title.capitalize()}<dd>{linked(' '.join(lines), known)}")
                out.append("</dl>")
            out.append("</article>")
        out.append("</section>")
    out.append(f"<script>{SCRIPT}</script></html>")
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


# ---- the whole ------------------------------------------------------------------------------------


def undocumented(headers):
    for header in headers:
        if len(header.comment) < 20:
            yield f"{header.name}: no @file comment"
        for entry in header.entries:
            where = f"{header.name}: {entry.name}"
            bare = re.match(r"typedef struct (\w+) \1;$", " ".join(entry.text.split()))
            if entry.kind == "macro" and entry.comment is None and re.search(r"/\*\*<", entry.text + header.source):
                continue  # one of a list that has its comment at its head, or behind it
            if bare is None and entry.comment is None:
                yield f"{where}: no comment of its own"
            elif entry.kind == "function" and len(entry.comment) < 8:
                yield f"{where}: \"{entry.comment}\" says nothing"


def since_of(source):
    """When a function appeared: the first version whose list has it, else the one in the making."""
    lists = []
    for path in sorted(glob.glob(os.path.join(source, "api/history/*.symbols"))):
        with open(path, encoding="utf-8") as file:
            lists.append((os.path.basename(path)[:-len(".symbols")], set(file.read().split())))
    with open(os.path.join(source, "CMakeLists.txt"), encoding="utf-8") as file:
        now = re.search(r"VERSION (\d+\.\d+)", file.read()[40:]).group(1)
    return lambda name: next((version for version, names in lists if name in names), now)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("--man")
    parser.add_argument("--html")
    options = parser.parse_args()
    paths = sorted(glob.glob(os.path.join(options.source, "api/omnitls/*.h")))
    headers = [Header(p) for p in paths if os.path.basename(p) not in SKIPPED]
    since = since_of(options.source)
    if options.man:
        write_man(options.man, headers, since)
    if options.html:
        write_html(options.html, headers, since)
    missing = list(undocumented(headers))
    print("\n".join(missing))
    functions = sum(e.kind == "function" for h in headers for e in h.entries)
    print(f"{functions} functions in {len(headers)} headers, {len(missing)} without documentation")
    sys.exit(bool(missing) or functions < 300)


if __name__ == "__main__":
    main()
