/* SPDX-License-Identifier: MIT */
/* The module under test and those beside it: found here once, by name in every test's process. */
#include "program.h"

#include "../pair.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char subject[64];

const char *program_subject(void)
{
    return subject;
}

static bool wrong(const char *what, const char *why)
{
    (void)fprintf(stderr, "omnitls-conformance: %s%s%s\n", what, why[0] != '\0' ? ": " : "", why);
    return false;
}

/* Modules are found by name in a directory: NAME.so in the one that the path names. */
static bool locate(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/'), *file = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(file, '.');
    const size_t length = dot != NULL ? (size_t)(dot - file) : 0;

    if (slash == NULL && dot == NULL) {
        (void)snprintf(subject, sizeof(subject), "%s", path); /* an engine's name */
        return true;
    }
    if (dot == NULL || strcmp(dot, ".so") != 0 || length == 0 || length >= sizeof(subject))
        return wrong(path, "a module's file is called NAME.so, after the engine's name in it");
    (void)snprintf(subject, sizeof(subject), "%.*s", (int)length, file);
    (void)snprintf(directory, sizeof(directory), "%.*s", slash != NULL ? (int)(slash - path) : 1,
                   slash != NULL ? path : ".");
    if (slash == path)
        (void)snprintf(directory, sizeof(directory), "/");
    slash = realpath(directory, NULL); /* the tests run in another directory; never freed */
    if (slash == NULL)
        return wrong(path, "there is no such directory");
    return setenv("OMNITLS_MODULE_DIR", slash, 1) == 0;
}

static bool usable(const char *name)
{
    const otls_backend *backend;
    otls_error err = OTLS_ERROR_INIT;

    return otls_backend_find(&backend, name, &err) == OTLS_OK ? true : wrong(name, err.text);
}

/* Without --against: every engine that is installed, as many as the tests take. */
static size_t others(const char *against, char names[][64])
{
    const otls_backend *found[PAIR_ENGINES];
    size_t count = 0, listed;
    char *text, *rest;

    if (against == NULL) {
        listed = otls_backend_list(found, PAIR_ENGINES);
        for (size_t i = 0; i < listed && i < PAIR_ENGINES; i++)
            (void)snprintf(names[count++], 64, "%s", otls_backend_name(found[i]));
        return count;
    }
    text = rest = strdup(against);
    for (char *at; text != NULL && count < PAIR_ENGINES && (at = strsep(&rest, ",")) != NULL;)
        (void)snprintf(names[count++], 64, "%s", at);
    free(text);
    return count;
}

bool program_engines(const program_options *options)
{
    char names[PAIR_ENGINES][64], all[PAIR_ENGINES * 64 + 64];
    size_t count, used = 1;

    if (!locate(options->module) || !usable(subject))
        return false;
    count = others(options->against, names);
    (void)snprintf(all, sizeof(all), "%s", subject);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(all);

        if (strcmp(names[i], subject) == 0)
            continue;
        if (!usable(names[i]))
            return false;
        if (++used > PAIR_ENGINES) {
            if (options->against == NULL)
                break;
            return wrong(options->against, "three engines beside the module are what is taken");
        }
        (void)snprintf(all + length, sizeof(all) - length, ",%s", names[i]);
    }
    return setenv("OMNITLS_TEST_ENGINES", all, 1) == 0 &&
           setenv("OMNITLS_TEST_ABOUT", subject, 1) == 0;
}
