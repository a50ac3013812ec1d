/* SPDX-License-Identifier: MIT */
/**
 * @file x509/text.h
 * Growing text, and the strings of certificates made safe to show: what is not printable comes out
 * as an escape, never as itself. A text that ran out of memory stays failed and is freed by finish.
 */
#ifndef OMNI_X509_TEXT_H
#define OMNI_X509_TEXT_H

#include "x509/der.h"
#include <omnitls/error.h>

typedef struct omni_text {
    char *data;
    size_t size, capacity;
    bool failed;
} omni_text;

typedef enum omni_escape {
    OMNI_ESCAPE_PLAIN, /* \xHH, and \\ for a backslash */
    OMNI_ESCAPE_DN,    /* RFC 4514: \HH, and a backslash before , + " \ < > ; */
    OMNI_ESCAPE_JSON   /* RFC 8259; undecodable bytes as the four characters \xHH */
} omni_escape;

/** What omni_string_next found. */
typedef struct omni_character {
    uint32_t code;  /* a Unicode scalar value, or one undecodable byte */
    bool undecoded; /* `code` is a byte that means nothing in this encoding */
} omni_character;

void omni_text_bytes(omni_text *text, const char *data, size_t size);
void omni_text_add(omni_text *text, const char *string);
void omni_text_char(omni_text *text, char c);
OTLS_PRINTF(2, 3) void omni_text_format(omni_text *text, const char *format,
                                                            ...);
/** Upper-case hexadecimal, `separator` between octets unless it is NUL. */
void omni_text_hex(omni_text *text, otls_slice bytes, char separator);
/** Hand the text out; free with omni_free. */
otls_status omni_text_finish(omni_text *text, char **out, otls_error *err);
void omni_text_discard(omni_text *text);

/** Is this a character string we can decode, and is it made of whole characters' widths? */
bool omni_string_ok(const omni_tlv *value);
/** Take the next character of a string with this ASN.1 tag; false at the end. */
bool omni_string_next(uint8_t tag, otls_slice *rest, omni_character *out);
/** All of it, escaped. */
void omni_text_string(omni_text *text, uint8_t tag, otls_slice value, omni_escape escape);
/** Append one scalar value as UTF-8; returns its size. `out` has room for four. */
size_t omni_utf8_put(uint32_t code, char out[4]);

#endif
