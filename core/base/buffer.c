/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include "base/alloc.h"

#include <string.h>

bool omni_buffer_reserve(omni_buffer *buffer, size_t size)
{
    const size_t used = omni_buffer_size(buffer);
    size_t wanted = buffer->capacity != 0 ? buffer->capacity : 1024;
    uint8_t *larger;

    if (buffer->capacity - buffer->end >= size)
        return true;
    if (buffer->start != 0) {
        memmove(buffer->data, buffer->data + buffer->start, used);
        buffer->start = 0;
        buffer->end = used;
        if (buffer->capacity - used >= size)
            return true;
    }
    if (size > SIZE_MAX / 2 - used)
        return false;
    while (wanted < used + size)
        wanted *= 2;
    larger = omni_realloc(buffer->data, wanted);
    if (larger == NULL)
        return false;
    buffer->data = larger;
    buffer->capacity = wanted;
    return true;
}

bool omni_buffer_append(omni_buffer *buffer, const void *data, size_t size)
{
    if (!omni_buffer_reserve(buffer, size))
        return false;
    if (size != 0)
        memcpy(buffer->data + buffer->end, data, size);
    buffer->end += size;
    return true;
}

void omni_buffer_drop(omni_buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
}

size_t omni_buffer_take(omni_buffer *buffer, void *out, size_t capacity)
{
    size_t size = omni_buffer_size(buffer);

    if (size > capacity)
        size = capacity;
    if (size == 0)
        return 0;
    memcpy(out, buffer->data + buffer->start, size);
    omni_buffer_drop(buffer, size);
    return size;
}

void omni_buffer_release(omni_buffer *buffer)
{
    omni_free(buffer->data);
    *buffer = (omni_buffer){0};
}
