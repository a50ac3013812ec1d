/* SPDX-License-Identifier: MIT */
/** @file alloc.h Core's memory: every allocation goes through here. */
#ifndef OTLS_CORE_ALLOC_H
#define OTLS_CORE_ALLOC_H

#include <stddef.h>

void *otls_malloc(size_t size);
void *otls_calloc(size_t count, size_t size); /* NULL when the product overflows */
void *otls_realloc(void *block, size_t size);
void otls_free(void *block);
char *otls_strdup(const char *text);
void *otls_memdup(const void *data, size_t size);
/** Overwrite, and do not let the compiler leave it out. */
void otls_wipe(void *data, size_t size);

#endif
