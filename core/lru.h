/* SPDX-License-Identifier: MIT */
/**
 * @file lru.h
 * A bounded map from bytes to pointers that forgets the entry unused longest. Reference-counted and
 * used from any thread: every function locks by itself, and otls_lru_lock makes one step of several.
 */
#ifndef OTLS_CORE_LRU_H
#define OTLS_CORE_LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct otls_lru otls_lru;

/** `free_value` is called for whatever leaves. NULL: no memory. */
otls_lru *otls_lru_new(size_t capacity, void (*free_value)(void *value));
/** NULL is fine for both. */
otls_lru *otls_lru_ref(otls_lru *lru);
void otls_lru_free(otls_lru *lru);
/** The thread that holds the lock may call everything else, and this again. */
void otls_lru_lock(otls_lru *lru);
void otls_lru_unlock(otls_lru *lru);
/** Takes `value` on success; replaces what is there. `*evicted` (counted up) when another had to
 * go. */
bool otls_lru_put(otls_lru *lru, const void *key, size_t key_size, void *value, int64_t expires,
                  size_t *evicted);
/** Borrowed as long as the caller holds the lock, and moved to the front; `*expires` if not NULL.
 *  NULL: not there. */
void *otls_lru_find(otls_lru *lru, const void *key, size_t key_size, int64_t *expires);
bool otls_lru_remove(otls_lru *lru, const void *key, size_t key_size);
/** Drop what expires at `now` or earlier; returns how many. */
size_t otls_lru_expire(otls_lru *lru, int64_t now);
size_t otls_lru_count(otls_lru *lru);
void otls_lru_set_capacity(otls_lru *lru, size_t capacity, size_t *evicted);

#endif
