/* SPDX-License-Identifier: MIT */
#include "identity/key.h"

#include "base/base.h"

#include <string.h>

otls_status otls_password_string(char *out, size_t capacity, size_t *length, void *user)
{
    const size_t size = user != NULL ? strlen(user) : 0;

    if (user == NULL || size > capacity)
        return OTLS_E_USAGE;
    memcpy(out, user, size);
    *length = size;
    return OTLS_OK;
}

otls_status omni_key_wrap(otls_key **out, const otls_backend *backend, otls_native_key *native,
                          otls_error *err)
{
    otls_key *key = omni_calloc(1, sizeof(*key));

    if (key == NULL) {
        OMNI_MODULE(backend)->crypto->private_key_free(native);
        return omni_fail_nomem(err);
    }
    key->references = 1;
    key->backend = backend;
    key->native = native;
    *out = key;
    return OTLS_OK;
}

otls_status omni_key_adopt(otls_key **out, const otls_backend *backend, otls_native_key *native,
                           const char *what, otls_error *err)
{
    const otls_status status = omni_key_prove(backend, native, what, err);

    if (status == OTLS_OK)
        return omni_key_wrap(out, backend, native, err);
    OMNI_MODULE(backend)->crypto->private_key_free(native);
    return status;
}

otls_status otls_key_from_callback(otls_key **out, const otls_backend *backend, const void *spki,
                                   size_t spki_size, otls_sign_callback sign, void *user,
                                   void (*destroy)(void *user), otls_error *err)
{
    const otls_crypto_ops *crypto;
    otls_native_key *native = NULL;
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    *out = NULL;
    if (spki == NULL || sign == NULL || spki_size == 0 || spki_size > OMNI_SPKI_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "a public key of 1 to %d bytes and a sign callback are needed",
                         OMNI_SPKI_MAX);
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&backend, NULL, err));
    crypto = OMNI_MODULE(backend)->crypto;
    if (!OMNI_HAS(crypto, private_key_from_callback) ||
        otls_backend_supports(backend, OTLS_FEATURE_SIGN_CALLBACK, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, backend, OTLS_FEATURE_SIGN_CALLBACK);
    const otls_slice public_half = {spki, spki_size};

    status = OMNI_ENGINE_ASK(&inner, crypto->private_key_from_callback(&native, public_half, sign,
                                                                       user, &inner));
    if (omni_engine_fell_short(status)) {
        crypto->private_key_free(native);
        status = omni_fail_nomem(&inner);
    }
    if (status != OTLS_OK) {
        omni_error_give(err, &inner);
        return status;
    }
    OMNI_TRY(omni_key_wrap(out, backend, native, err));
    (*out)->elsewhere = true;
    (*out)->destroy = destroy;
    (*out)->user = user;
    return OTLS_OK;
}

otls_key *otls_key_ref(otls_key *key)
{
    if (key != NULL)
        omni_references_take(&key->references);
    return key;
}

void otls_key_free(otls_key *key)
{
    if (key == NULL || !omni_references_drop(&key->references))
        return;
    OMNI_MODULE(key->backend)->crypto->private_key_free(key->native);
    if (key->destroy != NULL)
        key->destroy(key->user);
    omni_free(key);
}

const otls_backend *otls_key_backend(const otls_key *key)
{
    return key->backend;
}

otls_status omni_key_spki(const otls_key *key, otls_slice *out, otls_error *err)
{
    uint8_t *const spki = omni_malloc(OMNI_SPKI_MAX);
    size_t size = 0;
    otls_error inner = OTLS_ERROR_INIT;
    const otls_crypto_ops *crypto = OMNI_MODULE(key->backend)->crypto;
    otls_status status;

    if (spki == NULL)
        return omni_fail_nomem(err);
    status = OMNI_ENGINE_GET(
        &inner, crypto->private_key_public(key->native, spki, OMNI_SPKI_MAX, &size, &inner));
    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    else if (size == 0 || size > OMNI_SPKI_MAX)
        status = omni_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE,
                           "%s answers a public key of %zu bytes", otls_backend_name(key->backend),
                           size);
    if (status == OTLS_OK)
        *out = (otls_slice){spki, size};
    else
        omni_free(spki);
    return status;
}

