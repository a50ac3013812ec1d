/* SPDX-License-Identifier: MIT */
/* A context's settings about sessions and tickets. */
#include "base/base.h"
#include "context/context.h"

#include <string.h>

bool omni_session_wanted(const omni_settings *settings, bool server)
{
    const omni_session_settings *sessions = &settings->sessions;

    if (server)
        return (sessions->mode & OTLS_SESSION_CACHE_SERVER) != 0 ||
               (sessions->ticket_count_set && sessions->ticket_count != 0);
    return (sessions->mode & OTLS_SESSION_CACHE_CLIENT) != 0 || sessions->callback != NULL;
}

bool omni_ticket_wanted(const omni_settings *settings, bool server)
{
    const omni_session_settings *sessions = &settings->sessions;

    return omni_session_wanted(settings, server) &&
           !(sessions->ticket_count_set && sessions->ticket_count == 0);
}

uint32_t omni_session_lifetime(const omni_settings *settings)
{
    return settings->sessions.lifetime != 0 ? settings->sessions.lifetime
                                            : OMNI_SESSION_LIFETIME_DEFAULT;
}

void omni_session_settings_share(omni_session_settings *sessions)
{
    (void)omni_lru_ref(sessions->client_cache);
    (void)omni_lru_ref(sessions->server_cache);
    (void)omni_ticket_ring_ref(sessions->ring);
}

void omni_session_settings_clear(omni_session_settings *sessions)
{
    omni_lru_free(sessions->client_cache);
    omni_lru_free(sessions->server_cache);
    omni_ticket_ring_free(sessions->ring);
}

/* The stores are made by the first setter that means them, so that copies made later share them. */
static otls_status need_stores(otls_context *context, otls_error *err)
{
    omni_session_settings *sessions = &context->settings.sessions;

    if (sessions->client_cache == NULL)
        sessions->client_cache = omni_client_cache_new();
    if (sessions->server_cache == NULL)
        sessions->server_cache = omni_server_cache_new();
    if (sessions->ring == NULL)
        sessions->ring = omni_ticket_ring_new();
    return sessions->client_cache != NULL && sessions->server_cache != NULL &&
                   sessions->ring != NULL
               ? OTLS_OK
               : omni_fail_nomem(err);
}

/* A server's memory of early data, before its policy names it. */
static otls_status keep_early(const otls_context *context, otls_error *err)
{
    const omni_session_settings *sessions = &context->settings.sessions;

    if (context->role == OTLS_CLIENT || sessions->max_early_data == 0 ||
        !omni_session_wanted(&context->settings, true))
        return OTLS_OK;
    return omni_ticket_ring_keep_early(sessions->ring, err);
}

otls_status omni_session_seal(otls_context *context, otls_error *err)
{
    OMNI_TRY(keep_early(context, err));
    for (int server = 0; server < 2; server++)
        if (omni_session_wanted(&context->settings, server != 0))
            OMNI_TRY(omni_settings_hash(&context->settings, context->backend, server != 0,
                                        context->policy_hash[server], err));
    return OTLS_OK;
}

static otls_status resumable(otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (otls_backend_supports(context->backend, OTLS_FEATURE_RESUMPTION_12, NULL) == OTLS_NO)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_RESUMPTION_13, err));
    return need_stores(context, err);
}

static otls_status ticketable(otls_context *context, otls_feature feature, otls_error *err)
{
    if (context->role == OTLS_CLIENT && feature == OTLS_FEATURE_TICKET_KEYS)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "a client has no ticket keys");
    OMNI_TRY(omni_backend_require(context->backend, feature, err));
    return OTLS_OK;
}

otls_status otls_context_set_session_cache_mode(otls_context *context, unsigned mode,
                                                otls_error *err)
{
    const unsigned known =
        OTLS_SESSION_CACHE_BOTH | OTLS_SESSION_CACHE_NO_AUTO_CLEAR | OTLS_SESSION_CACHE_NO_INTERNAL;

    OMNI_TRY(omni_context_unsealed(context, err));
    if ((mode & ~known) != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "0x%x is no session cache mode", mode);
    if ((mode & OTLS_SESSION_CACHE_BOTH) != 0)
        OMNI_TRY(resumable(context, err));
    context->settings.sessions.mode = mode;
    return OTLS_OK;
}

