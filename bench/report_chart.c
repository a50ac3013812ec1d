/* SPDX-License-Identifier: MIT */
/* A row for each figure: the median as a shape, the quartiles as a bar, A/A hollow, a line at 1. */
#include "report_chart.h"
#include "report_html.h"

#include <math.h>

#define WIDTH 900.0
#define LEFT 330.0 /* the names stand left of this */
#define NAME 262.0 /* of the engine; a peer's is longer */
#define PEER 232.0
#define RIGHT 850.0
#define TOP 34.0
#define ROW 20.0
#define NEAR_LOW 0.5 /* ratios between these go on the linear scale */
#define NEAR_HIGH 2.0

typedef struct axis {
    double low, high, step;
    bool logarithmic;
} axis;

static double place(const axis *a, double value)
{
    double part;

    value = value < a->low ? a->low : value > a->high ? a->high : value;
    part = a->logarithmic ? log(value / a->low) / log(a->high / a->low)
                          : (value - a->low) / (a->high - a->low);
    return LEFT + part * (RIGHT - LEFT);
}

static bool near_one(const bench_result *result)
{
    return result->ratio.median >= NEAR_LOW && result->ratio.median <= NEAR_HIGH;
}

/* The range that holds every bar of the chart, in whole steps. */
static axis fit(const bench_report *report, bool linear)
{
    axis a = {.low = linear ? 0.9 : 1, .high = linear ? 1.1 : 10, .logarithmic = !linear};

    for (size_t i = 0; i < report->count; i++) {
        const bench_result *result = &report->results[i];

        if (near_one(result) != linear)
            continue;
        a.low = fmin(a.low, linear ? fmin(result->ratio.q1, result->aa.median) : result->ratio.q1);
        a.high = fmax(a.high, fmax(result->ratio.q3, result->aa.median));
    }
    if (!linear) {
        a.low = pow(10, floor(log10(a.low)));
        a.high = pow(10, ceil(log10(a.high)));
        return a;
    }
    a.step = a.high - a.low > 0.6 ? 0.1 : 0.05;
    a.low = floor(a.low / a.step + 1e-9) * a.step;
    a.high = ceil(a.high / a.step - 1e-9) * a.step;
    return a;
}

static void tick(const axis *a, double value, double bottom, FILE *stream)
{
    const double x = place(a, value);

    fprintf(stream,
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>"
            "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.*f</text>\n",
            x, TOP - 6, x, bottom, x, TOP - 12, a->logarithmic ? value < 1 ? 2 : 0 : 2, value);
}

static void ticks(const axis *a, double bottom, FILE *stream)
{
    if (a->logarithmic)
        for (double value = a->low; value <= a->high * 1.001; value *= 10)
            tick(a, value, bottom, stream);
    else
        for (int i = 0; a->low + i * a->step <= a->high + a->step / 10; i++)
            tick(a, a->low + i * a->step, bottom, stream);
    fprintf(stream, "<line class=\"one\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            place(a, 1), TOP - 6, place(a, 1), bottom);
}

void bench_chart_shape(const char *engine, const char *style, double x, double y, FILE *stream)
{
    if (strcmp(engine, "openssl") == 0)
        fprintf(stream, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5.5\"/>", style, x, y);
    else if (strcmp(engine, "wolfssl") == 0)
        fprintf(stream, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\"/>",
                style, x - 5, y - 5);
    else
        fprintf(stream, "<path class=\"%s\" d=\"M%.1f %.1fl6 11h-12z\"/>", style, x, y - 6.5);
}

static void draw(const bench_result *result, bool first, const axis *a, double name, double y,
                 FILE *stream)
{
    const double x = place(a, result->ratio.median), again = place(a, result->aa.median);

    fputs("<g><title>", stream);
    bench_html_text(stream, result->what->title);
    fprintf(stream, ", %s: %.3f, quartiles %.3f to %.3f, A/A %.3f</title>\n", result->engine,
            result->ratio.median, result->ratio.q1, result->ratio.q3, result->aa.median);
    if (first) {
        fprintf(stream, "<text class=\"title\" x=\"4\" y=\"%.1f\">", y + 4);
        bench_html_text(stream, result->what->title);
        fputs("</text>", stream);
    }
    fprintf(stream, "<text x=\"%.0f\" y=\"%.1f\">%s</text>", name, y + 4, result->engine);
    fprintf(stream, "<line class=\"spread\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            place(a, result->ratio.q1), y, place(a, result->ratio.q3), y);
    fprintf(stream, "<circle class=\"again\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", again, y);
    bench_chart_shape(result->engine, "point", x, y, stream);
    fprintf(stream,
            "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.*f</text></g>\n",
            WIDTH - 4, y + 4, result->ratio.median < 10 ? 2 : 0, result->ratio.median);
}

static void rows(const bench_report *report, bool linear, const axis *a, FILE *stream)
{
    const bench_case *last = NULL;
    double y = TOP + ROW / 2;
    bool band = false;

    for (size_t i = 0; i < report->count; i++) {
        const bench_result *result = &report->results[i];
        const bool first = result->what != last;

        if (near_one(result) != linear)
            continue;
        band = first ? !band : band;
        if (band)
            fprintf(stream,
                    "<rect class=\"band\" x=\"0\" y=\"%.1f\" width=\"%.0f\" height=\"%.0f\"/>\n",
                    y - ROW / 2, WIDTH, ROW);
        last = result->what;
        y += ROW;
    }
    ticks(a, y - ROW / 2, stream);
    last = NULL;
    y = TOP + ROW / 2;
    for (size_t i = 0; i < report->count; i++)
        if (near_one(&report->results[i]) == linear) {
            draw(&report->results[i], report->results[i].what != last, a,
                 report->options.peers ? PEER : NAME, y, stream);
            last = report->results[i].what;
            y += ROW;
        }
}

static void chart(const bench_report *report, bool linear, const char *title, FILE *stream)
{
    const axis a = fit(report, linear);
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++)
        count += near_one(&report->results[i]) == linear ? 1 : 0;
    if (count == 0)
        return;
    fprintf(stream,
            "<h2>%s</h2>\n<figure><div class=\"scroll\">"
            "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n",
            title, WIDTH, TOP + ROW * (double)count + 6, title);
    rows(report, linear, &a, stream);
    fprintf(stream,
            "</svg></div>\n<figcaption>Filled shape: median of omnitls / %s, bar: quartiles, hollow "
            "circle: A/A, dashed line: as fast.</figcaption></figure>\n",
            report->options.peers
                ? "peer"
                : "bare engine (circle OpenSSL, square wolfSSL, triangle GnuTLS)");
}

void bench_charts(const bench_report *report, FILE *stream)
{
    chart(report, true,
          report->options.peers ? "Speed against the peer" : "Speed against the bare engine", stream);
    chart(report, false, "Large differences, logarithmic scale", stream);
}
