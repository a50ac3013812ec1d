/* SPDX-License-Identifier: MIT */
/*
 * One self-contained page: table first, charts second. Engines differ by shape and by name, never
 * by colour alone; light and dark follow the reader's system; nothing is loaded from anywhere.
 */
#include "report_html.h"
#include "bench.h"
#include "report_chart.h"

#include <time.h>

static const char head_start[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>";

static const char head_style[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; --ink: #1a1a1a; --soft: #5c5c5c; --line: #c9c9c9;\n"
    "  --paper: #ffffff; --mark: #0b5394; --band: #f3f3f3; }\n"
    "@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --soft: #a6a6a6;\n"
    "  --line: #4a4a4a; --paper: #161616; --mark: #8ab8ee; --band: #212121; } }\n"
    "body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;\n"
    "  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }\n"
    "h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }\n"
    "p { max-width: 46rem; } p.note, figcaption { color: var(--soft); font-size: 0.9rem; }\n"
    ".scroll { overflow-x: auto; } figure { margin: 0; }\n"
    "table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }\n"
    "th, td { text-align: right; padding: 0.2rem 0.6rem; white-space: nowrap; }\n"
    "th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }\n"
    "thead th { border-bottom: 2px solid var(--line); }\n"
    "tr.first td { border-top: 1px solid var(--line); }\n"
    "td.ratio { font-weight: 600; } td.doubt { font-style: italic; color: var(--soft); }\n"
    "dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }\n"
    "dt { color: var(--soft); } dd { margin: 0; }\n"
    "svg { width: 100%; min-width: 40rem; height: auto; }\n"
    "svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }\n"
    "svg .soft { fill: var(--soft); } svg .title { font-weight: 600; }\n"
    "svg .grid { stroke: var(--line); stroke-width: 1; }\n"
    "svg .one { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; }\n"
    "svg .spread { stroke: var(--mark); stroke-width: 3; }\n"
    "svg .point { fill: var(--mark); stroke: var(--paper); stroke-width: 1; }\n"
    "svg .again { fill: none; stroke: var(--soft); stroke-width: 1.5; }\n"
    "svg .band { fill: var(--band); }\n"
    "svg .openssl { fill: var(--mark); stroke: var(--paper); }\n"
    "svg .wolfssl { fill: var(--paper); stroke: var(--ink); stroke-width: 2; }\n"
    "svg .gnutls { fill: var(--soft); stroke: var(--paper); }\n"
    "td.verdict { text-align: left; white-space: normal; min-width: 16rem; color: var(--soft); }\n"
    "table.wide th:nth-child(2), table.wide td:nth-child(2) { text-align: right; }\n"
    "table.wide th:last-child { text-align: left; } td.best { font-weight: 600; }\n"
    "table.wide td:first-child { white-space: normal; min-width: 12rem; }\n"
    "@media print { :root { --ink: #000; --soft: #444; --line: #999; --paper: #fff; --mark: #000;\n"
    "  --band: #eee; } body { max-width: none; margin: 0; font-size: 10px; }\n"
    "  .scroll { overflow: visible; } svg { min-width: 0; } tr, svg { break-inside: avoid; }\n"
    "  h2 { break-after: avoid; } }\n"
    "</style>\n</head>\n<body>\n";

void bench_html_text(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '<':
            (void)fputs("&lt;", stream);
            break;
        case '>':
            (void)fputs("&gt;", stream);
            break;
        case '&':
            (void)fputs("&amp;", stream);
            break;
        case '"':
            (void)fputs("&quot;", stream);
            break;
        default:
            (void)fputc(*text, stream);
        }
}

static void pair(FILE *stream, const char *key, const char *value)
{
    fprintf(stream, "<dt>%s</dt><dd>", key);
    bench_html_text(stream, value);
    fputs("</dd>\n", stream);
}

void bench_html_head(const char *title, FILE *stream)
{
    fputs(head_start, stream);
    bench_html_text(stream, title);
    fputs(head_style, stream);
}

void bench_html_where(const bench_options *options, FILE *stream)
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);
    const time_t now = time(NULL);
    bench_host host;
    struct tm parts;
    char text[512] = "";

    bench_host_describe(&host);
    fputs("<h2>Where and how</h2>\n<dl>\n", stream);
    if (gmtime_r(&now, &parts) != NULL &&
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &parts) != 0)
        pair(stream, "Date", text);
    (void)snprintf(text, sizeof(text), "%s, %u in all", host.processor, host.processors);
    pair(stream, "Processor", text);
    pair(stream, "System", host.system);
    (void)snprintf(text, sizeof(text), "omnitls %s, %s, %s", bench_library_version(),
                   OMNITLS_COMPILER, OMNITLS_BUILD_TYPE);
    pair(stream, "Library", text);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(text, sizeof(text), "%s; %s", bench_engine_version(sides[i]->name),
                       sides[i]->build());
        pair(stream, sides[i]->name, text);
    }
    (void)snprintf(text, sizeof(text), "%.3g seconds for each figure", options->seconds);
    pair(stream, "Length", text);
    pair(stream, "Chains", bench_chain_name(options->chain));
    fputs("</dl>\n", stream);
}

