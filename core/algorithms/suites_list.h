/* SPDX-License-Identifier: MIT */
/**
 * @file algorithms/suites_list.h
 * The suites core knows: TLS 1.3 (RFC 8446 appendix B.4) and, below, everything an engine may have
 * that encrypts and authenticates. NULL, anonymous, RC4, single DES, export, MD5, IDEA, SEED, GOST
 * and SRP suites are absent, so nothing can select them. 3DES is here to be recognised.
 *
 * Versions are OpenSSL's, except that its "SSLv3" reads TLS 1.0 here: older is never spoken.
 */
#ifndef OMNI_ALGORITHMS_SUITES_LIST_H
#define OMNI_ALGORITHMS_SUITES_LIST_H

#include "algorithms/suites_row.h"

/** NEW: what new software needs, RFC 8446 B.4 and RFC 9325 4.2. Ordered by id, since
 * omni_suite_find searches by halves. */
#define OMNI_SUITES(NEW, OLD)                                                                      \
    OLD(0x000a, OTLS_TLS1_0, RSA, RSA, 3DES_CBC, SHA1, SHA256, "DES-CBC3-SHA",                     \
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA")                                                           \
    OLD(0x0013, OTLS_TLS1_0, DHE, DSS, 3DES_CBC, SHA1, SHA256, "DHE-DSS-DES-CBC3-SHA",             \
        "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA")                                                       \
    OLD(0x0016, OTLS_TLS1_0, DHE, RSA, 3DES_CBC, SHA1, SHA256, "DHE-RSA-DES-CBC3-SHA",             \
        "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA")                                                       \
    OLD(0x002f, OTLS_TLS1_0, RSA, RSA, AES_128_CBC, SHA1, SHA256, "AES128-SHA",                    \
        "TLS_RSA_WITH_AES_128_CBC_SHA")                                                            \
    OLD(0x0032, OTLS_TLS1_0, DHE, DSS, AES_128_CBC, SHA1, SHA256, "DHE-DSS-AES128-SHA",            \
        "TLS_DHE_DSS_WITH_AES_128_CBC_SHA")                                                        \
    OLD(0x0033, OTLS_TLS1_0, DHE, RSA, AES_128_CBC, SHA1, SHA256, "DHE-RSA-AES128-SHA",            \
        "TLS_DHE_RSA_WITH_AES_128_CBC_SHA")                                                        \
    OLD(0x0035, OTLS_TLS1_0, RSA, RSA, AES_256_CBC, SHA1, SHA256, "AES256-SHA",                    \
        "TLS_RSA_WITH_AES_256_CBC_SHA")                                                            \
    OLD(0x0038, OTLS_TLS1_0, DHE, DSS, AES_256_CBC, SHA1, SHA256, "DHE-DSS-AES256-SHA",            \
        "TLS_DHE_DSS_WITH_AES_256_CBC_SHA")                                                        \
    OLD(0x0039, OTLS_TLS1_0, DHE, RSA, AES_256_CBC, SHA1, SHA256, "DHE-RSA-AES256-SHA",            \
        "TLS_DHE_RSA_WITH_AES_256_CBC_SHA")                                                        \
    OLD(0x003c, OTLS_TLS1_2, RSA, RSA, AES_128_CBC, SHA256, SHA256, "AES128-SHA256",               \
        "TLS_RSA_WITH_AES_128_CBC_SHA256")                                                         \
    OLD(0x003d, OTLS_TLS1_2, RSA, RSA, AES_256_CBC, SHA256, SHA256, "AES256-SHA256",               \
        "TLS_RSA_WITH_AES_256_CBC_SHA256")                                                         \
    OLD(0x0040, OTLS_TLS1_2, DHE, DSS, AES_128_CBC, SHA256, SHA256, "DHE-DSS-AES128-SHA256",       \
        "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256")                                                     \
    OLD(0x0041, OTLS_TLS1_0, RSA, RSA, CAMELLIA_128_CBC, SHA1, SHA256, "CAMELLIA128-SHA",          \
        "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA")                                                       \
    OLD(0x0044, OTLS_TLS1_0, DHE, DSS, CAMELLIA_128_CBC, SHA1, SHA256, "DHE-DSS-CAMELLIA128-SHA",  \
        "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA")                                                   \
    OLD(0x0045, OTLS_TLS1_0, DHE, RSA, CAMELLIA_128_CBC, SHA1, SHA256, "DHE-RSA-CAMELLIA128-SHA",  \
        "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA")                                                   \
    OLD(0x0067, OTLS_TLS1_2, DHE, RSA, AES_128_CBC, SHA256, SHA256, "DHE-RSA-AES128-SHA256",       \
        "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256")                                                     \
    OLD(0x006a, OTLS_TLS1_2, DHE, DSS, AES_256_CBC, SHA256, SHA256, "DHE-DSS-AES256-SHA256",       \
        "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256")                                                     \
    OLD(0x006b, OTLS_TLS1_2, DHE, RSA, AES_256_CBC, SHA256, SHA256, "DHE-RSA-AES256-SHA256",       \
        "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256")                                                     \
    OLD(0x0084, OTLS_TLS1_0, RSA, RSA, CAMELLIA_256_CBC, SHA1, SHA256, "CAMELLIA256-SHA",          \
        "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA")                                                       \
    OLD(0x0087, OTLS_TLS1_0, DHE, DSS, CAMELLIA_256_CBC, SHA1, SHA256, "DHE-DSS-CAMELLIA256-SHA",  \
        "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA")                                                   \
    OLD(0x0088, OTLS_TLS1_0, DHE, RSA, CAMELLIA_256_CBC, SHA1, SHA256, "DHE-RSA-CAMELLIA256-SHA",  \
        "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA")                                                   \
    OLD(0x008b, OTLS_TLS1_0, PSK, PSK, 3DES_CBC, SHA1, SHA256, "PSK-3DES-EDE-CBC-SHA",             \
        "TLS_PSK_WITH_3DES_EDE_CBC_SHA")                                                           \
    OLD(0x008c, OTLS_TLS1_0, PSK, PSK, AES_128_CBC, SHA1, SHA256, "PSK-AES128-CBC-SHA",            \
        "TLS_PSK_WITH_AES_128_CBC_SHA")                                                            \
    OLD(0x008d, OTLS_TLS1_0, PSK, PSK, AES_256_CBC, SHA1, SHA256, "PSK-AES256-CBC-SHA",            \
        "TLS_PSK_WITH_AES_256_CBC_SHA")                                                            \
    OLD(0x008f, OTLS_TLS1_0, DHE_PSK, PSK, 3DES_CBC, SHA1, SHA256, "DHE-PSK-3DES-EDE-CBC-SHA",     \
        "TLS_DHE_PSK_WITH_3DES_EDE_CBC_SHA")                                                       \
    OLD(0x0090, OTLS_TLS1_0, DHE_PSK, PSK, AES_128_CBC, SHA1, SHA256, "DHE-PSK-AES128-CBC-SHA",    \
        "TLS_DHE_PSK_WITH_AES_128_CBC_SHA")                                                        \
    OLD(0x0091, OTLS_TLS1_0, DHE_PSK, PSK, AES_256_CBC, SHA1, SHA256, "DHE-PSK-AES256-CBC-SHA",    \
        "TLS_DHE_PSK_WITH_AES_256_CBC_SHA")                                                        \
    OLD(0x0093, OTLS_TLS1_0, RSA_PSK, RSA, 3DES_CBC, SHA1, SHA256, "RSA-PSK-3DES-EDE-CBC-SHA",     \
        "TLS_RSA_PSK_WITH_3DES_EDE_CBC_SHA")                                                       \
    OLD(0x0094, OTLS_TLS1_0, RSA_PSK, RSA, AES_128_CBC, SHA1, SHA256, "RSA-PSK-AES128-CBC-SHA",    \
        "TLS_RSA_PSK_WITH_AES_128_CBC_SHA")                                                        \
    OLD(0x0095, OTLS_TLS1_0, RSA_PSK, RSA, AES_256_CBC, SHA1, SHA256, "RSA-PSK-AES256-CBC-SHA",    \
        "TLS_RSA_PSK_WITH_AES_256_CBC_SHA")                                                        \
    OLD(0x009c, OTLS_TLS1_2, RSA, RSA, AES_128_GCM, AEAD, SHA256, "AES128-GCM-SHA256",             \
        "TLS_RSA_WITH_AES_128_GCM_SHA256")                                                         \
    OLD(0x009d, OTLS_TLS1_2, RSA, RSA, AES_256_GCM, AEAD, SHA384, "AES256-GCM-SHA384",             \
        "TLS_RSA_WITH_AES_256_GCM_SHA384")                                                         \
    OLD(0x009e, OTLS_TLS1_2, DHE, RSA, AES_128_GCM, AEAD, SHA256, "DHE-RSA-AES128-GCM-SHA256",     \
        "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")                                                     \
    OLD(0x009f, OTLS_TLS1_2, DHE, RSA, AES_256_GCM, AEAD, SHA384, "DHE-RSA-AES256-GCM-SHA384",     \
        "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384")                                                     \
    OLD(0x00a2, OTLS_TLS1_2, DHE, DSS, AES_128_GCM, AEAD, SHA256, "DHE-DSS-AES128-GCM-SHA256",     \
        "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256")                                                     \
    OLD(0x00a3, OTLS_TLS1_2, DHE, DSS, AES_256_GCM, AEAD, SHA384, "DHE-DSS-AES256-GCM-SHA384",     \
        "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384")                                                     \
    OLD(0x00a8, OTLS_TLS1_2, PSK, PSK, AES_128_GCM, AEAD, SHA256, "PSK-AES128-GCM-SHA256",         \
        "TLS_PSK_WITH_AES_128_GCM_SHA256")                                                         \
    OLD(0x00a9, OTLS_TLS1_2, PSK, PSK, AES_256_GCM, AEAD, SHA384, "PSK-AES256-GCM-SHA384",         \
        "TLS_PSK_WITH_AES_256_GCM_SHA384")                                                         \
    OLD(0x00aa, OTLS_TLS1_2, DHE_PSK, PSK, AES_128_GCM, AEAD, SHA256, "DHE-PSK-AES128-GCM-SHA256", \
        "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256")                                                     \
    OLD(0x00ab, OTLS_TLS1_2, DHE_PSK, PSK, AES_256_GCM, AEAD, SHA384, "DHE-PSK-AES256-GCM-SHA384", \
        "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384")                                                     \
    OLD(0x00ac, OTLS_TLS1_2, RSA_PSK, RSA, AES_128_GCM, AEAD, SHA256, "RSA-PSK-AES128-GCM-SHA256", \
        "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256")                                                     \
    OLD(0x00ad, OTLS_TLS1_2, RSA_PSK, RSA, AES_256_GCM, AEAD, SHA384, "RSA-PSK-AES256-GCM-SHA384", \
        "TLS_RSA_PSK_WITH_AES_256_GCM_SHA384")                                                     \
    OLD(0x00ae, OTLS_TLS1_0, PSK, PSK, AES_128_CBC, SHA256, SHA256, "PSK-AES128-CBC-SHA256",       \
        "TLS_PSK_WITH_AES_128_CBC_SHA256")                                                         \
    OLD(0x00af, OTLS_TLS1_0, PSK, PSK, AES_256_CBC, SHA384, SHA384, "PSK-AES256-CBC-SHA384",       \
        "TLS_PSK_WITH_AES_256_CBC_SHA384")                                                         \
    OLD(0x00b2, OTLS_TLS1_0, DHE_PSK, PSK, AES_128_CBC, SHA256, SHA256,                            \
        "DHE-PSK-AES128-CBC-SHA256", "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256")                        \
    OLD(0x00b3, OTLS_TLS1_0, DHE_PSK, PSK, AES_256_CBC, SHA384, SHA384,                            \
        "DHE-PSK-AES256-CBC-SHA384", "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384")                        \
    OLD(0x00b6, OTLS_TLS1_0, RSA_PSK, RSA, AES_128_CBC, SHA256, SHA256,                            \
        "RSA-PSK-AES128-CBC-SHA256", "TLS_RSA_PSK_WITH_AES_128_CBC_SHA256")                        \
    OLD(0x00b7, OTLS_TLS1_0, RSA_PSK, RSA, AES_256_CBC, SHA384, SHA384,                            \
        "RSA-PSK-AES256-CBC-SHA384", "TLS_RSA_PSK_WITH_AES_256_CBC_SHA384")                        \
    OLD(0x00ba, OTLS_TLS1_2, RSA, RSA, CAMELLIA_128_CBC, SHA256, SHA256, "CAMELLIA128-SHA256",     \
        "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256")                                                    \
    OLD(0x00bd, OTLS_TLS1_2, DHE, DSS, CAMELLIA_128_CBC, SHA256, SHA256,                           \
        "DHE-DSS-CAMELLIA128-SHA256", "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256")                  \
    OLD(0x00be, OTLS_TLS1_2, DHE, RSA, CAMELLIA_128_CBC, SHA256, SHA256,                           \
        "DHE-RSA-CAMELLIA128-SHA256", "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256")                  \
    OLD(0x00c0, OTLS_TLS1_2, RSA, RSA, CAMELLIA_256_CBC, SHA256, SHA256, "CAMELLIA256-SHA256",     \
        "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256")                                                    \
    OLD(0x00c3, OTLS_TLS1_2, DHE, DSS, CAMELLIA_256_CBC, SHA256, SHA256,                           \
        "DHE-DSS-CAMELLIA256-SHA256", "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256")                  \
    OLD(0x00c4, OTLS_TLS1_2, DHE, RSA, CAMELLIA_256_CBC, SHA256, SHA256,                           \
        "DHE-RSA-CAMELLIA256-SHA256", "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256")                  \
    NEW(0x1301, OTLS_TLS1_3, ANY, ANY, AES_128_GCM, AEAD, SHA256, "TLS_AES_128_GCM_SHA256",        \
        "TLS_AES_128_GCM_SHA256")                                                                  \
    NEW(0x1302, OTLS_TLS1_3, ANY, ANY, AES_256_GCM, AEAD, SHA384, "TLS_AES_256_GCM_SHA384",        \
        "TLS_AES_256_GCM_SHA384")                                                                  \
    NEW(0x1303, OTLS_TLS1_3, ANY, ANY, CHACHA20_POLY1305, AEAD, SHA256,                            \
        "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256")                            \
    OLD(0x1304, OTLS_TLS1_3, ANY, ANY, AES_128_CCM, AEAD, SHA256, "TLS_AES_128_CCM_SHA256",        \
        "TLS_AES_128_CCM_SHA256")                                                                  \
    OLD(0x1305, OTLS_TLS1_3, ANY, ANY, AES_128_CCM_8, AEAD, SHA256, "TLS_AES_128_CCM_8_SHA256",    \
        "TLS_AES_128_CCM_8_SHA256")                                                                \
    OLD(0xc008, OTLS_TLS1_0, ECDHE, ECDSA, 3DES_CBC, SHA1, SHA256, "ECDHE-ECDSA-DES-CBC3-SHA",     \
        "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA")                                                   \
    OLD(0xc009, OTLS_TLS1_0, ECDHE, ECDSA, AES_128_CBC, SHA1, SHA256, "ECDHE-ECDSA-AES128-SHA",    \
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA")                                                    \
    OLD(0xc00a, OTLS_TLS1_0, ECDHE, ECDSA, AES_256_CBC, SHA1, SHA256, "ECDHE-ECDSA-AES256-SHA",    \
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA")                                                    \
    OLD(0xc012, OTLS_TLS1_0, ECDHE, RSA, 3DES_CBC, SHA1, SHA256, "ECDHE-RSA-DES-CBC3-SHA",         \
        "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA")                                                     \
    OLD(0xc013, OTLS_TLS1_0, ECDHE, RSA, AES_128_CBC, SHA1, SHA256, "ECDHE-RSA-AES128-SHA",        \
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")                                                      \
    OLD(0xc014, OTLS_TLS1_0, ECDHE, RSA, AES_256_CBC, SHA1, SHA256, "ECDHE-RSA-AES256-SHA",        \
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA")                                                      \
    OLD(0xc023, OTLS_TLS1_2, ECDHE, ECDSA, AES_128_CBC, SHA256, SHA256,                            \
        "ECDHE-ECDSA-AES128-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256")                    \
    OLD(0xc024, OTLS_TLS1_2, ECDHE, ECDSA, AES_256_CBC, SHA384, SHA384,                            \
        "ECDHE-ECDSA-AES256-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384")                    \
    OLD(0xc027, OTLS_TLS1_2, ECDHE, RSA, AES_128_CBC, SHA256, SHA256, "ECDHE-RSA-AES128-SHA256",   \
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256")                                                   \
    OLD(0xc028, OTLS_TLS1_2, ECDHE, RSA, AES_256_CBC, SHA384, SHA384, "ECDHE-RSA-AES256-SHA384",   \
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")                                                   \
    NEW(0xc02b, OTLS_TLS1_2, ECDHE, ECDSA, AES_128_GCM, AEAD, SHA256,                              \
        "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")                \
    NEW(0xc02c, OTLS_TLS1_2, ECDHE, ECDSA, AES_256_GCM, AEAD, SHA384,                              \
        "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")                \
    NEW(0xc02f, OTLS_TLS1_2, ECDHE, RSA, AES_128_GCM, AEAD, SHA256, "ECDHE-RSA-AES128-GCM-SHA256", \
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")                                                   \
    NEW(0xc030, OTLS_TLS1_2, ECDHE, RSA, AES_256_GCM, AEAD, SHA384, "ECDHE-RSA-AES256-GCM-SHA384", \
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")                                                   \
    OLD(0xc034, OTLS_TLS1_0, ECDHE_PSK, PSK, 3DES_CBC, SHA1, SHA256, "ECDHE-PSK-3DES-EDE-CBC-SHA", \
        "TLS_ECDHE_PSK_WITH_3DES_EDE_CBC_SHA")                                                     \
    OLD(0xc035, OTLS_TLS1_0, ECDHE_PSK, PSK, AES_128_CBC, SHA1, SHA256,                            \
        "ECDHE-PSK-AES128-CBC-SHA", "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA")                          \
    OLD(0xc036, OTLS_TLS1_0, ECDHE_PSK, PSK, AES_256_CBC, SHA1, SHA256,                            \
        "ECDHE-PSK-AES256-CBC-SHA", "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA")                          \
    OLD(0xc037, OTLS_TLS1_0, ECDHE_PSK, PSK, AES_128_CBC, SHA256, SHA256,                          \
        "ECDHE-PSK-AES128-CBC-SHA256", "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256")                    \
    OLD(0xc038, OTLS_TLS1_0, ECDHE_PSK, PSK, AES_256_CBC, SHA384, SHA384,                          \
        "ECDHE-PSK-AES256-CBC-SHA384", "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384")                    \
    OLD(0xc050, OTLS_TLS1_2, RSA, RSA, ARIA_128_GCM, AEAD, SHA256, "ARIA128-GCM-SHA256",           \
        "TLS_RSA_WITH_ARIA_128_GCM_SHA256")                                                        \
    OLD(0xc051, OTLS_TLS1_2, RSA, RSA, ARIA_256_GCM, AEAD, SHA384, "ARIA256-GCM-SHA384",           \
        "TLS_RSA_WITH_ARIA_256_GCM_SHA384")                                                        \
    OLD(0xc052, OTLS_TLS1_2, DHE, RSA, ARIA_128_GCM, AEAD, SHA256, "DHE-RSA-ARIA128-GCM-SHA256",   \
        "TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256")                                                    \
    OLD(0xc053, OTLS_TLS1_2, DHE, RSA, ARIA_256_GCM, AEAD, SHA384, "DHE-RSA-ARIA256-GCM-SHA384",   \
        "TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384")                                                    \
    OLD(0xc056, OTLS_TLS1_2, DHE, DSS, ARIA_128_GCM, AEAD, SHA256, "DHE-DSS-ARIA128-GCM-SHA256",   \
        "TLS_DHE_DSS_WITH_ARIA_128_GCM_SHA256")                                                    \
    OLD(0xc057, OTLS_TLS1_2, DHE, DSS, ARIA_256_GCM, AEAD, SHA384, "DHE-DSS-ARIA256-GCM-SHA384",   \
        "TLS_DHE_DSS_WITH_ARIA_256_GCM_SHA384")                                                    \
    OLD(0xc05c, OTLS_TLS1_2, ECDHE, ECDSA, ARIA_128_GCM, AEAD, SHA256,                             \
        "ECDHE-ECDSA-ARIA128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256")              \
    OLD(0xc05d, OTLS_TLS1_2, ECDHE, ECDSA, ARIA_256_GCM, AEAD, SHA384,                             \
        "ECDHE-ECDSA-ARIA256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384")              \
    OLD(0xc060, OTLS_TLS1_2, ECDHE, RSA, ARIA_128_GCM, AEAD, SHA256, "ECDHE-ARIA128-GCM-SHA256",   \
        "TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256")                                                  \
    OLD(0xc061, OTLS_TLS1_2, ECDHE, RSA, ARIA_256_GCM, AEAD, SHA384, "ECDHE-ARIA256-GCM-SHA384",   \
        "TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384")                                                  \
    OLD(0xc06a, OTLS_TLS1_2, PSK, PSK, ARIA_128_GCM, AEAD, SHA256, "PSK-ARIA128-GCM-SHA256",       \
        "TLS_PSK_WITH_ARIA_128_GCM_SHA256")                                                        \
    OLD(0xc06b, OTLS_TLS1_2, PSK, PSK, ARIA_256_GCM, AEAD, SHA384, "PSK-ARIA256-GCM-SHA384",       \
        "TLS_PSK_WITH_ARIA_256_GCM_SHA384")                                                        \
    OLD(0xc06c, OTLS_TLS1_2, DHE_PSK, PSK, ARIA_128_GCM, AEAD, SHA256,                             \
        "DHE-PSK-ARIA128-GCM-SHA256", "TLS_DHE_PSK_WITH_ARIA_128_GCM_SHA256")                      \
    OLD(0xc06d, OTLS_TLS1_2, DHE_PSK, PSK, ARIA_256_GCM, AEAD, SHA384,                             \
        "DHE-PSK-ARIA256-GCM-SHA384", "TLS_DHE_PSK_WITH_ARIA_256_GCM_SHA384")                      \
    OLD(0xc06e, OTLS_TLS1_2, RSA_PSK, RSA, ARIA_128_GCM, AEAD, SHA256,                             \
        "RSA-PSK-ARIA128-GCM-SHA256", "TLS_RSA_PSK_WITH_ARIA_128_GCM_SHA256")                      \
    OLD(0xc06f, OTLS_TLS1_2, RSA_PSK, RSA, ARIA_256_GCM, AEAD, SHA384,                             \
        "RSA-PSK-ARIA256-GCM-SHA384", "TLS_RSA_PSK_WITH_ARIA_256_GCM_SHA384")                      \
    OLD(0xc072, OTLS_TLS1_2, ECDHE, ECDSA, CAMELLIA_128_CBC, SHA256, SHA256,                       \
        "ECDHE-ECDSA-CAMELLIA128-SHA256", "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256")          \
    OLD(0xc073, OTLS_TLS1_2, ECDHE, ECDSA, CAMELLIA_256_CBC, SHA384, SHA384,                       \
        "ECDHE-ECDSA-CAMELLIA256-SHA384", "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384")          \
    OLD(0xc076, OTLS_TLS1_2, ECDHE, RSA, CAMELLIA_128_CBC, SHA256, SHA256,                         \
        "ECDHE-RSA-CAMELLIA128-SHA256", "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256")              \
    OLD(0xc077, OTLS_TLS1_2, ECDHE, RSA, CAMELLIA_256_CBC, SHA384, SHA384,                         \
        "ECDHE-RSA-CAMELLIA256-SHA384", "TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384")              \
    OLD(0xc07a, OTLS_TLS1_2, RSA, RSA, CAMELLIA_128_GCM, AEAD, SHA256, "CAMELLIA128-GCM-SHA256",   \
        "TLS_RSA_WITH_CAMELLIA_128_GCM_SHA256")                                                    \
    OLD(0xc07b, OTLS_TLS1_2, RSA, RSA, CAMELLIA_256_GCM, AEAD, SHA384, "CAMELLIA256-GCM-SHA384",   \
        "TLS_RSA_WITH_CAMELLIA_256_GCM_SHA384")                                                    \
    OLD(0xc07c, OTLS_TLS1_2, DHE, RSA, CAMELLIA_128_GCM, AEAD, SHA256,                             \
        "DHE-RSA-CAMELLIA128-GCM-SHA256", "TLS_DHE_RSA_WITH_CAMELLIA_128_GCM_SHA256")              \
    OLD(0xc07d, OTLS_TLS1_2, DHE, RSA, CAMELLIA_256_GCM, AEAD, SHA384,                             \
        "DHE-RSA-CAMELLIA256-GCM-SHA384", "TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384")              \
    OLD(0xc080, OTLS_TLS1_2, DHE, DSS, CAMELLIA_128_GCM, AEAD, SHA256,                             \
        "DHE-DSS-CAMELLIA128-GCM-SHA256", "TLS_DHE_DSS_WITH_CAMELLIA_128_GCM_SHA256")              \
    OLD(0xc081, OTLS_TLS1_2, DHE, DSS, CAMELLIA_256_GCM, AEAD, SHA384,                             \
        "DHE-DSS-CAMELLIA256-GCM-SHA384", "TLS_DHE_DSS_WITH_CAMELLIA_256_GCM_SHA384")              \
    OLD(0xc086, OTLS_TLS1_2, ECDHE, ECDSA, CAMELLIA_128_GCM, AEAD, SHA256,                         \
        "ECDHE-ECDSA-CAMELLIA128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_GCM_SHA256")      \
    OLD(0xc087, OTLS_TLS1_2, ECDHE, ECDSA, CAMELLIA_256_GCM, AEAD, SHA384,                         \
        "ECDHE-ECDSA-CAMELLIA256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384")      \
    OLD(0xc08a, OTLS_TLS1_2, ECDHE, RSA, CAMELLIA_128_GCM, AEAD, SHA256,                           \
        "ECDHE-RSA-CAMELLIA128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256")          \
    OLD(0xc08b, OTLS_TLS1_2, ECDHE, RSA, CAMELLIA_256_GCM, AEAD, SHA384,                           \
        "ECDHE-RSA-CAMELLIA256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384")          \
    OLD(0xc08e, OTLS_TLS1_2, PSK, PSK, CAMELLIA_128_GCM, AEAD, SHA256,                             \
        "PSK-CAMELLIA128-GCM-SHA256", "TLS_PSK_WITH_CAMELLIA_128_GCM_SHA256")                      \
    OLD(0xc08f, OTLS_TLS1_2, PSK, PSK, CAMELLIA_256_GCM, AEAD, SHA384,                             \
        "PSK-CAMELLIA256-GCM-SHA384", "TLS_PSK_WITH_CAMELLIA_256_GCM_SHA384")                      \
    OLD(0xc090, OTLS_TLS1_2, DHE_PSK, PSK, CAMELLIA_128_GCM, AEAD, SHA256,                         \
        "DHE-PSK-CAMELLIA128-GCM-SHA256", "TLS_DHE_PSK_WITH_CAMELLIA_128_GCM_SHA256")              \
    OLD(0xc091, OTLS_TLS1_2, DHE_PSK, PSK, CAMELLIA_256_GCM, AEAD, SHA384,                         \
        "DHE-PSK-CAMELLIA256-GCM-SHA384", "TLS_DHE_PSK_WITH_CAMELLIA_256_GCM_SHA384")              \
    OLD(0xc092, OTLS_TLS1_2, RSA_PSK, RSA, CAMELLIA_128_GCM, AEAD, SHA256,                         \
        "RSA-PSK-CAMELLIA128-GCM-SHA256", "TLS_RSA_PSK_WITH_CAMELLIA_128_GCM_SHA256")              \
    OLD(0xc093, OTLS_TLS1_2, RSA_PSK, RSA, CAMELLIA_256_GCM, AEAD, SHA384,                         \
        "RSA-PSK-CAMELLIA256-GCM-SHA384", "TLS_RSA_PSK_WITH_CAMELLIA_256_GCM_SHA384")              \
    OLD(0xc094, OTLS_TLS1_0, PSK, PSK, CAMELLIA_128_CBC, SHA256, SHA256, "PSK-CAMELLIA128-SHA256", \
        "TLS_PSK_WITH_CAMELLIA_128_CBC_SHA256")                                                    \
    OLD(0xc095, OTLS_TLS1_0, PSK, PSK, CAMELLIA_256_CBC, SHA384, SHA384, "PSK-CAMELLIA256-SHA384", \
        "TLS_PSK_WITH_CAMELLIA_256_CBC_SHA384")                                                    \
    OLD(0xc096, OTLS_TLS1_0, DHE_PSK, PSK, CAMELLIA_128_CBC, SHA256, SHA256,                       \
        "DHE-PSK-CAMELLIA128-SHA256", "TLS_DHE_PSK_WITH_CAMELLIA_128_CBC_SHA256")                  \
    OLD(0xc097, OTLS_TLS1_0, DHE_PSK, PSK, CAMELLIA_256_CBC, SHA384, SHA384,                       \
        "DHE-PSK-CAMELLIA256-SHA384", "TLS_DHE_PSK_WITH_CAMELLIA_256_CBC_SHA384")                  \
    OLD(0xc098, OTLS_TLS1_0, RSA_PSK, RSA, CAMELLIA_128_CBC, SHA256, SHA256,                       \
        "RSA-PSK-CAMELLIA128-SHA256", "TLS_RSA_PSK_WITH_CAMELLIA_128_CBC_SHA256")                  \
    OLD(0xc099, OTLS_TLS1_0, RSA_PSK, RSA, CAMELLIA_256_CBC, SHA384, SHA384,                       \
        "RSA-PSK-CAMELLIA256-SHA384", "TLS_RSA_PSK_WITH_CAMELLIA_256_CBC_SHA384")                  \
    OLD(0xc09a, OTLS_TLS1_0, ECDHE_PSK, PSK, CAMELLIA_128_CBC, SHA256, SHA256,                     \
        "ECDHE-PSK-CAMELLIA128-SHA256", "TLS_ECDHE_PSK_WITH_CAMELLIA_128_CBC_SHA256")              \
    OLD(0xc09b, OTLS_TLS1_0, ECDHE_PSK, PSK, CAMELLIA_256_CBC, SHA384, SHA384,                     \
        "ECDHE-PSK-CAMELLIA256-SHA384", "TLS_ECDHE_PSK_WITH_CAMELLIA_256_CBC_SHA384")              \
    OLD(0xc09c, OTLS_TLS1_2, RSA, RSA, AES_128_CCM, AEAD, SHA256, "AES128-CCM",                    \
        "TLS_RSA_WITH_AES_128_CCM")                                                                \
    OLD(0xc09d, OTLS_TLS1_2, RSA, RSA, AES_256_CCM, AEAD, SHA256, "AES256-CCM",                    \
        "TLS_RSA_WITH_AES_256_CCM")                                                                \
    OLD(0xc09e, OTLS_TLS1_2, DHE, RSA, AES_128_CCM, AEAD, SHA256, "DHE-RSA-AES128-CCM",            \
        "TLS_DHE_RSA_WITH_AES_128_CCM")                                                            \
    OLD(0xc09f, OTLS_TLS1_2, DHE, RSA, AES_256_CCM, AEAD, SHA256, "DHE-RSA-AES256-CCM",            \
        "TLS_DHE_RSA_WITH_AES_256_CCM")                                                            \
    OLD(0xc0a0, OTLS_TLS1_2, RSA, RSA, AES_128_CCM_8, AEAD, SHA256, "AES128-CCM8",                 \
        "TLS_RSA_WITH_AES_128_CCM_8")                                                              \
    OLD(0xc0a1, OTLS_TLS1_2, RSA, RSA, AES_256_CCM_8, AEAD, SHA256, "AES256-CCM8",                 \
        "TLS_RSA_WITH_AES_256_CCM_8")                                                              \
    OLD(0xc0a2, OTLS_TLS1_2, DHE, RSA, AES_128_CCM_8, AEAD, SHA256, "DHE-RSA-AES128-CCM8",         \
        "TLS_DHE_RSA_WITH_AES_128_CCM_8")                                                          \
    OLD(0xc0a3, OTLS_TLS1_2, DHE, RSA, AES_256_CCM_8, AEAD, SHA256, "DHE-RSA-AES256-CCM8",         \
        "TLS_DHE_RSA_WITH_AES_256_CCM_8")                                                          \
    OLD(0xc0a4, OTLS_TLS1_2, PSK, PSK, AES_128_CCM, AEAD, SHA256, "PSK-AES128-CCM",                \
        "TLS_PSK_WITH_AES_128_CCM")                                                                \
    OLD(0xc0a5, OTLS_TLS1_2, PSK, PSK, AES_256_CCM, AEAD, SHA256, "PSK-AES256-CCM",                \
        "TLS_PSK_WITH_AES_256_CCM")                                                                \
    OLD(0xc0a6, OTLS_TLS1_2, DHE_PSK, PSK, AES_128_CCM, AEAD, SHA256, "DHE-PSK-AES128-CCM",        \
        "TLS_DHE_PSK_WITH_AES_128_CCM")                                                            \
    OLD(0xc0a7, OTLS_TLS1_2, DHE_PSK, PSK, AES_256_CCM, AEAD, SHA256, "DHE-PSK-AES256-CCM",        \
        "TLS_DHE_PSK_WITH_AES_256_CCM")                                                            \
    OLD(0xc0a8, OTLS_TLS1_2, PSK, PSK, AES_128_CCM_8, AEAD, SHA256, "PSK-AES128-CCM8",             \
        "TLS_PSK_WITH_AES_128_CCM_8")                                                              \
    OLD(0xc0a9, OTLS_TLS1_2, PSK, PSK, AES_256_CCM_8, AEAD, SHA256, "PSK-AES256-CCM8",             \
        "TLS_PSK_WITH_AES_256_CCM_8")                                                              \
    OLD(0xc0aa, OTLS_TLS1_2, DHE_PSK, PSK, AES_128_CCM_8, AEAD, SHA256, "DHE-PSK-AES128-CCM8",     \
        "TLS_PSK_DHE_WITH_AES_128_CCM_8")                                                          \
    OLD(0xc0ab, OTLS_TLS1_2, DHE_PSK, PSK, AES_256_CCM_8, AEAD, SHA256, "DHE-PSK-AES256-CCM8",     \
        "TLS_PSK_DHE_WITH_AES_256_CCM_8")                                                          \
    OLD(0xc0ac, OTLS_TLS1_2, ECDHE, ECDSA, AES_128_CCM, AEAD, SHA256, "ECDHE-ECDSA-AES128-CCM",    \
        "TLS_ECDHE_ECDSA_WITH_AES_128_CCM")                                                        \
    OLD(0xc0ad, OTLS_TLS1_2, ECDHE, ECDSA, AES_256_CCM, AEAD, SHA256, "ECDHE-ECDSA-AES256-CCM",    \
        "TLS_ECDHE_ECDSA_WITH_AES_256_CCM")                                                        \
    OLD(0xc0ae, OTLS_TLS1_2, ECDHE, ECDSA, AES_128_CCM_8, AEAD, SHA256, "ECDHE-ECDSA-AES128-CCM8", \
        "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8")                                                      \
    OLD(0xc0af, OTLS_TLS1_2, ECDHE, ECDSA, AES_256_CCM_8, AEAD, SHA256, "ECDHE-ECDSA-AES256-CCM8", \
        "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8")                                                      \
    NEW(0xcca8, OTLS_TLS1_2, ECDHE, RSA, CHACHA20_POLY1305, AEAD, SHA256,                          \
        "ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")              \
    NEW(0xcca9, OTLS_TLS1_2, ECDHE, ECDSA, CHACHA20_POLY1305, AEAD, SHA256,                        \
        "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")          \
    OLD(0xccaa, OTLS_TLS1_2, DHE, RSA, CHACHA20_POLY1305, AEAD, SHA256,                            \
        "DHE-RSA-CHACHA20-POLY1305", "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256")                  \
    OLD(0xccab, OTLS_TLS1_2, PSK, PSK, CHACHA20_POLY1305, AEAD, SHA256, "PSK-CHACHA20-POLY1305",   \
        "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256")                                                   \
    OLD(0xccac, OTLS_TLS1_2, ECDHE_PSK, PSK, CHACHA20_POLY1305, AEAD, SHA256,                      \
        "ECDHE-PSK-CHACHA20-POLY1305", "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256")              \
    OLD(0xccad, OTLS_TLS1_2, DHE_PSK, PSK, CHACHA20_POLY1305, AEAD, SHA256,                        \
        "DHE-PSK-CHACHA20-POLY1305", "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256")                  \
    OLD(0xccae, OTLS_TLS1_2, RSA_PSK, RSA, CHACHA20_POLY1305, AEAD, SHA256,                        \
        "RSA-PSK-CHACHA20-POLY1305", "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256")                  \
    OLD(0xd001, OTLS_TLS1_2, ECDHE_PSK, PSK, AES_128_GCM, AEAD, SHA256,                            \
        "ECDHE-PSK-AES128-GCM-SHA256", "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256")                    \
    OLD(0xd002, OTLS_TLS1_2, ECDHE_PSK, PSK, AES_256_GCM, AEAD, SHA384,                            \
        "ECDHE-PSK-AES256-GCM-SHA384", "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384")                    \
    OLD(0xd003, OTLS_TLS1_2, ECDHE_PSK, PSK, AES_128_CCM_8, AEAD, SHA256, "ECDHE-PSK-AES128-CCM8", \
        "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256")                                                 \
    OLD(0xd005, OTLS_TLS1_2, ECDHE_PSK, PSK, AES_128_CCM, AEAD, SHA256, "ECDHE-PSK-AES128-CCM",    \
        "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256")

#define OMNI_SUITE_ROW(...) SUITE(__VA_ARGS__),
#define OMNI_SUITE_NONE(...)

#endif
