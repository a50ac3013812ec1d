/* SPDX-License-Identifier: MIT */
/** @file base/buffer.h A byte queue: appended at the end, taken from the front, bounded by its user. */
#ifndef OMNI_BASE_BUFFER_H
#define OMNI_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct omni_buffer {
    uint8_t *data;
    size_t start, end, capacity;
} omni_buffer;

static inline size_t omni_buffer_size(const omni_buffer *buffer)
{
    return buffer->end - buffer->start;
}

static inline const uint8_t *omni_buffer_front(const omni_buffer *buffer)
{
    return buffer->data + buffer->start;
}

/** Room for `size` more bytes behind the end; false when there is no memory. */
bool omni_buffer_reserve(omni_buffer *buffer, size_t size);
bool omni_buffer_append(omni_buffer *buffer, const void *data, size_t size);
/** Drop `size` bytes from the front. */
void omni_buffer_drop(omni_buffer *buffer, size_t size);
/** Copy out and drop up to `capacity` bytes; returns how many. */
size_t omni_buffer_take(omni_buffer *buffer, void *out, size_t capacity);
/** Give the memory back. */
void omni_buffer_release(omni_buffer *buffer);

#endif
