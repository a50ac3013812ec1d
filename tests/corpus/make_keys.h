/* SPDX-License-Identifier: MIT */
/* Keys for the corpus' certificates and signatures with them, by any OpenSSL from 1.1.1 on. */
#ifndef OMNITLS_CORPUS_MAKE_KEYS_H
#define OMNITLS_CORPUS_MAKE_KEYS_H

#include <stdbool.h>

struct evp_pkey_st;
struct x509_st;

/**
 * "rsa2048", "ed25519", "ed448" or a curve's name; "pss2048" is an RSASSA-PSS key, and
 * "pss2048-SHA256-SHA1-20" one bound to a digest, a mask's digest and a salt. NULL: not possible.
 * Freed with EVP_PKEY_free.
 */
struct evp_pkey_st *make_keys_new(const char *kind);
/** Of a kind that no engine should be asked about, "rsa-...": most of them cannot sign. */
bool make_keys_odd(const char *kind);

/**
 * Sign a certificate as it is, with the version that it has. `pss`: NULL for no RSASSA-PSS, else
 * "" for a salt as long as the digest, "20" for one of so many octets, "20-SHA1" for another mask.
 * What a key is bound to is not looked at.
 */
bool make_keys_sign(struct x509_st *cert, struct evp_pkey_st *key, const char *digest,
                    const char *pss);

#endif
