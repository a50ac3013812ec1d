/* SPDX-License-Identifier: MIT */
/**
 * @file socket.h
 * An owned socket, its connection and its time-outs: the short way for most programs. One thread at
 * a time. Time-outs are milliseconds; -1 waits for ever, 0 never waits (OTLS_WANT_... comes back).
 *
 * A time-out bounds one whole call, not one system call, and is measured on a clock that nobody
 * sets. A call that ran out of time answers OTLS_E_TIMEOUT and leaves the connection as it was: the
 * same call may be made again. Looking up a name is the resolver's business and cannot be
 * interrupted; the time it takes is counted all the same.
 *
 * The descriptor is non-blocking inside, whatever the time-out; detach and unwrap give it back as
 * it was. Interrupted system calls go on; SIGPIPE is never raised.
 */
#ifndef OMNITLS_SOCKET_H
#define OMNITLS_SOCKET_H

#include <omnitls/connection.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_socket otls_socket;

/* ---- clients ------------------------------------------------------------------------------- */

/**
 * Connect to host and port (every address, IPv6 and IPv4, in turn), handshake, verify the name.
 * `context_or_null` NULL: a client context of the default engine with the system's roots.
 * `timeout_ms` bounds the whole and becomes the socket's time-out; 0 is refused here, because the
 * caller would have nothing to go on with (see otls_socket_connect). An address that does not
 * answer within a quarter of a second does not hold up the next one (RFC 8305).
 */
OTLS_API otls_status otls_connect(otls_socket **out, otls_context *context_or_null,
                                  const char *host, const char *port, int timeout_ms,
                                  otls_error *err);
/**
 * The same in steps: a socket without a descriptor, time-out -1. Takes a reference to the context;
 * NULL as in otls_connect.
 */
OTLS_API otls_status otls_socket_new(otls_socket **out, otls_context *context_or_null,
                                     otls_error *err);
/** Whom we mean, if it is not the host we connect to. OTLS_E_USAGE: no host name, after the
 *  connection is made, or by a server. */
OTLS_API otls_status otls_socket_set_server_name(otls_socket *sock, const char *name,
                                                 otls_error *err);
/**
 * Connect; then handshake, unless switched off. With time-out 0: OTLS_WANT_... until called often
 * enough with the same arguments; one address at a time is tried, otls_socket_fileno is what to
 * poll. After OTLS_E_TIMEOUT the same call goes on; another host or port begins anew, unless the
 * descriptor was there before and is on its way. Errors: OTLS_E_USAGE for what is connected already.
 */
OTLS_API otls_status otls_socket_connect(otls_socket *sock, const char *host, const char *port,
                                         otls_error *err);
/** How long otls_socket_connect took to look the host up, found or not, in milliseconds; -1 before. */
OTLS_API int64_t otls_socket_lookup_ms(const otls_socket *sock);
/**
 * Do the handshake inside connect (default: yes) and inside accept (default: no; set it on the
 * listener, but one slow client then holds up the others)?
 */
OTLS_API otls_status otls_socket_set_handshake_on_connect(otls_socket *sock, bool on,
                                                          otls_error *err);

/* ---- servers ------------------------------------------------------------------------------- */

/** Bind and listen; host NULL: every address; port "0": any, see otls_socket_local_port. */
OTLS_API otls_status otls_listen(otls_socket **out, otls_context *context, const char *host,
                                 const char *port, int backlog, otls_error *err);
/** As in otls_listen, separately; a bound socket may also connect. */
OTLS_API otls_status otls_socket_bind(otls_socket *sock, const char *host_or_null, const char *port,
                                      otls_error *err);
/** `backlog` below 1: the system's largest. */
OTLS_API otls_status otls_socket_listen(otls_socket *sock, int backlog, otls_error *err);
/**
 * The next client, handshake not yet done (the first I/O does it). Waits as long as the listener's
 * time-out says; the new socket inherits it and the listener's context. When descriptors have run
 * out: OTLS_E_IO with system_error EMFILE or ENFILE, and the listener stays good.
 */
OTLS_API otls_status otls_socket_accept(otls_socket **out, otls_socket *listener, otls_error *err);

/* ---- an existing descriptor ---------------------------------------------------------------- */

/**
 * Take over a stream socket: connected (its side is the context's role; `server_name_or_null` as in
 * otls_connection_set_server_name), listening, or neither yet. When it fails the descriptor stays
 * the caller's. The handshake is not done here. Errors: OTLS_E_USAGE for what is no stream socket, for a
 * name with a server's context and a listener with a client's; OTLS_E_IO.
 */
OTLS_API otls_status otls_socket_wrap(otls_socket **out, otls_context *context, intptr_t fd,
                                      const char *server_name_or_null, otls_error *err);
/**
 * Both sides say close_notify, then the descriptor is the caller's again, for plain text. The
 * socket is empty afterwards: close it. After a failure everything is as before.
 */
OTLS_API otls_status otls_socket_unwrap(otls_socket *sock, intptr_t *fd, otls_error *err);
/** After otls_socket_unwrap: plain text that was read along with the peer's close_notify, and comes
 *  before anything on the descriptor; borrowed until the socket is closed. NULL and 0: none. */
OTLS_API const uint8_t *otls_socket_leftover(const otls_socket *sock, size_t *size);
/** Give the descriptor back without a word to the peer; -1 if there is none. The socket is empty
 *  afterwards: close it. */
