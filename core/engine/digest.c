/* SPDX-License-Identifier: MIT */
/* The one way to a digest. */
#include "engine/engine.h"

#include "base/base.h"

size_t omni_hash_size(unsigned hash)
{
    switch (hash) {
    case OTLS_HASH_SHA1:
        return 20;
    case OTLS_HASH_SHA256:
        return 32;
    case OTLS_HASH_SHA384:
        return 48;
    case OTLS_HASH_SHA512:
        return 64;
    default:
        return 0;
    }
}

otls_status omni_digest(const otls_backend *backend, otls_hash hash, otls_slice data, uint8_t *out,
                        otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT; /* a slot always has a report to fill */
    const otls_status status =
        OMNI_MODULE(backend)->crypto->digest(hash, data.data, data.size, out, &inner);

    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    return status;
}
