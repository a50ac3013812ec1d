/* SPDX-License-Identifier: MIT */
#include "x509/signature_form.h"

#include "base/base.h"
#include "x509/curves.h"
#include "x509/der.h"

/* IANA "TLS Supported Groups" */
enum { P224 = 21, P256 = 23, P521 = 25 };

enum { ED25519_HALF = 32, ED448_HALF = 57 };

/* The groups' orders, little-endian as S is: 2^252 + 277..., 2^446 - 138... (RFC 8032 5.1, 5.2). */
static const uint8_t ed25519_order[ED25519_HALF] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                                    0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                                    0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

static const uint8_t ed448_order[ED448_HALF] = {
    0xf3, 0x44, 0x58, 0xab, 0x92, 0xc2, 0x78, 0x23, 0x55, 0x8f, 0xc5, 0x8d, 0x72, 0xc2, 0x6c,
    0x21, 0x90, 0x36, 0xd6, 0xae, 0x49, 0xdb, 0x4e, 0xc4, 0xe9, 0x23, 0xca, 0x7c, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 0x00};

static bool edwards_ok(otls_slice signature, const uint8_t *order, size_t half)
{
    const uint8_t *s = signature.data + half;

    if (signature.size != 2 * half)
        return false;
    for (size_t i = half; i-- > 0;)
        if (s[i] != order[i])
            return s[i] < order[i];
    return false; /* the order itself */
}

/* A positive INTEGER in its shortest form. */
static bool take_positive(omni_der *der)
{
    otls_slice number;
    size_t bits;

    return omni_der_value(der, OMNI_DER_INTEGER, &number) && omni_der_bit_length(number, &bits) &&
           bits != 0;
}

static bool form_ok(const otls_signature_algorithm *algorithm, otls_slice signature)
{
    omni_der inside;

    switch (algorithm->kind) {
    case OTLS_SIG_ECDSA:
        return omni_der_only(signature, OMNI_DER_SEQUENCE, &inside) && take_positive(&inside) &&
               take_positive(&inside) && omni_der_at_end(&inside);
    case OTLS_SIG_ED25519:
        return edwards_ok(signature, ed25519_order, ED25519_HALF);
    case OTLS_SIG_ED448:
        return edwards_ok(signature, ed448_order, ED448_HALF);
    default:
        return true;
    }
}

bool omni_signature_common(const omni_x509 *signer, const otls_signature_algorithm *algorithm)
{
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PSS: /* GnuTLS has no SHA-1 and no SHA-224 there */
        return algorithm->hash >= OTLS_SIG_HASH_SHA256 && signer->key_bits <= 4096;
    case OTLS_SIG_RSA_PKCS1: /* wolfSSL is usually built for so many bits */
        return signer->key_bits <= 4096;
    case OTLS_SIG_ECDSA:
        return signer->key_group == P224 ||
               (signer->key_group >= P256 && signer->key_group <= P521);
    default:
        return true;
    }
}

static uint8_t kind_of_key(const omni_x509 *signer, const otls_signature_algorithm *algorithm)
{
    switch ((omni_key_type)signer->key_type) {
    case OMNI_KEY_RSA:
        return algorithm->kind == OTLS_SIG_RSA_PSS ? OTLS_SIG_RSA_PSS : OTLS_SIG_RSA_PKCS1;
    case OMNI_KEY_RSA_PSS:
        return OTLS_SIG_RSA_PSS;
    case OMNI_KEY_EC:
        return OTLS_SIG_ECDSA;
    case OMNI_KEY_ED25519:
        return OTLS_SIG_ED25519;
    case OMNI_KEY_ED448:
        return OTLS_SIG_ED448;
    case OMNI_KEY_DSA:
    case OMNI_KEY_UNKNOWN:
        break;
    }
    return 0;
}

static bool permitted(const otls_signature_algorithm *key, const otls_signature_algorithm *asked)
{
    return key->kind == 0 || (key->hash == asked->hash && key->mgf_hash == asked->mgf_hash &&
                              key->salt_length <= asked->salt_length);
}

/* 1 .. n - 1, SEC 1 4.1.4: a signature has the form of one before this is asked. */
static bool scalars_ok(uint16_t group, otls_slice signature)
{
    const omni_curve *curve = omni_curve_of_group(group);
    otls_slice r, s;
    omni_der inside;

    return curve == NULL || (omni_der_only(signature, OMNI_DER_SEQUENCE, &inside) &&
                             omni_der_value(&inside, OMNI_DER_INTEGER, &r) &&
                             omni_der_value(&inside, OMNI_DER_INTEGER, &s) &&
                             omni_curve_has_scalar(curve, r) && omni_curve_has_scalar(curve, s));
}

/* What depends on the key: RSA's is as long as the modulus (RFC 8017 8.1.2, 8.2.2). */
static bool size_ok(const omni_x509 *signer, const otls_signature_algorithm *algorithm,
                    otls_slice signature)
{
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PKCS1:
    case OTLS_SIG_RSA_PSS:
        return signature.size == (signer->key_bits + 7u) / 8;
    case OTLS_SIG_ECDSA:
        return scalars_ok(signer->key_group, signature);
    default:
        return true;
    }
}

otls_status omni_signature_fits(const omni_x509 *signer, const otls_signature_algorithm *algorithm,
                                otls_slice signature, otls_error *err)
{
    const otls_signature_algorithm *bound = &signer->key_signs;
    const uint8_t kind = kind_of_key(signer, algorithm);

    if (kind == 0 || (bound->kind != 0 && bound->hash == OTLS_SIG_HASH_NONE))
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED,
                         "a signature by a key of an unknown kind");
    if (kind != algorithm->kind)
        return omni_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE,
                         "key and signature algorithm do not fit together");
    if (!permitted(bound, algorithm))
        return omni_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE,
                         "the key may not sign with these RSASSA-PSS parameters");
    OMNI_TRY(omni_signature_form(algorithm, signature, err));
    return size_ok(signer, algorithm, signature)
               ? OTLS_OK
               : omni_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE,
                           "the signature is none that this key can make");
}

otls_status omni_signature_form(const otls_signature_algorithm *algorithm, otls_slice signature,
                                otls_error *err)
{
    if (algorithm->kind == OTLS_SIG_RSA_PSS && algorithm->mgf_hash != algorithm->hash)
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "an RSASSA-PSS signature with two different digests");
    return form_ok(algorithm, signature)
               ? OTLS_OK
               : omni_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE, "the signature is malformed");
}
