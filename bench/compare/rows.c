/* SPDX-License-Identifier: MIT */
/* Rows and cells. */
#include "compare/compare.h"

#include <stdlib.h>

compare_row *compare_row_new(compare_report *report, const char *section, const char *name,
                             const char *title, compare_unit unit)
{
    compare_row *row;

    if (report->count == COMPARE_ROWS_MAX) {
        (void)bench_complain("more than %d rows: %s is left out", COMPARE_ROWS_MAX, name);
        return NULL;
    }
    row = &report->rows[report->count++];
    *row = (compare_row){.section = section, .unit = unit, .count = report->engine_count};
    (void)snprintf(row->name, sizeof(row->name), "%s", name);
    (void)snprintf(row->title, sizeof(row->title), "%s", title);
    for (size_t i = 0; i < row->count; i++) {
        row->figures[i].engine = report->engines[i];
        compare_miss(&row->figures[i], "not measured");
    }
    return row;
}

void compare_miss(compare_figure *figure, const char *why)
{
    figure->there = false;
    (void)snprintf(figure->why, sizeof(figure->why), "%s", why);
}

void compare_exact(compare_figure *figure, double value, size_t operations)
{
    figure->there = true;
    figure->operations = operations;
    figure->value =
        (bench_spread){.median = value, .q1 = value, .q3 = value, .low = value, .high = value};
}

bool compare_sampled(compare_figure *figure, double *samples, size_t count, size_t operations)
{
    double *sorted = malloc((count == 0 ? 1 : count) * sizeof(*sorted));

    if (sorted == NULL) {
        free(samples);
        return bench_complain("out of memory");
    }
    memcpy(sorted, samples, count * sizeof(*sorted));
    figure->there = true;
    figure->operations = operations;
    figure->value = bench_spread_of(sorted, count);
    figure->samples = samples;
    figure->sample_count = count;
    free(sorted);
    return true;
}

void compare_report_clear(compare_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        for (size_t j = 0; j < report->rows[i].count; j++)
            free(report->rows[i].figures[j].samples);
    report->count = 0;
}

void compare_value_text(const compare_row *row, double value, char out[32])
{
    const double each = value > 0 ? 1e9 / value : 0;

    switch (row->unit) {
    case COMPARE_PER_SECOND:
        (void)snprintf(out, 32, each >= 10000 ? "%.1fk/s" : "%.0f/s",
                       each >= 10000 ? each / 1e3 : each);
        break;
    case COMPARE_BYTES_PER_SECOND:
        (void)snprintf(out, 32, "%.*f MB/s", each * (double)row->size < 1e8 ? 1 : 0,
                       each * (double)row->size / 1e6);
        break;
    case COMPARE_NANOSECONDS:
        if (value < 1e6)
            (void)snprintf(out, 32, "%.1f us", value / 1e3);
        else
            (void)snprintf(out, 32, "%.2f ms", value / 1e6);
        break;
    case COMPARE_BYTES:
        if (value < 1e4)
            (void)snprintf(out, 32, "%.0f B", value);
        else
            (void)snprintf(out, 32, value < 1e6 ? "%.1f kB" : "%.2f MB",
                           value < 1e6 ? value / 1e3 : value / 1e6);
        break;
    case COMPARE_COUNT:
        (void)snprintf(out, 32, "%.*f", value < 100 && value != (double)(long long)value ? 1 : 0,
                       value);
        break;
    }
}
