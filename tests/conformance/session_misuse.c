/* SPDX-License-Identifier: MIT */
#include "session_misuse.h"

#include "divergence.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/** Where the envelope's format number ends. */
#define FORMAT_AT 9
#define MISUSE_CAPITALS "the same name in capitals, with a dot"

const misuse misuse_table[] = {
    {.name = "the same", .fit = OTLS_SESSION_OFFERED, .reused = true},
    {.name = MISUSE_CAPITALS, .host = "LOCALHOST.", .fit = OTLS_SESSION_OFFERED, .reused = true},
    {.name = "another host", .host = "127.0.0.1", .fit = OTLS_SESSION_OTHER_HOST},
    {.name = "another port", .port = 8443, .fit = OTLS_SESSION_OTHER_HOST},
    {.name = "another trust", .more_trust = true, .fit = OTLS_SESSION_OTHER_POLICY},
    {.name = "verification off before",
     .before = {.no_verify = true},
     .fit = OTLS_SESSION_OTHER_POLICY},
    {.name = "verification off now",
     .after = {.no_verify = true},
     .fit = OTLS_SESSION_OTHER_POLICY},
    {.name = "names unchecked before",
     .before = {.no_name_check = true},
     .fit = OTLS_SESSION_OTHER_POLICY},
    {.name = "another verify depth",
     .after = {.verify_depth = 4},
     .fit = OTLS_SESSION_OTHER_POLICY},
    {.name = "another identity",
     .after = {.client_identity = "client-ecdsa-p256"},
     .fit = OTLS_SESSION_OTHER_POLICY},
    {.name = "a second before its end",
     .before = {.lifetime = 300},
     .after = {.lifetime = 300},
     .later = 299,
     .fit = OTLS_SESSION_OFFERED,
     .reused = true},
    {.name = "expired",
     .before = {.lifetime = 300},
     .after = {.lifetime = 300},
     .later = 300,
     .fit = OTLS_SESSION_EXPIRED},
    {.name = "damaged", .bytes = BYTES_DAMAGED},
    {.name = "cut short", .bytes = BYTES_CUT},
    {.name = "with a byte more", .bytes = BYTES_LONGER},
    {.name = "of an older format", .bytes = BYTES_OLDER},
    {.name = "of another engine", .bytes = BYTES_OTHER_ENGINE},
};
const size_t misuse_count = COUNT(misuse_table);

static bool has_version(const otls_backend *engine, uint16_t version)
{
    return version != OTLS_TLS1_3 ||
           otls_backend_supports(engine, OTLS_FEATURE_TLS1_3, NULL) != OTLS_NO;
}

static const otls_backend *another(const pair_case *which)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_engines(engines);

    for (size_t i = 0; i < count; i++)
        if (engines[i] != which->client && has_version(engines[i], which->version))
            return engines[i];
    return NULL;
}

bool misuse_possible(const misuse *row, const pair_case *which)
{
    return row->bytes != BYTES_OTHER_ENGINE || another(which) != NULL;
}

pair_case misuse_case(const misuse *row, const pair_case *which)
{
    pair_case out = *which;

    if (row->bytes == BYTES_OTHER_ENGINE)
        out.client = another(which);
    return out;
}

otls_context *misuse_client_before(const misuse *row, const pair_case *which, int64_t *now)
{
    session_options options = row->before;

    options.now = now;
    return session_client(which, &options);
}

otls_context *misuse_client_after(const misuse *row, const pair_case *which, int64_t *now)
{
    const pair_case client = misuse_case(row, which);
    session_options options = row->after;
    otls_context *context;

    options.now = now;
    context = session_client(&client, &options);
    if (row->more_trust) {
        otls_trust *trust = test_trust("root");
        char path[512];

        (void)snprintf(path, sizeof(path), "%s/other-root.pem", OTLS_TEST_PKI);
        cr_assert_eq(otls_trust_add_file(trust, path, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_trust(context, trust, NULL), OTLS_OK);
        otls_trust_free(trust);
    }
    return context;
}

otls_context *misuse_server(const misuse *row, const pair_case *which, int64_t *now)
{
    session_options options = row->before;

    options.now = now;
    return session_server(which, &options);
}

bool misuse_reused(const misuse *row, const pair_case *which)
{
    return row->reused &&
           (strcmp(row->name, MISUSE_CAPITALS) != 0 ||
            divergence_find("a session of the same name in other letters", which) == NULL);
}

void misuse_check(const misuse *row, const pair_case *which, const session_run *run, size_t thread)
{
    const bool reused = misuse_reused(row, which);

    cr_expect_eq(run->fit, row->fit, "%s: %s: thread %zu: %s", row->name, pair_name(which), thread,
                 otls_session_fit_name(run->fit));
    cr_expect_eq(run->reused_client, reused, "%s: %s: thread %zu", row->name, pair_name(which),
                 thread);
    cr_expect_eq(run->reused_server, reused, "%s: %s: thread %zu", row->name, pair_name(which),
                 thread);
}

uint8_t *misuse_export(const otls_session *session, size_t *size)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t *bytes;
    size_t again;

    cr_assert_eq(otls_session_export(session, NULL, 0, size, &err), OTLS_E_USAGE);
    cr_assert_eq(err.code, OTLS_CODE_LIMIT);
    bytes = malloc(*size + 1);
    cr_assert_not_null(bytes);
    cr_assert_eq(otls_session_export(session, bytes, *size, &again, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(again, *size);
    return bytes;
}

otls_session *misuse_import(const misuse *row, const pair_case *which, uint8_t *bytes, size_t size)
{
    const pair_case client = misuse_case(row, which);
    const otls_status wanted = row->bytes == BYTES_WHOLE          ? OTLS_OK
                               : row->bytes == BYTES_OTHER_ENGINE ? OTLS_E_WRONG_BACKEND
                                                                  : OTLS_E_CONFIG;
    otls_error err = OTLS_ERROR_INIT;
    otls_session *session = NULL;
    otls_status status;

    if (row->bytes == BYTES_DAMAGED)
        bytes[size / 2] ^= 0x10;
    else if (row->bytes == BYTES_OLDER)
        bytes[FORMAT_AT]--;
    else if (row->bytes == BYTES_CUT)
        size /= 2;
    else if (row->bytes == BYTES_LONGER)
        bytes[size++] = 0;
    status = otls_session_import(&session, client.client, bytes, size, &err);
    cr_assert_eq(status, wanted, "%s: %s: %s: %s", row->name, pair_name(which),
                 otls_status_name(status), err.text);
    cr_assert_eq(session != NULL, wanted == OTLS_OK);
    cr_assert(wanted == OTLS_OK || err.code == OTLS_CODE_SESSION_REFUSED, "%s", err.text);
    return session;
}
