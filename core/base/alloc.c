/* SPDX-License-Identifier: MIT */
/*
 * Core's memory. Whose it is belongs to the few things that are global by nature, as the registry
 * of engines does: a block may be freed by another object, or thread, than the one that asked for
 * it. The rule that keeps it simple: it is set once, before the first allocation, and never again.
 */
#include "base/alloc.h"

#include "base/fail.h"
#include <omnitls/memory.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static otls_allocator application; /* `allocate` NULL: libc's */
static atomic_bool used;           /* something was allocated: too late to change */

otls_status otls_set_allocator(const otls_allocator *allocator, otls_error *err)
{
    otls_allocator known = {.size = 0};

    /* an older caller's struct is shorter, a newer one's longer */
    if (allocator != NULL)
        memcpy(&known, allocator, allocator->size < sizeof(known) ? allocator->size : sizeof(known));
    if (known.allocate == NULL || known.reallocate == NULL || known.release == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "an allocator needs all its functions");
    if (atomic_load_explicit(&used, memory_order_relaxed))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE,
                         "memory is in use: the allocator comes before all other calls");
    application = known;
    return OTLS_OK;
}

static void mark_used(void)
{
    /* a load costs nothing; storing each time would make threads share the line */
    if (!atomic_load_explicit(&used, memory_order_relaxed))
        atomic_store_explicit(&used, true, memory_order_relaxed);
}

void *omni_malloc(size_t size)
{
    mark_used();
    if (application.allocate != NULL)
        return application.allocate(size != 0 ? size : 1, application.user);
    return malloc(size != 0 ? size : 1);
}

void *omni_calloc(size_t count, size_t size)
{
    void *block;

    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    mark_used();
    if (application.allocate == NULL)
        return calloc(count != 0 ? count : 1, size != 0 ? size : 1);
    block = omni_malloc(count * size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

void *omni_realloc(void *block, size_t size)
{
    if (block == NULL)
        return omni_malloc(size);
    if (application.allocate != NULL)
        return application.reallocate(block, size != 0 ? size : 1, application.user);
    return realloc(block, size != 0 ? size : 1);
}

void omni_free(void *block)
{
    if (application.allocate == NULL)
        free(block);
    else if (block != NULL)
        application.release(block, application.user);
}

void *omni_memdup(const void *data, size_t size)
{
    void *copy = data != NULL || size == 0 ? omni_malloc(size) : NULL;

    if (copy != NULL && size != 0)
        memcpy(copy, data, size);
    return copy;
}

char *omni_strdup(const char *text)
{
    return omni_memdup(text, strlen(text) + 1);
}

void omni_wipe(void *data, size_t size)
{
    if (data == NULL || size == 0)
        return;
    memset(data, 0, size);
    /* the barrier makes the stores observable, so they are not dropped as dead */
    __asm__ volatile("" : : "r"(data) : "memory");
}
