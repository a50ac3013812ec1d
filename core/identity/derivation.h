/* SPDX-License-Identifier: MIT */
/**
 * @file identity/derivation.h
 * What opening an encrypted key or a PKCS #12 file would cost, before an engine is asked to.
 */
#ifndef OMNI_IDENTITY_DERIVATION_H
#define OMNI_IDENTITY_DERIVATION_H

#include <omnitls/backend.h>

/**
 * The counts of all key derivations that stand in `file` in the clear, added up: PBKDF2, PBES1,
 * PKCS #12's own for keys and MAC, scrypt as N*r*p. More than otls_key_derivation_limit:
 * E_CREDENTIAL/ LIMIT, naming `what`. Also E_CREDENTIAL/BAD_DER for a private key in the clear that
 * is no DER, and for what is nested too deep. BER is understood, octets in pieces included; what is
 * not read here is left for the engine to refuse. Any thread.
 */
otls_status omni_derivation_check(otls_slice file, const char *what, otls_error *err);
/** The same for a part of a file; `*total` is what the others would cost, and the sum afterwards. */
otls_status omni_derivation_add(uint64_t *total, otls_slice file, const char *what, otls_error *err);

#endif
