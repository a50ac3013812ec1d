/* SPDX-License-Identifier: MIT */
/*
 * glibc lets a program bring its own malloc; this one counts, where it is asked to, and hands on to
 * glibc's. Every shared library of the process gets it, engines among them.
 */
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define HEAP_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEAP_SANITIZED
#endif

static _Thread_local bool counting;
static _Thread_local bench_heap heap;

void bench_heap_start(void)
{
    heap = (bench_heap){.allocations = 0};
    counting = true;
}

bench_heap bench_heap_stop(void)
{
    counting = false;
    return heap;
}

#if defined(__GLIBC__) && !defined(HEAP_SANITIZED)

#define EXPORTED __attribute__((visibility("default")))

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

bool bench_heap_counts(void)
{
    return true;
}

static void *taken(void *block)
{
    if (counting && block != NULL) {
        heap.allocations++;
        heap.bytes += (long long)malloc_usable_size(block);
        if (heap.bytes > heap.peak)
            heap.peak = heap.bytes;
    }
    return block;
}

/* Of what is measured, and of --profile, a branch and a jump are part: thousands in a handshake. */
#define MOSTLY(condition) __builtin_expect((condition) ? 1 : 0, 1)

EXPORTED void *malloc(size_t size)
{
    if (MOSTLY(!counting))
        return __libc_malloc(size);
    return taken(__libc_malloc(size));
}

EXPORTED void *calloc(size_t count, size_t size)
{
    if (MOSTLY(!counting))
        return __libc_calloc(count, size);
    return taken(__libc_calloc(count, size));
}

EXPORTED void *realloc(void *block, size_t size)
{
    long long before;
    void *moved;

    if (MOSTLY(!counting))
        return __libc_realloc(block, size);
    before = block != NULL ? (long long)malloc_usable_size(block) : 0;
    moved = __libc_realloc(block, size);
    if (moved != NULL || size == 0)
        heap.bytes -= before;
    return taken(moved);
}

EXPORTED void free(void *block)
{
    if (MOSTLY(!counting)) {
        __libc_free(block);
        return;
    }
    if (block != NULL)
        heap.bytes -= (long long)malloc_usable_size(block);
    __libc_free(block);
}

EXPORTED void *memalign(size_t alignment, size_t size)
{
    return taken(__libc_memalign(alignment, size));
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size)
{
    return taken(__libc_memalign(alignment, size));
}

EXPORTED int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block;

    if (alignment == 0 || alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    block = taken(__libc_memalign(alignment, size));
    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

#else

bool bench_heap_counts(void)
{
    return false;
}

#endif