unsigned otls_context_session_cache_mode(const otls_context *context)
{
    return context->settings.sessions.mode;
}

otls_status otls_context_set_session_cache_size(otls_context *context, size_t entries,
                                                otls_error *err)
{
    size_t evicted = 0;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (entries < 1 || entries > OMNI_CACHE_ENTRIES_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "a cache of %zu sessions: 1 to %zu are allowed", entries,
                         OMNI_CACHE_ENTRIES_MAX);
    OMNI_TRY(need_stores(context, err));
    omni_lru_set_capacity(context->settings.sessions.client_cache, entries, &evicted);
    omni_lru_set_capacity(context->settings.sessions.server_cache, entries, &evicted);
    omni_session_kept(context, evicted);
    return OTLS_OK;
}

otls_status otls_context_set_session_lifetime(otls_context *context, uint32_t seconds,
                                              otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (seconds < 1 || seconds > OMNI_SESSION_WEEK)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "a session lifetime of %u seconds: 1 to %d are allowed", (unsigned)seconds,
                         OMNI_SESSION_WEEK);
    context->settings.sessions.lifetime = seconds;
    return OTLS_OK;
}

uint32_t otls_context_session_lifetime(const otls_context *context)
{
    return omni_session_lifetime(&context->settings);
}

otls_status otls_context_set_session_id_context(otls_context *context, const void *id, size_t size,
                                                otls_error *err)
{
    omni_session_settings *sessions = &context->settings.sessions;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (size > sizeof(sessions->id_context) || (id == NULL && size != 0))
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "a session id context of %zu bytes: at most %zu are allowed", size,
                         sizeof(sessions->id_context));
    if (size != 0)
        memcpy(sessions->id_context, id, size);
    sessions->id_context_size = size;
    return OTLS_OK;
}

otls_status otls_context_set_ticket_reuse(otls_context *context, bool reuse, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.sessions.ticket_reuse = reuse;
    return OTLS_OK;
}

otls_status otls_context_set_session_callback(otls_context *context, otls_session_callback callback,
                                              void *user, otls_error *err)
{
    OMNI_TRY(callback != NULL ? resumable(context, err) : omni_context_unsealed(context, err));
    context->settings.sessions.callback = callback;
    context->settings.sessions.callback_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_external_cache(otls_context *context, const otls_external_cache *cache,
                                            otls_error *err)
{
    omni_session_settings *sessions = &context->settings.sessions;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (cache == NULL) {
        sessions->external = (otls_external_cache){.size = 0};
        return OTLS_OK;
    }
    otls_external_cache known = {.size = 0};

    /* an older caller's struct is shorter, a newer one's longer */
    memcpy(&known, cache, cache->size < sizeof(known) ? cache->size : sizeof(known));
    if (known.store == NULL || known.fetch == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "an external cache needs its size, store and fetch");
    sessions->external = known;
    return OTLS_OK;
}

/* ---- tickets ---- */

otls_status otls_context_set_ticket_count(otls_context *context, unsigned count, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (count > 255)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "%u tickets: at most 255 are allowed",
                         count);
    if (count != 0) {
        OMNI_TRY(resumable(context, err));
        OMNI_TRY(ticketable(context, OTLS_FEATURE_SESSION_TICKETS, err));
    }
    context->settings.sessions.ticket_count = count;
    context->settings.sessions.ticket_count_set = true;
    return OTLS_OK;
}

unsigned otls_context_ticket_count(const otls_context *context)
{
    const omni_session_settings *sessions = &context->settings.sessions;

    if (!omni_ticket_wanted(&context->settings, true))
        return 0;
    return sessions->ticket_count_set ? sessions->ticket_count : OMNI_TICKET_COUNT_DEFAULT;
}

otls_status otls_context_set_ticket_rotation(otls_context *context, uint32_t seconds,
                                             otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.sessions.rotation = seconds;
    context->settings.sessions.rotation_set = true;
    return OTLS_OK;
}

