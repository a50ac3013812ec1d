/* SPDX-License-Identifier: MIT */
/**
 * @file random.h
 * Random bytes from an engine.
 */
#ifndef OMNITLS_RANDOM_H
#define OMNITLS_RANDOM_H

#include <omnitls/engine.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Cryptographic random bytes. `backend` NULL = the default engine. Any thread. */
OTLS_API otls_status otls_random(const otls_backend *backend, void *out, size_t size,
                                 otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
