/* SPDX-License-Identifier: MIT */
/*
 * A session of another version than the one that client and server now come to: the handshake is a
 * full one in the highest version that both have, and the session is not what decides.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "divergence.h"
#include "session_pair.h"

static void range(otls_context *context, uint16_t lowest, uint16_t highest)
{
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_versions(context, lowest, highest, &err), OTLS_OK, "%s",
                 err.text);
}

/* The handshake fails as the row of the table says. */
static void refused(const pair_case *which, const divergence *known, otls_context *client,
                    otls_context *server, otls_session *session)
{
    pair p;

    session_begin(&p, which, client, server, session, NULL, 0);
    pair_handshake(&p);
    cr_expect_eq(p.client_status, known->expected, "%s: %s", pair_name(which), p.client_error.text);
    cr_expect_neq(p.server_status, OTLS_OK, "%s", pair_name(which));
    pair_close(&p);
}

/* A session of TLS 1.2, then a client that has TLS 1.3 as well. */
static void upgraded(const pair_case *which, bool no_tickets)
{
    const session_options options = {.no_tickets = no_tickets};
    const divergence *const known =
        no_tickets ? NULL : divergence_find("a ticket of TLS 1.2 where TLS 1.3 is offered", which);
    otls_context *const server = session_server(which, &options);
    otls_context *const before = session_client(which, &options);
    otls_context *const after = session_client(which, &options);
    session_run run;
    otls_session *old;

    range(server, OTLS_TLS1_2, OTLS_TLS1_3);
    range(after, OTLS_TLS1_2, OTLS_TLS1_3);
    run = session_connect_with(which, before, server, NULL, NULL);
    old = run.session;
    cr_assert_not_null(old, "%s: no session", pair_name(which));
    cr_assert_eq(otls_session_version(old), OTLS_TLS1_2);
    if (known != NULL) {
        refused(which, known, after, server, old);
    } else {
        run = session_connect_with(which, after, server, old, NULL);
        cr_expect(run.wire == WIRE_FULL && !run.reused_client, "%s: resumed", pair_name(which));
        cr_expect_eq(run.version, OTLS_TLS1_3, "%s: stays at %s", pair_name(which),
                     otls_version_name(run.version));
        otls_session_free(run.session);
    }
    otls_session_free(old);
    otls_context_free(before);
    otls_context_free(after);
    otls_context_free(server);
}

ParameterizedTestParameters(session_versions, upgraded_by_ticket)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, session_versions, upgraded_by_ticket)
{
    const pair_case which = pair_case_short_at(*index);

    if (which.version == OTLS_TLS1_2)
        upgraded(&which, false);
}

ParameterizedTestParameters(session_versions, upgraded_by_id)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, session_versions, upgraded_by_id)
{
    const pair_case which = pair_case_short_at(*index);

    if (which.version == OTLS_TLS1_2)
        upgraded(&which, true);
}

/* Offers what the cache has to a server of TLS 1.2: OTLS_OK, or what the divergence says. */
static otls_status go_back(const pair_case *which, otls_context *client, otls_context *older)
{
    otls_status status;
    pair p;

    session_begin(&p, which, client, older, NULL, NULL, 0);
    pair_handshake(&p);
    status = p.client_status;
    cr_expect_eq(otls_connection_session_fit(p.client), OTLS_SESSION_OFFERED);
    cr_expect(status != OTLS_OK || !otls_connection_session_resumed(p.client));
    if (status != OTLS_OK)
        cr_expect_eq(p.client_error.code, OTLS_CODE_SESSION_REFUSED, "%s", p.client_error.text);
    pair_close(&p);
    return status;
}

ParameterizedTestParameters(session_versions, degraded)
{
    return pair_parameters_short();
}

/* Sessions of TLS 1.3, then a server that has TLS 1.2 alone. Whatever became of the first
 * handshake, the next one offers none of them. */
ParameterizedTest(size_t *index, session_versions, degraded)
{
    const pair_case which = pair_case_short_at(*index);
    const divergence *row = divergence_find("a TLS 1.3 session, and a server without", &which);
    const session_options options = {.client_mode = OTLS_SESSION_CACHE_CLIENT};
    otls_context *server, *older, *client;
    session_run run;

    if (which.version == OTLS_TLS1_2)
        return;
    server = session_server(&which, &options);
    older = session_server(&which, &options);
    client = session_client(&which, &options);
    range(client, OTLS_TLS1_2, OTLS_TLS1_3);
    range(older, OTLS_TLS1_2, OTLS_TLS1_2);
    run = session_connect_with(&which, client, server, NULL, NULL);
    cr_assert_not_null(run.session, "%s: no session", pair_name(&which));
    otls_session_free(run.session);
    cr_expect_eq(go_back(&which, client, older), row != NULL ? row->expected : OTLS_OK, "%s",
                 pair_name(&which));
    run = session_connect_with(&which, client, older, NULL, NULL);
    cr_expect_eq(run.version, OTLS_TLS1_2);
    cr_expect(row == NULL || !run.wire_offered, "%s: offered again", pair_name(&which));
    otls_session_free(run.session);
    otls_context_free(client);
    otls_context_free(older);
    otls_context_free(server);
}

/* ---- OTLS_OPTION_NO_TICKET on a client ---- */

ParameterizedTestParameters(session_versions, client_without_tickets)
{
    return pair_parameters_short();
}

/* In TLS 1.3 every session is a ticket's, and what the server sends unasked is not kept. */
ParameterizedTest(size_t *index, session_versions, client_without_tickets)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.no_tickets = false};
    otls_context *const server = session_server(&which, &options);
    otls_context *const client = session_client(&which, &options);
    otls_error err = OTLS_ERROR_INIT;
    session_run run;

    cr_assert_eq(otls_context_set_options(client, OTLS_OPTION_NO_TICKET, &err), OTLS_OK, "%s",
                 err.text);
    run = session_connect_with(&which, client, server, NULL, NULL);
    cr_expect(run.session == NULL || (which.version == OTLS_TLS1_2 && !otls_session_has_ticket(run.session)),
              "%s: a ticket was kept", pair_name(&which));
    otls_session_free(run.session);
    otls_context_free(client);
    otls_context_free(server);
}
