/* SPDX-License-Identifier: MIT */
/**
 * @file suite.h
 * What is known about a cipher suite, the same whichever engine is used. Any thread.
 *
 * The words are those of `openssl ciphers -v`: "SSLv3" and "TLSv1" in `protocol` say since when the
 * suite exists, not that SSL 3.0 could be spoken.
 */
#ifndef OMNITLS_SUITE_H
#define OMNITLS_SUITE_H

#include <omnitls/error.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** All text is static storage. Grows at the end only. */
typedef struct otls_suite_info {
    uint32_t size;           /**< sizeof(otls_suite_info), set by OTLS_SUITE_INFO_INIT */
    uint16_t id;             /**< IANA's number, 0xc02b */
    uint16_t min_version;    /**< the lowest version it is negotiated in, 0x0303 */
    uint16_t strength_bits;  /**< 128; 3DES counts 112 */
    uint16_t algorithm_bits; /**< 128; 3DES has 168 */
    bool aead;
    const char *name;       /**< "ECDHE-ECDSA-AES128-GCM-SHA256" */
    const char *iana;       /**< "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" */
    const char *protocol;   /**< "TLSv1.2" */
    const char *kx;         /**< "ECDH", "DH", "RSA", "PSK", "ECDHEPSK" ...; "any" in TLS 1.3 */
    const char *auth;       /**< "ECDSA", "RSA", "DSS", "PSK"; "any" in TLS 1.3 */
    const char *encryption; /**< "AESGCM", "AES", "CHACHA20/POLY1305" ... */
    const char *mac;        /**< "AEAD", "SHA1", "SHA256", "SHA384" */
    const char *symmetric;  /**< "aes-128-gcm" */
    const char *digest;     /**< of the record's HMAC, "sha256"; NULL when `aead` */
    const char *prf;        /**< of the key schedule (TLS 1.2 and 1.3), "sha256" */
} otls_suite_info;

/** Every otls_suite_info starts as this. Valid in C99 and C++. */
#define OTLS_SUITE_INFO_INIT                                                                       \
    {                                                                                              \
        (uint32_t)sizeof(otls_suite_info), 0, 0, 0, 0, false, NULL, NULL, NULL, NULL, NULL, NULL,  \
            NULL, NULL, NULL, NULL                                                                 \
    }

/**
 * Fill `*info`, up to its `size`, with what is known about suite `id`.
 * Errors: OTLS_E_CONFIG for an unknown suite, OTLS_E_USAGE when `size` is not set.
 */
OTLS_API otls_status otls_suite_describe(uint16_t id, otls_suite_info *info, otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
