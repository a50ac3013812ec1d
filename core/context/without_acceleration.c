/* SPDX-License-Identifier: MIT */
/* A context without acceleration (OMNITLS_WITH_ACCELERATION): nothing can ask for it. */
#include "context/acceleration.h"

otls_status omni_accelerate_key(omni_accelerated_key *key, otls_policy *policy,
                                const otls_backend *backend, const otls_identity *identity,
                                otls_error *err)
{
    (void)key, (void)policy, (void)backend, (void)identity, (void)err;
    return OTLS_OK;
}

void omni_accelerated_key_clear(omni_accelerated_key *key, const otls_backend *backend)
{
    (void)key, (void)backend;
}
