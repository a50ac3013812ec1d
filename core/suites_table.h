/* SPDX-License-Identifier: MIT */
/** @file suites_table.h The suite table itself, for suites.c and the expression parser. */
#ifndef OTLS_CORE_SUITES_TABLE_H
#define OTLS_CORE_SUITES_TABLE_H

#include "suites.h"

/** Ordered by id. At most OTLS_SUITE_MAX. */
extern const otls_suite otls_suites[];
extern const size_t otls_suites_count;

/** What OpenSSL calls an SSLv3 suite; it speaks TLS 1.0 and up like those it calls TLSv1. */
bool otls_suite_predates_tls(const otls_suite *suite);

#endif
