/* SPDX-License-Identifier: MIT */
/* 1.1.1 has no other way to look into a key */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "make_odd.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

static const EC_GROUP *group_of(EVP_PKEY *key)
{
    return EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key));
}

/* One element of DER as a parameter: its type, and what ASN1_TYPE wants of it. */
static bool parse_parameters(const char *how, EVP_PKEY *key, int *type, void **value)
{
    unsigned char *der = NULL;
    const unsigned char *at;
    long size = 0;
    ASN1_TYPE *any;

    *value = NULL;
    *type = strcmp(how, "null") == 0 ? V_ASN1_NULL : V_ASN1_UNDEF;
    if (strcmp(how, "none") == 0 || strcmp(how, "null") == 0)
        return true;
    if (strcmp(how, "explicit") == 0) {
        EC_GROUP *group = EC_GROUP_dup(group_of(key));

        EC_GROUP_set_asn1_flag(group, OPENSSL_EC_EXPLICIT_CURVE);
        size = i2d_ECPKParameters(group, &der);
        EC_GROUP_free(group);
    } else {
        der = OPENSSL_hexstr2buf(how, &size);
    }
    at = der;
    any = size > 0 ? d2i_ASN1_TYPE(NULL, &at, size) : NULL;
    if (any != NULL) {
        *type = any->type;
        *value = any->value.ptr; /* its owner is the algorithm now */
        any->value.ptr = NULL;
        any->type = V_ASN1_NULL;
    }
    ASN1_TYPE_free(any);
    OPENSSL_free(der);
    return any != NULL;
}

static bool replace(X509 *cert, int type, void *value, const unsigned char *bits, int size)
{
    X509_PUBKEY *to = X509_get_X509_PUBKEY(cert);
    unsigned char *copy = OPENSSL_memdup(bits, (size_t)size);
    ASN1_OBJECT *algorithm;

    X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, to);
    return copy != NULL &&
           X509_PUBKEY_set0_param(to, OBJ_dup(algorithm), type, value, copy, size) == 1;
}

bool make_odd_key_parameters(X509 *cert, EVP_PKEY *key, const char *how)
{
    const unsigned char *bits;
    void *value;
    int size, type;

    return parse_parameters(how, key, &type, &value) &&
           X509_PUBKEY_get0_param(NULL, &bits, &size, NULL, X509_get_X509_PUBKEY(cert)) == 1 &&
           replace(cert, type, value, bits, size);
}

/* The field's prime as x, where there is room: the same as zero, and y^2 = b has a solution or not.
 */
static void prime_as_x(const EC_GROUP *group, unsigned char *point, size_t half)
{
    BIGNUM *p = BN_new();

    EC_GROUP_get_curve(group, p, NULL, NULL, NULL);
    BN_bn2binpad(p, point + 1, (int)half);
    BN_free(p);
}

bool make_odd_point(X509 *cert, EVP_PKEY *key, const char *how)
{
    const EC_GROUP *group = group_of(key);
    const EC_POINT *point = EC_KEY_get0_public_key(EVP_PKEY_get0_EC_KEY(key));
    const point_conversion_form_t form =
        strcmp(how, "compressed") == 0 ? POINT_CONVERSION_COMPRESSED
        : strcmp(how, "hybrid") == 0   ? POINT_CONVERSION_HYBRID
                                       : POINT_CONVERSION_UNCOMPRESSED;
    unsigned char bits[160] = {0};
    size_t size = EC_POINT_point2oct(group, point, form, bits, sizeof(bits) - 2, NULL);
    ASN1_OBJECT *curve = OBJ_dup(OBJ_nid2obj(EC_GROUP_get_curve_name(group)));

    if (strcmp(how, "short") == 0)
        size -= 2;
    else if (strcmp(how, "long") == 0)
        size += 2;
    else if (strcmp(how, "off") == 0)
        bits[size - 1] ^= 1;
    else if (strcmp(how, "prime") == 0)
        prime_as_x(group, bits, (size - 1) / 2);
    else if (strcmp(how, "infinity") == 0)
        size = 1, bits[0] = 0;
    else if (strcmp(how, "tag-5") == 0)
        bits[0] = 5;
    else if (form == POINT_CONVERSION_UNCOMPRESSED)
        return false;
    return replace(cert, V_ASN1_OBJECT, curve, bits, (int)size);
}

