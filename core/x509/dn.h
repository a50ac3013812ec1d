/* SPDX-License-Identifier: MIT */
/**
 * @file x509/dn.h
 * Distinguished names: walked in their own order, shown as RFC 4514 text, compared as RFC 5280 7.1
 * asks. Names that omni_dn_ok has not accepted give fewer attributes, never a crash.
 */
#ifndef OMNI_X509_DN_H
#define OMNI_X509_DN_H

#include "x509/der.h"
#include "x509/text.h"

enum { OMNI_NAME_ATTRIBUTES_MAX = 256, OMNI_RDN_ATTRIBUTES_MAX = 16 };

typedef struct omni_dn_entry {
    otls_slice oid;
    omni_tlv value;
    size_t rdn; /* which RelativeDistinguishedName, from 0 */
} omni_dn_entry;

typedef struct omni_dn_cursor {
    omni_der rdns, attributes;
    size_t rdn; /* of `attributes`, from 1; 0 before the first */
} omni_dn_cursor;

/** Is the content of a Name well-formed and within the limits? */
bool omni_dn_ok(otls_slice content);
/** Start at a Name's TLV. */
omni_dn_cursor omni_dn_begin(otls_slice name);
bool omni_dn_next(omni_dn_cursor *cursor, omni_dn_entry *out);
/** RFC 4514: last RDN first. */
void omni_text_dn(omni_text *text, otls_slice name);
/** An attribute's value as text: decoded and escaped, or # and hexadecimal. */
void omni_text_attribute(omni_text *text, const omni_tlv *value, omni_escape escape);

#endif
