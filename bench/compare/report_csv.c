/* SPDX-License-Identifier: MIT */
/* One line for each cell (RFC 4180); times in nanoseconds for each operation. */
#include "compare/compare.h"

static void quoted(const char *text, FILE *stream)
{
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

static const char *unit_name(compare_unit unit)
{
    return unit == COMPARE_BYTES ? "bytes" : unit == COMPARE_COUNT ? "count" : "ns";
}

static void line(const compare_row *row, size_t i, FILE *stream)
{
    const compare_figure *figure = &row->figures[i];

    quoted(row->section, stream);
    fprintf(stream, ",%s,", row->name);
    quoted(row->title, stream);
    fprintf(stream, ",%s,%s,", figure->engine, unit_name(row->unit));
    if (figure->there)
        fprintf(stream, "%.9g,%.9g,%.9g,%.9g,%.9g,%zu,%.4f,", figure->value.median,
                figure->value.q1, figure->value.q3, figure->value.low, figure->value.high,
                figure->operations, row->ratio[i].median);
    else
        fputs(",,,,,,,", stream);
    quoted(figure->there ? row->verdict : figure->why, stream);
    fputs("\r\n", stream);
}

bool compare_csv(const compare_report *report, const char *path)
{
    FILE *stream = bench_open(path);

    if (stream == NULL)
        return false;
    fputs("section,name,title,engine,unit,median,q1,q3,ci95_low,ci95_high,operations,times_best,"
          "verdict\r\n",
          stream);
    for (size_t i = 0; i < report->count; i++)
        for (size_t j = 0; j < report->rows[i].count; j++)
            line(&report->rows[i], j, stream);
    return bench_close(stream, path);
}