/* ---- signatures ------------------------------------------------------------------------------ */

static bool sign_again(X509 *cert, EVP_PKEY *key, const char *digest)
{
    const bool edwards = EVP_PKEY_id(key) == EVP_PKEY_ED25519 || EVP_PKEY_id(key) == EVP_PKEY_ED448;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const ASN1_BIT_STRING *signature = NULL;
    unsigned char *tbs = NULL, value[1024];
    size_t size = sizeof(value);
    const int tbs_size = i2d_re_X509_tbs(cert, &tbs);
    bool good;

    X509_get0_signature(&signature, NULL, cert);
    good = tbs_size > 0 &&
           EVP_DigestSignInit(context, NULL, edwards ? NULL : EVP_get_digestbyname(digest), NULL,
                              key) == 1 &&
           EVP_DigestSign(context, value, &size, tbs, (size_t)tbs_size) == 1 &&
           ASN1_STRING_set((ASN1_BIT_STRING *)(size_t)signature, value, (int)size) == 1;
    OPENSSL_free(tbs);
    EVP_MD_CTX_free(context);
    return good;
}

static bool set_parameters(const X509_ALGOR *algorithm, EVP_PKEY *key, const char *how)
{
    const ASN1_OBJECT *oid;
    void *value;
    int type;

    X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
    return parse_parameters(how, key, &type, &value) &&
           X509_ALGOR_set0((X509_ALGOR *)(size_t)algorithm, OBJ_dup(oid), type, value) == 1;
}

bool make_odd_parameters(X509 *cert, EVP_PKEY *signer, const char *digest, const char *how)
{
    const X509_ALGOR *outer;

    X509_get0_signature(NULL, &outer, cert);
    return set_parameters(outer, signer, how) &&
           set_parameters(X509_get0_tbs_sigalg(cert), signer, how) &&
           sign_again(cert, signer, digest);
}

static bool odd_ecdsa(ASN1_BIT_STRING *signature, EVP_PKEY *signer, const char *how)
{
    const BIGNUM *order = EC_GROUP_get0_order(group_of(signer));
    const unsigned char *at = ASN1_STRING_get0_data(signature);
    ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, ASN1_STRING_length(signature));
    BIGNUM *r = BN_dup(ECDSA_SIG_get0_r(parsed)), *s = BN_dup(ECDSA_SIG_get0_s(parsed));
    unsigned char *der = NULL;
    bool good = true;
    int size;

    if (strcmp(how, "r+n") == 0)
        BN_add(r, r, order);
    else if (strcmp(how, "s+n") == 0)
        BN_add(s, s, order);
    else if (strcmp(how, "n") == 0)
        BN_copy(r, order);
    else
        good = false;
    ECDSA_SIG_set0(parsed, r, s);
    size = i2d_ECDSA_SIG(parsed, &der);
    good = good && size > 0 && ASN1_STRING_set(signature, der, size) == 1;
    OPENSSL_free(der);
    ECDSA_SIG_free(parsed);
    return good;
}

bool make_odd_signature(X509 *cert, EVP_PKEY *signer, const char *how)
{
    const ASN1_BIT_STRING *found = NULL;
    ASN1_BIT_STRING *signature;
    unsigned char value[1025] = {0};
    int size;

    X509_get0_signature(&found, NULL, cert);
    signature = (ASN1_BIT_STRING *)(size_t)found;
    size = ASN1_STRING_length(signature);
    if (EVP_PKEY_id(signer) == EVP_PKEY_EC)
        return odd_ecdsa(signature, signer, how);
    if (size > (int)sizeof(value) - 1)
        return false;
    memcpy(value + 1, ASN1_STRING_get0_data(signature), (size_t)size);
    return strcmp(how, "long") == 0    ? ASN1_STRING_set(signature, value, size + 1) == 1
           : strcmp(how, "short") == 0 ? ASN1_STRING_set(signature, value + 2, size - 1) == 1
                                       : false;
}
