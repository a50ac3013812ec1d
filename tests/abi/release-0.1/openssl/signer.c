/* SPDX-License-Identifier: MIT */
/**
 * @file signer.c
 * A private key that is held elsewhere and signs by callback: an OpenSSL provider with one key,
 * loaded into a library context of its own. A provider, because it alone is given the bytes to be
 * signed and not their digest, which Ed25519 needs.
 */
#include "ossl.h"

#if !OSSL_AT_LEAST_3

otls_status ossl_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err)
{
    (void)out, (void)spki, (void)sign, (void)user;
    return otls_backend_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, OSSL_NAME, 0,
                             "OpenSSL 1.1.1 has no providers");
}

void ossl_signer_free(struct ossl_signer *signer)
{
    (void)signer;
}

EVP_PKEY *ossl_signer_public(const struct ossl_signer *signer)
{
    (void)signer;
    return NULL;
}

#else

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <strings.h>

#define PROVIDER_NAME "omnitls"
#define PARAM_SIGNER "omnitls-signer" /* the address of the struct ossl_signer */

struct ossl_signer {
    OSSL_LIB_CTX *library;
    OSSL_PROVIDER *provider;
    EVP_PKEY *public_key; /* OpenSSL's own, in the default library context */
    otls_sign_callback sign;
    void *user;
};

/* The provider's key: ours, or the public half of a certificate that is compared with ours. */
struct provider_key {
    struct ossl_signer *signer; /* borrowed; NULL for a foreign key */
    EVP_PKEY *public_key;       /* owned */
};

/* ---- keys ---------------------------------------------------------------------------------- */

static void *key_new(void *provider)
{
    (void)provider;
    return OPENSSL_zalloc(sizeof(struct provider_key));
}

static void key_free(void *data)
{
    struct provider_key *key = data;
    if (key != NULL)
        EVP_PKEY_free(key->public_key);
    OPENSSL_free(key);
}

static int key_has(const void *data, int selection)
{
    (void)selection;
    return ((const struct provider_key *)data)->public_key != NULL;
}

static int key_match(const void *one, const void *two, int selection)
{
    const struct provider_key *a = one;
    const struct provider_key *b = two;
    (void)selection;
    return EVP_PKEY_eq(a->public_key, b->public_key) == 1;
}

/* A public key of OpenSSL's, as its export hands it over. */
static EVP_PKEY *import_public(const OSSL_PARAM *params)
{
    const OSSL_PARAM *point = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PUB_KEY);
    const char *type = NULL;
    EVP_PKEY *pkey = NULL;
    if (OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_N) != NULL)
        type = "RSA";
    else if (OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME) != NULL)
        type = "EC";
    else if (point != NULL)
        type = point->data_size == 32 ? "ED25519" : "ED448";
    EVP_PKEY_CTX *ctx = type != NULL ? EVP_PKEY_CTX_new_from_name(NULL, type, NULL) : NULL;
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *)(uintptr_t)params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

static int key_import(void *data, int selection, const OSSL_PARAM params[])
{
    struct provider_key *key = data;
    const OSSL_PARAM *ours = OSSL_PARAM_locate_const(params, PARAM_SIGNER);
    (void)selection;
    if (ours == NULL) {
        key->public_key = import_public(params);
    } else if (ours->data_size == sizeof(key->signer)) {
        memcpy(&key->signer, ours->data, sizeof(key->signer));
        key->public_key = key->signer->public_key;
        (void)EVP_PKEY_up_ref(key->public_key);
    }
    return key->public_key != NULL;
}

static const OSSL_PARAM *no_params(void)
{
    static const OSSL_PARAM none[] = {OSSL_PARAM_END};
    return none;
}

static const OSSL_PARAM *key_import_types(int selection)
{
    (void)selection;
    return no_params();
}

static const OSSL_PARAM *key_gettable_params(void *provider)
{
    (void)provider;
    return no_params();
}

static int key_get_params(void *data, OSSL_PARAM params[])
{
    return EVP_PKEY_get_params(((struct provider_key *)data)->public_key, params);
}

/* ---- signatures ---------------------------------------------------------------------------- */

struct operation {
    const struct provider_key *key;
    otls_signature_algorithm algorithm;
};

static void *operation_new(void *provider, const char *properties)
{
    (void)provider, (void)properties;
    return OPENSSL_zalloc(sizeof(struct operation));
}

static void operation_free(void *data)
{
    OPENSSL_free(data);
}

