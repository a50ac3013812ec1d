# SPDX-License-Identifier: MIT
"""Imported before docs/examples/python: its folder is on the path and the build's library is the one it
loads; without such a library the test is skipped."""
import os
import sys

SOURCE = os.environ["OMNITLS_SOURCE_DIR"]
LIBRARY = os.path.join(os.environ["OMNITLS_BUILD_DIR"], "lib", "libomnitls.so")
if not os.path.exists(LIBRARY) or os.environ.get("OMNITLS_SANITIZE"):
    print("skipped: no shared library that Python could load")
    sys.exit(77)
os.environ["OMNITLS_LIBRARY"] = LIBRARY
sys.path.insert(0, os.path.join(SOURCE, "docs/examples/python"))

PKI = os.environ["OMNITLS_PKI"] + "/"
CHAIN, KEY, ROOT = PKI + "server-ecdsa-p256.pem", PKI + "server-ecdsa-p256.key", PKI + "root.pem"
