/* SPDX-License-Identifier: MIT */
/* A trust store without revocation lists (OMNITLS_WITH_CRL). */
#include "base/base.h"
#include "trust/trust.h"

otls_status omni_trust_batch_add_crl(omni_trust_batch *batch, otls_slice der, otls_error *err)
{
    (void)batch, (void)der;
    return OMNI_FAIL_ABSENT(err, "CRL");
}

otls_status omni_trust_batch_commit_crls(omni_trust_batch *batch, otls_error *err)
{
    (void)batch, (void)err;
    return OTLS_OK; /* none can have been added */
}

void omni_trust_batch_discard_crls(omni_trust_batch *batch)
{
    (void)batch;
}
