/* SPDX-License-Identifier: MIT */
/** @file certificate/parts.h What the files behind omnitls/certificate.h share. */
#ifndef OMNI_CERTIFICATE_PARTS_H
#define OMNI_CERTIFICATE_PARTS_H

#include "certificate/certificate.h"
#include "x509/x509.h"

/** A serial number as otls_certificate_serial shows it. */
void omni_text_serial(omni_text *text, otls_slice serial);
/** The certificate in a block, OpenSSL's TRUSTED CERTIFICATE without its annex; data NULL: none. */
otls_status omni_pem_certificate(const omni_pem_block *block, otls_slice *der, otls_error *err);
/** "IP:::1" and the like. */
void omni_text_general_name(omni_text *text, const omni_tlv *name);
/** An iPAddress's bare text: four numbers, or RFC 5952. */
void omni_text_ip(omni_text *text, otls_slice address);

/** Takes one item of a list field: either `oid` or `name` is set. */
typedef void (*omni_field_each)(void *user, const otls_slice *oid, const omni_tlv *name);
/** Walk a list field: OIDs as their octets, GeneralNames as TLV. False when it is malformed. */
bool omni_field_walk(const omni_x509 *cert, otls_certificate_field field, omni_field_each each,
                     void *user);
/** A name constraint's base: an address has its mask behind it. */
void omni_text_constraint(omni_text *text, const omni_tlv *base);
/** The OCTET STRING content's SEQUENCE. */
static inline omni_der omni_field_sequence(otls_slice value)
{
    const otls_slice nothing = {.data = NULL, .size = 0};
    omni_der inside;

    return omni_der_only(value, OMNI_DER_SEQUENCE, &inside) ? inside : omni_der_of(nothing);
}

#endif
