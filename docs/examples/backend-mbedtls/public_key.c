/* SPDX-License-Identifier: MIT */
/* Public keys, and signatures both ways. */
#include "mbed.h"

otls_status mbed_public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    otls_native_public_key *key = calloc(1, sizeof(*key));
    int rc;

    if (key == NULL)
        return mbed_fail_nomem(err);
    mbedtls_pk_init(&key->pk);
    rc = mbedtls_pk_parse_public_key(&key->pk, spki.data, spki.size);
    if (rc == 0) {
        *out = key;
        return OTLS_OK;
    }
    mbed_public_key_free(key);
    if (rc == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || rc == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE ||
        rc == MBEDTLS_ERR_PK_KEY_INVALID_FORMAT || rc == MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE)
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED, rc,
                         "mbed TLS has no such kind of key");
    return mbed_fail(err, mbed_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_BAD_DER, rc,
                     "the public key cannot be read");
}

void mbed_public_key_free(otls_native_public_key *key)
{
    if (key == NULL)
        return;
    mbedtls_pk_free(&key->pk);
    free(key);
}

/* The digest of `data`; its length, or 0. */
static size_t hashed(mbedtls_md_type_t md, otls_slice data, uint8_t out[MBEDTLS_MD_MAX_SIZE])
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);

    if (info == NULL || mbedtls_md(info, data.data, data.size, out) != 0)
        return 0;
    return mbedtls_md_get_size(info);
}

static bool is_edwards(const otls_signature_algorithm *algorithm)
{
    return algorithm->kind == OTLS_SIG_ED25519 || algorithm->kind == OTLS_SIG_ED448;
}

static bool fits(const mbedtls_pk_context *pk, const otls_signature_algorithm *algorithm)
{
    return mbedtls_pk_can_do(pk, algorithm->kind == OTLS_SIG_ECDSA ? MBEDTLS_PK_ECDSA
                                                                   : MBEDTLS_PK_RSA) != 0;
}

otls_status mbed_verify(const otls_native_public_key *key,
                        const otls_signature_algorithm *algorithm, otls_slice data,
                        otls_slice signature, otls_error *err)
{
    /* mbed TLS' functions take no const; they lock what they change in a key */
    mbedtls_pk_context *pk = (mbedtls_pk_context *)(uintptr_t)&key->pk;
    const mbedtls_md_type_t md = mbed_sig_hash(algorithm->hash);
    const mbedtls_pk_rsassa_pss_options pss = {.mgf1_hash_id = mbed_sig_hash(algorithm->mgf_hash),
                                               .expected_salt_len = algorithm->salt_length};
    uint8_t hash[MBEDTLS_MD_MAX_SIZE];
    size_t size;
    int rc;

    if (is_edwards(algorithm))
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "mbed TLS has no EdDSA");
    if (!fits(pk, algorithm))
        return mbed_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE, 0, "the signature is of another kind");
    size = hashed(md, data, hash);
    if (size == 0)
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "mbed TLS has no such digest");
    if (algorithm->kind == OTLS_SIG_RSA_PSS)
        rc = mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &pss, pk, md, hash, size, signature.data,
                                   signature.size);
    else
        rc = mbedtls_pk_verify(pk, md, hash, size, signature.data, signature.size);
    if (rc == 0)
        return OTLS_OK;
    return mbed_fail(err, mbed_category(rc, OTLS_E_VERIFY), OTLS_CODE_NONE, rc,
                     "the signature is not good");
}

static size_t room_for(const mbedtls_pk_context *pk)
{
    return mbedtls_pk_can_do(pk, MBEDTLS_PK_RSA) ? mbedtls_pk_get_len(pk) : MBEDTLS_ECDSA_MAX_LEN;
}

static otls_status sign(const otls_native_key *key, const otls_signature_algorithm *algorithm,
                        const uint8_t *hash, size_t size, uint8_t *out, size_t *length,
                        otls_error *err)
{
    mbedtls_pk_context *pk = (mbedtls_pk_context *)(uintptr_t)&key->pk;
    int rc;

    if (algorithm->kind != OTLS_SIG_RSA_PSS) {
        rc = mbed_release_sign(pk, mbed_sig_hash(algorithm->hash), hash, size, out,
                               MBEDTLS_PK_SIGNATURE_MAX_SIZE, length);
    } else if (key->signer != NULL || algorithm->mgf_hash != algorithm->hash) {
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                         "mbed TLS cannot sign with these parameters");
    } else {
        rc = mbed_release_sign_pss(mbedtls_pk_rsa(*pk), mbed_sig_hash(algorithm->hash), hash, size,
                                   algorithm->salt_length, out);
        *length = mbedtls_pk_get_len(pk);
    }
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, mbed_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_NONE, rc,
                               "the key did not sign");
}

otls_status mbed_sign(const otls_native_key *key, const otls_signature_algorithm *algorithm,
                      otls_slice data, uint8_t *out, size_t capacity, size_t *length,
                      otls_error *err)
{
    uint8_t hash[MBEDTLS_MD_MAX_SIZE], room[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    otls_status status;
    size_t size;

    if (is_edwards(algorithm) || !fits(&key->pk, algorithm))
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                         "the key cannot make such a signature");
    size = hashed(mbed_sig_hash(algorithm->hash), data, hash);
    if (size == 0)
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "mbed TLS has no such digest");
    if (room_for(&key->pk) > sizeof(room))
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_LIMIT, 0, "the key is too large");
    status = sign(key, algorithm, hash, size, room, length, err);
    if (status != OTLS_OK)
        return status;
    if (*length > capacity)
        return mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, 0, "no room for the signature");
    memcpy(out, room, *length);
    return OTLS_OK;
}
