/* SPDX-License-Identifier: MIT */
/**
 * @file oid.h
 * Object identifiers: compared by their bytes, named from a static table, printed as dotted
 * decimal. "bytes" is the content of an OBJECT IDENTIFIER. Any thread.
 */
#ifndef OTLS_CORE_OID_H
#define OTLS_CORE_OID_H

#include <omnitls/backend.h>
#include <stdbool.h>

/** Longer ones are refused: the longest in use (UUIDs under 2.25) have 20 octets. */
#define OTLS_OID_SIZE_MAX 60u
/** Room for the text of any that is not refused. */
#define OTLS_OID_TEXT_MAX 256u

typedef struct otls_oid_name {
    const char *bytes;
    uint8_t size;
    const char *brief; /* "CN": RFC 4514's or OpenSSL's short name */
    const char *name;  /* "commonName": OpenSSL's long name */
} otls_oid_name;

/** Well-formed and within the limits: minimal arcs, the last one complete. */
bool otls_oid_ok(otls_slice oid);
/** The table's entry, or NULL. */
const otls_oid_name *otls_oid_find(otls_slice oid);
/** The table's entries one after the other, NULL behind the last. */
const otls_oid_name *otls_oid_at(size_t index);
/** Dotted decimal, NUL-terminated; "(bad OID)" when otls_oid_ok says no. */
void otls_oid_dotted(otls_slice oid, char out[OTLS_OID_TEXT_MAX]);
/** The long name if there is one, else dotted decimal. */
void otls_oid_text(otls_slice oid, char out[OTLS_OID_TEXT_MAX]);

/** Compare with a string literal of octets. */
#define OTLS_OID_IS(oid, literal)                                                                  \
    ((oid).size == sizeof(literal) - 1 && memcmp((oid).data, literal, sizeof(literal) - 1) == 0)

#endif
