/* SPDX-License-Identifier: MIT */
/**
 * @file identity/pbe.h
 * Encryption by password (RFC 8018, RFC 7292 appendices B and C): the parameters are read, and the
 * password is encoded, by core; engines only derive and decrypt. So a file opens on all of them or
 * on those that have its cipher, and "wrong password" is said of passwords.
 */
#ifndef OMNI_IDENTITY_PBE_H
#define OMNI_IDENTITY_PBE_H

#include "base/base.h"
#include "engine/engine.h"

/** A password in the forms that derivations want. */
typedef struct omni_pbe_password {
    otls_slice utf8; /* as it was given; borrowed */
    uint8_t *bmp;    /* owned: UTF-16BE and its two zeros (RFC 7292 B.1) */
    size_t bmp_size;
} omni_pbe_password;

/** What is not UTF-8 is taken for Latin 1, as OpenSSL does. OTLS_E_NOMEM. */
otls_status omni_pbe_password_set(omni_pbe_password *out, otls_slice password, otls_error *err);
void omni_pbe_password_clear(omni_pbe_password *password);

/** Can the engine be asked at all (its table may be older than these slots)? */
bool omni_pbe_possible(const otls_backend *backend);
/** Is it for the engine itself to open, because core has no part in the algorithm: PBES1 with DES? */
bool omni_pbe_is_engines(otls_slice algorithm);

/**
 * Decrypt `data`, under the AlgorithmIdentifier whose content is `algorithm`, to one element in DER,
 * appended to `out`, which must be empty. E_CREDENTIAL with WRONG_PASSWORD, KEY_UNSUPPORTED or
 * BAD_DER; E_NOMEM.
 */
otls_status omni_pbe_open(const otls_backend *backend, otls_slice algorithm, otls_slice data,
                          const omni_pbe_password *password, omni_buffer *out, otls_error *err);

/**
 * Does the MAC of a PKCS #12 fit (RFC 7292 4; PBMAC1: RFC 9579)? `mac` is the content of MacData.
 * Errors as above.
 */
otls_status omni_pbe_mac_check(const otls_backend *backend, otls_slice mac, otls_slice content,
                               const omni_pbe_password *password, otls_error *err);

/* ---- identity/kdf.c ---- */

/** PKCS #12's own derivation (RFC 7292 B.2); `id` is 1 key, 2 initialisation vector, 3 MAC. */
otls_status omni_kdf_pkcs12(const otls_backend *backend, otls_hash hash, uint8_t id,
                            otls_slice password, otls_slice salt, uint32_t rounds, uint8_t *out,
                            size_t size, otls_error *err);
/** HMAC (RFC 2104); `out` has room for the digest, whose size comes back. */
otls_status omni_hmac(const otls_backend *backend, otls_hash hash, otls_slice key, otls_slice data,
                      uint8_t *out, size_t *size, otls_error *err);

#endif
