/* SPDX-License-Identifier: MIT */
/**
 * @file x509_parts.h
 * The pieces of the certificate reader. Each returns NULL, or what is wrong in a few words.
 */
#ifndef OTLS_CORE_X509_PARTS_H
#define OTLS_CORE_X509_PARTS_H

#include "der.h"
#include "oid.h"
#include "x509.h"

/** More extensions than any certificate needs; duplicates are found by comparing pairs. */
#define OTLS_X509_EXTENSIONS_MAX 128u

/** An extension as it stands. */
typedef struct otls_x509_extension {
    otls_slice oid;
    otls_slice value; /* the OCTET STRING's content */
    bool critical;
} otls_x509_extension;

/** AlgorithmIdentifier content: an OID and at most one well-formed element. */
bool otls_x509_algorithm_ok(otls_der identifier);
/** AlgorithmIdentifier content -> signature algorithm; kind 0 when it is not known. */
void otls_x509_signature_algorithm(otls_der identifier, otls_signature_algorithm *out);
/** SubjectPublicKeyInfo content -> key type, bits, group. */
const char *otls_x509_key(otls_x509 *out, otls_der spki);
/** SEQUENCE OF Extension content -> the extension fields. */
const char *otls_x509_extensions(otls_x509 *out, otls_der list);
/** Take the next extension of `list`. */
bool otls_x509_extension_next(otls_der *list, otls_x509_extension *out);

#endif
