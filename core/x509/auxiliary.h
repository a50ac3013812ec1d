/* SPDX-License-Identifier: MIT */
/**
 * @file x509/auxiliary.h
 * OpenSSL's "TRUSTED CERTIFICATE": a certificate, and behind it what it is trusted for
 * (openssl-x509(1), -addtrust and -addreject; X509_CERT_AUX).
 */
#ifndef OMNI_X509_AUXILIARY_H
#define OMNI_X509_AUXILIARY_H

#include <omnitls/backend.h>
#include <omnitls/verify.h>
#include <stdbool.h>

/** The bit of one OTLS_PURPOSE_... in a set of them. */
#define OMNI_TRUSTED_FOR(purpose) ((uint8_t)(1u << (purpose)))
/** What a certificate without such an annex is an anchor for. */
#define OMNI_TRUSTED_FOR_ALL                                                                       \
    ((uint8_t)(OMNI_TRUSTED_FOR(OTLS_PURPOSE_SERVER) | OMNI_TRUSTED_FOR(OTLS_PURPOSE_CLIENT) |     \
               OMNI_TRUSTED_FOR(OTLS_PURPOSE_ANY)))

#define OMNI_PEM_TRUSTED "TRUSTED CERTIFICATE"

/**
 * Take such a block apart: the certificate, and the purposes it is trusted for. A use that is
 * refused is none of them, nor one that is missing from a list of trusted uses; OTLS_PURPOSE_ANY
 * takes that nothing is refused, and no list or anyExtendedKeyUsage on it. E_CREDENTIAL/BAD_DER,
 * naming the block, when the annex is malformed. The certificate itself is not looked at.
 */
otls_status omni_trust_aux_parse(otls_slice block, otls_slice *certificate, uint8_t *trusted_for,
                                 otls_error *err);

#endif
