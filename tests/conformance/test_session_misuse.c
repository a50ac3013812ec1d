/* SPDX-License-Identifier: MIT */
/* Sessions where they do not belong: a clean refusal and a full handshake, the same on every
 * engine. */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "session_misuse.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void misused(const misuse *row, const pair_case *which)
{
    const pair_case offering = misuse_case(row, which);
    int64_t now = (int64_t)time(NULL);
    otls_context *client = misuse_client_before(row, which, &now);
    otls_context *again = misuse_client_after(row, which, &now);
    otls_context *server = misuse_server(row, which, &now);
    session_run first, second;
    otls_session *restored;
    uint8_t *bytes;
    size_t size;
    pair p;

    session_begin(&p, which, client, server, NULL, NULL, MISUSE_PORT);
    first = session_end(&p);
    cr_assert_not_null(first.session, "%s: %s: no session", row->name, pair_name(which));
    bytes = misuse_export(first.session, &size);
    restored = misuse_import(row, which, bytes, size);
    now += row->later;
    session_begin(&p, &offering, again, server, restored != NULL ? first.session : NULL, row->host,
                  row->port != 0 ? row->port : MISUSE_PORT);
    second = session_end(&p);
    misuse_check(row, which, &second, 0);
    free(bytes);
    otls_session_free(restored);
    otls_session_free(first.session);
    otls_session_free(second.session);
    otls_context_free(client);
    otls_context_free(again);
    otls_context_free(server);
}

ParameterizedTestParameters(misuse, clients)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, misuse, clients)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < misuse_count; i++)
        if (misuse_possible(&misuse_table[i], &which))
            misused(&misuse_table[i], &which);
}

/** A server that changed between the two connections. The client offers; the server does not take.
 */
typedef struct change {
    const char *name;
    session_options before, after;
    const char *id_context; /* after */
    bool reused;
} change;

static const change changes[] = {
    {.name = "a copy", .reused = true},
    {.name = "another session id context", .id_context = "other"},
    {.name = "client certificates asked for now",
     .after = {.verify_mode = OTLS_VERIFY_MODE_OPTIONAL}},
    {.name = "required now, optional before",
     .before = {.verify_mode = OTLS_VERIFY_MODE_OPTIONAL, .client_identity = "client-ecdsa-p256"},
     .after = {.verify_mode = OTLS_VERIFY_MODE_REQUIRED, .client_identity = "client-ecdsa-p256"}},
};

static void changed(const change *c, const pair_case *which)
{
    otls_context *client = session_client(which, &c->before);
    otls_context *server = session_server(which, &c->before), *again;
    otls_error err = OTLS_ERROR_INIT;
    session_run first, second;

    cr_assert_eq(otls_context_copy(&again, server, &err), OTLS_OK);
    if (c->id_context != NULL)
        cr_assert_eq(
            otls_context_set_session_id_context(again, c->id_context, strlen(c->id_context), &err),
            OTLS_OK);
    if (c->after.verify_mode != c->before.verify_mode) {
        otls_trust *trust = test_trust("root");

        cr_assert_eq(otls_context_set_trust(again, trust, &err), OTLS_OK);
        otls_trust_free(trust);
        cr_assert_eq(otls_context_set_verify_mode(again, c->after.verify_mode, &err), OTLS_OK);
    }
    first = session_connect_with(which, client, server, NULL, NULL);
    cr_assert_not_null(first.session);
    second = session_connect_with(which, client, again, first.session, NULL);
    cr_expect_eq(second.fit, OTLS_SESSION_OFFERED);
    cr_expect_eq(second.reused_client, c->reused, "%s: %s", c->name, pair_name(which));
    cr_expect_eq(second.reused_server, c->reused, "%s: %s", c->name, pair_name(which));
    otls_session_free(first.session);
    otls_session_free(second.session);
    otls_context_free(client);
    otls_context_free(server);
    otls_context_free(again);
}

ParameterizedTestParameters(misuse, servers)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, misuse, servers)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < COUNT(changes); i++)
        changed(&changes[i], &which);
}

/* ---- as bytes ---- */

static void refused(const otls_backend *backend, const uint8_t *bytes, size_t size,
                    otls_status wanted, const char *what, size_t at)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_session *session = NULL;
    const otls_status status = otls_session_import(&session, backend, bytes, size, &err);

    cr_assert_eq(status, wanted, "%s at %zu: %s %s", what, at, otls_status_name(status), err.text);
    cr_assert_eq(err.code, OTLS_CODE_SESSION_REFUSED);
    cr_assert_null(session);
}

ParameterizedTestParameters(misuse, bytes)
{
    return pair_parameters_short();
}

/* Restored, it resumes; damaged at any byte, cut at any length, or longer, it is refused. */
ParameterizedTest(size_t *index, misuse, bytes)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    otls_session *restored;
    session_run first, second;
    session_pair s;
    uint8_t *bytes;
    size_t size;

    session_open(&s, &which, NULL);
    first = session_connect(&s, NULL, NULL);
    cr_assert_not_null(first.session);
    bytes = misuse_export(first.session, &size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= (uint8_t)(1u << (i % 8));
        refused(which.client, bytes, size, OTLS_E_CONFIG, "flipped", i);
        bytes[i] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t i = 0; i < size; i++)
        refused(which.client, bytes, i, OTLS_E_CONFIG, "cut", i);
    bytes[size] = 0;
    refused(which.client, bytes, size + 1, OTLS_E_CONFIG, "longer", size);
    cr_assert_eq(otls_session_import(&restored, NULL, bytes, size, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_session_expires(restored), otls_session_expires(first.session));
    cr_expect_eq(otls_session_backend(restored), which.client);
    second = session_connect(&s, restored, NULL);
    cr_expect(second.reused_client && second.reused_server, "%s", pair_name(&which));
    cr_expect_eq(second.client_verified, first.client_verified);
    cr_expect_eq(second.client_chain, first.client_chain);
    free(bytes);
    otls_session_free(first.session);
    otls_session_free(second.session);
    otls_session_free(restored);
    session_close(&s);
}

ParameterizedTestParameters(misuse, engines)
{
    return pair_parameters_short();
}

/* Another engine's: refused as bytes and as an object. */
ParameterizedTest(size_t *index, misuse, engines)
{
    const pair_case which = pair_case_short_at(*index);
    const otls_backend *other = which.client != which.server ? which.server : NULL;
    const session_options options = {.no_tickets = false};
    session_run first;
    session_pair s;
    uint8_t *bytes;
    size_t size;

    session_open(&s, &which, &options);
    first = session_connect(&s, NULL, NULL);
    cr_assert_not_null(first.session);
    bytes = misuse_export(first.session, &size);
    if (other != NULL) {
        const pair_case turned = {other, which.client, which.version, which.key};
        otls_context *context = session_client(&turned, &options);
        otls_error err = OTLS_ERROR_INIT;
        otls_connection *conn;

        refused(other, bytes, size, OTLS_E_WRONG_BACKEND, "another engine", 0);
        cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK);
        cr_expect_eq(otls_connection_set_session(conn, first.session, &err), OTLS_E_WRONG_BACKEND);
        otls_connection_free(conn);
        otls_context_free(context);
    }
    free(bytes);
    otls_session_free(first.session);
    session_close(&s);
}
