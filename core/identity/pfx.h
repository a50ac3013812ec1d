/* SPDX-License-Identifier: MIT */
/** @file identity/pfx.h What is in a PKCS #12 file (RFC 7292). */
#ifndef OMNI_IDENTITY_PFX_H
#define OMNI_IDENTITY_PFX_H

#include "identity/pbe.h"

/** Whom its contents are told to; an answer other than OTLS_OK ends the reading. */
typedef struct omni_pfx_reader {
    const otls_backend *backend;
    const omni_pbe_password *password;
    /** A PrivateKeyInfo (RFC 5208), in the order of the file. */
    otls_status (*key)(void *user, otls_slice pkcs8, otls_error *err);
    otls_status (*certificate)(void *user, otls_slice der, otls_error *err);
    void *user;
    uint64_t *rounds; /* omni_pfx_read's own: of all derivations met so far */
} omni_pfx_reader;

/**
 * Read it whole: the MAC first, if there is one. E_CREDENTIAL with WRONG_PASSWORD, KEY_UNSUPPORTED
 * or BAD_DER; E_NOMEM; what the reader answered.
 */
otls_status omni_pfx_read(const omni_pfx_reader *given, otls_slice pfx, otls_error *err);

#endif
