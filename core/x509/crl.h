/* SPDX-License-Identifier: MIT */
/**
 * @file x509/crl.h
 * Certificate revocation lists, RFC 5280 5: decoded once, with an index of the serial numbers.
 * Immutable after parsing, but for a note of the key that was seen to have signed it.
 */
#ifndef OMNI_X509_CRL_H
#define OMNI_X509_CRL_H

#include "x509/decode.h"

/** A list with more entries is refused (each entry takes at least 20 octets). */
#define OMNI_CRL_ENTRY_LIMIT 4000000u

/** A key, SubjectPublicKeyInfo. */
typedef struct omni_crl_signer {
    size_t size;
    uint8_t spki[];
} omni_crl_signer;

typedef struct omni_crl {
    uint8_t *block; /* the DER, owned */
    otls_slice der, tbs, issuer, signature;
    otls_signature_algorithm signature_algorithm; /* kind 0 = not known to us */
    int64_t this_update, next_update;             /* next_update INT64_MAX = none given */
    uint64_t issuer_hash;
    otls_slice authority_key_id;    /* the key identifier's bytes; data NULL = absent */
    otls_slice distribution_point;  /* DistributionPointName content; data NULL = absent */
    bool delta;                     /* has a delta CRL indicator */
    bool only_user, only_authority; /* issuingDistributionPoint, 5.2.5 */
    bool unusable;      /* indirect, by reason, for attributes, or critical and not understood */
    otls_slice entries; /* content of revokedCertificates */
    uint32_t *index;    /* offsets of the entries' serials in `entries`, sorted by serial */
    size_t count;
    /* the key under which the signature was found good, so that it is checked once; written once */
    _Atomic(omni_crl_signer *) signer;
} omni_crl;

/** Takes over `block` (from omni_malloc) on success only. */
otls_status omni_crl_parse(omni_crl **out, uint8_t *block, size_t size, otls_error *err);
void omni_crl_free(omni_crl *crl);
/** Is the serial number (INTEGER content) on the list? */
bool omni_crl_has(const omni_crl *crl, otls_slice serial);

#endif
