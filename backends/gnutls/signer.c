/* SPDX-License-Identifier: MIT */
/* Keys that sign elsewhere, by callback: what GnuTLS asks of them, in the words of key.h. */
#include "gtls.h"

#define SIGNATURE_MAX 2048u /* RSA with 16384 bits */

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
        digest = kit_digest_of(digest, &described.hash);
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

otls_status gtls_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err)
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