OTLS_API intptr_t otls_socket_detach(otls_socket *sock);

/* ---- transfer ------------------------------------------------------------------------------ */

/** Do the handshake now, within the time-out. Implied by the first I/O. */
OTLS_API otls_status otls_socket_handshake(otls_socket *sock, otls_error *err);
/** What was there, up to `capacity`; OTLS_CLOSED at the peer's orderly end.
 */
OTLS_API otls_status otls_socket_recv(otls_socket *sock, void *out, size_t capacity, size_t *count,
                                      otls_error *err);
/**
 * Some of it: `*count` tells how much was taken. What was taken but did not leave in time goes out
 * with the next call, or otls_socket_flush.
 */
OTLS_API otls_status otls_socket_send(otls_socket *sock, const void *data, size_t size,
                                      size_t *count, otls_error *err);
/** All of it, or an error whose text says how much went out. Time-out 0 is refused. */
OTLS_API otls_status otls_socket_send_all(otls_socket *sock, const void *data, size_t size,
                                          otls_error *err);
/** Wait until everything taken by send has been given to the system. */
OTLS_API otls_status otls_socket_flush(otls_socket *sock, otls_error *err);
/**
 * Send `count` bytes of the file `fd` from `offset` (its own position does not move); count 0: up
 * to its end. `*sent` (may be NULL) is set on every return, to what was taken: go on behind it, after
 * OTLS_E_TIMEOUT too. A file that ends early is no error: see `*sent`. Time-out 0 is refused.
 */
OTLS_API otls_status otls_socket_send_file(otls_socket *sock, intptr_t fd, uint64_t offset,
                                           uint64_t count, uint64_t *sent, otls_error *err);
/**
 * One line with its '\n', NUL-terminated, at most `capacity` - 1 bytes; a longer line comes in
 * pieces, of which only the last ends in '\n', and so does a last line without one. Capacity 2 to
 * 1 MiB. `*count` is its length (a line may hold NULs). What stands of a line when the call does
 * not succeed is kept for the next read_line or recv.
 */
OTLS_API otls_status otls_socket_read_line(otls_socket *sock, char *out, size_t capacity,
                                           size_t *count, otls_error *err);

/** Which direction otls_socket_shutdown ends. */
typedef enum otls_shutdown_how {
    OTLS_SHUTDOWN_READING = 0,
    OTLS_SHUTDOWN_WRITING = 1,
    OTLS_SHUTDOWN_BOTH = 2
} otls_shutdown_how;
/**
 * End one direction or both, of TLS and of the socket: writing sends close_notify and then the end
 * of file; after reading is ended recv answers OTLS_CLOSED.
 */
OTLS_API otls_status otls_socket_shutdown(otls_socket *sock, otls_shutdown_how how,
                                          otls_error *err);
/** Send close_notify if possible, close, free. Waits at most a second for bytes that send took.
 *  NULL is fine. */
OTLS_API void otls_socket_close(otls_socket *sock);

/* ---- settings and facts -------------------------------------------------------------------- */

/** Milliseconds for each call from now on; -1 waits for ever, 0 never waits. */
OTLS_API otls_status otls_socket_set_timeout(otls_socket *sock, int timeout_ms, otls_error *err);
/** The time-out in force. */
OTLS_API int otls_socket_timeout(const otls_socket *sock);
/** true: time-out -1; false: time-out 0. */
OTLS_API otls_status otls_socket_set_blocking(otls_socket *sock, bool blocking, otls_error *err);
/** -1 when there is none. */
OTLS_API intptr_t otls_socket_fileno(const otls_socket *sock);
/** The local port, host byte order; 0 when there is none. */
OTLS_API uint16_t otls_socket_local_port(const otls_socket *sock);
/** "192.0.2.1" or "2001:db8::1" of our side into `out`; its port by `*port` (may be NULL). */
OTLS_API otls_status otls_socket_local_address(const otls_socket *sock, char *out, size_t capacity,
                                               uint16_t *port, otls_error *err);
/** "192.0.2.1" or "2001:db8::1" of the peer into `out`; its port by `*port` (may be NULL). */
OTLS_API otls_status otls_socket_peer_address(const otls_socket *sock, char *out, size_t capacity,
                                              uint16_t *port, otls_error *err);
/** getsockopt(2) and setsockopt(2) with the system's constants; `*size` in and out. */
OTLS_API otls_status otls_socket_get_option(const otls_socket *sock, int level, int name,
                                            void *value, size_t *size, otls_error *err);
/** setsockopt(2), likewise. Errors: OTLS_E_IO with errno, OTLS_E_USAGE without a descriptor. */
OTLS_API otls_status otls_socket_set_option(otls_socket *sock, int level, int name,
                                            const void *value, size_t size, otls_error *err);
/** The socket's context; borrowed. */
OTLS_API otls_context *otls_socket_context(const otls_socket *sock);
/** The TLS connection inside; borrowed. NULL on a listener and before there is one. */
OTLS_API otls_connection *otls_socket_connection(const otls_socket *sock);

/**
 * The certificate a server shows, as PEM text; free with otls_string_free. With `trust_or_null` it
 * is verified, for `host` too; NULL: it is fetched unverified, to look at, and proves nothing. No
 * application data is exchanged.
 */
OTLS_API otls_status otls_get_server_certificate(char **pem, const char *host, const char *port,
                                                 otls_trust *trust_or_null, int timeout_ms,
                                                 otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
