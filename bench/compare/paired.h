/* SPDX-License-Identifier: MIT */
/* From slices in random order to the cells and the verdict of a row. */
#ifndef OMNITLS_BENCH_COMPARE_PAIRED_H
#define OMNITLS_BENCH_COMPARE_PAIRED_H

#include "compare/compare.h"

/* Slot i of the samples is engines[i]; the slot behind them is the first engine again. Frees what
 * the samples hold. */
bool compare_paired(compare_row *row, bench_samples *samples, const char *const *engines,
                    size_t count);

#endif
