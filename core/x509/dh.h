/* SPDX-License-Identifier: MIT */
/**
 * @file x509/dh.h
 * Diffie-Hellman parameters: PKCS #3 section 9, DHParameter ::= SEQUENCE { prime INTEGER, base
 * INTEGER, privateValueLength INTEGER OPTIONAL }.
 */
#ifndef OMNI_X509_DH_H
#define OMNI_X509_DH_H

#include <omnitls/backend.h>
#include <stdbool.h>

#define OMNI_DH_MODULUS_BITS_MIN 1024u
#define OMNI_DH_MODULUS_BITS_MAX 16384u

/** Modulus and generator (big-endian, unsigned) of DHParameter DER; false when it is none. */
bool omni_dh_params_parse(otls_slice der, otls_slice *p, otls_slice *g);
/** E_CREDENTIAL/WEAK when the parameters may not be used at `level`; `what` names the source. */
otls_status omni_dh_params_check(otls_slice p, otls_slice g, int level, const char *what,
                                 otls_error *err);

#endif
