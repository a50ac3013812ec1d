/* SPDX-License-Identifier: MIT */
/** @file identity.h What an identity holds. */
#ifndef OTLS_CORE_IDENTITY_H
#define OTLS_CORE_IDENTITY_H

#include "engine.h"
#include <omnitls/identity.h>
#include <stdatomic.h>

/** Longer chains than this are nobody's. */
#define OTLS_IDENTITY_CHAIN_MAX 16

struct otls_identity {
    atomic_uint references;
    const otls_backend *backend;
    otls_native_key *key;
    const otls_certificate *chain[OTLS_IDENTITY_CHAIN_MAX];
    size_t chain_count;
};

#endif
