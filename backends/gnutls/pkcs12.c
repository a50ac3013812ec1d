/* SPDX-License-Identifier: MIT */
/* PKCS#12 (RFC 7292): the key and its chain out of a PFX. */
#include "gtls.h"

#include <gnutls/pkcs12.h>

typedef struct gtls_pfx {
    gnutls_pkcs12_t pkcs12;
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t *chain;
    unsigned chain_count;
    gnutls_x509_crt_t *extra; /* certificates that do not belong to the chain */
    unsigned extra_count;
} gtls_pfx;

static int open_pfx(gtls_pfx *pfx, const gnutls_datum_t *der, const char *password, int32_t *code)
{
    *code = OTLS_CODE_BAD_DER;
    int rc = gnutls_pkcs12_init(&pfx->pkcs12);
    if (rc == 0)
        rc = gnutls_pkcs12_import(pfx->pkcs12, der, GNUTLS_X509_FMT_DER, 0);
    if (rc < 0)
        return rc;
    rc = gnutls_pkcs12_verify_mac(pfx->pkcs12, password);
    if (rc < 0) {
        *code = rc == GNUTLS_E_UNKNOWN_HASH_ALGORITHM ? OTLS_CODE_KEY_UNSUPPORTED
                                                      : OTLS_CODE_WRONG_PASSWORD;
        return rc;
    }
    rc = gnutls_pkcs12_simple_parse(pfx->pkcs12, password, &pfx->key, &pfx->chain,
                                    &pfx->chain_count, &pfx->extra, &pfx->extra_count, NULL,
                                    GNUTLS_PKCS12_SP_INCLUDE_SELF_SIGNED);
    if (rc == GNUTLS_E_DECRYPTION_FAILED)
        *code = OTLS_CODE_WRONG_PASSWORD;
    else if (rc == GNUTLS_E_UNKNOWN_CIPHER_TYPE || rc == GNUTLS_E_UNKNOWN_PK_ALGORITHM)
        *code = OTLS_CODE_KEY_UNSUPPORTED;
    return rc;
}

static int emit_list(gnutls_x509_crt_t *list, unsigned count,
                     void (*emit)(void *user, otls_slice der), void *user)
{
    for (unsigned i = 0; i < count; i++) {
        gnutls_datum_t der = {NULL, 0};
        const int rc = gnutls_x509_crt_export2(list[i], GNUTLS_X509_FMT_DER, &der);
        if (rc < 0)
            return rc;
        emit(user, (otls_slice){der.data, der.size});
        gnutls_free(der.data);
    }
    return 0;
}

static void free_list(gnutls_x509_crt_t *list, unsigned count)
{
    for (unsigned i = 0; list != NULL && i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
}

static void close_pfx(gtls_pfx *pfx)
{
    free_list(pfx->chain, pfx->chain_count);
    free_list(pfx->extra, pfx->extra_count);
    if (pfx->key != NULL)
        gnutls_x509_privkey_deinit(pfx->key);
    if (pfx->pkcs12 != NULL)
        gnutls_pkcs12_deinit(pfx->pkcs12);
}

otls_status gtls_pkcs12_open(otls_slice pfx, otls_slice password, otls_native_key **key,
                             void (*emit)(void *user, otls_slice der), void *user, otls_error *err)
{
    const gnutls_datum_t der = gtls_datum(pfx);
    gtls_pfx opened = {.pkcs12 = NULL};
    int32_t code = OTLS_CODE_NONE;
    otls_status status = OTLS_OK;
    char *text = gtls_password(password);
    if (text == NULL)
        return gtls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD, 0,
                         "GnuTLS takes no password with a NUL byte or beyond 4096 bytes");
    int rc = open_pfx(&opened, &der, text, &code);
    gtls_password_free(text);
    if (rc < 0)
        status = gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), code, rc,
                           "the PKCS#12 file could not be opened");
    else if (opened.key == NULL)
        status = gtls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, 0,
                           "the PKCS#12 file has no private key");
    if (status == OTLS_OK) {
        status = gtls_key_wrap(key, opened.key, err);
        opened.key = NULL;
    }
    if (status == OTLS_OK)
        rc = emit_list(opened.chain, opened.chain_count, emit, user);
    if (status == OTLS_OK && rc >= 0)
        rc = emit_list(opened.extra, opened.extra_count, emit, user);
    if (status == OTLS_OK && rc < 0) {
        gtls_private_key_free(*key);
        *key = NULL;
        status = gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_BAD_DER, rc,
                           "a certificate of the PKCS#12 file could not be read");
    }
    close_pfx(&opened);
    return status;
}
