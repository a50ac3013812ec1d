/* SPDX-License-Identifier: MIT */
/** @file make_odd.h Keys and signatures that no tool writes: what their RFCs forbid. */
#ifndef OTLS_TEST_MAKE_ODD_H
#define OTLS_TEST_MAKE_ODD_H

#include <stdbool.h>

struct x509_st;
struct evp_pkey_st;

/** Rewrite the point of the certificate's EC key: compressed, hybrid, short, long, off, prime,
 * infinity, tag-5. */
bool make_odd_point(struct x509_st *cert, struct evp_pkey_st *key, const char *how);
/** Rewrite the parameters of the certificate's key: none, null, explicit (the curve spelt out), or
 * DER in hexadecimal. */
bool make_odd_key_parameters(struct x509_st *cert, struct evp_pkey_st *key, const char *how);
/** Rewrite the parameters of both signature algorithms (none, null, DER in hexadecimal), and sign
 * again. */
bool make_odd_parameters(struct x509_st *cert, struct evp_pkey_st *signer, const char *digest,
                         const char *how);
/** Rewrite the signature: r+n, s+n, n, short (RSA, without its first octet), long (with a zero in
 * front). */
bool make_odd_signature(struct x509_st *cert, struct evp_pkey_st *signer, const char *how);

#endif
