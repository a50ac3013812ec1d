/* SPDX-License-Identifier: MIT */
/**
 * @file x509/public_key.h
 * A certificate's key on its way to an engine. An engine is given numbers, never what a key may be
 * used for: of RSASSA-PSS keys (RFC 4055 1.2) some engines read the parameters, some do not, and
 * one reads no such key at all. Pure functions over borrowed bytes.
 */
#ifndef OMNI_X509_PUBLIC_KEY_H
#define OMNI_X509_PUBLIC_KEY_H

#include "x509/decode.h"

/**
 * Give a certificate's key to an engine, an RSASSA-PSS key as the plain RSA key that it is. Who
 * calls has looked at the key's fault, and looks at each signature with omni_signature_form.
 */
otls_status omni_public_key_import(const otls_crypto_ops *crypto, const omni_x509 *cert,
                                   otls_native_public_key **out, otls_error *err);
/**
 * Is `spki`, as an engine writes the public half of a private key, the certificate's key? The same
 * octets; or an RSASSA-PSS certificate, the same modulus and exponent, and parameters that mean the
 * same, which engines write in several ways; `plain` = or none, by an engine that calls every RSA
 * key rsaEncryption.
 */
bool omni_public_key_is(const omni_x509 *cert, otls_slice spki, bool plain);
/**
 * Has the engine a scheme in which a key of this kind proves itself (RFC 8446 4.2.3)? Those of plain
 * RSA every engine has; of ECDSA it needs the curve.
 */
bool omni_public_key_usable(const otls_backend *backend, const omni_x509 *cert);
/** Can the engine load a private key for it, whatever it then does with it? RSASSA-PSS as an RSA key. */
bool omni_public_key_known(const otls_backend *backend, const omni_x509 *cert);

/** Read a SubjectPublicKeyInfo into the key's fields of `out`; NULL, or what is wrong with it. */
const char *omni_public_key_read(otls_slice spki, omni_x509 *out);

#endif
