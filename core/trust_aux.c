/* SPDX-License-Identifier: MIT */
/*
 * X509_CERT_AUX ::= SEQUENCE { trust SEQUENCE OF OBJECT IDENTIFIER OPTIONAL, reject [0] IMPLICIT
 * SEQUENCE OF OBJECT IDENTIFIER OPTIONAL, alias UTF8String OPTIONAL, keyid OCTET STRING OPTIONAL,
 * other [1] IMPLICIT SEQUENCE OF AlgorithmIdentifier OPTIONAL }: OpenSSL's x_x509a.c.
 */
#include "trust_aux.h"

#include "der.h"
#include "fail.h"
#include "oid.h"

#include <string.h>

#define REJECT_TAG 0xa0
#define OTHER_TAG 0xa1

#define OID_SERVER_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x01"
#define OID_CLIENT_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x02"
#define OID_ANY "\x55\x1d\x25\x00"

/* The purposes that a list of uses names; false when it is none. */
static bool read_uses(otls_der uses, uint8_t *named)
{
    *named = 0;
    while (!otls_der_at_end(&uses)) {
        otls_slice oid;

        if (!otls_der_value(&uses, OTLS_DER_OID, &oid) || !otls_oid_ok(oid))
            return false;
        if (OTLS_OID_IS(oid, OID_SERVER_AUTH))
            *named |= OTLS_TRUSTED_FOR(OTLS_PURPOSE_SERVER);
        else if (OTLS_OID_IS(oid, OID_CLIENT_AUTH))
            *named |= OTLS_TRUSTED_FOR(OTLS_PURPOSE_CLIENT);
        else if (OTLS_OID_IS(oid, OID_ANY))
            *named |= OTLS_TRUSTED_FOR_ALL;
    }
    return true;
}

/* Alias, key identifier and what OpenSSL keeps for later say nothing about trust. */
static bool skip_rest(otls_der *aux)
{
    static const uint8_t tags[] = {OTLS_DER_UTF8_STRING, OTLS_DER_OCTET_STRING, OTHER_TAG};
    otls_tlv skipped;

    for (size_t i = 0; i < sizeof(tags); i++)
        if (otls_der_tag(aux) == tags[i] && !otls_der_next(aux, &skipped))
            return false;
    return otls_der_at_end(aux);
}

static bool read_aux(otls_der aux, uint8_t *trusted_for)
{
    otls_der uses;
    uint8_t named;

    *trusted_for = OTLS_TRUSTED_FOR_ALL;
    if (otls_der_tag(&aux) == OTLS_DER_SEQUENCE) {
        if (!otls_der_enter(&aux, OTLS_DER_SEQUENCE, &uses))
            return false;
        /* an empty list is no list, as OpenSSL reads it */
        if (!otls_der_at_end(&uses) && !read_uses(uses, trusted_for))
            return false;
    }
    if (otls_der_tag(&aux) == REJECT_TAG) {
        if (!otls_der_enter(&aux, REJECT_TAG, &uses) || !read_uses(uses, &named))
            return false;
        if (!otls_der_at_end(&uses))
            *trusted_for &= (uint8_t) ~(named | OTLS_TRUSTED_FOR(OTLS_PURPOSE_ANY));
    }
    return skip_rest(&aux);
}

otls_status otls_trust_aux_parse(otls_slice block, otls_slice *certificate, uint8_t *trusted_for,
                                 otls_error *err)
{
    otls_der rest = otls_der_of(block), aux;
    otls_tlv cert;

    *trusted_for = OTLS_TRUSTED_FOR_ALL;
    if (!otls_der_take(&rest, OTLS_DER_SEQUENCE, &cert))
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         OTLS_PEM_TRUSTED ": holds no certificate");
    *certificate = cert.whole;
    if (otls_der_at_end(&rest))
        return OTLS_OK;
    if (!otls_der_enter(&rest, OTLS_DER_SEQUENCE, &aux) || !otls_der_at_end(&rest) ||
        !read_aux(aux, trusted_for))
        return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER,
                         OTLS_PEM_TRUSTED ": what it is trusted for is malformed");
    return OTLS_OK;
}
