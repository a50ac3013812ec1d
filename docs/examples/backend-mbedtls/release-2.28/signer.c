/* SPDX-License-Identifier: MIT */
/*
 * A private key that is held elsewhere. mbed TLS keeps a key's functions in a table, and the header
 * that describes it is installed: a table of our own asks the application to sign. For RSA and
 * ECDSA it hands out the bare digest and its hash, which is what key.h promises.
 */
#include "mbed.h"

#include <mbedtls/pk_internal.h>

struct mbed_signer {
    mbedtls_pk_info_t table;
    mbedtls_pk_context public_half;
    otls_sign_callback sign;
    void *user;
};

static size_t bit_length(const void *context)
{
    const struct mbed_signer *signer = context;

    return mbedtls_pk_get_bitlen(&signer->public_half);
}

static int can_rsa(mbedtls_pk_type_t type)
{
    return type == MBEDTLS_PK_RSA;
}

static int can_ec(mbedtls_pk_type_t type)
{
    return type == MBEDTLS_PK_ECKEY || type == MBEDTLS_PK_ECDSA;
}

static int sign_elsewhere(void *context, mbedtls_md_type_t md, const unsigned char *hash,
                          size_t hash_size, unsigned char *out, size_t *length,
                          int (*rng)(void *, unsigned char *, size_t), void *rng_user)
{
    const struct mbed_signer *signer = context;
    const bool rsa = signer->table.type == MBEDTLS_PK_RSA;
    const size_t room = rsa ? mbedtls_pk_get_len(&signer->public_half) : MBEDTLS_ECDSA_MAX_LEN;
    const otls_signature_algorithm algorithm = {
        .kind = rsa ? OTLS_SIG_RSA_PKCS1 : OTLS_SIG_ECDSA,
        .hash = mbed_sig_hash_of(md),
    };
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);

    (void)rng, (void)rng_user;
    if (hash_size == 0 && info != NULL)
        hash_size = mbedtls_md_get_size(info);
    return signer->sign(&algorithm, hash, hash_size, out, room, length, signer->user) == OTLS_OK
               ? 0
               : MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
}

static void keep(void *context)
{
    (void)context; /* the signer is freed with its otls_native_key */
}

void mbed_signer_free(struct mbed_signer *signer)
{
    if (signer == NULL)
        return;
    mbedtls_pk_free(&signer->public_half);
    free(signer);
}

otls_status mbed_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err)
{
    otls_native_key *key = calloc(1, sizeof(*key));
    struct mbed_signer *signer = calloc(1, sizeof(*signer));
    int rc = MBEDTLS_ERR_PK_ALLOC_FAILED;

    if (key != NULL && signer != NULL) {
        mbedtls_pk_init(&signer->public_half);
        rc = mbedtls_pk_parse_public_key(&signer->public_half, spki.data, spki.size);
        key->spki = malloc(spki.size);
        if (rc == 0 && key->spki == NULL)
            rc = MBEDTLS_ERR_PK_ALLOC_FAILED;
    }
    if (rc != 0) {
        mbed_signer_free(signer);
        free(key != NULL ? key->spki : NULL);
        free(key);
        return mbed_fail(err, mbed_category(rc, OTLS_E_UNSUPPORTED), OTLS_CODE_KEY_UNSUPPORTED, rc,
                         "mbed TLS cannot sign by callback with a key of this kind");
    }
    memcpy(key->spki, spki.data, spki.size);
    key->spki_size = spki.size;
    signer->sign = sign;
    signer->user = user;
    signer->table = (mbedtls_pk_info_t){
        .type = mbedtls_pk_get_type(&signer->public_half),
        .name = "held elsewhere",
        .get_bitlen = bit_length,
        .can_do = mbedtls_pk_can_do(&signer->public_half, MBEDTLS_PK_RSA) ? can_rsa : can_ec,
        .sign_func = sign_elsewhere,
        .ctx_free_func = keep,
    };
    key->signer = signer;
    key->pk = (mbedtls_pk_context){.pk_info = &signer->table, .pk_ctx = signer};
    *out = key;
    return OTLS_OK;
}
