/* SPDX-License-Identifier: MIT */
/* The server's sessions: keys and blobs are bytes that mean something to an engine alone. */
#include "session_store.h"

#include "alloc.h"
#include "lru.h"

#include <pthread.h>
#include <string.h>

struct otls_server_cache {
    atomic_uint references;
    pthread_mutex_t lock;
    otls_lru *entries;
};

typedef struct stored {
    size_t size;
    uint8_t bytes[];
} stored;

static void stored_free(void *value)
{
    stored *s = value;

    otls_wipe(s->bytes, s->size);
    otls_free(s);
}

otls_server_cache *otls_server_cache_new(void)
{
    otls_server_cache *cache = otls_calloc(1, sizeof(*cache));

    if (cache == NULL)
        return NULL;
    cache->references = 1;
    cache->entries = otls_lru_new(OTLS_CACHE_ENTRIES_DEFAULT, stored_free);
    if (cache->entries == NULL || pthread_mutex_init(&cache->lock, NULL) != 0) {
        otls_lru_free(cache->entries);
        otls_free(cache);
        return NULL;
    }
    return cache;
}

otls_server_cache *otls_server_cache_ref(otls_server_cache *cache)
{
    if (cache != NULL)
        atomic_fetch_add_explicit(&cache->references, 1, memory_order_relaxed);
    return cache;
}

void otls_server_cache_free(otls_server_cache *cache)
{
    if (cache == NULL ||
        atomic_fetch_sub_explicit(&cache->references, 1, memory_order_acq_rel) != 1)
        return;
    otls_lru_free(cache->entries);
    (void)pthread_mutex_destroy(&cache->lock);
    otls_free(cache);
}

void otls_server_cache_put(otls_server_cache *cache, otls_slice key, otls_slice blob,
                           int64_t expires, size_t *evicted)
{
    stored *s = blob.size <= OTLS_SESSION_BYTES_MAX ? otls_malloc(sizeof(*s) + blob.size) : NULL;

    if (s == NULL)
        return; /* not kept: the next handshake is a full one */
    s->size = blob.size;
    if (blob.size != 0)
        memcpy(s->bytes, blob.data, blob.size);
    (void)pthread_mutex_lock(&cache->lock);
    if (!otls_lru_put(cache->entries, key.data, key.size, s, expires, evicted))
        stored_free(s);
    (void)pthread_mutex_unlock(&cache->lock);
}

otls_lookup otls_server_cache_get(otls_server_cache *cache, otls_slice key, int64_t now,
                                  uint8_t **blob, size_t *size)
{
    otls_lookup found = OTLS_LOOKUP_NONE;
    int64_t expires = 0;
    stored *s;

    (void)pthread_mutex_lock(&cache->lock);
    s = otls_lru_find(cache->entries, key.data, key.size, &expires);
    if (s != NULL && expires <= now) {
        (void)otls_lru_remove(cache->entries, key.data, key.size);
        found = OTLS_LOOKUP_EXPIRED;
    } else if (s != NULL) {
        *blob = otls_memdup(s->bytes, s->size);
        *size = s->size;
        found = *blob != NULL ? OTLS_LOOKUP_FOUND : OTLS_LOOKUP_NONE;
    }
    (void)pthread_mutex_unlock(&cache->lock);
    return found;
}

void otls_server_cache_remove(otls_server_cache *cache, otls_slice key)
{
    (void)pthread_mutex_lock(&cache->lock);
    (void)otls_lru_remove(cache->entries, key.data, key.size);
    (void)pthread_mutex_unlock(&cache->lock);
}

size_t otls_server_cache_purge(otls_server_cache *cache, int64_t now)
{
    size_t dropped;

    (void)pthread_mutex_lock(&cache->lock);
    dropped = otls_lru_expire(cache->entries, now);
    (void)pthread_mutex_unlock(&cache->lock);
    return dropped;
}

size_t otls_server_cache_count(otls_server_cache *cache)
{
    size_t count;

    (void)pthread_mutex_lock(&cache->lock);
    count = otls_lru_count(cache->entries);
    (void)pthread_mutex_unlock(&cache->lock);
    return count;
}

void otls_server_cache_resize(otls_server_cache *cache, size_t entries, size_t *evicted)
{
    (void)pthread_mutex_lock(&cache->lock);
    otls_lru_set_capacity(cache->entries, entries, evicted);
    (void)pthread_mutex_unlock(&cache->lock);
}