/* The ring may be changed at any time, but must be there before connections are. */
static otls_status the_ring(otls_context *context, omni_ticket_ring **ring, otls_error *err)
{
    OMNI_TRY(ticketable(context, OTLS_FEATURE_TICKET_KEYS, err));
    if (omni_context_unsealed(context, NULL) == OTLS_OK)
        OMNI_TRY(need_stores(context, err));
    *ring = context->settings.sessions.ring;
    return *ring != NULL ? OTLS_OK
                         : omni_fail(err, OTLS_E_SEALED, OTLS_CODE_NONE,
                                     "the context is in use, with resumption off");
}

otls_status otls_context_set_ticket_keys(otls_context *context, const void *keys, size_t size,
                                         otls_error *err)
{
    omni_ticket_ring *ring;

    OMNI_TRY(the_ring(context, &ring, err));
    return omni_ticket_ring_set(ring, keys, size, err);
}

otls_status otls_context_ticket_keys(otls_context *context, uint8_t out[3 * OTLS_TICKET_KEY_SIZE],
                                     otls_error *err)
{
    omni_ticket_ring *ring;

    OMNI_TRY(the_ring(context, &ring, err));
    return omni_ticket_ring_get(ring, context->backend, omni_context_now(context), out, err);
}

otls_status otls_context_rotate_ticket_keys(otls_context *context, otls_error *err)
{
    omni_ticket_ring *ring;

    OMNI_TRY(the_ring(context, &ring, err));
    return omni_ticket_ring_rotate(ring, context->backend, omni_context_now(context), err);
}

/* ---- what happened ---- */

size_t otls_context_purge_sessions(otls_context *context)
{
    const omni_session_settings *sessions = &context->settings.sessions;
    const int64_t now = omni_context_now(context);
    size_t dropped = 0;

    if (sessions->client_cache != NULL)
        dropped += omni_lru_expire(sessions->client_cache, now);
    if (sessions->server_cache != NULL)
        dropped += omni_lru_expire(sessions->server_cache, now);
    return dropped;
}

void omni_session_kept(otls_context *context, size_t evicted)
{
    omni_session_counts *counts = omni_context_counts(context);

    if (evicted != 0)
        atomic_fetch_add_explicit(&counts->cache_full, evicted, memory_order_relaxed);
    if ((context->settings.sessions.mode & OTLS_SESSION_CACHE_NO_AUTO_CLEAR) == 0 &&
        atomic_fetch_add_explicit(&counts->puts, 1, memory_order_relaxed) % OMNI_PURGE_EVERY ==
            OMNI_PURGE_EVERY - 1)
        (void)otls_context_purge_sessions(context);
}

otls_status otls_context_session_stats(const otls_context *context, otls_session_stats *stats,
                                       otls_error *err)
{
    const omni_session_settings *sessions = &context->settings.sessions;
    const omni_session_counts *counts = &context->counts;

    if (stats == NULL || stats->size < sizeof(stats->size))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the statistics' size is not set");
    otls_session_stats all = {
        .size = stats->size,
        .connect = atomic_load(&counts->connect),
        .connect_good = atomic_load(&counts->connect_good),
        .accept = atomic_load(&counts->accept),
        .accept_good = atomic_load(&counts->accept_good),
        .hits = atomic_load(&counts->hits),
        .misses = atomic_load(&counts->misses),
        .timeouts = atomic_load(&counts->timeouts),
        .cache_full = atomic_load(&counts->cache_full),
    };
    if (sessions->client_cache != NULL)
        all.number += omni_lru_count(sessions->client_cache);
    if (sessions->server_cache != NULL)
        all.number += omni_lru_count(sessions->server_cache);
    memcpy(stats, &all, all.size < sizeof(all) ? all.size : sizeof(all));
    return OTLS_OK;
}

otls_status otls_context_set_max_early_data(otls_context *context, uint32_t bytes, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (bytes != 0)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_EARLY_DATA, err));
    context->settings.sessions.max_early_data = bytes;
    return OTLS_OK;
}
