/* SPDX-License-Identifier: MIT */
/**
 * @file crypto.h
 * What the files of this accelerator share. Not installed. Names that cross a file begin with lcr_.
 *
 * libcrypto keeps a queue of errors for each thread, which the program or the OpenSSL engine may look
 * at: each call that can fail leaves it as it was, by a mark.
 */
#ifndef LCR_CRYPTO_H
#define LCR_CRYPTO_H

#include <omnitls/accelerator.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#if OPENSSL_VERSION_NUMBER < 0x10101000L
#error "omnitls needs OpenSSL 1.1.1 or later"
#endif

#pragma GCC visibility push(hidden)

#define LCR_NAME "libcrypto"

/* gcm.c */
otls_status lcr_gcm_new(otls_gcm_key **out, const uint8_t *key, size_t size, bool seal);
void lcr_gcm_free(otls_gcm_key *key);
otls_status lcr_gcm_seal(otls_gcm_key *key, const uint8_t *nonce, otls_slice head,
                         const uint8_t *in, size_t size, uint8_t *out, uint8_t *tag);
otls_status lcr_gcm_open(otls_gcm_key *key, const uint8_t *nonce, otls_slice head,
                         const uint8_t *in, size_t size, uint8_t *out, const uint8_t *tag);

/* rsa.c */
otls_status lcr_rsa_new(otls_rsa_key **out, otls_slice der, otls_error *err);
void lcr_rsa_free(otls_rsa_key *key);
otls_status lcr_rsa_sign(const otls_rsa_key *key, const otls_signature_algorithm *algorithm,
                         otls_slice digest, uint8_t *out, size_t capacity, size_t *length);

#pragma GCC visibility pop

#endif
