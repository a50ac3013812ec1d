/* SPDX-License-Identifier: MIT */
/* CRLs in the trust store. */
#include "base/base.h"
#include "trust/trust.h"
#include "x509/x509.h"

#include <string.h>

static bool known(const omni_trust_batch *batch, otls_slice der)
{
    for (size_t i = 0; i < batch->trust->crl_count; i++)
        if (omni_slice_equal(batch->trust->crls[i]->der, der))
            return true;
    for (size_t i = 0; i < batch->crl_count; i++)
        if (omni_slice_equal(batch->crls[i]->der, der))
            return true;
    return false;
}

static otls_status append(omni_trust_batch *batch, omni_crl *crl, otls_error *err)
{
    omni_crl **larger = omni_realloc(batch->crls, (batch->crl_count + 1) * sizeof(*batch->crls));

    if (larger == NULL)
        return omni_fail_nomem(err);
    batch->crls = larger;
    batch->crls[batch->crl_count++] = crl;
    return OTLS_OK;
}

otls_status omni_trust_batch_add_crl(omni_trust_batch *batch, otls_slice der, otls_error *err)
{
    uint8_t *block;
    omni_crl *crl = NULL;
    otls_status status;

    if (batch->trust->crl_count + batch->crl_count >= OMNI_TRUST_CRL_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "more than %d CRLs",
                         OMNI_TRUST_CRL_LIMIT);
    if (known(batch, der)) {
        batch->found++;
        return OTLS_OK;
    }
    block = omni_memdup(der.data, der.size);
    if (block == NULL)
        return omni_fail_nomem(err);
    status = omni_crl_parse(&crl, block, der.size, err);
    if (status != OTLS_OK) {
        omni_free(block);
        return status;
    }
    batch->found++;
    status = append(batch, crl, err);
    if (status != OTLS_OK)
        omni_crl_free(crl);
    return status;
}

otls_status omni_trust_batch_commit_crls(omni_trust_batch *batch, otls_error *err)
{
    otls_trust *trust = batch->trust;
    omni_crl **larger;

    if (batch->crl_count != 0) {
        larger = omni_realloc(trust->crls,
                              (trust->crl_count + batch->crl_count) * sizeof(*larger));
        if (larger == NULL)
            return omni_fail_nomem(err);
        trust->crls = larger;
    }
    for (size_t i = 0; i < batch->crl_count; i++)
        trust->crls[trust->crl_count++] = batch->crls[i];
    omni_free(batch->crls);
    batch->crls = NULL;
    batch->crl_count = 0;
    return OTLS_OK;
}

void omni_trust_batch_discard_crls(omni_trust_batch *batch)
{
    for (size_t i = 0; i < batch->crl_count; i++)
        omni_crl_free(batch->crls[i]);
    omni_free(batch->crls);
    batch->crls = NULL;
    batch->crl_count = 0;
}

/* ---- lists by themselves: what else is in the file does not matter ---- */

static otls_status take_block(const omni_pem_block *pem, void *user, otls_error *err)
{
    if (!omni_pem_label_is(pem, "X509 CRL"))
        return OTLS_OK;
    return omni_trust_batch_add_crl(user, pem->der, err);
}

static otls_status load(omni_trust_batch *batch, otls_slice input, otls_error *err)
{
    omni_der rest = omni_der_of(input);
    omni_tlv whole;
    size_t blocks = 0;

    if (input.size > OMNI_FILE_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "more than %zu bytes",
                         OMNI_FILE_LIMIT);
    if (omni_der_take(&rest, OMNI_DER_SEQUENCE, &whole)) {
        for (rest = omni_der_of(input); !omni_der_at_end(&rest);) {
            if (!omni_der_next(&rest, &whole))
                return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                                 "a revocation list is cut short or no DER");
            OMNI_TRY(omni_trust_batch_add_crl(batch, whole.whole, err));
        }
        return OTLS_OK;
    }
    OMNI_TRY(omni_pem_each(input, take_block, batch, &blocks, err));
    if (batch->crl_count == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                         "there is no revocation list that is not known already");
    return OTLS_OK;
}

otls_status otls_trust_add_crl_memory(otls_trust *trust, const void *pem_or_der, size_t size,
                                      otls_error *err)
{
    omni_trust_batch batch = {.trust = trust};
    otls_status status;

    OMNI_TRY(omni_trust_writable(trust, err));
    if (pem_or_der == NULL || size == 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE, "no revocation list given");
    status = load(&batch, (otls_slice){.data = pem_or_der, .size = size}, err);
    if (status == OTLS_OK)
        status = omni_trust_batch_commit_crls(&batch, err);
    omni_trust_batch_discard(&batch);
    return status;
}

otls_status otls_trust_add_crl_file(otls_trust *trust, const char *path, otls_error *err)
{
    unsigned char *text = NULL;
    size_t size = 0;
    otls_status status;

    OMNI_TRY(omni_trust_writable(trust, err));
    OMNI_TRY(omni_file_read(path, &text, &size, err));
    status = otls_trust_add_crl_memory(trust, text, size, err);
    if (status == OTLS_E_CREDENTIAL)
        omni_trust_name_file(path, err);
    omni_free(text);
    return status;
}
