/* SPDX-License-Identifier: MIT */
/**
 * @file public.c
 * Public keys from SubjectPublicKeyInfo. OpenSSL 3's decoder takes 85 microseconds for any key; the
 * common ones, recognised by their fixed beginnings, are handed over as numbers in 4 to 17. What is
 * not recognised to the last byte takes the long way, which alone decides what is wrong with it.
 */
#include "ossl.h"
#if OSSL_AT_LEAST_3
#include <openssl/core_names.h>
#include <openssl/params.h>

static EVP_PKEY *from_params(const char *type, OSSL_PARAM *params)
{
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* RFC 5480: everything before an uncompressed point, which ends the key. */
static const struct {
    uint8_t prefix_size, point_size;
    const char *group;
    uint8_t prefix[26];
} curves[] = {
    {26, 65, "P-256", {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00}},
    {23, 97, "P-384", {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
                       0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00}},
};

static EVP_PKEY *quick_ec(otls_slice spki)
{
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        const size_t prefix = curves[i].prefix_size;
        if (spki.size != prefix + curves[i].point_size || spki.data[prefix] != 0x04 ||
            memcmp(spki.data, curves[i].prefix, prefix) != 0)
            continue;
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                             (char *)(uintptr_t)curves[i].group, 0),
            OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                              (void *)(uintptr_t)(spki.data + prefix),
                                              curves[i].point_size),
            OSSL_PARAM_construct_end(),
        };
        return from_params("EC", params);
    }
    return NULL;
}

/* Enter the element `tag` at the start of `*in`, which it must fill when `whole`. */
static bool der_enter(otls_slice *in, uint8_t tag, bool whole, otls_slice *out)
{
    size_t header = 2;
    if (in->size < 2 || in->data[0] != tag)
        return false;
    size_t size = in->data[1];
    if (size == 0x81 && in->size > 2 && in->data[2] >= 0x80) {
        size = in->data[2];
        header = 3;
    } else if (size == 0x82 && in->size > 3 && in->data[2] != 0) {
        size = (size_t)in->data[2] << 8 | in->data[3];
        header = 4;
    } else if (size >= 0x80) {
        return false;
    }
    if (size == 0 || size > in->size - header || (whole && size != in->size - header))
        return false;
    *out = (otls_slice){in->data + header, size};
    *in = (otls_slice){in->data + header + size, in->size - header - size};
    return true;
}

/* A positive INTEGER, shortest form, to native byte order. */
static bool der_number(otls_slice *in, bool whole, uint8_t *out, size_t capacity, size_t *size)
{
    otls_slice body;
    if (!der_enter(in, 0x02, whole, &body) || (body.data[0] & 0x80) != 0)
        return false;
    if (body.data[0] == 0 && (body.size < 2 || (body.data[1] & 0x80) == 0))
        return false;
    if (body.data[0] == 0)
        body = (otls_slice){body.data + 1, body.size - 1};
    if (body.size > capacity)
        return false;
    BIGNUM *number = BN_bin2bn(body.data, (int)body.size, NULL);
    const bool ok = number != NULL && BN_bn2nativepad(number, out, (int)body.size) >= 0;
    BN_free(number);
    *size = body.size;
    return ok;
}

static EVP_PKEY *quick_rsa(otls_slice spki)
{
    static const uint8_t algorithm[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    uint8_t modulus[1024];
    uint8_t exponent[8];
    size_t modulus_size = 0;
    size_t exponent_size = 0;
    otls_slice at;
    otls_slice body;
    if (!der_enter(&spki, 0x30, true, &at) || at.size <= sizeof(algorithm) ||
        memcmp(at.data, algorithm, sizeof(algorithm)) != 0)
        return NULL;
    at = (otls_slice){at.data + sizeof(algorithm), at.size - sizeof(algorithm)};
    if (!der_enter(&at, 0x03, true, &body) || body.data[0] != 0)
        return NULL;
    body = (otls_slice){body.data + 1, body.size - 1};
    if (!der_enter(&body, 0x30, true, &at) ||
        !der_number(&at, false, modulus, sizeof(modulus), &modulus_size) ||
        !der_number(&at, true, exponent, sizeof(exponent), &exponent_size))
        return NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, modulus_size),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, exponent_size),
        OSSL_PARAM_construct_end(),
    };
    return from_params("RSA", params);
}

static EVP_PKEY *quick(otls_slice spki)
{
    EVP_PKEY *pkey = quick_ec(spki);
    return pkey != NULL ? pkey : quick_rsa(spki);
}
#else
static EVP_PKEY *quick(otls_slice spki)
{
    (void)spki; /* 1.1.1 has no slow decoder */
    return NULL;
}
#endif

/* Would OpenSSL know what to do with a well-formed key of this algorithm? */
static bool algorithm_known(const X509_PUBKEY *wrapped)
{
    X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *oid = NULL;
    const void *parameter = NULL;
    int type = V_ASN1_UNDEF;
    (void)X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, (X509_PUBKEY *)(uintptr_t)wrapped);
    X509_ALGOR_get0(&oid, &type, &parameter, algorithm);
    const int nid = OBJ_obj2nid(oid);
    if (nid != NID_X9_62_id_ecPublicKey)
        return nid == NID_rsaEncryption || nid == NID_rsassaPss || nid == NID_ED25519 ||
               nid == NID_ED448;
    EC_GROUP *group = type == V_ASN1_OBJECT
                          ? EC_GROUP_new_by_curve_name(OBJ_obj2nid((const ASN1_OBJECT *)parameter))
                          : NULL;
    EC_GROUP_free(group);
    return group != NULL;
}

EVP_PKEY *ossl_public_key(otls_slice spki, bool *malformed)
{
    const unsigned char *at = spki.data;
    *malformed = true;
    if (spki.size == 0 || spki.size > INT32_MAX)
        return NULL;
    EVP_PKEY *pkey = quick(spki);
    if (pkey != NULL)
        return pkey;
    X509_PUBKEY *wrapped = d2i_X509_PUBKEY(NULL, &at, (long)spki.size);
    if (wrapped != NULL && at == spki.data + spki.size) {
        pkey = X509_PUBKEY_get(wrapped);
        *malformed = pkey == NULL && algorithm_known(wrapped);
    }
    X509_PUBKEY_free(wrapped);
    return pkey;
}
