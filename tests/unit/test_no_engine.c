/* SPDX-License-Identifier: MIT */
/*
 * Engines that are not there, or whose file is something else: which name, which file and why, and nothing is kept of
 * the attempt. A program that has core inside itself looks beside itself, and there is no module there.
 */
#include "engine/loader.h"
#include "engine/registry.h"

#include <criterion/criterion.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef OTLS_ONLY_BACKEND
Test(no_engine, none_at_all)
{
    cr_skip("the one engine is a part of the library");
}
#else

#define MODULES OTLS_TEST_MODULE_DIR

/* An empty directory of its own where modules are looked for; a build with its engines inside looks for none. */
static const char *empty_directory(void)
{
    static char name[] = "/tmp/omnitls-modules-XXXXXX";
    const otls_backend *backend = NULL;

    cr_assert_not_null(mkdtemp(name));
    cr_assert_eq(setenv("OMNITLS_MODULE_DIR", name, 1), 0);
    (void)unsetenv("OMNITLS_BACKEND");
    if (otls_backend_list(&backend, 1) != 0) {
        (void)rmdir(name);
        cr_skip("this build's engines are not modules");
    }
    return name;
}

static const char *file_in(const char *directory, const char *name)
{
    static char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s.so", directory, name);
    return path;
}

static void write_file(const char *path, const char *data, size_t size)
{
    FILE *file = fopen(path, "wb");

    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(data, 1, size, file), size);
    cr_assert_eq(fclose(file), 0);
}

/* Refused by name, with that sentence and the file behind it; afterwards it is as unknown as before. */
static void expect_refused(const char *directory, const char *name, const char *sentence)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = (const otls_backend *)(uintptr_t)&err;
    char whole[800];

    (void)snprintf(whole, sizeof(whole), "module %s %s (%s)", name, sentence, file_in(directory, name));
    for (int twice = 0; twice < 2; twice++) {
        cr_expect_eq(otls_backend_find(&backend, name, &err), OTLS_E_BACKEND, "%s", name);
        cr_expect_null(backend);
        cr_expect_str_eq(err.text, whole, "%s", err.text);
    }
    cr_expect_eq(otls_backend_find(&backend, name, NULL), OTLS_E_BACKEND);
}

Test(no_engine, none_at_all)
{
    const char *directory = empty_directory();
    static const char *const engines[] = {"openssl", "wolfssl", "gnutls"};
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = NULL;
    otls_context *context = NULL;

    cr_expect_eq(otls_backend_find(&backend, NULL, &err), OTLS_E_BACKEND);
    cr_expect_null(backend);
    cr_expect_eq(strncmp(err.text, "no engine loads: ", 17), 0, "%s", err.text);
    for (size_t i = 0; i < 3; i++) { /* each is named, the first with its reason */
        otls_error one = OTLS_ERROR_INIT;

        cr_expect_not_null(strstr(err.text, engines[i]), "%s: %s", engines[i], err.text);
        cr_expect_eq(otls_backend_find(&backend, engines[i], &one), OTLS_E_BACKEND);
        cr_expect_eq(strncmp(one.text, "no module ", 10), 0, "%s", one.text);
        cr_expect_not_null(strstr(one.text, engines[i]), "%s", one.text);
    }
    cr_expect_eq(otls_backend_find(&backend, NULL, NULL), OTLS_E_BACKEND, "without a report");
    cr_expect_eq(otls_context_new(&context, NULL, OTLS_CLIENT, &err), OTLS_E_BACKEND);
    cr_expect_null(context);
    cr_expect_eq(otls_random(NULL, &(char){0}, 1, &err), OTLS_E_BACKEND);
    cr_assert_eq(rmdir(directory), 0);
}

Test(no_engine, names_that_are_none)
{
    static const char *const names[] = {"",        "../openssl", "open ssl",      "OpenSSL",
                                        "open.so", "/openssl",   "openssl\nx", "abcdefghijklmnopqrstuvwxyz0123456"};
    const otls_backend *backend = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(otls_backend_find(&backend, names[i], &err), OTLS_E_BACKEND, "\"%s\"", names[i]);
        cr_expect_null(backend);
        cr_expect_not_null(strstr(err.text, "is no engine's name"), "%s", err.text);
    }
}

