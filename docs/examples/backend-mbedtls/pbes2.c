/* SPDX-License-Identifier: MIT */
/*
 * PBES2 (RFC 8018 6.2) with AES-CBC, as OpenSSL writes it: 2.28 opens that with DES alone. How many
 * rounds the file asks for core has judged before.
 */
#include "mbed.h"

#include <mbedtls/asn1.h>
#include <mbedtls/cipher.h>
#include <mbedtls/oid.h>
#include <mbedtls/pkcs5.h>

#define IS(buffer, oid) ((buffer).len == sizeof(oid) - 1 && memcmp((buffer).p, oid, (buffer).len) == 0)

/* 2.16.840.1.101.3.4.1.x: AES-128, 192 and 256 in CBC */
static const char aes_cbc[] = "\x60\x86\x48\x01\x65\x03\x04\x01";

typedef struct scheme {
    mbedtls_asn1_buf salt, iv, data;
    int rounds;
    mbedtls_md_type_t md;
    mbedtls_cipher_type_t cipher;
} scheme;

static mbedtls_cipher_type_t cipher_of(const mbedtls_asn1_buf *oid)
{
    if (oid->len != sizeof(aes_cbc) || memcmp(oid->p, aes_cbc, sizeof(aes_cbc) - 1) != 0)
        return MBEDTLS_CIPHER_NONE;
    switch (oid->p[oid->len - 1]) {
    case 2:
        return MBEDTLS_CIPHER_AES_128_CBC;
    case 22:
        return MBEDTLS_CIPHER_AES_192_CBC;
    case 42:
        return MBEDTLS_CIPHER_AES_256_CBC;
    default:
        return MBEDTLS_CIPHER_NONE;
    }
}

/* PBKDF2-params: salt, count, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 */
static int read_derivation(const mbedtls_asn1_buf *params, scheme *s)
{
    unsigned char *at = params->p, *end = params->p + params->len;
    mbedtls_asn1_buf prf, none;
    int key_size = 0, rc;

    rc = mbedtls_asn1_get_tag(&at, end, &s->salt.len, MBEDTLS_ASN1_OCTET_STRING);
    if (rc != 0)
        return rc;
    s->salt.p = at;
    at += s->salt.len;
    rc = mbedtls_asn1_get_int(&at, end, &s->rounds);
    if (rc == 0 && at != end && *at == MBEDTLS_ASN1_INTEGER)
        rc = mbedtls_asn1_get_int(&at, end, &key_size);
    s->md = MBEDTLS_MD_SHA1;
    if (rc != 0 || at == end)
        return rc;
    rc = mbedtls_asn1_get_alg(&at, end, &prf, &none);
    return rc != 0 ? rc : mbedtls_oid_get_md_hmac(&prf, &s->md);
}

/* 0, 1 for a scheme that is not ours, or mbed TLS' number. */
static int read_scheme(otls_slice der, scheme *s)
{
    unsigned char *at = (unsigned char *)(uintptr_t)der.data, *end = at + der.size;
    mbedtls_asn1_buf oid, params, kdf, kdf_params, cipher;
    size_t size;
    int rc = mbedtls_asn1_get_tag(&at, end, &size,
                                  MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);

    if (rc == 0)
        rc = mbedtls_asn1_get_alg(&at, end, &oid, &params);
    if (rc == 0)
        rc = mbedtls_asn1_get_tag(&at, end, &s->data.len, MBEDTLS_ASN1_OCTET_STRING);
    if (rc != 0)
        return rc;
    s->data.p = at;
    if (!IS(oid, MBEDTLS_OID_PKCS5_PBES2))
        return 1;
    at = params.p;
    end = params.p + params.len;
    rc = mbedtls_asn1_get_alg(&at, end, &kdf, &kdf_params);
    if (rc == 0)
        rc = mbedtls_asn1_get_alg(&at, end, &cipher, &s->iv);
    if (rc != 0)
        return rc;
    s->cipher = cipher_of(&cipher);
    if (!IS(kdf, MBEDTLS_OID_PKCS5_PBKDF2) || s->cipher == MBEDTLS_CIPHER_NONE)
        return 1;
    return s->iv.len == 16 ? read_derivation(&kdf_params, s) : MBEDTLS_ERR_ASN1_INVALID_LENGTH;
}

static int derive(const scheme *s, otls_slice password, uint8_t *key, unsigned size)
{
    mbedtls_md_context_t md;
    int rc;

    mbedtls_md_init(&md);
    rc = mbedtls_md_setup(&md, mbedtls_md_info_from_type(s->md), 1);
    if (rc == 0)
        rc = mbedtls_pkcs5_pbkdf2_hmac(&md, password.data, password.size, s->salt.p, s->salt.len,
                                       (unsigned)s->rounds, size, key);
    mbedtls_md_free(&md);
    return rc;
}

static int decrypt(const scheme *s, const uint8_t *key, int bits, uint8_t *out, size_t *size)
{
    mbedtls_cipher_context_t cipher;
    int rc;

    mbedtls_cipher_init(&cipher);
    rc = mbedtls_cipher_setup(&cipher, mbedtls_cipher_info_from_type(s->cipher));
    if (rc == 0)
        rc = mbedtls_cipher_setkey(&cipher, key, bits, MBEDTLS_DECRYPT);
    if (rc == 0)
        rc = mbedtls_cipher_crypt(&cipher, s->iv.p, s->iv.len, s->data.p, s->data.len, out, size);
    mbedtls_cipher_free(&cipher);
    return rc;
}

int mbed_pbes2_open(const otls_key_source *source, uint8_t **plain, size_t *size)
{
    const mbedtls_cipher_info_t *info;
    scheme s = {.rounds = 0};
    uint8_t key[32];
    int rc = read_scheme(source->data, &s);

    if (rc != 0)
        return rc;
    info = mbedtls_cipher_info_from_type(s.cipher);
    if (info == NULL || s.rounds <= 0)
        return MBEDTLS_ERR_PK_KEY_INVALID_FORMAT;
    *plain = malloc(s.data.len + 16);
    if (*plain == NULL)
        return MBEDTLS_ERR_PK_ALLOC_FAILED;
    rc = derive(&s, source->password, key, info->key_bitlen / 8);
    if (rc == 0)
        rc = decrypt(&s, key, (int)info->key_bitlen, *plain, size);
    mbed_wipe(key, sizeof(key));
    if (rc == 0)
        return 0;
    mbed_wipe(*plain, s.data.len + 16);
    free(*plain);
    *plain = NULL;
    return MBEDTLS_ERR_PK_PASSWORD_MISMATCH;
}
