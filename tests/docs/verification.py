#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""verification.py ROOT [--write]: docs/verification.md is what the tables of the verifier say.

Rules of the profiles from core/verify/profile.c and profile_lists.c, causes from core/verify/report.c, keys and forms that
are always refused from core/x509/key_fault.c and core/x509/form.c; each rule has a chain "rule-NAME" in tests/corpus/make_forms.py that breaks it.
"""
import pathlib
import re
import sys

ROW = re.compile(r'\{"([a-z-]+)", "([^"]+)", ([A-Z| ]+), ([A-Z_]+),\s*([a-z_]+),\s*"([^"]+)"\}')
CAUSE = re.compile(r'\{OTLS_VERIFY_([A-Z_]+),\s*OTLS_ALERT_([A-Z_]+),\s*"([^"]+)",\s*"([^"]*)",\s*"([^"]+)"\}')

KEY = re.compile(r'\[OMNI_KEY_FAULT_([A-Z_]+)\] =\s*\{"([^"]+)",\s*"([^"]+)"\}')
FORM = re.compile(r'\[OMNI_FORM_FAULT_([A-Z_]+)\] = "([^"]+)"')


def faults(root):
    """What is refused wherever it is presented: (flag, section, words)."""
    enum = (root / "core/x509/decode.h").read_text().partition("/* well-formed, perhaps */")
    rows = []
    for name, section, words in KEY.findall((root / "core/x509/key_fault.c").read_text()):
        malformed = re.search(r"OMNI_KEY_FAULT_%s\b" % name, enum[0])
        rows.append(("MALFORMED" if malformed else "LIMIT" if name == "SIZE" else "UNSUPPORTED", section, words))
    form = (root / "core/x509/form.c").read_text().partition("omni_form_fault_section")
    sections = dict(FORM.findall(form[2]))
    for name, words in FORM.findall(form[0]):
        rows.append(("LIMIT" if name == "SIZE" else "MALFORMED", sections[name], words))
    if len(rows) < 24:
        sys.exit("verification.py: the tables of keys and forms are not read")
    return rows


def render(root):
    profile = (root / "core/verify/profile.c").read_text() + (root / "core/verify/profile_lists.c").read_text()
    report = (root / "core/verify/report.c").read_text()
    forms = (root / "tests/corpus/make_forms.py").read_text()
    rules, causes = ROW.findall(profile), CAUSE.findall(report)
    missing = [r[0] for r in rules if '("%s", "' % r[0] not in forms]
    if missing or len(rules) < 20 or len(causes) < 20:
        sys.exit("verification.py: rules without a chain, or tables not read: %s" % missing)
    lines = [
        "# What is verified",
        "",
        "Made by `tests/docs/verification.py --write` from the tables of core. RFC 5280 6.1 is held to always;",
        "a profile adds rules: `strict` (`OTLS_VERIFY_OPTION_STRICT`), what RFC 5280 forbids issuers and a",
        "verifier can see; `webpki` (`OTLS_VERIFY_OPTION_WEBPKI`), the Baseline Requirements (BR) of the",
        "CA/Browser Forum for servers. Neither is about anchors. The corpus has a chain `rule-NAME` for each.",
        "",
        "## Rules of the profiles",
        "",
        "| rule | source | profile | flag | the certificate |",
        "|---|---|---|---|---|",
    ]
    for name, section, profiles, flag, _, words in rules:
        lines.append("| `%s` | %s | %s | %s | %s |" % (name, section, ", ".join(p.strip().lower() for p in profiles.split("|")), flag, words))
    lines += ["", "## Refused wherever it is presented", "", "Keys and forms that engines read differently, or not at all: core refuses them before an engine is asked,", "in the path or beside it, with and without verification. An anchor may have such a form; a signature by a", "key of these is `BAD_SIGNATURE`, or `UNSUPPORTED` where the key may be one.", "", "| flag | source | the certificate |", "|---|---|---|"]
    lines += ["| `%s` | %s | %s |" % row for row in faults(root)]
    lines += ["", "## Causes, gravest first", "", "The first of several decides the sentence and the alert (`otls_verdict_rule`, `otls_verdict_advice`).", "", "| flag | alert | source | the certificate | what to do |", "|---|---|---|---|---|"]
    for flag, alert, words, section, advice in causes:
        lines.append("| `%s` | %s | %s | %s | %s |" % (flag, alert.lower(), section or "-", words, advice))
    return "\n".join(lines) + "\n"


def main():
    root = pathlib.Path(sys.argv[1])
    page = root / "docs/verification.md"
    text = render(root)
    if "--write" in sys.argv:
        page.write_text(text)
    elif not page.exists() or page.read_text() != text:
        sys.exit("docs/verification.md is not what the tables say: tests/docs/verification.py . --write")


if __name__ == "__main__":
    main()
