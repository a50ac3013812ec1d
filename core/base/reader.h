/* SPDX-License-Identifier: MIT */
/**
 * @file base/reader.h
 * Numbers and vectors as TLS writes them (RFC 8446 section 3.3 and 3.4), out of bytes that somebody
 * else made.
 */
#ifndef OMNI_BASE_READER_H
#define OMNI_BASE_READER_H

#include <omnitls/backend.h>
#include <stdbool.h>

/** A cursor that cannot pass its end. After the first attempt `bad` is set, and all that follows
 *  is empty or zero. */
typedef struct omni_reader {
    const uint8_t *at;
    size_t left;
    bool bad;
} omni_reader;

static inline omni_reader omni_reader_over(otls_slice bytes)
{
    return (omni_reader){.at = bytes.data, .left = bytes.size};
}

static inline otls_slice omni_read(omni_reader *in, size_t size)
{
    otls_slice out = {NULL, 0};

    if (in->bad || in->left < size) {
        in->bad = true;
        return out;
    }
    out = (otls_slice){in->at, size};
    if (size != 0) { /* NULL is not to be added to */
        in->at += size;
        in->left -= size;
    }
    return out;
}

/** Big endian, of at most eight bytes. */
static inline uint64_t omni_read_number(omni_reader *in, size_t bytes)
{
    const otls_slice raw = omni_read(in, bytes);
    uint64_t value = 0;

    for (size_t i = 0; i < raw.size; i++)
        value = value << 8 | raw.data[i];
    return value;
}

/** What is behind a length of so many bytes. */
static inline otls_slice omni_read_vector(omni_reader *in, size_t length_bytes)
{
    return omni_read(in, (size_t)omni_read_number(in, length_bytes));
}

/** Everything has been read, and there was as much as there had to be. */
static inline bool omni_reader_done(const omni_reader *in)
{
    return !in->bad && in->left == 0;
}

#endif
