/* SPDX-License-Identifier: MIT */
/**
 * @file dn.h
 * Distinguished names: walked in their own order, shown as RFC 4514 text, compared as RFC 5280 7.1
 * asks. Names that otls_name_ok has not accepted give fewer attributes, never a crash.
 */
#ifndef OTLS_CORE_DN_H
#define OTLS_CORE_DN_H

#include "der.h"
#include "x509_text.h"

enum { OTLS_NAME_ATTRIBUTES_MAX = 256, OTLS_RDN_ATTRIBUTES_MAX = 16 };

typedef struct otls_name_entry {
    otls_slice oid;
    otls_tlv value;
    size_t rdn; /* which RelativeDistinguishedName, from 0 */
} otls_name_entry;

typedef struct otls_name_cursor {
    otls_der rdns, attributes;
    size_t rdn; /* of `attributes`, from 1; 0 before the first */
} otls_name_cursor;

/** Is the content of a Name well-formed and within the limits? */
bool otls_name_ok(otls_slice content);
/** Start at a Name's TLV. */
otls_name_cursor otls_name_begin(otls_slice name);
bool otls_name_next(otls_name_cursor *cursor, otls_name_entry *out);
/** RFC 4514: last RDN first. */
void otls_text_name(otls_text *text, otls_slice name);
/** An attribute's value as text: decoded and escaped, or # and hexadecimal. */
void otls_text_attribute(otls_text *text, const otls_tlv *value, otls_escape escape);

#endif
