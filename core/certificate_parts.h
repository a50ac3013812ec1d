/* SPDX-License-Identifier: MIT */
/** @file certificate_parts.h What the files behind omnitls/certificate.h share. */
#ifndef OTLS_CORE_CERTIFICATE_PARTS_H
#define OTLS_CORE_CERTIFICATE_PARTS_H

#include "dn.h"
#include "oid.h"
#include "x509.h"
#include "x509_parts.h"
#include "x509_text.h"

/** A serial number as otls_certificate_serial shows it. */
void otls_text_serial(otls_text *text, otls_slice serial);
/** Is this a block that holds a certificate? */
bool otls_pem_is_certificate(const otls_pem_block *block);
/** "IP:::1" and the like. */
void otls_text_general_name(otls_text *text, const otls_tlv *name);
/** An iPAddress's bare text: four numbers, or RFC 5952. */
void otls_text_ip(otls_text *text, otls_slice address);

/** Takes one item of a list field: either `oid` or `name` is set. */
typedef void (*otls_field_each)(void *user, const otls_slice *oid, const otls_tlv *name);
/** Walk a list field: OIDs as their octets, GeneralNames as TLV. False when it is malformed. */
bool otls_field_walk(const otls_x509 *cert, otls_certificate_field field, otls_field_each each,
                     void *user);
/** A name constraint's base: an address has its mask behind it. */
void otls_text_constraint(otls_text *text, const otls_tlv *base);
/** The OCTET STRING content's SEQUENCE. */
static inline otls_der otls_field_sequence(otls_slice value)
{
    const otls_slice nothing = {.data = NULL, .size = 0};
    otls_der inside;

    return otls_der_only(value, OTLS_DER_SEQUENCE, &inside) ? inside : otls_der_of(nothing);
}

#endif
