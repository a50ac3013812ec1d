# SPDX-License-Identifier: MIT
"""Python's ssl module over omnitls: SSLContext, SSLSocket, SSLObject, MemoryBIO, SSLSession.

A binding as a proof, with ctypes alone: enough for urllib and asyncio, which take these objects where
they take the module's own. The exceptions are the module's, so that programs catch what they always
catch; its TLS is not used. The engine is chosen per context: SSLContext(PROTOCOL_TLS_CLIENT,
engine="gnutls"). OMNITLS_LIBRARY names the library, if it is not where the system finds it.
"""
import ctypes
import ctypes.util
import json
import os
import select
import socket
import ssl
import time
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_size_t, c_uint16, c_uint32, c_void_p
from ssl import (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER,
                 SSLCertVerificationError, SSLEOFError, SSLError, SSLWantReadError,
                 SSLWantWriteError, SSLZeroReturnError, TLSVersion)

OK, WANT_READ, WANT_WRITE, _WANT_ASYNC, CLOSED = range(5)
E_USAGE, E_NOMEM, E_IO, E_TRUNCATED, E_VERIFY = -1, -3, -4, -5, -8
CLIENT, SERVER = 1, 2
PIECE = 65536


class Report(ctypes.Structure):
    """otls_error."""
    _fields_ = [("size", c_uint32), ("status", ctypes.c_int32), ("code", ctypes.c_int32),
                ("verify_flags", c_uint32), ("verify_depth", ctypes.c_int32),
                ("alert", ctypes.c_int32), ("alert_received", ctypes.c_int32),
                ("system_error", ctypes.c_int32), ("native", ctypes.c_int64),
                ("backend", c_char_p), ("native_text", ctypes.c_char * 128),
                ("text", ctypes.c_char * 192)]

    def __init__(self):
        super().__init__(size=ctypes.sizeof(Report), verify_depth=-1, alert=-1)


class SuiteInfo(ctypes.Structure):
    """The beginning of otls_suite_info, which is filled up to its size."""
    _fields_ = [("size", c_uint32), ("id", c_uint16), ("min_version", c_uint16),
                ("strength_bits", c_uint16), ("algorithm_bits", c_uint16), ("aead", c_bool),
                ("name", c_char_p), ("iana", c_char_p), ("protocol", c_char_p)]


PASSWORD = ctypes.CFUNCTYPE(c_int, c_void_p, c_size_t, POINTER(c_size_t), c_void_p)
_library = ctypes.CDLL(os.environ.get("OMNITLS_LIBRARY") or ctypes.util.find_library("omnitls")
                       or "libomnitls.so")
