/* SPDX-License-Identifier: MIT */
/*
 * The server's side of resumption: ticket keys and cached sessions. Both are bound to the verify
 * policy, the session id context and the server name, by what their keys are derived from; the
 * engines, which would resume across all of these, never see a session that does not belong.
 */
#include "connection/connection.h"

#include "base/base.h"

#include <string.h>

static otls_status digest(const otls_connection *conn, const void *data, size_t size,
                          uint8_t out[32])
{
    return omni_digest(conn->context->backend, OTLS_HASH_SHA256, (otls_slice){data, size}, out, NULL);
}

/* The name as the client sent it, in lower case: two sites of one server are two peers. */
static otls_status bind(otls_connection *conn)
{
    uint8_t bytes[OMNI_BINDING_SIZE + 256];
    size_t size = OMNI_BINDING_SIZE;
    const char *name = conn->host != NULL ? conn->host : "";

    if (conn->sessions.bound)
        return OTLS_OK;
    memcpy(bytes, conn->context->policy_hash[1], OMNI_BINDING_SIZE);
    for (; *name != '\0' && size < sizeof(bytes); name++)
        bytes[size++] = *name >= 'A' && *name <= 'Z' ? (uint8_t)(*name + 32) : (uint8_t)*name;
    if (digest(conn, bytes, size, conn->sessions.binding) != OTLS_OK)
        return OTLS_E_USAGE;
    conn->sessions.bound = true;
    return OTLS_OK;
}

/* Is there room for it? Without memory it is as if the client had asked for nothing. */
static bool asked_for(otls_connection *conn)
{
    if (conn->sessions.asked == NULL)
        conn->sessions.asked = omni_calloc(1, sizeof(*conn->sessions.asked));
    return conn->sessions.asked != NULL;
}

void omni_session_hello(otls_connection *conn, const otls_client_hello *hello)
{
    omni_asked_sessions *asked;

    atomic_fetch_add_explicit(&omni_context_counts(conn->context)->accept, 1, memory_order_relaxed);
    conn->sessions.hello_offered = !otls_version_before(conn->hello_version, OTLS_TLS1_3)
                                       ? hello->pre_shared_key
                                       : hello->ticket.size != 0 || hello->session_id.size != 0;
    conn->sessions.old_ticket =
        !otls_version_before(conn->hello_version, OTLS_TLS1_3) && hello->ticket.size != 0;
    conn->sessions.early_offered = hello->early_data;
    if (!conn->sessions.hello_offered || !asked_for(conn))
        return;
    asked = conn->sessions.asked;
    asked->ticket_count =
        (uint8_t)omni_hello_ticket_names(hello, conn->hello_version, asked->tickets);
    if (otls_version_before(conn->hello_version, OTLS_TLS1_3) && hello->ticket.size == 0 &&
        hello->session_id.size != 0 && hello->session_id.size <= OMNI_SESSION_ID_MAX) {
        memcpy(asked->id, hello->session_id.data, hello->session_id.size);
        asked->id_size = (uint8_t)hello->session_id.size;
    }
}

/* ---- tickets ---- */

static bool has_ticket_keys(otls_connection *conn)
{
    return conn->server && conn->context->settings.sessions.ring != NULL &&
           omni_ticket_wanted(&conn->context->settings, true) && bind(conn) == OTLS_OK;
}

static uint32_t rotation_period(const omni_settings *settings)
{
    return settings->sessions.rotation_set ? settings->sessions.rotation
                                           : omni_session_lifetime(settings);
}

otls_status omni_core_ticket_key(otls_core *core, const uint8_t *name, otls_ticket_key *out,
                                 bool *renew)
{
    otls_connection *conn = omni_connection_of(core);
    const omni_settings *settings = &conn->context->settings;

    *renew = false;
    if (!has_ticket_keys(conn))
        return OTLS_E_USAGE;
    return omni_ticket_ring_key(settings->sessions.ring, conn->context->backend,
                                omni_context_now(conn->context), rotation_period(settings),
                                conn->sessions.binding, name, out, renew);
}

static bool was_offered(const otls_connection *conn, uint8_t names[][OTLS_TICKET_NAME_SIZE],
                        size_t count)
{
    const omni_asked_sessions *asked = conn->sessions.asked;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < asked->ticket_count; k++)
            if (memcmp(names[i], asked->tickets[k], OTLS_TICKET_NAME_SIZE) == 0)
                return true;
    return false;
}

