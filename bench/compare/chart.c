/* SPDX-License-Identifier: MIT */
/*
 * A line for each row: how many times as much as the best engine each one takes, on a logarithmic
 * scale, with the confidence interval. Engines differ by shape.
 */
#include "compare/compare.h"
#include "report_chart.h"
#include "report_html.h"

#include <math.h>

#define WIDTH 900.0
#define LEFT 400.0
#define RIGHT 730.0
#define TOP 30.0
#define LINE 22.0
#define STAGGER 4.0 /* engines that do not differ stay visible */

static double widest(const compare_report *report, const char *section)
{
    double most = 2;

    for (size_t i = 0; i < report->count; i++) {
        const compare_row *row = &report->rows[i];

        if (strcmp(row->section, section) != 0)
            continue;
        for (size_t j = 0; j < row->count; j++)
            if (row->figures[j].there && isfinite(row->ratio[j].median))
                most = fmax(most, row->ratio[j].median * 1.05);
    }
    return most;
}

static double place(double ratio, double most)
{
    const double within = fmin(fmax(ratio, 1), most);

    return LEFT + log(within) / log(most) * (RIGHT - LEFT);
}

static void ticks(double most, double top, double bottom, FILE *stream)
{
    static const double values[] = {1, 1.5, 2, 3, 5, 10, 20, 50, 100, 1000, 10000};
    double last = -100;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) && values[i] <= most; i++) {
        const double x = place(values[i], most);

        if (x - last < 34)
            continue;
        last = x;
        fprintf(stream,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>"
                "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%gx</text>\n",
                x, top, x, bottom, x, top - 6, values[i]);
    }
}

static void mark(const compare_row *row, size_t i, double most, double y, FILE *stream)
{
    const compare_figure *figure = &row->figures[i];
    char text[32];

    compare_value_text(row, figure->value.median, text);
    fprintf(stream, "<g><title>%s: %s, %.2f times the best</title>", figure->engine, text,
            row->ratio[i].median);
    fprintf(stream, "<line class=\"spread\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            place(row->ratio[i].low, most), y, place(row->ratio[i].high, most), y);
    bench_chart_shape(figure->engine, figure->engine, place(row->ratio[i].median, most), y, stream);
    fputs("</g>\n", stream);
}

static void line(const compare_row *row, double most, double y, FILE *stream)
{
    const compare_figure *best = &row->figures[row->best];
    char text[32];

    fprintf(stream, "<text x=\"4\" y=\"%.1f\">", y + 4);
    bench_html_text(stream, row->title);
    fputs("</text>\n", stream);
    for (size_t i = row->count; i-- > 0;)
        if (row->figures[i].there && isfinite(row->ratio[i].median))
            mark(row, i, most, y + STAGGER * ((double)i - (double)(row->count - 1) / 2), stream);
    if (!best->there)
        return;
    compare_value_text(row, best->value.median, text);
    fprintf(stream, "<text class=\"soft\" x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s %s</text>\n",
            WIDTH - 4, y + 4, best->engine, text);
}

double compare_chart_height(const compare_report *report, const char *section)
{
    double height = TOP + 6;

    for (size_t i = 0; i < report->count; i++)
        height += strcmp(report->rows[i].section, section) == 0 ? LINE : 0;
    return height;
}

void compare_chart(const compare_report *report, const char *section, double top, FILE *stream)
{
    const double most = widest(report, section);
    double y = top + TOP + LINE / 2;
    size_t number = 0;

    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->rows[i].section, section) != 0)
            continue;
        if (number++ % 2 == 0)
            fprintf(stream,
                    "<rect class=\"band\" x=\"0\" y=\"%.1f\" width=\"%.0f\" height=\"%.0f\"/>\n",
                    y - LINE / 2, WIDTH, LINE);
        y += LINE;
    }
    ticks(most, top + TOP - 4, y - LINE / 2, stream);
    y = top + TOP + LINE / 2;
    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->rows[i].section, section) == 0) {
            line(&report->rows[i], most, y, stream);
            y += LINE;
        }
}
