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

typedef enum omni_dn_form {
    OMNI_DN_GOOD,
    OMNI_DN_LARGE, /* well-formed, with more attributes than the limits */
    OMNI_DN_MALFORMED
} omni_dn_form;

/** What the content of a Name is like. */
omni_dn_form omni_dn_form_of(otls_slice content);
/** Is it well-formed and within the limits? */
bool omni_dn_ok(otls_slice content);
/** A whole Name, with its header: E_CREDENTIAL, BAD_DER when it is none. */
otls_status omni_dn_check(const void *der, size_t size, otls_error *err);
/** The same of a RelativeDistinguishedName: the content of its SET. */
bool omni_rdn_ok(otls_slice content);
/** Start at a Name's TLV. */
omni_dn_cursor omni_dn_begin(otls_slice name);
bool omni_dn_next(omni_dn_cursor *cursor, omni_dn_entry *out);
/** RFC 4514: last RDN first. */
void omni_text_dn(omni_text *text, otls_slice name);
/** An attribute's value as text: decoded and escaped, or # and hexadecimal. */
void omni_text_attribute(omni_text *text, const omni_tlv *value, omni_escape escape);

/** Both TLVs as canonical forms equal, RFC 5280 7.1? */
bool omni_dn_equal(otls_slice a, otls_slice b);
/** Are the first RDNs of the Name `name` those of `base`, RFC 5280 4.2.1.10? False: one of the two is
 *  malformed or over the limits, so that there is no answer. */
bool omni_dn_below(otls_slice base, otls_slice name, bool *below);
/** A canonical form that is equal bytewise iff the names are equal; free with omni_free. */
otls_status omni_dn_canonical(otls_slice name, uint8_t **out, size_t *size, otls_error *err);
/** Equal names (RFC 5280 7.1) have equal hashes (the converse needs omni_dn_equal). `name` is a Name, TLV. */
uint64_t omni_dn_hash(otls_slice name);

#endif
