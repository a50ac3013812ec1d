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

/** An empty store: nobody is believed yet. Errors: OTLS_E_NOMEM. */
OTLS_API otls_status otls_trust_new(otls_trust **out, otls_error *err);
/** An unsealed store with what `trust`, which may be in use, holds: add to it, and set it in a copy of
 *  the context. */
OTLS_API otls_status otls_trust_copy(otls_trust **out, const otls_trust *trust, otls_error *err);
/** Take another reference; NULL is fine. Any thread. */
OTLS_API otls_trust *otls_trust_ref(otls_trust *trust);
/** Give a reference back; contexts hold their own. NULL is fine. Any thread. */
OTLS_API void otls_trust_free(otls_trust *trust);
/**
 * All certificates and revocation lists of a PEM bundle, or of DER, one behind the other. Nothing is
 * added if one is broken; a file without any is OTLS_E_CREDENTIAL with OTLS_CODE_NO_CERTIFICATE. Lists
 * are used as otls_trust_add_crl_memory says.
 * OpenSSL's "TRUSTED CERTIFICATE" is an anchor only for what its annex trusts it for (openssl-x509(1),
 * -addtrust, -addreject): of servers, of clients, or of any purpose if nothing is refused. The same
 * certificate given twice is trusted for what both allow.
 */
OTLS_API otls_status otls_trust_add_file(otls_trust *trust, const char *path, otls_error *err);
/** The same from memory. Copies. */
OTLS_API otls_status otls_trust_add_memory(otls_trust *trust, const void *pem_or_der, size_t size,
                                           otls_error *err);
/**
 * Every *.pem, *.crt, *.cer, *.der and hashed (xxxxxxxx.N, xxxxxxxx.rN) file of a directory, now. Files
 * that are empty or hold neither certificate nor list are passed over; one that is broken is an error,
 * and so is a directory in which there is nothing: OTLS_CODE_NO_CERTIFICATE.
 */
OTLS_API otls_status otls_trust_add_directory(otls_trust *trust, const char *path, otls_error *err);
/** OpenSSL's rule (openssl-rehash(1)): hashed names alone, certificates xxxxxxxx.N and revocation lists
 *  xxxxxxxx.rN; what cannot be read is passed over. Read now, not when a chain needs it. */
OTLS_API otls_status otls_trust_add_hashed_directory(otls_trust *trust, const char *path,
                                                     otls_error *err);
/** The operating system's roots; SSL_CERT_FILE and SSL_CERT_DIR are honoured. Of the directories of
 *  SSL_CERT_DIR one that is missing is passed over, unless no other has anything. */
OTLS_API otls_status otls_trust_add_system(otls_trust *trust, otls_error *err);
/** One more anchor. Copies. */
OTLS_API otls_status otls_trust_add_certificate(otls_trust *trust,
                                                const otls_certificate *certificate,
                                                otls_error *err);
/**
 * All certificate revocation lists of a PEM text, or of DER. They are only used where asked for
 * (OTLS_VERIFY_OPTION_CRL_LEAF, _CHAIN); their signatures are checked then, by the issuer's key in
 * the path, or by another key under the list's name whose certificate is presented or an anchor and has a
 * path to the same anchor. Indirect lists, lists for some reasons and delta lists are used as RFC 5280
 * 6.3.3 says: what is not covered for every reason is OTLS_VERIFY_REVOCATION_UNKNOWN, never good.
 */
OTLS_API otls_status otls_trust_add_crl_memory(otls_trust *trust, const void *pem_or_der,
                                               size_t size, otls_error *err);
/** The same from a file. Errors name it. */
OTLS_API otls_status otls_trust_add_crl_file(otls_trust *trust, const char *path, otls_error *err);
/** How many anchors there are (duplicates are kept once). */
OTLS_API size_t otls_trust_count(const otls_trust *trust);
/** The `index`-th anchor, in no particular order; borrowed. NULL past the end, or when it cannot be
 *  decoded (it is then no anchor of any chain). Any thread once sealed. */
OTLS_API const otls_certificate *otls_trust_certificate(const otls_trust *trust, size_t index);

/** What a store holds. */
typedef struct otls_trust_statistics {
    uint32_t size;             /**< sizeof(otls_trust_statistics), set by the caller */
    size_t certificates;       /**< "x509": all anchors */
    size_t authorities;        /**< "x509_ca": those that may issue certificates */
    size_t crls;               /**< "crl": complete ones */
    size_t delta_crls;         /**< delta lists, RFC 5280 5.2.4 */
} otls_trust_statistics;

/** Decodes every anchor: not for the hot path. */
OTLS_API void otls_trust_stats(const otls_trust *trust, otls_trust_statistics *out);

#ifdef __cplusplus
}
#endif
#endif
