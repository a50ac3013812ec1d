/* SPDX-License-Identifier: MIT */
/**
 * @file crl.h
 * Certificate revocation lists, RFC 5280 5: decoded once, with an index of the serial numbers.
 * Immutable after parsing, but for a note of the key that was seen to have signed it.
 */
#ifndef OTLS_CORE_CRL_H
#define OTLS_CORE_CRL_H

#include "x509.h"

/** A list with more entries is refused (each entry takes at least 20 octets). */
#define OTLS_CRL_ENTRY_LIMIT 4000000u

/** A key, SubjectPublicKeyInfo. */
typedef struct otls_crl_signer {
    size_t size;
    uint8_t spki[];
} otls_crl_signer;

typedef struct otls_crl {
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
    _Atomic(otls_crl_signer *) signer;
} otls_crl;

/** Takes over `block` (from otls_malloc) on success only. */
otls_status otls_crl_parse(otls_crl **out, uint8_t *block, size_t size, otls_error *err);
void otls_crl_free(otls_crl *crl);
/** Is the serial number (INTEGER content) on the list? */
bool otls_crl_has(const otls_crl *crl, otls_slice serial);

#endif
