/* SPDX-License-Identifier: MIT */
/* Private keys in every encoding, and public keys. */
#include "gtls.h"

#include <omnitls/accelerator.h>

#define PASSWORD_MAX 4096u

char *gtls_password(otls_slice password)
{
    if (password.size > PASSWORD_MAX ||
        (password.size > 0 && memchr(password.data, 0, password.size) != NULL))
        return NULL;
    char *text = calloc(1, password.size + 1);
    if (text != NULL && password.size > 0)
        memcpy(text, password.data, password.size);
    return text;
}

void gtls_password_free(char *password)
{
    if (password != NULL)
        gnutls_memset(password, 0, strlen(password));
    free(password);
}

void gtls_private_key_free(otls_native_key *key)
{
    if (key == NULL)
        return;
    if (key->key != NULL)
        gnutls_privkey_deinit(key->key);
    if (key->x509 != NULL)
        gnutls_x509_privkey_deinit(key->x509);
    if (key->public_key != NULL)
        gnutls_pubkey_deinit(key->public_key);
    free(key);
}

static int wrap(otls_native_key *key)
{
    unsigned bits = 0;
    int rc = gnutls_privkey_init(&key->key);
    if (rc == 0)
        rc = gnutls_privkey_import_x509(key->key, key->x509, 0);
    if (rc == 0)
        rc = gnutls_pubkey_init(&key->public_key);
    if (rc == 0)
        rc = gnutls_pubkey_import_privkey(key->public_key, key->key, 0, 0);
    if (rc == 0)
        key->pk = gnutls_privkey_get_pk_algorithm(key->key, &bits);
    key->bits = bits;
    return rc;
}

/* Takes `x509` over, also when it fails. */
otls_status gtls_key_wrap(otls_native_key **out, gnutls_x509_privkey_t x509, otls_error *err)
{
    otls_native_key *key = calloc(1, sizeof(*key));
    if (key == NULL) {
        gnutls_x509_privkey_deinit(x509);
        return gtls_fail_nomem(err);
    }
    key->x509 = x509;
    const int rc = wrap(key);
    if (rc < 0) {
        gtls_private_key_free(key);
        return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_KEY_UNSUPPORTED, rc,
                         "GnuTLS cannot use this private key");
    }
    *out = key;
    return OTLS_OK;
}

static int import(gnutls_x509_privkey_t x509, const otls_key_source *source, const char *password)
{
    const gnutls_datum_t data = gtls_datum(source->data);
    switch (source->encoding) {
    case OTLS_KEY_PKCS8:
        return gnutls_x509_privkey_import_pkcs8(x509, &data, GNUTLS_X509_FMT_DER, NULL,
                                                GNUTLS_PKCS_PLAIN);
    case OTLS_KEY_PKCS1:
    case OTLS_KEY_SEC1:
        return gnutls_x509_privkey_import(x509, &data, GNUTLS_X509_FMT_DER);
    case OTLS_KEY_ENCRYPTED_PKCS8:
        return gnutls_x509_privkey_import_pkcs8(x509, &data, GNUTLS_X509_FMT_DER, password, 0);
    case OTLS_KEY_LEGACY_PEM:
        return gnutls_x509_privkey_import_openssl(x509, &data, password);
    default:
        return GNUTLS_E_UNKNOWN_PK_ALGORITHM;
    }
}

/* What is behind an element, whose contents are `*inside`; NULL: there is none, or not all. */
static const uint8_t *element(const uint8_t *at, const uint8_t *end, const uint8_t **inside)
{
    size_t size, octets = 0;
    if (at == NULL || end - at < 2)
        return NULL;
    size = at[1];
    if (size > 0x80) {
        octets = size - 0x80;
        size = 0;
    }
    if (octets > 2 || (size_t)(end - at) - 2 < octets)
        return NULL;
    for (size_t i = 0; i < octets; i++)
        size = size << 8 | at[2 + i];
    *inside = at + 2 + octets;
    return size <= (size_t)(end - *inside) ? *inside + size : NULL;
}

/* An ECPrivateKey (RFC 5915 3) without its [1], the public key: GnuTLS tries all forms of a key,
 * and tells what came of the last. */
static bool lacks_public_key(const otls_key_source *source)
{
    const uint8_t *inside = NULL, *ignored;
    const uint8_t *end = source->data.data + source->data.size;
    if (source->encoding != OTLS_KEY_SEC1 || element(source->data.data, end, &inside) != end)
        return false;
    for (const uint8_t *at = inside; at != end; at = element(at, end, &ignored))
        if (at == NULL || at[0] == 0xa1)
            return false;
    return true;
}

static bool needs_public_key(int rc, const otls_key_source *source)
{
    return rc == GNUTLS_E_ASN1_ELEMENT_NOT_FOUND || lacks_public_key(source);
}

