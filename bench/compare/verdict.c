/* SPDX-License-Identifier: MIT */
/* One line for each row: who leads and by how much, or that there is no difference. */
#include "compare/compare.h"

#include <math.h>
#include <stdlib.h>

#define NOISE_MIN 0.02    /* two layouts of the same program in memory differ by that much */
#define EXACT_NOISE 0.005 /* a signature is a byte longer now and then */

/* Of values that cannot be zero below: a ratio to 0 is told as 1 when both are 0. */
static double over(double value, double best)
{
    return best > 0 ? value / best : value > 0 ? HUGE_VAL : 1;
}

static bool best_of(compare_row *row)
{
    bool found = false;

    for (size_t i = 0; i < row->count; i++)
        if (row->figures[i].there &&
            (!found || row->figures[i].value.median < row->figures[row->best].value.median)) {
            row->best = i;
            found = true;
        }
    return found;
}

/* Less is better: what takes more is "times slower", "times larger" or "times as many". */
static const char *word(const compare_row *row)
{
    switch (row->unit) {
    case COMPARE_BYTES:
        return "as much";
    case COMPARE_COUNT:
        return "as many";
    default:
        return "as long";
    }
}

static bool differs(const compare_row *row, size_t i)
{
    return row->ratio[i].low > 1 + row->noise;
}

static void append(char *out, size_t size, const char *text)
{
    const size_t length = strlen(out);

    (void)snprintf(out + length, size - length, "%s", text);
}

/* "gnutls takes 1.34 times as long [1.31-1.36]", without the range when the values are exact. */
static void behind(const compare_row *row, size_t i, char out[96])
{
    const bench_spread *ratio = &row->ratio[i];
    const int digits = ratio->median < 10 ? 2 : 0;

    if (!isfinite(ratio->median))
        (void)snprintf(out, 96, "%s some", row->figures[i].engine);
    else if (ratio->high - ratio->low < 0.0005)
        (void)snprintf(out, 96, "%s %.*f times %s", row->figures[i].engine, digits, ratio->median,
                       word(row));
    else
        (void)snprintf(out, 96, "%s %.*f times %s [%.*f-%.*f]", row->figures[i].engine, digits,
                       ratio->median, word(row), digits, ratio->low, digits, ratio->high);
}

static void write_verdict(compare_row *row)
{
    size_t level = 0, there = 0;
    char piece[96];

    for (size_t i = 0; i < row->count; i++) {
        there += row->figures[i].there ? 1 : 0;
        level += row->figures[i].there && !differs(row, i) ? 1 : 0;
    }
    row->verdict[0] = '\0';
    if (there == 1) {
        (void)snprintf(row->verdict, sizeof(row->verdict), "only %s",
                       row->figures[row->best].engine);
        return;
    }
    append(row->verdict, sizeof(row->verdict), level > 1 ? "no difference:" : "");
    for (size_t i = 0; i < row->count; i++)
        if (row->figures[i].there && !differs(row, i)) {
            append(row->verdict, sizeof(row->verdict), row->verdict[0] != '\0' ? " " : "");
            append(row->verdict, sizeof(row->verdict), row->figures[i].engine);
        }
    append(row->verdict, sizeof(row->verdict), level > 1 ? "" : " leads");
    for (size_t i = 0; i < row->count; i++)
        if (row->figures[i].there && differs(row, i)) {
            behind(row, i, piece);
            append(row->verdict, sizeof(row->verdict), "; ");
            append(row->verdict, sizeof(row->verdict), piece);
        }
}

void compare_judge_paired(compare_row *row, const bench_samples *samples, const size_t *slots,
                          double aa)
{
    double *values = malloc((samples->count == 0 ? 1 : samples->count) * sizeof(*values));

    if (values == NULL || !best_of(row)) {
        free(values);
        (void)snprintf(row->verdict, sizeof(row->verdict), "nothing measured");
        return;
    }
    row->noise = fmax(NOISE_MIN, fabs(aa - 1));
    for (size_t i = 0; i < row->count; i++) {
        if (!row->figures[i].there)
            continue;
        for (size_t j = 0; j < samples->count; j++)
            values[j] =
                over(samples->rounds[j][slots[i]].cpu, samples->rounds[j][slots[row->best]].cpu);
        row->ratio[i] = bench_spread_of(values, samples->count);
    }
    free(values);
    write_verdict(row);
}

void compare_judge(compare_row *row)
{
    const bench_spread *best;

    if (!best_of(row)) {
        (void)snprintf(row->verdict, sizeof(row->verdict), "nothing measured");
        return;
    }
    best = &row->figures[row->best].value;
    row->noise = best->high - best->low > 0 ? NOISE_MIN : EXACT_NOISE;
    for (size_t i = 0; i < row->count; i++) {
        const bench_spread *value = &row->figures[i].value;

        if (row->figures[i].there)
            row->ratio[i] = (bench_spread){.median = over(value->median, best->median),
                                           .q1 = over(value->q1, best->q3),
                                           .q3 = over(value->q3, best->q1),
                                           .low = over(value->low, best->high),
                                           .high = over(value->high, best->low)};
    }
    write_verdict(row);
}