static void how(FILE *stream)
{
    fputs("<p class=\"note\">Both programs run in one process, in slices of a few "
          "milliseconds: the bare engine, the bare engine again, omnitls, in random order. Each "
          "round gives one ratio; shown are the median and the quartiles. Time is the CPU time of "
          "the thread, so that other programs on the machine count as little as possible. "
          "<strong>A/A</strong> is the bare engine against itself in the same rounds: where it is "
          "more than 0.01 away from 1, the machine was too busy and the row is set in italics with "
          "a ~ behind it.</p>\n",
          stream);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void row(const bench_result *result, bool first, FILE *stream)
{
    const bool good = bench_aa_good(result);
    const int digits = result->ratio.median < 10 ? 3 : 1;
    char native[32], ours[32];

    bench_speed_text(result->what, result->time[BENCH_NATIVE].median, native);
    bench_speed_text(result->what, result->time[BENCH_OURS].median, ours);
    fprintf(stream, "<tr%s><td>", first ? " class=\"first\"" : "");
    bench_html_text(stream, first ? result->what->title : "");
    fprintf(stream, "</td><td>%s</td><td>%s</td><td>%s</td>", result->engine, native, ours);
    fprintf(
        stream,
        "<td class=\"%s\">%.*f</td><td>%.*f &ndash; %.*f</td><td class=\"%s\">%.3f%s</td></tr>\n",
        good ? "ratio" : "doubt", digits, result->ratio.median, digits, result->ratio.q1, digits,
        result->ratio.q3, good ? "" : "doubt", result->aa.median, good ? "" : " ~");
}

void bench_html_table(const bench_report *report, const char *who, const char *speed, FILE *stream)
{
    fprintf(stream,
            "<div class=\"scroll\"><table>\n<thead><tr><th>Case</th><th>%s</th>"
            "<th>%s</th><th>omnitls</th><th>Ratio</th><th>Quartiles</th><th>A/A</th></tr>"
            "</thead>\n<tbody>\n",
            who, speed);
    for (size_t i = 0; i < report->count; i++)
        row(&report->results[i], i == 0 || report->results[i].what != report->results[i - 1].what,
            stream);
    fputs("</tbody></table></div>\n", stream);
}

bool bench_report_html(const bench_report *report, const char *path)
{
    FILE *stream = bench_open(path);

    if (stream == NULL)
        return false;
    bench_html_head("omnitls-bench", stream);
    fputs(
        "<h1>omnitls beside the bare engines</h1>\n<p>Speed of a program over omnitls, divided by "
        "the speed of the same program over the engine&rsquo;s own calls. Above 1 omnitls is "
        "faster.</p>\n",
        stream);
    bench_html_table(report, "Engine", "Bare engine", stream);
    bench_charts(report, stream);
    bench_html_where(&report->options, stream);
    how(stream);
    fputs("</body>\n</html>\n", stream);
    return bench_close(stream, path);
}
