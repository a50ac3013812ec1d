#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our JSON of a certificate beside the dictionary that Python's ssl module makes of it: the system's
roots, the certificates of the other tests, and special cases. Any difference fails."""
import glob
import json
import os
import ssl
import subprocess
import sys
import tempfile

SHOWN_MAX = 10
BEGIN = "-----BEGIN CERTIFICATE-----"
END = "-----END CERTIFICATE-----"


def blocks(path):
    """The PEM certificates of a file, each as a text of its own."""
    with open(path, encoding="latin-1") as stream:
        text = stream.read()
    return [BEGIN + part.split(END)[0] + END + "\n" for part in text.split(BEGIN)[1:]]


def lists(value):
    """Tuples as lists, which is what JSON has."""
    if isinstance(value, (tuple, list)):
        return [lists(entry) for entry in value]
    return value


def theirs(path):
    """Python's dictionary; None where it gives up over text that it cannot decode."""
    try:
        decoded = ssl._ssl._test_decode_cert(path)
    except (UnicodeDecodeError, ssl.SSLError, ValueError):
        return None
    return {key: lists(value) for key, value in decoded.items()}


def as_python_sees(mine):
    """Before version 3, OpenSSL prints no name of a kind of its own, and Python shows what it prints."""
    if ssl.OPENSSL_VERSION_INFO[0] < 3:
        for name in mine.get("subjectAltName", ()):
            if name[0] == "othername":
                name[1] = "<unsupported>"
    return mine


def ours(program, paths):
    """One JSON text per file; a file holds one certificate."""
    result = subprocess.run([program, *paths], capture_output=True, check=False)
    if result.returncode < 0:
        sys.exit(f"{program} died of signal {-result.returncode}: {result.stderr.decode()}")
    lines = result.stdout.decode("utf-8").splitlines()
    if len(lines) != len(paths):
        sys.exit(f"{program}: {len(lines)} answers to {len(paths)} questions")
    return [as_python_sees(json.loads(line)) for line in lines]


def show(source, pem, mine, python):
    print(f"{source}:")
    for key in sorted(set(mine) | set(python)):
        if mine.get(key) != python.get(key):
            print(f"  {key}:\n    ours   {mine.get(key)}\n    Python {python.get(key)}")
    print(pem)


def main():
    build = os.environ["OMNITLS_BUILD_DIR"]
    program = os.path.join(build, "tests/differential/certificate_print")
    sources = ["/etc/ssl/certs/ca-certificates.crt"]
    sources += sorted(glob.glob(os.path.join(os.environ["OMNITLS_PKI"], "*.pem")))
    special = sorted(glob.glob(os.path.join(build, "differential/*.pem")))
    sources += special
    with tempfile.TemporaryDirectory() as work:
        cases, paths = [], []
        for source in sources:
            if not os.path.exists(source):
                continue
            for pem in blocks(source):
                path = os.path.join(work, f"{len(paths)}.pem")
                with open(path, "w", encoding="latin-1") as stream:
                    stream.write(pem)
                cases.append((source, pem))
                paths.append(path)
        answers = []
        for start in range(0, len(paths), 200):
            answers += ours(program, paths[start:start + 200])
        compared = given_up = refused = differences = 0
        for (source, pem), path, mine in zip(cases, paths, answers):
            python = theirs(path)
            if python is None:
                given_up += 1
            elif mine.get("error"):
                refused += 1
                print(f"{source}: refused by us, read by Python")
            else:
                compared += 1
            if python is None or mine.get("error") or mine == python:
                continue
            differences += 1
            if differences <= SHOWN_MAX:
                show(source, pem, mine, python)
    print(f"{compared} compared, {given_up} not decoded by Python, {refused} refused by us, "
          f"{differences} differences ({ssl.OPENSSL_VERSION})")
    enough = compared >= 70 and len(special) >= 50
    if not enough:
        print("too few certificates: the test is not what it should be")
    return 0 if differences == 0 and refused == 0 and enough else 1


if __name__ == "__main__":
    sys.exit(main())
