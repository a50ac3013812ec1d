/* SPDX-License-Identifier: MIT */
/**
 * @file trust.h
 * Whom to believe: trust anchors (and later CRLs), parsed once, shared by any number of contexts of
 * any engines. Filled by one thread, sealed when first given to a context, then shared freely.
 *
 * Make one and give it to every context (otls_context_set_trust takes a reference): adding the
 * system's roots indexes a bundle, half a millisecond; an anchor is decoded when a chain first needs
 * it, its key imported once for each engine, and a later context costs no more than one without
 * roots. To reload, fill a new object and set it in an otls_context_copy.
 */
#ifndef OMNITLS_TRUST_H
#define OMNITLS_TRUST_H

#include <omnitls/certificate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_trust otls_trust;

OTLS_API otls_status otls_trust_new(otls_trust **out, otls_error *err);
OTLS_API otls_trust *otls_trust_ref(otls_trust *trust);
OTLS_API void otls_trust_free(otls_trust *trust);
/** All certificates of a PEM bundle, or one DER certificate. Nothing is added if one is broken. */
OTLS_API otls_status otls_trust_add_file(otls_trust *trust, const char *path, otls_error *err);
OTLS_API otls_status otls_trust_add_memory(otls_trust *trust, const void *pem_or_der, size_t size,
                                           otls_error *err);
/** Every *.pem, *.crt, *.cer, *.der and hashed (xxxxxxxx.N) file of a directory. */
OTLS_API otls_status otls_trust_add_directory(otls_trust *trust, const char *path, otls_error *err);
/** The operating system's roots; SSL_CERT_FILE and SSL_CERT_DIR are honoured. */
OTLS_API otls_status otls_trust_add_system(otls_trust *trust, otls_error *err);
/** One more anchor. Copies. */
OTLS_API otls_status otls_trust_add_certificate(otls_trust *trust,
                                                const otls_certificate *certificate,
                                                otls_error *err);
/**
 * All certificate revocation lists of a PEM text, or one in DER. They are only used where asked for
 * (OTLS_VERIFY_OPTION_CRL_LEAF, _CHAIN); their signatures are checked then, by the issuer's key in
 * the path. Delta lists are counted but not used.
 */
OTLS_API otls_status otls_trust_add_crl_memory(otls_trust *trust, const void *pem_or_der,
                                               size_t size, otls_error *err);
OTLS_API otls_status otls_trust_add_crl_file(otls_trust *trust, const char *path, otls_error *err);
/** How many anchors there are (duplicates are kept once). */
OTLS_API size_t otls_trust_count(const otls_trust *trust);
/** The `index`-th anchor, in no particular order; borrowed. NULL past the end, or when it cannot be
 *  decoded (it is then no anchor of any chain). Any thread once sealed. */
OTLS_API const otls_certificate *otls_trust_certificate(const otls_trust *trust, size_t index);

/** What a store holds (py32 cert_store_stats). */
typedef struct otls_trust_statistics {
    uint32_t size;             /**< sizeof(otls_trust_statistics), set by the caller */
    size_t certificates;       /**< "x509": all anchors */
    size_t authorities;        /**< "x509_ca": those that may issue certificates */
    size_t crls;               /**< "crl" */
    size_t ignored_delta_crls; /**< given, counted, not used */
} otls_trust_statistics;

/** Decodes every anchor: not for the hot path. */
OTLS_API void otls_trust_statistics_get(const otls_trust *trust, otls_trust_statistics *out);

#ifdef __cplusplus
}
#endif
#endif
