/* SPDX-License-Identifier: MIT */
/** @file identity/identity.h What an identity holds. */
#ifndef OMNI_IDENTITY_IDENTITY_H
#define OMNI_IDENTITY_IDENTITY_H

#include "base/base.h"
#include "engine/engine.h"
#include "identity/key.h"
#include <omnitls/identity.h>
#include <stdatomic.h>

/** Longer chains than this are nobody's. */
#define OMNI_IDENTITY_CHAIN_MAX 16

struct otls_identity {
    atomic_uint references;
    omni_user_data user;
    const otls_backend *backend;
    otls_key *key;
    const otls_certificate *chain[OMNI_IDENTITY_CHAIN_MAX];
    size_t chain_count;
    const otls_certificate *dropped[OMNI_IDENTITY_CHAIN_MAX]; /* given, and of no use in the chain */
    size_t dropped_count;
};

/** Is `spki`, as the engine writes a private key's public half, the certificate's key? */
bool omni_identity_bears(const otls_backend *backend, const otls_certificate *cert, otls_slice spki);

/** Empty; free with otls_identity_free. */
otls_status omni_identity_new(otls_identity **out, const otls_backend *backend, otls_error *err);
/** One more certificate behind the chain; `what` names the source. */
otls_status omni_identity_add_der(otls_identity *identity, otls_slice der, const char *what,
                                  otls_error *err);
/** Is it whole: a chain, which is put in order, and its leaf's key? The names are for messages. */
otls_status omni_identity_check(otls_identity *identity, const char *chain_name,
                                const char *key_name, otls_error *err);
/** The leaf is the first; behind it each certifies one before it, nearest first. What is there twice
 *  or certifies none of them is dropped (identity/order.c). */
void omni_identity_order(otls_identity *identity);

#endif
