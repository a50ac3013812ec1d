/* SPDX-License-Identifier: MIT */
/**
 * @file pkcs12.c
 * PFX files (RFC 7292). Old ones use algorithms that OpenSSL 3 keeps in its legacy provider; that
 * is loaded into a library context of its own, so that nothing else in the process comes to use it.
 */
#include "ossl.h"
#include <openssl/pkcs12.h>
#if OSSL_AT_LEAST_3
#include <openssl/provider.h>
#endif

struct contents {
    EVP_PKEY *pkey;
    X509 *leaf;
    STACK_OF(X509) * others;
};

static bool parse(PKCS12 *file, const char *password, struct contents *out)
{
    *out = (struct contents){NULL, NULL, NULL};
    return PKCS12_parse(file, password, &out->pkey, &out->leaf, &out->others) == 1;
}

static void contents_clear(struct contents *contents)
{
    EVP_PKEY_free(contents->pkey);
    X509_free(contents->leaf);
    sk_X509_pop_free(contents->others, X509_free);
}

static void emit_certificate(X509 *x509, void (*emit)(void *user, otls_slice der), void *user)
{
    unsigned char *der = NULL;
    const int size = i2d_X509(x509, &der);
    if (size > 0)
        emit(user, (otls_slice){der, (size_t)size});
    OPENSSL_free(der);
}

static otls_status deliver(struct contents *contents, otls_native_key **key,
                           void (*emit)(void *user, otls_slice der), void *user, otls_error *err)
{
    /* Through DER: the key must not depend on the library context that opened the file. */
    PKCS8_PRIV_KEY_INFO *info = contents->pkey != NULL ? EVP_PKEY2PKCS8(contents->pkey) : NULL;
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    if (pkey == NULL)
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "the file holds no private key");
    const otls_status status = ossl_key_wrap(key, pkey, err);
    if (status != OTLS_OK)
        return status;
    if (contents->leaf != NULL)
        emit_certificate(contents->leaf, emit, user);
    for (int i = 0; i < sk_X509_num(contents->others); i++)
        emit_certificate(sk_X509_value(contents->others, i), emit, user);
    return OTLS_OK;
}

static otls_status fail_parse(otls_error *err)
{
    const unsigned long first = ERR_peek_error();
    const bool mac = ERR_GET_LIB(first) == ERR_LIB_PKCS12 &&
                     ERR_GET_REASON(first) == PKCS12_R_MAC_VERIFY_FAILURE;
    const bool unsupported = !mac && ossl_error_is_unsupported();
    return ossl_fail(err, OTLS_E_CREDENTIAL,
                     unsupported ? OTLS_CODE_KEY_UNSUPPORTED : OTLS_CODE_WRONG_PASSWORD,
                     unsupported ? "the file is encrypted with an algorithm OpenSSL lacks"
                                 : "the password does not open the file");
}

#if OSSL_AT_LEAST_3
static bool parse_in(OSSL_LIB_CTX *library, otls_slice pfx, const char *password,
                     struct contents *contents)
{
    const unsigned char *at = pfx.data;
    PKCS12 *file = PKCS12_init_ex(NID_pkcs7_data, library, NULL);
    const bool ok = file != NULL && d2i_PKCS12(&file, &at, (long)pfx.size) != NULL &&
                    parse(file, password, contents);
    PKCS12_free(file);
    return ok;
}

static otls_status open_legacy(otls_slice pfx, const char *password, otls_native_key **key,
                               void (*emit)(void *user, otls_slice der), void *user,
                               otls_error *err)
{
    struct contents contents = {NULL, NULL, NULL};
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *standard = library != NULL ? OSSL_PROVIDER_load(library, "default") : NULL;
    OSSL_PROVIDER *legacy = library != NULL ? OSSL_PROVIDER_load(library, "legacy") : NULL;
    otls_status status;
    if (standard == NULL || legacy == NULL) {
        status = ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                           "the file needs OpenSSL's legacy provider, which is not installed");
    } else {
        ERR_clear_error();
        status = parse_in(library, pfx, password, &contents)
                     ? deliver(&contents, key, emit, user, err)
                     : fail_parse(err);
    }
    contents_clear(&contents);
    if (standard != NULL)
        (void)OSSL_PROVIDER_unload(standard);
    if (legacy != NULL)
        (void)OSSL_PROVIDER_unload(legacy);
    OSSL_LIB_CTX_free(library);
    return status;
}
#endif

static otls_status open_with(PKCS12 *file, otls_slice pfx, const char *password,
                             otls_native_key **key, void (*emit)(void *user, otls_slice der),
                             void *user, otls_error *err)
{
    struct contents contents;
    otls_status status;
    const bool ok = parse(file, password, &contents);
    (void)pfx;
#if OSSL_AT_LEAST_3
    if (!ok && ossl_error_is_unsupported()) {
        contents_clear(&contents);
        return open_legacy(pfx, password, key, emit, user, err);
    }
#endif
    status = ok ? deliver(&contents, key, emit, user, err) : fail_parse(err);
    contents_clear(&contents);
    return status;
}

otls_status ossl_pkcs12_open(otls_slice pfx, otls_slice password, otls_native_key **key,
                             void (*emit)(void *user, otls_slice der), void *user, otls_error *err)
{
    char text[1025];
    const unsigned char *at = pfx.data;
    if (password.size >= sizeof(text) || pfx.size > INT32_MAX)
        return otls_backend_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, OSSL_NAME, 0,
                                 "the file or its password is too long");
    ERR_clear_error();
    PKCS12 *file = d2i_PKCS12(NULL, &at, (long)pfx.size);
    if (file == NULL || at != pfx.data + pfx.size) {
        PKCS12_free(file);
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "this is not a PKCS#12 file");
    }
    if (password.size > 0)
        memcpy(text, password.data, password.size);
    text[password.size] = '\0';
    const otls_status status =
        open_with(file, pfx, password.data != NULL ? text : NULL, key, emit, user, err);
    OPENSSL_cleanse(text, sizeof(text));
    PKCS12_free(file);
    if (status == OTLS_E_CREDENTIAL && err->code == OTLS_CODE_WRONG_PASSWORD &&
        password.data == NULL)
        return otls_backend_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED, OSSL_NAME, 0,
                                 "the file is encrypted and no password was given");
    return status;
}
