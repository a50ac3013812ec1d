/* SPDX-License-Identifier: MIT */
/**
 * @file connection.h
 * One TLS connection over a descriptor, memory, or the caller's callbacks. One thread at a time.
 *
 * A failed connection keeps failing with the same cause. Byte counts are out-parameters, set on
 * every return. Never raises SIGPIPE.
 */
#ifndef OMNITLS_CONNECTION_H
#define OMNITLS_CONNECTION_H

#include <omnitls/context.h>
#include <omnitls/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_connection otls_connection;

/**
 * The caller's bytes. Both answer OTLS_OK with a count above 0, OTLS_WANT_READ / OTLS_WANT_WRITE
 * when they would block, OTLS_E_IO with errno set when broken; read answers OTLS_E_TRUNCATED at end
 * of file. Must stay valid as long as the connection.
 */
typedef struct otls_transport {
    otls_status (*read)(void *user, void *out, size_t capacity, size_t *count);
    otls_status (*write)(void *user, const void *data, size_t size, size_t *count);
    void *user;
} otls_transport;

/** Over a connected stream socket, blocking or not. The descriptor stays the caller's. */
OTLS_API otls_status otls_connection_new_fd(otls_connection **out, otls_context *context,
                                            intptr_t fd, otls_error *err);
/** Over memory: otls_connection_feed and otls_connection_drain carry the bytes. */
OTLS_API otls_status otls_connection_new_memory(otls_connection **out, otls_context *context,
                                                otls_error *err);
/** Over the caller's callbacks; the struct is copied. */
OTLS_API otls_status otls_connection_new(otls_connection **out, otls_context *context,
                                         const otls_transport *transport, otls_error *err);
/** Sends nothing: an orderly end is otls_connection_shutdown. NULL is fine. */
OTLS_API void otls_connection_free(otls_connection *conn);

/**
 * OTLS_EITHER contexts: take a side before the handshake;
 * without one the handshake answers OTLS_E_USAGE. It is one also for a server that was given a
 * server name or a session before.
 */
OTLS_API otls_status otls_connection_set_role(otls_connection *conn, otls_role role,
                                              otls_error *err);
/**
 * Client: whom we mean. A host name goes out as SNI and is verified; an IP address ("192.0.2.1",
 * "2001:db8::1", "fe80::1%eth0" without its zone) is verified against iPAddress SANs and not sent
 * (RFC 6066 section 3). A trailing dot is dropped; letters go out as they are given, and match in either
 * case. Internationalised names are given as A-labels ("xn--..."): OTLS_E_USAGE for what is not ASCII.
 * Letters, digits, hyphens, dots and underscores; servers refuse a hello with other octets in the name
 * (illegal_parameter), and where they lack OTLS_FEATURE_UNDERSCORE_NAMES, one with an underscore
 * (OTLS_E_UNSUPPORTED, unrecognized_name).
 */
OTLS_API otls_status otls_connection_set_server_name(otls_connection *conn, const char *name,
                                                     otls_error *err);

/**
 * Another context of the same engine, before the handshake, or on a server in its ClientHello callback
 * (the new one's is then not asked): OTLS_E_USAGE later, OTLS_E_WRONG_BACKEND for another engine's. Takes
 * a reference; seals it.
 */
OTLS_API otls_status otls_connection_set_context(otls_connection *conn, otls_context *context,
                                                 otls_error *err);

/* ---- settings of one connection ----
 *
 * Before the handshake, and on servers in the ClientHello callback; OTLS_E_USAGE later. What they mean
 * and refuse is what the setters of contexts say, at the latest when the handshake starts. A context
 * set afterwards (otls_connection_set_context) replaces all of it.
 */

/**
 * A context for this connection alone, to call any otls_context_set_... on: an unsealed copy of what is
 * in force, borrowed, valid until the handshake starts. It shares sessions, trust, and whatever makes no
 * difference to the engine; otls_connection_context still answers the shared one, statistics count there.
 */
