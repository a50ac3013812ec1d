/* SPDX-License-Identifier: MIT */
/* The charts of the page, as SVG in its text. */
#ifndef OMNITLS_BENCH_REPORT_CHART_H
#define OMNITLS_BENCH_REPORT_CHART_H

#include "bench.h"

/* One shape for each engine, so that colour is not needed: circle OpenSSL, square wolfSSL, triangle
 * GnuTLS. `style` is its class. */
void bench_chart_shape(const char *engine, const char *style, double x, double y, FILE *stream);
/* Ratios near 1 on a linear scale, others on a logarithmic one; a chart without rows is left out.
 */
void bench_charts(const bench_report *report, FILE *stream);

#endif
