/* SPDX-License-Identifier: MIT */
/* Private keys: in memory in every encoding, or behind a callback. */
#include "gtls.h"

#define PASSWORD_MAX 4096u
#define SIGNATURE_MAX 2048u /* RSA with 16384 bits */

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
    /* A wrong password can leave bytes that pass the padding check and then do not parse. */
    if (source->encoding == OTLS_KEY_LEGACY_PEM)
        return OTLS_CODE_WRONG_PASSWORD;
    if (source->encoding == OTLS_KEY_ENCRYPTED_PKCS8 &&
        gnutls_pkcs8_info(&data, GNUTLS_X509_FMT_DER, NULL, NULL, NULL, NULL, NULL, NULL) == 0)
        return OTLS_CODE_WRONG_PASSWORD;
    return OTLS_CODE_BAD_DER;
}

otls_status gtls_private_key_import(otls_native_key **out, const otls_key_source *source,
                                    otls_error *err)
{
    const bool encrypted =
        source->encoding == OTLS_KEY_ENCRYPTED_PKCS8 || source->encoding == OTLS_KEY_LEGACY_PEM;
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
                     encrypted ? "the private key could not be decrypted"
                               : "the private key could not be read");
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

/* ---- keys behind a callback ---- */

static bool describe(gnutls_sign_algorithm_t algorithm, otls_signature_algorithm *out)
{
    const uint16_t scheme = gtls_signature_iana(algorithm);
    const uint8_t high = (uint8_t)(scheme >> 8), low = (uint8_t)scheme;
    memset(out, 0, sizeof(*out));
    if (scheme == 0)
        return false;
    if (high == 0x08) {
        out->kind = low == 7 ? OTLS_SIG_ED25519 : low == 8 ? OTLS_SIG_ED448 : OTLS_SIG_RSA_PSS;
        if (out->kind != OTLS_SIG_RSA_PSS)
            return true;
        out->hash = (uint8_t)(OTLS_SIG_HASH_SHA256 + (low < 7 ? low - 4 : low - 9));
        out->mgf_hash = out->hash;
        out->salt_length = (uint16_t)(16 * (out->hash - OTLS_SIG_HASH_SHA256) + 32);
        return true;
    }
    out->kind = low == 1 ? OTLS_SIG_RSA_PKCS1 : OTLS_SIG_ECDSA;
    out->hash = (uint8_t)(high - 1); /* RFC 5246 counts sha1 from 2 */
    return true;
}

static int ask(const otls_native_key *key, const otls_signature_algorithm *algorithm,
               const gnutls_datum_t *data, gnutls_datum_t *signature)
{
    size_t length = 0;
    signature->data = gnutls_malloc(SIGNATURE_MAX);
    if (signature->data == NULL)
        return GNUTLS_E_MEMORY_ERROR;
    if (key->sign(algorithm, data->data, data->size, signature->data, SIGNATURE_MAX, &length,
                  key->user) != OTLS_OK ||
        length > SIGNATURE_MAX) {
        gnutls_free(signature->data);
        signature->data = NULL;
        return GNUTLS_E_PK_SIGN_FAILED;
    }
    signature->size = (unsigned)length;
    return 0;
}

static int sign_data(gnutls_privkey_t handle, gnutls_sign_algorithm_t algorithm, void *user,
                     unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *signature)
{
    otls_signature_algorithm described;
    (void)handle;
    (void)flags;
    if (!describe(algorithm, &described))
        return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
    return ask(user, &described, data, signature);
}

/*
 * For all but EdDSA, GnuTLS hashes first and asks for a signature over the digest. RSA_RAW is PKCS
 * #1 over a DigestInfo, which is taken apart: callbacks are promised the digest itself.
 */
static int sign_hash(gnutls_privkey_t handle, gnutls_sign_algorithm_t algorithm, void *user,
                     unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature)
{
    const otls_native_key *key = user;
    otls_signature_algorithm described = {.kind = OTLS_SIG_RSA_PKCS1};
    otls_slice digest = {hash->data, hash->size};
    (void)handle;
    (void)flags;
    /* TLS 1.1 and older name no algorithm at all */
    if (algorithm == GNUTLS_SIGN_RSA_RAW ||
        (algorithm == GNUTLS_SIGN_UNKNOWN && key->pk == GNUTLS_PK_RSA))
        digest = otls_backend_digest_of(digest, &described.hash);
    else if (algorithm == GNUTLS_SIGN_UNKNOWN && key->pk == GNUTLS_PK_ECDSA)
        described = (otls_signature_algorithm){.kind = OTLS_SIG_ECDSA, .hash = OTLS_SIG_HASH_SHA1};
    else if (!describe(algorithm, &described))
        return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
    if (digest.data == NULL)
        return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
    const gnutls_datum_t data = gtls_datum(digest);
    return ask(key, &described, &data, signature);
}

static int key_info(gnutls_privkey_t handle, unsigned flags, void *user)
{
    const otls_native_key *key = user;
    (void)handle;
    if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO)
        return key->pk;
    if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
        return (int)key->bits;
    if (flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO)
        return gnutls_sign_supports_pk_algorithm(
                   (gnutls_sign_algorithm_t)GNUTLS_FLAGS_TO_SIGN_ALGO(flags),
                   (gnutls_pk_algorithm_t)key->pk) != 0;
    return -1;
}

otls_status gtls_private_key_from_callback(otls_native_key **out, otls_slice spki,
                                           otls_sign_callback sign, void *user, otls_error *err)
{
    const gnutls_datum_t der = gtls_datum(spki);
    otls_native_key *key = calloc(1, sizeof(*key));
    if (key == NULL)
        return gtls_fail_nomem(err);
    key->sign = sign;
    key->user = user;
    int rc = gnutls_pubkey_init(&key->public_key);
    if (rc == 0)
        rc = gnutls_pubkey_import(key->public_key, &der, GNUTLS_X509_FMT_DER);
    if (rc == 0) {
        key->pk = gnutls_pubkey_get_pk_algorithm(key->public_key, &key->bits);
        rc = gnutls_privkey_init(&key->key);
    }
    if (rc == 0)
        rc = gnutls_privkey_import_ext4(key->key, key, sign_data, sign_hash, NULL, NULL, key_info,
                                        0);
    if (rc < 0) {
        gtls_private_key_free(key);
        return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_KEY_UNSUPPORTED, rc,
                         "GnuTLS cannot use this public key");
    }
    *out = key;
    return OTLS_OK;
}
