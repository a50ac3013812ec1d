/* SPDX-License-Identifier: MIT */
/* The server's sessions: keys and blobs are bytes that mean something to an engine alone. */
#include "session_store.h"

#include "alloc.h"

#include <string.h>

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
    return otls_lru_new(OTLS_CACHE_ENTRIES_DEFAULT, stored_free);
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
    if (!otls_lru_put(cache, key.data, key.size, s, expires, evicted))
        stored_free(s);
}

otls_lookup otls_server_cache_get(otls_server_cache *cache, otls_slice key, int64_t now,
                                  uint8_t **blob, size_t *size)
{
    otls_lookup found = OTLS_LOOKUP_NONE;
    int64_t expires = 0;
    stored *s;

    otls_lru_lock(cache);
    s = otls_lru_find(cache, key.data, key.size, &expires);
    if (s != NULL && expires <= now) {
        (void)otls_lru_remove(cache, key.data, key.size);
        found = OTLS_LOOKUP_EXPIRED;
    } else if (s != NULL) {
        *blob = otls_memdup(s->bytes, s->size);
        *size = s->size;
        found = *blob != NULL ? OTLS_LOOKUP_FOUND : OTLS_LOOKUP_NONE;
    }
    otls_lru_unlock(cache);
    return found;
}