/* Of several tickets one under the current key wins: what is issued then is under it too. */
otls_status omni_core_ticket_key_offered(otls_core *core,
                                         size_t (*names)(void *user, const otls_ticket_key *key,
                                                         uint8_t out[][OTLS_TICKET_NAME_SIZE]),
                                         void *user, otls_ticket_key *out)
{
    otls_connection *conn = omni_connection_of(core);
    const omni_settings *settings = &conn->context->settings;
    otls_ticket_key keys[OMNI_TICKET_RING_KEYS];
    uint8_t found[OTLS_TICKET_KEY_NAMES][OTLS_TICKET_NAME_SIZE];
    bool renew;
    size_t count, chosen = 0;

    if (conn->sessions.asked == NULL || conn->sessions.asked->ticket_count == 0)
        return omni_core_ticket_key(core, NULL, out, &renew);
    if (!has_ticket_keys(conn))
        return OTLS_E_USAGE;
    count = omni_ticket_ring_keys(settings->sessions.ring, conn->context->backend,
                                  omni_context_now(conn->context), rotation_period(settings),
                                  conn->sessions.binding, keys);
    while (chosen < count && !was_offered(conn, found, names(user, &keys[chosen], found)))
        chosen++;
    if (count != 0)
        *out = keys[chosen < count ? chosen : 0];
    omni_wipe(keys, sizeof(keys));
    return count != 0 ? OTLS_OK : OTLS_E_USAGE;
}

/* ---- the cache ---- */

static bool caching(const otls_connection *conn)
{
    return conn->server && (conn->context->settings.sessions.mode & OTLS_SESSION_CACHE_SERVER) != 0;
}

/* Ids become keys of one length that tell nothing. */
static bool make_key(otls_connection *conn, otls_slice id, uint8_t key[32])
{
    uint8_t bytes[OMNI_BINDING_SIZE + OMNI_SESSION_ID_MAX];

    if (id.size == 0 || id.size > OMNI_SESSION_ID_MAX || bind(conn) != OTLS_OK)
        return false;
    memcpy(bytes, conn->sessions.binding, OMNI_BINDING_SIZE);
    memcpy(bytes + OMNI_BINDING_SIZE, id.data, id.size);
    return digest(conn, bytes, OMNI_BINDING_SIZE + id.size, key) == OTLS_OK;
}

static void store_outside(otls_connection *conn, const uint8_t key[32], otls_slice blob)
{
    const omni_settings *settings = &conn->context->settings;
    const otls_external_cache *external = &settings->sessions.external;
    otls_session *entry = omni_session_new(conn->context->backend, OMNI_SESSION_SERVER);
    const uint32_t lifetime = omni_session_lifetime(settings);
    uint8_t *bytes = NULL;
    size_t size = 0;

    if (entry == NULL)
        return;
    memcpy(entry->policy, conn->sessions.binding, OMNI_BINDING_SIZE);
    entry->created = entry->authenticated = omni_context_now(conn->context);
    entry->timeout = lifetime;
    entry->expires = entry->created + (int64_t)lifetime;
    if (omni_session_set_blob(entry, blob) &&
        omni_session_encode(entry, &bytes, &size, NULL) == OTLS_OK) {
        external->store(external->user, key, 32, bytes, size, lifetime);
        omni_wipe(bytes, size);
        omni_free(bytes);
    }
    otls_session_free(entry);
}

void omni_core_cache_store(otls_core *core, otls_slice id, otls_slice blob)
{
    otls_connection *conn = omni_connection_of(core);
    otls_context *context = conn->context;
    const omni_session_settings *sessions = &context->settings.sessions;
    uint8_t key[32];
    size_t evicted = 0;

    if (!caching(conn) || blob.size == 0 || !make_key(conn, id, key))
        return;
    if ((sessions->mode & OTLS_SESSION_CACHE_NO_INTERNAL_STORE) == 0) {
        omni_server_cache_put(sessions->server_cache, (otls_slice){key, sizeof(key)}, blob,
                              omni_context_now(context) +
                                  (int64_t)omni_session_lifetime(&context->settings),
                              &evicted);
        omni_session_kept(context, evicted);
    }
    if (sessions->external.size != 0)
        store_outside(conn, key, blob);
}

