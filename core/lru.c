/* SPDX-License-Identifier: MIT */
#include "lru.h"

#include "alloc.h"

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

struct otls_lru {
    void (*free_value)(void *value);
    entry **buckets; /* a power of two of them */
    size_t bucket_count, count, capacity;
    entry *newest, *oldest;
};

/* FNV-1a: keys are made by us or by the engine's random numbers, not by an attacker. */
static uint64_t hash_of(const uint8_t *key, size_t size)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ key[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

otls_lru *otls_lru_new(size_t capacity, void (*free_value)(void *value))
{
    otls_lru *lru = otls_calloc(1, sizeof(*lru));

    if (lru == NULL)
        return NULL;
    lru->free_value = free_value;
    lru->capacity = capacity;
    return lru;
}

static entry **place_of(const otls_lru *lru, const void *key, size_t size, uint64_t hash)
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

static void unlink_use(otls_lru *lru, entry *it)
{
    *(it->newer != NULL ? &it->newer->older : &lru->newest) = it->older;
    *(it->older != NULL ? &it->older->newer : &lru->oldest) = it->newer;
}

static void link_newest(otls_lru *lru, entry *it)
{
    it->newer = NULL;
    it->older = lru->newest;
    *(lru->newest != NULL ? &lru->newest->newer : &lru->oldest) = it;
    lru->newest = it;
}

static void drop(otls_lru *lru, entry **at)
{
    entry *it = *at;

    *at = it->next;
    unlink_use(lru, it);
    lru->count--;
    lru->free_value(it->value);
    otls_free(it);
}

static void drop_oldest(otls_lru *lru)
{
    drop(lru, place_of(lru, lru->oldest->key, lru->oldest->key_size, lru->oldest->hash));
}

static bool grow(otls_lru *lru)
{
    const size_t count = lru->bucket_count != 0 ? lru->bucket_count * 2 : 64;
    entry **buckets;

    if (lru->count < lru->bucket_count)
        return true;
    buckets = otls_calloc(count, sizeof(entry *));
    if (buckets == NULL)
        return lru->bucket_count != 0; /* fuller buckets are slower, no more */
    for (entry *it = lru->newest; it != NULL; it = it->older) {
        entry **head = &buckets[it->hash & (count - 1)];

        it->next = *head;
        *head = it;
    }
    otls_free(lru->buckets);
    lru->buckets = buckets;
    lru->bucket_count = count;
    return true;
}

static bool replace(otls_lru *lru, entry *it, void *value, int64_t expires)
{
    if (it->value != value)
        lru->free_value(it->value);
    it->value = value;
    it->expires = expires;
    unlink_use(lru, it);
    link_newest(lru, it);
    return true;
}

bool otls_lru_put(otls_lru *lru, const void *key, size_t key_size, void *value, int64_t expires,
                  size_t *evicted)
{
    const uint64_t hash = hash_of(key, key_size);
    entry **at, *it;

    if (!grow(lru))
        return false;
    at = place_of(lru, key, key_size, hash);
    if (*at != NULL)
        return replace(lru, *at, value, expires);
    it = otls_malloc(sizeof(*it) + key_size);
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

void *otls_lru_find(otls_lru *lru, const void *key, size_t key_size, int64_t *expires)
{
    entry **at = place_of(lru, key, key_size, hash_of(key, key_size));

    if (at == NULL || *at == NULL)
        return NULL;
    unlink_use(lru, *at);
    link_newest(lru, *at);
    if (expires != NULL)
        *expires = (*at)->expires;
    return (*at)->value;
}

bool otls_lru_remove(otls_lru *lru, const void *key, size_t key_size)
{
    entry **at = place_of(lru, key, key_size, hash_of(key, key_size));

    if (at == NULL || *at == NULL)
        return false;
    drop(lru, at);
    return true;
}

size_t otls_lru_expire(otls_lru *lru, int64_t now)
{
    size_t dropped = 0;

    for (entry *it = lru->newest, *older; it != NULL; it = older) {
        older = it->older;
        if (it->expires > now)
            continue;
        drop(lru, place_of(lru, it->key, it->key_size, it->hash));
        dropped++;
    }
    return dropped;
}

size_t otls_lru_count(const otls_lru *lru)
{
    return lru->count;
}

void otls_lru_set_capacity(otls_lru *lru, size_t capacity, size_t *evicted)
{
    lru->capacity = capacity;
    while (lru->count > capacity && lru->oldest != NULL) {
        drop_oldest(lru);
        (*evicted)++;
    }
}

void otls_lru_free(otls_lru *lru)
{
    if (lru == NULL)
        return;
    while (lru->oldest != NULL)
        drop_oldest(lru);
    otls_free(lru->buckets);
    otls_free(lru);
}
