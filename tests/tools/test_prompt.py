#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A key that is encrypted: the person at the terminal is asked, and nothing of the answer is shown.
Whoever has no terminal is told that a password is needed."""
import os
import pty
import select
import signal
import subprocess
import sys
import time

TOOL, PKI = os.environ["OMNITLS_TOOL"], os.environ["OMNITLS_PKI"]
KEY = os.path.join(PKI, "server-ecdsa-p256.enc.key")
failures = 0


def fail(text):
    global failures
    failures += 1
    print("FAIL:", text)


def at_terminal(engine, answer):
    """(exit status, all that the terminal shows)"""
    pid, master = pty.fork()
    if pid == 0:
        os.execv(TOOL, [TOOL, "cert", "--backend", engine, KEY])
    shown, asked, deadline = b"", False, time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([master], [], [], 1)[0]:
            try:
                more = os.read(master, 4096)
            except OSError:  # Linux's way to say that the other end is closed
                more = b""
            if not more:
                break
            shown += more
        if b"password" in shown and not asked:
            asked = True
            os.write(master, answer)
    else:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    os.close(master)
    return os.waitstatus_to_exitcode(status), shown


try:
    for end in os.openpty():
        os.close(end)
except OSError as error:  # a container without /dev/pts
    print("no terminal can be had here: %s" % error)
    sys.exit(77)

for engine in os.environ.get("OMNITLS_ENGINES", "openssl,wolfssl,gnutls").split(","):
    code, shown = at_terminal(engine, b"secret\n")
    if code != 0 or b"This is a private key" not in shown:
        fail("%s: exit %d: %r" % (engine, code, shown))
    if b"secret" in shown:
        fail("%s: the password is shown: %r" % (engine, shown))
    code, shown = at_terminal(engine, b"wrong\n")
    if code != 1 or b"password" not in shown.split(b"\n", 1)[-1] or b"wrong\r" in shown:
        fail("%s, wrong: exit %d: %r" % (engine, code, shown))
    code, shown = at_terminal(engine, b"\x03")
    if code != 1 or b"This is" in shown:
        fail("%s, Ctrl-C: exit %d: %r" % (engine, code, shown))
    alone = subprocess.run([TOOL, "cert", "--backend", engine, KEY], stdin=subprocess.DEVNULL,
                           capture_output=True, start_new_session=True, timeout=60)
    if alone.returncode != 1 or b"no password was given" not in alone.stderr:
        fail("%s, no terminal: %d: %r" % (engine, alone.returncode, alone.stderr))
print("all well" if not failures else "")
sys.exit(failures > 0)
