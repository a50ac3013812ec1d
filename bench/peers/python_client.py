# SPDX-License-Identifier: MIT
# A client over Python's ssl. omnitls-bench starts it with port, name, file of the root and the groups to
# offer ("" = as it is), and writes a line for each task: "KIND SIZE COUNT". It answers with a line: CPU
# and wall-clock nanoseconds, what was agreed on, or "failed: " and why.
import socket
import ssl
import sys
import time

port, name, root, groups = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies chain and name
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_verify_locations(root)
if groups:
    context.set_ecdh_curve(groups)
open_one = None


def connect():
    plain = socket.create_connection(("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname=name)


def handshake(size, count):
    for _ in range(count):
        connect().close()


def exchange(size, count):
    message, room = b"x" * size, bytearray(size)
    view = memoryview(room)
    for _ in range(count):
        open_one.sendall(message)
        got = 0
        while got < size:
            more = open_one.recv_into(view[got:])
            if more == 0:
                raise ConnectionError("the server hung up")
            got += more


def timed(work, size, count):
    real, cpu = time.monotonic_ns(), time.process_time_ns()
    work(size, count)
    return f"{time.process_time_ns() - cpu} {time.monotonic_ns() - real}"


def task(kind, size, count):
    global open_one
    if kind == "open":
        open_one = connect()
        return "open"
    if kind == "shut":
        if open_one is not None:
            open_one.close()
        open_one = None
        return "shut"
    if kind == "ask":
        open_one.sendall(b"?".ljust(size))
        return open_one.recv(size).rstrip(b"\0").decode()
    return timed(handshake if kind == "handshake" else exchange, size, count)


print(sys.version.split()[0] + "|" + ssl.OPENSSL_VERSION, flush=True)
for line in sys.stdin:
    kind, size, count = line.split()
    try:
        print(task(kind, int(size), int(count)), flush=True)
    except Exception as why:
        print("failed:", str(why).replace("\n", " "), flush=True)
