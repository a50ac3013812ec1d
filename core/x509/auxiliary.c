/* SPDX-License-Identifier: MIT */
/*
 * X509_CERT_AUX ::= SEQUENCE { trust SEQUENCE OF OBJECT IDENTIFIER OPTIONAL, reject [0] IMPLICIT
 * SEQUENCE OF OBJECT IDENTIFIER OPTIONAL, alias UTF8String OPTIONAL, keyid OCTET STRING OPTIONAL,
 * other [1] IMPLICIT SEQUENCE OF AlgorithmIdentifier OPTIONAL }: OpenSSL's x_x509a.c.
 */
#include "x509/auxiliary.h"

#include "base/base.h"
#include "x509/der.h"
#include "x509/oid.h"

#include <string.h>

#define REJECT_TAG 0xa0
#define OTHER_TAG 0xa1

#define OID_SERVER_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x01"
#define OID_CLIENT_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x02"
#define OID_ANY "\x55\x1d\x25\x00"

/* The purposes that a list of uses names; false when it is none. */
static bool read_uses(omni_der uses, uint8_t *named)
{
    *named = 0;
    while (!omni_der_at_end(&uses)) {
        otls_slice oid;

        if (!omni_der_value(&uses, OMNI_DER_OID, &oid) || !omni_oid_ok(oid))
            return false;
        if (OMNI_OID_IS(oid, OID_SERVER_AUTH))
            *named |= OMNI_TRUSTED_FOR(OTLS_PURPOSE_SERVER);
        else if (OMNI_OID_IS(oid, OID_CLIENT_AUTH))
            *named |= OMNI_TRUSTED_FOR(OTLS_PURPOSE_CLIENT);
        else if (OMNI_OID_IS(oid, OID_ANY))
            *named |= OMNI_TRUSTED_FOR_ALL;
    }
    return true;
}

/* Alias, key identifier and what OpenSSL keeps for later say nothing about trust. */
static bool skip_rest(omni_der *aux)
{
    static const uint8_t tags[] = {OMNI_DER_UTF8_STRING, OMNI_DER_OCTET_STRING, OTHER_TAG};
    omni_tlv skipped;

    for (size_t i = 0; i < sizeof(tags); i++)
        if (omni_der_tag(aux) == tags[i] && !omni_der_next(aux, &skipped))
            return false;
    return omni_der_at_end(aux);
}

static bool read_aux(omni_der aux, uint8_t *trusted_for)
{
    omni_der uses;
    uint8_t named;

    *trusted_for = OMNI_TRUSTED_FOR_ALL;
    if (omni_der_tag(&aux) == OMNI_DER_SEQUENCE) {
        if (!omni_der_enter(&aux, OMNI_DER_SEQUENCE, &uses))
            return false;
        /* an empty list is no list, as OpenSSL reads it */
        if (!omni_der_at_end(&uses) && !read_uses(uses, trusted_for))
            return false;
    }
    if (omni_der_tag(&aux) == REJECT_TAG) {
        if (!omni_der_enter(&aux, REJECT_TAG, &uses) || !read_uses(uses, &named))
            return false;
        if (!omni_der_at_end(&uses))
            *trusted_for &= (uint8_t) ~(named | OMNI_TRUSTED_FOR(OTLS_PURPOSE_ANY));
    }
    return skip_rest(&aux);
}

otls_status omni_trust_aux_parse(otls_slice block, otls_slice *certificate, uint8_t *trusted_for,
                                 otls_error *err)
{
    omni_der rest = omni_der_of(block), aux;
    omni_tlv cert;

    *trusted_for = OMNI_TRUSTED_FOR_ALL;
    if (!omni_der_take(&rest, OMNI_DER_SEQUENCE, &cert))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         OMNI_PEM_TRUSTED ": holds no certificate");
    *certificate = cert.whole;
    if (omni_der_at_end(&rest))
        return OTLS_OK;
    if (!omni_der_enter(&rest, OMNI_DER_SEQUENCE, &aux) || !omni_der_at_end(&rest) ||
        !read_aux(aux, trusted_for))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         OMNI_PEM_TRUSTED ": what it is trusted for is malformed");
    return OTLS_OK;
}
