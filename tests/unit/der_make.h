/* SPDX-License-Identifier: MIT */
/**
 * @file der_make.h
 * DER written down so that a person can read it: hexadecimal octets, 'text', and { } around the
 * content of the tag before it, whose length is filled in. "30{ 02{05} 0c{'hi'} }"
 */
#ifndef OTLS_TESTS_DER_MAKE_H
#define OTLS_TESTS_DER_MAKE_H

#include <stddef.h>
#include <stdint.h>

/** Returns the size; aborts on what it cannot read or what does not fit. */
size_t der_make(const char *text, uint8_t *out, size_t capacity);

/** A certificate in this notation; NULL fields take what a plain v3 Ed25519 certificate has. */
typedef struct cert_parts {
    const char *version, *serial, *algorithm, *issuer, *validity, *subject, *spki;
    const char *extensions; /* the Extension elements; NULL = none */
    const char *tail;       /* instead of the extensions: whatever follows the public key */
    const char *outer;      /* the outer algorithm */
    const char *signature;
} cert_parts;

/** Returns the size. */
size_t cert_make(const cert_parts *parts, uint8_t *out, size_t capacity);

#endif
