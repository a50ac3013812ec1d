#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""verification.py ROOT [--write]: docs/verification.md is what the tables of the verifier say.

Rules of the profiles from core/verify/profile.c, causes from core/verify/report.c; each rule has a
chain "rule-NAME" in tests/corpus/make_forms.py that breaks it.
"""
import pathlib
import re
import sys

ROW = re.compile(r'\{"([a-z-]+)", "([^"]+)", ([A-Z| ]+), ([A-Z_]+),\s*([a-z_]+),\s*"([^"]+)"\}')
CAUSE = re.compile(r'\{OTLS_VERIFY_([A-Z_]+),\s*OTLS_ALERT_([A-Z_]+),\s*"([^"]+)",\s*"([^"]*)",\s*"([^"]+)"\}')


def render(root):
    profile = (root / "core/verify/profile.c").read_text()
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
