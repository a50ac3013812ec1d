/* SPDX-License-Identifier: MIT */
/* The charts of all sections as one picture, for documents. */
#include "compare/compare.h"
#include "report_chart.h"
#include "report_html.h"

#define HEADING 34.0
#define LEGEND 30.0

static const char style[] =
    "<style>\n"
    "svg { --ink: #1a1a1a; --soft: #5c5c5c; --line: #c9c9c9; --paper: #ffffff; --mark: #0b5394;\n"
    "  --band: #f3f3f3; }\n"
    "@media (prefers-color-scheme: dark) { svg { --ink: #e8e8e8; --soft: #a6a6a6;\n"
    "  --line: #4a4a4a; --paper: #161616; --mark: #8ab8ee; --band: #212121; } }\n"
    "text { fill: var(--ink); font: 12px system-ui, sans-serif; }\n"
    ".soft { fill: var(--soft); } .title { font-weight: 600; font-size: 15px; }\n"
    ".grid { stroke: var(--line); } .spread { stroke: var(--mark); stroke-width: 3; }\n"
    ".band { fill: var(--band); } .paper { fill: var(--paper); }\n"
    ".openssl { fill: var(--mark); stroke: var(--paper); }\n"
    ".wolfssl { fill: var(--paper); stroke: var(--ink); stroke-width: 2; }\n"
    ".gnutls { fill: var(--soft); stroke: var(--paper); }\n</style>\n";

static bool begins_section(const compare_report *report, size_t i)
{
    return i == 0 || strcmp(report->rows[i].section, report->rows[i - 1].section) != 0;
}

static void legend(const compare_report *report, FILE *stream)
{
    for (size_t i = 0; i < report->engine_count; i++) {
        const double x = 12 + 220 * (double)i;

        bench_chart_shape(report->engines[i], report->engines[i], x, LEGEND / 2, stream);
        fprintf(stream, "<text x=\"%.0f\" y=\"%.0f\">%s %s</text>\n", x + 12, LEGEND / 2 + 4,
                report->engines[i], bench_engine_version(report->engines[i]));
    }
}

bool compare_svg(const compare_report *report, const char *path)
{
    FILE *stream = bench_open(path);
    double height = LEGEND, top = LEGEND;

    if (stream == NULL)
        return false;
    for (size_t i = 0; i < report->count; i++)
        if (begins_section(report, i))
            height += HEADING + compare_chart_height(report, report->rows[i].section);
    fprintf(stream,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 %.0f\" role=\"img\" "
            "aria-label=\"omnitls-bench: how many times as much as the best engine each takes\">\n",
            height);
    fputs(style, stream);
    fprintf(stream, "<rect class=\"paper\" width=\"900\" height=\"%.0f\"/>\n", height);
    legend(report, stream);
    for (size_t i = 0; i < report->count; i++) {
        if (!begins_section(report, i))
            continue;
        fprintf(stream, "<text class=\"title\" x=\"4\" y=\"%.0f\">", top + 24);
        bench_html_text(stream, report->rows[i].section);
        fputs("</text>\n", stream);
        compare_chart(report, report->rows[i].section, top + HEADING, stream);
        top += HEADING + compare_chart_height(report, report->rows[i].section);
    }
    fputs("</svg>\n", stream);
    return bench_close(stream, path);
}
