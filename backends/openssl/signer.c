/* SPDX-License-Identifier: MIT */
/*
 * A private key that is held elsewhere and signs by callback: a key of our provider (provider.c),
 * which is loaded into a library context of its own.
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

#include <openssl/params.h>
#include <openssl/provider.h>

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
        OSSL_PARAM_construct_octet_string(OSSL_PARAM_SIGNER, &signer, sizeof(signer)),
        OSSL_PARAM_construct_end(),
    };
    if (OSSL_PROVIDER_add_builtin(signer->library, OSSL_PROVIDER_NAME, ossl_signer_provider) != 1 ||
        (signer->provider = OSSL_PROVIDER_load(signer->library, OSSL_PROVIDER_NAME)) == NULL)
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
