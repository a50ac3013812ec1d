/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <criterion/criterion.h>
#include <criterion/options.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef CONFORMANCE_DATA /* from the program's own directory */
#define CONFORMANCE_DATA "../share/omnitls/conformance"
#endif

static const char help[] =
    "usage: omnitls-conformance --module PATH [--against NAME,...] [--filter PATTERN] [--json]\n"
    "       omnitls-conformance --list [--filter PATTERN]\n"
    "\n"
    "Runs omnitls' conformance tests on a backend: by itself, and as client and server with others.\n"
    "\n"
    "  --module PATH     the module, NAME.so; or the name of an engine that is installed\n"
    "  --against LIST    at most three engines to talk to (default: those that are installed)\n"
    "  --filter PATTERN  cases by name: 'handshake/*'\n"
    "  --list            print the cases' names\n"
    "  --jobs COUNT      so many at once (default: 1)\n"
    "  --json            print the result as one line of JSON\n"
    "\n"
    "Each case says how often it passed, failed, and was of something that an engine says it does not\n"
    "have. Exit code: 0 nothing failed, 1 something did, 2 the tests could not be run.\n";

/* Certificates lie beside an installed program, or in the directory that it was built in. */
static bool go_to_data(void)
{
    static const char *const places[] = {CONFORMANCE_DATA, "../pki"};
    char own[PATH_MAX], path[2 * PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
    char *slash;

    own[length > 0 ? length : 0] = '\0';
    slash = strrchr(own, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s/root.pem", own, places[i]);
        if (access(path, R_OK) != 0)
            continue;
        *strrchr(path, '/') = '\0';
        return chdir(path) == 0;
    }
    return false;
}

static size_t list(struct criterion_test_set *tests, const char *filter, bool print)
{
    size_t count = 0;

    FOREACH_SET(struct criterion_suite_set *suite, tests->suites)
    {
        if (suite->tests == NULL)
            continue;
        FOREACH_SET(struct criterion_test *test, suite->tests)
        {
            char name[256];

            (void)snprintf(name, sizeof(name), "%s/%s", test->category, test->name);
            if (filter != NULL && fnmatch(filter, name, 0) != 0)
                continue;
            count++;
            if (print)
                (void)puts(name);
        }
    }
    return count;
}

static int run(struct criterion_test_set *tests, const program_options *options)
{
    program_totals totals;

    if (!program_engines(options))
        return PROGRAM_USAGE;
    if (!go_to_data()) {
        (void)fprintf(stderr, "omnitls-conformance: its certificates are not where they were "
                              "installed: %s from the program's directory\n",
                      CONFORMANCE_DATA);
        return PROGRAM_USAGE;
    }
    criterion_options.pattern = options->filter;
    criterion_options.jobs = options->jobs;
    criterion_options.logging_threshold = (enum criterion_logging_level)(CRITERION_IMPORTANT + 1);
    program_report_at_once(!options->json);
    (void)criterion_run_all_tests(tests);
    totals = program_report(options->json);
    if (totals.passed + totals.failed + totals.absent == 0) {
        (void)fprintf(stderr, "omnitls-conformance: nothing was run\n");
        return PROGRAM_USAGE;
    }
    return totals.failed == 0 ? PROGRAM_OK : PROGRAM_FAILED;
}

/* Criterion's processes replace this function, and find it by its name. */
__attribute__((visibility("default"))) int main(int argc, char **argv)
{
    program_options options;
    struct criterion_test_set *tests;
    int code = PROGRAM_OK;

    if (!program_parse(&options, argc, argv))
        return PROGRAM_USAGE;
    if (options.help) {
        (void)fputs(help, stdout);
        return PROGRAM_OK;
    }
    tests = criterion_initialize();
    if (list(tests, options.filter, options.list) == 0) {
        (void)fprintf(stderr, "omnitls-conformance: no case is called \"%s\"; --list prints them\n",
                      options.filter);
        code = PROGRAM_USAGE;
    } else if (!options.list) {
        code = run(tests, &options);
    }
    criterion_finalize(tests);
    return code;
}
