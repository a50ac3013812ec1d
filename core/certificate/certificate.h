/* SPDX-License-Identifier: MIT */
/** @file certificate/certificate.h The public object. Immutable, reference-counted. */
#ifndef OMNI_CERTIFICATE_CERTIFICATE_H
#define OMNI_CERTIFICATE_CERTIFICATE_H

#include "base/base.h"
#include "x509/x509.h"
#include <stdatomic.h>

/** One block holding the view, the DER behind it. */
struct otls_certificate {
    atomic_uint references;
    omni_user_data user;
    omni_x509 x509;
    _Atomic(char *) subject_text, issuer_text, serial_text; /* made on demand */
    _Atomic(uint32_t *) san_offsets; /* made on demand: where each GeneralName starts */
    uint8_t der[];
};

/** Certificates in an order, referenced. Immutable and shared, as they are; NULL is the empty one. */
typedef struct omni_chain {
    atomic_uint references;
    size_t count;
    const otls_certificate *at[];
} omni_chain;

/** Sets `*out`, to NULL when `count` is 0; its references are its own. False: no memory. */
bool omni_chain_new(const omni_chain **out, const otls_certificate *const *at, size_t count);
/** NULL is fine for both. */
const omni_chain *omni_chain_ref(const omni_chain *chain);
void omni_chain_free(const omni_chain *chain);

static inline size_t omni_chain_count(const omni_chain *chain)
{
    return chain != NULL ? chain->count : 0;
}

/** NULL past the end. */
static inline const otls_certificate *omni_chain_at(const omni_chain *chain, size_t index)
{
    return index < omni_chain_count(chain) ? chain->at[index] : NULL;
}

#endif
