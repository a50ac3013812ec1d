/* SPDX-License-Identifier: MIT */
/* One page: for each section a chart and behind it a table with the same figures. */
#include "report_html.h"
#include "compare/compare.h"
#include "compare/features.h"

static bool begins_section(const compare_report *report, size_t i)
{
    return i == 0 || strcmp(report->rows[i].section, report->rows[i - 1].section) != 0;
}

static void cell(const compare_row *row, size_t i, FILE *stream)
{
    const compare_figure *figure = &row->figures[i];
    char text[32];

    if (!figure->there) {
        fputs("<td title=\"", stream);
        bench_html_text(stream, figure->why);
        fputs("\">&ndash;</td>", stream);
        return;
    }
    compare_value_text(row, figure->value.median, text);
    fprintf(stream, "<td%s>%s</td>", i == row->best ? " class=\"best\"" : "", text);
}

/* What has no figure says why in words, for paper and phones have no tool tips. */
static void table_row(const compare_row *row, FILE *stream)
{
    fputs("<tr class=\"first\"><td>", stream);
    bench_html_text(stream, row->title);
    fputs("</td>", stream);
    for (size_t i = 0; i < row->count; i++)
        cell(row, i, stream);
    fputs("<td class=\"verdict\">", stream);
    bench_html_text(stream, row->verdict);
    for (size_t i = 0; i < row->count; i++)
        if (!row->figures[i].there) {
            fprintf(stream, "<br>%s: ", row->figures[i].engine);
            bench_html_text(stream, row->figures[i].why);
        }
    fputs("</td></tr>\n", stream);
}

static void head_row(const compare_report *report, const char *first, const char *last,
                     FILE *stream)
{
    fprintf(stream, "<div class=\"scroll\"><table class=\"wide\">\n<thead><tr><th>%s</th>", first);
    for (size_t i = 0; i < report->engine_count; i++)
        fprintf(stream, "<th>%s</th>", report->engines[i]);
    fprintf(stream, "%s%s%s</tr></thead>\n<tbody>\n", last[0] != '\0' ? "<th>" : "", last,
            last[0] != '\0' ? "</th>" : "");
}

static void section(const compare_report *report, size_t first, FILE *stream)
{
    const char *name = report->rows[first].section;

    fputs("<h2>", stream);
    bench_html_text(stream, name);
    fprintf(stream,
            "</h2>\n<figure><div class=\"scroll\"><svg viewBox=\"0 0 900 %.0f\" role=\"img\" "
            "aria-label=\"",
            compare_chart_height(report, name));
    bench_html_text(stream, name);
    fputs("\">\n", stream);
    compare_chart(report, name, 0, stream);
    fputs("</svg></div>\n<figcaption>How many times as much as the best each engine takes "
          "(circle OpenSSL, hollow square wolfSSL, triangle GnuTLS), bar: 95 % confidence "
          "interval; right: the best and its figure.</figcaption></figure>\n",
          stream);
    head_row(report, "Case", "Verdict", stream);
    for (size_t i = first; i < report->count && strcmp(report->rows[i].section, name) == 0; i++)
        table_row(&report->rows[i], stream);
    fputs("</tbody></table></div>\n", stream);
}

static void features(const compare_report *report, FILE *stream)
{
    fputs("<h2>Features</h2>\n", stream);
    head_row(report, "Feature", "", stream);
    for (int i = 1; i < compare_feature_end(); i++) {
        fprintf(stream, "<tr><td>%s</td>", compare_feature_name(i));
        for (size_t j = 0; j < report->engine_count; j++) {
            const char *why;
            const char *answer = compare_feature(report->engines[j], i, &why);

            fputs("<td title=\"", stream);
            bench_html_text(stream, why);
            fprintf(stream, "\">%s</td>", answer);
        }
        fputs("</tr>\n", stream);
    }
    fputs("</tbody></table></div>\n", stream);
}

bool compare_html(const compare_report *report, const char *path)
{
    FILE *stream = bench_open(path);

    if (stream == NULL)
        return false;
    bench_html_head("omnitls-bench: which engine for what", stream);
    fputs("<h1>Which engine for what</h1>\n<p>One program over omnitls on each engine, on one "
          "machine. Speed is the CPU time of a thread that serves both ends, latency wall-clock "
          "time over TCP on loopback. <strong>No difference</strong> means: not more than 2 %, "
          "not more than an engine differs from itself, or not outside the confidence "
          "interval.</p>\n",
          stream);
    for (size_t i = 0; i < report->count; i++)
        if (begins_section(report, i))
            section(report, i, stream);
    features(report, stream);
    bench_html_where(&report->options, stream);
    fputs("</body>\n</html>\n", stream);
    return bench_close(stream, path);
}
