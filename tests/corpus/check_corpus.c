/* SPDX-License-Identifier: MIT */
/*
 * check_corpus DIR [--differential [FILE]]: judge every chain of the corpus with every engine that
 * can be loaded, through the public API. The verdict must be exactly the manifest's: set of flags,
 * depth, alert, and a verified chain when it is good. With --differential, the engines' own
 * verifiers judge too, and each disagreement is printed; one that FILE does not argue is a failure.
 */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINES_MAX = 8 };

/* A good verdict has a chain from this leaf to an anchor of this store. */
static bool chain_ok(const corpus_case *loaded, const otls_verdict *verdict)
{
    const size_t count = otls_verdict_chain_count(verdict);

    if (otls_verdict_flags(verdict) != 0)
        return true;
    if (count == 0 || !otls_certificate_equal(otls_verdict_chain(verdict, 0), loaded->chain[0]))
        return false;
    for (size_t i = 0; i < otls_trust_count(loaded->trust); i++)
        if (otls_certificate_equal(otls_verdict_chain(verdict, count - 1),
                                   otls_trust_certificate(loaded->trust, i)))
            return true;
    return false;
}

/* There is no verdict, and the sentence is about the host. */
static int check_host(const corpus_case *loaded, const corpus_row *test, const otls_backend *backend)
{
    otls_verify_parameters parameters = loaded->parameters;
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;
    otls_status status;

    parameters.backend = backend;
    status = otls_trust_verify(loaded->trust, (const otls_certificate *const *)loaded->chain,
                               loaded->count, &parameters, &verdict, &err);
    if (status == OTLS_E_USAGE && verdict == NULL && strstr(err.text, "the host name ") != NULL)
        return 0;
    printf("FAILED %s on %s: \"%s\" was not refused: %s\n", test->name, otls_backend_name(backend),
           test->host, err.text);
    otls_verdict_free(verdict);
    return 1;
}

static otls_verdict *judge(const corpus_case *loaded, const otls_backend *backend, int verifier)
{
    otls_verify_parameters parameters = loaded->parameters;
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;

    parameters.backend = backend;
    parameters.verifier = verifier;
    if (otls_trust_verify(loaded->trust, (const otls_certificate *const *)loaded->chain,
                          loaded->count, &parameters, &verdict, &err) != OTLS_OK) {
        if (err.status == OTLS_E_UNSUPPORTED)
            return NULL;
        corpus_die("otls_trust_verify", err.text);
    }
    return verdict;
}

/* The same without its limits: on every engine there is nothing but that to say. */
static bool limited(const corpus_case *loaded, const otls_backend *backend)
{
    corpus_case other = *loaded;
    otls_verdict *verdict;
    bool good;

    if (!loaded->long_chain)
        return true;
    other.parameters.max_certificates = other.parameters.max_bytes = 0;
    verdict = judge(&other, backend, OTLS_VERIFIER_UNIFORM);
    good = verdict != NULL && otls_verdict_flags(verdict) == OTLS_VERIFY_LIMIT &&
           otls_verdict_depth(verdict) == 0 && otls_verdict_chain_count(verdict) == 0;
    otls_verdict_free(verdict);
    return good;
}

/* What is left of the user's policies is what the case says. */
static bool policies_ok(const corpus_case *loaded, const otls_verdict *verdict)
{
    char text[512] = "";

    for (size_t i = 0; i < otls_verdict_policy_count(verdict); i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i != 0 ? "+" : "",
                 otls_verdict_policy(verdict, i));
    return otls_verdict_policy(verdict, otls_verdict_policy_count(verdict)) == NULL &&
           (loaded->gives == NULL || strcmp(text, loaded->gives) == 0);
}

/* Ten signatures, unless more certificates are permitted or lists are looked at. */
static bool bounded(const corpus_case *loaded, const otls_verify_work *work)
{
    return loaded->long_chain ||
           (loaded->parameters.options &
            (OTLS_VERIFY_OPTION_CRL_LEAF | OTLS_VERIFY_OPTION_CRL_CHAIN)) != 0 ||
           (work->signatures <= 10 && work->signatures_max <= 10);
}

/* What it cost is counted, and within the bounds; a refusal names its rule and what to do. */
static bool explained(const corpus_case *loaded, const otls_verdict *verdict)
{
    const bool good = otls_verdict_flags(verdict) == 0;
    otls_verify_work work = {.size = sizeof(work)};

    otls_verdict_work(verdict, &work);
    if (!bounded(loaded, &work) || work.signatures > work.signatures_max ||
        work.expansions > work.expansions_max + 1 ||
        work.name_comparisons > work.name_comparisons_max + 1 ||
        (work.signatures != 0 && work.expansions == 0))
        return false;
    if (good && otls_verdict_chain_count(verdict) > 1 && work.expansions == 0)
        return false;
    return (otls_verdict_rule(verdict)[0] == '\0') == good &&
           (otls_verdict_advice(verdict)[0] == '\0') == good;
}

