/* SPDX-License-Identifier: MIT */
/**
 * @file x509/punycode.h
 * Is there a text that this is the Punycode of, RFC 3492? Nobody here needs to know which: names are
 * compared as they are written. Pure.
 */
#ifndef OMNI_X509_PUNYCODE_H
#define OMNI_X509_PUNYCODE_H

#include <omnitls/backend.h>
#include <stdbool.h>

/** `text` is what stands behind "xn--", letters, digits and hyphens, at most 63 of them. */
bool omni_punycode_ok(otls_slice text);

#endif
