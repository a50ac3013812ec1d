/* SPDX-License-Identifier: MIT */
/* As many roots as a case wants, all different; nobody has their keys. */
#ifndef OMNITLS_BENCH_ROOTS_H
#define OMNITLS_BENCH_ROOTS_H

#include "bench.h"

/* Writes `count` roots (PEM), made of the one in the file `root`. False after a sentence. */
bool bench_roots_write(const char *root, size_t count, FILE *out);

#endif
