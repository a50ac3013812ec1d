/* SPDX-License-Identifier: MIT */
/* What the reports in JSON share. New references throughout. */
#ifndef OMNITLS_BENCH_REPORT_JSON_H
#define OMNITLS_BENCH_REPORT_JSON_H

#include "bench.h"

#include <jansson.h>

json_t *bench_json_spread(const bench_spread *spread);
/* Machine, versions, build, method. */
json_t *bench_json_context(const bench_options *options);
/* An entry for each side of each figure, with raw samples. */
json_t *bench_json_benchmarks(const bench_report *report);
/* Takes `root` over; NULL stands for a lack of memory. False after a sentence. */
bool bench_json_write(json_t *root, const char *path);

#endif
