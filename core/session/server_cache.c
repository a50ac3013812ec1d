/* SPDX-License-Identifier: MIT */
/* The server's sessions: keys and blobs are bytes that mean something to an engine alone. */
#include "session/session.h"

#include "base/base.h"

#include <string.h>

typedef struct stored {
    size_t size;
    uint8_t bytes[];
} stored;

static void stored_free(void *value)
{
    stored *s = value;

    omni_wipe(s->bytes, s->size);
    omni_free(s);
}

omni_server_cache *omni_server_cache_new(void)
{
    return omni_lru_new(OMNI_CACHE_ENTRIES_DEFAULT, stored_free);
}

void omni_server_cache_put(omni_server_cache *cache, otls_slice key, otls_slice blob,
                           int64_t expires, size_t *evicted)
{
    stored *s = blob.size <= OMNI_SESSION_BYTES_MAX ? omni_malloc(sizeof(*s) + blob.size) : NULL;

    if (s == NULL)
        return; /* not kept: the next handshake is a full one */
    s->size = blob.size;
    if (blob.size != 0)
        memcpy(s->bytes, blob.data, blob.size);
    if (!omni_lru_put(cache, key.data, key.size, s, expires, evicted))
        stored_free(s);
}

omni_lookup omni_server_cache_get(omni_server_cache *cache, otls_slice key, int64_t now,
                                  uint8_t **blob, size_t *size)
{
    omni_lookup found = OMNI_LOOKUP_NONE;
    int64_t expires = 0;
    stored *s;

    omni_lru_lock(cache);
    s = omni_lru_find(cache, key.data, key.size, &expires);
    if (s != NULL && expires <= now) {
        (void)omni_lru_remove(cache, key.data, key.size);
        found = OMNI_LOOKUP_EXPIRED;
    } else if (s != NULL) {
        *blob = omni_memdup(s->bytes, s->size);
        *size = s->size;
        found = *blob != NULL ? OMNI_LOOKUP_FOUND : OMNI_LOOKUP_NONE;
    }
    omni_lru_unlock(cache);
    return found;
}
