/* SPDX-License-Identifier: MIT */
/**
 * @file x509/curves.h
 * The named curves (RFC 5480 2.1.1.1, RFC 5639 3): which points are theirs and which numbers are
 * scalars of theirs. About public values only: the time taken depends on them. Pure functions; no
 * allocation.
 */
#ifndef OMNI_X509_CURVES_H
#define OMNI_X509_CURVES_H

#include <omnitls/backend.h>
#include <stdbool.h>

typedef struct omni_curve omni_curve;

/** By object identifier (content), or by IANA's number among "TLS Supported Groups"; NULL: not
 * known. */
const omni_curve *omni_curve_of_oid(otls_slice oid);
const omni_curve *omni_curve_of_group(uint16_t group);
uint8_t omni_curve_group(const omni_curve *curve);
uint16_t omni_curve_bits(const omni_curve *curve);

/** The octets of a coordinate. */
size_t omni_curve_size(const omni_curve *curve);
/** x and y, omni_curve_size octets each: both below the prime, and the curve's equation holds. The
 * point at infinity has no coordinates, so it is none of them (SEC 1 3.2.2.1). */
bool omni_curve_has_point(const omni_curve *curve, const uint8_t *coordinates);
/** INTEGER content, not negative: 1 .. n - 1, n the order of the group (SEC 1 4.1.4)? */
bool omni_curve_has_scalar(const omni_curve *curve, otls_slice number);

#endif
