/* SPDX-License-Identifier: MIT */
/**
 * @file identity.h
 * What we present: a certificate chain and its private key, held by one engine. Immutable,
 * reference-counted. When it is made, the certificate that bears the key becomes the leaf
 * (OTLS_CODE_KEY_MISMATCH: none does), and the chain is put in order: each certifies one before it. A
 * certificate given twice, or one that certifies none of the others, is left out and can be asked for
 * (otls_identity_dropped); two with one name, which lead to different roots, both stay.
 */
#ifndef OMNITLS_IDENTITY_H
#define OMNITLS_IDENTITY_H

#include <omnitls/certificate.h>
#include <omnitls/key.h>
#include <omnitls/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_identity otls_identity;

/**
 * From PEM or DER files: the chain and the key; `key_path_or_null` NULL means the key
 * stands in the chain's file. `password` may be NULL if the key is not encrypted.
 */
OTLS_API otls_status otls_identity_from_files(otls_identity **out, const otls_backend *backend,
                                              const char *chain_path, const char *key_path_or_null,
                                              otls_password_callback password, void *user,
                                              otls_error *err);
/** The same from memory; `key` NULL means the key stands in the chain's text. */
OTLS_API otls_status otls_identity_from_memory(otls_identity **out, const otls_backend *backend,
                                               const void *chain, size_t chain_size,
                                               const void *key, size_t key_size,
                                               otls_password_callback password, void *user,
                                               otls_error *err);
/**
 * From PKCS #12 (RFC 7292), DER or BER: its first key, the certificate that belongs to the key and
 * those that certify it, in order. Others in the file are left out. A file whose password is the
 * empty one opens without a callback, as does one without password. The password is UTF-8 (in a MAC
 * of RFC 7292 and its own schemes it becomes UTF-16); a file without MAC is taken if it opens. MACs
 * are HMAC with SHA-1, 256, 384 or 512, and PBMAC1 (RFC 9579). Encryption and errors as for keys.
 */
OTLS_API otls_status otls_identity_from_pkcs12_file(otls_identity **out,
                                                    const otls_backend *backend, const char *path,
                                                    otls_password_callback password, void *user,
                                                    otls_error *err);
/** The same from memory. */
OTLS_API otls_status otls_identity_from_pkcs12_memory(otls_identity **out,
                                                      const otls_backend *backend, const void *pfx,
                                                      size_t size, otls_password_callback password,
                                                      void *user, otls_error *err);
/** From parts: certificates, leaf first (1 to 16), and a key. Takes references. */
OTLS_API otls_status otls_identity_from_key(otls_identity **out,
                                            const otls_certificate *const *chain, size_t count,
                                            otls_key *key, otls_error *err);
/** A PEM or DER chain whose key is held elsewhere: see otls_key_from_callback. */
OTLS_API otls_status otls_identity_from_callback(otls_identity **out, const otls_backend *backend,
                                                 const void *chain, size_t chain_size,
                                                 otls_sign_callback sign, void *user,
                                                 otls_error *err);
/** A new identity: `identity`'s chain and key, and `count` more certificates behind its chain. */
OTLS_API otls_status otls_identity_with_chain(otls_identity **out, const otls_identity *identity,
                                              const otls_certificate *const *extra, size_t count,
                                              otls_error *err);
/**
 * A new identity whose chain is completed with the intermediates in `trust` (what OpenSSL does with its
 * store when it sends); self-issued ones are not added. By names and key identifiers: no signature is
 * checked, as peers do that. `trust` need not be sealed and is not changed.
 */
OTLS_API otls_status otls_identity_complete(otls_identity **out, const otls_identity *identity,
                                            const otls_trust *trust, otls_error *err);
/**
 * A throw-away identity for tests, demonstrations and pinned peers: a new Ed25519 key (RFC 8410), which
 * is nowhere else, and the certificate that it signs for itself, for `names` (host names and addresses,
 * 1 to 32), from an hour ago for `days` days (1 to 3650). Nobody trusts it unless they are given the
 * certificate or its pin (otls_certificate_pin); browsers do not take such keys. Free with
 * otls_identity_free. Any thread. Errors: OTLS_E_USAGE names what is wrong; OTLS_E_UNSUPPORTED where the
 * engine lacks OTLS_FEATURE_ED25519; OTLS_E_CONFIG without a clock.
 */
OTLS_API otls_status otls_identity_self_signed(otls_identity **out, const otls_backend *backend,
                                               const char *const *names, size_t count,
                                               unsigned days, otls_error *err);
/** Take another reference; NULL is fine. Any thread. */
OTLS_API otls_identity *otls_identity_ref(otls_identity *identity);
/** Give a reference back; the last one wipes the key. NULL is fine. Any thread. */
OTLS_API void otls_identity_free(otls_identity *identity);
/** The engine that holds it. */
OTLS_API const otls_backend *otls_identity_backend(const otls_identity *identity);
/** The chain, leaf first; borrowed. */
OTLS_API size_t otls_identity_chain_count(const otls_identity *identity);
/** The `index`-th of it, 0 = leaf; borrowed; NULL past the end. */
OTLS_API const otls_certificate *otls_identity_chain(const otls_identity *identity, size_t index);
/** Certificates that were given and are not in the chain, in the order of the file; borrowed, NULL past
 *  the end. */
OTLS_API size_t otls_identity_dropped_count(const otls_identity *identity);
/** The `index`-th of them. */
OTLS_API const otls_certificate *otls_identity_dropped(const otls_identity *identity, size_t index);
/** Its key; borrowed. */
OTLS_API otls_key *otls_identity_key(const otls_identity *identity);

#ifdef __cplusplus
}
#endif
#endif
