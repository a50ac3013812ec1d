/* SPDX-License-Identifier: MIT */
#include "base/base.h"
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

typedef struct curve {
    const char *oid;
    uint8_t oid_size;
    uint8_t group; /* IANA "TLS Supported Groups" */
    uint16_t bits;
} curve;

static const curve curves[] = {
    {.oid = "\x2a\x86\x48\xce\x3d\x03\x01\x07", .oid_size = 8, .group = 23, .bits = 256},
    {.oid = "\x2b\x81\x04\x00\x22", .oid_size = 5, .group = 24, .bits = 384},
    {.oid = "\x2b\x81\x04\x00\x23", .oid_size = 5, .group = 25, .bits = 521},
    {.oid = "\x2b\x81\x04\x00\x0a", .oid_size = 5, .group = 22, .bits = 256},
    {.oid = "\x2b\x81\x04\x00\x21", .oid_size = 5, .group = 21, .bits = 224},
    {.oid = "\x2a\x86\x48\xce\x3d\x03\x01\x01", .oid_size = 8, .group = 19, .bits = 192},
    {.oid = "\x2b\x24\x03\x03\x02\x08\x01\x01\x07", .oid_size = 9, .group = 26, .bits = 256},
    {.oid = "\x2b\x24\x03\x03\x02\x08\x01\x01\x0b", .oid_size = 9, .group = 27, .bits = 384},
    {.oid = "\x2b\x24\x03\x03\x02\x08\x01\x01\x0d", .oid_size = 9, .group = 28, .bits = 512},
};

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
    if (exponent_bits < 2 || (exponent.data[exponent.size - 1] & 1) == 0)
        out->key_fault = OMNI_KEY_FAULT_EXPONENT;
    else if (bits > OMNI_RSA_MODULUS_BITS_MAX || exponent_bits > OMNI_RSA_EXPONENT_BITS_MAX)
        out->key_fault = OMNI_KEY_FAULT_SIZE;
    return true;
}

/**
 * RFC 4055 1.2, 3.1: without parameters such a key signs with any, with them it is bound to theirs.
 * What cannot be read of them binds to a digest that no signature has.
 */
static void read_pss(omni_x509 *out, omni_der parameters)
{
    const otls_signature_algorithm unknown = {.kind = OTLS_SIG_RSA_PSS, .hash = OTLS_SIG_HASH_NONE};

    if (!omni_der_at_end(&parameters) && !omni_x509_pss_parameters(parameters, &out->key_signs))
        out->key_signs = unknown;
}

/** The strength of a DSA key is its prime's, the first of the parameters. */
static bool read_dsa(omni_x509 *out, omni_der parameters)
{
    otls_slice prime;
    omni_der inside;
    size_t bits;

    if (!omni_der_enter(&parameters, OMNI_DER_SEQUENCE, &inside))
        return omni_der_at_end(&parameters); /* inherited parameters */
    if (!omni_der_value(&inside, OMNI_DER_INTEGER, &prime) || !omni_der_bit_length(prime, &bits) ||
        bits > UINT16_MAX)
        return false;
    out->key_bits = (uint16_t)bits;
    return true;
}

/** RFC 5480 2.2: uncompressed or compressed; the hybrid form of X9.62 MUST NOT be used. */
static bool point_ok(otls_slice key)
{
    return key.data[0] >= 2 && key.data[0] <= 4 && (key.data[0] != 4 || key.size % 2 == 1);
}

/** ECParameters: RFC 5480 allows a named curve only; others leave group and bits 0. */
static bool read_ec(omni_x509 *out, omni_der parameters, otls_slice key)
{
    otls_slice oid;

    if (key.size == 0)
        return false;
    if (!point_ok(key))
        out->key_fault = OMNI_KEY_FAULT_POINT;
    if (!omni_der_value(&parameters, OMNI_DER_OID, &oid))
        return !omni_der_at_end(&parameters);
    if (!omni_der_at_end(&parameters) || !omni_oid_ok(oid))
        return false;
    for (size_t i = 0; i < OMNI_COUNT(curves); i++) {
        if (oid.size == curves[i].oid_size && memcmp(oid.data, curves[i].oid, oid.size) == 0) {
            out->key_group = curves[i].group;
            out->key_bits = curves[i].bits;
            break;
        }
    }
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

const char *omni_key_fault_words(uint8_t fault)
{
    switch ((omni_key_fault)fault) {
    case OMNI_KEY_FAULT_EXPONENT:
        return "has an RSA key whose exponent is even or 1";
    case OMNI_KEY_FAULT_SIZE:
        return "has an RSA key of more than 16384 bits, or an exponent of more than 64";
    case OMNI_KEY_FAULT_POINT:
        return "has an elliptic curve key in a form that must not be used";
    case OMNI_KEY_FAULT_NONE:
        break;
    }
    return NULL;
}
