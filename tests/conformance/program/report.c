/* SPDX-License-Identifier: MIT */
/* What came of each case: one test function, run for every pair that it is about. */
#include "program.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <omnitls/engine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_MAX 2048
#define TEXT 400

typedef struct outcome {
    const char *suite, *name; /* the test's own, static */
    program_totals totals;
    char first_failure[TEXT], first_reason[TEXT];
} outcome;

static outcome *outcomes[CASES_MAX];
static size_t outcome_count;
static bool at_once;

void program_report_at_once(bool on)
{
    at_once = on;
}

static outcome *outcome_of(const struct criterion_test *test)
{
    outcome *found;

    for (size_t i = 0; i < outcome_count; i++)
        if (strcmp(outcomes[i]->name, test->name) == 0 &&
            strcmp(outcomes[i]->suite, test->category) == 0)
            return outcomes[i];
    found = outcome_count < CASES_MAX ? calloc(1, sizeof(*found)) : NULL;
    if (found == NULL)
        exit(PROGRAM_USAGE); /* a count that is not whole is none */
    found->suite = test->category;
    found->name = test->name;
    outcomes[outcome_count++] = found;
    return found;
}

/* Criterion lays messages out with line breaks; they become one line. */
static void one_line(char *out, size_t capacity, const char *text)
{
    size_t used = 0;

    for (const char *at = text != NULL ? text : ""; *at != '\0' && used + 1 < capacity; at++) {
        const bool space = *at == '\n' || *at == ' ' || *at == '\t';

        if (!space)
            out[used++] = *at;
        else if (used > 0 && out[used - 1] != ' ')
            out[used++] = ' ';
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
}

static const char *why_failed(const struct criterion_test_stats *stats, char *out, size_t capacity)
{
    for (const struct criterion_assert_stats *a = stats->asserts; a != NULL; a = a->next) {
        if (a->passed)
            continue;
        one_line(out, capacity, a->message);
        return out;
    }
    one_line(out, capacity, stats->message);
    if (out[0] == '\0')
        (void)snprintf(out, capacity, "%s (signal %d, exit code %d)",
                       stats->timed_out ? "took too long" : "ended unexpectedly", stats->signal,
                       stats->exit_code);
    return out;
}

/* Core's own sentence for what an engine says no to; asked again, in case a test made it up. */
static bool says_no(const char *text)
{
    static const char verb[] = " cannot do ";
    const char *at = strstr(text, verb), *feature = at != NULL ? at + strlen(verb) : NULL;
    const size_t size = feature != NULL ? strcspn(feature, ":") : 0;
    const char *engine = at;
    const otls_backend *backend;
    char name[64];

    while (engine != NULL && engine > text && engine[-1] != ' ')
        engine--;
    if (engine == NULL ||
        (size_t)snprintf(name, sizeof(name), "%.*s", (int)(at - engine), engine) >= sizeof(name) ||
        otls_backend_find(&backend, name, NULL) != OTLS_OK)
        return false;
    for (int i = 1; i < OTLS_FEATURE_COUNT; i++) {
        const char *known = otls_feature_name((otls_feature)i);

        if (strlen(known) == size && memcmp(known, feature, size) == 0)
            return otls_backend_supports(backend, (otls_feature)i, NULL) == OTLS_NO;
    }
    return false;
}

/* Did it fail of nothing else? In the suite about what engines say of themselves that is no excuse. */
static bool is_of_a_lack(const struct criterion_test_stats *stats, char *why, size_t capacity)
{
    size_t failed = 0;

    if (stats->crashed || stats->timed_out || strcmp(stats->test->category, "features") == 0)
        return false;
    for (const struct criterion_assert_stats *a = stats->asserts; a != NULL; a = a->next) {
        char text[TEXT];

        if (a->passed)
            continue;
        one_line(text, sizeof(text), a->message);
        if (!says_no(text))
            return false;
        if (failed++ == 0)
            one_line(why, capacity, text);
    }
    return failed > 0;
}

static void note(const struct criterion_test_stats *stats)
{
    outcome *of = outcome_of(stats->test);
    char text[TEXT];

    if (stats->test_status == CR_STATUS_SKIPPED) {
        of->totals.absent++;
        if (of->first_reason[0] == '\0')
            one_line(of->first_reason, sizeof(of->first_reason), stats->message);
        return;
    }
    if (stats->test_status == CR_STATUS_FAILED && is_of_a_lack(stats, text, sizeof(text))) {
        of->totals.absent++;
        if (of->first_reason[0] == '\0')
            memcpy(of->first_reason, text, sizeof(text));
        return;
    }
    if (stats->test_status == CR_STATUS_PASSED && !stats->crashed && !stats->timed_out) {
        of->totals.passed++;
        return;
    }
    of->totals.failed++;
    (void)why_failed(stats, text, sizeof(text));
    if (of->first_failure[0] == '\0')
        memcpy(of->first_failure, text, sizeof(text));
    if (at_once)
        (void)fprintf(stderr, "failed: %s/%s: %s\n", of->suite, of->name, text);
}

ReportHook(POST_TEST)(struct criterion_test_stats *stats)
{
    note(stats);
}

/* ---- printing ---- */

static void print_json_text(const char *text)
{
    (void)putchar('"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            (void)printf("\\%c", *at);
        else if (*at < 0x20 || *at == 0x7f)
            (void)printf("\\u%04x", *at);
        else
            (void)putchar(*at);
    }
    (void)putchar('"');
}

static void print_json_counts(const program_totals *totals)
{
    (void)printf("\"passed\":%zu,\"failed\":%zu,\"unsupported\":%zu", totals->passed, totals->failed,
                 totals->absent);
}

static void print_json(const program_totals *totals)
{
    (void)printf("{\"module\":");
    print_json_text(program_subject());
    (void)printf(",\"engines\":");
    print_json_text(getenv("OMNITLS_TEST_ENGINES"));
    (void)printf(",\"cases\":[");
    for (size_t i = 0; i < outcome_count; i++) {
        const outcome *of = outcomes[i];
        char name[TEXT];

        (void)snprintf(name, sizeof(name), "%s/%s", of->suite, of->name);
        (void)printf("%s{\"case\":", i > 0 ? "," : "");
        print_json_text(name);
        (void)putchar(',');
        print_json_counts(&of->totals);
        (void)printf(",\"failure\":");
        print_json_text(of->first_failure);
        (void)printf(",\"reason\":");
        print_json_text(of->first_reason);
        (void)putchar('}');
    }
    (void)printf("],");
    print_json_counts(totals);
    (void)printf("}\n");
}

static void print_table(const program_totals *totals)
{
    for (size_t i = 0; i < outcome_count; i++) {
        const outcome *of = outcomes[i];

        (void)printf("%s/%s: %zu passed, %zu failed, %zu not supported", of->suite, of->name,
                     of->totals.passed, of->totals.failed, of->totals.absent);
        if (of->totals.failed > 0)
            (void)printf("; %s", of->first_failure);
        if (of->totals.absent > 0)
            (void)printf(" (%s)", of->first_reason);
        (void)putchar('\n');
    }
    (void)printf("%s: %zu passed, %zu failed, %zu not supported\n", program_subject(),
                 totals->passed, totals->failed, totals->absent);
}

program_totals program_report(bool json)
{
    program_totals totals = {.passed = 0};

    for (size_t i = 0; i < outcome_count; i++) {
        totals.passed += outcomes[i]->totals.passed;
        totals.failed += outcomes[i]->totals.failed;
        totals.absent += outcomes[i]->totals.absent;
    }
    if (json)
        print_json(&totals);
    else
        print_table(&totals);
    (void)fflush(stdout);
    return totals;
}
