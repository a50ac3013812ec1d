/* SPDX-License-Identifier: MIT */
/** @file strength.h Security levels: how many bits each thing is worth, and what a level asks for.
 */
#ifndef OTLS_CORE_STRENGTH_H
#define OTLS_CORE_STRENGTH_H

#include "x509.h"

/** What a level (0..5) asks for, in bits. Higher numbers count as 5. */
int otls_strength_of_level(int level);
/** RSA, DSA or finite-field DH modulus. */
int otls_strength_of_modulus(unsigned bits);
/** -1: not for us to say. */
int otls_strength_of_key(const otls_x509 *cert);
/** A signature's digest (otls_sig_hash). */
int otls_strength_of_hash(uint8_t hash);
/** IANA numbers; unknown ones are worth INT_MAX, the engine has the last word. */
int otls_strength_of_group(uint16_t group);
int otls_strength_of_signature(uint16_t scheme);
/** May a suite be used at a level? */
bool otls_suite_allowed(const otls_suite *suite, int level);

#endif
