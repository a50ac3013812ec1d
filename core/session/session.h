/* SPDX-License-Identifier: MIT */
/**
 * @file session/session.h
 * A session inside: what an engine serialised, and all that decides whether it may be resumed.
 * Immutable once made, so it is shared between threads by reference counting alone.
 */
#ifndef OMNI_SESSION_SESSION_H
#define OMNI_SESSION_SESSION_H

#include "engine/engine.h"
#include "verify/verify.h"
#include <omnitls/session.h>
#include <stdatomic.h>

#define OMNI_SESSION_FORMAT 1
/** No envelope is larger; a usual one has 2 to 6 KiB. */
#define OMNI_SESSION_BYTES_MAX ((size_t)256 * 1024)
#define OMNI_SESSION_ID_MAX 32
#define OMNI_SESSION_HOST_MAX 255
/** RFC 8446 4.6.1: nothing lives longer than seven days after the handshake that authenticated. */
#define OMNI_SESSION_WEEK 604800
#define OMNI_BINDING_SIZE 32

typedef enum omni_session_kind {
    OMNI_SESSION_CLIENT = 1,
    OMNI_SESSION_SERVER = 2 /* an entry of a server's external cache */
} omni_session_kind;

struct otls_session {
    atomic_uint references;
    omni_user_data user;
    const otls_backend *backend;
    uint8_t kind;
    bool has_ticket;
    uint16_t version, suite, port;
    int64_t created, authenticated, expires;
    uint32_t timeout, lifetime_hint, max_early_data, verify_flags;
    uint8_t policy[OMNI_BINDING_SIZE];
    char host[OMNI_SESSION_HOST_MAX + 1];
    uint8_t alpn[255], alpn_size;
    uint8_t id[OMNI_SESSION_ID_MAX], id_size;
    uint8_t *blob; /* what the engine serialised; NULL while there is an object */
    size_t blob_size;
    otls_native_session_object *object; /* the engine's own; NULL in what was imported */
    const omni_chain *peer;     /* as sent */
    const omni_chain *verified; /* leaf to anchor */
};

/** An empty one with one reference. NULL: no memory. */
otls_session *omni_session_new(const otls_backend *backend, omni_session_kind kind);
bool omni_session_set_blob(otls_session *session, otls_slice blob);

/* session/envelope.c */
/** The envelope in one block of omni_malloc. */
otls_status omni_session_encode(const otls_session *session, uint8_t **out, size_t *size,
                                otls_error *err);
/** Everything is checked; nothing is believed before the checksum fits. `backend` NULL: any. */
otls_status omni_session_decode(otls_session **out, const otls_backend *backend,
                                omni_session_kind kind, otls_slice data, otls_error *err);

/*
 * Where sessions are kept: what a context, and its copies, keep for resumption. Each store is
 * reference-counted and locks itself; no lock is held while anything of the application's runs (of
 * an engine, only its random numbers and digests are used under a lock). The clock is the caller's:
 * `now` is passed in. Both caches are an omni_lru: its functions count, purge, resize, reference
 * and free them.
 */

#define OMNI_CACHE_ENTRIES_DEFAULT 20480
#define OMNI_CACHE_ENTRIES_MAX ((size_t)1 << 20)
/** Sessions that a client keeps of one server: as many as servers send tickets, and some. */
#define OMNI_CLIENT_SESSIONS_EACH 4

/* ---- session/client_cache.c ---- */

typedef omni_lru omni_client_cache;
omni_client_cache *omni_client_cache_new(void);
/** Takes a reference; keyed by what is in the session: host, port, policy, engine. */
void omni_client_cache_put(omni_client_cache *cache, otls_session *session, size_t *evicted);
/**
 * The newest that has not expired (`*expired` counts those that had), as a new reference. TLS 1.3
 * sessions are removed unless `reuse`.
 */
otls_session *omni_client_cache_take(omni_client_cache *cache, const otls_session *like,
                                     int64_t now, bool reuse, size_t *expired);