static int check(const corpus_case *loaded, const corpus_row *test, const otls_backend *backend)
{
    otls_verdict *verdict = judge(loaded, backend, OTLS_VERIFIER_UNIFORM);
    char got[256];
    int alert, failed;
    const uint32_t wanted = corpus_parse_flags(test->want, &alert);

    if (verdict == NULL)
        corpus_die(test->name, "no verdict");
    failed =
        otls_verdict_flags(verdict) != wanted ||
        otls_verdict_depth(verdict) != test->wanted_depth || otls_verdict_alert(verdict) != alert ||
        !chain_ok(loaded, verdict) || (wanted != 0) != (otls_verdict_text(verdict)[0] != '\0') ||
        !limited(loaded, backend) || !policies_ok(loaded, verdict) || !explained(loaded, verdict);
    if (failed)
        printf("FAILED %s on %s: wanted %s@%d alert %d, got %s@%d alert %d: %s\n", test->name,
               otls_backend_name(backend), test->want, test->wanted_depth, alert,
               corpus_flag_text(otls_verdict_flags(verdict), got, sizeof(got)),
               (int)otls_verdict_depth(verdict), otls_verdict_alert(verdict),
               otls_verdict_text(verdict));
    otls_verdict_free(verdict);
    return failed;
}

/* Is there a line, a table's row, with the case's name in back quotes and then the engine? */
static bool argued(const char *text, const char *name, const otls_backend *backend)
{
    char quoted[80];
    const char *engine = otls_backend_name(backend);

    snprintf(quoted, sizeof(quoted), "`%s`", name);
    for (const char *at = strstr(text, quoted); at != NULL; at = strstr(at + 1, quoted)) {
        const char *cell = strchr(at, '|'), *end = cell != NULL ? strchr(cell + 1, '|') : NULL;
        const char *found = cell != NULL ? strstr(cell, engine) : NULL;

        if (found != NULL && end != NULL && found < end)
            return true;
    }
    return false;
}

static int compare(const corpus_case *loaded, const corpus_row *test, const otls_backend *backend,
                   const char *arguments)
{
    otls_verdict *verdict = judge(loaded, backend, OTLS_VERIFIER_ENGINE);
    char got[256];
    const bool good = strcmp(test->want, "ok") == 0;
    uint32_t found;

    if (verdict == NULL)
        return 0;
    found = otls_verdict_flags(verdict);
    otls_verdict_free(verdict);
    if (good == (found == 0))
        return 0;
    printf("%s %s %s %s (%s): it: %s, ours: %s\n", good ? "STRICTER" : "LAXER   ",
           otls_backend_name(backend), good ? "refuses" : "accepts", test->name, test->source,
           corpus_flag_text(found, got, sizeof(got)), test->want);
    if (arguments == NULL || argued(arguments, test->name, backend))
        return 0;
    printf("FAILED %s on %s: the difference is argued nowhere\n", test->name,
           otls_backend_name(backend));
    return 1;
}

int main(int argc, char **argv)
{
    const otls_backend *engines[ENGINES_MAX];
    const bool differential = argc >= 3 && strcmp(argv[2], "--differential") == 0;
    char *arguments = differential && argc == 4 ? corpus_read_file(argv[3]) : NULL;
    size_t engine_count, cases = 0, checks = 0, failures = 0;
    char line[CORPUS_LINE_SIZE];
    corpus_row test;
    FILE *manifest;

    if (argc < 2 || argc > 4 || (argc > 2 && !differential))
        corpus_die("usage", "check_corpus DIR [--differential [FILE]]");
    if (argc == 4 && arguments == NULL)
        corpus_die(argv[3], "missing");
    engine_count = otls_backend_list(engines, ENGINES_MAX);
    if (engine_count == 0 || engine_count > ENGINES_MAX)
        corpus_die("engines", "none can be loaded");
    manifest = corpus_open(argv[1]);
    while (corpus_next(manifest, line, &test)) {
        corpus_case loaded;

        corpus_load(&loaded, argv[1], &test);
        cases++;
        for (size_t i = 0; i < engine_count; i++, checks++) {
            if (corpus_refuses_host(&test)) {
                failures += (size_t)check_host(&loaded, &test, engines[i]);
                continue;
            }
            failures += (size_t)check(&loaded, &test, engines[i]);
            if (differential)
                failures += (size_t)compare(&loaded, &test, engines[i], arguments);
        }
        corpus_unload(&loaded);
    }
    fclose(manifest);
    free(arguments);
    printf("%zu cases, %zu engines, %zu verdicts, %zu wrong\n", cases, engine_count, checks,
           failures);
    return failures != 0 || cases < 150;
}
