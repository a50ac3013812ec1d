#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Colours and the count of what is being done are for terminals: NO_COLOR and TERM=dumb take the colours
away, and what goes into a file or a pipe has neither."""
import os
import pty
import re
import subprocess
import sys
import tempfile

TOOL, PKI = os.environ["OMNITLS_TOOL"], os.environ["OMNITLS_PKI"]
ENGINE = os.environ.get("OMNITLS_ENGINES", "openssl").split(",")[0]
COLOR = re.compile(rb"\033\[[0-9;]*m")
failures = 0


def fail(text):
    global failures
    failures += 1
    print("FAIL:", text)


def at_terminal(*arguments, **variables):
    """(exit status, all that the terminal shows)"""
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment.update({"TERM": "xterm"}, **variables)
    pid, master = pty.fork()
    if pid == 0:
        os.execve(TOOL, [TOOL, *arguments], environment)
    shown = b""
    while True:
        try:
            more = os.read(master, 4096)
        except OSError:  # Linux's way to say that the other end is closed
            more = b""
        if not more:
            break
        shown += more
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def alone(*arguments):
    return subprocess.run([TOOL, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


def colours():
    leaf, root = os.path.join(PKI, "server-ecdsa-p256.pem"), os.path.join(PKI, "root.pem")
    command = ("verify", "--backend", ENGINE, "--ca", root, leaf)
    code, shown = at_terminal(*command)
    if code != 0 or not COLOR.search(shown):
        fail("no colour on a terminal: %d, %r" % (code, shown))
    plain = COLOR.sub(b"", shown)
    for what, variables, coloured in (("NO_COLOR=1", {"NO_COLOR": "1"}, False), ("NO_COLOR=", {"NO_COLOR": ""}, True),
                                      ("TERM=dumb", {"TERM": "dumb"}, False)):
        code, shown = at_terminal(*command, **variables)
        if code != 0 or bool(COLOR.search(shown)) != coloured or COLOR.sub(b"", shown) != plain:
            fail("%s: %d, %r" % (what, code, shown))
    done = alone(*command)
    if done.returncode != 0 or b"\033" in done.stdout + done.stderr:
        fail("in a pipe: %r" % done)
    if done.stdout.split() != plain.split():
        fail("a pipe gets other words: %r, %r" % (done.stdout, plain))


def progress():
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen([TOOL, "serve", "--backend", ENGINE, "--listen", "127.0.0.1:0", "--max", "1.2",
                                   "--cert", os.path.join(PKI, "server-ecdsa-p256.pem"),
                                   "--key", os.path.join(PKI, "server-ecdsa-p256.key")],
                                  stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL)
        try:
            target = server.stdout.readline().decode().split()[-1]
            command = ("scan", "--backend", ENGINE, target)
            code, shown = at_terminal(*command)
            counts = [int(count) for count in re.findall(rb"\r(\d+) handshakes ", shown)]
            if code != 0 or counts != list(range(1, len(counts) + 1)) or len(counts) < 5:
                fail("a scan does not say how far it is: %d, %r" % (code, shown))
            if not re.search(rb"handshakes \r {20}\r[^\r]*engine: ", shown):
                fail("the count stays: %r" % shown)
            done = alone(*command)
            if done.returncode != 0 or done.stderr or b"\r" in done.stdout or b"\033" in done.stdout:
                fail("a scan in a pipe: %r" % done)
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()


colours()
progress()
print("all well" if not failures else "")
sys.exit(failures > 0)
