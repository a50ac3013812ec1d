/* SPDX-License-Identifier: MIT */
/* Random bytes, digests, signatures. */
#include "ossl.h"
#include <openssl/rand.h>
#include <openssl/rsa.h>

static otls_status crypto_random(void *out, size_t size, otls_error *err)
{
    unsigned char *bytes = out;
    while (size > 0) {
        const int part = size > INT32_MAX ? INT32_MAX : (int)size;
        if (RAND_bytes(bytes, part) != 1)
            return ossl_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, "no random bytes to be had");
        bytes += part;
        size -= (size_t)part;
    }
    return OTLS_OK;
}

static otls_status crypto_digest(otls_hash hash, const void *data, size_t size, uint8_t *out,
                                 otls_error *err)
{
    const EVP_MD *md = ossl_md(kit_sig_hash(hash));
    if (md != NULL && EVP_Digest(data, size, out, NULL, md, NULL) == 1)
        return OTLS_OK;
    return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, "OpenSSL lacks the digest %d", hash);
}

const EVP_MD *ossl_md(uint8_t hash)
{
    switch (hash) {
    case OTLS_SIG_HASH_SHA1:
        return EVP_sha1();
    case OTLS_SIG_HASH_SHA224:
        return EVP_sha224();
    case OTLS_SIG_HASH_SHA256:
        return EVP_sha256();
    case OTLS_SIG_HASH_SHA384:
        return EVP_sha384();
    case OTLS_SIG_HASH_SHA512:
        return EVP_sha512();
    default:
        return NULL;
    }
}

static bool fits(const EVP_PKEY *pkey, const otls_signature_algorithm *algorithm)
{
    const int type = EVP_PKEY_base_id(pkey);
    const bool hashed = ossl_md(algorithm->hash) != NULL;
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PKCS1:
        return type == EVP_PKEY_RSA && hashed;
    case OTLS_SIG_RSA_PSS:
        return (type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS) && hashed;
    case OTLS_SIG_ECDSA:
        return type == EVP_PKEY_EC && hashed;
    case OTLS_SIG_ED25519:
        return type == EVP_PKEY_ED25519;
    case OTLS_SIG_ED448:
        return type == EVP_PKEY_ED448;
    default:
        return false;
    }
}

static bool set_padding(EVP_PKEY_CTX *ctx, const otls_signature_algorithm *algorithm)
{
    if (algorithm->kind != OTLS_SIG_RSA_PSS)
        return true;
    const EVP_MD *mgf = ossl_md(algorithm->mgf_hash != 0 ? algorithm->mgf_hash : algorithm->hash);
    return mgf != NULL && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mgf) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, algorithm->salt_length) > 0;
}

static otls_status crypto_verify(const otls_native_public_key *key,
                                 const otls_signature_algorithm *algorithm, otls_slice data,
                                 otls_slice signature, otls_error *err)
{
    EVP_PKEY_CTX *parameters = NULL;
    int result = -2;
    if (!fits(key->pkey, algorithm))
        return otls_backend_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE, OSSL_NAME, 0,
                                 "key and signature algorithm do not fit together");
    ERR_clear_error();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory to check a signature");
    if (EVP_DigestVerifyInit(ctx, &parameters, ossl_md(algorithm->hash), NULL, key->pkey) == 1)
        result = set_padding(parameters, algorithm)
                     ? EVP_DigestVerify(ctx, signature.data, signature.size, data.data, data.size)
                     : 0; /* a PSS key may forbid the parameters */
    EVP_MD_CTX_free(ctx);
    if (result == 1)
        return OTLS_OK;
    if (result == -2)
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "OpenSSL cannot check this kind of signature");
    return ossl_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE, "the signature is wrong");
}

static otls_status crypto_sign(const otls_native_key *key,
                               const otls_signature_algorithm *algorithm, otls_slice data,
                               uint8_t *out, size_t capacity, size_t *length, otls_error *err)
{
    EVP_PKEY_CTX *parameters = NULL;
    size_t size = capacity;
    bool ok = false;
    if (!fits(key->pkey, algorithm))
        return otls_backend_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, OSSL_NAME, 0,
                                 "key and signature algorithm do not fit together");
    ERR_clear_error();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx != NULL &&
        EVP_DigestSignInit(ctx, &parameters, ossl_md(algorithm->hash), NULL, key->pkey) == 1 &&
        set_padding(parameters, algorithm))
        ok = EVP_DigestSign(ctx, out, &size, data.data, data.size) == 1;
    EVP_MD_CTX_free(ctx);
    if (!ok)
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NONE, "the key did not sign");
    *length = size;
    return OTLS_OK;
}

const otls_crypto_ops ossl_crypto_ops = {
    .size = sizeof(otls_crypto_ops),
    .random = crypto_random,
    .digest = crypto_digest,
    .private_key_import = ossl_private_key_import,
    .private_key_free = ossl_private_key_free,
    .private_key_public = ossl_private_key_public,
    .public_key_import = ossl_public_key_import,
    .public_key_free = ossl_public_key_free,
    .verify = crypto_verify,
    .sign = crypto_sign,
    .private_key_from_callback = ossl_signer_new,
    .pbkdf2 = ossl_pbkdf2,
    .decrypt_cbc = ossl_decrypt_cbc,
    .scrypt = ossl_scrypt,
};