static uint8_t hash_of_name(const char *name)
{
    static const struct {
        const char *name;
        uint8_t hash;
    } names[] = {
        {"SHA1", OTLS_SIG_HASH_SHA1},     {"SHA2-224", OTLS_SIG_HASH_SHA224},
        {"SHA224", OTLS_SIG_HASH_SHA224}, {"SHA2-256", OTLS_SIG_HASH_SHA256},
        {"SHA256", OTLS_SIG_HASH_SHA256}, {"SHA2-384", OTLS_SIG_HASH_SHA384},
        {"SHA384", OTLS_SIG_HASH_SHA384}, {"SHA2-512", OTLS_SIG_HASH_SHA512},
        {"SHA512", OTLS_SIG_HASH_SHA512},
    };
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(names[i].name, name) == 0)
            return names[i].hash;
    return OTLS_SIG_HASH_NONE;
}

static uint16_t digest_size(uint8_t hash)
{
    static const uint16_t sizes[] = {0, 20, 28, 32, 48, 64};
    return hash < sizeof(sizes) / sizeof(sizes[0]) ? sizes[hash] : 0;
}

static int operation_set_params(void *data, const OSSL_PARAM params[])
{
    struct operation *operation = data;
    otls_signature_algorithm *algorithm = &operation->algorithm;
    const OSSL_PARAM *param;
    const char *text = NULL;
    int number = 0;
    if (params == NULL)
        return 1;
    param = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
    if (param != NULL && param->data_type == OSSL_PARAM_UTF8_STRING) {
        if (OSSL_PARAM_get_utf8_string_ptr(param, &text) == 1 && strcasecmp(text, "pss") == 0)
            algorithm->kind = OTLS_SIG_RSA_PSS;
    } else if (param != NULL && OSSL_PARAM_get_int(param, &number) == 1) {
        algorithm->kind = number == RSA_PKCS1_PSS_PADDING ? OTLS_SIG_RSA_PSS : OTLS_SIG_RSA_PKCS1;
    }
    param = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
    if (param != NULL && OSSL_PARAM_get_int(param, &number) == 1)
        algorithm->salt_length = number >= 0 ? (uint16_t)number : 0; /* 0: as the digest */
    param = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST);
    if (param != NULL && OSSL_PARAM_get_utf8_string_ptr(param, &text) == 1)
        algorithm->mgf_hash = hash_of_name(text);
    return 1;
}

static const OSSL_PARAM *operation_settable_params(void *data, void *provider)
{
    static const OSSL_PARAM settable[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };
    (void)data, (void)provider;
    return settable;
}

static int operation_init(void *data, const char *digest, void *key, const OSSL_PARAM params[])
{
    struct operation *operation = data;
    const struct provider_key *provider_key = key;
    if (provider_key == NULL || provider_key->signer == NULL)
        return 0;
    operation->key = provider_key;
    operation->algorithm = (otls_signature_algorithm){.hash = hash_of_name(digest)};
    switch (EVP_PKEY_base_id(provider_key->public_key)) {
    case EVP_PKEY_RSA:
        operation->algorithm.kind = OTLS_SIG_RSA_PKCS1;
        break;
    case EVP_PKEY_EC:
        operation->algorithm.kind = OTLS_SIG_ECDSA;
        break;
    case EVP_PKEY_ED25519:
        operation->algorithm.kind = OTLS_SIG_ED25519;
        break;
    default:
        operation->algorithm.kind = OTLS_SIG_ED448;
        break;
    }
    return operation_set_params(operation, params);
}

/* OpenSSL gives a provider the whole message; callbacks are promised its digest, but for EdDSA. */
static const EVP_MD *message_digest(const otls_signature_algorithm *algorithm)
{
    if (algorithm->kind == OTLS_SIG_ED25519 || algorithm->kind == OTLS_SIG_ED448)
        return NULL;
    const EVP_MD *md = ossl_md(algorithm->hash);
    return md != NULL ? md : EVP_md5_sha1(); /* RSA in TLS 1.0 and 1.1 */
}

static int operation_sign(void *data, unsigned char *out, size_t *length, size_t capacity,
                          const unsigned char *message, size_t size)
{
    const struct operation *operation = data;
    const struct ossl_signer *signer = operation->key->signer;
    otls_signature_algorithm algorithm = operation->algorithm;
    if (out == NULL) {
        *length = (size_t)EVP_PKEY_size(signer->public_key);
        return 1;
    }
    if (algorithm.kind == OTLS_SIG_RSA_PSS) {
        if (algorithm.mgf_hash == OTLS_SIG_HASH_NONE)
            algorithm.mgf_hash = algorithm.hash;
        if (algorithm.salt_length == 0)
            algorithm.salt_length = digest_size(algorithm.hash);
    } else {
        algorithm.mgf_hash = OTLS_SIG_HASH_NONE;
        algorithm.salt_length = 0;
    }
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;
    const EVP_MD *md = message_digest(&algorithm);
    if (md != NULL && EVP_Digest(message, size, digest, &digest_length, md, NULL) != 1)
        return 0;
    size_t written = 0;
    if (signer->sign(&algorithm, md != NULL ? digest : message, md != NULL ? digest_length : size,
                     out, capacity, &written, signer->user) != OTLS_OK ||
        written > capacity)
        return 0;
    *length = written;
    return 1;
}