OTLS_API otls_status otls_connection_own_context(otls_connection *conn, otls_context **out,
                                                 otls_error *err);
/** Server: whether to ask this client for a certificate. */
OTLS_API otls_status otls_connection_set_verify_mode(otls_connection *conn, otls_verify_mode mode,
                                                     otls_error *err);
/** Offered, or chosen from, in this connection. */
OTLS_API otls_status otls_connection_set_alpn(otls_connection *conn, const char *const *names,
                                              size_t count, otls_error *err);
/** What is presented instead of all the context's identities; NULL: nothing. Takes a reference. */
OTLS_API otls_status otls_connection_set_identity(otls_connection *conn, otls_identity *identity,
                                                  otls_error *err);
/** Server: the authorities named to this client, instead of the context's; see client_auth.h. */
OTLS_API otls_status otls_connection_set_client_ca(otls_connection *conn,
                                                   const otls_certificate *const *certificates,
                                                   size_t count, otls_error *err);

/** OTLS_OK when done; OTLS_WANT_... to be called again. Implied by read and write. */
OTLS_API otls_status otls_connection_handshake(otls_connection *conn, otls_error *err);
/** Has the handshake succeeded? It stays true when the connection fails later. */
OTLS_API bool otls_connection_handshake_done(const otls_connection *conn);

/**
 * Up to `capacity` bytes of plaintext. OTLS_CLOSED after the peer's close_notify, OTLS_E_TRUNCATED
 * after a bare end of file. `capacity` 0 answers OTLS_OK and 0 bytes. May answer OTLS_WANT_WRITE
 * when unsent bytes block progress.
 */
OTLS_API otls_status otls_connection_read(otls_connection *conn, void *out, size_t capacity,
                                          size_t *count, otls_error *err);
/** As read, but leaves the bytes. */
OTLS_API otls_status otls_connection_peek(otls_connection *conn, void *out, size_t capacity,
                                          size_t *count, otls_error *err);
/**
 * Encrypt and send. `*count` tells how much was taken, whole records at a time (over memory, all of
 * it); take the rest up again with any pointer. OTLS_WANT_WRITE takes nothing: earlier bytes must leave first. Nor does
 * OTLS_WANT_READ, while a handshake or a renegotiation waits for the peer, or the engine for the rest of a
 * message of its.
 */
OTLS_API otls_status otls_connection_write(otls_connection *conn, const void *data, size_t size,
                                           size_t *count, otls_error *err);
/** Push out what the transport did not take yet: OTLS_OK when nothing is left. */
OTLS_API otls_status otls_connection_flush(otls_connection *conn, otls_error *err);
/**
 * Give back the memory that an idle connection does not need: the engine's record buffers and
 * core's, as far as nothing is in them; they come back with the next bytes. A read that would block
 * does this by itself, the first time after the handshake, and later when the one before was 10 ms
 * ago or more; a program that reads only what is there, or that knows better, calls it. At any time;
 * from a callback it does nothing.
 */
OTLS_API void otls_connection_release_buffers(otls_connection *conn);
/** Plaintext bytes a read returns without touching the transport. */
OTLS_API size_t otls_connection_pending(const otls_connection *conn);
/** Something is buffered that a read may turn into plaintext: loop, don't poll. */
OTLS_API bool otls_connection_readable_now(const otls_connection *conn);
/** Did the last handshake, read, write or shutdown stop for want of input, of room for output? */
OTLS_API bool otls_connection_want_read(const otls_connection *conn);
/** Likewise for room for output. */
OTLS_API bool otls_connection_want_write(const otls_connection *conn);
/** What the connection waits for, for poll(): a set of OTLS_EVENT_... */
enum { OTLS_EVENT_READ = 1, OTLS_EVENT_WRITE = 2 };
/** What to poll for now: OTLS_EVENT_..., 0 when there is nothing to wait for. */
OTLS_API unsigned otls_connection_events(const otls_connection *conn);

