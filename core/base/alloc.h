/* SPDX-License-Identifier: MIT */
/** @file base/alloc.h Core's memory: every allocation goes through here. */
#ifndef OMNI_BASE_ALLOC_H
#define OMNI_BASE_ALLOC_H

#include <stddef.h>

void *omni_malloc(size_t size);
void *omni_calloc(size_t count, size_t size); /* NULL when the product overflows */
void *omni_realloc(void *block, size_t size);
void omni_free(void *block);
char *omni_strdup(const char *text);
void *omni_memdup(const void *data, size_t size);
/** Overwrite, and do not let the compiler leave it out. */
void omni_wipe(void *data, size_t size);

#endif
