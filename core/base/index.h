/* SPDX-License-Identifier: MIT */
/** @file base/index.h Numbers found by a hash: several may stand under one, and whoever looks compares. */
#ifndef OMNI_BASE_INDEX_H
#define OMNI_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OMNI_INDEX_END UINT32_MAX

typedef struct omni_index_entry {
    uint32_t hash, number; /* OMNI_INDEX_END: free */
} omni_index_entry;

/** All zero is empty. */
typedef struct omni_index {
    omni_index_entry *entries;
    size_t count, capacity; /* a power of two, at least twice the count */
} omni_index;

/** Where a search stands. */
typedef struct omni_index_cursor {
    size_t at;
    uint32_t hash;
} omni_index_cursor;

/** `number` below OMNI_INDEX_END; false: no memory, and nothing has changed. */
bool omni_index_add(omni_index *index, uint64_t hash, uint32_t number);
/** Into an empty one; false: no memory, and it is still empty. */
bool omni_index_copy(omni_index *out, const omni_index *from);
/** Forget all numbers and keep the room: as many as there were can be added without memory. */
void omni_index_empty(omni_index *index);
void omni_index_release(omni_index *index);
omni_index_cursor omni_index_look(const omni_index *index, uint64_t hash);
/** The numbers under that hash, in no order, then OMNI_INDEX_END. */
uint32_t omni_index_next(const omni_index *index, omni_index_cursor *cursor);

#endif