/**
 * One way: send close_notify (RFC 8446 section 6.1). Reading stays possible; writing does not. In the middle
 * of a renegotiation, or of a message of the peer's, it goes on with that first, as a write does: OTLS_WANT_READ, then
 * again; if the peer closes instead it is OTLS_E_TRUNCATED.
 */
OTLS_API otls_status otls_connection_shutdown(otls_connection *conn, otls_error *err);
/** Two ways: as above, then wait for the peer's; data that still arrives is dropped. */
OTLS_API otls_status otls_connection_shutdown_wait(otls_connection *conn, otls_error *err);
/**
 * After the peer's close_notify: what it sent behind it, in plain text, and was read along. Moves up
 * to `capacity` bytes to `out` and returns how many; `out` NULL: how many there are. Whoever goes on
 * with the descriptor takes these first (STARTTLS ended by unwrap).
 */
OTLS_API size_t otls_connection_unread(otls_connection *conn, void *out, size_t capacity);
/** What was exchanged: a set of OTLS_SHUTDOWN_... */
enum { OTLS_SHUTDOWN_SENT = 1, OTLS_SHUTDOWN_RECEIVED = 2 };
/** Which close_notify alerts went and came: OTLS_SHUTDOWN_... */
OTLS_API unsigned otls_connection_shutdown_state(const otls_connection *conn);
/** Opt in: a bare end of file after the handshake reads as OTLS_CLOSED. */
OTLS_API otls_status otls_connection_set_ragged_eof_ok(otls_connection *conn, bool ok,
                                                       otls_error *err);
/**
 * Before the handshake; of a socket, through otls_socket_connection. True, the default of descriptors:
 * what the transport has is read at once, and a program asks otls_connection_readable_now before it
 * waits. False: no byte is read that is not of the record at hand, as with OpenSSL's
 * SSL_set_read_ahead(0). Then a program that waits with select() alone works, as long as it reads
 * with room for a whole record (16,384 bytes) or asks otls_connection_pending; and what the peer sends
 * behind its close_notify is still on the descriptor, not in otls_connection_unread. That costs one
 * system call more for each record. The caller's transports are in between by default: asked for what
 * the engine wants, which may be more than the record. OTLS_E_USAGE once the handshake has begun, and
 * over memory.
 */
OTLS_API otls_status otls_connection_set_read_ahead(otls_connection *conn, bool read_ahead,
                                                    otls_error *err);

/** Memory transport: bytes from the network; `*count` may be less than `size` (back-pressure). */
OTLS_API otls_status otls_connection_feed(otls_connection *conn, const void *data, size_t size,
                                          size_t *count, otls_error *err);
/** Memory transport: no more will come. */
OTLS_API otls_status otls_connection_feed_eof(otls_connection *conn, otls_error *err);
/** Memory transport: bytes for the network; 0 when there are none. */
OTLS_API otls_status otls_connection_drain(otls_connection *conn, void *out, size_t capacity,
                                           size_t *count, otls_error *err);
/** Memory transport, without a copy: look at what drain would give; then say how much was taken. */
OTLS_API const uint8_t *otls_connection_output(const otls_connection *conn, size_t *size);
/** Memory transport: `count` bytes of otls_connection_output have left. */
OTLS_API void otls_connection_output_taken(otls_connection *conn, size_t count);
/** Memory transport: how many bytes feed takes now. */
OTLS_API size_t otls_connection_feed_room(const otls_connection *conn);

