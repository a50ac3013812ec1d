/* SPDX-License-Identifier: MIT */
/* Side by side on a terminal; below each row what it says. */
#include "compare/compare.h"

#define TITLE_WIDTH 56

static void cell(const compare_row *row, const compare_figure *figure, FILE *stream)
{
    char text[32];

    if (figure->there)
        compare_value_text(row, figure->value.median, text);
    fprintf(stream, " %12s", figure->there ? text : "-");
}

/* Half the width of the median's confidence interval, of the best: what the row is worth. */
static void spread(const compare_row *row, FILE *stream)
{
    const bench_spread *value = &row->figures[row->best].value;

    if (row->figures[row->best].there && value->high - value->low > 0)
        fprintf(stream, "  +-%.1f %%", 50 * (value->high - value->low) / value->median);
}

/* One reason for several engines is told once. */
static void reasons(const compare_row *row, FILE *stream)
{
    for (size_t i = 0; i < row->count; i++) {
        const compare_figure *figure = &row->figures[i];
        bool told = figure->there;

        for (size_t j = 0; j < i; j++)
            told =
                told || (!row->figures[j].there && strcmp(row->figures[j].why, figure->why) == 0);
        if (!told)
            fprintf(stream, "    %s: %s\n", figure->engine, figure->why);
    }
}

static void one(const compare_row *row, FILE *stream)
{
    fprintf(stream, "%-*s", TITLE_WIDTH, row->title);
    for (size_t i = 0; i < row->count; i++)
        cell(row, &row->figures[i], stream);
    spread(row, stream);
    fprintf(stream, "\n    %s\n", row->verdict);
    reasons(row, stream);
}

void compare_table(const compare_report *report, FILE *stream)
{
    const char *section = "";

    for (size_t i = 0; i < report->count; i++) {
        const compare_row *row = &report->rows[i];

        if (strcmp(section, row->section) != 0) {
            section = row->section;
            fprintf(stream, "%s== %-*s", i == 0 ? "" : "\n", TITLE_WIDTH - 3, section);
            for (size_t j = 0; j < report->engine_count; j++)
                fprintf(stream, " %12s", report->engines[j]);
            fputc('\n', stream);
        }
        one(row, stream);
    }
    fputs("\nThe same program over omnitls on each engine. Times are CPU time of the thread that "
          "serves both ends\n(latency: wall-clock time); medians. A difference counts when the "
          "95 % confidence interval of the ratio\nleaves out 1, and the ratio is more than 2 % "
          "and more than the same engine differs from itself.\n",
          stream);
}