P, OUT = c_void_p, POINTER(c_void_p)
SIGNATURES = {
    # name: (result, arguments), all of which end in otls_error *
    "backend_find": (c_int, OUT, c_char_p), "context_new": (c_int, OUT, P, c_int),
    "context_copy": (c_int, OUT, P), "context_seal": (c_int, P),
    "context_set_min_version": (c_int, P, c_uint16), "context_set_max_version": (c_int, P, c_uint16),
    "context_set_ciphers": (c_int, P, c_char_p), "context_set_trust": (c_int, P, P),
    "context_add_identity": (c_int, P, P), "context_set_verify_mode": (c_int, P, c_int),
    "context_set_alpn": (c_int, P, POINTER(c_char_p), c_size_t),
    "context_set_alpn_required": (c_int, P, c_bool),
    "context_set_session_cache_mode": (c_int, P, ctypes.c_uint),
    "context_insecure_no_verify": (c_int, P), "context_insecure_no_name_check": (c_int, P),
    "trust_new": (c_int, OUT), "trust_copy": (c_int, OUT, P), "trust_add_file": (c_int, P, c_char_p),
    "trust_add_directory": (c_int, P, c_char_p), "trust_add_system": (c_int, P),
    "trust_add_memory": (c_int, P, c_char_p, c_size_t),
    "identity_from_files": (c_int, OUT, P, c_char_p, c_char_p, PASSWORD, P),
    "connection_new_fd": (c_int, OUT, P, ctypes.c_ssize_t), "connection_new_memory": (c_int, OUT, P),
    "connection_set_server_name": (c_int, P, c_char_p), "connection_handshake": (c_int, P),
    "connection_set_ragged_eof_ok": (c_int, P, c_bool), "connection_set_read_ahead": (c_int, P, c_bool),
    "connection_set_session": (c_int, P, P),
    "connection_read": (c_int, P, P, c_size_t, POINTER(c_size_t)),
    "connection_write": (c_int, P, P, c_size_t, POINTER(c_size_t)), "connection_flush": (c_int, P),
    "connection_shutdown": (c_int, P), "connection_shutdown_wait": (c_int, P),
    "connection_feed": (c_int, P, P, c_size_t, POINTER(c_size_t)), "connection_feed_eof": (c_int, P),
    "connection_drain": (c_int, P, P, c_size_t, POINTER(c_size_t)),
    "certificate_json": (c_int, P, OUT), "suite_describe": (c_int, c_uint16, POINTER(SuiteInfo)),
}
PLAIN = {
    # name: (result, arguments), without a report
    "backend_list": (c_size_t, OUT, c_size_t), "backend_name": (c_char_p, P),
    "context_free": (None, P), "context_trust": (P, P), "trust_free": (None, P),
    "identity_free": (None, P), "connection_free": (None, P), "string_free": (None, P),
    "session_ref": (P, P), "session_free": (None, P), "connection_session": (P, P),
    "connection_session_resumed": (c_bool, P), "connection_handshake_done": (c_bool, P),
    "connection_version": (c_uint16, P), "connection_suite": (c_uint16, P),
    "connection_pending": (c_size_t, P), "connection_feed_room": (c_size_t, P),
    "connection_alpn": (P, P, POINTER(c_size_t)), "connection_peer_chain": (P, P, c_size_t),
    "connection_verify_flags": (c_uint32, P), "certificate_der": (P, P, POINTER(c_size_t)),
    "version_name": (c_char_p, c_uint16),
}


class _otls:
    """The functions, by their names without otls_."""


for _table, _last in ((SIGNATURES, [POINTER(Report)]), (PLAIN, [])):
    for _name, (_result, *_arguments) in _table.items():
        _found = getattr(_library, "otls_" + _name)
        _found.restype, _found.argtypes = _result, _arguments + _last
        setattr(_otls, _name, _found)


def _fail(status, report):
    """The module's exception for a status that is not OK."""
    text = report.text.decode("utf-8", "replace") or f"status {status}"
    if status == WANT_READ:
        return SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "the operation did not complete (read)")
    if status == WANT_WRITE:
        return SSLWantWriteError(ssl.SSL_ERROR_WANT_WRITE, "the operation did not complete (write)")
    if status == CLOSED:
        return SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "TLS/SSL connection has been closed")
    if status == E_TRUNCATED:
        return SSLEOFError(ssl.SSL_ERROR_EOF, text)
    if status == E_NOMEM:
        return MemoryError(text)
    if status == E_VERIFY:
        error = SSLCertVerificationError(ssl.SSL_ERROR_SSL, text)
        error.verify_code, error.verify_message = report.verify_flags, text
        return error
    if report.system_error:
        return OSError(report.system_error, text)
    return ValueError(text) if status == E_USAGE else SSLError(ssl.SSL_ERROR_SSL, text)


def _call(function, *arguments, passing=()):
    """Call it with a report; what is neither OK nor in `passing` becomes an exception."""
    report = Report()
    status = function(*arguments, byref(report))
    if status != OK and status not in passing:
        raise _fail(status, report)
    return status


def _make(function, *arguments):
    out = c_void_p()
    _call(function, byref(out), *arguments)
    return out.value


class _Owner:
    """What is freed once, by whoever holds the object last."""
    _free = None
    _handle = None

    def __del__(self):
        if self._handle:
            type(self)._free(self._handle)
            self._handle = None


