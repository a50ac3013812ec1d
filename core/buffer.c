/* SPDX-License-Identifier: MIT */
#include "buffer.h"

#include "alloc.h"

#include <string.h>

bool otls_buffer_reserve(otls_buffer *buffer, size_t size)
{
    const size_t used = otls_buffer_size(buffer);
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
    larger = otls_realloc(buffer->data, wanted);
    if (larger == NULL)
        return false;
    buffer->data = larger;
    buffer->capacity = wanted;
    return true;
}

bool otls_buffer_append(otls_buffer *buffer, const void *data, size_t size)
{
    if (!otls_buffer_reserve(buffer, size))
        return false;
    if (size != 0)
        memcpy(buffer->data + buffer->end, data, size);
    buffer->end += size;
    return true;
}

void otls_buffer_drop(otls_buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
}

size_t otls_buffer_take(otls_buffer *buffer, void *out, size_t capacity)
{
    size_t size = otls_buffer_size(buffer);

    if (size > capacity)
        size = capacity;
    if (size == 0)
        return 0;
    memcpy(out, buffer->data + buffer->start, size);
    otls_buffer_drop(buffer, size);
    return size;
}

void otls_buffer_release(otls_buffer *buffer)
{
    otls_free(buffer->data);
    *buffer = (otls_buffer){0};
}
