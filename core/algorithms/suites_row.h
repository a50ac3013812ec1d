/* SPDX-License-Identifier: MIT */
/** @file algorithms/suites_row.h One row of the suite table in one line, for the files that have such a table. */
#ifndef OMNI_ALGORITHMS_SUITES_ROW_H
#define OMNI_ALGORITHMS_SUITES_ROW_H

#include "algorithms/suites_table.h"

#define BITS_AES_128_GCM 128, 128
#define BITS_AES_256_GCM 256, 256
#define BITS_CHACHA20_POLY1305 256, 256
#define BITS_AES_128_CCM 128, 128
#define BITS_AES_256_CCM 256, 256
#define BITS_AES_128_CCM_8 128, 128
#define BITS_AES_256_CCM_8 256, 256
#define BITS_AES_128_CBC 128, 128
#define BITS_AES_256_CBC 256, 256
#define BITS_CAMELLIA_128_GCM 128, 128
#define BITS_CAMELLIA_256_GCM 256, 256
#define BITS_CAMELLIA_128_CBC 128, 128
#define BITS_CAMELLIA_256_CBC 256, 256
#define BITS_ARIA_128_GCM 128, 128
#define BITS_ARIA_256_GCM 256, 256
#define BITS_3DES_CBC 112, 168
#define FIRST(a, b) a
#define SECOND(a, b) b
#define APPLY(macro, arguments) macro(arguments)

#define SUITE(id_, version_, kx_, auth_, cipher_, mac_, prf_, name_, iana_)                        \
    {                                                                                              \
        .id = (id_), .min_version = (version_), .kx = OTLS_KX_##kx_, .auth = OTLS_AUTH_##auth_,    \
        .cipher = OTLS_CIPHER_##cipher_, .mac = OTLS_MAC_##mac_,                                   \
        .strength_bits = APPLY(FIRST, BITS_##cipher_),                                             \
        .algorithm_bits = APPLY(SECOND, BITS_##cipher_), .prf = OTLS_HASH_##prf_, .name = (name_), \
        .iana = (iana_),                                                                           \
    }

#endif
