#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each allocation of the command `omnitls` fails: once, and in a second round with all behind it.

command.py TOOL PRELOAD PKI ENGINE [--points N] [--scenario NAME] [--known FILE]

Every run is a process of its own, with preload.c before it. What is asked for: the exit status and the output of a
run with memory enough; or status 1, and a sentence that names memory. Whatever must be refused is never accepted.
What omnitls, a backend or the command asked for is given back at the end as in a good run. No crash, and no hang:
20 seconds are one. What an engine or the C library does by itself stands in known.tsv.
"""
import argparse
import collections
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile

PATIENCE = 60 # seconds; the machine has other work
TIMEOUT = "4"  # of each wait of the command; it has four in a row at most, which is less than our patience
WELL, CODE, WORDS, WRONG, LEAK, CRASH, HANG = KINDS = ("well", "code", "words", "wrong", "leak", "crash", "hang")

Run = collections.namedtuple("Run", "status out err client report")
Fault = collections.namedtuple("Fault", "kind what stack")


class Scenario:
    """Arguments of the command, and what it must come to."""

    def __init__(self, name, arguments, status=0, data=b"", server=None, client=None, lean=1):
        self.name, self.arguments, self.status, self.data = name, arguments, status, data
        self.server, self.client = server, client  # an honest one to connect to; one that connects
        self.lean = lean  # so many times fewer places: it takes long


def scenarios(pki):
    leaf, root, other = f"{pki}/server-ecdsa-p256.pem", f"{pki}/root.pem", f"{pki}/other-root.pem"
    identity = ["--cert", leaf, "--key", f"{pki}/server-ecdsa-p256.key"]
    listen = ["--listen", "127.0.0.1:0", "--timeout", TIMEOUT]
    connect = ["connect", "--servername", "localhost", "--timeout", TIMEOUT]
    request = b"GET / HTTP/1.0\r\n\r\n"
    once = ["serve", "--once", *listen]
    return [
        Scenario("cert", ["cert", leaf]),
        Scenario("cert-json", ["cert", "--json", f"{pki}/server-rsa-2048.pem"]),
        Scenario("cert-p12", ["cert", "--password-file", "PASSWORD", f"{pki}/server-ecdsa-p256.p12"]),
        Scenario("verify", ["verify", "--ca", root, "--hostname", "localhost", leaf]),
        Scenario("verify-json", ["verify", "--json", "--ca", root, "--crl", f"{pki}/int.crl", leaf]),
        Scenario("refuse-unknown", ["verify", "--ca", other, "--hostname", "localhost", leaf], 4),
        Scenario("refuse-name", ["verify", "--ca", root, "--hostname", "other.test", leaf], 4),
        Scenario("refuse-revoked", ["verify", "--ca", root, "--crl", f"{pki}/int.crl",
                                    f"{pki}/server-revoked.pem"], 4),
        Scenario("connect", [*connect, "--ca", root, "TARGET"], 0, request, ["serve", "--www", *identity, *listen]),
        Scenario("connect-refuse", [*connect, "--ca", other, "TARGET"], 4, request,
                 ["serve", "--www", *identity, *listen]),
        Scenario("serve", [*once, *identity], client=[*connect, "--ca", root, "TARGET"]),
        Scenario("serve-p12", [*once, "--pkcs12", f"{pki}/server-ecdsa-p256.p12", "--password-file", "PASSWORD"],
                 client=[*connect, "--ca", root, "TARGET"]),
        Scenario("serve-refuse", [*once, *identity, "--verify", "required", "--ca", root], 4,
                 client=[*connect, "--ca", root, "--cert", f"{pki}/server-selfsigned.pem", "--key",
                         f"{pki}/server-selfsigned.key", "TARGET"]),
        Scenario("scan", ["scan", "--servername", "localhost", "TARGET"], 0, b"",
                 ["serve", "--www", *identity, *listen], lean=8),
    ]


class Torture:
    def __init__(self, options):
        self.options = options
        self.work = tempfile.TemporaryDirectory(prefix="omnitls-torture.")
        self.password = os.path.join(self.work.name, "password")
        with open(self.password, "w", encoding="ascii") as stream:
            stream.write("secret\n")
        self.known = read_known(options.known)
        self.kinds, self.runs, self.injected, self.bad = collections.Counter(), 0, 0, 0
        self.told, self.reasons = set(), collections.Counter()

    def command(self, arguments, target=""):
        words = {"PASSWORD": self.password, "TARGET": target}
        return [self.options.tool, arguments[0], "--backend", self.options.engine,
                *(words.get(word, word) for word in arguments[1:])]

    def start(self, arguments, target="", environment=None, errors=subprocess.PIPE):
        return subprocess.Popen(self.command(arguments, target), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=errors, env=environment or plain_environment())

    def run(self, scenario, at, target, number):
        """`at`: 0, "17" or "17+"."""
        report = os.path.join(self.work.name, f"report{number}")
        environment = dict(plain_environment(), LD_PRELOAD=self.options.preload, OMNITLS_FAIL_AT=str(at),
                           OMNITLS_FAIL_REPORT=report)
        if os.path.exists(report):
            os.unlink(report)
        process = self.start(scenario.arguments, target, environment)
        client, first = None, b""
        try:
            if scenario.client:
                first = process.stdout.readline()
                port = re.match(rb"listening on 127\.0\.0\.1:(\d+)", first)
                if port:
                    client = self.run_client(scenario, f"127.0.0.1:{port[1].decode()}")
            out, err = process.communicate(scenario.data, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return Run(None, out, err, client, read_report(report))
        return Run(process.returncode, first + out, err, client, read_report(report))

    def run_client(self, scenario, target):
        process = self.start(scenario.client, target)
        try:
            out, _ = process.communicate(b"GET / HTTP/1.0\r\n\r\n", timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
        return process.returncode, out

    def judge(self, scenario, good, run):
        report = run.report
        stack = report.get("crash") or report.get("where", "")
        said = run.err.decode(errors="replace").strip()
        if run.status is None:
            return Fault(HANG, "ends by no time-out", stack)
        if run.status < 0:
            return Fault(CRASH, signal.Signals(-run.status).name, stack)
        if scenario.status != 0 and run.status == 0:
            return Fault(WRONG, "accepted what must be refused", stack)
        if run.status == good.status and (scenario.status != 0 or same_as(good, run)):
            pass  # it did without, or refused all the same
        elif run.status == 0:
            return Fault(WRONG, "0, and other output than with memory: " + difference(good.out, run.out), stack)
        elif run.status != 1:
            return Fault(CODE, f"{run.status}: {said[-300:]}", stack)
        elif "memory" not in said:
            return Fault(WORDS, said[:160] or "nothing", stack)
        if int(report.get("left", 0)) > int(good.report["left"]):
            return Fault(LEAK, f"{report['left']} blocks, after {run.status}: {said[:80]}", report["leaked"])
        return None

    def one(self, scenario, good, at, target, number):
        run = self.run(scenario, at, target, number)
        return at, run, self.judge(scenario, good, run)

    def torture(self, scenario):
        server, target = None, ""
        if scenario.server:
            server = self.start(scenario.server, errors=subprocess.DEVNULL)  # it has much to say, and waits for readers
            port = re.match(rb"listening on 127\.0\.0\.1:(\d+)", server.stdout.readline())
            target = f"127.0.0.1:{port[1].decode()}"
        try:
            good = self.run(scenario, 0, target, 0)
            if good.status != scenario.status:
                sys.exit(f"FAIL: {scenario.name}, with all the memory there is: {good.status}: {good.err}")
            count = int(good.report["asked"])
            points = (self.options.points or count) / scenario.lean
            step = max(1, int(count / points)) if points < count else 1
            places = [str(n) for n in range(1, count + 1, step)]
            places += [f"{n}+" for n in range(1 + step // 2, count + 1, step)]
            places = self.options.at or places
            with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
                jobs = [pool.submit(self.one, scenario, good, at, target, number)
                        for number, at in enumerate(places, 1)]
                for job in concurrent.futures.as_completed(jobs):
                    self.keep(scenario, *job.result())
        finally:
            if server:
                server.terminate()
                server.communicate()
        which = "some" if self.options.at else f"every {step}."
        print(f"  {scenario.name:16} {count:6} allocations, {which} failed", flush=True)

    def keep(self, scenario, at, run, fault):
        self.runs += 1
        self.injected += run.report.get("failed") == "1" or run.status is None or run.status < 0
        self.kinds[fault.kind if fault else WELL] += 1
        if fault is None:
            return
        for engine, kind, part, reason in self.known:
            if engine in ("*", self.options.engine) and kind == fault.kind and part in f"{fault.what} {fault.stack}":
                self.reasons[reason] += 1
                return
        self.bad += 1
        group = (fault.kind, fault.what[:40], fault.stack[:90])
        if group not in self.told:
            self.told.add(group)
            print(f"FAIL: {scenario.name}, allocation {at}: {fault.kind}: {fault.what}\n  {fault.stack}", flush=True)


def plain_environment():
    clean = {name: value for name, value in os.environ.items() if name not in ("SSLKEYLOGFILE", "OMNITLS_BACKEND")}
    return dict(clean, LC_ALL="C")


def read_report(path):
    """The words behind the first of each line; nothing when the process was killed."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return {line.split(" ", 1)[0]: line.split(" ", 1)[1].strip() for line in stream if " " in line}
    except OSError:
        return {}


