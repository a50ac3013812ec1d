/* SPDX-License-Identifier: MIT */
/**
 * @file key.h
 * Private keys: in memory, or held elsewhere (a token, an agent, another process) and asked to
 * sign. Held by one engine, immutable, reference-counted; any thread.
 */
#ifndef OMNITLS_KEY_H
#define OMNITLS_KEY_H

#include <omnitls/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_key otls_key;

/* ---- passwords ---- */

/**
 * Asked for a password, once per load. Write at most `capacity` bytes to `out`, their number to
 * `*length`, and return OTLS_OK; anything else refuses. `out` is wiped after use. (pyo
 * set_passwd_cb)
 */
typedef otls_status (*otls_password_callback)(char *out, size_t capacity, size_t *length,
                                              void *user);
/**
 * A password callback for a password that is at hand: pass the NUL-terminated string as `user`.
 * No callback at all, an empty string and a wrong one are OTLS_CODE_PASSWORD_NEEDED, EMPTY_PASSWORD
 * and WRONG_PASSWORD.
 */
OTLS_API otls_status otls_password_string(char *out, size_t capacity, size_t *length, void *user);

/* ---- what is signed ---- */

typedef enum otls_signature_kind {
    OTLS_SIG_RSA_PKCS1 = 1,
    OTLS_SIG_RSA_PSS,
    OTLS_SIG_ECDSA,
    OTLS_SIG_ED25519,
    OTLS_SIG_ED448
} otls_signature_kind;

typedef enum otls_sig_hash {
    OTLS_SIG_HASH_NONE = 0, /* Ed25519, Ed448 */
    OTLS_SIG_HASH_SHA1,
    OTLS_SIG_HASH_SHA224,
    OTLS_SIG_HASH_SHA256,
    OTLS_SIG_HASH_SHA384,
    OTLS_SIG_HASH_SHA512
} otls_sig_hash;

/** A signature algorithm with its parameters (RFC 8446 section 4.2.3, RFC 8017). */
typedef struct otls_signature_algorithm {
    uint8_t kind;         /**< otls_signature_kind */
    uint8_t hash;         /**< otls_sig_hash */
    uint8_t mgf_hash;     /**< RSA-PSS */
    uint16_t salt_length; /**< RSA-PSS */
} otls_signature_algorithm;

/**
 * Sign for a key that is held elsewhere. What comes in is the same on every engine, and what tokens
 * take: for RSA and ECDSA the digest itself (`algorithm->hash` says of which kind; for RSA PKCS #1
 * not yet in a DigestInfo, see otls_digest_info), for Ed25519 and Ed448 the whole message. TLS 1.0
 * and 1.1 with RSA: kind PKCS1, hash NONE and 36 bytes that go under the padding as they are. What
 * goes out is the signature as TLS sends it: ECDSA as DER (see otls_ecdsa_signature_der). Return
 * OTLS_OK, or a failure, which ends the handshake. Blocking; called on any thread, also by several
 * at once.
 */
typedef otls_status (*otls_sign_callback)(const otls_signature_algorithm *algorithm,
                                          const uint8_t *data, size_t size, uint8_t *out,
                                          size_t capacity, size_t *length, void *user);

/** DigestInfo (RFC 8017 section 9.2) around a digest, for tokens that only pad (CKM_RSA_PKCS). At
 *  most 83 bytes. Hash NONE copies `digest`. Errors: OTLS_E_USAGE. */
OTLS_API otls_status otls_digest_info(int sig_hash, const uint8_t *digest, size_t size,
                                      uint8_t *out, size_t capacity, size_t *length,
                                      otls_error *err);
/** r and s one behind the other, as tokens give them (CKM_ECDSA), as the DER of RFC 3279 that TLS
 *  sends. `size` is even and at most 132. Errors: OTLS_E_USAGE. */
OTLS_API otls_status otls_ecdsa_signature_der(const uint8_t *raw, size_t size, uint8_t *out,
                                              size_t capacity, size_t *length, otls_error *err);

/* ---- keys ---- */

/**
 * From PEM (PKCS #8, encrypted PKCS #8, PKCS #1, SEC 1, traditional with DEK-Info) or DER. A PEM
 * text may hold other things beside one key. `backend` NULL: otls_backend_find's choice. Errors:
 * OTLS_E_CREDENTIAL naming the file. (pyo use_privatekey_file)
 */
OTLS_API otls_status otls_key_load_file(otls_key **out, const otls_backend *backend,
                                        const char *path, otls_password_callback password,
                                        void *user, otls_error *err);
OTLS_API otls_status otls_key_load_memory(otls_key **out, const otls_backend *backend,
                                          const void *pem_or_der, size_t size,
                                          otls_password_callback password, void *user,
                                          otls_error *err);
/**
 * A key held elsewhere: its public half (SubjectPublicKeyInfo DER; a certificate's is fine) and who
 * signs. `user` must live as long as the key; `destroy` (may be NULL) is called with it when the
 * last reference goes, and not when this call fails. Errors: OTLS_E_UNSUPPORTED without
 * OTLS_FEATURE_SIGN_CALLBACK or for a kind of key that the engine lacks.
 */
OTLS_API otls_status otls_key_from_callback(otls_key **out, const otls_backend *backend,
                                            const void *spki, size_t spki_size,
                                            otls_sign_callback sign, void *user,
                                            void (*destroy)(void *user), otls_error *err);
OTLS_API otls_key *otls_key_ref(otls_key *key);
OTLS_API void otls_key_free(otls_key *key);
OTLS_API const otls_backend *otls_key_backend(const otls_key *key);
/** SubjectPublicKeyInfo DER. Errors: OTLS_E_USAGE when `capacity` is too small. */
OTLS_API otls_status otls_key_public(const otls_key *key, uint8_t *out, size_t capacity,
                                     size_t *length, otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
