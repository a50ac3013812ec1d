/* SPDX-License-Identifier: MIT */
/** @file crypto.c Random bytes, digests, keys, signatures. */
#include "ossl.h"
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
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

static otls_status crypto_digest(int hash, const void *data, size_t size, uint8_t *out,
                                 otls_error *err)
{
    const EVP_MD *md = hash == OTLS_HASH_SHA1     ? EVP_sha1()
                       : hash == OTLS_HASH_SHA256 ? EVP_sha256()
                       : hash == OTLS_HASH_SHA384 ? EVP_sha384()
                       : hash == OTLS_HASH_SHA512 ? EVP_sha512()
                                                  : NULL;
    if (md != NULL && EVP_Digest(data, size, out, NULL, md, NULL) == 1)
        return OTLS_OK;
    return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, "OpenSSL lacks the digest %d", hash);
}

/* ---- private keys -------------------------------------------------------------------------- */

static bool key_type_known(const EVP_PKEY *pkey)
{
    switch (EVP_PKEY_base_id(pkey)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
    case EVP_PKEY_EC:
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
        return true;
    default:
        return false;
    }
}

otls_status ossl_key_wrap(otls_native_key **out, EVP_PKEY *pkey, otls_error *err)
{
    otls_native_key *key;
    if (!key_type_known(pkey)) {
        EVP_PKEY_free(pkey);
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                         "keys of this type do not sign in TLS");
    }
    key = OPENSSL_zalloc(sizeof(*key));
    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for a key");
    }
    key->pkey = pkey;
    *out = key;
    ERR_clear_error();
    return OTLS_OK;
}

/* The whole of `data` must be used up. */
static EVP_PKEY *parse_plain(int type, otls_slice data)
{
    const unsigned char *at = data.data;
    EVP_PKEY *pkey;
    if (type == EVP_PKEY_NONE) {
        PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)data.size);
        pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
        PKCS8_PRIV_KEY_INFO_free(info);
    } else {
        pkey = d2i_PrivateKey(type, NULL, &at, (long)data.size);
    }
    if (pkey != NULL && at != data.data + data.size) {
        EVP_PKEY_free(pkey);
        return NULL;
    }
    return pkey;
}

/* NULL with *code set when it cannot be decrypted. */
static EVP_PKEY *parse_encrypted(const otls_key_source *source, int32_t *code)
{
    const unsigned char *at = source->data.data;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &at, (long)source->data.size);
    PKCS8_PRIV_KEY_INFO *info = NULL;
    EVP_PKEY *pkey = NULL;
    *code = OTLS_CODE_BAD_DER;
    if (sealed != NULL && at == source->data.data + source->data.size) {
        info =
            PKCS8_decrypt(sealed, (const char *)source->password.data, (int)source->password.size);
        *code = ossl_error_is_unsupported() ? OTLS_CODE_KEY_UNSUPPORTED : OTLS_CODE_WRONG_PASSWORD;
    }
    if (info != NULL) {
        pkey = EVP_PKCS82PKEY(info);
        *code = ossl_error_is_unsupported() ? OTLS_CODE_KEY_UNSUPPORTED : OTLS_CODE_WRONG_PASSWORD;
    }
    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(sealed);
    return pkey;
}

static int give_password(char *out, int capacity, int writing, void *user)
{
    const otls_slice *password = user;
    (void)writing;
    if (password->size > (size_t)capacity)
        return -1;
    memcpy(out, password->data, password->size);
    return (int)password->size;
}

/* RFC 1421 encryption inside PEM, as OpenSSL once wrote it. NULL with *code set on failure. */
static EVP_PKEY *parse_legacy(const otls_key_source *source, int32_t *code)
{
    otls_slice password = source->password;
    BIO *bio = BIO_new_mem_buf(source->data.data, (int)source->data.size);
    EVP_CIPHER_INFO cipher;
    char *name = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long size = 0;
    EVP_PKEY *pkey = NULL;
    *code = OTLS_CODE_BAD_PEM;
    if (bio != NULL && PEM_read_bio(bio, &name, &header, &data, &size) == 1) {
        const bool rsa = strcmp(name, PEM_STRING_RSA) == 0;
        *code = OTLS_CODE_KEY_UNSUPPORTED;
        if ((rsa || strcmp(name, PEM_STRING_ECPRIVATEKEY) == 0) &&
            PEM_get_EVP_CIPHER_INFO(header, &cipher) == 1) {
            *code = OTLS_CODE_WRONG_PASSWORD;
            if (PEM_do_header(&cipher, data, &size, give_password, &password) == 1)
                pkey =
                    parse_plain(rsa ? EVP_PKEY_RSA : EVP_PKEY_EC, (otls_slice){data, (size_t)size});
        }
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, (size_t)size);
    BIO_free(bio);
    return pkey;
}