def read_known(path):
    if path is None:
        return []
    with open(path, encoding="utf-8") as stream:
        return [line.rstrip("\n").split("\t") for line in stream if not line.startswith("#")]


def same_as(good, run):
    """The same output, and as good for the client."""
    return same_output(good.out) == same_output(run.out) and \
        (good.client is None or run.client is not None and run.client[0] == good.client[0])


def same_output(text):
    """Without what differs between two good runs: numbers, times, keys, random octets."""
    return re.sub(rb"[0-9A-Za-z+/=:]*[0-9][0-9A-Za-z+/=:.]*", b"#", text)


def difference(a, b):
    lines = zip(same_output(a).splitlines() + [b"(end)"], same_output(b).splitlines() + [b"(end)"])
    return next((f"{x[:60]!r}, now {y[:60]!r}" for x, y in lines if x != y), "its client failed")


def main():
    parser = argparse.ArgumentParser()
    for name in ("tool", "preload", "pki", "engine"):
        parser.add_argument(name)
    parser.add_argument("--points", type=int, default=0)
    parser.add_argument("--at", type=lambda text: text.split(","), help="these places: 17,18+ (and all behind it)")
    parser.add_argument("--scenario")
    parser.add_argument("--known")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    torture = Torture(options)
    ran = [s for s in scenarios(options.pki) if options.scenario == s.name or options.scenario is None and
           (options.points == 0 or options.points >= s.lean)]
    for scenario in ran:
        torture.torture(scenario)
    for reason, count in torture.reasons.items():
        print(f"  known, {count} times: {reason}")
    counts = ", ".join(f"{torture.kinds[kind]} {kind}" for kind in KINDS)
    print(f"{options.engine}: {len(ran)} scenarios of the command, {torture.runs} runs, {torture.injected} failures "
          f"injected: {counts}; {torture.bad} faults that no reason is known for")
    return torture.bad != 0


if __name__ == "__main__":
    sys.exit(main())
