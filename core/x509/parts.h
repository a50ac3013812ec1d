/* SPDX-License-Identifier: MIT */
/**
 * @file x509/parts.h
 * The pieces of the certificate reader. Each returns NULL, or what is wrong in a few words.
 */
#ifndef OMNI_X509_PARTS_H
#define OMNI_X509_PARTS_H

#include "x509/decode.h"
#include "x509/der.h"
#include "x509/oid.h"

/** More extensions than any certificate needs; duplicates are found by comparing pairs. */
#define OMNI_X509_EXTENSIONS_MAX 128u

/** More policies, or mappings of them, than any certificate needs; they are compared likewise. */
#define OMNI_X509_POLICIES_MAX 256u

/** An extension as it stands. */
typedef struct omni_x509_extension {
    otls_slice oid;
    otls_slice value; /* the OCTET STRING's content */
    bool critical;
} omni_x509_extension;

/** AlgorithmIdentifier content: an OID and at most one well-formed element. */
bool omni_x509_algorithm_ok(omni_der identifier);
/** AlgorithmIdentifier content -> signature algorithm; kind 0 when it is not known. False: it is, and
 *  its parameters are not what its RFC demands (kind 0, too). */
bool omni_x509_signature_algorithm(omni_der identifier, otls_signature_algorithm *out);
/** RSASSA-PSS-params as the parameters of an identifier, with their defaults; false: unreadable. */
bool omni_x509_pss_parameters(omni_der parameters, otls_signature_algorithm *out);
/** SubjectPublicKeyInfo content -> key type, bits, group. */
const char *omni_x509_key(omni_x509 *out, omni_der spki);
/** SEQUENCE OF Extension content -> the extension fields. */
const char *omni_x509_extensions(omni_x509 *out, omni_der list);
/** The value of certificatePolicies and policyMappings, kept; false when it is malformed. */
bool omni_x509_read_policies(omni_x509 *out, const omni_x509_extension *extension);
bool omni_x509_read_policy_mappings(omni_x509 *out, otls_slice value);
/** Take the next extension of `list`. */
bool omni_x509_extension_next(omni_der *list, omni_x509_extension *out);
/** Is one of them there twice (X.509 7.3: none may be), or are they more than OMNI_X509_EXTENSIONS_MAX? */
bool omni_x509_extensions_twice(omni_der list);

#endif
