#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What programs do with Python's ssl, over docs/examples/python: the standard library's clients with their
ways into TLS, servers of socketserver, TLS in TLS, sockets that never wait. Every engine with the next."""
import asyncio
import contextlib
import ftplib
import http.client
import http.server
import imaplib
import itertools
import os
import poplib
import select
import smtplib
import socket
import socketserver
import ssl
import threading
import time
import unittest
import urllib.request
import warnings

from binding import CHAIN, KEY, PKI, ROOT
import omnitls_ssl

ENGINES = omnitls_ssl.engines()
# every engine on each side, and never only with itself
PAIRS = list(zip(ENGINES, ENGINES[1:] + ENGINES[:1]))
HOST = "localhost"


def contexts(server, client):
    ours = omnitls_ssl.SSLContext(omnitls_ssl.PROTOCOL_TLS_SERVER, server)
    ours.load_cert_chain(CHAIN, KEY)
    return ours, omnitls_ssl.create_default_context(cafile=ROOT, engine=client)


@contextlib.contextmanager
def serving(handler, server_class=socketserver.ThreadingTCPServer):
    """A server on a free port, for as long as the block runs."""
    server_class.allow_reuse_address = server_class.daemon_threads = True
    with server_class(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def lines_server(context, greeting, answers, start, implicit=False):
    """A text protocol: `answers` maps a command's word to what is said; `start` is the one for TLS."""

    class Handler(socketserver.StreamRequestHandler):
        def setup(self):
            if implicit:
                self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def say(self, text):
            self.wfile.write(text.encode() + b"\r\n")
            self.wfile.flush()

        def handle(self):
            self.say(greeting)
            tag = ""
            while line := self.rfile.readline():
                words = line.decode().split()
                if start == "STARTTLS" and greeting.startswith("*"): # IMAP tags its commands
                    tag, words = words[0] + " ", words[1:]
                word = " ".join(words[:2]) if words[0].upper() == "AUTH" else words[0]
                for text in answers.get(word.upper(), ["%sBAD"])[:-1]:
                    self.say(text)
                self.say(answers.get(word.upper(), ["%s502 what?"])[-1].replace("%s", tag))
                if word.upper() == start:
                    self.request = context.wrap_socket(self.request, server_side=True)
                    super().setup()
                if word.upper() in ("QUIT", "LOGOUT"):
                    return

    return Handler


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self): # pylint: disable=invalid-name
        body = f"page {self.path}".encode() * 3000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self): # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments): # pylint: disable=arguments-differ
        pass


def wrapped(handler, context, lazily=False):
    """socketserver's way: each request is wrapped when it came; lazily: in its own thread."""

    class Handler(handler):
        def setup(self):
            self.request = context.wrap_socket(self.request, server_side=True,
                                               do_handshake_on_connect=not lazily)
            super().setup()

    return Handler


class Proxy(socketserver.StreamRequestHandler):
    """CONNECT, then bytes both ways."""

    def handle(self):
        request = self.rfile.readline().split()
        while self.rfile.readline() not in (b"\r\n", b"\n", b""):
            pass
        host, port = request[1].decode().rsplit(":", 1)
        with socket.create_connection((host, int(port))) as other:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            self.wfile.flush()
            ends = {self.request: other, other: self.request}
            while True:
                waiting = getattr(self.request, "pending", lambda: 0)()
                ready = [self.request] if waiting else select.select(list(ends), [], [], 10)[0]
                for sock in ready:
                    data = sock.recv(16384)
                    if not data:
                        return
                    ends[sock].sendall(data)
                if not ready:
                    return


