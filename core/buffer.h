/* SPDX-License-Identifier: MIT */
/** @file buffer.h A byte queue: appended at the end, taken from the front, bounded by its user. */
#ifndef OTLS_CORE_BUFFER_H
#define OTLS_CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct otls_buffer {
    uint8_t *data;
    size_t start, end, capacity;
} otls_buffer;

static inline size_t otls_buffer_size(const otls_buffer *buffer)
{
    return buffer->end - buffer->start;
}

static inline const uint8_t *otls_buffer_front(const otls_buffer *buffer)
{
    return buffer->data + buffer->start;
}

/** Room for `size` more bytes behind the end; false when there is no memory. */
bool otls_buffer_reserve(otls_buffer *buffer, size_t size);
bool otls_buffer_append(otls_buffer *buffer, const void *data, size_t size);
/** Drop `size` bytes from the front. */
void otls_buffer_drop(otls_buffer *buffer, size_t size);
/** Copy out and drop up to `capacity` bytes; returns how many. */
size_t otls_buffer_take(otls_buffer *buffer, void *out, size_t capacity);
/** Give the memory back. */
void otls_buffer_release(otls_buffer *buffer);

#endif
