#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""features.py SOURCE_DIR --tool OMNITLS [--write]

docs/features.md holds what `omnitls backends --json` prints on Debian 12. Skipped (77) where the
engines are others.
"""
import json
import os
import re
import subprocess
import sys

import tables

# What the committed table was made with; patch levels of Debian's updates do not change features.
VERSIONS = {"openssl": r"3\.0\.\d+", "wolfssl": r"5\.5\.4", "gnutls": r"3\.7\.9"}


def main():
    root, tool = sys.argv[1], sys.argv[sys.argv.index("--tool") + 1]
    output = subprocess.run([tool, "backends", "--json"], check=True, capture_output=True,
                            text=True).stdout
    backends = {entry["name"]: entry for entry in json.loads(output)["backends"]}
    for name, pattern in VERSIONS.items():
        version = backends.get(name, {}).get("version") or "none"
        if not re.fullmatch(pattern, version):
            print(f"the table is for {name} {pattern}, and this is {version}")
            sys.exit(77)
    features = {name: features_of(backends[name]) for name in VERSIONS}
    rows, reasons = [], []
    for feature in features["openssl"]:
        cells = [features[name][feature] for name in VERSIONS]
        rows.append([f"`{feature}`"] + [answer for answer, _ in cells])
        reasons += [[f"`{feature}`", name, answer, why]
                    for name, (answer, why) in zip(VERSIONS, cells) if why and answer != "yes"]
    if len(rows) < 30:
        sys.exit(f"only {len(rows)} features: does the tool print something else now?")
    tables.check_or_write(os.path.join(root, "docs/features.md"), {
        "features": tables.markdown(["feature"] + list(VERSIONS), rows),
        "reasons": tables.markdown(["feature", "engine", "answer", "why"], reasons),
    }, "--write" in sys.argv)


def features_of(entry):
    """{feature: (answer, reason)}"""
    return {item["name"]: (item["support"], item["reason"]) for item in entry["features"]}


main()
