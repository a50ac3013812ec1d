/* SPDX-License-Identifier: MIT */
/** @file identity/key.h A private key inside, and how one is found in files. */
#ifndef OMNI_IDENTITY_KEY_H
#define OMNI_IDENTITY_KEY_H

#include "certificate/certificate.h"
#include "engine/engine.h"
#include "x509/x509.h"
#include <omnitls/key.h>
#include <stdatomic.h>

/** No SubjectPublicKeyInfo of a key that is used in TLS is longer: RSA with 16,384 bits has 2,074.
 */
#define OMNI_SPKI_MAX 4096
/** RFC 8018 sets no limit; what we take is more than anybody types. */
#define OMNI_PASSWORD_MAX 1024

struct otls_key {
    atomic_uint references;
    const otls_backend *backend;
    otls_native_key *native;
    bool elsewhere; /* signs by callback: cannot decrypt, so no key exchange by RSA */
    void (*destroy)(void *user);
    void *user;
};

/** Takes `native` over, also when it fails. */
otls_status omni_key_wrap(otls_key **out, const otls_backend *backend, otls_native_key *native,
                          otls_error *err);

/** Has `key`, just read from `what`, bounds that peers accept, and halves of one key? */
otls_status omni_key_prove(const otls_backend *backend, const otls_native_key *key,
                           const char *what, otls_error *err);
/** Prove and wrap; takes `native` over, also when it fails. */
otls_status omni_key_adopt(otls_key **out, const otls_backend *backend, otls_native_key *native,
                           const char *what, otls_error *err);

/** Its public half, a SubjectPublicKeyInfo in memory that is the caller's: omni_free. */
otls_status omni_key_spki(const otls_key *key, otls_slice *out, otls_error *err);

/** A key being looked for; `what` names the source in messages. */
typedef struct omni_key_search {
    const otls_backend *backend;
    otls_password_callback password;
    void *user;
    const char *what;
    otls_key *key; /* what was found; the caller's */
} omni_key_search;

/** Take the key of a PEM block; blocks that are no keys are passed over. A second key is an error.
 */
otls_status omni_key_take_block(omni_key_search *search, const omni_pem_block *block,
                                otls_error *err);
/** Take a key in DER of any kind, by its shape: encrypted or not, PKCS #8, PKCS #1 or SEC 1. */
otls_status omni_key_take_der(omni_key_search *search, otls_slice der, otls_error *err);
/** Is it one DER element to its end, or at least its beginning? */
bool omni_looks_like_der(const void *data, size_t size);
/** Ask for the password: OTLS_OK with it in `out`, or a report with PASSWORD_NEEDED. */
otls_status omni_password_ask(const omni_key_search *search, char out[OMNI_PASSWORD_MAX],
                              size_t *length, otls_error *err);
/** What failed with a password of `length` bytes: one that is wrong may be missing, or empty. */
otls_status omni_key_fail(const omni_key_search *search, size_t length, const otls_error *inner,
                          otls_error *err);
/** `inner` with the source's name in front; keeps what the engine said. */
otls_status omni_fail_named(otls_error *err, const char *what, const otls_error *inner);

#endif