def engines():
    """The names of those that can be loaded."""
    found = (c_void_p * 8)()
    return [_otls.backend_name(found[i]).decode() for i in range(_otls.backend_list(found, 8))]


class SSLSession(_Owner):
    """A session to offer again."""
    _free = staticmethod(_otls.session_free)

    def __init__(self, handle):
        self._handle = handle


class MemoryBIO:
    """A queue of bytes, as the module's."""

    def __init__(self):
        self._bytes, self._ended = bytearray(), False

    pending = property(lambda self: len(self._bytes))
    eof = property(lambda self: self._ended and not self._bytes)

    def read(self, size=-1):
        size = len(self._bytes) if size < 0 else size
        out = bytes(self._bytes[:size])
        del self._bytes[:size]
        return out

    def write(self, data):
        self._bytes += data
        return len(memoryview(data).cast("B"))

    def write_eof(self):
        self._ended = True


def _path(name):
    return None if name is None else os.fsencode(name)


class SSLContext(_Owner):
    """A context. It is copied when a setting changes after it was used, as the module's never seals."""
    _free = staticmethod(_otls.context_free)

    def __init__(self, protocol=PROTOCOL_TLS_CLIENT, engine=None):
        if protocol not in (PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER):
            raise ValueError("a context is a client's or a server's")
        self.protocol = protocol
        self._server = protocol == PROTOCOL_TLS_SERVER
        self._backend = _make(_otls.backend_find, engine.encode() if engine else None)
        self._handle = _make(_otls.context_new, self._backend, SERVER if self._server else CLIENT)
        self._set(_otls.context_set_session_cache_mode, 3)
        self._set(_otls.context_set_alpn_required, False)
        self._sealed = False
        self._verify_mode = CERT_NONE if self._server else CERT_REQUIRED
        self._check_hostname = not self._server
        self._minimum, self._maximum = TLSVersion.MINIMUM_SUPPORTED, TLSVersion.MAXIMUM_SUPPORTED
        self.post_handshake_auth = None # asks for nothing that the module would have to be asked for
        self.sslsocket_class, self.sslobject_class = SSLSocket, SSLObject

    engine = property(lambda self: _otls.backend_name(self._backend).decode())
    __class__ = property(lambda self: ssl.SSLContext) # asyncio's start_tls asks isinstance()

    def _change(self):
        """One that may be changed: connections keep the one that they began with."""
        if getattr(self, "_sealed", False):
            before, self._handle = self._handle, _make(_otls.context_copy, self._handle)
            _otls.context_free(before)
            self._sealed = False
        return self._handle

    def _set(self, setter, *values):
        _call(setter, self._change(), *values)

    def _use(self):
        if not self._sealed:
            _call(_otls.context_seal, self._handle)
            self._sealed = True
        return self._handle

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        secret = password() if callable(password) else password
        secret = secret.encode() if isinstance(secret, str) else secret
        ask = ctypes.cast(_library.otls_password_string, PASSWORD) if secret is not None else PASSWORD()
        identity = _make(_otls.identity_from_files, self._backend, _path(certfile), _path(keyfile),
                         ask, None if secret is None else bytes(secret))
        try:
            self._set(_otls.context_add_identity, identity)
        finally:
            _otls.identity_free(identity)

    def _add_trust(self, *loads):
        """`loads`: (function, arguments behind the store), all or none: a copy takes the place of a store."""
        trust = _otls.context_trust(self._handle)
        trust = _make(_otls.trust_copy, trust) if trust else _make(_otls.trust_new)
        try:
            for function, *arguments in loads:
                _call(function, trust, *arguments)
            self._set(_otls.context_set_trust, trust)
        finally:
            _otls.trust_free(trust)

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        data = cadata.encode("ascii") if isinstance(cadata, str) else cadata
        self._add_trust(*([(_otls.trust_add_file, _path(cafile))] if cafile else []),
                        *([(_otls.trust_add_directory, _path(capath))] if capath else []),
                        *([(_otls.trust_add_memory, bytes(data), len(data))] if data else []))

    def load_default_certs(self, purpose=ssl.Purpose.SERVER_AUTH):
        self._add_trust((_otls.trust_add_system,))

    set_default_verify_paths = load_default_certs

    def set_ciphers(self, expression):
        self._set(_otls.context_set_ciphers, expression.encode())

    def set_alpn_protocols(self, names):
        names = [name.encode() if isinstance(name, str) else name for name in names]
        self._set(_otls.context_set_alpn, (c_char_p * max(1, len(names)))(*names), len(names))

    def _set_end(self, setter, name, value):
        self._set(setter, max(0, int(value))) # the two that mean "supported" are negative: 0 is open
        setattr(self, name, TLSVersion(value))

    minimum_version = property(lambda self: self._minimum, lambda self, value: self._set_end(
        _otls.context_set_min_version, "_minimum", value))
    maximum_version = property(lambda self: self._maximum, lambda self, value: self._set_end(
        _otls.context_set_max_version, "_maximum", value))

    def _set_check_hostname(self, value):
        if value and self._verify_mode == CERT_NONE:
            self.verify_mode = CERT_REQUIRED
        if not self._server and not value:
            self._set(_otls.context_insecure_no_name_check)
        elif value and not self._check_hostname:
            raise ValueError("a context whose name check was switched off does not check names again")
        self._check_hostname = bool(value)

    check_hostname = property(lambda self: self._check_hostname, _set_check_hostname)

    def _set_verify_mode(self, value):
        value = ssl.VerifyMode(value)
        if value == CERT_NONE and self._check_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        if not self._server and value == CERT_NONE:
            self._set(_otls.context_insecure_no_verify)
        else: # a client has no CERT_OPTIONAL: it verifies
            self._set(_otls.context_set_verify_mode, int(value) if self._server else 2)
        self._verify_mode = value

    verify_mode = property(lambda self: self._verify_mode, _set_verify_mode)

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True,
                    suppress_ragged_eofs=True, server_hostname=None, session=None):
        return self.sslsocket_class(self, sock, server_side, do_handshake_on_connect,
                                    suppress_ragged_eofs, server_hostname, session)

    def wrap_bio(self, incoming, outgoing, server_side=False, server_hostname=None, session=None):
        return self.sslobject_class(self, incoming, outgoing, server_side, server_hostname, session)


