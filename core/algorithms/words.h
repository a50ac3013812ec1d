/* SPDX-License-Identifier: MIT */
/** @file algorithms/words.h Lists of names as people write them: "X25519:P-256", "rsa+sha256, ed25519".
 */
#ifndef OMNI_ALGORITHMS_WORDS_H
#define OMNI_ALGORITHMS_WORDS_H

#include "base/base.h"
#include <stdbool.h>

/** No list of names is longer, in bytes. */
#define OMNI_LIST_TEXT_MAX 65536

/** One spelling of an IANA number. */
typedef struct omni_spelling {
    uint16_t id;
    const char *text; /* lower case, without '-', '_', '+', '.' */
} omni_spelling;

/** The next word between ':', ',', ';' and blanks; NULL at the end. Moves `*cursor` past it. */
const char *omni_word_next(const char **cursor, size_t *length);
/** Equal, ignoring case and the characters '-', '_', '+', '.'. `plain` has neither. */
bool omni_word_is(const char *word, size_t length, const char *plain);
/** A hostile word made fit for a report: printable ASCII, cut to `size` with "..." at the end. */
void omni_word_quote(char *out, size_t size, const char *word, size_t length);

/**
 * Numbers of a list of names ("0x001d" and "29" too), each kept once, in order. E_CONFIG names the
 * unknown word or says that the list is empty; `what` is "group" or the like.
 */
otls_status omni_spellings_parse(const char *names, const omni_spelling *table, size_t table_size,
                                 const char *what, uint16_t *out, size_t capacity, size_t *count,
                                 otls_error *err);

#endif
