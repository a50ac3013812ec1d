/* SPDX-License-Identifier: MIT */
/*
 * A private key that is held elsewhere. 3.6 does not install the header of its tables of functions;
 * what is left is a call for RSA, which hands out the bare digest and its hash for PKCS #1, and has
 * nothing for PSS.
 */
#include "mbed.h"

struct mbed_signer {
    mbedtls_pk_context public_half;
    otls_sign_callback sign;
    void *user;
};

static size_t size_of(void *context)
{
    const struct mbed_signer *signer = context;

    return mbedtls_pk_get_len(&signer->public_half);
}

static int decrypt_nothing(void *context, size_t *size, const unsigned char *in, unsigned char *out,
                           size_t room)
{
    (void)context, (void)size, (void)in, (void)out, (void)room;
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}

static int sign_elsewhere(void *context, int (*rng)(void *, unsigned char *, size_t),
                          void *rng_user, mbedtls_md_type_t md, unsigned int hash_size,
                          const unsigned char *hash, unsigned char *out)
{
    const struct mbed_signer *signer = context;
    const otls_signature_algorithm algorithm = {
        .kind = OTLS_SIG_RSA_PKCS1,
        .hash = mbed_sig_hash_of(md),
    };
    size_t length = 0;

    (void)rng, (void)rng_user;
    return signer->sign(&algorithm, hash, hash_size, out, size_of(context), &length,
                        signer->user) == OTLS_OK &&
                   length == size_of(context)
               ? 0
               : MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}

void mbed_signer_free(struct mbed_signer *signer)
{
    if (signer == NULL)
        return;
    mbedtls_pk_free(&signer->public_half);
    free(signer);
}

/* The key's parts; the caller frees them when this fails. */
static int make(otls_native_key *key, otls_slice spki)
{
    struct mbed_signer *signer = key->signer;
    int rc = mbedtls_pk_parse_public_key(&signer->public_half, spki.data, spki.size);

    if (rc == 0 && !mbedtls_pk_can_do(&signer->public_half, MBEDTLS_PK_RSA))
        rc = MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
    if (rc == 0)
        rc = mbedtls_pk_setup_rsa_alt(&key->pk, signer, decrypt_nothing, sign_elsewhere, size_of);
    if (rc != 0)
        return rc;
    key->spki = malloc(spki.size);
    if (key->spki == NULL)
        return MBEDTLS_ERR_PK_ALLOC_FAILED;
    memcpy(key->spki, spki.data, spki.size);
    key->spki_size = spki.size;
    return 0;
}

otls_status mbed_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err)
{
    otls_native_key *key = calloc(1, sizeof(*key));
    int rc;

    if (key == NULL)
        return mbed_fail_nomem(err);
    mbedtls_pk_init(&key->pk);
    key->signer = calloc(1, sizeof(*key->signer));
    if (key->signer == NULL) {
        free(key);
        return mbed_fail_nomem(err);
    }
    mbedtls_pk_init(&key->signer->public_half);
    key->signer->sign = sign;
    key->signer->user = user;
    rc = make(key, spki);
    if (rc == 0) {
        *out = key;
        return OTLS_OK;
    }
    mbed_private_key_free(key);
    return mbed_fail(err, mbed_category(rc, OTLS_E_UNSUPPORTED), OTLS_CODE_KEY_UNSUPPORTED, rc,
                     "mbed TLS 3.6 signs by callback with RSA keys alone");
}
