/* SPDX-License-Identifier: MIT */
/** @file algorithms/cipher_expression.h The words of an OpenSSL cipher list, and what each selects. */
#ifndef OMNI_ALGORITHMS_CIPHER_EXPRESSION_H
#define OMNI_ALGORITHMS_CIPHER_EXPRESSION_H

#include "algorithms/algorithms.h"

/** Strength classes; a set. FIPS is one of them to OpenSSL, so "FIPS+HIGH" selects nothing. */
enum {
    OMNI_CLASS_LOW = 1u << 0,
    OMNI_CLASS_MEDIUM = 1u << 1,
    OMNI_CLASS_HIGH = 1u << 2,
    OMNI_CLASS_FIPS = 1u << 3
};

/** Conditions on a suite. Sets hold 1 << value of the otls_suite's field; 0 asks for nothing. */
typedef struct omni_cipher_pattern {
    uint32_t kx, auth, cipher, mac;
    uint16_t id;
    uint16_t version; /* 0x0300 for what OpenSSL calls SSLv3 */
    uint8_t classes;
    bool not_default;
} omni_cipher_pattern;

/** A class word or a suite's name (OpenSSL's or IANA's), TLS 1.2 and below. False when unknown. */
bool omni_cipher_word(const char *word, size_t length, omni_cipher_pattern *out);
/** Narrow `pattern` by `word`; false when nothing can match both. */
bool omni_cipher_pattern_and(omni_cipher_pattern *pattern, const omni_cipher_pattern *word);
bool omni_cipher_pattern_matches(const omni_cipher_pattern *pattern, const otls_suite *suite);

#endif
