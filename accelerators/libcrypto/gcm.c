/* SPDX-License-Identifier: MIT */
/*
 * AES-GCM. A key is an EVP_CIPHER_CTX whose key schedule is computed once; each record brings its
 * nonce. The context itself is the opaque key: nothing more is to be kept.
 */
#include "crypto.h"

#include <limits.h>
#include <openssl/crypto.h>

static EVP_CIPHER_CTX *context_of(otls_gcm_key *key)
{
    return (EVP_CIPHER_CTX *)key;
}

static const EVP_CIPHER *cipher_of(size_t size)
{
    switch (size) {
    case 16:
        return EVP_aes_128_gcm();
    case 32:
        return EVP_aes_256_gcm();
    default:
        return NULL;
    }
}

otls_status lcr_gcm_new(otls_gcm_key **out, const uint8_t *key, size_t size, bool seal)
{
    const EVP_CIPHER *cipher = cipher_of(size);
    EVP_CIPHER_CTX *context;
    otls_status status = OTLS_OK;

    *out = NULL;
    if (cipher == NULL)
        return OTLS_E_UNSUPPORTED;
    (void)ERR_set_mark();
    context = EVP_CIPHER_CTX_new();
    if (context == NULL)
        status = OTLS_E_NOMEM;
    else if (EVP_CipherInit_ex(context, cipher, NULL, key, NULL, seal) != 1)
        status = OTLS_E_INTERNAL;
    (void)ERR_pop_to_mark();
    if (status == OTLS_OK)
        *out = (otls_gcm_key *)context;
    else
        EVP_CIPHER_CTX_free(context);
    return status;
}

void lcr_gcm_free(otls_gcm_key *key)
{
    EVP_CIPHER_CTX_free(context_of(key)); /* wipes it */
}

/* The nonce, what is authenticated only, and what is encrypted or decrypted. */
static bool pass(EVP_CIPHER_CTX *context, const uint8_t *nonce, otls_slice head, const uint8_t *in,
                 size_t size, uint8_t *out)
{
    int count = 0;

    if (head.size > INT_MAX || size > INT_MAX)
        return false;
    return EVP_CipherInit_ex(context, NULL, NULL, NULL, nonce, -1) == 1 &&
           (head.size == 0 ||
            EVP_CipherUpdate(context, NULL, &count, head.data, (int)head.size) == 1) &&
           (size == 0 || (EVP_CipherUpdate(context, out, &count, in, (int)size) == 1 &&
                          (size_t)count == size));
}

/* GCM pads nothing: no byte comes out of the end. */
static bool finish(EVP_CIPHER_CTX *context)
{
    uint8_t none[EVP_MAX_BLOCK_LENGTH];
    int count = 0;

    return EVP_CipherFinal_ex(context, none, &count) == 1;
}

otls_status lcr_gcm_seal(otls_gcm_key *key, const uint8_t *nonce, otls_slice head,
                         const uint8_t *in, size_t size, uint8_t *out, uint8_t *tag)
{
    EVP_CIPHER_CTX *context = context_of(key);
    bool good;

    (void)ERR_set_mark();
    good = pass(context, nonce, head, in, size, out) && finish(context) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, OTLS_GCM_TAG, tag) == 1;
    (void)ERR_pop_to_mark();
    return good ? OTLS_OK : OTLS_E_INTERNAL;
}

otls_status lcr_gcm_open(otls_gcm_key *key, const uint8_t *nonce, otls_slice head,
                         const uint8_t *in, size_t size, uint8_t *out, const uint8_t *tag)
{
    EVP_CIPHER_CTX *context = context_of(key);
    otls_status status = OTLS_OK;

    (void)ERR_set_mark();
    if (!pass(context, nonce, head, in, size, out) ||
        /* the call takes no const, and reads only */
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, OTLS_GCM_TAG,
                            (void *)(uintptr_t)tag) != 1)
        status = OTLS_E_INTERNAL;
    else if (!finish(context))
        status = OTLS_E_VERIFY;
    (void)ERR_pop_to_mark();
    if (status != OTLS_OK && size > 0)
        OPENSSL_cleanse(out, size); /* nobody may read what is not authentic */
    return status;
}
