/* SPDX-License-Identifier: MIT */
/** @file base/hash.h FNV-1a, to find things by. It keeps nobody from choosing what collides: whoever fears that begins
 *  with a random number in place of OMNI_HASH_START. */
#ifndef OMNI_BASE_HASH_H
#define OMNI_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define OMNI_HASH_START UINT64_C(0xcbf29ce484222325)

/** One octet more, or a hash of something else. */
static inline uint64_t omni_hash_mix(uint64_t hash, uint64_t more)
{
    return (hash ^ more) * UINT64_C(0x100000001b3);
}

static inline uint64_t omni_hash_bytes(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++)
        hash = omni_hash_mix(hash, bytes[i]);
    return hash;
}

/** Letters of ASCII count as small ones. */
static inline uint64_t omni_hash_name(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++) {
        const uint8_t c = bytes[i];

        hash = omni_hash_mix(hash, c >= 'A' && c <= 'Z' ? (unsigned)c + ('a' - 'A') : c);
    }
    return hash;
}

#endif
