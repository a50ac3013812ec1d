/* SPDX-License-Identifier: MIT */
/**
 * @file identity.h
 * What we present: a certificate chain and its private key, held by one engine. Immutable,
 * reference-counted. The key and the leaf are checked against each other when it is made, and the
 * chain's order is checked: OTLS_CODE_KEY_MISMATCH, OTLS_CODE_CHAIN_ORDER.
 */
#ifndef OMNITLS_IDENTITY_H
#define OMNITLS_IDENTITY_H

#include <omnitls/certificate.h>
#include <omnitls/key.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_identity otls_identity;

/**
 * From PEM or DER files: the chain, leaf first, and the key; `key_path_or_null` NULL means the key
 * stands in the chain's file. `password` may be NULL if the key is not encrypted. (py
 * load_cert_chain, pyo use_certificate_chain_file)
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
/**
 * From PKCS #12 (RFC 7292), DER: its key, the certificate that belongs to the key and those that
 * certify it, in order. Others in the file are left out. A file whose password is the empty one
 * opens without a callback. Errors: as for keys; OTLS_CODE_KEY_UNSUPPORTED where the engine lacks
 * the file's algorithms (OTLS_FEATURE_PKCS12_LEGACY).
 */
OTLS_API otls_status otls_identity_load_pkcs12_file(otls_identity **out,
                                                    const otls_backend *backend, const char *path,
                                                    otls_password_callback password, void *user,
                                                    otls_error *err);
OTLS_API otls_status otls_identity_load_pkcs12_memory(otls_identity **out,
                                                      const otls_backend *backend, const void *pfx,
                                                      size_t size, otls_password_callback password,
                                                      void *user, otls_error *err);
/** From parts: certificates, leaf first (1 to 16), and a key. Takes references. (pyo
 *  use_certificate, use_privatekey, check_privatekey) */
OTLS_API otls_status otls_identity_from_key(otls_identity **out,
                                            const otls_certificate *const *chain, size_t count,
                                            otls_key *key, otls_error *err);
/** A PEM or DER chain whose key is held elsewhere: see otls_key_from_callback. */
OTLS_API otls_status otls_identity_from_callback(otls_identity **out, const otls_backend *backend,
                                                 const void *chain, size_t chain_size,
                                                 otls_sign_callback sign, void *user,
                                                 otls_error *err);
/** A new identity: `identity`'s chain and key, and `count` more certificates behind its chain. (pyo
 *  add_extra_chain_cert) */
OTLS_API otls_status otls_identity_with_chain(otls_identity **out, const otls_identity *identity,
                                              const otls_certificate *const *extra, size_t count,
                                              otls_error *err);
OTLS_API otls_identity *otls_identity_ref(otls_identity *identity);
OTLS_API void otls_identity_free(otls_identity *identity);
/** The engine that holds it. */
OTLS_API const otls_backend *otls_identity_backend(const otls_identity *identity);
/** The chain, leaf first; borrowed. */
OTLS_API size_t otls_identity_chain_count(const otls_identity *identity);
OTLS_API const otls_certificate *otls_identity_chain(const otls_identity *identity, size_t index);
/** Its key; borrowed. */
OTLS_API otls_key *otls_identity_key(const otls_identity *identity);

#ifdef __cplusplus
}
#endif
#endif
