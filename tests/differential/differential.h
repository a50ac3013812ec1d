/* SPDX-License-Identifier: MIT */
/**
 * @file differential.h
 * The same certificates read by omnitls and by an engine's own reader: every certificate of the
 * given files, then mutations of each. What both accept must say the same; what only the engine
 * accepts is counted (we are strict on purpose); what only we accept is a difference.
 */
#ifndef OTLS_TESTS_DIFFERENTIAL_H
#define OTLS_TESTS_DIFFERENTIAL_H

#include <omnitls/certificate.h>

/** Compare one certificate we accepted; that the engine refuses it is a difference too. */
typedef void (*differential_compare)(const otls_certificate *ours, const uint8_t *der, size_t size);
/** Does the engine accept what we refused? */
typedef bool (*differential_accepts)(const uint8_t *der, size_t size);

/** Note a difference in `field`; the first ones are printed with the certificate. */
__attribute__((format(printf, 2, 3))) void differ(const char *field, const char *format, ...);
/** main's work: [-n MUTATIONS] [-s SEED] FILE... Returns the exit status. */
int differential_main(int argc, char **argv, differential_compare compare,
                      differential_accepts accepts);

#endif