def create_default_context(purpose=ssl.Purpose.SERVER_AUTH, *, cafile=None, capath=None, cadata=None,
                           engine=None):
    client = purpose == ssl.Purpose.SERVER_AUTH
    context = SSLContext(PROTOCOL_TLS_CLIENT if client else PROTOCOL_TLS_SERVER, engine)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    elif client:
        context.load_default_certs(purpose)
    return context


class _Connection(_Owner):
    """What sockets and objects share: one connection, and what is asked of it."""
    _free = staticmethod(_otls.connection_free)

    def _begin(self, context, handle, server_side, server_hostname, session):
        if server_side != context._server:
            raise ValueError("the context is for the other side")
        self._handle = handle
        self.context, self.server_side, self.server_hostname = context, server_side, server_hostname
        if server_hostname is not None:
            _call(_otls.connection_set_server_name, handle, server_hostname.encode("idna"))
        elif not server_side and context.check_hostname:
            raise ValueError("check_hostname requires server_hostname")
        if session is not None:
            _call(_otls.connection_set_session, handle, session._handle)

    def _ask(self, getter, *more):
        """What it says; None where there is no connection yet, or none any more."""
        return getter(self._handle, *more) if self._handle else None

    @property
    def session(self):
        handle = self._ask(_otls.connection_session)
        return SSLSession(handle) if handle else None

    @property
    def session_reused(self):
        return bool(self._ask(_otls.connection_session_resumed))

    def getpeercert(self, binary_form=False):
        if not self._ask(_otls.connection_handshake_done):
            raise ValueError("handshake not done yet")
        leaf = _otls.connection_peer_chain(self._handle, 0)
        if not leaf:
            return None
        if binary_form:
            size = c_size_t()
            return ctypes.string_at(_otls.certificate_der(leaf, byref(size)), size.value)
        if _otls.connection_verify_flags(self._handle) != 0:
            return {}
        text = _make(lambda out, report: _otls.certificate_json(leaf, out, report))
        try:
            return _tuples(json.loads(ctypes.string_at(text).decode()))
        finally:
            _otls.string_free(text)

    def cipher(self):
        suite, info = self._ask(_otls.connection_suite), SuiteInfo(ctypes.sizeof(SuiteInfo))
        if not suite:
            return None
        _call(_otls.suite_describe, suite, byref(info))
        return info.name.decode(), self.version(), info.strength_bits

    def version(self):
        number = self._ask(_otls.connection_version)
        return _otls.version_name(number).decode() if number else None

    def compression(self):
        return None

    def selected_alpn_protocol(self):
        size = c_size_t()
        name = self._ask(_otls.connection_alpn, byref(size))
        return ctypes.string_at(name, size.value).decode() if name else None

    def pending(self):
        return self._ask(_otls.connection_pending) or 0


