/* SPDX-License-Identifier: MIT */
/**
 * @file context_session.h
 * What a context holds about sessions: settings, shared stores, the count of what happened.
 */
#ifndef OTLS_CORE_CONTEXT_SESSION_H
#define OTLS_CORE_CONTEXT_SESSION_H

#include "session_store.h"

#define OTLS_SESSION_LIFETIME_DEFAULT 7200u
#define OTLS_TICKET_COUNT_DEFAULT 2u
/** Puts between two automatic purges, as OpenSSL does it. */
#define OTLS_PURGE_EVERY 256u

/** Part of otls_settings; the stores are shared by copies. */
typedef struct otls_session_settings {
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
    otls_client_cache *client_cache;
    otls_server_cache *server_cache;
    otls_ticket_ring *ring;
} otls_session_settings;

typedef struct otls_session_counts {
    atomic_ullong connect, connect_good, accept, accept_good, hits, misses, timeouts, cache_full;
    atomic_uint puts;
} otls_session_counts;

struct otls_context;
struct otls_settings;

/** Does this side resume at all? */
bool otls_session_wanted(const struct otls_settings *settings, bool server);
/** Does this side use tickets? */
bool otls_ticket_wanted(const struct otls_settings *settings, bool server);
uint32_t otls_session_lifetime(const struct otls_settings *settings);
/** References instead of pointers, in a settings block that was copied. */
void otls_session_settings_share(otls_session_settings *sessions);
void otls_session_settings_clear(otls_session_settings *sessions);
/** At sealing: the stores, and the hash of everything a session is bound to, for each side. */
otls_status otls_session_seal(struct otls_context *context, otls_error *err);
/** session_policy.c */
otls_status otls_policy_hash(const struct otls_context *context, bool server,
                             uint8_t out[OTLS_BINDING_SIZE], otls_error *err);
/** Something was put into a cache: count evictions, purge now and then. */
void otls_session_kept(struct otls_context *context, size_t evicted);

#endif
