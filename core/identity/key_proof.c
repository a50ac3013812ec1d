/* SPDX-License-Identifier: MIT */
/*
 * Is a private key one that can be used, and are its two halves of one key? Engines differ: some
 * take a point, or RSA's numbers, that do not belong to the secret part, and every handshake would
 * fail.
 */
#include "base/base.h"
#include "identity/key.h"

#define SIGNATURE_MAX 2048u /* RSA of 16,384 bits */

static otls_status refuse(otls_error *err, int32_t code, const char *what, const char *why)
{
    return omni_fail(err, OTLS_E_CREDENTIAL, code, "%s: the private key %s", what, why);
}

/* The bounds that peers' keys have. */
static otls_status check_form(const omni_x509 *key, const char *malformed, const char *what,
                              otls_error *err)
{
    switch (malformed != NULL ? OMNI_KEY_FAULT_POINT : (omni_key_fault)key->key_fault) {
    case OMNI_KEY_FAULT_NONE:
    case OMNI_KEY_FAULT_COMPRESSED: /* what nobody can verify with is refused where it is used */
    case OMNI_KEY_FAULT_CURVE_UNKNOWN:
    case OMNI_KEY_FAULT_DSA:
        return OTLS_OK;
    case OMNI_KEY_FAULT_EXPONENT:
        return refuse(err, OTLS_CODE_BAD_DER, what, "is RSA with an exponent that is even or 1");
    case OMNI_KEY_FAULT_SIZE:
        return refuse(err, OTLS_CODE_LIMIT, what,
                      "is RSA of more than 16384 bits, or with an exponent of more than 64");
    default:
        return refuse(err, OTLS_CODE_BAD_DER, what, "has no public half that may be used");
    }
}

/* OTLS_E_VERIFY: what one half signs is not the other's. What cannot be tried is not refused for
 * that. */
static otls_status try_both(const otls_crypto_ops *crypto, const otls_native_key *key,
                            otls_slice spki, otls_signature_kind kind, uint8_t *signature)
{
    static const uint8_t text[] = "omnitls: are these two halves of one key?";
    const otls_signature_algorithm algorithm = {.kind = (uint8_t)kind,
                                                .hash = OTLS_SIG_HASH_SHA256};
    const otls_slice data = {text, sizeof(text)};
    otls_native_public_key *public_key;
    otls_error unused = OTLS_ERROR_INIT;
    size_t size = 0;
    otls_status status = omni_crypto_key(crypto, spki, &public_key, &unused);

    if (status != OTLS_OK)
        return status;
    status = OMNI_ENGINE_GET(&unused, crypto->sign(key, &algorithm, data, signature, SIGNATURE_MAX,
                                                   &size, &unused));
    if (status == OTLS_OK && size <= SIGNATURE_MAX)
        status = omni_crypto_verify(crypto, public_key, &algorithm, data,
                                    (otls_slice){signature, size}, &unused);
    crypto->public_key_free(public_key);
    return status;
}

otls_status omni_key_prove(const otls_backend *backend, const otls_native_key *key,
                           const char *what, otls_error *err)
{
    const otls_crypto_ops *crypto = OMNI_MODULE(backend)->crypto;
    uint8_t *const room = omni_malloc(OMNI_SPKI_MAX + SIGNATURE_MAX);
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;
    omni_x509 read;
    size_t size = 0;

    if (room == NULL)
        return omni_fail_nomem(err);
    status = OMNI_ENGINE_GET(&inner,
                             crypto->private_key_public(key, room, OMNI_SPKI_MAX, &size, &inner));
    if (status != OTLS_OK || size > OMNI_SPKI_MAX) {
        omni_free(room);
        return status == OTLS_E_NOMEM ? omni_fail_nomem(err) : OTLS_OK; /* who uses it will say */
    }
    const char *const malformed = omni_public_key_read((otls_slice){room, size}, &read);

    status = check_form(&read, malformed, what, err);
    if (status == OTLS_OK && (read.key_type == OMNI_KEY_RSA || read.key_type == OMNI_KEY_EC)) {
        status = try_both(crypto, key, (otls_slice){room, size},
                          read.key_type == OMNI_KEY_RSA ? OTLS_SIG_RSA_PKCS1 : OTLS_SIG_ECDSA,
                          room + OMNI_SPKI_MAX);
        if (status == OTLS_E_VERIFY || status == OTLS_E_CREDENTIAL)
            status =
                refuse(err, OTLS_CODE_BAD_DER, what, "does not belong to the public one within it");
        else
            status = status == OTLS_E_NOMEM ? omni_fail_nomem(err) : OTLS_OK;
    }
    omni_free(room);
    return status;
}
