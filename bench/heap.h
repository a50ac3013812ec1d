/* SPDX-License-Identifier: MIT */
/* What a thread takes from the heap, engine and library together. */
#ifndef OMNITLS_BENCH_HEAP_H
#define OMNITLS_BENCH_HEAP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct bench_heap {
    size_t allocations; /* calls that gave out memory */
    long long bytes;    /* more in use than at the start, with what the allocator rounds up */
    long long peak;
} bench_heap;

/* False where the C library's allocator cannot be watched: other than glibc, or sanitizers. */
bool bench_heap_counts(void);
/* From here on, on this thread; back to zero. */
void bench_heap_start(void);
bench_heap bench_heap_stop(void);

#endif
