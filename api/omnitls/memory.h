/* SPDX-License-Identifier: MIT */
/**
 * @file memory.h
 * Whose memory core takes, and how what it hands out is given back.
 */
#ifndef OMNITLS_MEMORY_H
#define OMNITLS_MEMORY_H

#include <omnitls/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Free text that a call handed out, where it is documented so; NULL is fine. Any thread. */
OTLS_API void otls_string_free(char *string);
/** The same for bytes and arrays. */
OTLS_API void otls_memory_free(void *memory);

/** Called from any thread. As malloc, realloc and free: `allocate` and `reallocate` get a size
 * above 0, `release` no NULL. */
typedef struct otls_allocator {
    uint32_t size; /**< sizeof(otls_allocator) */
    void *(*allocate)(size_t size, void *user);
    void *(*reallocate)(void *block, size_t size, void *user);
    void (*release)(void *block, void *user);
    void *user;
} otls_allocator;

/**
 * Whose memory core takes: for the whole process, before anything else of omnitls was called (at
 * least before anything that allocates: OTLS_E_USAGE then). The struct is copied. Engines keep
 * their own allocators, which belong to the whole process as well and are the application's to set
 * before it uses an engine (OTLS_FEATURE_ALLOCATOR). Not while another thread uses omnitls.
 */
OTLS_API otls_status otls_set_allocator(const otls_allocator *allocator, otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
