/* SPDX-License-Identifier: MIT */
/**
 * @file engine.h
 * What core holds of an engine, and how it calls one. A build with one engine (OTLS_ONLY_BACKEND)
 * calls its tables directly: they are const and visible to link-time optimisation, so no table is
 * loaded.
 */
#ifndef OTLS_CORE_ENGINE_H
#define OTLS_CORE_ENGINE_H

#include <omnitls/backend.h>

/** At most this many engines in a process. */
#define OTLS_BACKEND_MAX 8

struct otls_backend {
    const otls_backend_module *module;
    unsigned index; /* 0..OTLS_BACKEND_MAX-1: place in per-engine caches */
};

#ifdef OTLS_ONLY_BACKEND
extern const otls_backend_module OTLS_ONLY_BACKEND; /* otls_module_wolfssl ... */
#define OTLS_MODULE(backend) ((void)(backend), &OTLS_ONLY_BACKEND)
#else
#define OTLS_MODULE(backend) ((backend)->module)
#endif

/** Does the table reach as far as the slot, and is it filled? */
#define OTLS_HAS(table, slot)                                                                      \
    ((table) != NULL && (table)->size >= offsetof(__typeof__(*(table)), slot) +                    \
                                             sizeof((table)->slot) &&                              \
     (table)->slot != NULL)

/** E_UNSUPPORTED naming feature and engine, with the engine's own reason. */
otls_status otls_fail_unsupported(otls_error *err, const otls_backend *backend,
                                  otls_feature feature);

#endif
