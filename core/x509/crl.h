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
    otls_slice number;              /* cRLNumber, INTEGER content; data NULL = absent */
    otls_slice base;                /* of a delta: BaseCRLNumber */
    otls_slice issuing_point;       /* issuingDistributionPoint, 5.2.5, whole; data NULL = absent */
    otls_slice distribution_point;  /* its DistributionPointName content; data NULL = absent */
    uint16_t reasons;               /* its onlySomeReasons, a set of OMNI_CRL_REASONS; all of them */
    bool delta;                     /* has a delta CRL indicator */
    bool only_user, only_authority; /* issuingDistributionPoint, 5.2.5 */
    bool indirect;                  /* entries may be other issuers' */
    bool unusable; /* for attributes, an extension twice, or critical and not understood */
    otls_slice entries; /* content of revokedCertificates */
    uint32_t *index;    /* offsets of the entries' serials in `entries`, sorted by serial */
    size_t count;
    /* the key under which the signature was found good, so that it is checked once; written once */
    _Atomic(omni_crl_signer *) signer;
} omni_crl;

/** Takes over `block` (from omni_malloc) on success only. */
otls_status omni_crl_parse(omni_crl **out, uint8_t *block, size_t size, otls_error *err);
void omni_crl_free(omni_crl *crl);

/** Every reason of RFC 5280 4.2.1.13 but "unused": what a certificate must be covered for. */
#define OMNI_CRL_REASONS 0x1feu
/** ReasonFlags, a BIT STRING's content, as such a set; false: malformed. */
bool omni_crl_reasons(otls_slice bits, uint16_t *reasons);

/** What a list says of a certificate. */
typedef enum omni_crl_entry {
    OMNI_CRL_ABSENT,
    OMNI_CRL_REVOKED,
    OMNI_CRL_REMOVED /* removeFromCRL: it is no longer, RFC 5280 5.3.1 */
} omni_crl_entry;

/** Of the certificate with this serial number (INTEGER content) by this issuer (Name, TLV). An entry of
 *  an indirect list belongs to the issuer that it names, or that the last one before it named. */
omni_crl_entry omni_crl_find(const omni_crl *crl, otls_slice issuer, otls_slice serial);

#endif
