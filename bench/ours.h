/* SPDX-License-Identifier: MIT */
/* What the parts of the program over omnitls share. */
#ifndef OMNITLS_BENCH_OURS_H
#define OMNITLS_BENCH_OURS_H

#include "native.h"

#include <omnitls/omnitls.h>

/* One line with what the library says; returns false. */
bool bench_ours_failed(const char *what, const otls_error *err);

bool bench_ours_prepare(const bench_roots *roots);
bench_trust *bench_ours_trust_open(const bench_roots *roots, const bench_trust *earlier);
bool bench_ours_trust_verify(bench_trust *trust, const bench_roots *roots);
void bench_ours_trust_close(bench_trust *trust);

#endif