/* After the handshake; zero, NULL or empty before. Borrowed. */
/** The context it uses, which a ClientHello callback may have chosen; borrowed. */
OTLS_API otls_context *otls_connection_context(const otls_connection *conn);
/** Which side it is; settled by the context, or otls_connection_set_role. */
OTLS_API bool otls_connection_is_server(const otls_connection *conn);
/** 0x0303, 0x0304. */
OTLS_API uint16_t otls_connection_version(const otls_connection *conn);
/** IANA id, 0x1301. */
OTLS_API uint16_t otls_connection_suite(const otls_connection *conn);
/** IANA group, 0x001d; 0 where none was used. */
OTLS_API uint16_t otls_connection_group(const otls_connection *conn);
/** The peer's IANA SignatureScheme; 0 where the engine does not tell or none was used. */
OTLS_API uint16_t otls_connection_peer_signature(const otls_connection *conn);
/** The chosen application protocol; NULL when none. Not NUL-terminated. */
OTLS_API const uint8_t *otls_connection_alpn(const otls_connection *conn, size_t *size);
/** Client: as set. Server: as the client sent; NULL when none. */
OTLS_API const char *otls_connection_server_name(const otls_connection *conn);
/** Server: the suites that the client offered and we have, in the client's order. Returns how many
 *  there are, `out` (may be NULL) takes up to `capacity`; a client: 0. */
OTLS_API size_t otls_connection_shared_suites(const otls_connection *conn, uint16_t *out,
                                               size_t capacity);
/** The certificate of the identity in use; NULL when none. A client's is sent only when the server
 *  asks. */
OTLS_API const otls_certificate *otls_connection_own_certificate(const otls_connection *conn);
/** Was the handshake an abbreviated one, with a session of before? */
OTLS_API bool otls_connection_session_resumed(const otls_connection *conn);
/** The peer's chain as sent, leaf first. */
OTLS_API size_t otls_connection_peer_chain_count(const otls_connection *conn);
/** The `index`-th of the peer's chain, 0 = leaf; borrowed; NULL past the end, or undecodable. */
OTLS_API const otls_certificate *otls_connection_peer_chain(const otls_connection *conn,
                                                            size_t index);
/** The chain as verified, leaf to anchor; empty when nothing was verified. */
OTLS_API size_t otls_connection_verified_chain_count(const otls_connection *conn);
/** The `index`-th of the verified chain; borrowed; NULL past the end. */
OTLS_API const otls_certificate *otls_connection_verified_chain(const otls_connection *conn,
                                                                size_t index);
/** 0 = verified; else OTLS_VERIFY_..., NOT_CHECKED among them when nothing was. */
OTLS_API uint32_t otls_connection_verify_flags(const otls_connection *conn);
/**
 * What was found out about the peer's chain: the sentence, the rule, what to do, what it cost, and, where the
 * context asks for policies or has a verify callback, the policies that are left (RFC 5280 6.1.6). Borrowed
 * from the connection, until the peer is looked at again; read it where the connection is used. NULL while
 * nobody has presented anything.
 * A resumed session has flags and chain of the one that it resumes, and no costs.
 */
OTLS_API const otls_verdict *otls_connection_verdict(const otls_connection *conn);
/** The first cause of failure, if there is one: fills `*err` and returns its status. */
OTLS_API otls_status otls_connection_failure(const otls_connection *conn, otls_error *err);

/* ---- keys and bindings ---- */

/**
 * Keying material for another protocol (RFC 5705, RFC 8446 section 7.5): the same bytes on both
 * ends and on every engine. `context` NULL = none, which TLS 1.2 tells from an empty one. `size` is
 * at most 16,384; below TLS 1.2 GnuTLS gives 200 at most, wolfSSL 224. Unsupported where the engine has no EXPORTER.
 */
OTLS_API otls_status otls_connection_export_keying(otls_connection *conn, const char *label,
                                                   const void *context, size_t context_size,
                                                   void *out, size_t size, otls_error *err);

