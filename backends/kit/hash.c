/* SPDX-License-Identifier: MIT */
/* Digests: the numbers of one list in another, and what a DigestInfo holds. */
#include "kit.h"

#include <omnitls/certificate.h>

uint8_t kit_sig_hash(otls_hash hash)
{
    switch (hash) {
    case OTLS_HASH_SHA1:
        return OTLS_SIG_HASH_SHA1;
    case OTLS_HASH_SHA256:
        return OTLS_SIG_HASH_SHA256;
    case OTLS_HASH_SHA384:
        return OTLS_SIG_HASH_SHA384;
    case OTLS_HASH_SHA512:
        return OTLS_SIG_HASH_SHA512;
    default:
        return OTLS_SIG_HASH_NONE;
    }
}

otls_slice kit_digest_of(otls_slice info, uint8_t *hash)
{
    static const struct {
        uint8_t size, hash, oid_size, oid[9];
    } known[] = {{20, OTLS_SIG_HASH_SHA1, 5, {0x2b, 0x0e, 0x03, 0x02, 0x1a}},
                 {28, OTLS_SIG_HASH_SHA224, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4}},
                 {32, OTLS_SIG_HASH_SHA256, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1}},
                 {48, OTLS_SIG_HASH_SHA384, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2}},
                 {64, OTLS_SIG_HASH_SHA512, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3}}};
    const otls_slice none = {NULL, 0};
    size_t i;

    *hash = OTLS_SIG_HASH_NONE;
    if (info.size == 36)
        return info;
    for (i = 0; i < COUNT(known); i++) {
        const size_t head = 10u + known[i].oid_size; /* two SEQUENCEs, OID, NULL, OCTET STRING */

        if (info.size == head + known[i].size &&
            memcmp(info.data + 6, known[i].oid, known[i].oid_size) == 0) {
            const otls_slice digest = {info.data + head, known[i].size};

            *hash = known[i].hash;
            return digest;
        }
    }
    return none;
}
