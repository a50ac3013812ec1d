/* SPDX-License-Identifier: MIT */
/* Sessions where they do not belong: a clean refusal and a full handshake, the same on every
 * engine. */
#include "session_pair.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t clock_now;

/** The session is made with `before`, and offered with `after`. */
typedef struct misuse {
    const char *name;
    const char *host; /* of the second connection; NULL = the same */
    session_options before, after;
    int64_t later; /* seconds between the two */
    otls_session_fit fit;
    bool reused;
} misuse;

static const misuse table[] = {
    {.name = "the same", .fit = OTLS_SESSION_OFFERED, .reused = true},
    {.name = "the same name in capitals, with a dot",
     .host = "LOCALHOST.",
     .fit = OTLS_SESSION_OFFERED,
     .reused = true},
    {.name = "another host", .host = "127.0.0.1", .fit = OTLS_SESSION_OTHER_HOST},
    {.name = "another trust", .after = {.client_trust = "root"}, .fit = OTLS_SESSION_OTHER_POLICY},
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
};

static void misused(const misuse *m, const pair_case *which)
{
    session_options before = m->before, after = m->after;
    otls_context *client, *server, *again;
    session_run first, second;

    clock_now = (int64_t)time(NULL);
    before.now = after.now = &clock_now;
    client = session_client(which, &before);
    again = session_client(which, &after);
    if (m->after.client_trust != NULL) { /* one anchor more */
        otls_trust *trust = test_trust("root");
        char path[512];

        (void)snprintf(path, sizeof(path), "%s/other-root.pem", OTLS_TEST_PKI);
        cr_assert_eq(otls_trust_add_file(trust, path, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_trust(again, trust, NULL), OTLS_OK);
        otls_trust_free(trust);
    }
    server = session_server(which, &before);
    first = session_connect_with(which, client, server, NULL, NULL);
    cr_assert_not_null(first.session, "%s: %s: no session", m->name, pair_name(which));
    clock_now += m->later;
    second = session_connect_with(which, again, server, first.session, m->host);
    cr_expect_eq(second.fit, m->fit, "%s: %s: %s", m->name, pair_name(which),
                 otls_session_fit_name(second.fit));
    cr_expect_eq(second.reused_client, m->reused, "%s: %s", m->name, pair_name(which));
    cr_expect_eq(second.reused_server, m->reused, "%s: %s", m->name, pair_name(which));
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

    for (size_t i = 0; i < COUNT(table); i++)
        misused(&table[i], &which);
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

static uint8_t *export_of(const otls_session *session, size_t *size)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t *bytes;
    size_t again;

    cr_assert_eq(otls_session_export(session, NULL, 0, size, &err), OTLS_E_USAGE);
    cr_assert_eq(err.code, OTLS_CODE_LIMIT);
    bytes = malloc(*size);
    cr_assert_not_null(bytes);
    cr_assert_eq(otls_session_export(session, bytes, *size, &again, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(again, *size);
    return bytes;
}

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
    bytes = export_of(first.session, &size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= (uint8_t)(1u << (i % 8));
        refused(which.client, bytes, size, OTLS_E_CONFIG, "flipped", i);
        bytes[i] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t i = 0; i < size; i++)
        refused(which.client, bytes, i, OTLS_E_CONFIG, "cut", i);
    bytes = realloc(bytes, size + 1);
    cr_assert_not_null(bytes);
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
    bytes = export_of(first.session, &size);
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

/* ---- shared ---- */

typedef struct worker {
    const session_pair *s;
    otls_session *session;
    bool reused;
} worker;

static void *work(void *user)
{
    worker *w = user;

    for (unsigned i = 0; i < 5; i++) {
        const session_run run = session_connect(w->s, w->session, NULL);

        w->reused = run.reused_client && run.reused_server;
        otls_session_free(run.session);
    }
    return NULL;
}

ParameterizedTestParameters(misuse, two_threads)
{
    return pair_parameters_short();
}

/* One TLS 1.2 session, two threads at once: both resume, again and again. A TLS 1.3 session is not
 * spent by the application's own offering either. */
ParameterizedTest(size_t *index, misuse, two_threads)
{
    const pair_case which = pair_case_short_at(*index);
    pthread_t threads[2];
    worker workers[2];
    session_run first;
    session_pair s;

    session_open(&s, &which, NULL);
    first = session_connect(&s, NULL, NULL);
    cr_assert_not_null(first.session);
    for (size_t i = 0; i < 2; i++) {
        workers[i] = (worker){&s, first.session, false};
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        cr_expect(workers[i].reused, "%s: thread %zu", pair_name(&which), i);
    }
    otls_session_free(first.session);
    session_close(&s);
}
