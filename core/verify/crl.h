/* SPDX-License-Identifier: MIT */
/** @file verify/crl.h The parts of revocation by CRL, RFC 5280 6.3: what a list covers (crl_scope.c), whose
 * signature it bears (crl_signer.c), and what follows (crl.c). */
#ifndef OMNI_VERIFY_CRL_H
#define OMNI_VERIFY_CRL_H

#include "verify/path.h"

/** What a list has to do with a certificate. */
typedef struct omni_crl_scope {
    bool related;     /* it is from whom a list about this certificate would be */
    uint16_t reasons; /* for which of OMNI_CRL_REASONS it covers the certificate */
} omni_crl_scope;

/** 6.3.3 (b), (d). Fails for want of memory only. */
otls_status omni_crl_scope_of(const omni_crl *crl, const omni_x509 *cert, omni_crl_scope *out,
                              otls_error *err);

/**
 * 6.3.3 (f), (g): is the list signed by the key that issued the certificate at `depth`, or by another
 * key under the list's name with a path to the same anchor? Costs count towards the search's.
 */
otls_status omni_crl_signed(omni_search *search, size_t depth, omni_crl *crl, bool *good,
                            otls_error *err);

#endif
