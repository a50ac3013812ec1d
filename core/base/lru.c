/* SPDX-License-Identifier: MIT */
#include "base/lru.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/references.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

typedef struct entry {
    struct entry *newer, *older; /* by use */
    struct entry *next;          /* in the bucket */
    void *value;
    int64_t expires;
    uint64_t hash;
    size_t key_size;
    uint8_t key[];
} entry;

struct omni_lru {
    atomic_uint references;
    omni_lock lock;
    void (*free_value)(void *value);
    entry **buckets; /* a power of two of them */
    size_t bucket_count, count, capacity;
    entry *newest, *oldest;
};

/* Keys are made by us or by the engine's random numbers, not by an attacker. */
static uint64_t hash_of(const uint8_t *key, size_t size)
{
    const uint64_t hash = omni_hash_bytes(OMNI_HASH_START, key, size);

    return hash ^ hash >> 32;
}

omni_lru *omni_lru_new(size_t capacity, void (*free_value)(void *value))
{
    omni_lru *lru = omni_calloc(1, sizeof(*lru));

    if (lru == NULL)
        return NULL;
    if (!omni_lock_make(&lru->lock, true)) {
        omni_free(lru);
        return NULL;
    }
    lru->references = 1;
    lru->free_value = free_value;
    lru->capacity = capacity;
    return lru;
}

omni_lru *omni_lru_ref(omni_lru *lru)
{
    if (lru != NULL)
        omni_references_take(&lru->references);
    return lru;
}

void omni_lru_lock(omni_lru *lru)
{
    omni_lock_take(&lru->lock);
}

void omni_lru_unlock(omni_lru *lru)
{
    omni_lock_give(&lru->lock);
}

static entry **place_of(const omni_lru *lru, const void *key, size_t size, uint64_t hash)
{
    entry **at;

    if (lru->bucket_count == 0)
        return NULL;
    at = &lru->buckets[hash & (lru->bucket_count - 1)];
    while (*at != NULL &&
           ((*at)->hash != hash || (*at)->key_size != size || memcmp((*at)->key, key, size) != 0))
        at = &(*at)->next;
    return at;
}

static void unlink_use(omni_lru *lru, entry *it)
{
    *(it->newer != NULL ? &it->newer->older : &lru->newest) = it->older;
    *(it->older != NULL ? &it->older->newer : &lru->oldest) = it->newer;
}

static void link_newest(omni_lru *lru, entry *it)
{
    it->newer = NULL;
    it->older = lru->newest;
    *(lru->newest != NULL ? &lru->newest->newer : &lru->oldest) = it;
    lru->newest = it;
}

static void drop(omni_lru *lru, entry **at)
{
    entry *it = *at;

    *at = it->next;
    unlink_use(lru, it);
    lru->count--;
    lru->free_value(it->value);
    omni_free(it);
}

static void drop_oldest(omni_lru *lru)
{
    drop(lru, place_of(lru, lru->oldest->key, lru->oldest->key_size, lru->oldest->hash));
}

static bool grow(omni_lru *lru)
{
    const size_t count = lru->bucket_count != 0 ? lru->bucket_count * 2 : 64;
    entry **buckets;

    if (lru->count < lru->bucket_count)
        return true;
    buckets = omni_calloc(count, sizeof(entry *));
    if (buckets == NULL)
        return lru->bucket_count != 0; /* fuller buckets are slower, no more */
    for (entry *it = lru->newest; it != NULL; it = it->older) {
        entry **head = &buckets[it->hash & (count - 1)];

        it->next = *head;
        *head = it;
    }
    omni_free(lru->buckets);
    lru->buckets = buckets;
    lru->bucket_count = count;
    return true;
}

static bool replace(omni_lru *lru, entry *it, void *value, int64_t expires)
{
    if (it->value != value)
        lru->free_value(it->value);
    it->value = value;
    it->expires = expires;
    unlink_use(lru, it);
    link_newest(lru, it);
    return true;
}

static bool put(omni_lru *lru, const void *key, size_t key_size, void *value, int64_t expires,
                size_t *evicted)
{
    const uint64_t hash = hash_of(key, key_size);
    entry **at, *it;

    if (!grow(lru))
        return false;
    at = place_of(lru, key, key_size, hash);
    if (*at != NULL)
        return replace(lru, *at, value, expires);
    it = omni_malloc(sizeof(*it) + key_size);
    if (it == NULL)
        return false;
    *it = (entry){.value = value, .expires = expires, .hash = hash, .key_size = key_size};
    memcpy(it->key, key, key_size);
    while (lru->count >= lru->capacity && lru->oldest != NULL) {
        drop_oldest(lru);
        (*evicted)++;
    }
    at = &lru->buckets[hash & (lru->bucket_count - 1)];
    it->next = *at;
    *at = it;
    link_newest(lru, it);
    lru->count++;
    return true;
}

bool omni_lru_put(omni_lru *lru, const void *key, size_t key_size, void *value, int64_t expires,
                  size_t *evicted)
{
    bool done;

    omni_lru_lock(lru);
    done = put(lru, key, key_size, value, expires, evicted);
    omni_lru_unlock(lru);
    return done;
}

void *omni_lru_find(omni_lru *lru, const void *key, size_t key_size, int64_t *expires)
{
    void *value = NULL;
    entry **at;

    omni_lru_lock(lru);
    at = place_of(lru, key, key_size, hash_of(key, key_size));
    if (at != NULL && *at != NULL) {
        entry *it = *at;

        unlink_use(lru, it);
        link_newest(lru, it);
        if (expires != NULL)
            *expires = it->expires;
        value = it->value;
    }
    omni_lru_unlock(lru);
    return value;
}

bool omni_lru_remove(omni_lru *lru, const void *key, size_t key_size)
{
    entry **at;
    bool there;

    omni_lru_lock(lru);
    at = place_of(lru, key, key_size, hash_of(key, key_size));
    there = at != NULL && *at != NULL;
    if (there)
        drop(lru, at);
    omni_lru_unlock(lru);
    return there;
}

size_t omni_lru_expire(omni_lru *lru, int64_t now)
{
    size_t dropped = 0;

    omni_lru_lock(lru);
    for (entry *it = lru->newest, *older; it != NULL; it = older) {
        older = it->older;
        if (it->expires > now)
            continue;
        drop(lru, place_of(lru, it->key, it->key_size, it->hash));
        dropped++;
    }
    omni_lru_unlock(lru);
    return dropped;
}

size_t omni_lru_count(omni_lru *lru)
{
    size_t count;

    omni_lru_lock(lru);
    count = lru->count;
    omni_lru_unlock(lru);
    return count;
}

void omni_lru_set_capacity(omni_lru *lru, size_t capacity, size_t *evicted)
{
    omni_lru_lock(lru);
    lru->capacity = capacity;
    while (lru->count > capacity && lru->oldest != NULL) {
        drop_oldest(lru);
        (*evicted)++;
    }
    omni_lru_unlock(lru);
}

void omni_lru_free(omni_lru *lru)
{
    if (lru == NULL || !omni_references_drop(&lru->references))
        return;
    while (lru->oldest != NULL)
        drop_oldest(lru);
    omni_lock_end(&lru->lock);
    omni_free(lru->buckets);
    omni_free(lru);
}
