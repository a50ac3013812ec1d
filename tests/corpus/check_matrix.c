/* SPDX-License-Identifier: MIT */
/*
 * check_matrix DIR [FILE]: each way to sign, at each security level, with every engine that can be
 * loaded. All of them say the same, but for an engine that cannot check a signature at all: it says
 * UNSUPPORTED beside what the others say, names itself, and stands in the table that is printed.
 * With FILE, that table must be the one between its marks, where the engines' versions are FILE's.
 */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINES_MAX = 8, LEVELS = 6, TABLE_SIZE = 16384 };

static const otls_backend *engines[ENGINES_MAX];
static size_t engine_count, verdict_count, failures;
static char table[TABLE_SIZE];

/* What one engine says at one level; `*named`: of UNSUPPORTED it says who, and it is the engine. */
static uint32_t ask(const corpus_case *loaded, const otls_backend *backend, int level, bool *named)
{
    otls_verify_parameters parameters = loaded->parameters;
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;
    uint32_t flags;
    char words[64];

    parameters.backend = backend;
    parameters.security_level = level;
    if (otls_trust_verify(loaded->trust, (const otls_certificate *const *)loaded->chain,
                          loaded->count, &parameters, &verdict, &err) != OTLS_OK)
        corpus_die("otls_trust_verify", err.text);
    flags = otls_verdict_flags(verdict);
    snprintf(words, sizeof(words), "which %s cannot check", otls_backend_name(backend));
    *named = strstr(otls_verdict_text(verdict), words) != NULL;
    otls_verdict_free(verdict);
    verdict_count++;
    return flags;
}

static void fault(const char *name, int level, const char *engine, uint32_t flags, uint32_t others)
{
    char got[256], wanted[256];

    printf("FAILED %s at level %d: %s says %s, others %s\n", name, level, engine,
           corpus_flag_text(flags, got, sizeof(got)),
           corpus_flag_text(others, wanted, sizeof(wanted)));
    failures++;
}

/* One level: the engines that cannot check are added to `lacking`, a bit each. */
static void check_level(const corpus_case *loaded, const char *name, int level, unsigned *lacking)
{
    uint32_t flags[ENGINES_MAX], common = 0;
    bool named[ENGINES_MAX], able = false;

    for (size_t i = 0; i < engine_count; i++) {
        flags[i] = ask(loaded, engines[i], level, &named[i]);
        if ((flags[i] & OTLS_VERIFY_UNSUPPORTED) == 0) {
            common = flags[i];
            able = true;
        } else if (!able) {
            common = flags[i] & ~(uint32_t)OTLS_VERIFY_UNSUPPORTED;
        }
    }
    for (size_t i = 0; i < engine_count; i++) {
        const uint32_t rest = flags[i] & ~(uint32_t)OTLS_VERIFY_UNSUPPORTED;

        /* a good signature is never a bad one; too weak for the level is core's to say */
        if (rest != common || (rest & ~(uint32_t)OTLS_VERIFY_WEAK) != 0)
            fault(name, level, otls_backend_name(engines[i]), flags[i], common);
        if (rest != flags[i] && named[i])
            *lacking |= 1u << i;
        else if (rest != flags[i] && able) /* not the engine's word, and yet not everybody's */
            fault(name, level, otls_backend_name(engines[i]), flags[i], common);
    }
}

static void add_row(const char *name, unsigned lacking)
{
    size_t used = strlen(table);

    if (lacking == 0)
        return;
    used += (size_t)snprintf(table + used, sizeof(table) - used, "| `%s` |", name);
    for (size_t i = 0; i < engine_count; i++)
        if ((lacking & 1u << i) != 0 && used < sizeof(table))
            used += (size_t)snprintf(table + used, sizeof(table) - used, " %s",
                                     otls_backend_name(engines[i]));
    if (used + 4 > sizeof(table))
        corpus_die("table", "does not fit");
    strcat(table, " |\n");
}

static void check_row(const char *directory, const corpus_row *row)
{
    unsigned lacking = 0;
    corpus_case loaded;

    corpus_load(&loaded, directory, row);
    for (int level = 0; level < LEVELS; level++)
        check_level(&loaded, row->name, level, &lacking);
    add_row(row->name, lacking);
    corpus_unload(&loaded);
}

/* Is the page about the engines that are running? Its first lines name their versions. */
static bool same_versions(const char *page)
{
    for (size_t i = 0; i < engine_count; i++) {
        const uint32_t number = otls_backend_version_number(engines[i]);
        char version[32];

        snprintf(version, sizeof(version), "%u.%u", number >> 24, number >> 16 & 0xff);
        if (strstr(page, version) == NULL)
            return false;
    }
    return engine_count == 3;
}

static void compare(const char *file)
{
    static const char begin[] = "<!-- begin: signatures -->\n\n";
    char *page = corpus_read_file(file), *at, *rows, *end;

    if (page == NULL)
        corpus_die(file, "missing");
    at = strstr(page, begin);
    rows = at != NULL ? strstr(at, "|---|---|\n") : NULL;
    end = rows != NULL ? strstr(rows, "\n<!-- end: signatures -->") : NULL;
    if (end == NULL)
        corpus_die(file, "has no table of signatures");
    *end = '\0';
    if (!same_versions(page)) {
        printf("not compared with %s: other engines\n", file);
    } else if (strcmp(rows + strlen("|---|---|\n"), table) != 0) {
        printf("FAILED %s: its table is not this run's\n", file);
        failures++;
    }
    free(page);
}

int main(int argc, char **argv)
{
    char line[CORPUS_LINE_SIZE];
    size_t rows = 0;
    corpus_row row;
    FILE *manifest;

    if (argc != 2 && argc != 3)
        corpus_die("usage", "check_matrix DIR [FILE]");
    engine_count = otls_backend_list(engines, ENGINES_MAX);
    if (engine_count == 0 || engine_count > ENGINES_MAX)
        corpus_die("engines", "none can be loaded");
    manifest = corpus_open(argv[1]);
    for (; corpus_next(manifest, line, &row); rows++)
        check_row(argv[1], &row);
    fclose(manifest);
    printf("%s", table);
    if (argc == 3)
        compare(argv[2]);
    printf("%zu ways to sign, %d levels, %zu engines, %zu verdicts, %zu different\n", rows, LEVELS,
           engine_count, verdict_count, failures);
    return failures != 0 || rows < 90;
}
