/* SPDX-License-Identifier: MIT */
/* Who was measured, over what and in which version; then the figures. */
#include "peers/peers.h"
#include "report_chart.h"
#include "report_html.h"
#include "report_json.h"

static const char *const method =
    "paired slices (peer, peer again, omnitls) in random order; CPU time of the client's whole "
    "process, the server in another, both on one processor; TCP on loopback; medians";

/* ---- terminal -------------------------------------------------------------------------------- */

static void who(const peer_found *found, FILE *stream)
{
    if (found->why[0] != '\0') {
        fprintf(stream, "%-15s not measured: %s\n", found->who->name, found->why);
        return;
    }
    fprintf(stream, "%-15s %s over %s; omnitls over %s\n%-15s both: %s, verified\n",
            found->who->name, found->library.version, found->library.tls,
            bench_engine_version(found->library.engine), "", found->agreed);
}

static void row(const bench_result *result, FILE *stream)
{
    char theirs[32], ours[32], range[40];

    bench_speed_text(result->what, result->time[BENCH_NATIVE].median, theirs);
    bench_speed_text(result->what, result->time[BENCH_OURS].median, ours);
    (void)snprintf(range, sizeof(range), "[%.2f-%.2f]", result->ratio.q1, result->ratio.q3);
    fprintf(stream, "%-34s %-15s %12s %12s %7.2f %-14s %6.3f%s\n", result->what->title,
            result->engine, theirs, ours, result->ratio.median, range, result->aa.median,
            bench_aa_good(result) ? "" : " ~");
}

void peer_report_table(const peer_report *report, FILE *stream)
{
    const bench_report *figures = &report->figures;
    bool marked = false;

    for (size_t i = 0; i < report->count; i++)
        who(&report->found[i], stream);
    if (figures->count == 0)
        return;
    fprintf(stream, "\n%-34s %-15s %12s %12s %7s %-14s %6s\n", "case", "peer", "peer", "omnitls",
            "ratio", "[quartiles]", "A/A");
    for (size_t i = 0; i < figures->count; i++) {
        if (i != 0 && figures->results[i].what != figures->results[i - 1].what)
            fputc('\n', stream);
        row(&figures->results[i], stream);
        marked = marked || !bench_aa_good(&figures->results[i]);
    }
    fputs(
        "\nA client against one server in another process, on one processor, over TCP on loopback; "
        "speeds by CPU\ntime of the client's whole process. ratio: speed of omnitls / speed of the "
        "peer; median of paired slices.\nA/A: the peer against itself in the same slices.\n",
        stream);
    if (marked)
        fprintf(stream,
                "~ A/A is not within 1.00 +- %.2f: the machine was too busy for this figure "
                "to count.\n",
                BENCH_AA_TOLERANCE);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *entry(const peer_found *found)
{
    if (found->why[0] != '\0')
        return json_pack("{s:s}", "why_not", found->why);
    return json_pack("{s:s,s:s,s:s,s:s,s:b}", "version", found->library.version, "tls",
                     found->library.tls, "engine", found->library.engine, "agreed", found->agreed,
                     "verified", 1);
}

bool peer_report_json(const peer_report *report, const char *path)
{
    json_t *context = bench_json_context(&report->figures.options), *list = json_object();

    for (size_t i = 0; i < report->count; i++)
        (void)json_object_set_new(list, report->found[i].who->name, entry(&report->found[i]));
    if (context == NULL) {
        json_decref(list);
        return bench_complain("out of memory");
    }
    (void)json_object_set_new(context, "peers", list);
    (void)json_object_set_new(context, "method", json_string(method));
    return bench_json_write(json_pack("{s:o,s:o}", "context", context, "benchmarks",
                                      bench_json_benchmarks(&report->figures)),
                            path);
}

/* ---- a page ---------------------------------------------------------------------------------- */

static void page_who(const peer_report *report, FILE *stream)
{
    fputs("<h2>Who</h2>\n<dl>\n", stream);
    for (size_t i = 0; i < report->count; i++) {
        const peer_found *found = &report->found[i];
        char text[512];

        if (found->why[0] != '\0')
            (void)snprintf(text, sizeof(text), "not measured: %s", found->why);
        else
            (void)snprintf(text, sizeof(text), "%s over %s; both: %s, verified",
                           found->library.version, found->library.tls, found->agreed);
        fprintf(stream, "<dt>%s</dt><dd>", found->who->name);
        bench_html_text(stream, text);
        fputs("</dd>\n", stream);
    }
    fputs("</dl>\n", stream);
}

bool peer_report_html(const peer_report *report, const char *path)
{
    FILE *stream = bench_open(path);

    if (stream == NULL)
        return false;
    bench_html_head("omnitls-bench: beside other libraries", stream);
    fputs("<h1>omnitls beside other libraries</h1>\n<p>Speed of a client over omnitls, divided by "
          "the speed of a client over the other library on the same engine. Above 1 omnitls is "
          "faster.</p>\n",
          stream);
    bench_html_table(&report->figures, "Peer", "Peer&rsquo;s", stream);
    bench_charts(&report->figures, stream);
    page_who(report, stream);
    bench_html_where(&report->figures.options, stream);
    fputs("<p class=\"note\">Method: ", stream);
    bench_html_text(stream, method);
    fputs(". <strong>A/A</strong> is the peer against itself in the same rounds.</p>\n"
          "</body>\n</html>\n",
          stream);
    return bench_close(stream, path);
}
