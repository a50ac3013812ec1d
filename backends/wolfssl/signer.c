/* SPDX-License-Identifier: MIT */
/*
 * Keys held elsewhere. wolfSSL asks its context's callbacks instead of a key it does not have; they
 * find the key through the policy. For RSA PKCS #1 it hands out a DigestInfo, which is taken apart,
 * because the callback is promised the digest itself. wolfSSL would check an RSA signature with the
 * key it has not got; the check is left to the peer, which makes it anyway.
 */
#include "wolf.h"

#include <stdlib.h>

static const otls_native_key *key_of(WOLFSSL *ssl)
{
    const otls_backend_connection *conn = wolf_connection_of(ssl);

    return conn != NULL ? conn->context->policy->key : NULL;
}

static uint8_t hash_of_size(size_t size)
{
    switch (size) {
    case 20:
        return OTLS_SIG_HASH_SHA1;
    case 28:
        return OTLS_SIG_HASH_SHA224;
    case 32:
        return OTLS_SIG_HASH_SHA256;
    case 48:
        return OTLS_SIG_HASH_SHA384;
    default:
        return OTLS_SIG_HASH_SHA512;
    }
}

static int ask(WOLFSSL *ssl, const otls_signature_algorithm *algorithm, const uint8_t *data,
               size_t size, uint8_t *out, word32 *out_size)
{
    const otls_native_key *key = key_of(ssl);
    size_t length = 0;

    if (key == NULL || key->sign == NULL ||
        key->sign(algorithm, data, size, out, *out_size, &length, key->user) != OTLS_OK ||
        length == 0 || length > *out_size)
        return WC_HW_E; /* "error with hardware crypto use": what it is */
    *out_size = (word32)length;
    return 0;
}

static int sign_ecdsa(WOLFSSL *ssl, const unsigned char *in, unsigned int in_size,
                      unsigned char *out, word32 *out_size, const unsigned char *der,
                      unsigned int der_size, void *user)
{
    const otls_signature_algorithm algorithm = {.kind = OTLS_SIG_ECDSA,
                                                .hash = hash_of_size(in_size)};

    (void)der, (void)der_size, (void)user;
    return ask(ssl, &algorithm, in, in_size, out, out_size);
}

static int sign_rsa(WOLFSSL *ssl, const unsigned char *in, unsigned int in_size, unsigned char *out,
                    word32 *out_size, const unsigned char *der, unsigned int der_size, void *user)
{
    otls_signature_algorithm algorithm = {.kind = OTLS_SIG_RSA_PKCS1};
    const otls_slice digest = kit_digest_of((otls_slice){in, in_size}, &algorithm.hash);

    (void)der, (void)der_size, (void)user;
    return digest.data == NULL ? BAD_FUNC_ARG
                               : ask(ssl, &algorithm, digest.data, digest.size, out, out_size);
}

static int sign_pss(WOLFSSL *ssl, const unsigned char *in, unsigned int in_size, unsigned char *out,
                    unsigned int *out_size, int hash, int mgf, const unsigned char *der,
                    unsigned int der_size, void *user)
{
    const otls_signature_algorithm algorithm = {.kind = OTLS_SIG_RSA_PSS,
                                                .hash = hash_of_size(in_size),
                                                .mgf_hash = hash_of_size(in_size),
                                                .salt_length = (uint16_t)in_size};

    otls_backend_connection *conn = wolf_connection_of(ssl);

    (void)hash, (void)mgf, (void)der, (void)der_size, (void)user;
    if (conn != NULL && in_size >= 32) /* SHA-256, -384, -512 */
        conn->own_signature = (uint16_t)(0x0804 + (in_size - 32) / 16);
    return ask(ssl, &algorithm, in, in_size, out, out_size);
}

static int sign_ed25519(WOLFSSL *ssl, const unsigned char *in, unsigned int in_size,
                        unsigned char *out, unsigned int *out_size, const unsigned char *der,
                        unsigned int der_size, void *user)
{
    const otls_signature_algorithm algorithm = {.kind = OTLS_SIG_ED25519};

    (void)der, (void)der_size, (void)user;
    return ask(ssl, &algorithm, in, in_size, out, out_size);
}

static int sign_ed448(WOLFSSL *ssl, const unsigned char *in, unsigned int in_size,
                      unsigned char *out, unsigned int *out_size, const unsigned char *der,
                      unsigned int der_size, void *user)
{
    const otls_signature_algorithm algorithm = {.kind = OTLS_SIG_ED448};

    (void)der, (void)der_size, (void)user;
    return ask(ssl, &algorithm, in, in_size, out, out_size);
}

/* 0 = checked, nothing to compare. */
static int unchecked(WOLFSSL *ssl, unsigned char *signature, unsigned int size, unsigned char **out,
                     const unsigned char *der, unsigned int der_size, void *user)
{
    (void)ssl, (void)signature, (void)size, (void)out, (void)der, (void)der_size, (void)user;
    return 0;
}

static int unchecked_pss(WOLFSSL *ssl, unsigned char *signature, unsigned int size,
                         unsigned char **out, int hash, int mgf, const unsigned char *der,
                         unsigned int der_size, void *user)
{
    (void)ssl, (void)signature, (void)size, (void)out, (void)hash, (void)mgf;
    (void)der, (void)der_size, (void)user;
    return 0;
}

void wolf_signer_setup(WOLFSSL_CTX *ctx, const otls_native_key *key)
{
    switch (key->type) {
    case WOLF_RSA:
        wolfSSL_CTX_SetRsaSignCb(ctx, sign_rsa);
        wolfSSL_CTX_SetRsaSignCheckCb(ctx, unchecked);
        wolfSSL_CTX_SetRsaPssSignCb(ctx, sign_pss);
        wolfSSL_CTX_SetRsaPssSignCheckCb(ctx, unchecked_pss);
        break;
    case WOLF_EC:
        wolfSSL_CTX_SetEccSignCb(ctx, sign_ecdsa);
        break;
    case WOLF_ED25519:
        wolfSSL_CTX_SetEd25519SignCb(ctx, sign_ed25519);
        break;
    default:
        wolfSSL_CTX_SetEd448SignCb(ctx, sign_ed448);
        break;
    }
}

otls_status wolf_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err)
{
    otls_native_public_key *public_key = NULL;
    otls_native_key *key;
    otls_status status = wolf_public_import(&public_key, spki, err);

    *out = NULL;
    if (status != OTLS_OK)
        return status;
    key = calloc(1, sizeof(*key) + public_key->size);
    if (key == NULL) {
        wolf_public_free(public_key);
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    }
    key->type = public_key->type;
    key->sign = sign;
    key->user = user;
    key->size = public_key->size;
    memcpy(key->der, public_key->der, public_key->size);
    wolf_public_free(public_key);
    *out = key;
    return OTLS_OK;
}
