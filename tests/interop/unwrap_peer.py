# SPDX-License-Identifier: MIT
"""Python's ssl as the other side of connections that go from plain text to TLS and back.

unwrap_peer.py server CERT KEY CA VERSION FIRST COUNT   prints its port
unwrap_peer.py client CERT KEY CA VERSION FIRST PORT

VERSION is 1.2 or 1.3. FIRST says who ends TLS: "python" or "other". What is said is in script().
"""
import socket
import ssl
import sys

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
ROUNDS = 2


def receive(sock, wanted):
    got = b""
    while len(got) < len(wanted):
        more = sock.recv(len(wanted) - len(got))
        if not more:
            break
        got += more
    if got != wanted:
        sys.exit("%r came instead of %r" % (got, wanted))


def cork(sock, on):
    """What is written while it is on leaves together: close_notify and plain text in one packet."""
    if hasattr(socket, "TCP_CORK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, int(on))


def script(context, plain, server_side, first):
    """Both rounds on one descriptor; the other side has the same script."""
    mine, theirs = b"server", b"client"
    if not server_side:
        mine, theirs = theirs, mine
    for number in range(ROUNDS):
        plain.sendall(b"plain %d from the %s\n" % (number, mine))
        cork(plain, False)
        receive(plain, b"plain %d from the %s\n" % (number, theirs))
        tls = context.wrap_socket(plain, server_side=server_side,
                                  server_hostname=None if server_side else "localhost")
        tls.sendall(b"secret %d from the %s\n" % (number, mine))
        receive(tls, b"secret %d from the %s\n" % (number, theirs))
        if first == "other" and tls.recv(1) != b"":
            sys.exit("data where the end should be")
        cork(tls, first == "other")
        plain = tls.unwrap()
    plain.sendall(b"bye from the %s\n" % mine)
    cork(plain, False)
    receive(plain, b"bye from the %s\n" % theirs)
    if plain.recv(1) != b"":
        sys.exit("something behind the end")
    plain.close()


def main():
    kind, cert, key, ca, version, first, number = sys.argv[1:]
    server_side = kind == "server"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
    context.load_cert_chain(cert, key)
    context.load_verify_locations(ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = VERSIONS[version]
    if not server_side:
        plain = socket.create_connection(("127.0.0.1", int(number)), timeout=20)
        script(context, plain, False, first)
        print("done")
        return
    listener = socket.create_server(("127.0.0.1", 0), backlog=4)
    print("listening on port %d" % listener.getsockname()[1], flush=True)
    for _ in range(int(number)):
        plain = listener.accept()[0]
        plain.settimeout(20)
        script(context, plain, True, first)
    print("done", flush=True)


main()