def _tuples(value):
    """The module has tuples where JSON has lists."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _address(data):
    """(pointer, size, what keeps it alive) of bytes to read from."""
    view = memoryview(data).cast("B")
    if not view.readonly and view.contiguous:
        array = (ctypes.c_char * len(view)).from_buffer(view)
        return ctypes.addressof(array), len(view), array
    held = bytes(view)
    return ctypes.cast(c_char_p(held), c_void_p), len(held), held


class SSLObject(_Connection):
    """TLS between two MemoryBIOs."""

    def __init__(self, context, incoming, outgoing, server_side, server_hostname, session):
        self._incoming, self._outgoing, self._told_end = incoming, outgoing, False
        self._buffer = ctypes.create_string_buffer(PIECE)
        self._begin(context, _make(_otls.connection_new_memory, context._use()), server_side,
                    server_hostname, session)

    def _take_in(self):
        while self._incoming.pending:
            room = min(_otls.connection_feed_room(self._handle), PIECE)
            if room == 0:
                return
            piece, count = self._incoming.read(room), c_size_t()
            _call(_otls.connection_feed, self._handle, piece, len(piece), byref(count))
        if self._incoming.eof and not self._told_end:
            self._told_end = True
            _call(_otls.connection_feed_eof, self._handle)

    def _put_out(self):
        count = c_size_t(1)
        while count.value:
            _call(_otls.connection_drain, self._handle, self._buffer, PIECE, byref(count))
            self._outgoing.write(self._buffer.raw[:count.value])

    def _run(self, function, *arguments, passing=()):
        self._take_in()
        try:
            return _call(function, self._handle, *arguments, passing=passing)
        finally:
            self._put_out()

    def do_handshake(self):
        self._run(_otls.connection_handshake)

    def read(self, len=1024, buffer=None):
        count = c_size_t()
        target = buffer if buffer is not None else bytearray(len)
        size = min(len, memoryview(target).nbytes) if buffer is not None and len else \
            memoryview(target).nbytes
        room = (ctypes.c_char * max(1, size)).from_buffer(target)
        try: # after close_notify: nothing, as the module does
            self._run(_otls.connection_read, room, size, byref(count), passing=(CLOSED,))
        finally:
            del room
        return count.value if buffer is not None else bytes(target[:count.value])

    def write(self, data):
        address, size, _held = _address(data)
        count = c_size_t()
        self._run(_otls.connection_write, address, size, byref(count))
        return count.value

    def unwrap(self):
        self._run(_otls.connection_shutdown_wait)


class SSLSocket(_Connection, socket.socket):
    """TLS over a stream socket, which it takes over."""
    __class__ = property(lambda self: ssl.SSLSocket) # ftplib asks before it unwraps

    def __init__(self, context, sock, server_side, handshake, ragged, server_hostname, session):
        socket.socket.__init__(self, sock.family, sock.type, sock.proto, fileno=sock.fileno())
        self.settimeout(sock.gettimeout())
        sock.detach()
        self._handshake_on_connect = handshake
        self._ragged, self._wanted_session = ragged, session
        self.context, self.server_side, self.server_hostname = context, server_side, server_hostname
        self._handle, self._taken = None, 0
        if context.check_hostname and not server_side and not server_hostname:
            self.close()
            raise ValueError("check_hostname requires server_hostname")
        try:
            self.getpeername()
        except OSError: # not connected, or listening
            return
        self._start()

    def _start(self):
        try:
            self._begin(self.context, _make(_otls.connection_new_fd, self.context._use(),
                                            self.fileno()),
                        self.server_side, self.server_hostname, self._wanted_session)
            _call(_otls.connection_set_ragged_eof_ok, self._handle, self._ragged)
            _call(_otls.connection_set_read_ahead, self._handle, False) # as there, for select()
            if self._handshake_on_connect and self.gettimeout() != 0:
                self.do_handshake()
        except BaseException:
            self.close()
            raise

    def connect(self, address):
        socket.socket.connect(self, address)
        self._start()

    def accept(self):
        sock, address = socket.socket.accept(self)
        return self.context.wrap_socket(sock, True, self._handshake_on_connect, self._ragged), address

    def _run(self, function, *arguments, passing=()):
        """As the module: waits as long as the time-out says, or says what it would wait for."""
        limit = self.gettimeout()
        end = None if limit is None else time.monotonic() + limit
        while True:
            if not self._handle:
                raise OSError("the socket is not connected, or closed")
            report = Report()
            status = function(self._handle, *arguments, byref(report))
            if status == OK or status in passing:
                return status
            if status not in (WANT_READ, WANT_WRITE) or limit == 0:
                raise _fail(status, report)
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError("The operation timed out")
            readable, writable = ([self], []) if status == WANT_READ else ([], [self])
            select.select(readable, writable, [], left)

    def do_handshake(self, block=False):
        self._run(_otls.connection_handshake)

    def _refuse(self, *_arguments, **_keywords):
        raise NotImplementedError("this would go past TLS")

    dup = recvfrom = recvfrom_into = recvmsg = recvmsg_into = sendmsg = sendto = _refuse

    def sendfile(self, file, offset=0, count=None):
        return self._sendfile_use_send(file, offset, count)

    def recv_into(self, buffer, nbytes=None, flags=0):
        if flags:
            raise ValueError("no flags go through TLS")
        size = nbytes or memoryview(buffer).nbytes
        if size == 0:
            return 0
        room, count = (ctypes.c_char * size).from_buffer(buffer), c_size_t()
        try:
            status = self._run(_otls.connection_read, room, size, byref(count), passing=(CLOSED,))
        finally:
            del room
        return 0 if status == CLOSED else count.value

    def recv(self, buflen=1024, flags=0):
        out = bytearray(buflen)
        return bytes(out[:self.recv_into(out, buflen, flags)]) if buflen else b""

    def read(self, len=1024, buffer=None):
        return self.recv(len) if buffer is None else self.recv_into(buffer, len)

    def send(self, data, flags=0):
        if flags:
            raise ValueError("no flags go through TLS")
        if self._taken == 0: # else this is the call again that could not wait for the socket
            address, size, _held = _address(data)
            count = c_size_t()
            self._run(_otls.connection_write, address, size, byref(count))
            self._taken = count.value
        self._run(_otls.connection_flush)
        taken, self._taken = self._taken, 0
        return taken

    write = send

    def sendall(self, data, flags=0):
        view = memoryview(data).cast("B")
        while view:
            view = view[self.send(view, flags):]

    def shutdown(self, how):
        if how != socket.SHUT_RD and self._ask(_otls.connection_handshake_done):
            self._run(_otls.connection_shutdown)
        socket.socket.shutdown(self, how)

    def unwrap(self):
        self._run(_otls.connection_shutdown_wait)
        return socket.socket(self.family, self.type, self.proto, fileno=self.detach())

    def _real_close(self):
        self.__del__()
        socket.socket._real_close(self)

    def detach(self):
        self.__del__()
        return socket.socket.detach(self)
