/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "x509/parts.h"

typedef struct signature_entry {
    const char *oid;
    uint8_t oid_size;
    uint8_t kind, hash;
} signature_entry;

/* MD2, MD5 and DSA are left out: nothing here would ever verify them */
static const signature_entry signatures[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9, OTLS_SIG_RSA_PKCS1, OTLS_SIG_HASH_SHA256},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x02", 8, OTLS_SIG_ECDSA, OTLS_SIG_HASH_SHA256},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x03", 8, OTLS_SIG_ECDSA, OTLS_SIG_HASH_SHA384},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", 9, OTLS_SIG_RSA_PKCS1, OTLS_SIG_HASH_SHA384},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", 9, OTLS_SIG_RSA_PKCS1, OTLS_SIG_HASH_SHA512},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x04", 8, OTLS_SIG_ECDSA, OTLS_SIG_HASH_SHA512},
    {"\x2b\x65\x70", 3, OTLS_SIG_ED25519, OTLS_SIG_HASH_NONE},
    {"\x2b\x65\x71", 3, OTLS_SIG_ED448, OTLS_SIG_HASH_NONE},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9, OTLS_SIG_RSA_PSS, OTLS_SIG_HASH_NONE},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", 9, OTLS_SIG_RSA_PKCS1, OTLS_SIG_HASH_SHA1},
    {"\x2a\x86\x48\xce\x3d\x04\x01", 7, OTLS_SIG_ECDSA, OTLS_SIG_HASH_SHA1},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e", 9, OTLS_SIG_RSA_PKCS1, OTLS_SIG_HASH_SHA224},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x01", 8, OTLS_SIG_ECDSA, OTLS_SIG_HASH_SHA224},
};

/** The primitive types that have a form of their own. */
static bool primitive_ok(const omni_tlv *tlv)
{
    otls_slice octets;
    unsigned unused;
    bool flag;

    switch (tlv->tag) {
    case OMNI_DER_NULL:
        return tlv->value.size == 0;
    case OMNI_DER_BOOLEAN:
        return omni_der_boolean(tlv->value, &flag);
    case OMNI_DER_INTEGER:
    case OMNI_DER_ENUMERATED:
        return omni_der_integer_ok(tlv->value);
    case OMNI_DER_BIT_STRING:
        return omni_der_bits(tlv->value, &octets, &unused);
    case OMNI_DER_OID:
        return omni_oid_ok(tlv->value);
    case OMNI_DER_BMP_STRING:
    case OMNI_DER_UNIVERSAL_STRING:
        return tlv->value.size % (tlv->tag == OMNI_DER_BMP_STRING ? 2 : 4) == 0;
    default:
        return true;
    }
}

bool omni_x509_algorithm_ok(omni_der identifier)
{
    otls_slice oid;
    omni_tlv tlv;

    if (!omni_der_value(&identifier, OMNI_DER_OID, &oid) || !omni_oid_ok(oid))
        return false;
    if (omni_der_at_end(&identifier))
        return true;
    if (!omni_der_next(&identifier, &tlv) || !omni_der_at_end(&identifier))
        return false;
    /* of the constructed types only SEQUENCE and SET are universal */
    if ((tlv.tag & 0xe0) == 0x20 && tlv.tag != OMNI_DER_SEQUENCE && tlv.tag != OMNI_DER_SET)
        return false;
    return (tlv.tag & 0x20) != 0 ? omni_der_well_formed(tlv.value, 8) : primitive_ok(&tlv);
}

/** Nothing, or NULL: RFC 4055 wants NULL with RSA, RFC 5758 nothing with ECDSA; both are seen. */
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

static bool pss_parameters(omni_der parameters, otls_signature_algorithm *out)
{
    omni_der sequence, inside;

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

static bool read_parameters(omni_der parameters, otls_signature_algorithm *out)
{
    switch (out->kind) {
    case OTLS_SIG_RSA_PSS:
        return pss_parameters(parameters, out);
    case OTLS_SIG_ED25519:
    case OTLS_SIG_ED448:
        return omni_der_at_end(&parameters);
    default:
        return empty_parameters(parameters);
    }
}

void omni_x509_signature_algorithm(omni_der identifier, otls_signature_algorithm *out)
{
    const otls_signature_algorithm unknown = {.kind = 0};
    otls_slice oid;

    *out = unknown;
    if (!omni_der_value(&identifier, OMNI_DER_OID, &oid))
        return;
    for (size_t i = 0; i < OMNI_COUNT(signatures); i++) {
        const signature_entry *entry = &signatures[i];

        if (oid.size != entry->oid_size || memcmp(oid.data, entry->oid, oid.size) != 0)
            continue;
        out->kind = entry->kind;
        out->hash = entry->hash;
        if (!read_parameters(identifier, out))
            *out = unknown;
        return;
    }
}
