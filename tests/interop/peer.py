# SPDX-License-Identifier: MIT
"""Python's ssl as the other side, with a client certificate, ALPN and resumption.

peer.py server CERT KEY CA            prints its port, answers requests until it is ended
peer.py client CERT KEY CA PORT MIN   two connections, the second resumed; prints what came
"""
import socket
import ssl
import sys

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def context_of(kind, cert, key, ca):
    context = ssl.SSLContext(kind)
    context.load_cert_chain(cert, key)
    context.load_verify_locations(ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["http/1.1"])
    return context


def serve_one(tls):
    request = b""
    while b"\r\n\r\n" not in request:
        more = tls.recv(4096)
        if not more:
            return
        request += more
    name = dict(pair[0] for pair in tls.getpeercert()["subject"])
    body = "hello, %s\n" % name.get("commonName", "?")
    tls.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + body.encode())
    tls.unwrap()


def server(cert, key, ca):
    context = context_of(ssl.PROTOCOL_TLS_SERVER, cert, key, ca)
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    print("listening on port %d" % listener.getsockname()[1], flush=True)
    while True:
        peer, _ = listener.accept()
        peer.settimeout(20)
        try:
            with context.wrap_socket(peer, server_side=True) as tls:
                serve_one(tls)
        except OSError as reason:
            print("client: %s" % reason, file=sys.stderr, flush=True)


def client(cert, key, ca, port, version):
    context = context_of(ssl.PROTOCOL_TLS_CLIENT, cert, key, ca)
    context.minimum_version = context.maximum_version = VERSIONS[version]
    session = None
    for number in range(2):
        plain = socket.create_connection(("127.0.0.1", int(port)), timeout=20)
        tls = context.wrap_socket(plain, server_hostname="localhost", session=session)
        tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
        page = b""
        while True:
            more = tls.recv(4096)
            if not more:
                break
            page += more
        session = tls.session
        print("%d: %s %s reused=%s" % (number, tls.version(), tls.selected_alpn_protocol(),
                                       tls.session_reused))
        tls.unwrap().close()
    print(page.decode())


if sys.argv[1] == "server":
    server(*sys.argv[2:])
else:
    client(*sys.argv[2:])
