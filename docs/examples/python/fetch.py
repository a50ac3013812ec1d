#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fetch.py URL [ENGINE [CAFILE]]: urllib over omnitls."""
import sys
import urllib.request

import omnitls_ssl


def fetch(url, engine=None, cafile=None):
    context = omnitls_ssl.create_default_context(cafile=cafile, engine=engine)
    handler = urllib.request.HTTPSHandler(context=context)
    with urllib.request.build_opener(handler).open(url, timeout=30) as page:
        return page.read()


if __name__ == "__main__":
    sys.stdout.buffer.write(fetch(*sys.argv[1:]))
