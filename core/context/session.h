/* SPDX-License-Identifier: MIT */
/**
 * @file context/session.h
 * What a context holds about sessions: settings, shared stores, the count of what happened.
 */
#ifndef OMNI_CONTEXT_SESSION_H
#define OMNI_CONTEXT_SESSION_H

#include "session/session.h"

#define OMNI_SESSION_LIFETIME_DEFAULT 7200u
#define OMNI_TICKET_COUNT_DEFAULT 2u
/** Puts between two automatic purges, as OpenSSL does it. */
#define OMNI_PURGE_EVERY 256u

/** Part of omni_settings; the stores are shared by copies. */
typedef struct omni_session_settings {
    unsigned mode; /* OTLS_SESSION_CACHE_... */
    unsigned ticket_count;
    bool ticket_count_set, ticket_reuse, rotation_set;
    uint32_t lifetime; /* 0 = default */
    uint32_t rotation, max_early_data;
    uint8_t id_context[32];
    size_t id_context_size;
    otls_session_callback callback;
    void *callback_user;
    otls_external_cache external; /* size 0 = none */
    omni_client_cache *client_cache;
    omni_server_cache *server_cache;
    omni_ticket_ring *ring;
} omni_session_settings;

typedef struct omni_session_counts {
    atomic_ullong connect, connect_good, accept, accept_good, hits, misses, timeouts, cache_full;
    atomic_uint puts;
} omni_session_counts;

struct otls_context;
struct omni_settings;

/** Does this side resume at all? */
bool omni_session_wanted(const struct omni_settings *settings, bool server);
/** Does this side use tickets? */
bool omni_ticket_wanted(const struct omni_settings *settings, bool server);
uint32_t omni_session_lifetime(const struct omni_settings *settings);
/** References instead of pointers, in a settings block that was copied. */
void omni_session_settings_share(omni_session_settings *sessions);
void omni_session_settings_clear(omni_session_settings *sessions);
/** At sealing: the stores, and the hash of everything a session is bound to, for each side. */
otls_status omni_session_seal(struct otls_context *context, otls_error *err);
/** Something was put into a cache: count evictions, purge now and then. */
void omni_session_kept(struct otls_context *context, size_t evicted);

#endif