Test(no_engine, files_that_are_none)
{
    const char *directory = empty_directory();
    const char other_size = sizeof(void *) == 8 ? 1 : 2;
    const char head[] = {'\177', 'E', 'L', 'F', other_size, 1, 1, 0};
    char sentence[128];

    write_file(file_in(directory, "text"), "once upon a time", 16);
    write_file(file_in(directory, "begins"), head, 4);
    write_file(file_in(directory, "empty"), "", 0);
    write_file(file_in(directory, "other"), head, sizeof(head));
    cr_assert_eq(mkdir(file_in(directory, "folder"), 0700), 0);
    expect_refused(directory, "text", "is no shared library; link it with -shared");
    expect_refused(directory, "begins", "is no shared library; link it with -shared");
    expect_refused(directory, "empty", "is no shared library; link it with -shared");
    expect_refused(directory, "folder", "is a directory; put a shared library of that name there");
    (void)snprintf(sentence, sizeof(sentence),
                   "is built for programs of %d bits, and this one has %d; build it for these",
                   sizeof(void *) == 8 ? 32 : 64, (int)sizeof(void *) * 8);
    expect_refused(directory, "other", sentence);
    if (geteuid() != 0) { /* who may read everything is told nothing */
        cr_assert_eq(chmod(file_in(directory, "text"), 0), 0);
        expect_refused(directory, "text", "cannot be read; let this user read it");
    }
    for (size_t i = 0; i < 4; i++)
        (void)unlink(file_in(directory, (const char *const[]){"text", "begins", "empty", "other"}[i]));
    (void)rmdir(file_in(directory, "folder"));
    cr_assert_eq(rmdir(directory), 0);
}

/* A shared library, but nobody's engine; and an engine under a name that is not its own. */
Test(no_engine, libraries_that_are_none)
{
    static const char *const engines[] = {"openssl", "wolfssl", "gnutls"};
    const char *directory = empty_directory();
    char target[512];

    (void)snprintf(target, sizeof(target), MODULES "/accelerator-libcrypto.so");
    if (access(target, R_OK) == 0) {
        cr_assert_eq(symlink(target, file_in(directory, "stranger")), 0);
        expect_refused(directory, "stranger", "exports no otls_module; define it with OTLS_BACKEND_EXPORT");
        (void)unlink(file_in(directory, "stranger"));
    }
    for (size_t i = 0; i < 3; i++) {
        char sentence[128], mask[16]; /* each its own: a file that was loaded once is known by its name */

        (void)snprintf(mask, sizeof(mask), "mask_%zu", i);
        (void)snprintf(target, sizeof(target), MODULES "/%s.so", engines[i]);
        if (access(target, R_OK) != 0)
            continue;
        cr_assert_eq(symlink(target, file_in(directory, mask)), 0);
        (void)snprintf(sentence, sizeof(sentence), "calls itself %s; the file must bear that name", engines[i]);
        expect_refused(directory, mask, sentence);
        (void)unlink(file_in(directory, mask));
    }
    cr_assert_eq(rmdir(directory), 0);
}

/* A directory's name beyond every limit is as one that is not there. */
Test(no_engine, a_directory_beyond_every_limit)
{
    static char name[OMNI_MODULE_PATH_MAX + 100];
    const char *directory = empty_directory();
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = NULL;

    cr_assert_eq(rmdir(directory), 0);
    memset(name, 'a', sizeof(name) - 1);
    name[0] = '/';
    cr_assert_eq(setenv("OMNITLS_MODULE_DIR", name, 1), 0);
    cr_expect_eq(otls_backend_find(&backend, "openssl", &err), OTLS_E_BACKEND);
    cr_expect_eq(strncmp(err.text, "no module openssl.so in OMNITLS_MODULE_DIR", 42), 0, "%s", err.text);
}

/* Where a module stands is said behind any sentence, as far as there is room: its end, which is its name. */
Test(no_engine, the_file_of_a_long_sentence)
{
    static const char path[] = "/a/directory/of/modules/and/a/longer/one/name.so";
    const size_t room = sizeof(((otls_error *)NULL)->text);

    for (size_t length = 0; length < room; length++) {
        otls_error err = OTLS_ERROR_INIT;

        memset(err.text, 'x', length);
        omni_module_name_file(&err, path);
        cr_assert_lt(strlen(err.text), room);
        cr_expect_eq(strspn(err.text, "x"), length);
        if (length + sizeof(path) + 3 <= room)
            cr_expect_not_null(strstr(err.text, path), "%s", err.text);
        else if (room - length >= 16)
            cr_expect_not_null(strstr(err.text, "name.so)"), "%zu: %s", length, err.text);
        else
            cr_expect_eq(strlen(err.text), length, "%zu: %s", length, err.text);
    }
    omni_module_name_file(NULL, path);
}

/* Features that are none. */
Test(no_engine, features_that_are_none)
{
    const otls_backend *backend = NULL;
    const char *why = NULL;

    cr_assert_eq(setenv("OMNITLS_MODULE_DIR", MODULES, 1), 0);
    cr_assert_geq(otls_backend_list(&backend, 1), 1u, "the list is counted, not cut");
    cr_expect_eq(otls_backend_list(NULL, 0), otls_backend_list(&backend, 1));
    cr_expect_eq(otls_backend_supports(backend, (otls_feature)0, &why), OTLS_NO);
    cr_expect_str_eq(why, "no such feature");
    cr_expect_eq(otls_backend_supports(backend, OTLS_FEATURE_COUNT, &why), OTLS_NO);
    cr_expect_str_eq(why, "no such feature");
    cr_expect_eq(otls_backend_supports(backend, (otls_feature)-5, NULL), OTLS_NO);
    cr_expect_null(otls_feature_name(OTLS_FEATURE_COUNT));
    cr_expect_null(otls_feature_name((otls_feature)0));
}

#endif
