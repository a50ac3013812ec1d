/* SPDX-License-Identifier: MIT */
/* Random bytes, digests, signatures. */
#include "gtls.h"

gnutls_sign_algorithm_t gtls_sign_algorithm(const otls_signature_algorithm *algorithm, int pk)
{
    static const gnutls_sign_algorithm_t pkcs1[] = {GNUTLS_SIGN_UNKNOWN,    GNUTLS_SIGN_RSA_SHA1,
                                                    GNUTLS_SIGN_RSA_SHA224, GNUTLS_SIGN_RSA_SHA256,
                                                    GNUTLS_SIGN_RSA_SHA384, GNUTLS_SIGN_RSA_SHA512};
    static const gnutls_sign_algorithm_t ecdsa[] = {
        GNUTLS_SIGN_UNKNOWN,      GNUTLS_SIGN_ECDSA_SHA1,   GNUTLS_SIGN_ECDSA_SHA224,
        GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_SIGN_ECDSA_SHA512};
    static const gnutls_sign_algorithm_t pss[] = {
        GNUTLS_SIGN_UNKNOWN,        GNUTLS_SIGN_UNKNOWN,        GNUTLS_SIGN_UNKNOWN,
        GNUTLS_SIGN_RSA_PSS_SHA256, GNUTLS_SIGN_RSA_PSS_SHA384, GNUTLS_SIGN_RSA_PSS_SHA512};
    static const gnutls_sign_algorithm_t rsae[] = {GNUTLS_SIGN_UNKNOWN,
                                                   GNUTLS_SIGN_UNKNOWN,
                                                   GNUTLS_SIGN_UNKNOWN,
                                                   GNUTLS_SIGN_RSA_PSS_RSAE_SHA256,
                                                   GNUTLS_SIGN_RSA_PSS_RSAE_SHA384,
                                                   GNUTLS_SIGN_RSA_PSS_RSAE_SHA512};
    if (algorithm->hash > OTLS_SIG_HASH_SHA512)
        return GNUTLS_SIGN_UNKNOWN;
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PKCS1:
        return pkcs1[algorithm->hash];
    case OTLS_SIG_RSA_PSS:
        if (algorithm->mgf_hash != algorithm->hash)
            return GNUTLS_SIGN_UNKNOWN;
        return pk == GNUTLS_PK_RSA_PSS ? pss[algorithm->hash] : rsae[algorithm->hash];
    case OTLS_SIG_ECDSA:
        return ecdsa[algorithm->hash];
    case OTLS_SIG_ED25519:
        return GNUTLS_SIGN_EDDSA_ED25519;
    case OTLS_SIG_ED448:
        return GNUTLS_SIGN_EDDSA_ED448;
    default:
        return GNUTLS_SIGN_UNKNOWN;
    }
}

static otls_status crypto_random(void *out, size_t size, otls_error *err)
{
    const int rc = gnutls_rnd(GNUTLS_RND_RANDOM, out, size);
    return rc < 0 ? gtls_fail(err, OTLS_E_INTERNAL, 0, rc, "no random bytes") : OTLS_OK;
}

static otls_status crypto_digest(otls_hash hash, const void *data, size_t size, uint8_t *out,
                                 otls_error *err)
{
    static const gnutls_digest_algorithm_t digests[] = {
        [OTLS_SIG_HASH_SHA1] = GNUTLS_DIG_SHA1,
        [OTLS_SIG_HASH_SHA256] = GNUTLS_DIG_SHA256,
        [OTLS_SIG_HASH_SHA384] = GNUTLS_DIG_SHA384,
        [OTLS_SIG_HASH_SHA512] = GNUTLS_DIG_SHA512,
    };
    const gnutls_digest_algorithm_t algorithm = digests[kit_sig_hash(hash)];
    if (algorithm == GNUTLS_DIG_UNKNOWN)
        return gtls_fail(err, OTLS_E_UNSUPPORTED, 0, 0, "no such digest");
    const int rc = gnutls_hash_fast(algorithm, data, size, out);
    return rc < 0 ? gtls_fail(err, gtls_category(rc, OTLS_E_UNSUPPORTED), 0, rc, "no digest")
                  : OTLS_OK;
}

/* Core decides what is weak; the engine only says whether the numbers fit. */
#define ANY_STRENGTH                                                                               \
    (GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1 |                             \
     GNUTLS_VERIFY_ALLOW_SIGN_RSA_MD5)

