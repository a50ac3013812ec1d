/* SPDX-License-Identifier: MIT */
/**
 * @file x509/form.h
 * What breaks a MUST of RFC 5280 in a way that some decoder gives up on: engines read every
 * certificate that is presented before core is asked, each as strictly as it was written, so core
 * refuses these wherever they are presented, with one reason.
 */
#ifndef OMNI_X509_FORM_H
#define OMNI_X509_FORM_H

#include "x509/der.h"

typedef enum omni_form_fault {
    OMNI_FORM_FAULT_NONE = 0,
    OMNI_FORM_FAULT_SIZE,                 /* nothing is wrong with it but that it is too large */
    OMNI_FORM_FAULT_SERIAL,               /* 4.1.2.2 */
    OMNI_FORM_FAULT_NAMES,                /* alternative names, 4.2.1.6 */
    OMNI_FORM_FAULT_NAME_EMPTY,           /* 4.2.1.6 */
    OMNI_FORM_FAULT_ADDRESS,              /* 4.2.1.6 */
    OMNI_FORM_FAULT_CONSTRAINTS,          /* in an end entity's, 4.2.1.10 */
    OMNI_FORM_FAULT_KEY_USAGE,            /* 4.2.1.3 */
    OMNI_FORM_FAULT_KEY_ID,               /* the authority's, 4.2.1.1 */
    OMNI_FORM_FAULT_KEY_ID_CRITICAL,      /* 4.2.1.1, 4.2.1.2 */
    OMNI_FORM_FAULT_DIRECTORY_ATTRIBUTES, /* 4.2.1.8 */
    OMNI_FORM_FAULT_POLICY_CONSTRAINTS,   /* 4.2.1.11 */
    OMNI_FORM_FAULT_POINT,                /* 4.2.1.13 */
    OMNI_FORM_FAULT_SIGNATURE,            /* parameters of the signature's algorithm, 4.1.1.2 */
    OMNI_FORM_FAULT_COUNT
} omni_form_fault;

#define OMNI_SERIAL_OCTETS_MAX 20u /* RFC 5280 4.1.2.2 */

/** What is wrong, to follow a certificate's name; NULL for NONE. */
const char *omni_form_fault_words(uint8_t fault);

/** Is this a GeneralName, the kinds with a structure of their own in that structure? */
bool omni_x509_general_name_ok(const omni_tlv *name);
/** The rule that is broken, such as "RFC 5280 4.2.1.6"; NULL for NONE. */
const char *omni_form_fault_section(uint8_t fault);

/** One that omni_x509_general_name_ok took, of a subjectAltName or issuerAltName: an
 * omni_form_fault, NONE when it is good. */
uint8_t omni_form_of_name(const omni_tlv *name);
/** The mailbox in an otherName's content: false when it is of another kind; empty when it is no UTF8String. */
bool omni_form_utf8_mailbox(otls_slice content, otls_slice *out);
/** Is it as RFC 9598 3 has issuers write it: beyond ASCII before the @ and only there, lower case behind it? */
bool omni_form_utf8_mailbox_ok(otls_slice mailbox);
/** The value of a cRLDistributionPoints, of subjectDirectoryAttributes, of policyConstraints. */
bool omni_form_points_ok(otls_slice value);
bool omni_form_attributes_ok(otls_slice value);
bool omni_form_policy_constraints_ok(otls_slice value);

#endif