otls_status otls_key_public(const otls_key *key, uint8_t *out, size_t capacity, size_t *length,
                            otls_error *err)
{
    otls_slice spki;
    otls_status status = OTLS_OK;

    OMNI_TRY(omni_key_spki(key, &spki, err));
    if (spki.size > capacity)
        status = omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "room for %zu bytes is needed",
                           spki.size);
    if (status == OTLS_OK) {
        memcpy(out, spki.data, spki.size);
        *length = spki.size;
    }
    omni_free((void *)spki.data);
    return status;
}

/* ---- for those who sign elsewhere ---- */

otls_status otls_digest_info(int sig_hash, const uint8_t *digest, size_t size, uint8_t *out,
                             size_t capacity, size_t *length, otls_error *err)
{
    /* RFC 8017 9.2 note 1: SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING } */
    static const struct {
        uint8_t size, head_size, head[19];
    } heads[] = {
        [OTLS_SIG_HASH_NONE] = {.size = 36},
        [OTLS_SIG_HASH_SHA1] = {20,
                                15,
                                {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a,
                                 0x05, 0x00, 0x04, 0x14}},
        [OTLS_SIG_HASH_SHA224] = {28,
                                  19,
                                  {0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
                                   0x03, 0x04, 0x02, 0x04, 0x05, 0x00, 0x04, 0x1c}},
        [OTLS_SIG_HASH_SHA256] = {32,
                                  19,
                                  {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
                                   0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}},
        [OTLS_SIG_HASH_SHA384] = {48,
                                  19,
                                  {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
                                   0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30}},
        [OTLS_SIG_HASH_SHA512] = {64,
                                  19,
                                  {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
                                   0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40}},
    };

    if (sig_hash < 0 || (size_t)sig_hash >= OMNI_COUNT(heads) ||
        size != heads[sig_hash].size || capacity < heads[sig_hash].head_size + size)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "a digest of %zu bytes does not fit hash %d or the buffer", size,
                         sig_hash);
    memcpy(out, heads[sig_hash].head, heads[sig_hash].head_size);
    memcpy(out + heads[sig_hash].head_size, digest, size);
    *length = heads[sig_hash].head_size + size;
    return OTLS_OK;
}

/* An INTEGER of big-endian bytes: no leading zeros, a zero where the first bit is set. */
static size_t put_integer(uint8_t *out, const uint8_t *number, size_t size)
{
    size_t padding;

    while (size > 1 && number[0] == 0) {
        number++;
        size--;
    }
    padding = number[0] >= 0x80 ? 1 : 0;
    out[0] = 0x02;
    out[1] = (uint8_t)(size + padding);
    out[2] = 0;
    memcpy(out + 2 + padding, number, size);
    return 2 + padding + size;
}

otls_status otls_ecdsa_signature_der(const uint8_t *raw, size_t size, uint8_t *out, size_t capacity,
                                     size_t *length, otls_error *err)
{
    uint8_t body[2 * (66 + 3)];
    size_t used, head = 2;

    if (size == 0 || size % 2 != 0 || size > 132)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "%zu bytes are no signature of two equal halves", size);
    used = put_integer(body, raw, size / 2);
    used += put_integer(body + used, raw + size / 2, size / 2);
    if (used >= 0x80)
        head = 3;
    if (capacity < head + used)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "room for %zu bytes is needed",
                         head + used);
    out[0] = 0x30;
    out[1] = 0x81;
    out[head - 1] = (uint8_t)used;
    memcpy(out + head, body, used);
    *length = head + used;
    return OTLS_OK;
}
