/* SPDX-License-Identifier: MIT */
/**
 * @file identity.h
 * What we present: a certificate chain and its private key, held by one engine. Immutable,
 * reference-counted. The key and the leaf are checked against each other when it is made.
 */
#ifndef OMNITLS_IDENTITY_H
#define OMNITLS_IDENTITY_H

#include <omnitls/certificate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_identity otls_identity;

/**
 * Asked for a password, once per load. Write at most `capacity` bytes to `out`, their number to
 * `*length`, and return OTLS_OK; anything else refuses. `out` is wiped after use.
 */
typedef otls_status (*otls_password_callback)(char *out, size_t capacity, size_t *length,
                                              void *user);

/**
 * From PEM or DER files: the chain, leaf first, and the key; `key_path_or_null` NULL means the key
 * stands in the chain's file. `password` may be NULL if the key is not encrypted.
 */
OTLS_API otls_status otls_identity_load_files(otls_identity **out, const otls_backend *backend,
                                              const char *chain_path, const char *key_path_or_null,
                                              otls_password_callback password, void *user,
                                              otls_error *err);
/** The same from memory; `key` NULL means the key stands in the chain's text. */
OTLS_API otls_status otls_identity_load_memory(otls_identity **out, const otls_backend *backend,
                                               const void *chain, size_t chain_size,
                                               const void *key, size_t key_size,
                                               otls_password_callback password, void *user,
                                               otls_error *err);
OTLS_API otls_identity *otls_identity_ref(otls_identity *identity);
OTLS_API void otls_identity_free(otls_identity *identity);
/** The chain, leaf first; borrowed. */
OTLS_API size_t otls_identity_chain_count(const otls_identity *identity);
OTLS_API const otls_certificate *otls_identity_chain(const otls_identity *identity, size_t index);

#ifdef __cplusplus
}
#endif
#endif
