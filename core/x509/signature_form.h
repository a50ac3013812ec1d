/* SPDX-License-Identifier: MIT */
/**
 * @file x509/signature_form.h
 * Has a signature the one form that its RFC gives it? The engines differ in what they let pass, so
 * core looks before one of them is asked. Pure functions over borrowed bytes.
 */
#ifndef OMNI_X509_SIGNATURE_FORM_H
#define OMNI_X509_SIGNATURE_FORM_H

#include "x509/decode.h"

/**
 * May an engine be asked whether this signature is by this certificate's key? OTLS_E_VERIFY: no key
 * of its kind makes such a signature, or not this one: an RSASSA-PSS key makes no other signatures
 * (RFC 4055 1.2), and where it has parameters, only some with the same digests and a salt at least
 * as long (3.3); and none of another size than its modulus (RFC 8017 8.1.2) or with an r or s that is
 * not below the order of its curve (SEC 1 4.1.4). OTLS_E_UNSUPPORTED: nothing here knows the key or what it is bound to. Else what
 * omni_signature_form says.
 */
otls_status omni_signature_fits(const omni_x509 *signer, const otls_signature_algorithm *algorithm,
                                otls_slice signature, otls_error *err);
/**
 * Can all engines check such a signature, as far as is known? Measured: a test over every way to
 * sign (tests/corpus/check_matrix.c) prints what one of them cannot.
 */
bool omni_signature_common(const omni_x509 *signer, const otls_signature_algorithm *algorithm);
/**
 * May an engine be asked about this signature? OTLS_E_VERIFY: it is malformed, and so wrong
 * whatever it is about. OTLS_E_UNSUPPORTED: an RSASSA-PSS whose mask uses another digest than the
 * message (RFC 4055 3.1 recommends the same), which not every engine can check. ECDSA:
 * Ecdsa-Sig-Value in DER with positive r and s (RFC 3279 2.2.3). Ed25519 and Ed448: of exactly
 * their size, S below the order of the group (RFC 8032 5.1.7, 5.2.7). Others: anything.
 */
otls_status omni_signature_form(const otls_signature_algorithm *algorithm, otls_slice signature,
                                otls_error *err);

#endif
