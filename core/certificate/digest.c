/* SPDX-License-Identifier: MIT */
/* Fingerprints and pins: the engine computes the digest. */
#include "base/base.h"
#include "certificate/parts.h"
#include "engine/engine.h"

static otls_status digest(const otls_backend *backend, otls_hash hash, otls_slice data,
                          uint8_t *out, otls_error *err)
{
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&backend, NULL, err));
    return omni_digest(backend, hash, data, out, err);
}

otls_status otls_certificate_fingerprint(const otls_certificate *cert, const otls_backend *backend,
                                         otls_hash hash, uint8_t *out, size_t capacity,
                                         size_t *length, otls_error *err)
{
    const size_t size = omni_hash_size(hash);

    if (cert == NULL || out == NULL || size == 0 || capacity < size)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "no such digest, or no room for its %zu bytes", size);
    OMNI_TRY(digest(backend, hash, cert->x509.der, out, err));
    if (length != NULL)
        *length = size;
    return OTLS_OK;
}

otls_status otls_certificate_pin(const otls_certificate *cert, const otls_backend *backend,
                                 char out[64], otls_error *err)
{
    uint8_t hash[32];

    if (cert == NULL || out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "no certificate, or nowhere to put its pin");
    OMNI_TRY(digest(backend, OTLS_HASH_SHA256, cert->x509.spki, hash, err));
    (void)omni_base64((otls_slice){.data = hash, .size = sizeof(hash)}, out, 64);
    return OTLS_OK;
}
