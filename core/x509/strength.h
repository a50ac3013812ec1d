/* SPDX-License-Identifier: MIT */
/** @file x509/strength.h Security levels: how many bits each thing is worth, and what a level asks for.
 */
#ifndef OMNI_X509_STRENGTH_H
#define OMNI_X509_STRENGTH_H

#include "x509/decode.h"

/** What a level (0..5) asks for, in bits. Higher numbers count as 5. */
int omni_strength_of_level(int level);
/** RSA, DSA or finite-field DH modulus. */
int omni_strength_of_modulus(unsigned bits);
/** The smallest modulus that a level takes. Level 0 asks for nothing; below this nobody is served. */
unsigned omni_strength_modulus_of(int level);
/** -1: not for us to say. */
int omni_strength_of_key(const omni_x509 *cert);
/** A signature's digest (otls_sig_hash). */
int omni_strength_of_hash(uint8_t hash);
/** IANA numbers; unknown ones are worth INT_MAX, the engine has the last word. */
int omni_strength_of_group(uint16_t group);
int omni_strength_of_signature(uint16_t scheme);
/** A group of RFC 7919, smallest first; its generator is 2. */
typedef struct omni_dh_group {
    uint16_t id; /* IANA */
    otls_slice p;
} omni_dh_group;
#define OMNI_DH_GROUPS 5u
extern const omni_dh_group omni_dh_groups[OMNI_DH_GROUPS];
/** May a suite be used at a level? */
bool omni_suite_allowed(const otls_suite *suite, int level);

#endif
