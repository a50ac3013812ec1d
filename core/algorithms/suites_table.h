/* SPDX-License-Identifier: MIT */
/** @file algorithms/suites_table.h The suite table itself, for algorithms/suites.c and the expression parser. */
#ifndef OMNI_ALGORITHMS_SUITES_TABLE_H
#define OMNI_ALGORITHMS_SUITES_TABLE_H

#include "algorithms/algorithms.h"

/** Ordered by id. At most OMNI_SUITE_MAX. */
extern const otls_suite omni_suites[];
extern const size_t omni_suites_count;

/** What OpenSSL calls an SSLv3 suite; it speaks TLS 1.0 and up like those it calls TLSv1. */
bool omni_suite_predates_tls(const otls_suite *suite);

#endif
