/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * Sessions: a second handshake with the same peer that does without certificates (RFC 8446 section
 * 2.2, RFC 5246 section 7.3, RFC 5077).
 *
 * Resumption is off until a context asks for it: a session is a key, and a program that never said
 * so should find none in its memory, nor seal one into tickets. Ask for it with
 * otls_context_set_session_cache_mode (both sides), otls_context_set_session_callback (clients) or
 * otls_context_set_ticket_count (servers).
 *
 * A session is bound to what it was verified under: server name and port, trust anchors and CRLs,
 * verify settings, own identity. Where any of that differs, where its time is up, or where it was
 * made by another engine, it is not even offered, and the handshake is a full one. Servers bind
 * tickets and cached sessions in the same way to their verify policy, session id context and the
 * server name that the client asked for.
 *
 * After resumption a client reports the chain and verdict that are stored in the session. A server
 * that asks for client certificates verifies the stored chain again, at the time of the resumption.
 *
 * otls_context_copy shares caches and ticket keys with its original, so a server that changes a
 * certificate by copying its context goes on resuming.
 */
#ifndef OMNITLS_SESSION_H
#define OMNITLS_SESSION_H

#include <omnitls/connection.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One resumable session; immutable, reference-counted, used from any thread. Holds secrets. */
typedef struct otls_session otls_session;

/** Take another reference; NULL is fine. Any thread. */
OTLS_API otls_session *otls_session_ref(otls_session *session);
/** Give a reference back; the last one wipes the secrets. NULL is fine. Any thread. */
OTLS_API void otls_session_free(otls_session *session);

/** The session id: what the server gave it up to TLS 1.2, NULL and 0 where it gave none but a ticket; in
 *  TLS 1.3, which has none, 32 bytes that the engine makes of the ticket. */
OTLS_API const uint8_t *otls_session_id(const otls_session *session, size_t *size);
/** When it was made, in seconds since 1970 by the context's clock. */
OTLS_API int64_t otls_session_time(const otls_session *session);
/** How many seconds it may be used from then on. */
OTLS_API uint32_t otls_session_timeout(const otls_session *session);
/** When it ends: the timeout, but never after the peer's certificate or seven days after the full
 *  handshake behind it (RFC 8446 section 4.6.1). */
OTLS_API int64_t otls_session_expires(const otls_session *session);
/** It is a ticket, kept by the client alone. */
OTLS_API bool otls_session_has_ticket(const otls_session *session);
/** The server's hint in seconds, 0 = none. */
OTLS_API uint32_t otls_session_lifetime_hint(const otls_session *session);
/** Bytes of early data that the server allows; 0 = none. */
OTLS_API uint32_t otls_session_max_early_data(const otls_session *session);
/** 0x0303, 0x0304. */
OTLS_API uint16_t otls_session_version(const otls_session *session);
/** The name it is bound to, lower case; an address as text; "" when no name was set. */
OTLS_API const char *otls_session_server_name(const otls_session *session);
/** The engine that made it, and that alone can resume it. */
OTLS_API const otls_backend *otls_session_backend(const otls_session *session);

/**
 * Write the session as bytes. `*length` gets the size needed; E_USAGE with code LIMIT when
 * `capacity` is less (`out` may be NULL to ask). The bytes are as secret as the session: who has
 * them can resume it, who changes them can change whom the peer is taken for.
 */
OTLS_API otls_status otls_session_export(const otls_session *session, uint8_t *out, size_t capacity,
                                         size_t *length, otls_error *err);
/**
 * Read a session back, for use with `backend` (NULL: the engine named inside). E_WRONG_BACKEND:
 * made by another engine. E_CONFIG with OTLS_CODE_SESSION_REFUSED: damaged, cut short, another
 * format, or another version of the engine. Whoever gets a refusal connects without it: a full
 * handshake.
 */
OTLS_API otls_status otls_session_import(otls_session **out, const otls_backend *backend,
                                         const void *data, size_t size, otls_error *err);

/* ---- connections ---- */

/**
 * Client, before the handshake: offer this session (NULL: none, not even one from the cache). Takes
 * a reference. Whether it fits is settled when the handshake starts; one that does not is left out.
 * E_USAGE: a server, the handshake has begun, or the context has resumption off; E_WRONG_BACKEND.
 */
OTLS_API otls_status otls_connection_set_session(otls_connection *conn, otls_session *session,
                                                 otls_error *err);
/**
 * The newest session of this connection, as a new reference; NULL when there is none (yet): with
 * TLS 1.3 sessions arrive with the data after the handshake.
 */
OTLS_API otls_session *otls_connection_session(const otls_connection *conn);

