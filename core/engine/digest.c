/* SPDX-License-Identifier: MIT */
/* How long digests are. */
#include "engine/engine.h"

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
