/* SPDX-License-Identifier: MIT */
/**
 * @file x509_text.h
 * Growing text, and the strings of certificates made safe to show: what is not printable comes out
 * as an escape, never as itself. A text that ran out of memory stays failed and is freed by finish.
 */
#ifndef OTLS_CORE_X509_TEXT_H
#define OTLS_CORE_X509_TEXT_H

#include "der.h"
#include <omnitls/error.h>

typedef struct otls_text {
    char *data;
    size_t size, capacity;
    bool failed;
} otls_text;

typedef enum otls_escape {
    OTLS_ESCAPE_PLAIN, /* \xHH, and \\ for a backslash */
    OTLS_ESCAPE_DN,    /* RFC 4514: \HH, and a backslash before , + " \ < > ; */
    OTLS_ESCAPE_JSON   /* RFC 8259; undecodable bytes as the four characters \xHH */
} otls_escape;

/** What otls_string_next found. */
typedef struct otls_character {
    uint32_t code;  /* a Unicode scalar value, or one undecodable byte */
    bool undecoded; /* `code` is a byte that means nothing in this encoding */
} otls_character;

void otls_text_bytes(otls_text *text, const char *data, size_t size);
void otls_text_add(otls_text *text, const char *string);
void otls_text_char(otls_text *text, char c);
__attribute__((format(printf, 2, 3))) void otls_text_format(otls_text *text, const char *format,
                                                            ...);
/** Upper-case hexadecimal, `separator` between octets unless it is NUL. */
void otls_text_hex(otls_text *text, otls_slice bytes, char separator);
/** Hand the text out; free with otls_free. */
otls_status otls_text_finish(otls_text *text, char **out, otls_error *err);
void otls_text_discard(otls_text *text);

/** Is this a character string we can decode, and is it made of whole characters' widths? */
bool otls_string_ok(const otls_tlv *value);
/** Take the next character of a string with this ASN.1 tag; false at the end. */
bool otls_string_next(uint8_t tag, otls_slice *rest, otls_character *out);
/** All of it, escaped. */
void otls_text_string(otls_text *text, uint8_t tag, otls_slice value, otls_escape escape);
/** Append one scalar value as UTF-8; returns its size. `out` has room for four. */
size_t otls_utf8_put(uint32_t code, char out[4]);

#endif