static int32_t code_of(int rc, const otls_key_source *source)
{
    const gnutls_datum_t data = gtls_datum(source->data);
    switch (rc) {
    case GNUTLS_E_UNKNOWN_PK_ALGORITHM:
    case GNUTLS_E_ECC_UNSUPPORTED_CURVE:
    case GNUTLS_E_UNKNOWN_CIPHER_TYPE:
    case GNUTLS_E_UNIMPLEMENTED_FEATURE:
        return OTLS_CODE_KEY_UNSUPPORTED;
    case GNUTLS_E_DECRYPTION_FAILED:
    case GNUTLS_E_INVALID_PASSWORD:
    case GNUTLS_E_INVALID_PASSWORD_STRING:
        return OTLS_CODE_WRONG_PASSWORD;
    default:
        break;
    }
    if (needs_public_key(rc, source))
        return OTLS_CODE_KEY_UNSUPPORTED;
    /* A wrong password can leave bytes that pass the padding check and then do not parse. */
    if (source->encoding == OTLS_KEY_LEGACY_PEM)
        return OTLS_CODE_WRONG_PASSWORD;
    if (source->encoding == OTLS_KEY_ENCRYPTED_PKCS8 &&
        gnutls_pkcs8_info(&data, GNUTLS_X509_FMT_DER, NULL, NULL, NULL, NULL, NULL, NULL) == 0)
        return OTLS_CODE_WRONG_PASSWORD;
    return OTLS_CODE_BAD_DER;
}

static const char *words_of(int rc, const otls_key_source *source)
{
    if (needs_public_key(rc, source))
        return "GnuTLS takes no EC key without its public key, which openssl ec adds";
    return source->encoding == OTLS_KEY_ENCRYPTED_PKCS8 || source->encoding == OTLS_KEY_LEGACY_PEM
               ? "the private key could not be decrypted"
               : "the private key could not be read";
}

otls_status gtls_private_key_import(otls_native_key **out, const otls_key_source *source,
                                    otls_error *err)
{
    gnutls_x509_privkey_t x509 = NULL;
    char *password = gtls_password(source->password);
    if (password == NULL)
        return gtls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD, 0,
                         "GnuTLS takes no password with a NUL byte or beyond 4096 bytes");
    int rc = gnutls_x509_privkey_init(&x509);
    if (rc == 0)
        rc = import(x509, source, password);
    /* Do the numbers belong together? What a wrong password decrypts to does not get by. */
    if (rc == 0)
        rc = gnutls_x509_privkey_verify_params(x509);
    gtls_password_free(password);
    if (rc == 0)
        return gtls_key_wrap(out, x509, err);
    if (x509 != NULL)
        gnutls_x509_privkey_deinit(x509);
    return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), code_of(rc, source), rc,
                     words_of(rc, source));
}

otls_status gtls_private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                    size_t *length, otls_error *err)
{
    size_t size = capacity;
    const int rc = gnutls_pubkey_export(key->public_key, GNUTLS_X509_FMT_DER, out, &size);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), 0, rc,
                         "the public key could not be written");
    *length = size;
    return OTLS_OK;
}

otls_status gtls_private_key_accelerate(const otls_native_key *key,
                                        const otls_accelerator *accelerator, otls_rsa_key **out,
                                        otls_error *err)
{
    gnutls_datum_t der;
    *out = NULL;
    if (key->x509 == NULL || key->pk != GNUTLS_PK_RSA)
        return gtls_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED, 0,
                         "this is no RSA key of GnuTLS'");
    const int rc = gnutls_x509_privkey_export2(key->x509, GNUTLS_X509_FMT_DER, &der);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), 0, rc,
                         "the private key could not be written");
    const otls_status status =
        accelerator->rsa_new(out, (otls_slice){der.data, der.size}, err);
    gnutls_memset(der.data, 0, der.size);
    gnutls_free(der.data);
    return status;
}

void gtls_public_key_free(otls_native_public_key *key)
{
    if (key == NULL)
        return;
    if (key->key != NULL)
        gnutls_pubkey_deinit(key->key);
    free(key);
}

int gtls_spki_import(gnutls_pubkey_t *key, const gnutls_datum_t *der)
{
    int rc = gnutls_pubkey_init(key);
    if (rc < 0) {
        *key = NULL;
        return rc;
    }
    rc = gnutls_pubkey_import(*key, der, GNUTLS_X509_FMT_DER);
    if (rc < 0) {
        gnutls_pubkey_deinit(*key);
        *key = NULL;
    }
    return rc;
}

otls_status gtls_public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    if (spki.size > 65536)
        return gtls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, 0, "the key is too long");
    otls_native_public_key *key = calloc(1, sizeof(*key) + spki.size);
    if (key == NULL)
        return gtls_fail_nomem(err);
    memcpy(key->spki, spki.data, spki.size);
    key->spki_size = (unsigned)spki.size;
    const gnutls_datum_t der = {key->spki, key->spki_size};
    const int rc = gtls_spki_import(&key->key, &der);
    if (rc < 0) {
        gtls_public_key_free(key);
        const bool unknown =
            rc == GNUTLS_E_UNKNOWN_PK_ALGORITHM || rc == GNUTLS_E_UNIMPLEMENTED_FEATURE ||
            rc == GNUTLS_E_ECC_UNSUPPORTED_CURVE || rc == GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
        return unknown ? gtls_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED, rc,
                                   "GnuTLS lacks this kind of public key")
                       : gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_BAD_DER, rc,
                                   "the public key is malformed");
    }
    key->pk = gnutls_pubkey_get_pk_algorithm(key->key, NULL);
    *out = key;
    return OTLS_OK;
}
