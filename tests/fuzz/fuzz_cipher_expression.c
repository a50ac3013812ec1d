/* SPDX-License-Identifier: MIT */
/*
 * Lists people write: cipher expressions, TLS 1.3 suites, groups, signature algorithms. Any text
 * must be answered with a valid list or a filled report, and what a cipher expression selects must
 * read back, written as names, as the same list.
 */
#include "algorithms/algorithms.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void require_report(otls_status status, const otls_error *err)
{
    require(status == OTLS_E_CONFIG && err->status == status);
    require(err->text[0] != '\0' && memchr(err->text, '\0', sizeof(err->text)) != NULL);
    for (const char *at = err->text; *at != '\0'; at++)
        require(*at >= 0x20 && *at < 0x7f);
}

static void count_unknown(const char *word, size_t length, void *user)
{
    size_t *bytes = user;

    require(length != 0 && memchr(word, '\0', length) == NULL);
    *bytes += length;
}

static void require_reads_back(const otls_suite **suites, size_t count)
{
    const otls_suite *again[OMNI_SUITE_MAX];
    char text[OMNI_SUITE_MAX * 64] = "";
    size_t used = 0;
    size_t again_count = 0;

    for (size_t i = 0; i < count; i++) {
        const char *name = i % 2 == 0 ? suites[i]->name : suites[i]->iana;

        require(suites[i]->min_version < OTLS_TLS1_3);
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s:", name);
    }
    require(used < sizeof(text));
    require(omni_ciphers_parse(text, again, OMNI_SUITE_MAX, &again_count, NULL, NULL, NULL, NULL) ==
            OTLS_OK);
    require(again_count == count && memcmp(suites, again, count * sizeof(again[0])) == 0);
}

static void try_expression(const char *text, size_t length)
{
    const otls_suite *suites[OMNI_SUITE_MAX];
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 0;
    size_t unknown = 0;
    int level = -1;
    const otls_status status = omni_ciphers_parse(text, suites, OMNI_SUITE_MAX, &count, &level,
                                                  count_unknown, &unknown, &err);

    require(unknown <= length && level >= -1 && level <= 5);
    if (status != OTLS_OK) {
        require(count == 0 && level == -1);
        require_report(status, &err);
        return;
    }
    require(count != 0);
    require_reads_back(suites, count);
}

static void try_tls13(const char *text)
{
    const otls_suite *suites[8];
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 0;
    const otls_status status = omni_ciphers13_parse(text, suites, 8, &count, &err);

    if (status != OTLS_OK)
        require_report(status, &err);
    else
        require(count <= 5);
}

static void try_numbers(const char *text)
{
    uint16_t ids[OMNI_GROUP_MAX];
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 0;
    otls_status status = omni_groups_parse(text, ids, OMNI_GROUP_MAX, &count, &err);

    require(count <= OMNI_GROUP_MAX && (status != OTLS_OK || count != 0));
    if (status != OTLS_OK)
        require_report(status, &err);
    status = omni_signatures_parse(text, ids, OMNI_GROUP_MAX, &count, &err);
    require(count <= OMNI_GROUP_MAX && (status != OTLS_OK || count != 0));
    if (status != OTLS_OK)
        require_report(status, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    if (size != 0)
        memcpy(text, data, size);
    text[size] = '\0';
    try_expression(text, strlen(text));
    try_tls13(text);
    try_numbers(text);
    free(text);
    return 0;
}
