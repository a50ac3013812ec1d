/* SPDX-License-Identifier: MIT */
/**
 * @file x509/oid.h
 * Object identifiers: compared by their bytes, named from a static table, printed as dotted
 * decimal. "bytes" is the content of an OBJECT IDENTIFIER. Any thread.
 */
#ifndef OMNI_X509_OID_H
#define OMNI_X509_OID_H

#include <omnitls/backend.h>
#include <stdbool.h>

/** Longer ones are refused: the longest in use (UUIDs under 2.25) have 20 octets. */
#define OMNI_OID_SIZE_MAX 60u
/** Room for the text of any that is not refused. */
#define OMNI_OID_TEXT_MAX 256u

typedef struct omni_oid_name {
    const char *bytes;
    uint8_t size;
    const char *brief; /* "CN": RFC 4514's or OpenSSL's short name */
    const char *name;  /* "commonName": OpenSSL's long name */
} omni_oid_name;

/** Well-formed and within the limits: minimal arcs, the last one complete. */
bool omni_oid_ok(otls_slice oid);
/** The table's entry, or NULL. */
const omni_oid_name *omni_oid_find(otls_slice oid);
/** The table's entries one after the other, NULL behind the last. */
const omni_oid_name *omni_oid_at(size_t index);
/** Dotted decimal, NUL-terminated; "(bad OID)" when omni_oid_ok says no. */
void omni_oid_dotted(otls_slice oid, char out[OMNI_OID_TEXT_MAX]);
/** The way back from dotted decimal, arcs of up to 32 bits; false: that is none. */
bool omni_oid_parse(const char *text, uint8_t out[OMNI_OID_SIZE_MAX], size_t *size);
/** The long name if there is one, else dotted decimal. */
void omni_oid_text(otls_slice oid, char out[OMNI_OID_TEXT_MAX]);

/** The digest of this name (SHA-1, or of SHA-2 256, 384, 512), an otls_hash; 0: another or none. */
uint8_t omni_oid_hash(otls_slice oid);

/** Compare with a string literal of octets. */
#define OMNI_OID_IS(oid, literal)                                                                  \
    ((oid).size == sizeof(literal) - 1 && memcmp((oid).data, literal, sizeof(literal) - 1) == 0)

#endif