static omni_lookup open_entry(otls_connection *conn, otls_slice bytes)
{
    otls_session *entry;
    omni_lookup found = OMNI_LOOKUP_NONE;

    if (omni_session_decode(&entry, conn->context->backend, OMNI_SESSION_SERVER, bytes, NULL) !=
        OTLS_OK)
        return OMNI_LOOKUP_NONE;
    if (memcmp(entry->policy, conn->sessions.binding, OMNI_BINDING_SIZE) != 0) {
        found = OMNI_LOOKUP_NONE;
    } else if (entry->expires <= omni_context_now(conn->context)) {
        found = OMNI_LOOKUP_EXPIRED;
    } else {
        conn->sessions.asked->fetched = entry->blob; /* taken over */
        conn->sessions.asked->fetched_size = entry->blob_size;
        entry->blob = NULL;
        found = OMNI_LOOKUP_FOUND;
    }
    otls_session_free(entry);
    return found;
}

static omni_lookup fetch_outside(otls_connection *conn, const uint8_t key[32])
{
    const otls_external_cache *external = &conn->context->settings.sessions.external;
    uint8_t *bytes = omni_malloc(OMNI_SESSION_BYTES_MAX);
    omni_lookup found = OMNI_LOOKUP_NONE;
    size_t size;

    if (bytes == NULL)
        return OMNI_LOOKUP_NONE;
    size = external->fetch(external->user, key, 32, bytes, OMNI_SESSION_BYTES_MAX);
    if (size != 0 && size <= OMNI_SESSION_BYTES_MAX) {
        found = open_entry(conn, (otls_slice){bytes, size});
        omni_wipe(bytes, size);
    }
    omni_free(bytes);
    return found;
}

static void drop_fetched(omni_asked_sessions *asked)
{
    if (asked->fetched != NULL)
        omni_wipe(asked->fetched, asked->fetched_size);
    omni_free(asked->fetched);
    asked->fetched = NULL;
    asked->fetched_size = 0;
}

void omni_asked_sessions_drop(otls_connection *conn)
{
    if (conn->sessions.asked == NULL)
        return;
    drop_fetched(conn->sessions.asked);
    omni_free(conn->sessions.asked);
    conn->sessions.asked = NULL;
}

/* What there is under `key` goes to `fetched`; there is room. */
static void look_up(otls_connection *conn, const uint8_t key[32])
{
    const omni_session_settings *sessions = &conn->context->settings.sessions;
    omni_asked_sessions *asked = conn->sessions.asked;
    omni_lookup found = OMNI_LOOKUP_NONE;

    drop_fetched(asked);
    memcpy(asked->looked_up, key, sizeof(asked->looked_up));
    if ((sessions->mode & OTLS_SESSION_CACHE_NO_INTERNAL_LOOKUP) == 0)
        found = omni_server_cache_get(sessions->server_cache, (otls_slice){key, 32},
                                      omni_context_now(conn->context), &asked->fetched,
                                      &asked->fetched_size);
    if (found == OMNI_LOOKUP_NONE && sessions->external.size != 0)
        found = fetch_outside(conn, key);
    conn->sessions.expired = found == OMNI_LOOKUP_EXPIRED;
}

bool omni_session_by_id(otls_connection *conn)
{
    omni_asked_sessions *asked = conn->sessions.asked;
    uint8_t key[32];

    if (!caching(conn) || asked == NULL ||
        !make_key(conn, (otls_slice){asked->id, asked->id_size}, key))
        return false;
    look_up(conn, key);
    asked->known = true;
    return asked->fetched != NULL;
}

otls_status omni_core_cache_fetch(otls_core *core, otls_slice id, otls_slice *blob)
{
    otls_connection *conn = omni_connection_of(core);
    omni_asked_sessions *asked;
    uint8_t key[32];

    *blob = (otls_slice){NULL, 0};
    if (!caching(conn) || !make_key(conn, id, key) || !asked_for(conn))
        return OTLS_E_USAGE;
    asked = conn->sessions.asked;
    if (!asked->known || memcmp(key, asked->looked_up, sizeof(key)) != 0)
        look_up(conn, key);
    asked->known = false;
    if (asked->fetched == NULL)
        return OTLS_E_USAGE;
    *blob = (otls_slice){asked->fetched, asked->fetched_size};
    return OTLS_OK;
}

void omni_core_cache_remove(otls_core *core, otls_slice id)
{
    otls_connection *conn = omni_connection_of(core);
    const omni_session_settings *sessions = &conn->context->settings.sessions;
    uint8_t key[32];

    if (!caching(conn) || !make_key(conn, id, key))
        return;
    omni_server_cache_remove(sessions->server_cache, (otls_slice){key, sizeof(key)});
    if (sessions->external.size != 0 && sessions->external.remove != NULL)
        sessions->external.remove(sessions->external.user, key, sizeof(key));
}
