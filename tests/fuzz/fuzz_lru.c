/* SPDX-License-Identifier: MIT */
/* The caches' map by operations, two bytes each, beside a list that does the same slowly. */
#include "base/lru.h"

#include <stdlib.h>
#include <string.h>

#define KEYS 32
#define ROOM 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** The slow one: the entry used last is the first. */
typedef struct slow {
    uint8_t keys[ROOM];
    int64_t expires[ROOM];
    uint32_t *values[ROOM];
    size_t count, capacity;
} slow;

static size_t freed;

static void free_value(void *value)
{
    freed++;
    free(value);
}

static void must(bool good)
{
    if (!good)
        abort();
}

static size_t find(const slow *s, uint8_t key)
{
    size_t at = 0;

    while (at < s->count && s->keys[at] != key)
        at++;
    return at;
}

static void drop(slow *s, size_t at)
{
    s->count--;
    memmove(&s->keys[at], &s->keys[at + 1], s->count - at);
    memmove(&s->expires[at], &s->expires[at + 1], (s->count - at) * sizeof(s->expires[0]));
    memmove(&s->values[at], &s->values[at + 1], (s->count - at) * sizeof(s->values[0]));
}

static void push(slow *s, uint8_t key, int64_t expires, uint32_t *value)
{
    memmove(&s->keys[1], &s->keys[0], s->count);
    memmove(&s->expires[1], &s->expires[0], s->count * sizeof(s->expires[0]));
    memmove(&s->values[1], &s->values[0], s->count * sizeof(s->values[0]));
    s->keys[0] = key;
    s->expires[0] = expires;
    s->values[0] = value;
    s->count++;
}

/* Keys of several lengths, of which some begin as others do. */
static size_t key_of(uint8_t key, uint8_t out[KEYS])
{
    memset(out, key / 8, KEYS);
    return 1 + key % 8;
}

static void put(omni_lru *lru, slow *s, uint8_t key, uint8_t argument)
{
    uint8_t bytes[KEYS];
    uint32_t *value = malloc(sizeof(*value));
    size_t evicted = 0, expected = 0;
    const size_t at = find(s, key);

    must(value != NULL);
    *value = key;
    if (at < s->count) {
        drop(s, at);
    } else if (s->count == s->capacity) {
        s->count--;
        expected = 1;
    }
    push(s, key, argument / 8, value);
    must(omni_lru_put(lru, bytes, key_of(key, bytes), value, argument / 8, &evicted));
    must(evicted == expected);
}

static void look(omni_lru *lru, slow *s, uint8_t key)
{
    uint8_t bytes[KEYS];
    const size_t at = find(s, key);
    int64_t expires = -1;
    uint32_t *found;

    omni_lru_lock(lru);
    found = omni_lru_find(lru, bytes, key_of(key, bytes), &expires);
    must((found != NULL) == (at < s->count));
    if (found != NULL) {
        uint32_t *value = s->values[at];

        must(found == value && *found == key && expires == s->expires[at]);
        drop(s, at);
        push(s, key, expires, value);
    }
    omni_lru_unlock(lru);
}

static void expire(omni_lru *lru, slow *s, int64_t now)
{
    size_t gone = 0;

    for (size_t at = s->count; at-- != 0;)
        if (s->expires[at] <= now) {
            drop(s, at);
            gone++;
        }
    must(omni_lru_expire(lru, now) == gone);
}

static void resize(omni_lru *lru, slow *s, uint8_t argument)
{
    size_t evicted = 0;
    const size_t before = s->count;

    s->capacity = 1 + argument % ROOM;
    s->count = s->count < s->capacity ? s->count : s->capacity;
    omni_lru_set_capacity(lru, s->capacity, &evicted);
    must(evicted == before - s->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    omni_lru *lru = omni_lru_new(4, free_value);
    slow s = {.capacity = 4};
    uint8_t bytes[KEYS];
    size_t puts = 0;

    must(lru != NULL);
    freed = 0;
    for (size_t i = 0; i + 1 < size; i += 2) {
        const uint8_t key = data[i] / 8, argument = data[i + 1];
        const size_t at = find(&s, key);

        switch (data[i] % 8) {
        case 0:
        case 1:
        case 2: put(lru, &s, key, argument); puts++; break;
        case 3:
        case 4: look(lru, &s, key); break;
        case 5:
            must(omni_lru_remove(lru, bytes, key_of(key, bytes)) == (at < s.count));
            if (at < s.count)
                drop(&s, at);
            break;
        case 6: expire(lru, &s, argument / 8); break;
        default: resize(lru, &s, argument); break;
        }
        must(omni_lru_count(lru) == s.count && freed + s.count == puts);
    }
    omni_lru_free(lru);
    must(freed == puts);
    return 0;
}
