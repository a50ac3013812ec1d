/* SPDX-License-Identifier: MIT */
/**
 * @file memory.h
 * The malloc of the whole process, engines and C library included: counts, and fails where it is told
 * to. memory.c defines malloc and its like in the program itself, where the dynamic linker looks first.
 */
#ifndef OTLS_TEST_TORTURE_MEMORY_H
#define OTLS_TEST_TORTURE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/** The n-th allocation from now on fails, and all behind it when it is for good; 0 = none, count only. */
void memory_fail_at(unsigned long n, bool for_good);
/** Allocations since then. */
unsigned long memory_asked(void);
/** Did one of them fail? */
bool memory_failed(void);
/** Let everything through and count nothing until the same is called with false: the test's own needs. */
void memory_pause(bool pause);
/** Blocks taken and not yet given back, since the program began. */
long memory_live(void);

/** Called with each block that is given back, before it is; what it asks for itself is not counted. */
void memory_on_free(void (*look)(const void *block, size_t size));

/** Remember for each block who asked for it, from now on. Slow. */
void memory_trace(void);
/** Who asked for the oldest block that is still there, as one line; false when none is. */
bool memory_leaked(char *out, size_t capacity);
/** How many blocks are there that omnitls, a backend or the command asked for; and who for the oldest of them. */
long memory_left(char *out, size_t capacity);
/** Who asked for this block; only while tracing. False when nobody knows. */
bool memory_owner(const void *block, char *out, size_t capacity);
/** Who asked for what failed first, as one line; only while tracing. */
const char *memory_failed_where(void);
/** The functions that are being run, without the program's own, as "object:function object+offset ...". */
void memory_stack(char *out, size_t capacity);

#endif