/* A salt length belongs to the key handle, and ours is shared: use a private one. */
static int verify_pss(const otls_native_public_key *key, gnutls_sign_algorithm_t algorithm,
                      unsigned salt, const gnutls_datum_t *data, const gnutls_datum_t *signature)
{
    const gnutls_datum_t der = {(unsigned char *)(uintptr_t)key->spki, key->spki_size};
    gnutls_pubkey_t own = NULL;
    gnutls_x509_spki_t spki = NULL;
    int rc = gtls_spki_import(&own, &der);
    if (rc == 0)
        rc = gnutls_x509_spki_init(&spki);
    if (rc == 0) {
        gnutls_x509_spki_set_rsa_pss_params(spki, gnutls_sign_get_hash_algorithm(algorithm), salt);
        rc = gnutls_pubkey_set_spki(own, spki, 0);
    }
    if (rc == 0)
        rc = gnutls_pubkey_verify_data2(own, algorithm, ANY_STRENGTH, data, signature);
    if (spki != NULL)
        gnutls_x509_spki_deinit(spki);
    if (own != NULL)
        gnutls_pubkey_deinit(own);
    return rc;
}

static otls_status crypto_verify(const otls_native_public_key *key,
                                 const otls_signature_algorithm *algorithm, otls_slice data,
                                 otls_slice signature, otls_error *err)
{
    const gnutls_sign_algorithm_t id = gtls_sign_algorithm(algorithm, key->pk);
    const gnutls_datum_t signed_data = gtls_datum(data);
    const gnutls_datum_t proof = gtls_datum(signature);
    if (id == GNUTLS_SIGN_UNKNOWN || gnutls_sign_get_name(id) == NULL)
        return gtls_fail(err, OTLS_E_UNSUPPORTED, 0, 0, "GnuTLS lacks this signature algorithm");
    if (!gnutls_sign_supports_pk_algorithm(id, (gnutls_pk_algorithm_t)key->pk))
        return gtls_fail(err, OTLS_E_VERIFY, 0, 0, "key and signature algorithm do not fit");
    const int rc =
        algorithm->kind == OTLS_SIG_RSA_PSS
            ? verify_pss(key, id, algorithm->salt_length, &signed_data, &proof)
            : gnutls_pubkey_verify_data2(key->key, id, ANY_STRENGTH, &signed_data, &proof);
    switch (rc) {
    case GNUTLS_E_MEMORY_ERROR:
        return gtls_fail_nomem(err);
    case GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM:
    case GNUTLS_E_UNIMPLEMENTED_FEATURE:
    case GNUTLS_E_UNKNOWN_ALGORITHM:
    case GNUTLS_E_INSUFFICIENT_SECURITY:
        return gtls_fail(err, OTLS_E_UNSUPPORTED, 0, rc, "the signature cannot be checked");
    default:
        return rc >= 0 ? OTLS_OK
                       : gtls_fail(err, OTLS_E_VERIFY, 0, rc, "the signature is not good");
    }
}

static otls_status crypto_sign(const otls_native_key *key,
                               const otls_signature_algorithm *algorithm, otls_slice data,
                               uint8_t *out, size_t capacity, size_t *length, otls_error *err)
{
    const gnutls_sign_algorithm_t id = gtls_sign_algorithm(algorithm, key->pk);
    const gnutls_datum_t message = gtls_datum(data);
    gnutls_datum_t signature = {NULL, 0};
    if (id == GNUTLS_SIGN_UNKNOWN || gnutls_sign_get_name(id) == NULL)
        return gtls_fail(err, OTLS_E_UNSUPPORTED, 0, 0, "GnuTLS lacks this signature algorithm");
    if (algorithm->kind == OTLS_SIG_RSA_PSS && key->sign == NULL &&
        algorithm->salt_length != gnutls_hash_get_len(gnutls_sign_get_hash_algorithm(id)))
        return gtls_fail(err, OTLS_E_UNSUPPORTED, 0, 0,
                         "GnuTLS signs only with a salt as long as the digest");
    const int rc = gnutls_privkey_sign_data2(key->key, id, 0, &message, &signature);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), 0, rc, "nothing was signed");
    const otls_status status = kit_give((otls_slice){signature.data, signature.size}, out, capacity,
                                        length, GTLS_NAME, err);
    gnutls_free(signature.data);
    return status;
}

const otls_crypto_ops gtls_crypto_ops = {
    .size = sizeof(otls_crypto_ops),
    .random = crypto_random,
    .digest = crypto_digest,
    .private_key_import = gtls_private_key_import,
    .private_key_free = gtls_private_key_free,
    .private_key_public = gtls_private_key_public,
    .public_key_import = gtls_public_key_import,
    .public_key_free = gtls_public_key_free,
    .verify = crypto_verify,
    .sign = crypto_sign,
    .private_key_from_callback = gtls_signer_new,
    .pbkdf2 = gtls_pbkdf2,
    .decrypt_cbc = gtls_decrypt_cbc,
    .private_key_accelerate = gtls_private_key_accelerate,
};
