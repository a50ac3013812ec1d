/* SPDX-License-Identifier: MIT */
/* The charts of the page, as SVG in its text. */
#ifndef OMNITLS_BENCH_REPORT_CHART_H
#define OMNITLS_BENCH_REPORT_CHART_H

#include "bench.h"

/* Text with &, <, > and quotes escaped. */
void bench_html_text(FILE *stream, const char *text);
/* Ratios near 1 on a linear scale, others on a logarithmic one; a chart without rows is left out.
 */
void bench_charts(const bench_report *report, FILE *stream);

#endif
