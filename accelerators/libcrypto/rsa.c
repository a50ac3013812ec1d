/* SPDX-License-Identifier: MIT */
/*
 * Signatures with RSA. libcrypto computes by the Chinese remainder theorem, with blinding, and raises
 * the result to the public exponent before it gives it out, so a fault does not tell the key.
 */
#include "crypto.h"

#include <limits.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static EVP_PKEY *pkey_of(const otls_rsa_key *key)
{
    return (EVP_PKEY *)(uintptr_t)key;
}

static otls_status fail(otls_error *err, otls_status status, const char *text)
{
    return otls_backend_fail(err, status,
                             status == OTLS_E_UNSUPPORTED ? OTLS_CODE_KEY_UNSUPPORTED
                                                          : OTLS_CODE_NONE,
                             LCR_NAME, (int64_t)ERR_peek_last_error(), "%s", text);
}

/* Exactly one key, by its own shape; as libcrypto tries all forms, errors are left behind. */
static EVP_PKEY *decode(otls_slice der)
{
    const unsigned char *at = der.data;
    EVP_PKEY *key = der.size <= LONG_MAX ? d2i_AutoPrivateKey(NULL, &at, (long)der.size) : NULL;

    if (key != NULL && (at != der.data + der.size || EVP_PKEY_base_id(key) != EVP_PKEY_RSA)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

otls_status lcr_rsa_new(otls_rsa_key **out, otls_slice der, otls_error *err)
{
    otls_status status = OTLS_OK;
    EVP_PKEY *key;

    (void)ERR_set_mark();
    key = decode(der);
    if (key == NULL) {
        const bool memory = ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;

        status = fail(err, memory ? OTLS_E_NOMEM : OTLS_E_UNSUPPORTED,
                      memory ? "out of memory" : "libcrypto takes this for no RSA key");
    }
    (void)ERR_pop_to_mark();
    *out = (otls_rsa_key *)key;
    return status;
}

void lcr_rsa_free(otls_rsa_key *key)
{
    EVP_PKEY_free(pkey_of(key)); /* wipes it */
}

/* False: no such digest; `*out` NULL: none at all. */
static bool digest_of(uint8_t hash, const EVP_MD **out)
{
    switch (hash) {
    case OTLS_SIG_HASH_NONE:
        *out = NULL;
        return true;
    case OTLS_SIG_HASH_SHA1:
        *out = EVP_sha1();
        return true;
    case OTLS_SIG_HASH_SHA224:
        *out = EVP_sha224();
        return true;
    case OTLS_SIG_HASH_SHA256:
        *out = EVP_sha256();
        return true;
    case OTLS_SIG_HASH_SHA384:
        *out = EVP_sha384();
        return true;
    case OTLS_SIG_HASH_SHA512:
        *out = EVP_sha512();
        return true;
    default:
        return false;
    }
}

static otls_status set_pss(EVP_PKEY_CTX *context, const otls_signature_algorithm *algorithm)
{
    const EVP_MD *mgf;

    if (algorithm->hash == OTLS_SIG_HASH_NONE || algorithm->mgf_hash == OTLS_SIG_HASH_NONE ||
        !digest_of(algorithm->mgf_hash, &mgf))
        return OTLS_E_UNSUPPORTED;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                   EVP_PKEY_CTX_set_rsa_mgf1_md(context, mgf) == 1 &&
                   EVP_PKEY_CTX_set_rsa_pss_saltlen(context, algorithm->salt_length) == 1
               ? OTLS_OK
               : OTLS_E_INTERNAL;
}

static otls_status configure(EVP_PKEY_CTX *context, const otls_signature_algorithm *algorithm)
{
    const EVP_MD *md;

    if (!digest_of(algorithm->hash, &md) ||
        (algorithm->kind != OTLS_SIG_RSA_PKCS1 && algorithm->kind != OTLS_SIG_RSA_PSS))
        return OTLS_E_UNSUPPORTED;
    if (EVP_PKEY_sign_init(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1 ||
        (md != NULL && EVP_PKEY_CTX_set_signature_md(context, md) != 1))
        return OTLS_E_INTERNAL;
    return algorithm->kind == OTLS_SIG_RSA_PSS ? set_pss(context, algorithm) : OTLS_OK;
}

static otls_status sign(EVP_PKEY_CTX *context, const otls_signature_algorithm *algorithm,
                        otls_slice digest, uint8_t *out, size_t *length)
{
    const otls_status status = configure(context, algorithm);

    if (status != OTLS_OK)
        return status;
    return EVP_PKEY_sign(context, out, length, digest.data, digest.size) == 1 ? OTLS_OK
                                                                              : OTLS_E_INTERNAL;
}

otls_status lcr_rsa_sign(const otls_rsa_key *key, const otls_signature_algorithm *algorithm,
                         otls_slice digest, uint8_t *out, size_t capacity, size_t *length)
{
    const int size = EVP_PKEY_size(pkey_of(key));
    EVP_PKEY_CTX *context;
    otls_status status = OTLS_E_NOMEM;

    *length = capacity;
    if (size <= 0 || capacity < (size_t)size)
        return OTLS_E_USAGE;
    (void)ERR_set_mark();
    context = EVP_PKEY_CTX_new(pkey_of(key), NULL);
    if (context != NULL)
        status = sign(context, algorithm, digest, out, length);
    EVP_PKEY_CTX_free(context);
    (void)ERR_pop_to_mark();
    return status;
}
