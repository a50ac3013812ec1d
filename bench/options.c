/* SPDX-License-Identifier: MIT */
/* The command line. */
#include "bench.h"

#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdlib.h>

#define SECONDS_FULL 3.0
#define SECONDS_QUICK 0.9 /* at most; all figures together get */
#define SECONDS_QUICK_ALL 25.0
#define SECONDS_MAX 3600.0

enum { OPTION_QUICK = 256, OPTION_ENGINE, OPTION_CASE, OPTION_SECONDS, OPTION_JSON, OPTION_HTML };
enum {
    OPTION_COMPARE = 280,
    OPTION_CSV,
    OPTION_SVG,
    OPTION_DIFF,
    OPTION_CHAIN,
    OPTION_EXPLAIN,
    OPTION_JUDGE,
    OPTION_PEERS,
};
enum { OPTION_LIST = 300, OPTION_HELP, OPTION_PKI, OPTION_PROFILE, OPTION_OPERATIONS };

static const struct option words[] = {
    {"compare", no_argument, NULL, OPTION_COMPARE},
    {"svg", required_argument, NULL, OPTION_SVG},
    {"diff", required_argument, NULL, OPTION_DIFF},
    {"chain", required_argument, NULL, OPTION_CHAIN},
    {"explain", required_argument, NULL, OPTION_EXPLAIN},
    {"judge", no_argument, NULL, OPTION_JUDGE},
    {"peers", optional_argument, NULL, OPTION_PEERS},
    {"csv", required_argument, NULL, OPTION_CSV},
    {"quick", no_argument, NULL, OPTION_QUICK},
    {"backend", required_argument, NULL, OPTION_ENGINE},
    {"case", required_argument, NULL, OPTION_CASE},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"json", required_argument, NULL, OPTION_JSON},
    {"html", required_argument, NULL, OPTION_HTML},
    {"pki", required_argument, NULL, OPTION_PKI},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"operations", required_argument, NULL, OPTION_OPERATIONS},
    {"list", no_argument, NULL, OPTION_LIST},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

void bench_usage(FILE *stream)
{
    (void)fputs(
        "usage: omnitls-bench [options]\n"
        "The bare engine beside omnitls over it, in one process, slice by slice; or, with\n"
        "--compare, omnitls on each engine, side by side.\n\n"
        "  --compare         which engine for what: speed, latency, bytes, memory, code\n"
        "  --peers[=NAME]    other libraries for TLS (libtls, libevent, GLib, Python's ssl, libcurl), as far\n"
        "                    as they are installed, beside omnitls on the same engine\n"
        "  --judge           figures against their targets; only those of quiet rounds count\n"
        "  --explain PATTERN what both programs of a case do, call by call\n"
        "  --diff A B        two files that --json wrote: what changed beyond noise\n"
        "  --quick           shorter: everything in less than 40 seconds\n"
        "  --seconds S       for each figure (default 3; --quick: what fits)\n"
        "  --backend NAME    one engine only\n"
        "  --case PATTERN    only cases whose names match (* ? [ ]), or begin so\n"
        "  --chain FORM      handshakes with a leaf alone, with an intermediate (default), or "
        "with\n"
        "                    a fresh chain for each\n"
        "  --json FILE       write the figures as google-benchmark does (- = standard output)\n"
        "  --csv FILE        write them as a table for spreadsheets\n"
        "  --html FILE       write a page with tables and charts\n"
        "  --svg FILE        write the charts of --compare as one picture\n"
        "  --pki DIR         other test certificates than its own\n"
        "  --list            list engines and cases\n"
        "  --profile SIDE    run one side only, native or ours, and measure nothing: for "
        "profilers;\n"
        "                    with --case and --backend\n"
        "  --operations N    how many, with --profile (default 100)\n"
        "  --help\n\n"
        "Exit codes: 0 measured, 1 usage, 2 something could not be measured or written, 3 --judge: "
        "a\nfigure missed its target, or did not count.\n",
        stream);
}

static bool seconds(const char *text, double *out)
{
    char *end;

    *out = strtod(text, &end);
    if (end != text && *end == '\0' && *out > 0 && *out <= SECONDS_MAX)
        return true;
    return bench_complain("--seconds: \"%s\" is no number between 0 and %.0f", text, SECONDS_MAX);
}

static bool operations(const char *text, size_t *out)
{
    char *end;
    unsigned long long number;

    errno = 0;
    number = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || number == 0 || number > 1000000000 ||
        text[0] == '-')
        return bench_complain("--operations: \"%s\" is no number between 1 and 1000000000", text);
    *out = (size_t)number;
    return true;
}

static bool chain(const char *text, size_t *out)
{
    for (*out = 0; bench_chain_name(*out) != NULL; (*out)++)
        if (strcmp(text, bench_chain_name(*out)) == 0)
            return true;
    return bench_complain("--chain: leaf, intermediate, fresh or fresh-leaf, not \"%s\"", text);
}

