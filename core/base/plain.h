/* SPDX-License-Identifier: MIT */
/** @file base/plain.h What C libraries have beyond ISO C, or have not: searching, comparing,
 * addresses. */
#ifndef OMNI_BASE_PLAIN_H
#define OMNI_BASE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The first `wanted` (at least one byte) in `data`; NULL: not in it. */
const void *omni_find(const void *data, size_t size, const void *wanted, size_t wanted_size);
/** The same, but for the case of ASCII letters, whatever the locale? `size` bytes, none behind a
 * NUL. */
bool omni_same_letters(const char *a, const char *b, size_t size);
/** Two whole texts. */
bool omni_same_word(const char *a, const char *b);

/** "255.255.255.255", or eight groups with their colons, and the NUL. */
#define OMNI_IP_TEXT_MAX 40
/** An address of 4 or 16 bytes as text, IPv6 as RFC 5952 has it; false, and no text: of another
 *  size, or larger than `capacity`. */
bool omni_ip_text(const uint8_t *ip, size_t ip_size, char *out, size_t capacity);

#endif
