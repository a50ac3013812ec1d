/* SPDX-License-Identifier: MIT */
#include "x509_parts.h"

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
static bool primitive_ok(const otls_tlv *tlv)
{
    otls_slice octets;
    unsigned unused;
    bool flag;

    switch (tlv->tag) {
    case OTLS_DER_NULL:
        return tlv->value.size == 0;
    case OTLS_DER_BOOLEAN:
        return otls_der_boolean(tlv->value, &flag);
    case OTLS_DER_INTEGER:
    case OTLS_DER_ENUMERATED:
        return otls_der_integer_ok(tlv->value);
    case OTLS_DER_BIT_STRING:
        return otls_der_bits(tlv->value, &octets, &unused);
    case OTLS_DER_OID:
        return otls_oid_ok(tlv->value);
    case OTLS_DER_BMP_STRING:
    case OTLS_DER_UNIVERSAL_STRING:
        return tlv->value.size % (tlv->tag == OTLS_DER_BMP_STRING ? 2 : 4) == 0;
    default:
        return true;
    }
}

bool otls_x509_algorithm_ok(otls_der identifier)
{
    otls_slice oid;
    otls_tlv tlv;

    if (!otls_der_value(&identifier, OTLS_DER_OID, &oid) || !otls_oid_ok(oid))
        return false;
    if (otls_der_at_end(&identifier))
        return true;
    if (!otls_der_next(&identifier, &tlv) || !otls_der_at_end(&identifier))
        return false;
    /* of the constructed types only SEQUENCE and SET are universal */
    if ((tlv.tag & 0xe0) == 0x20 && tlv.tag != OTLS_DER_SEQUENCE && tlv.tag != OTLS_DER_SET)
        return false;
    return (tlv.tag & 0x20) != 0 ? otls_der_well_formed(tlv.value, 8) : primitive_ok(&tlv);
}

/** Nothing, or NULL: RFC 4055 wants NULL with RSA, RFC 5758 nothing with ECDSA; both are seen. */
static bool empty_parameters(otls_der parameters)
{
    otls_slice null;

    if (otls_der_at_end(&parameters))
        return true;
    return otls_der_value(&parameters, OTLS_DER_NULL, &null) && null.size == 0 &&
           otls_der_at_end(&parameters);
}

static bool hash_of(otls_der identifier, uint8_t *hash)
{
    otls_slice oid;

    if (!otls_der_value(&identifier, OTLS_DER_OID, &oid) || !empty_parameters(identifier))
        return false;
    if (OTLS_OID_IS(oid, "\x2b\x0e\x03\x02\x1a")) {
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
static bool mask_of(otls_der identifier, uint8_t *hash)
{
    otls_slice oid;
    otls_der inside;

    return otls_der_value(&identifier, OTLS_DER_OID, &oid) &&
           OTLS_OID_IS(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08") &&
           otls_der_enter(&identifier, OTLS_DER_SEQUENCE, &inside) &&
           otls_der_at_end(&identifier) && hash_of(inside, hash);
}

/** One field of RSASSA-PSS-params; `field` 0 to 3 in the order of RFC 4055 3.1. */
static bool pss_field(otls_der explicit_tag, unsigned field, otls_signature_algorithm *out)
{
    otls_slice number;
    otls_der inside;
    uint32_t value;

    if (field < 2) {
        if (!otls_der_enter(&explicit_tag, OTLS_DER_SEQUENCE, &inside) ||
            !otls_der_at_end(&explicit_tag))
            return false;
        return field == 0 ? hash_of(inside, &out->hash) : mask_of(inside, &out->mgf_hash);
    }
    if (!otls_der_value(&explicit_tag, OTLS_DER_INTEGER, &number) ||
        !otls_der_at_end(&explicit_tag) || !otls_der_unsigned(number, &value))
        return false;
    if (field == 3)
        return value == 1;
    out->salt_length = (uint16_t)value;
    return value <= UINT16_MAX;
}

static bool pss_parameters(otls_der parameters, otls_signature_algorithm *out)
{
    otls_der sequence, inside;

    out->hash = OTLS_SIG_HASH_SHA1;
    out->mgf_hash = OTLS_SIG_HASH_SHA1;
    out->salt_length = 20;
    if (!otls_der_enter(&parameters, OTLS_DER_SEQUENCE, &sequence) || !otls_der_at_end(&parameters))
        return false;
    for (unsigned field = 0; field < 4; field++) {
        if (otls_der_tag(&sequence) != OTLS_DER_CONTEXT_CONSTRUCTED(field))
            continue;
        if (!otls_der_enter(&sequence, OTLS_DER_CONTEXT_CONSTRUCTED(field), &inside) ||
            !pss_field(inside, field, out))
            return false;
    }
    return otls_der_at_end(&sequence);
}

static bool read_parameters(otls_der parameters, otls_signature_algorithm *out)
{
    switch (out->kind) {
    case OTLS_SIG_RSA_PSS:
        return pss_parameters(parameters, out);
    case OTLS_SIG_ED25519:
    case OTLS_SIG_ED448:
        return otls_der_at_end(&parameters);
    default:
        return empty_parameters(parameters);
    }
}

void otls_x509_signature_algorithm(otls_der identifier, otls_signature_algorithm *out)
{
    const otls_signature_algorithm unknown = {.kind = 0};
    otls_slice oid;

    *out = unknown;
    if (!otls_der_value(&identifier, OTLS_DER_OID, &oid))
        return;
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
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
