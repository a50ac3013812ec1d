/* SPDX-License-Identifier: MIT */
/**
 * @file engine/engine.h
 * What core holds of an engine, and how it calls one. A build with one engine (OTLS_ONLY_BACKEND)
 * calls its tables directly: they are const and visible to link-time optimisation, so no table is
 * loaded.
 */
#ifndef OMNI_ENGINE_ENGINE_H
#define OMNI_ENGINE_ENGINE_H

#include "algorithms/algorithms.h"
#include "platform/platform.h"
#include <omnitls/accelerator.h>
#include <stdatomic.h>

/** At most this many engines in a process. */
#define OMNI_BACKEND_MAX 8

/** Remembered answers of has_group and has_signature. */
#define OMNI_HAS_SLOTS 128

struct otls_backend {
    const otls_backend_module *module;
    unsigned index; /* 0..OMNI_BACKEND_MAX-1: place in per-engine caches */
    /* asking an engine may cost it a context: each answer is asked for once (engine/has.c) */
    atomic_uchar suites[OMNI_SUITE_MAX];
    atomic_uint groups[OMNI_HAS_SLOTS], signatures[OMNI_HAS_SLOTS];
    atomic_uint unanswered;
};

/** Does the running engine have it? Asked once per process, any thread. */
bool omni_backend_has_suite(const otls_backend *backend, const otls_suite *suite);
bool omni_backend_has_group(const otls_backend *backend, uint16_t group);
bool omni_backend_has_signature(const otls_backend *backend, uint16_t scheme);
/** How often the answer was "no", for that once, because there was no memory to find out. */
unsigned omni_backend_unanswered(const otls_backend *backend);

#ifdef OTLS_ONLY_BACKEND
extern const otls_backend_module OTLS_ONLY_BACKEND; /* otls_module_wolfssl ... */
#define OMNI_MODULE(backend) ((void)(backend), &OTLS_ONLY_BACKEND)
#else
#define OMNI_MODULE(backend) ((backend)->module)
#endif

/** Does the table, which is there, reach as far as the slot, and is it filled? */
#define OMNI_HAS(table, slot)                                                                      \
    ((table)->size >= offsetof(__typeof__(*(table)), slot) + sizeof((table)->slot) &&              \
     (table)->slot != NULL)

/**
 * Ask an engine what may fail: where memory ran out during the call, that is what failed (memory.c). Not
 * for established data: the engines say it themselves there, and each octet would pay for it.
 */
#define OMNI_ENGINE_ASK(report, call) (omni_os_memory_set(false), omni_engine_said((call), (report)))
otls_status omni_engine_said(otls_status status, otls_error *report);
/** The same where the answer is octets: some engines leave out what they had no memory for, and say OK. */
#define OMNI_ENGINE_GET(report, call) (omni_os_memory_set(false), omni_engine_gave((call), (report)))
otls_status omni_engine_gave(otls_status status, otls_error *report);
/** Right behind OMNI_ENGINE_ASK: it says OK, but has made what it made of less than it was to be made of? */
bool omni_engine_fell_short(otls_status status);

/** OTLS_OK unless the engine's answer to the feature is no; then as omni_fail_unsupported. */
otls_status omni_backend_require(const otls_backend *backend, otls_feature feature, otls_error *err);
/** E_UNSUPPORTED naming feature and engine, with the engine's own reason. */
otls_status omni_fail_unsupported(otls_error *err, const otls_backend *backend,
                                  otls_feature feature);

/** An accelerator by its name; loaded, checked and started the first time. It lives as long as the process.
 *  Any thread. E_BACKEND with a sentence that names the file. */
otls_status omni_accelerator_find(const otls_accelerator **out, const char *name, otls_error *err);

/** Octets of an otls_hash's digest; 0: there is no such digest. */
size_t omni_hash_size(unsigned hash);
/** `out` has room for what the hash makes (20 to 64 bytes); `err` may be NULL. */
otls_status omni_digest(const otls_backend *backend, otls_hash hash, otls_slice data, uint8_t *out,
                        otls_error *err);
/** A key to check signatures with; `*out` NULL unless OTLS_OK. E_CREDENTIAL: it is none. E_UNSUPPORTED,
 *  E_NOMEM, E_BACKEND, and E_INTERNAL for whatever else the engine may say. */
otls_status omni_crypto_key(const otls_crypto_ops *crypto, otls_slice spki,
                            otls_native_public_key **out, otls_error *err);
/** E_VERIFY: the signature is not good. The others as above. */
otls_status omni_crypto_verify(const otls_crypto_ops *crypto, const otls_native_public_key *key,
                               const otls_signature_algorithm *algorithm, otls_slice data,
                               otls_slice signature, otls_error *err);
/** Is it an answer about the key or the signature, whichever? Anything else says nothing about them. */
static inline bool omni_crypto_answered(otls_status status)
{
    return status == OTLS_OK || status == OTLS_E_VERIFY || status == OTLS_E_CREDENTIAL ||
           status == OTLS_E_UNSUPPORTED;
}

#endif