/** What became of the session that a client connection had at hand. */
typedef enum otls_session_fit {
    OTLS_SESSION_NONE = 0,     /**< there was none */
    OTLS_SESSION_OFFERED,      /**< it fitted; otls_connection_session_resumed tells the rest */
    OTLS_SESSION_OTHER_HOST,   /**< made with another server name or port */
    OTLS_SESSION_OTHER_POLICY, /**< other trust, verify settings or identity */
    OTLS_SESSION_EXPIRED,
    OTLS_SESSION_NOT_ALLOWED, /**< its version or suite is no longer allowed */
    OTLS_SESSION_UNREADABLE   /**< the engine cannot take it */
} otls_session_fit;
/** Client: what became of the session at hand, from the start of the handshake on. */
OTLS_API otls_session_fit otls_connection_session_fit(const otls_connection *conn);
/** "offered", "other host" ...; static storage. */
OTLS_API const char *otls_session_fit_name(otls_session_fit fit);
/**
 * Client, before the handshake: the port, part of the cache's key and of the binding; 0 = not
 * known. Sockets set it to the peer's port when they connect: another service on the same host is
 * another peer. Where servers of one name share their sessions whatever ports they listen on, or
 * where the peer's port is that of a proxy, say which is meant, on the connection of the socket
 * (otls_socket_connection, with the handshake still to come).
 */
OTLS_API otls_status otls_connection_set_server_port(otls_connection *conn, uint16_t port,
                                                     otls_error *err);

/* ---- contexts: what is kept ---- */

/** A set, with pyOpenSSL's values. */
enum {
    OTLS_SESSION_CACHE_OFF = 0x000,
    OTLS_SESSION_CACHE_CLIENT = 0x001, /**< clients keep sessions and offer them by themselves */
    OTLS_SESSION_CACHE_SERVER = 0x002, /**< servers resume: cache for ids, tickets */
    OTLS_SESSION_CACHE_BOTH = 0x003,
    OTLS_SESSION_CACHE_NO_AUTO_CLEAR = 0x080, /**< expired entries stay until looked up or purged */
    OTLS_SESSION_CACHE_NO_INTERNAL_LOOKUP = 0x100, /**< do not take from core's caches */
    OTLS_SESSION_CACHE_NO_INTERNAL_STORE = 0x200,  /**< do not put into core's caches */
    OTLS_SESSION_CACHE_NO_INTERNAL = 0x300
};
/** Default: off. E_UNSUPPORTED where the engine cannot resume. */
OTLS_API otls_status otls_context_set_session_cache_mode(otls_context *context, unsigned mode,
                                                         otls_error *err);
/** The mode in force. */
OTLS_API unsigned otls_context_session_cache_mode(const otls_context *context);
/** Entries in each of the two caches, 1 to 1,048,576; default 20,480. The oldest leave first. */
OTLS_API otls_status otls_context_set_session_cache_size(otls_context *context, size_t entries,
                                                         otls_error *err);
/** How long sessions live, 1 to 604,800 seconds; default 7,200. */
OTLS_API otls_status otls_context_set_session_lifetime(otls_context *context, uint32_t seconds,
                                                       otls_error *err);
/** The lifetime in force, in seconds. */
OTLS_API uint32_t otls_context_session_lifetime(const otls_context *context);
/** Server: sessions of another id context are not resumed; at most 32 bytes.
 */
OTLS_API otls_status otls_context_set_session_id_context(otls_context *context, const void *id,
                                                         size_t size, otls_error *err);
/** Client: use a TLS 1.3 ticket from the cache more than once (default no: RFC 8446 appendix C.4
 *  says that who watches could tell the connections are one client's). */
OTLS_API otls_status otls_context_set_ticket_reuse(otls_context *context, bool reuse,
                                                   otls_error *err);

/** A session was made; `session` is borrowed: keep it with otls_session_ref. On the connection's
 *  thread, inside a handshake or read; any number of times per connection. */
typedef void (*otls_session_callback)(otls_connection *conn, otls_session *session, void *user);
/** Client: hear of sessions; turns resumption on for this context. NULL: no more. */
OTLS_API otls_status otls_context_set_session_callback(otls_context *context,
                                                       otls_session_callback callback, void *user,
                                                       otls_error *err);

/** Drop what is in the client's and the server's cache and has expired; returns how many. Any
 *  thread. */
OTLS_API size_t otls_context_purge_sessions(otls_context *context);

/** Counted in core from what happened, the same on every engine. */
typedef struct otls_session_stats {
    uint32_t size;         /**< sizeof(otls_session_stats), set by the caller */
    uint64_t number;       /**< sessions in the caches now */
    uint64_t connect;      /**< client handshakes begun */
    uint64_t connect_good; /**< client handshakes finished */
    uint64_t accept;       /**< server handshakes begun: a whole ClientHello was read */
    uint64_t accept_good;  /**< server handshakes finished */
    uint64_t hits;         /**< handshakes that resumed a session, either side */
    uint64_t misses;       /**< server: a session was offered, and the handshake was a full one */
    uint64_t timeouts;     /**< handshakes whose session was found in a cache but had expired */
    uint64_t cache_full;   /**< sessions that left a cache because it was full */
} otls_session_stats;
/** Any thread. E_USAGE when `stats->size` is not set. */
OTLS_API otls_status otls_context_session_stats(const otls_context *context,
                                                otls_session_stats *stats, otls_error *err);

/**
 * Server: somewhere else to keep sessions, for several processes or machines. Called on the
 * connections' threads, many at once; must not block longer than a handshake may. `entry` bytes are
 * core's envelope: checked in full when they come back, so a damaged or foreign one means a full
 * handshake. They hold secrets.
 */