static otls_status private_key_import(otls_native_key **out, const otls_key_source *source,
                                      otls_error *err)
{
    int32_t code = OTLS_CODE_BAD_DER;
    EVP_PKEY *pkey = NULL;
    ERR_clear_error();
    const bool sealed =
        source->encoding == OTLS_KEY_ENCRYPTED_PKCS8 || source->encoding == OTLS_KEY_LEGACY_PEM;
    if (sealed && source->password.data == NULL)
        return otls_backend_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED, OSSL_NAME, 0,
                                 "the private key is encrypted and no password was given");
    if (source->data.size > INT32_MAX || source->password.size > 1024)
        return otls_backend_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, OSSL_NAME, 0,
                                 "the private key or its password is too long");
    if (source->encoding == OTLS_KEY_PKCS8)
        pkey = parse_plain(EVP_PKEY_NONE, source->data);
    else if (source->encoding == OTLS_KEY_PKCS1)
        pkey = parse_plain(EVP_PKEY_RSA, source->data);
    else if (source->encoding == OTLS_KEY_SEC1)
        pkey = parse_plain(EVP_PKEY_EC, source->data);
    else if (source->encoding == OTLS_KEY_ENCRYPTED_PKCS8)
        pkey = parse_encrypted(source, &code);
    else if (source->encoding == OTLS_KEY_LEGACY_PEM)
        pkey = parse_legacy(source, &code);
    if (pkey != NULL)
        return ossl_key_wrap(out, pkey, err);
    if (!sealed && ossl_error_is_unsupported())
        code = OTLS_CODE_KEY_UNSUPPORTED;
    return ossl_fail(err, OTLS_E_CREDENTIAL, code,
                     code == OTLS_CODE_WRONG_PASSWORD    ? "the password does not open the key"
                     : code == OTLS_CODE_KEY_UNSUPPORTED ? "OpenSSL cannot use a key of this kind"
                                                         : "the private key is malformed");
}

static void private_key_free(otls_native_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    ossl_signer_free(key->signer);
    OPENSSL_free(key);
}

static otls_status copy_out(const uint8_t *data, size_t size, uint8_t *out, size_t capacity,
                            size_t *length, otls_error *err)
{
    if (size > capacity)
        return otls_backend_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, OSSL_NAME, 0,
                                 "room for %zu bytes is needed", size);
    memcpy(out, data, size);
    *length = size;
    return OTLS_OK;
}

static otls_status private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                      size_t *length, otls_error *err)
{
    unsigned char *der = NULL;
    const int size =
        i2d_PUBKEY(key->signer != NULL ? ossl_signer_public(key->signer) : key->pkey, &der);
    if (size <= 0)
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                         "the public half of the private key cannot be told");
    const otls_status status = copy_out(der, (size_t)size, out, capacity, length, err);
    OPENSSL_free(der);
    return status;
}

/* ---- public keys and signatures ------------------------------------------------------------ */

static otls_status public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    bool malformed = false;
    ERR_clear_error();
    EVP_PKEY *pkey = ossl_public_key(spki, &malformed);
    if (pkey == NULL && malformed)
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "the public key is malformed");
    if (pkey == NULL || !key_type_known(pkey)) {
        EVP_PKEY_free(pkey);
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED,
                         "OpenSSL cannot use a public key of this kind");
    }
    otls_native_public_key *key = OPENSSL_malloc(sizeof(*key));
    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for a key");
    }
    key->pkey = pkey;
    *out = key;
    ERR_clear_error();
    return OTLS_OK;
}

static void public_key_free(otls_native_public_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    OPENSSL_free(key);
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
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx != NULL &&
        EVP_DigestVerifyInit(ctx, &parameters, ossl_md(algorithm->hash), NULL, key->pkey) == 1)
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
    .size = (uint32_t)sizeof(otls_crypto_ops),
    .random = crypto_random,
    .digest = crypto_digest,
    .private_key_import = private_key_import,
    .private_key_free = private_key_free,
    .private_key_public = private_key_public,
    .public_key_import = public_key_import,
    .public_key_free = public_key_free,
    .verify = crypto_verify,
    .sign = crypto_sign,
    .private_key_from_callback = ossl_signer_new,
    .pkcs12_open = ossl_pkcs12_open,
};
