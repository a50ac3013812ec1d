/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *otls_malloc(size_t size)
{
    return malloc(size != 0 ? size : 1);
}

void *otls_calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return calloc(count != 0 ? count : 1, size != 0 ? size : 1);
}

void *otls_realloc(void *block, size_t size)
{
    return realloc(block, size != 0 ? size : 1);
}

void otls_free(void *block)
{
    free(block);
}

void *otls_memdup(const void *data, size_t size)
{
    void *copy = otls_malloc(size);

    if (copy != NULL && size != 0)
        memcpy(copy, data, size);
    return copy;
}

char *otls_strdup(const char *text)
{
    return otls_memdup(text, strlen(text) + 1);
}

void otls_wipe(void *data, size_t size)
{
    if (data == NULL || size == 0)
        return;
    memset(data, 0, size);
    /* the barrier makes the stores observable, so they are not dropped as dead */
    __asm__ volatile("" : : "r"(data) : "memory");
}
