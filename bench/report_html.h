/* SPDX-License-Identifier: MIT */
/* What the pages share: nothing is loaded from anywhere, light and dark follow the reader's system,
 * print is black on white. */
#ifndef OMNITLS_BENCH_REPORT_HTML_H
#define OMNITLS_BENCH_REPORT_HTML_H

#include "bench.h"

/* Text with &, <, > and quotes escaped. */
void bench_html_text(FILE *stream, const char *text);
/* Up to <body>, style included. */
void bench_html_head(const char *title, FILE *stream);
/* The figures; `who` and `speed` head the columns of what stands beside omnitls, and are no text but
 * HTML. */
void bench_html_table(const bench_report *report, const char *who, const char *speed, FILE *stream);
/* Machine, versions and builds. */
void bench_html_where(const bench_options *options, FILE *stream);

#endif