static bool take(bench_options *options, int word)
{
    switch (word) {
    case OPTION_QUICK:
        options->quick = true;
        return true;
    case OPTION_COMPARE:
        options->compare = true;
        return true;
    case OPTION_CSV:
        options->csv = optarg;
        return true;
    case OPTION_SVG:
        options->svg = optarg;
        return true;
    case OPTION_CHAIN:
        return chain(optarg, &options->chain);
    case OPTION_EXPLAIN:
        options->explain = true;
        options->only = optarg;
        return true;
    case OPTION_JUDGE:
        options->judge = true;
        return true;
    case OPTION_PEERS:
        options->peers = true;
        options->peer = optarg;
        return true;
    case OPTION_DIFF:
        options->diff[0] = optarg;
        return true;
    case OPTION_LIST:
        options->list = true;
        return true;
    case OPTION_HELP:
        options->help = true;
        return true;
    case OPTION_ENGINE:
        options->engine = optarg;
        return true;
    case OPTION_CASE:
        options->only = optarg;
        return true;
    case OPTION_JSON:
        options->json = optarg;
        return true;
    case OPTION_HTML:
        options->html = optarg;
        return true;
    case OPTION_PKI:
        options->pki = optarg;
        return true;
    case OPTION_PROFILE:
        options->profile = optarg;
        return strcmp(optarg, "native") == 0 || strcmp(optarg, "ours") == 0 ||
               bench_complain("--profile: native or ours, not \"%s\"", optarg);
    case OPTION_SECONDS:
        return seconds(optarg, &options->seconds);
    case OPTION_OPERATIONS:
        return operations(optarg, &options->operations);
    default:
        return false; /* getopt has complained */
    }
}

bool bench_case_wanted(const bench_options *options, const char *name)
{
    const char *pattern = options->only;

    if (pattern == NULL)
        return true;
    return strpbrk(pattern, "*?[") != NULL ? fnmatch(pattern, name, 0) == 0
                                           : strncmp(name, pattern, strlen(pattern)) == 0;
}

/* What only begins so might not mean the minutes that it takes. */
bool bench_case_chosen(const bench_options *options, const bench_case *what)
{
    return bench_case_wanted(options, what->name) &&
           (!what->large || (options->only != NULL && (strcmp(options->only, what->name) == 0 ||
                                                       strpbrk(options->only, "*?[") != NULL)));
}

double bench_seconds_each(const bench_options *options, double figures)
{
    if (options->seconds > 0)
        return options->seconds;
    if (!options->quick)
        return SECONDS_FULL;
    return figures * SECONDS_QUICK > SECONDS_QUICK_ALL ? SECONDS_QUICK_ALL / figures
                                                       : SECONDS_QUICK;
}

static size_t standard_outputs(const bench_options *options)
{
    const char *const paths[] = {options->json, options->html, options->csv, options->svg};
    size_t count = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        count += paths[i] != NULL && strcmp(paths[i], "-") == 0 ? 1 : 0;
    return count;
}

bool bench_to_stdout(const bench_options *options)
{
    return standard_outputs(options) != 0;
}

static bool consistent(const bench_options *options)
{
    if (standard_outputs(options) > 1)
        return bench_complain("only one of the reports can go to standard output");
    if (options->profile != NULL && (options->only == NULL || options->engine == NULL))
        return bench_complain("--profile needs --case and --backend");
    if (options->judge && (options->compare || options->profile != NULL || options->html != NULL))
        return bench_complain(
            "--judge goes with --json and --csv, not with --compare, --profile or --html");
    if (options->peers &&
        (options->compare || options->judge || options->profile != NULL || options->chain != 0))
        return bench_complain(
            "--peers goes with neither --compare, --judge, --profile nor --chain");
    if (options->explain && options->compare)
        return bench_complain("--explain is about cases beside the bare engine; see --list");
    if (options->diff[0] != NULL && options->diff[1] == NULL)
        return bench_complain("--diff needs two files that --json wrote");
    if (options->svg != NULL && !options->compare)
        return bench_complain("--svg draws what --compare measures");
    if (options->profile != NULL && options->compare)
        return bench_complain("--profile runs one side of a case, not --compare");
    return true;
}

bool bench_options_parse(bench_options *options, int argc, char **argv)
{
    int word;

    *options = (bench_options){.operations = 100};
    while ((word = getopt_long(argc, argv, "h", words, NULL)) != -1)
        if (!take(options, word == 'h' ? OPTION_HELP : word))
            return false;
    if (options->diff[0] != NULL && optind < argc)
        options->diff[1] = argv[optind++];
    if (optind < argc)
        return bench_complain("\"%s\" is no option", argv[optind]);
    return consistent(options);
}