/** Channel bindings, RFC 5929 and RFC 9266. */
typedef enum otls_channel_binding {
    OTLS_BINDING_TLS_UNIQUE = 1, /**< TLS 1.2 only: TLS 1.3 has none (RFC 8446 appendix C.5) */
    OTLS_BINDING_TLS_EXPORTER = 2,
    OTLS_BINDING_TLS_SERVER_END_POINT = 3
} otls_channel_binding;
/** `out` takes up to 64 bytes. E_UNSUPPORTED where the version or the engine has none, and without
 *  the extended master secret below TLS 1.3: tls-exporter (RFC 9266 section 4.2), and tls-unique of a
 *  resumed session (RFC 7627 section 5.4). */
OTLS_API otls_status otls_connection_channel_binding(otls_connection *conn,
                                                     otls_channel_binding kind, uint8_t *out,
                                                     size_t capacity, size_t *length,
                                                     otls_error *err);
/** The 32 random bytes of each hello. */
OTLS_API otls_status otls_connection_client_random(otls_connection *conn, uint8_t out[32],
                                                   otls_error *err);
/** The server's 32 random bytes. Errors: OTLS_E_USAGE before they are known. */
OTLS_API otls_status otls_connection_server_random(otls_connection *conn, uint8_t out[32],
                                                   otls_error *err);
/**
 * TLS 1.3: new sending keys (RFC 8446 section 4.6.3); `request_peer` asks the peer for its own. OTLS_WANT_READ as for a
 * write: nothing was done, and the same call does it later. TLS 1.2 has none: E_USAGE.
 */
OTLS_API otls_status otls_connection_key_update(otls_connection *conn, bool request_peer,
                                                otls_error *err);
/**
 * TLS 1.2: ask for a new handshake, which the following reads, and writes, perform; while it lasts a
 * write may answer OTLS_WANT_READ. Data of the peer's that comes before it stays in order. A peer that
 * was known by a certificate must show the same one again: E_PROTOCOL with OTLS_CODE_RENEGOTIATION. TLS 1.3 has
 * none: E_USAGE with OTLS_CODE_RENEGOTIATION; not allowed by the context: the same; an engine
 * without it: E_UNSUPPORTED.
 */
OTLS_API otls_status otls_connection_renegotiate(otls_connection *conn, otls_error *err);
/** Core's word for where the connection is: "new", "handshake", "open" ...; static storage. */
OTLS_API const char *otls_connection_state_name(const otls_connection *conn);
/** The engine's own word for the handshake's state; core's where it has none; static storage. */
OTLS_API const char *otls_connection_engine_state_name(const otls_connection *conn);

/** Borrowed bytes, for gathering writes. */
typedef struct otls_buffer_view {
    const void *data;
    size_t size;
} otls_buffer_view;
/**
 * Gather many small buffers into full records (RFC 8446 section 5.1). `*count` tells how many bytes
 * of all of them together were taken, as in write.
 */
OTLS_API otls_status otls_connection_writev(otls_connection *conn, const otls_buffer_view *views,
                                            size_t view_count, size_t *count, otls_error *err);

/** Names of negotiated values: "TLSv1.3", "ECDHE-RSA-AES128-GCM-SHA256", "X25519" ...; "unknown". */
OTLS_API const char *otls_version_name(uint16_t version);
/** "ECDHE-RSA-AES128-GCM-SHA256", OpenSSL's name of a suite; "unknown"; static. Any thread. */
OTLS_API const char *otls_suite_name(uint16_t suite);
/** "TLS_AES_128_GCM_SHA256", IANA's name of a suite; "unknown"; static. Any thread. */
OTLS_API const char *otls_suite_iana_name(uint16_t suite);
/** "X25519", "P-256" ...: a group; "unknown"; static. Any thread. */
OTLS_API const char *otls_group_name(uint16_t group);
/** "ecdsa_secp256r1_sha256": a signature scheme by its RFC 8446 name; "unknown"; static. Any thread. */
OTLS_API const char *otls_signature_name(uint16_t scheme);

#ifdef __cplusplus
}
#endif
#endif
