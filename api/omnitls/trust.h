/* SPDX-License-Identifier: MIT */
/**
 * @file trust.h
 * Whom to believe: trust anchors (and later CRLs), parsed once, shared by any number of contexts of
 * any engines. Filled by one thread, sealed when first given to a context, then shared freely.
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
/** How many anchors there are (duplicates are kept once). */
OTLS_API size_t otls_trust_count(const otls_trust *trust);

#ifdef __cplusplus
}
#endif
#endif
