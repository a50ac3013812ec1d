/* SPDX-License-Identifier: MIT */
/* --diff: what changed from one run to another, and what only looks so. */
#ifndef OMNITLS_BENCH_DIFF_H
#define OMNITLS_BENCH_DIFF_H

#include "bench.h"

#include <jansson.h>

/* A figure of a run. Less is better, but of ratios, which are speeds against the bare engine. */
typedef struct diff_figure {
    char name[160];           /* "openssl/record_64/ours" */
    const char *unit;         /* "ns", "bytes", "count", "ratio"; borrowed from the run */
    double median, low, high; /* low to high: the quartiles, or the confidence interval if wider */
    double noise; /* what the same program differs from itself in that run, 0.01 = 1 % */
} diff_figure;

typedef struct diff_run {
    const char *path;
    json_t *root;
    diff_figure *figures;
    size_t count;
} diff_run;

/* Reads what --json wrote, of either kind. False after a sentence; free it in any case. */
bool diff_run_read(diff_run *run, const char *path);
void diff_run_free(diff_run *run);
/* What the run says about where it was taken; "" = nothing. */
const char *diff_run_context(const diff_run *run, const char *key);
const char *diff_run_engine(const diff_run *run, const char *engine, const char *table);
const diff_figure *diff_run_find(const diff_run *run, const char *name);

/* 0, or an exit code after a sentence. */
int diff_main(const char *before, const char *after);

#endif
