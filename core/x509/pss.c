/* SPDX-License-Identifier: MIT */
/* RSASSA-PSS-params, of a signature and of a key: RFC 4055 3.1. */
#include "base/base.h"
#include "x509/parts.h"

/** NULL or nothing: RFC 4055 2.1 has both accepted. */
static bool empty_parameters(omni_der parameters)
{
    otls_slice null;

    if (omni_der_at_end(&parameters))
        return true;
    return omni_der_value(&parameters, OMNI_DER_NULL, &null) && null.size == 0 &&
           omni_der_at_end(&parameters);
}

static bool hash_of(omni_der identifier, uint8_t *hash)
{
    otls_slice oid;

    if (!omni_der_value(&identifier, OMNI_DER_OID, &oid) || !empty_parameters(identifier))
        return false;
    if (OMNI_OID_IS(oid, "\x2b\x0e\x03\x02\x1a")) {
        *hash = OTLS_SIG_HASH_SHA1;
        return true;
    }
    if (oid.size != 9 || memcmp(oid.data, "\x60\x86\x48\x01\x65\x03\x04\x02", 8) != 0)
        return false;
    switch (oid.data[8]) {
    case 1:
        *hash = OTLS_SIG_HASH_SHA256;
        return true;
    case 2:
        *hash = OTLS_SIG_HASH_SHA384;
        return true;
    case 3:
        *hash = OTLS_SIG_HASH_SHA512;
        return true;
    case 4:
        *hash = OTLS_SIG_HASH_SHA224;
        return true;
    default:
        return false;
    }
}

/** maskGenAlgorithm: only MGF1 exists. */
static bool mask_of(omni_der identifier, uint8_t *hash)
{
    otls_slice oid;
    omni_der inside;

    return omni_der_value(&identifier, OMNI_DER_OID, &oid) &&
           OMNI_OID_IS(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08") &&
           omni_der_enter(&identifier, OMNI_DER_SEQUENCE, &inside) &&
           omni_der_at_end(&identifier) && hash_of(inside, hash);
}

/** One field of RSASSA-PSS-params; `field` 0 to 3 in the order of RFC 4055 3.1. */
static bool pss_field(omni_der explicit_tag, unsigned field, otls_signature_algorithm *out)
{
    otls_slice number;
    omni_der inside;
    uint32_t value;

    if (field < 2) {
        if (!omni_der_enter(&explicit_tag, OMNI_DER_SEQUENCE, &inside) ||
            !omni_der_at_end(&explicit_tag))
            return false;
        return field == 0 ? hash_of(inside, &out->hash) : mask_of(inside, &out->mgf_hash);
    }
    if (!omni_der_value(&explicit_tag, OMNI_DER_INTEGER, &number) ||
        !omni_der_at_end(&explicit_tag) || !omni_der_unsigned(number, &value))
        return false;
    if (field == 3)
        return value == 1;
    out->salt_length = (uint16_t)value;
    return value <= UINT16_MAX;
}

bool omni_x509_pss_parameters(omni_der parameters, otls_signature_algorithm *out)
{
    omni_der sequence, inside;

    out->kind = OTLS_SIG_RSA_PSS;
    out->hash = OTLS_SIG_HASH_SHA1;
    out->mgf_hash = OTLS_SIG_HASH_SHA1;
    out->salt_length = 20;
    if (!omni_der_enter(&parameters, OMNI_DER_SEQUENCE, &sequence) || !omni_der_at_end(&parameters))
        return false;
    for (unsigned field = 0; field < 4; field++) {
        if (omni_der_tag(&sequence) != OMNI_DER_CONTEXT_CONSTRUCTED(field))
            continue;
        if (!omni_der_enter(&sequence, OMNI_DER_CONTEXT_CONSTRUCTED(field), &inside) ||
            !pss_field(inside, field, out))
            return false;
    }
    return omni_der_at_end(&sequence);
}