typedef struct otls_external_cache {
    uint32_t size; /**< sizeof(otls_external_cache) */
    /** Keep `entry` under `key` for `seconds`. */
    void (*store)(void *user, const uint8_t *key, size_t key_size, const uint8_t *entry,
                  size_t entry_size, uint32_t seconds);
    /** Up to `capacity` bytes to `entry`; returns the entry's size, 0 = not there. */
    size_t (*fetch)(void *user, const uint8_t *key, size_t key_size, uint8_t *entry,
                    size_t capacity);
    /** May be NULL. */
    void (*remove)(void *user, const uint8_t *key, size_t key_size);
    void *user;
} otls_external_cache;
/** The struct is copied; NULL: none. The internal cache is asked first, unless NO_INTERNAL_LOOKUP.
 */
OTLS_API otls_status otls_context_set_external_cache(otls_context *context,
                                                     const otls_external_cache *cache,
                                                     otls_error *err);

/* ---- contexts: tickets ---- */

/**
 * Server: how many tickets after a TLS 1.3 handshake, 0 to 255; default 2. More than 0 also turns
 * resumption by tickets on; 0 turns tickets off for both versions. (A wolfSSL server that asks for
 * client certificates keeps them in the server's cache, not in its tickets: with the cache off, or
 * emptied, its handshakes with such clients are full ones.)
 */
OTLS_API otls_status otls_context_set_ticket_count(otls_context *context, unsigned count,
                                                   otls_error *err);
/** The number in force. */
OTLS_API unsigned otls_context_ticket_count(const otls_context *context);
/** Seconds after which the current key becomes the previous one by itself; 0 = only by call.
 *  Default: the session lifetime. Keys that were set rotate by call alone. */
OTLS_API otls_status otls_context_set_ticket_rotation(otls_context *context, uint32_t seconds,
                                                      otls_error *err);
#define OTLS_TICKET_KEY_SIZE 80
/**
 * Set the ring: 1 to 3 keys of OTLS_TICKET_KEY_SIZE bytes (16 name, 32 cipher, 32 MAC): the current
 * one, then the previous and the next, from which tickets are still (or already) accepted. At any
 * time, on any thread, also after sealing: servers that share keys set the same ones. The bytes
 * must be random. E_USAGE for another size, an empty name or names used twice.
 */
OTLS_API otls_status otls_context_set_ticket_keys(otls_context *context, const void *keys,
                                                  size_t size, otls_error *err);
/** The three keys in that order, for other servers; `out` takes 240 bytes. Any thread. */
OTLS_API otls_status otls_context_ticket_keys(otls_context *context,
                                              uint8_t out[3 * OTLS_TICKET_KEY_SIZE],
                                              otls_error *err);
/**
 * Current becomes previous, next becomes current, next is made anew. Any time, any thread. A TLS 1.3
 * connection that resumes under another key than the current one brings tickets under the current
 * one; a GnuTLS server's are under the key that was used.
 */
OTLS_API otls_status otls_context_rotate_ticket_keys(otls_context *context, otls_error *err);

/* ---- early data (RFC 8446 section 2.3) ---- */

/**
 * Client: allow early data at all (`bytes` > 0). Server: accept so many bytes; default 0, none.
 * Early data can be replayed by whoever watched it: use it for requests that may happen twice.
 * A server accepts the early data of a hello once, it and the copies of it together; servers that
 * are given the same ticket keys do not know of one another. E_UNSUPPORTED where the engine has
 * none (wolfSSL as Debian builds it).
 */
OTLS_API otls_status otls_context_set_max_early_data(otls_context *context, uint32_t bytes,
                                                     otls_error *err);
/**
 * Client, before the handshake: send bytes along with the first flight, without waiting. `*count`
 * tells how much was taken: never more than the session allows. E_USAGE with SESSION_REFUSED when
 * that much has been taken, when no session that allows any is offered, or when it was made with
 * another application protocol than the first one offered now. After the handshake ask
 * otls_connection_early_data: what was rejected must be sent again.
 */
OTLS_API otls_status otls_connection_write_early(otls_connection *conn, const void *data,
                                                 size_t size, size_t *count, otls_error *err);
/**
 * Server, before the handshake: early data as it comes; OTLS_WANT_READ; OTLS_CLOSED when there is
 * no more: go on with the handshake. Where a server does not call it in time, early data is
 * rejected, or (GnuTLS) waits here until after the handshake.
 */
OTLS_API otls_status otls_connection_read_early(otls_connection *conn, void *out, size_t capacity,
                                                size_t *count, otls_error *err);
/** What became of it, after the handshake. What a server rejects, it reads past. */
typedef enum otls_early_data {
    OTLS_EARLY_DATA_NONE = 0,
    OTLS_EARLY_DATA_REJECTED = 1,
    OTLS_EARLY_DATA_ACCEPTED = 2
} otls_early_data;
/** What became of the early data of this connection; NONE when there was none. */
OTLS_API otls_early_data otls_connection_early_data(const otls_connection *conn);

#ifdef __cplusplus
}
#endif
#endif
