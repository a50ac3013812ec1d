/* SPDX-License-Identifier: MIT */
/** @file x509/host_name.h Is this certificate for that host? RFC 9525, RFC 6125. */
#ifndef OMNI_X509_HOST_NAME_H
#define OMNI_X509_HOST_NAME_H

#include "x509/decode.h"

typedef struct omni_reference_name {
    const char *dns;   /* lower-case A-label without trailing dot, NULL = an IP */
    uint8_t ip[16];
    uint8_t ip_size;   /* 0, 4, 16 */
} omni_reference_name;
/* flags: OTLS_MATCH_..., omnitls/certificate.h */
/** Decode a host name or address into `out`, storage in `buffer` (256 bytes). E_USAGE names what is
 *  wrong: empty, too long, non-ASCII, NUL, bad label. */
otls_status omni_reference_name_parse(omni_reference_name *out, const char *name, char buffer[256],
                                      otls_error *err);
/** The longest host name, in octets; RFC 1035 3.1 without the root's. */
#define OMNI_HOST_NAME_MAX 253u
/** The common name in the very octets that omni_host_name_matches compares with a host, whatever
 *  its string type; false when it would compare none: without OTLS_MATCH_COMMON_NAME, beside a
 *  dNSName or iPAddress, unless there is exactly one, and for what is no host ("not..dns"). */
bool omni_host_name_in_common_name(const omni_x509 *cert, unsigned flags,
                                   uint8_t out[OMNI_HOST_NAME_MAX], size_t *size);
/** Letters, digits, hyphens; underscores stand in real certificates though no host has them. */
bool omni_is_host_octet(uint8_t c);
bool omni_host_name_matches(const omni_x509 *cert, const omni_reference_name *name, unsigned flags);

#endif
