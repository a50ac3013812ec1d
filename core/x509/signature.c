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

/**
 * The parameters that the algorithm's RFC demands. RSA: NULL; RFC 4055 5 has them accepted when
 * they are absent, but for SHA-1, which RFC 3279 2.2.1 defines. RSASSA-PSS: its own, RFC 4055 3.1.
 * Others: none, RFC 5758 3.2, RFC 3279 2.2.3, RFC 8410 3.
 */
static bool parameters_ok(const otls_signature_algorithm *algorithm, omni_der parameters)
{
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PKCS1:
        return omni_der_tag(&parameters) == OMNI_DER_NULL ||
               (omni_der_at_end(&parameters) && algorithm->hash != OTLS_SIG_HASH_SHA1);
    case OTLS_SIG_RSA_PSS:
        return omni_der_tag(&parameters) == OMNI_DER_SEQUENCE;
    default:
        return omni_der_at_end(&parameters);
    }
}

bool omni_x509_signature_algorithm(omni_der identifier, otls_signature_algorithm *out)
{
    const otls_signature_algorithm unknown = {.kind = 0};
    otls_slice oid;

    *out = unknown;
    if (!omni_der_value(&identifier, OMNI_DER_OID, &oid))
        return false;
    for (size_t i = 0; i < OMNI_COUNT(signatures); i++) {
        const signature_entry *entry = &signatures[i];

        if (oid.size != entry->oid_size || memcmp(oid.data, entry->oid, oid.size) != 0)
            continue;
        out->kind = entry->kind;
        out->hash = entry->hash;
        if (!parameters_ok(out, identifier)) {
            *out = unknown;
            return false;
        }
        if (out->kind == OTLS_SIG_RSA_PSS && !omni_x509_pss_parameters(identifier, out))
            *out = unknown;
        return true;
    }
    return true;
}
