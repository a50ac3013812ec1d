/* SPDX-License-Identifier: MIT */
/**
 * @file x509/ocsp.h
 * OCSP responses, RFC 6960: a strict, bounded reader, and the one judgement on a response that came
 * with a handshake, the same whichever engine carried it. Any thread; nothing is kept.
 */
#ifndef OMNI_X509_OCSP_H
#define OMNI_X509_OCSP_H

#include "x509/der.h"
#include <omnitls/key.h>

/** A larger response is refused: one with a delegated responder's certificate has 2 KB. */
#define OMNI_OCSP_SIZE_MAX ((size_t)128 * 1024)
/** Certificates inside a response that are looked at, each at the cost of two signature checks. */
#define OMNI_OCSP_CERTIFICATES_MAX 4
/** Clocks differ by this many seconds at most. */
#define OMNI_OCSP_SKEW 300
/**
 * How old a response without nextUpdate may be: ten days, the longest validity that the CA/Browser
 * Forum's baseline requirements (4.9.10) allow a response that states one.
 */
#define OMNI_OCSP_AGE_MAX ((int64_t)10 * 24 * 3600)

/** Octets of a nonce, RFC 9654 2.1. */
#define OMNI_OCSP_NONCE_MAX 128u
/** id-pkix-ocsp-nonce, RFC 6960 4.4.1 */
#define OMNI_OID_OCSP_NONCE "\x2b\x06\x01\x05\x05\x07\x30\x01\x02"

/** OCSPResponseStatus, RFC 6960 4.2.1. */
enum { OMNI_OCSP_SUCCESSFUL = 0, OMNI_OCSP_UNAUTHORIZED = 6 };

/** CertStatus; the values are the context tags. */
typedef enum omni_ocsp_status {
    OMNI_OCSP_GOOD = 0,
    OMNI_OCSP_REVOKED = 1,
    OMNI_OCSP_UNKNOWN = 2
} omni_ocsp_status;

/** One SingleResponse. */
typedef struct omni_ocsp_single {
    uint8_t hash; /* otls_hash; 0 = not known to us */
    otls_slice name_hash, key_hash;
    otls_slice serial;                /* INTEGER content */
    uint8_t status;                   /* omni_ocsp_status */
    bool unusable;                    /* has a critical extension */
    int64_t this_update, next_update; /* next_update INT64_MAX = none given */
} omni_ocsp_single;

/** A BasicOCSPResponse; all slices borrow from the bytes it was read from. */
typedef struct omni_ocsp {
    uint8_t response_status; /* the rest is empty unless it is OMNI_OCSP_SUCCESSFUL */
    otls_slice tbs;          /* what is signed, TLV */
    otls_slice by_name;      /* the responder's Name, TLV; data NULL = named by key */
    otls_slice by_key;       /* SHA-1 of its key; data NULL = named by name */
    int64_t produced_at;
    otls_slice singles;                           /* content of the SEQUENCE OF SingleResponse */
    otls_slice certificates;                      /* content of the SEQUENCE OF Certificate */
    otls_signature_algorithm signature_algorithm; /* kind 0 = not known to us */
    otls_slice signature;
    otls_slice nonce; /* data NULL = none; size 0 = in another form */
    bool unusable; /* has a critical extension that is not the nonce */
} omni_ocsp;

/** Decode, every single response included. E_CREDENTIAL with BAD_DER or LIMIT. */
otls_status omni_ocsp_parse(omni_ocsp *out, otls_slice der, otls_error *err);
/** Take the next single response of `list`; false at the end, or when it is malformed. */
bool omni_ocsp_single_next(omni_der *list, omni_ocsp_single *out);

#endif
