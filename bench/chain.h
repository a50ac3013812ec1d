/* SPDX-License-Identifier: MIT */
/*
 * Chains that nobody has seen before: the certificates of the benchmark with serial numbers and
 * signatures of their own, so that no cache of an engine, a context or a process knows them. The
 * keys stay the same: making RSA keys would take longer than all else.
 */
#ifndef OMNITLS_BENCH_CHAIN_H
#define OMNITLS_BENCH_CHAIN_H

#include "native.h"

/* Reads a leaf, and an intermediate if there is one, from `chain` (PEM), lets `engine` sign new
 * ones with the keys int.key and root.key of `pki`, and writes them to `out` (PEM). False after a
 * sentence. */
bool bench_chain_fresh(const char *chain, const char *engine, const char *pki, const char *out);

#endif
