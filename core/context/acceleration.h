/* SPDX-License-Identifier: MIT */
/** @file context/acceleration.h A native context's key, signing with another library. */
#ifndef OMNI_CONTEXT_ACCELERATION_H
#define OMNI_CONTEXT_ACCELERATION_H

#include <omnitls/accelerator.h>
#include <stdbool.h>

typedef struct otls_backend otls_backend;
typedef struct otls_identity otls_identity;

/** Zero = none. It is asked by address and must not move. */
typedef struct omni_accelerated_key {
    const otls_accelerator *by;
    otls_rsa_key *rsa;
    otls_native_key *signer; /* the engine's, which asks us */
} omni_accelerated_key;

/**
 * Put a key that signs by policy->accelerator in the place of policy->key, if that is one with RSA which the
 * engine would only sign with. Whatever else it is stays.
 */
otls_status omni_accelerate_key(omni_accelerated_key *key, otls_policy *policy,
                                const otls_backend *backend, const otls_identity *identity,
                                otls_error *err);
/** The engine's context must have ended. */
void omni_accelerated_key_clear(omni_accelerated_key *key, const otls_backend *backend);

#endif
