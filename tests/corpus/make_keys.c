/* SPDX-License-Identifier: MIT */
/* 1.1.1 has no other way to put a key together */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "make_keys.h"

#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int curve_of(const char *kind)
{
    const int nid = EC_curve_nist2nid(kind);

    return nid != NID_undef ? nid : OBJ_sn2nid(kind);
}

/* "pss2048-SHA256-SHA1-20" */
static int prepare_pss(EVP_PKEY_CTX *maker, const char *kind)
{
    char hash[16], mask[16];
    int bits, salt;
    const int count = sscanf(kind, "pss%d-%15[^-]-%15[^-]-%d", &bits, hash, mask, &salt);

    if (EVP_PKEY_CTX_set_rsa_keygen_bits(maker, bits) != 1 || count == 1)
        return count == 1;
    return count == 4 &&
           EVP_PKEY_CTX_set_rsa_pss_keygen_md(maker, EVP_get_digestbyname(hash)) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(maker, EVP_get_digestbyname(mask)) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(maker, salt) == 1;
}

/* What is to be said before a key of this type is made. */
static int prepare(EVP_PKEY_CTX *maker, int type, const char *kind)
{
    if (type == EVP_PKEY_RSA_PSS)
        return prepare_pss(maker, kind);
    if (type == EVP_PKEY_RSA)
        return EVP_PKEY_CTX_set_rsa_keygen_bits(maker, atoi(kind + 3));
    return type == EVP_PKEY_EC ? EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker, curve_of(kind)) : 1;
}

/* "rsa-e1": an odd modulus of 2048 bits that nobody needs to factor, with this exponent; 1 is its
 * own private exponent, so that such a key signs. "rsa-x65": an exponent of so many bits.
 * "rsa-n16385": a modulus of so many. "rsa-m2048": an even one. */
static EVP_PKEY *odd_rsa(const char *kind)
{
    const int number = atoi(kind + 5);
    RSA *rsa = RSA_new();
    EVP_PKEY *key = EVP_PKEY_new();
    BIGNUM *n = BN_new(), *e = BN_new();

    BN_rand(n, kind[4] == 'n' ? number : 2048, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD);
    if (kind[4] == 'm')
        BN_clear_bit(n, 0);
    BN_set_word(e, kind[4] == 'e' ? (BN_ULONG)number : 65537);
    if (kind[4] == 'x') {
        BN_one(e);
        BN_set_bit(e, number - 1);
    }
    if (RSA_set0_key(rsa, n, e, BN_is_one(e) ? BN_dup(e) : NULL) != 1 ||
        EVP_PKEY_assign_RSA(key, rsa) != 1)
        return NULL;
    return key;
}

/* "dsa": a key's numbers, of its sizes; nobody computes with them. */
static EVP_PKEY *odd_dsa(void)
{
    DSA *dsa = DSA_new();
    EVP_PKEY *key = EVP_PKEY_new();
    BIGNUM *p = BN_new(), *q = BN_new(), *g = BN_new(), *y = BN_new();

    BN_rand(p, 2048, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD);
    BN_rand(q, 256, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD);
    BN_rand(g, 2047, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
    BN_rand(y, 2047, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
    return DSA_set0_pqg(dsa, p, q, g) == 1 && DSA_set0_key(dsa, y, NULL) == 1 &&
                   EVP_PKEY_assign_DSA(key, dsa) == 1
               ? key
               : NULL;
}

bool make_keys_odd(const char *kind)
{
    return strncmp(kind, "rsa-", 4) == 0 || strcmp(kind, "dsa") == 0;
}

EVP_PKEY *make_keys_new(const char *kind)
{
    if (make_keys_odd(kind))
        return strcmp(kind, "dsa") == 0 ? odd_dsa() : odd_rsa(kind);
    const int type = strncmp(kind, "rsa", 3) == 0   ? EVP_PKEY_RSA
                     : strncmp(kind, "pss", 3) == 0 ? EVP_PKEY_RSA_PSS
                     : strcmp(kind, "ed25519") == 0 ? EVP_PKEY_ED25519
                     : strcmp(kind, "ed448") == 0   ? EVP_PKEY_ED448
                                                    : EVP_PKEY_EC;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_id(type, NULL);
    EVP_PKEY *key = NULL;

    if (maker == NULL || EVP_PKEY_keygen_init(maker) != 1 || prepare(maker, type, kind) != 1 ||
        EVP_PKEY_keygen(maker, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(maker);
    return key;
}

static bool set_pss(EVP_PKEY_CTX *parameters, const char *pss)
{
    const char *mask = strchr(pss, '-');
    const int salt = *pss != '\0' ? atoi(pss) : RSA_PSS_SALTLEN_DIGEST;

    return EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, salt) == 1 &&
           (mask == NULL ||
            EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, EVP_get_digestbyname(mask + 1)) == 1);
}

static EVP_MD_CTX *signer(EVP_PKEY *key, const char *digest, const char *pss)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;
    const bool edwards = EVP_PKEY_id(key) == EVP_PKEY_ED25519 || EVP_PKEY_id(key) == EVP_PKEY_ED448;
    const EVP_MD *md = edwards ? NULL : EVP_get_digestbyname(digest);

    if (EVP_DigestSignInit(context, &parameters, md, NULL, key) == 1 &&
        (pss == NULL || set_pss(parameters, pss)))
        return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

/* OpenSSL 3.5 makes version 3 of what it signs when there are extensions: sign again what was asked
 * for. */
static bool keep_version(X509 *cert, long version, EVP_MD_CTX *context)
{
    const ASN1_BIT_STRING *signature = NULL;
    unsigned char *tbs = NULL, value[1024];
    size_t size = sizeof(value);
    int tbs_size;
    bool good;

    if (X509_get_version(cert) == version)
        return true;
    X509_set_version(cert, version);
    tbs_size = i2d_re_X509_tbs(cert, &tbs);
    X509_get0_signature(&signature, NULL, cert);
    good = tbs_size > 0 && EVP_DigestSign(context, value, &size, tbs, (size_t)tbs_size) == 1 &&
           ASN1_STRING_set((ASN1_BIT_STRING *)(size_t)signature, value, (int)size) == 1;
    OPENSSL_free(tbs);
    return good;
}

/* OpenSSL's own would refuse what a bound key may not do. */
static EVP_PKEY *unbound(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    const unsigned char *at;
    EVP_PKEY *plain;
    int size;

    if (EVP_PKEY_id(key) != EVP_PKEY_RSA_PSS) {
        EVP_PKEY_up_ref(key);
        return key;
    }
    size = i2d_RSAPrivateKey((RSA *)(size_t)EVP_PKEY_get0_RSA(key), &der);
    at = der;
    plain = size > 0 ? d2i_PrivateKey(EVP_PKEY_RSA, NULL, &at, size) : NULL;
    OPENSSL_free(der);
    return plain;
}

bool make_keys_sign(X509 *cert, EVP_PKEY *bound, const char *digest, const char *pss)
{
    const long version = X509_get_version(cert);
    EVP_PKEY *key = unbound(bound);
    EVP_MD_CTX *first = signer(key, digest, pss), *second = signer(key, digest, pss);
    /* each signature uses its context up */
    const bool good = first != NULL && second != NULL && X509_sign_ctx(cert, first) > 0 &&
                      keep_version(cert, version, second);

    EVP_MD_CTX_free(second);
    EVP_MD_CTX_free(first);
    EVP_PKEY_free(key);
    return good;
}
