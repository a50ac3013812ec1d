/* SPDX-License-Identifier: MIT */
/* The client's sessions, by server and policy; a few of each, the newest first. */
#include "session/session.h"

#include "base/base.h"

#include <string.h>

typedef struct shelf {
    otls_session *sessions[OMNI_CLIENT_SESSIONS_EACH]; /* newest first */
    size_t count;
} shelf;

typedef struct cache_key {
    uint8_t bytes[OMNI_BINDING_SIZE + 2 + 1 + OMNI_SESSION_HOST_MAX];
    size_t size;
} cache_key;

static void make_key(cache_key *key, const otls_session *session)
{
    const size_t length = strlen(session->host);
    uint8_t *at = key->bytes;

    memcpy(at, session->policy, OMNI_BINDING_SIZE);
    at += OMNI_BINDING_SIZE;
    *at++ = (uint8_t)(session->port >> 8);
    *at++ = (uint8_t)session->port;
    *at++ = (uint8_t)session->backend->index;
    memcpy(at, session->host, length);
    key->size = OMNI_BINDING_SIZE + 3 + length;
}

static void shelf_free(void *value)
{
    shelf *s = value;

    for (size_t i = 0; i < s->count; i++)
        otls_session_free(s->sessions[i]);
    omni_free(s);
}

omni_client_cache *omni_client_cache_new(void)
{
    return omni_lru_new(OMNI_CACHE_ENTRIES_DEFAULT, shelf_free);
}

static void shelf_take_out(shelf *s, size_t index)
{
    s->count--;
    memmove(s->sessions + index, s->sessions + index + 1,
            (s->count - index) * sizeof(s->sessions[0]));
}

static void shelf_put(shelf *s, otls_session *session)
{
    if (s->count == OMNI_CLIENT_SESSIONS_EACH)
        otls_session_free(s->sessions[--s->count]);
    memmove(s->sessions + 1, s->sessions, s->count * sizeof(s->sessions[0]));
    s->sessions[0] = otls_session_ref(session);
    s->count++;
}

void omni_client_cache_put(omni_client_cache *cache, otls_session *session, size_t *evicted)
{
    cache_key key;
    shelf *s;
    bool kept;

    make_key(&key, session);
    omni_lru_lock(cache);
    s = omni_lru_find(cache, key.bytes, key.size, NULL);
    kept = s != NULL;
    if (s == NULL)
        s = omni_calloc(1, sizeof(*s));
    if (s != NULL) {
        /* TLS 1.2: there is one session at a time, and it can be used again and again */
        while (otls_version_before(session->version, OTLS_TLS1_3) && s->count != 0)
            otls_session_free(s->sessions[--s->count]);
        shelf_put(s, session);
        if (!omni_lru_put(cache, key.bytes, key.size, s, session->expires, evicted) && !kept)
            shelf_free(s);
    }
    omni_lru_unlock(cache);
}

static otls_session *shelf_pick(shelf *s, int64_t now, bool reuse, size_t *expired)
{
    while (s->count != 0) {
        otls_session *session = s->sessions[0];

        if (session->expires <= now) {
            (*expired)++;
            shelf_take_out(s, 0);
            otls_session_free(session);
            continue;
        }
        if (otls_version_before(session->version, OTLS_TLS1_3) || reuse)
            return otls_session_ref(session);
        shelf_take_out(s, 0);
        return session;
    }
    return NULL;
}

otls_session *omni_client_cache_take(omni_client_cache *cache, const otls_session *like,
                                     int64_t now, bool reuse, size_t *expired)
{
    otls_session *session = NULL;
    cache_key key;
    shelf *s;

    make_key(&key, like);
    omni_lru_lock(cache);
    s = omni_lru_find(cache, key.bytes, key.size, NULL);
    if (s != NULL) {
        session = shelf_pick(s, now, reuse, expired);
        if (s->count == 0)
            (void)omni_lru_remove(cache, key.bytes, key.size);
    }
    omni_lru_unlock(cache);
    return session;
}

void omni_client_cache_forget(omni_client_cache *cache, const otls_session *like)
{
    cache_key key;

    make_key(&key, like);
    omni_lru_lock(cache);
    (void)omni_lru_remove(cache, key.bytes, key.size);
    omni_lru_unlock(cache);
}

void omni_client_cache_remove(omni_client_cache *cache, const otls_session *session)
{
    cache_key key;
    shelf *s;

    make_key(&key, session);
    omni_lru_lock(cache);
    s = omni_lru_find(cache, key.bytes, key.size, NULL);
    for (size_t i = 0; s != NULL && i < s->count; i++) {
        if (s->sessions[i] != session)
            continue;
        otls_session *gone = s->sessions[i];

        shelf_take_out(s, i);
        otls_session_free(gone);
        break;
    }
    if (s != NULL && s->count == 0)
        (void)omni_lru_remove(cache, key.bytes, key.size);
    omni_lru_unlock(cache);
}