void omni_client_cache_remove(omni_client_cache *cache, const otls_session *session);
/** Every session of the same server, policy and engine. */
void omni_client_cache_forget(omni_client_cache *cache, const otls_session *like);

/* ---- session/server_cache.c ---- */

typedef omni_lru omni_server_cache;
typedef enum omni_lookup { OMNI_LOOKUP_NONE, OMNI_LOOKUP_FOUND, OMNI_LOOKUP_EXPIRED } omni_lookup;
omni_server_cache *omni_server_cache_new(void);
/** The bytes are copied. */
void omni_server_cache_put(omni_server_cache *cache, otls_slice key, otls_slice blob,
                           int64_t expires, size_t *evicted);
/** On FOUND `*blob` is a copy, the caller's to wipe and free. An expired entry is removed. */
omni_lookup omni_server_cache_get(omni_server_cache *cache, otls_slice key, int64_t now,
                                  uint8_t **blob, size_t *size);
static inline void omni_server_cache_remove(omni_server_cache *cache, otls_slice key)
{
    (void)omni_lru_remove(cache, key.data, key.size);
}

/* ---- session/tickets.c ---- */

typedef struct omni_ticket_ring omni_ticket_ring;
omni_ticket_ring *omni_ticket_ring_new(void);
omni_ticket_ring *omni_ticket_ring_ref(omni_ticket_ring *ring);
void omni_ticket_ring_free(omni_ticket_ring *ring);
/** `count` keys of OTLS_TICKET_KEY_SIZE bytes: current, previous, next. */
otls_status omni_ticket_ring_set(omni_ticket_ring *ring, const uint8_t *keys, size_t size,
                                 otls_error *err);
otls_status omni_ticket_ring_get(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                                 uint8_t out[3 * OTLS_TICKET_KEY_SIZE], otls_error *err);
otls_status omni_ticket_ring_rotate(omni_ticket_ring *ring, const otls_backend *backend,
                                    int64_t now, otls_error *err);
/**
 * The key to seal with (`name` NULL), or the one of that name; E_USAGE when it is gone. What comes
 * out is derived from the ring's key and `binding`: a ticket of another policy has no key here.
 * `period`: seconds between rotations, 0 = by call only.
 */
otls_status omni_ticket_ring_key(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                                 uint32_t period, const uint8_t binding[OMNI_BINDING_SIZE],
                                 const uint8_t *name, otls_ticket_key *out, bool *renew);
#define OMNI_TICKET_RING_KEYS 3
/**
 * Keep in mind what early data came: beside the keys, because whoever can open a ticket must know
 * what came with it. Before the first question; E_NOMEM.
 */
otls_status omni_ticket_ring_keep_early(omni_ticket_ring *ring, otls_error *err);
/** policy.early_once; `ring` is an omni_ticket_ring. */
bool omni_ticket_ring_early_once(void *ring, const uint8_t *digest, int64_t issued);
/** All keys that tickets are opened with, derived likewise, the one to seal with first; how many. */
size_t omni_ticket_ring_keys(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                             uint32_t period, const uint8_t binding[OMNI_BINDING_SIZE],
                             otls_ticket_key out[OMNI_TICKET_RING_KEYS]);

/* ---- session/replays.c ---- */

/** ClientHellos whose early data was accepted, as digests. Not locked. */
typedef struct omni_replays omni_replays;
#define OMNI_REPLAY_DIGEST 32
/** For how long they are remembered: three times what engines give a ticket's age. */
#define OMNI_REPLAY_MS 30000
/** `start`, in seconds since 1970: tickets from before it are another memory's. NULL: no memory. */
omni_replays *omni_replays_new(int64_t start);
void omni_replays_free(omni_replays *replays);
/** Has it not come before? No room to remember it is no. `now` in milliseconds of a clock that
 * nobody sets. */
bool omni_replays_once(omni_replays *replays, const uint8_t digest[OMNI_REPLAY_DIGEST],
                       int64_t issued, int64_t now);

#endif