class InTls:
    """TLS by wrap_bio over any socket, as urllib3's SSLTransport: enough of a socket for http.client."""

    def __init__(self, context, outer, hostname):
        self.outer = outer
        self.incoming, self.outgoing = omnitls_ssl.MemoryBIO(), omnitls_ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=hostname)
        self.run(self.tls.do_handshake)

    def run(self, function, *arguments):
        while True:
            try:
                result = function(*arguments)
                self.outer.sendall(self.outgoing.read())
                return result
            except ssl.SSLWantReadError:
                self.outer.sendall(self.outgoing.read())
                data = self.outer.recv(16384)
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()

    def sendall(self, data):
        view = memoryview(data)
        while view:
            view = view[self.run(self.tls.write, view):]

    def recv_into(self, buffer):
        return self.run(self.tls.read, len(buffer), buffer)

    def makefile(self, _mode, *_buffering):
        return _Reader(self)

    def close(self):
        self.outer.close()


class _Reader:
    """makefile("rb") of InTls."""

    def __init__(self, sock):
        self.sock, self.held = sock, b""

    def _more(self):
        buffer = bytearray(16384)
        count = self.sock.recv_into(buffer)
        self.held += buffer[:count]
        return count

    def readline(self, _limit=-1):
        while b"\n" not in self.held and self._more():
            pass
        line, mark, self.held = self.held.partition(b"\n")
        return line + mark

    def read(self, size=-1):
        while (size < 0 or len(self.held) < size) and self._more():
            pass
        size = len(self.held) if size < 0 else size
        out, self.held = self.held[:size], self.held[size:]
        return out

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[:len(data)] = data
        return len(data)

    def flush(self):
        pass

    def close(self):
        pass


def pair(server, client, hostname=HOST, **settings):
    """Two sockets that have shaken hands, the server's in a thread."""
    ours, theirs = socket.socketpair()
    made = []
    thread = threading.Thread(target=lambda: made.append(server.wrap_socket(ours, server_side=True)))
    thread.start()
    done = client.wrap_socket(theirs, server_hostname=hostname, **settings)
    thread.join()
    return made[0], done


