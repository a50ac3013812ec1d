/* SPDX-License-Identifier: MIT */
/**
 * @file random.h
 * Random bytes from an engine, and whose memory core uses.
 */
#ifndef OMNITLS_RANDOM_H
#define OMNITLS_RANDOM_H

#include <omnitls/engine.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Cryptographic random bytes (py RAND_bytes). `backend` NULL = the default engine. Any thread. */
OTLS_API otls_status otls_random(const otls_backend *backend, void *out, size_t size,
                                 otls_error *err);
/** Is the engine's generator seeded? Asks it for a byte. (py RAND_status) Any thread. */
OTLS_API bool otls_random_status(const otls_backend *backend);
/**
 * Refused: OTLS_E_UNSUPPORTED, OTLS_CODE_OBSOLETE. Every engine seeds itself from the operating
 * system, and two of them have no way to add anything. (py RAND_add, RAND_egd)
 */
OTLS_API otls_status otls_random_add(const otls_backend *backend, const void *data, size_t size,
                                     otls_error *err);

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