/* ---- the provider -------------------------------------------------------------------------- */

#define FUNCTION(id, function)                                                                     \
    {                                                                                              \
        (id), (void (*)(void))(function)                                                           \
    }

static const OSSL_DISPATCH key_functions[] = {
    FUNCTION(OSSL_FUNC_KEYMGMT_NEW, key_new),
    FUNCTION(OSSL_FUNC_KEYMGMT_FREE, key_free),
    FUNCTION(OSSL_FUNC_KEYMGMT_HAS, key_has),
    FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, key_match),
    FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, key_import),
    FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_import_types),
    FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params),
    FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable_params),
    {0, NULL},
};

static const OSSL_DISPATCH signature_functions[] = {
    FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, operation_new),
    FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, operation_free),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, operation_init),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, operation_sign),
    FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, operation_set_params),
    FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, operation_settable_params),
    {0, NULL},
};

/* Names as in OpenSSL's own provider, so that libssl takes the keys for what they are. */
#define ALGORITHMS(functions)                                                                      \
    {                                                                                              \
        {"RSA:rsaEncryption:1.2.840.113549.1.1.1", "provider=" PROVIDER_NAME, (functions), NULL},  \
            {"EC:id-ecPublicKey:1.2.840.10045.2.1", "provider=" PROVIDER_NAME, (functions), NULL}, \
            {"ED25519:1.3.101.112", "provider=" PROVIDER_NAME, (functions), NULL},                 \
            {"ED448:1.3.101.113", "provider=" PROVIDER_NAME, (functions), NULL},                   \
        {                                                                                          \
            NULL, NULL, NULL, NULL                                                                 \
        }                                                                                          \
    }

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
    static const OSSL_ALGORITHM keys[] = ALGORITHMS(key_functions);
    static const OSSL_ALGORITHM signatures[] = ALGORITHMS(signature_functions);
    (void)provider;
    *no_cache = 0;
    if (operation == OSSL_OP_KEYMGMT)
        return keys;
    return operation == OSSL_OP_SIGNATURE ? signatures : NULL;
}

static int provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                         const OSSL_DISPATCH **out, void **provider)
{
    static const OSSL_DISPATCH functions[] = {
        FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
        {0, NULL},
    };
    (void)in;
    *out = functions;
    *provider = (void *)(uintptr_t)handle;
    return 1;
}

/* ---- making one ---------------------------------------------------------------------------- */

void ossl_signer_free(struct ossl_signer *signer)
{
    if (signer == NULL)
        return;
    if (signer->provider != NULL)
        (void)OSSL_PROVIDER_unload(signer->provider);
    OSSL_LIB_CTX_free(signer->library);
    EVP_PKEY_free(signer->public_key);
    OPENSSL_free(signer);
}

static EVP_PKEY *make_key(struct ossl_signer *signer)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(PARAM_SIGNER, &signer, sizeof(signer)),
        OSSL_PARAM_construct_end(),
    };
    if (OSSL_PROVIDER_add_builtin(signer->library, PROVIDER_NAME, provider_init) != 1 ||
        (signer->provider = OSSL_PROVIDER_load(signer->library, PROVIDER_NAME)) == NULL)
        return NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(
        signer->library, EVP_PKEY_get0_type_name(signer->public_key), NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

otls_status ossl_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err)
{
    const unsigned char *at = spki.data;
    ERR_clear_error();
    struct ossl_signer *signer = OPENSSL_zalloc(sizeof(*signer));
    otls_native_key *key = OPENSSL_zalloc(sizeof(*key));
    if (signer == NULL || key == NULL || (signer->library = OSSL_LIB_CTX_new()) == NULL) {
        ossl_signer_free(signer);
        OPENSSL_free(key);
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for a key");
    }
    signer->sign = sign;
    signer->user = user;
    signer->public_key = spki.size <= INT32_MAX ? d2i_PUBKEY(NULL, &at, (long)spki.size) : NULL;
    if (signer->public_key != NULL && at == spki.data + spki.size)
        key->pkey = make_key(signer);
    if (key->pkey == NULL) {
        ossl_signer_free(signer);
        OPENSSL_free(key);
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED,
                         "OpenSSL cannot sign by callback with a key of this kind");
    }
    key->signer = signer;
    *out = key;
    ERR_clear_error();
    return OTLS_OK;
}

/* The public half, for private_key_public: OpenSSL has no encoder for keys of our provider. */
EVP_PKEY *ossl_signer_public(const struct ossl_signer *signer)
{
    return signer->public_key;
}

#endif
