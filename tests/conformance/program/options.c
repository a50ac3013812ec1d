/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool wrong(const char *what, const char *value)
{
    (void)fprintf(stderr, "omnitls-conformance: %s%s\n", what, value);
    return false;
}

static bool parse_jobs(const char *text, size_t *out)
{
    char *end;
    const unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || value == 0 || value > 256)
        return wrong("--jobs takes a number from 1 to 256, not ", text);
    *out = value;
    return true;
}

/* One option that takes a value, at argv[*at]; its value is the next argument, or behind a "=". */
static const char *value_of(const char *name, int argc, char **argv, int *at)
{
    const size_t length = strlen(name);

    if (strncmp(argv[*at], name, length) != 0)
        return NULL;
    if (argv[*at][length] == '=')
        return argv[*at] + length + 1;
    if (argv[*at][length] != '\0')
        return NULL;
    if (*at + 1 == argc)
        return "";
    return argv[++*at];
}

static bool parse_one(program_options *out, int argc, char **argv, int *at)
{
    const struct {
        const char *name;
        const char **to;
    } texts[] = {{"--module", &out->module}, {"--against", &out->against}, {"--filter", &out->filter}};
    const char *argument = argv[*at], *value;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        value = value_of(texts[i].name, argc, argv, at);
        if (value == NULL)
            continue;
        if (value[0] == '\0')
            return wrong("no value for ", texts[i].name);
        *texts[i].to = value;
        return true;
    }
    value = value_of("--jobs", argc, argv, at);
    if (value != NULL)
        return parse_jobs(value, &out->jobs);
    if (strcmp(argument, "--list") == 0)
        out->list = true;
    else if (strcmp(argument, "--json") == 0)
        out->json = true;
    else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
        out->help = true;
    else
        return wrong("unknown argument ", argument);
    return true;
}

bool program_parse(program_options *out, int argc, char **argv)
{
    *out = (program_options){.jobs = 1};
    for (int at = 1; at < argc; at++)
        if (!parse_one(out, argc, argv, &at))
            return false;
    if (out->module == NULL && !out->list && !out->help)
        return wrong("--module is needed: a module's file, or the name of an engine that is installed", "");
    return true;
}
