/* SPDX-License-Identifier: MIT */
/**
 * @file x509/name_constraints.h
 * May this name appear below that constraint? RFC 5280 4.2.1.10. Pure functions over borrowed
 * bytes.
 */
#ifndef OMNI_X509_NAME_CONSTRAINTS_H
#define OMNI_X509_NAME_CONSTRAINTS_H

#include <omnitls/backend.h>
#include <stdbool.h>

typedef enum omni_constraint_answer {
    OMNI_CONSTRAINT_OUTSIDE, /* the name is not in the subtree */
    OMNI_CONSTRAINT_INSIDE,
    OMNI_CONSTRAINT_UNKNOWN /* of a kind, or in a form, that cannot be compared */
} omni_constraint_answer;

/** A kind beside those of otls_san_kind: the mailbox of an otherName (omni_form_utf8_mailbox), which subtrees of
 * e-mail addresses are about, too (RFC 9598 6). */
#define OMNI_CONSTRAINT_UTF8_MAILBOX 0x100

/** Is this the base of a subtree of addresses, 4.2.1.10: an address and a mask that is a prefix? */
bool omni_constraint_address_ok(otls_slice base);
/**
 * Is a name of kind `kind` (otls_san_kind, or the one above) with the encoded content `name` in the subtree
 * `base` of its kind? `excluding`: a wildcard that could stand for something inside counts as inside.
 */
omni_constraint_answer omni_constraint_match(int kind, otls_slice base, otls_slice name,
                                             bool excluding);

#endif
