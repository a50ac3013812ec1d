/* SPDX-License-Identifier: MIT */
/**
 * @file base/lru.h
 * A bounded map from bytes to pointers that forgets the entry unused longest. Reference-counted and
 * used from any thread: every function locks by itself, and omni_lru_lock makes one step of several.
 */
#ifndef OMNI_BASE_LRU_H
#define OMNI_BASE_LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct omni_lru omni_lru;

/** `free_value` is called for whatever leaves. NULL: no memory. */
omni_lru *omni_lru_new(size_t capacity, void (*free_value)(void *value));
/** NULL is fine for both. */
omni_lru *omni_lru_ref(omni_lru *lru);
void omni_lru_free(omni_lru *lru);
/** The thread that holds the lock may call everything else, and this again. */
void omni_lru_lock(omni_lru *lru);
void omni_lru_unlock(omni_lru *lru);
/** Takes `value` on success; replaces what is there. `*evicted` (counted up) when another had to
 * go. */
bool omni_lru_put(omni_lru *lru, const void *key, size_t key_size, void *value, int64_t expires,
                  size_t *evicted);
/** Borrowed as long as the caller holds the lock, and moved to the front; `*expires` if not NULL.
 *  NULL: not there. */
void *omni_lru_find(omni_lru *lru, const void *key, size_t key_size, int64_t *expires);
bool omni_lru_remove(omni_lru *lru, const void *key, size_t key_size);
/** Drop what expires at `now` or earlier; returns how many. */
size_t omni_lru_expire(omni_lru *lru, int64_t now);
size_t omni_lru_count(omni_lru *lru);
void omni_lru_set_capacity(omni_lru *lru, size_t capacity, size_t *evicted);

#endif
