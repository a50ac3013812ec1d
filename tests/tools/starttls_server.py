# SPDX-License-Identifier: MIT
"""A server that begins in plain text: starttls_server.py CERT KEY.

Prints its port. Each line of standard input, PROTOCOL MANNERS, is for the next client; its end ends the
server. MANNERS: good, or how it misbehaves: inject (plain text behind the go-ahead, in the same packet), refuse, absent (not on offer), endless
(never ends a line), many (lines without end), silent, garbage, hangup, nul.
"""
import socket
import ssl
import sys

LDAP_OK = bytes.fromhex("300c02010178070a010004000400")
LDAP_NO = bytes.fromhex("300c02010178070a013504000400")
FEATURES = (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0'>"
            b"<stream:features>%s</stream:features>")
XMPP_TLS = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"

SIEVE = b'"IMPLEMENTATION" "test"\r\n%b"SIEVE" "fileinto"\r\nOK "ready"\r\n'
# protocol 10, version, thread, random, filler, capabilities, and what follows them
MYSQL_BODY = b"\x0a8.0-test\0" + bytes(4) + b"saltsalt" + b"\0%b%b" + bytes(30)
MYSQL = bytes([len(MYSQL_BODY % (b"xx", b"x")), 0, 0, 0]) + MYSQL_BODY

# per protocol: greeting; then what is heard (its end), what is answered, the answer without TLS
TALKS = {
    "smtp": (b"220-mail.test\r\n220 hello\r\n",
             [(b"EHLO localhost\r\n", b"250-mail.test\r\n250-STARTTLS\r\n250 8BITMIME\r\n",
               b"250-mail.test\r\n250 8BITMIME\r\n"),
              (b"STARTTLS\r\n", b"220 go\r\n", b"454 not now\r\n")]),
    "lmtp": (b"220 mail.test\r\n",
             [(b"LHLO localhost\r\n", b"250-mail.test\r\n250 STARTTLS\r\n", b"250 mail.test\r\n"),
              (b"STARTTLS\r\n", b"220 go\r\n", b"454 not now\r\n")]),
    "nntp": (b"201 news.test\r\n", [(b"STARTTLS\r\n", b"382 go\r\n", b"580 no\r\n")]),
    "sieve": (SIEVE % b'"STARTTLS"\r\n', [(b"STARTTLS\r\n", b'OK "go"\r\n', b'NO "not now"\r\n')]),
    "irc": (b":irc.test NOTICE * :*** Looking up\r\n",
            [(b"STARTTLS\r\n", b":irc.test 670 * :go\r\n", b":irc.test 691 * :no\r\n")]),
    "mysql": (MYSQL % (b"\xff\xff", b"\x00"),
              [(bytes(23), b"", b"")]),
    "imap": (b"* OK [CAPABILITY IMAP4rev1] ready\r\n",
             [(b"a1 CAPABILITY\r\n",
               b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n",
               b"* CAPABILITY IMAP4rev1 NOSTARTTLS\r\na1 OK done\r\n"),
              (b"a2 STARTTLS\r\n", b"a2 OK begin\r\n", b"a2 NO\r\n")]),
    "pop3": (b"+OK POP3\r\n", [(b"STLS\r\n", b"+OK begin\r\n", b"-ERR no\r\n")]),
    "ftp": (b"220-welcome\r\n any text 123\r\n220 ready\r\n",
            [(b"AUTH TLS\r\n", b"234 begin\r\n", b"534 no\r\n")]),
    "ldap": (b"", [(b"1.3.6.1.4.1.1466.20037", LDAP_OK, LDAP_NO)]),
    "xmpp": (b"", [(b"version='1.0'>", FEATURES % XMPP_TLS, FEATURES % b""),
                   (b"urn:ietf:params:xml:ns:xmpp-tls'/>",
                    b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
                    b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")]),
    "postgres": (b"", [(bytes.fromhex("0000000804d2162f"), b"S", b"N")]),
}


class HungUp(Exception):
    pass


def hear(peer, end):
    said = b""
    while not said.endswith(end):
        more = peer.recv(1)  # MySQL's client does not wait: its ClientHello may be right behind
        if not more:
            raise HungUp("the client hung up after %r" % said)
        said += more


def misbehave(peer, manners):
    """Instead of a greeting or of the first answer. True: that was all."""
    if manners in ("endless", "many"):
        piece = b"220-x" * 200 if manners == "endless" else b"220-x\r\n* OK\r\n" * 50
        for _ in range(10000):
            peer.sendall(piece)
    elif manners == "silent":
        peer.recv(65536)
        peer.recv(65536)
    elif manners == "garbage":
        peer.sendall(bytes(range(255, 100, -1)) + b"\r\n>")
    elif manners == "nul":
        peer.sendall(b"220 o\0k\r\n")
    elif manners != "hangup":
        return False
    return True


def serve(peer, protocol, manners, context):
    greeting, talk = TALKS[protocol]
    if manners == "absent" and protocol == "sieve":
        greeting = SIEVE % b""
    if manners in ("absent", "refuse") and protocol == "mysql":
        greeting = MYSQL % (b"\xff\xf7", b"\x00")
    if manners == "inject" and protocol == "mysql":
        greeting += b"injected"
    if misbehave(peer, manners):
        return
    for piece in greeting.splitlines(keepends=True):  # in pieces, as networks like it
        peer.sendall(piece[:3])
        peer.sendall(piece[3:])
    for number, (end, answer, no) in enumerate(talk):
        last = number == len(talk) - 1
        hear(peer, end)
        if manners == "absent" and number == 0 or manners == "refuse" and last:
            answer = no
        if manners == "inject" and last:
            answer += b"250 injected\r\n"
        peer.sendall(answer)
    tls = context.wrap_socket(peer, server_side=True)
    tls.sendall(b"inside, by " + protocol.encode() + b"\n")
    tls.unwrap()


def serve_next(listener, protocol, manners, context):
    listener.settimeout(60)
    peer, _ = listener.accept()
    with peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.settimeout(30)
        try:
            serve(peer, protocol, manners, context)
        except (OSError, HungUp) as reason:
            print("%s, %s: ended: %s" % (protocol, manners, reason), file=sys.stderr)


def main():
    cert, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    listener = socket.create_server(("127.0.0.1", 0))
    print("listening on port %d" % listener.getsockname()[1], flush=True)
    for line in sys.stdin:
        serve_next(listener, *line.split(), context)


main()
