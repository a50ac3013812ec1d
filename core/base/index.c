/* SPDX-License-Identifier: MIT */
#include "base/index.h"

#include "base/alloc.h"

#include <string.h>

#define FIRST_CAPACITY 8u

static uint32_t folded(uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32);
}

static void put(omni_index *index, omni_index_entry entry)
{
    size_t at = entry.hash & (index->capacity - 1);

    while (index->entries[at].number != OMNI_INDEX_END)
        at = (at + 1) & (index->capacity - 1);
    index->entries[at] = entry;
}

static bool make_room(omni_index *index)
{
    omni_index grown = {.count = index->count,
                        .capacity = index->capacity != 0 ? 2 * index->capacity : FIRST_CAPACITY};

    if (2 * (index->count + 1) <= index->capacity)
        return true;
    grown.entries = omni_calloc(grown.capacity, sizeof(*grown.entries));
    if (grown.entries == NULL)
        return false;
    memset(grown.entries, 0xff, grown.capacity * sizeof(*grown.entries)); /* free */
    for (size_t i = 0; i < index->capacity; i++)
        if (index->entries[i].number != OMNI_INDEX_END)
            put(&grown, index->entries[i]);
    omni_free(index->entries);
    *index = grown;
    return true;
}

bool omni_index_add(omni_index *index, uint64_t hash, uint32_t number)
{
    if (!make_room(index))
        return false;
    put(index, (omni_index_entry){.hash = folded(hash), .number = number});
    index->count++;
    return true;
}

bool omni_index_copy(omni_index *out, const omni_index *from)
{
    *out = (omni_index){0};
    if (from->capacity == 0)
        return true;
    out->entries = omni_calloc(from->capacity, sizeof(*out->entries));
    if (out->entries == NULL)
        return false;
    memcpy(out->entries, from->entries, from->capacity * sizeof(*out->entries));
    out->count = from->count;
    out->capacity = from->capacity;
    return true;
}

void omni_index_empty(omni_index *index)
{
    if (index->capacity != 0)
        memset(index->entries, 0xff, index->capacity * sizeof(*index->entries));
    index->count = 0;
}

void omni_index_release(omni_index *index)
{
    omni_free(index->entries);
    *index = (omni_index){0};
}

omni_index_cursor omni_index_look(const omni_index *index, uint64_t hash)
{
    const uint32_t short_hash = folded(hash);

    return (omni_index_cursor){
        .at = index->capacity != 0 ? short_hash & (index->capacity - 1) : 0, .hash = short_hash};
}

uint32_t omni_index_next(const omni_index *index, omni_index_cursor *cursor)
{
    while (index->capacity != 0 && index->entries[cursor->at].number != OMNI_INDEX_END) {
        const omni_index_entry *entry = &index->entries[cursor->at];

        cursor->at = (cursor->at + 1) & (index->capacity - 1);
        if (entry->hash == cursor->hash)
            return entry->number;
    }
    return OMNI_INDEX_END;
}
