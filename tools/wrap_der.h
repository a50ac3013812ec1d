/* SPDX-License-Identifier: MIT */
/** @file wrap_der.h Public keys and certificate requests, read by the reader for certificates. */
#ifndef OMNITLS_TOOL_WRAP_DER_H
#define OMNITLS_TOOL_WRAP_DER_H

#include <omnitls/certificate.h>

/**
 * A certificate around a SubjectPublicKeyInfo, so that what there is for certificates (kind, bits,
 * curve, pin) tells of the key. Nobody signed it and it is never shown as one.
 */
otls_status tool_wrap_public_key(otls_certificate **out, const uint8_t *spki, size_t size,
                                 otls_error *err);
/** The same around subject, key and requested extensions of a PKCS #10 request (RFC 2986). */
otls_status tool_wrap_request(otls_certificate **out, const uint8_t *der, size_t size,
                              otls_error *err);
/** Base64 with any blanks between; false when it is none. `*length` in: the room. */
bool tool_base64(const char *text, size_t size, uint8_t *out, size_t *length);

#endif
