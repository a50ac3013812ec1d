#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/examples/python: urllib and asyncio over omnitls, every engine with every other and with Python's
own module."""
import asyncio
import http.server
import itertools
import socket
import ssl
import threading
import unittest

from binding import CHAIN, KEY, PKI, ROOT
import echo_asyncio
import fetch
import omnitls_ssl

ENGINES = omnitls_ssl.engines()
PAIRS = list(itertools.product(ENGINES, ENGINES))
PAGE = b"<p>" + b"a page of some length " * 5000


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self): # pylint: disable=invalid-name
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_arguments): # pylint: disable=arguments-differ
        pass


def server_context(engine):
    context = omnitls_ssl.SSLContext(omnitls_ssl.PROTOCOL_TLS_SERVER, engine)
    context.load_cert_chain(CHAIN, KEY)
    return context


def client_context(engine, **settings):
    return omnitls_ssl.create_default_context(engine=engine, cafile=ROOT, **settings)


def demanding(engine, newest, root="root"):
    """A server that wants a certificate; `engine` None: the module itself."""
    context = server_context(engine) if engine else ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if engine is None:
        context.load_cert_chain(CHAIN, KEY)
    context.load_verify_locations(PKI + root + ".pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = newest
    return context


def client_of(engine, name=None):
    context = client_context(engine) if engine else ssl.create_default_context(cafile=ROOT)
    if name is not None:
        context.load_cert_chain(name + ".pem", name + ".key")
    return context


class Server:
    """http.server over a context, in a thread."""

    def __init__(self, context):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.url = f"https://localhost:{self.http.server_address[1]}/"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_arguments):
        self.http.shutdown()
        self.http.server_close()


def pair(server, client, hostname="localhost", late=False, **settings):
    """Two sockets that have shaken hands; the server's end did so in a thread. `late`: it may fail, and the
    client hear of it now or when it reads."""
    ours, theirs = socket.socketpair()
    ours.settimeout(30)
    theirs.settimeout(30)
    made = []

    def accept():
        try:
            made.append(server.wrap_socket(ours, server_side=True))
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        done = client.wrap_socket(theirs, server_hostname=hostname, **settings)
    except ssl.SSLError:
        if not late:
            raise
        done = theirs
    finally:
        thread.join()
    return made[0], done


class Binding(unittest.TestCase):
    def test_size(self):
        with open(omnitls_ssl.__file__, encoding="utf-8") as file:
            self.assertLessEqual(len(file.readlines()), 600)

    def test_urllib(self):
        for server, client in PAIRS:
            with Server(server_context(server)) as web:
                self.assertEqual(fetch.fetch(web.url, client, ROOT), PAGE)

    def test_urllib_refuses(self):
        for engine in ENGINES:
            with Server(server_context(engine)) as web, self.assertRaises(OSError) as caught:
                fetch.fetch(web.url, engine, PKI + "other-root.pem")
            self.assertIsInstance(caught.exception.reason, ssl.SSLCertVerificationError)

    def test_asyncio(self):
        for server, client in PAIRS:
            lines, (certificate, cipher) = asyncio.run(
                echo_asyncio.echo(CHAIN, KEY, ROOT, server, client))
            self.assertEqual(lines, [b"LINE %d\n" % i for i in range(3) for _ in range(100)])
            self.assertIn(("DNS", "localhost"), certificate["subjectAltName"])
            self.assertEqual(cipher[1], "TLSv1.3")

    def test_python_itself(self):
        """The module's own contexts on the other side, both ways."""
        theirs = ssl.create_default_context(cafile=ROOT)
        mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        mine.load_cert_chain(CHAIN, KEY)
        for engine in ENGINES:
            for server, client in ((server_context(engine), theirs), (mine, client_context(engine))):
                ours, other = pair(server, client)
                other.sendall(b"hello")
                self.assertEqual(ours.recv(100), b"hello")
                self.assertEqual(ours.version(), other.version())
                self.assertEqual(ours.cipher()[0], other.cipher()[0])
                ours.close()
                other.close()

    def test_certificate(self):
        with open(PKI + "server-ecdsa-p256.crt.der", "rb") as file:
            der = file.read()
        mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        mine.load_cert_chain(CHAIN, KEY)
        ours, other = pair(mine, ssl.create_default_context(cafile=ROOT))
        expected = other.getpeercert()
        ours.close()
        other.close()
        for engine in ENGINES:
            ours, other = pair(server_context(engine), client_context(engine))
            self.assertEqual(other.getpeercert(True), der)
            self.assertEqual(other.getpeercert(), expected)
            self.assertIsNone(ours.getpeercert())
            ours.close()
            other.close()

    def test_client_certificates(self):
        """A server that demands one, of an engine or the module itself, and a client that has one or none."""
        name = PKI + "client-ecdsa-p256"
        with open(name + ".pem", encoding="ascii") as file:
            leaf = file.read().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----"
        der = ssl.PEM_cert_to_DER_cert(leaf)
        expected = None
        for own in (None, *ENGINES): # the module itself first: what it says is expected of all
            for engine in (own, *ENGINES):
                for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                    with self.subTest(server=own, client=engine, version=newest):
                        ours, other = pair(demanding(own, newest), client_of(engine, name))
                        self.assertEqual(ours.getpeercert(True), der)
                        expected = expected or ours.getpeercert()
                        self.assertEqual(ours.getpeercert(), expected)
                        self.assertIn("subject", other.getpeercert())
                        ours.close()
                        other.close()
                        refused, other = pair(demanding(own, newest), client_of(engine), late=True)
                        self.assertIsInstance(refused, ssl.SSLError)
                        other.close()
                        refused, other = pair(demanding(own, newest, "other-root"), client_of(engine, name),
                                              late=True)
                        self.assertIsInstance(refused, ssl.SSLCertVerificationError)
                        other.close()

    def test_client_certificate_by_choice(self):
        name = PKI + "client-ecdsa-p256"
        for engine in ENGINES:
            context = demanding(engine, ssl.TLSVersion.TLSv1_3)
            context.verify_mode = ssl.CERT_OPTIONAL
            for chain in (None, name):
                ours, other = pair(context, client_of(engine, chain))
                self.assertEqual(ours.getpeercert() is None, chain is None)
                ours.close()
                other.close()

    def test_alpn_versions_and_sessions(self):
        for engine in ENGINES:
            server, client = server_context(engine), client_context(engine)
            server.set_alpn_protocols(["h2", "http/1.1"])
            client.set_alpn_protocols(["http/1.1"])
            client.maximum_version = ssl.TLSVersion.TLSv1_2
            session = None
            for resumed in (False, True):
                ours, other = pair(server, client, session=session)
                self.assertEqual((other.version(), other.selected_alpn_protocol()),
                                 ("TLSv1.2", "http/1.1"))
                self.assertEqual(other.session_reused, resumed)
                other.sendall(b"x")
                ours.recv(1)
                session = other.session
                ours.close()
                other.close()

    def test_hot_reload(self):
        """Another certificate for a context in use: the next connection is shown it."""
        for engine in ENGINES:
            server, client = server_context(engine), client_context(engine)
            shown = []
            for name in ("server-ecdsa-p256", "server-renewed"):
                server.load_cert_chain(PKI + name + ".pem", PKI + name + ".key")
                ours, other = pair(server, client)
                shown.append(other.getpeercert(True))
                ours.close()
                other.close()
            self.assertNotEqual(*shown)

    def test_errors(self):
        for engine in ENGINES:
            with self.assertRaises(ssl.SSLCertVerificationError) as caught:
                pair(server_context(engine), client_context(engine), hostname="other.test")
            self.assertIn("another name", str(caught.exception))
            with self.assertRaises(ValueError):
                client_context(engine).wrap_socket(socket.socket())
            with self.assertRaises(OSError):
                server_context(engine).load_cert_chain(PKI + "missing.pem")
            with self.assertRaises(ssl.SSLError):
                server_context(engine).load_cert_chain(PKI + "server-ecdsa-p256.pem",
                                                       PKI + "server-ecdsa-p256.enc.key", "wrong")
            server_context(engine).load_cert_chain(PKI + "server-ecdsa-p256.pem",
                                                   PKI + "server-ecdsa-p256.enc.key", lambda: "secret")
            context = client_context(engine)
            with self.assertRaises(ValueError):
                context.verify_mode = ssl.CERT_NONE
            ours, other = pair(server_context(engine), context)
            other.settimeout(0.05)
            with self.assertRaises(TimeoutError):
                other.recv(1)
            other.setblocking(False)
            with self.assertRaises(ssl.SSLWantReadError):
                other.recv(1)
            socket.socket.shutdown(ours, socket.SHUT_RDWR)
            other.settimeout(30)
            self.assertEqual(other.recv(1), b"", "a ragged end is suppressed, as Python does it")
            ours.close()
            other.close()

    def test_unwrap(self):
        for engine in ENGINES:
            ours, other = pair(server_context(engine), client_context(engine))
            plain = []
            thread = threading.Thread(target=lambda: plain.append(ours.unwrap())) # pylint: disable=cell-var-from-loop
            thread.start()
            mine = other.unwrap()
            thread.join()
            mine.sendall(b"plain")
            self.assertEqual(plain[0].recv(10), b"plain")
            mine.close()
            plain[0].close()


if __name__ == "__main__":
    unittest.main()
