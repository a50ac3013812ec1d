/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "x509/curves.h"
#include "x509/parts.h"

typedef struct key_algorithm {
    const char *oid;
    uint8_t oid_size;
    uint8_t type;
    uint16_t bits; /* 0 = depends on the key */
} key_algorithm;

/* Ed25519 and Ed448: the parameter b of RFC 8032, which is the size of a public key */
static const key_algorithm key_algorithms[] = {
    {.oid = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", .oid_size = 9, .type = OMNI_KEY_RSA},
    {.oid = "\x2a\x86\x48\xce\x3d\x02\x01", .oid_size = 7, .type = OMNI_KEY_EC},
    {.oid = "\x2b\x65\x70", .oid_size = 3, .type = OMNI_KEY_ED25519, .bits = 256},
    {.oid = "\x2b\x65\x71", .oid_size = 3, .type = OMNI_KEY_ED448, .bits = 456},
    {.oid = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", .oid_size = 9, .type = OMNI_KEY_RSA_PSS},
    {.oid = "\x2a\x86\x48\xce\x38\x04\x01", .oid_size = 7, .type = OMNI_KEY_DSA},
};

static bool odd(otls_slice number)
{
    return (number.data[number.size - 1] & 1) != 0;
}

/** RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static bool read_rsa(omni_x509 *out, otls_slice key)
{
    otls_slice modulus, exponent;
    omni_der inside;
    size_t bits, exponent_bits;

    if (!omni_der_only(key, OMNI_DER_SEQUENCE, &inside) ||
        !omni_der_value(&inside, OMNI_DER_INTEGER, &modulus) ||
        !omni_der_value(&inside, OMNI_DER_INTEGER, &exponent) || !omni_der_at_end(&inside) ||
        !omni_der_bit_length(modulus, &bits) || !omni_der_bit_length(exponent, &exponent_bits))
        return false;
    if (bits == 0 || bits > UINT16_MAX || exponent_bits == 0)
        return false;
    out->key_bits = (uint16_t)bits;
    if (exponent_bits < 2 || !odd(exponent))
        out->key_fault = OMNI_KEY_FAULT_EXPONENT;
    else if (!odd(modulus))
        out->key_fault = OMNI_KEY_FAULT_MODULUS;
    else if (bits > OMNI_RSA_MODULUS_BITS_MAX || exponent_bits > OMNI_RSA_EXPONENT_BITS_MAX)
        out->key_fault = OMNI_KEY_FAULT_SIZE;
    return true;
}

/** rsaEncryption has NULL, RFC 3279 2.3.1; read_rsa says so unless there is something graver. */
static void read_null(omni_x509 *out, omni_der parameters)
{
    otls_slice null;

    if (!omni_der_value(&parameters, OMNI_DER_NULL, &null)) /* algorithm_ok: empty, and the last */
        out->key_fault = OMNI_KEY_FAULT_PARAMETERS;
}

/**
 * RFC 4055 1.2, 3.1: without parameters such a key signs with any, with them it is bound to theirs.
 * What cannot be read of them binds to a digest that no signature has.
 */
static void read_pss(omni_x509 *out, omni_der parameters)
{
    const otls_signature_algorithm unknown = {.kind = OTLS_SIG_RSA_PSS, .hash = OTLS_SIG_HASH_NONE};

    if (omni_der_at_end(&parameters))
        return;
    if (omni_der_tag(&parameters) != OMNI_DER_SEQUENCE)
        out->key_fault = OMNI_KEY_FAULT_PARAMETERS;
    if (!omni_x509_pss_parameters(parameters, &out->key_signs))
        out->key_signs = unknown;
}

/**
 * The strength of a DSA key is its prime's, the first of the parameters. No engine is asked about
 * one: TLS has no use for it (RFC 8446 1.2), and not every engine can read it.
 */
static bool read_dsa(omni_x509 *out, omni_der parameters)
{
    otls_slice prime;
    omni_der inside;
    size_t bits;

    out->key_fault = OMNI_KEY_FAULT_DSA;
    if (!omni_der_enter(&parameters, OMNI_DER_SEQUENCE, &inside))
        return omni_der_at_end(&parameters); /* inherited parameters */
    if (!omni_der_value(&inside, OMNI_DER_INTEGER, &prime) || !omni_der_bit_length(prime, &bits) ||
        bits > UINT16_MAX)
        return false;
    out->key_bits = (uint16_t)bits;
    return true;
}

/**
 * RFC 5480 2.2: uncompressed. The compressed form MAY be supported; engines differ, and TLS has
 * deprecated it (RFC 8422 5.1.1). The hybrid form of X9.62 MUST NOT be used.
 */
static omni_key_fault point_fault(const omni_curve *curve, otls_slice key)
{
    const size_t size = omni_curve_size(curve);

    switch (key.data[0]) {
    case 2:
    case 3:
        return key.size == 1 + size ? OMNI_KEY_FAULT_COMPRESSED : OMNI_KEY_FAULT_POINT_SIZE;
    case 4:
        if (key.size != 1 + 2 * size)
            return OMNI_KEY_FAULT_POINT_SIZE;
        return omni_curve_has_point(curve, key.data + 1) ? OMNI_KEY_FAULT_NONE
                                                         : OMNI_KEY_FAULT_OFF_CURVE;
    default:
        return OMNI_KEY_FAULT_POINT;
    }
}

/** ECParameters: RFC 5480 2.1.1 allows a named curve only; others leave group and bits 0. */
static bool read_ec(omni_x509 *out, omni_der parameters, otls_slice key)
{
    const omni_curve *curve;
    otls_slice oid;

    if (key.size == 0)
        return false;
    switch (omni_der_tag(&parameters)) {
    case OMNI_DER_SEQUENCE:
        out->key_fault = OMNI_KEY_FAULT_CURVE_SPELT_OUT;
        return true;
    case OMNI_DER_NULL:
        out->key_fault = OMNI_KEY_FAULT_CURVE_IMPLICIT;
        return true;
    default:
        break;
    }
    if (!omni_der_value(&parameters, OMNI_DER_OID, &oid) || !omni_der_at_end(&parameters) ||
        !omni_oid_ok(oid))
        return false;
    curve = omni_curve_of_oid(oid);
    if (curve == NULL) {
        out->key_fault = OMNI_KEY_FAULT_CURVE_UNKNOWN;
        return true;
    }
    out->key_group = omni_curve_group(curve);
    out->key_bits = omni_curve_bits(curve);
    out->key_fault = (uint8_t)point_fault(curve, key);
    return true;
}

/** Ed25519, Ed448: no parameters, and a key of exactly its size (RFC 8410). */
static bool read_edwards(const omni_x509 *out, const omni_der *parameters, otls_slice key)
{
    return omni_der_at_end(parameters) && key.size * 8 == out->key_bits;
}

static bool read_key(omni_x509 *out, omni_der parameters, otls_slice key)
{
    switch (out->key_type) {
    case OMNI_KEY_RSA_PSS:
        read_pss(out, parameters);
        return read_rsa(out, key);
    case OMNI_KEY_RSA:
        read_null(out, parameters);
        return read_rsa(out, key);
    case OMNI_KEY_EC:
        return read_ec(out, parameters, key);
    case OMNI_KEY_ED25519:
    case OMNI_KEY_ED448:
        return read_edwards(out, &parameters, key);
    case OMNI_KEY_DSA:
        return read_dsa(out, parameters);
    default:
        return true;
    }
}

const char *omni_x509_key(omni_x509 *out, omni_der spki)
{
    otls_slice oid, bits, key;
    omni_der algorithm;

    if (!omni_der_enter(&spki, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_x509_algorithm_ok(algorithm) || !omni_der_value(&algorithm, OMNI_DER_OID, &oid) ||
        !omni_oid_ok(oid) || !omni_der_value(&spki, OMNI_DER_BIT_STRING, &bits) ||
        !omni_der_octets(bits, &key) || !omni_der_at_end(&spki))
        return "subjectPublicKeyInfo is malformed";
    for (size_t i = 0; i < OMNI_COUNT(key_algorithms); i++) {
        const key_algorithm *entry = &key_algorithms[i];

        if (oid.size == entry->oid_size && memcmp(oid.data, entry->oid, oid.size) == 0) {
            out->key_type = entry->type;
            out->key_bits = entry->bits;
            break;
        }
    }
    return read_key(out, algorithm, key) ? NULL : "the public key is malformed";
}
