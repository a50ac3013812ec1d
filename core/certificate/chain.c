/* SPDX-License-Identifier: MIT */
/* A chain of certificates: what a peer sent, what was verified, what a session keeps of both. */
#include "certificate/certificate.h"

#include "base/base.h"
#include <omnitls/certificate.h>

bool omni_chain_new(const omni_chain **out, const otls_certificate *const *at, size_t count)
{
    omni_chain *chain;

    *out = NULL;
    if (count == 0)
        return true;
    chain = omni_malloc(sizeof(*chain) + count * sizeof(chain->at[0]));
    if (chain == NULL)
        return false;
    atomic_init(&chain->references, 1);
    chain->count = count;
    for (size_t i = 0; i < count; i++)
        chain->at[i] = otls_certificate_ref(at[i]);
    *out = chain;
    return true;
}

const omni_chain *omni_chain_ref(const omni_chain *chain)
{
    omni_chain *counted = (omni_chain *)(uintptr_t)chain;

    if (counted != NULL)
        omni_references_take(&counted->references);
    return chain;
}

void omni_chain_free(const omni_chain *chain)
{
    omni_chain *counted = (omni_chain *)(uintptr_t)chain;

    if (counted == NULL || !omni_references_drop(&counted->references))
        return;
    for (size_t i = 0; i < counted->count; i++)
        otls_certificate_free(counted->at[i]);
    omni_free(counted);
}
