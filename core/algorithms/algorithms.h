/* SPDX-License-Identifier: MIT */
/** @file algorithms/algorithms.h What core knows of suites, groups and signature schemes, and how they are spelt. */
#ifndef OMNI_ALGORITHMS_ALGORITHMS_H
#define OMNI_ALGORITHMS_ALGORITHMS_H

#include <omnitls/backend.h>

/** No list is longer than this. */
#define OMNI_SUITE_MAX 256
#define OMNI_GROUP_MAX 64
#define OMNI_SIGNATURE_MAX 64

/** NULL when unknown. */
const otls_suite *omni_suite_find(uint16_t id);
/** Does the suite authenticate with a pre-shared key (TLS 1.2)? */
bool omni_suite_is_psk(const otls_suite *suite);
/** By OpenSSL's or IANA's name, exact; NULL when unknown. */
const otls_suite *omni_suite_find_name(const char *name, size_t length);
/** The whole table, ordered by id. */
const otls_suite *omni_suite_table(size_t *count);

/** The safe default: TLS 1.3 suites, then ECDHE with AEAD. Returns how many were stored. */
size_t omni_suites_default(const otls_suite **out, size_t capacity);

/**
 * An OpenSSL cipher list ("ECDHE+AESGCM:!aRSA:@STRENGTH"), TLS 1.2 and below only. *security_level
 * gets n of @SECLEVEL=n, else stays. Unknown words follow OpenSSL's rule (ignored) and are told to
 * `unknown` (may be NULL). E_CONFIG/NO_SUITE_LEFT when nothing is selected, E_CONFIG/BAD_LIST when
 * malformed, E_CONFIG/LIMIT when longer than 64 KiB. Never selects NULL, anonymous, RC4, DES,
 * export suites; 3DES only where the expression covers it ("ALL", "3DES"), never by DEFAULT.
 * SUITEB128 and the like select suites only: groups and signatures are for the caller to narrow.
 */
otls_status omni_ciphers_parse(const char *expression, const otls_suite **out, size_t capacity,
                               size_t *count, int *security_level,
                               void (*unknown)(const char *word, size_t length, void *user),
                               void *user, otls_error *err);
/**
 * TLS 1.3 suites by name, colon-separated; an unknown name is E_CONFIG naming it. An empty list is
 * OTLS_OK and 0 suites: no TLS 1.3.
 */
otls_status omni_ciphers13_parse(const char *names, const otls_suite **out, size_t capacity,
                                 size_t *count, otls_error *err);

/**
 * IANA groups / SignatureSchemes by name (every usual spelling) or number ("0x001d", also of one
 * that core has no name for), each kept once. An unknown name is E_CONFIG naming it; an empty list
 * too.
 */
otls_status omni_groups_parse(const char *names, uint16_t *out, size_t capacity, size_t *count,
                              otls_error *err);
otls_status omni_signatures_parse(const char *names, uint16_t *out, size_t capacity, size_t *count,
                                  otls_error *err);
size_t omni_groups_default(uint16_t *out, size_t capacity);
size_t omni_signatures_default(uint16_t *out, size_t capacity);

#endif
