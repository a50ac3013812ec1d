/* SPDX-License-Identifier: MIT */
/* A store that can be added to, from one that is in use. */
#include "base/base.h"
#include "trust/trust.h"
#include "x509/x509.h"

/* All certificates in one block, which becomes the batch's. */
static otls_status copy_anchors(omni_trust_batch *batch, const otls_trust *from, otls_error *err)
{
    size_t total = 0;
    uint8_t *block, *to;
    otls_status status;

    for (size_t i = 0; i < from->anchor_count; i++)
        total += from->anchors[i].der.size;
    if (total == 0)
        return OTLS_OK;
    block = to = omni_malloc(total);
    if (block == NULL)
        return omni_fail_nomem(err);
    status = omni_trust_batch_own(batch, block, err);
    if (status != OTLS_OK)
        omni_free(block);
    for (size_t i = 0; i < from->anchor_count && status == OTLS_OK; i++) {
        const omni_anchor *anchor = &from->anchors[i];

        memcpy(to, anchor->der.data, anchor->der.size);
        status = omni_trust_batch_add(batch, (otls_slice){to, anchor->der.size},
                                      anchor->trusted_for, err);
        to += anchor->der.size;
    }
    return status;
}

otls_status otls_trust_copy(otls_trust **out, const otls_trust *trust, otls_error *err)
{
    omni_trust_batch batch = {.trust = NULL};
    otls_status status;

    if (out == NULL || trust == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no trust object given");
    OMNI_TRY(otls_trust_new(out, err));
    batch.trust = *out;
    status = copy_anchors(&batch, trust, err);
    for (size_t i = 0; i < trust->crl_count && status == OTLS_OK; i++)
        status = omni_trust_batch_add_crl(&batch, trust->crls[i]->der, err);
    if (status == OTLS_OK)
        status = omni_trust_batch_commit(&batch, err);
    omni_trust_batch_discard(&batch);
    if (status == OTLS_OK)
        return OTLS_OK;
    otls_trust_free(*out);
    *out = NULL;
    return status;
}