class Clients(unittest.TestCase):
    """The standard library's."""

    def test_http_client(self):
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            with serving(wrapped(Page, ours, lazily=True)) as port:
                connection = http.client.HTTPSConnection(HOST, port, context=theirs, timeout=30)
                for path in ("/one", "/two"): # one connection
                    connection.request("GET", path)
                    self.assertEqual(connection.getresponse().read(), f"page {path}".encode() * 3000)
                body = os.urandom(300000)
                connection.request("POST", "/", body)
                self.assertEqual(connection.getresponse().read(), body)
                connection.close()

    def test_urllib_through_a_proxy(self):
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            with serving(wrapped(Page, ours)) as port, serving(Proxy) as proxy:
                opener = urllib.request.build_opener(
                    urllib.request.ProxyHandler({"https": f"http://127.0.0.1:{proxy}"}),
                    urllib.request.HTTPSHandler(context=theirs))
                with opener.open(f"https://{HOST}:{port}/far", timeout=30) as page:
                    self.assertEqual(page.read(), b"page /far" * 3000)

    def test_tls_in_tls(self):
        """A proxy that itself is reached by TLS."""
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            with serving(wrapped(Page, ours)) as port, serving(wrapped(Proxy, ours)) as proxy:
                outer = theirs.wrap_socket(socket.create_connection(("127.0.0.1", proxy), 30),
                                           server_hostname=HOST)
                outer.sendall(f"CONNECT {HOST}:{port} HTTP/1.1\r\n\r\n".encode())
                answer = outer.recv(1000)
                self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer)
                connection = http.client.HTTPConnection(HOST, port)
                connection.sock = InTls(theirs, outer, HOST)
                connection.request("GET", "/inner")
                self.assertEqual(connection.getresponse().read(), b"page /inner" * 3000)
                outer.close()

    def test_smtp_starttls(self):
        answers = {"EHLO": ["250-here", "250 STARTTLS"], "STARTTLS": ["220 go"], "NOOP": ["250 ok"],
                   "QUIT": ["221 bye"]}
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            with serving(lines_server(ours, "220 hello", answers, "STARTTLS")) as port:
                with smtplib.SMTP(HOST, port, timeout=30) as mail:
                    self.assertEqual(mail.starttls(context=theirs)[0], 220)
                    self.assertEqual(mail.ehlo()[0], 250)
                    self.assertEqual(mail.sock.version(), "TLSv1.3")
                    self.assertEqual(mail.noop()[0], 250)

    def test_imap_and_pop(self):
        imap = {"CAPABILITY": ["* CAPABILITY IMAP4rev1 STARTTLS", "%sOK done"],
                "STARTTLS": ["%sOK go"], "NOOP": ["%sOK done"], "LOGOUT": ["* BYE", "%sOK done"]}
        pop = {"CAPA": ["+OK", "STLS", "."], "STLS": ["+OK go"], "NOOP": ["+OK"], "QUIT": ["+OK bye"]}
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            with serving(lines_server(ours, "* OK hello", imap, "STARTTLS")) as port:
                with imaplib.IMAP4(HOST, port, timeout=30) as mail:
                    self.assertEqual(mail.starttls(theirs)[0], "OK")
                    self.assertEqual(mail.noop()[0], "OK")
            with serving(lines_server(ours, "* OK hello", imap, "STARTTLS", implicit=True)) as port:
                with imaplib.IMAP4_SSL(HOST, port, ssl_context=theirs, timeout=30) as mail:
                    self.assertEqual(mail.noop()[0], "OK")
            with serving(lines_server(ours, "+OK hello", pop, "STLS")) as port:
                mail = poplib.POP3(HOST, port, timeout=30)
                self.assertTrue(mail.stls(theirs).startswith(b"+OK"))
                self.assertTrue(mail.noop().startswith(b"+OK"))
                mail.quit()

    def test_ftp(self):
        """A control connection that changes to TLS, and data connections of their own."""
        content = os.urandom(200000)
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            listener = socket.create_server(("127.0.0.1", 0))
            where = "127,0,0,1,%d,%d" % divmod(listener.getsockname()[1], 256)
            answers = {"AUTH TLS": ["234 go"], "PBSZ": ["200 ok"], "PROT": ["200 ok"],
                       "TYPE": ["200 ok"], "PASV": [f"227 here ({where})"],
                       "RETR": ["150 coming", "226 done"], "QUIT": ["221 bye"], "USER": ["230 in"]}
            ended = []

            def send(listener=listener, ours=ours, ended=ended):
                data = ours.wrap_socket(listener.accept()[0], server_side=True)
                data.sendall(content)
                with contextlib.suppress(OSError):
                    data = data.unwrap()
                    ended.append("orderly")
                data.close()

            thread = threading.Thread(target=send)
            thread.start()
            with serving(lines_server(ours, "220 hello", answers, "AUTH TLS")) as port:
                ftp = ftplib.FTP_TLS(context=theirs, timeout=30)
                ftp.connect(HOST, port)
                ftp.auth()
                self.assertEqual(ftp.login("me"), "230 in")
                ftp.prot_p()
                got = []
                ftp.retrbinary("RETR file", got.append)
                self.assertEqual(b"".join(got), content)
                ftp.quit()
            thread.join()
            listener.close()
            self.assertEqual(ended, ["orderly"], "the client says good-bye, too")

    def test_asyncio_start_tls(self):
        async def answer(reader, writer, context):
            await reader.readline()
            writer.write(b"go\n")
            await writer.drain()
            transport = await asyncio.get_running_loop().start_tls(
                writer.transport, writer.transport.get_protocol(), context, server_side=True)
            again = asyncio.StreamWriter(transport, transport.get_protocol(), reader,
                                         asyncio.get_running_loop())
            again.write((await reader.readline()).upper())
            await again.drain()
            again.close()

        async def talk(ours, theirs):
            server = await asyncio.start_server(lambda r, w: answer(r, w, ours), "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"tls\n")
            self.assertEqual(await reader.readline(), b"go\n")
            await writer.start_tls(theirs, server_hostname=HOST)
            writer.write(b"secret\n")
            self.assertEqual(await reader.readline(), b"SECRET\n")
            self.assertEqual(writer.get_extra_info("ssl_object").version(), "TLSv1.3")
            writer.close()
            server.close()

        for server, client in PAIRS:
            asyncio.run(asyncio.wait_for(talk(*contexts(server, client)), 60))


class Sockets(unittest.TestCase):
    """Of one's own."""

    def test_non_blocking(self):
        """Both ends in one thread, and select() alone."""
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            ends = socket.socketpair()
            for end in ends:
                end.setblocking(False)
            one = ours.wrap_socket(ends[0], server_side=True, do_handshake_on_connect=False)
            two = theirs.wrap_socket(ends[1], server_hostname=HOST, do_handshake_on_connect=False)
            left, limit = {one, two}, time.monotonic() + 30
            while left and time.monotonic() < limit:
                for end in tuple(left):
                    try:
                        end.do_handshake()
                        left.remove(end)
                    except ssl.SSLWantReadError:
                        select.select([end], [], [], 0.01)
                    except ssl.SSLWantWriteError:
                        select.select([], [end], [], 0.01)
            self.assertFalse(left)
            with self.assertRaises(ssl.SSLWantReadError):
                one.recv(1)
            data, sent, got = os.urandom(500000), 0, b""
            while len(got) < len(data) and time.monotonic() < limit:
                with contextlib.suppress(ssl.SSLWantWriteError):
                    if sent < len(data):
                        sent += two.send(data[sent:sent + 50000])
                with contextlib.suppress(ssl.SSLWantReadError):
                    got += one.recv(30000)
            self.assertEqual(got, data)
            one.close()
            two.close()

    def test_time_outs(self):
        for server, client in PAIRS:
            one, two = pair(*contexts(server, client))
            two.settimeout(0.05)
            begun = time.monotonic()
            with self.assertRaises(TimeoutError):
                two.recv(1)
            self.assertLess(time.monotonic() - begun, 15)
            one.sendall(b"late")
            self.assertEqual(two.recv(10), b"late", "a time-out does no harm")
            with self.assertRaises(TimeoutError): # nobody reads
                two.sendall(bytes(20000000))
            one.close()
            two.close()
            silent, mine = socket.socketpair()
            mine.settimeout(0.05)
            with self.assertRaises(TimeoutError):
                contexts(server, client)[1].wrap_socket(mine, server_hostname=HOST)
            silent.close()

    def test_ends(self):
        """unwrap and go on in plain text; a ragged end that is not suppressed; half-closed."""
        for server, client in PAIRS:
            one, two = pair(*contexts(server, client), suppress_ragged_eofs=False)
            socket.socket.shutdown(one, socket.SHUT_RDWR)
            with self.assertRaises(ssl.SSLEOFError):
                two.recv(1)
            one.close()
            two.close()
            one, two = pair(*contexts(server, client))
            plain = []
            thread = threading.Thread(target=lambda: plain.append(one.unwrap())) # pylint: disable=cell-var-from-loop
            thread.start()
            mine = two.unwrap()
            thread.join()
            mine.sendall(b"plain")
            self.assertEqual(plain[0].recv(5), b"plain")
            for end in (mine, plain[0]):
                end.close()

    def test_memory(self):
        """wrap_bio alone, by hand."""
        for server, client in PAIRS:
            ours, theirs = contexts(server, client)
            bios = [omnitls_ssl.MemoryBIO() for _ in range(2)]
            one = ours.wrap_bio(bios[0], bios[1], server_side=True)
            two = theirs.wrap_bio(bios[1], bios[0], server_hostname=HOST)
            with self.assertRaises(ssl.SSLWantReadError):
                one.do_handshake()
            for _ in range(10):
                for end in (two, one):
                    with contextlib.suppress(ssl.SSLWantReadError):
                        end.do_handshake()
            self.assertEqual(two.write(b"x" * 100), 100)
            self.assertEqual(one.read(1000), b"x" * 100)
            with self.assertRaises(ssl.SSLWantReadError):
                one.read(1)
            with self.assertRaises(ssl.SSLWantReadError):
                two.unwrap()
            self.assertEqual(one.read(1), b"")
            one.unwrap()
            two.unwrap()
            late = theirs.wrap_bio(omnitls_ssl.MemoryBIO(), bios[1], server_hostname=HOST)
            self.assertIsNone(late.version())
            self.assertIsNone(late.cipher())

    def test_nothing_leaves_in_plain_text(self):
        """What a plain socket can do as well must not go past TLS."""
        for server, client in PAIRS:
            one, two = pair(*contexts(server, client))
            with open(CHAIN, "rb") as file:
                self.assertEqual(two.sendfile(file), os.path.getsize(CHAIN))
                file.seek(0)
                self.assertEqual(one.recv(100000), file.read())
            for call in (lambda: two.sendto(b"x", ("127.0.0.1", 1)), lambda: two.recvfrom(1), # pylint: disable=cell-var-from-loop
                         lambda: two.recvfrom_into(bytearray(1)), lambda: two.sendmsg([b"x"]), # pylint: disable=cell-var-from-loop
                         lambda: two.recvmsg(1), lambda: two.recvmsg_into([bytearray(1)]), # pylint: disable=cell-var-from-loop
                         lambda: two.send(b"x", socket.MSG_OOB), lambda: two.recv(1, socket.MSG_PEEK), # pylint: disable=cell-var-from-loop
                         two.dup): # pylint: disable=cell-var-from-loop
                with self.assertRaises((ValueError, NotImplementedError)):
                    call()
            two.sendall(b"still good")
            self.assertEqual(one.recv(100), b"still good")
            two.shutdown(socket.SHUT_WR)
            self.assertEqual(one.recv(1), b"")
            one.close()
            two.close()

    def test_files(self):
        for server, client in PAIRS:
            one, two = pair(*contexts(server, client))
            with one.makefile("rw", encoding="utf-8") as there, two.makefile("rwb") as here:
                here.write(b"one\ntwo\n")
                here.flush()
                self.assertEqual([there.readline(), there.readline()], ["one\n", "two\n"])
                there.write("drei\n")
                there.flush()
                self.assertEqual(here.readline(), b"drei\n")
            one.close()
            two.close()

    def test_before_and_after(self):
        """Questions to a socket that has no connection are answered, not crashes."""
        for engine in ENGINES:
            theirs = contexts(engine, engine)[1]
            sock = theirs.wrap_socket(socket.socket(), server_hostname=HOST)
            for _ in range(2):
                self.assertIsNone(sock.version())
                self.assertIsNone(sock.cipher())
                self.assertIsNone(sock.session)
                self.assertIsNone(sock.selected_alpn_protocol())
                self.assertEqual(sock.pending(), 0)
                with self.assertRaises(ValueError):
                    sock.getpeercert()
                sock.close()

    def test_trust_grows(self):
        """More certificates for a context that was used."""
        for server, client in PAIRS:
            ours, _unused = contexts(server, client)
            theirs = omnitls_ssl.create_default_context(cafile=PKI + "other-root.pem", engine=client)
            with self.assertRaises(ssl.SSLCertVerificationError):
                self.refused(ours, theirs)
            theirs.load_verify_locations(ROOT)
            one, two = pair(ours, theirs)
            one.close()
            two.close()

    @staticmethod
    def refused(ours, theirs):
        one, two = socket.socketpair()

        def accept():
            with contextlib.suppress(OSError):
                ours.wrap_socket(one, server_side=True).close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            theirs.wrap_socket(two, server_hostname=HOST)
        finally:
            thread.join()


if __name__ == "__main__":
    warnings.simplefilter("ignore", ResourceWarning)
    assert set(itertools.chain(*PAIRS)) == set(ENGINES)
    unittest.main()
