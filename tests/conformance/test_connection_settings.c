/* SPDX-License-Identifier: MIT */
/* Settings of one connection: they hold for it, for nobody else, and until its handshake. */
#include <criterion/criterion.h>

#include "pair.h"

#include <omnitls/client_auth.h>
#include <string.h>

/* A further connection of both contexts, fresh. */
static void renew(pair *p)
{
    otls_transport transport;
    otls_error err = OTLS_ERROR_INIT;

    otls_connection_free(p->client);
    otls_connection_free(p->server);
    wire_free(&p->wire);
    wire_init(&p->wire);
    transport = wire_transport(&p->wire.client);
    cr_assert_eq(otls_connection_new(&p->client, p->client_context, &transport, &err), OTLS_OK, "%s",
                 err.text);
    transport = wire_transport(&p->wire.server);
    cr_assert_eq(otls_connection_new(&p->server, p->server_context, &transport, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_connection_set_server_name(p->client, "localhost", &err), OTLS_OK);
}

ParameterizedTestParameters(connection_settings, identity_and_mode)
{
    return pair_parameters_short();
}

/* A server asks one client for its certificate, and the client has one in this connection only; the
 * server shows another certificate of its own. */
ParameterizedTest(size_t *index, connection_settings, identity_and_mode)
{
    const pair_case which = pair_case_short_at(*index);
    otls_identity *client = test_identity(which.client, "client-ecdsa-p256");
    otls_identity *server = test_identity(which.server, "server-renewed");
    otls_trust *trust = test_trust("root");
    otls_error err = OTLS_ERROR_INIT;
    otls_context *own;
    pair p;

    pair_open(&p, &which, &(pair_options){0});
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(otls_connection_set_verify_mode(p.server, OTLS_VERIFY_MODE_REQUIRED, &err),
                     OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_connection_own_context(p.server, &own, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_trust(own, trust, &err), OTLS_OK);
        cr_assert_eq(otls_connection_set_identity(p.server, server, &err), OTLS_OK, "%s", err.text);
        if (round == 0)
            cr_assert_eq(otls_connection_set_identity(p.client, client, &err), OTLS_OK);
        cr_expect_eq(otls_connection_context(p.server), p.server_context);
        pair_handshake(&p);
        if (round == 0) {
            cr_assert_eq(p.server_status, OTLS_OK, "%s: %s", pair_name(&which), p.server_error.text);
            cr_assert_eq(p.client_status, OTLS_OK, "%s: %s", pair_name(&which), p.client_error.text);
            cr_expect(otls_certificate_equal(otls_connection_peer_chain(p.server, 0),
                                             otls_identity_chain(client, 0)));
            cr_expect(otls_certificate_equal(otls_connection_peer_chain(p.client, 0),
                                             otls_identity_chain(server, 0)));
        } else {
            cr_expect_lt((int)p.server_status, 0, "%s: no certificate, yet required",
                         pair_name(&which));
        }
        cr_expect_eq(otls_connection_set_identity(p.server, server, &err), OTLS_E_USAGE, "too late");
        renew(&p);
    }
    /* the context itself knows nothing of it */
    pair_connect(&p);
    cr_expect_eq(otls_connection_peer_chain_count(p.server), 0);
    cr_expect(!otls_certificate_equal(otls_connection_peer_chain(p.client, 0),
                                      otls_identity_chain(server, 0)));
    pair_close(&p);
    otls_identity_free(client);
    otls_identity_free(server);
    otls_trust_free(trust);
}

static otls_status accept_all(otls_connection *conn, const otls_verdict *verdict, uint32_t *accepted,
                              void *user)
{
    (void)conn;
    ++*(int *)user;
    *accepted = otls_verdict_flags(verdict);
    return OTLS_OK;
}

ParameterizedTestParameters(connection_settings, alpn_and_callback)
{
    return pair_parameters_short();
}

/* Protocols of this connection, and a client that forgives this server, once. */
ParameterizedTest(size_t *index, connection_settings, alpn_and_callback)
{
    static const char *const ours[] = {"one", "two"}, *const theirs[] = {"two"};
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    size_t size = 0;
    int asked = 0;
    pair p;

    pair_open(&p, &which, &(pair_options){.client_trust = "other-root"});
    cr_assert_eq(otls_connection_set_alpn(p.client, ours, 2, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_set_alpn(p.server, theirs, 1, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_set_verify_callback(p.client, accept_all, &asked, &err), OTLS_OK);
    pair_connect(&p);
    cr_expect_eq(asked, 1);
    cr_expect(otls_connection_alpn(p.client, &size) != NULL && size == 3 &&
                  memcmp(otls_connection_alpn(p.client, &size), "two", 3) == 0,
              "%s", pair_name(&which));
    pair_transfer(p.client, p.server, 1000, 1);
    renew(&p);
    pair_handshake(&p);
    cr_expect_eq(p.client_status, OTLS_E_VERIFY, "%s", pair_name(&which));
    cr_expect_eq(asked, 1);
    pair_close(&p);
}

/* In the ClientHello callback: an identity for this client alone. */
static otls_status choose(otls_connection *conn, const otls_client_hello *hello,
                          otls_client_hello_answer *answer, void *user)
{
    otls_error err = OTLS_ERROR_INIT;

    (void)hello, (void)answer;
    cr_assert_eq(otls_connection_set_identity(conn, user, &err), OTLS_OK, "%s", err.text);
    return OTLS_OK;
}

ParameterizedTestParameters(connection_settings, in_the_callback)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, connection_settings, in_the_callback)
{
    const pair_case which = pair_case_short_at(*index);
    otls_identity *identity = test_identity(which.server, "server-renewed");
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context;
    pair p;

    pair_open(&p, &which, &(pair_options){0});
    cr_assert_eq(otls_context_new(&context, which.server, OTLS_SERVER, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_client_hello_callback(context, choose, identity, &err), OTLS_OK);
    cr_assert_eq(otls_connection_set_context(p.server, context, &err), OTLS_OK, "%s", err.text);
    otls_context_free(context);
    pair_connect(&p);
    cr_expect(otls_certificate_equal(otls_connection_peer_chain(p.client, 0),
                                     otls_identity_chain(identity, 0)));
    pair_close(&p);
    otls_identity_free(identity);
}

/* A setter that fails has changed nothing. */
Test(connection_settings, as_before_after_a_failure)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_engines(backends);

    for (size_t i = 0; i < count; i++) {
        otls_identity *identity, *other;
        otls_context *context;
        otls_connection *conn;
        const uint8_t *before;
        size_t size;
        otls_error err = OTLS_ERROR_INIT;

        if (otls_backend_supports(backends[i], OTLS_FEATURE_CLIENT_CA_NAMES, NULL) == OTLS_NO)
            continue;
        identity = test_identity(backends[i], "server-alpha");
        other = test_identity(backends[i], "server-renewed");
        const otls_certificate *const good[] = {otls_identity_chain(identity, 0)};
        const otls_certificate *const bad[] = {otls_identity_chain(other, 0),
                                               otls_identity_chain(other, 0), NULL};

        cr_assert_eq(otls_context_new(&context, backends[i], OTLS_SERVER, &err), OTLS_OK);
        cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK);
        cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK);
        cr_assert_eq(otls_connection_set_client_ca(conn, good, 1, &err), OTLS_OK, "%s", err.text);
        before = otls_connection_client_ca(conn, 0, &size);
        cr_assert_eq(otls_connection_set_client_ca(conn, bad, 3, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_connection_client_ca_count(conn), 1);
        cr_expect_eq(otls_connection_client_ca(conn, 0, &size), before, "%s: it is another one",
                     otls_backend_name(backends[i]));
        cr_assert_eq(otls_connection_set_client_ca(conn, NULL, 0, &err), OTLS_OK);
        cr_expect_eq(otls_connection_client_ca_count(conn), 0);
        otls_connection_free(conn);
        otls_context_free(context);
        otls_identity_free(identity);
        otls_identity_free(other);
    }
}

/* What a context refuses, a connection refuses, then or when its handshake starts. */
Test(connection_settings, refused)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_engines(backends);

    for (size_t i = 0; i < count; i++) {
        otls_identity *foreign = test_identity(backends[(i + 1) % count], "server-alpha");
        otls_context *context, *own;
        otls_connection *conn;
        otls_error err = OTLS_ERROR_INIT;
        const bool two = otls_backend_supports(backends[i], OTLS_FEATURE_TLS1_3, NULL) != OTLS_NO;

        cr_assert_eq(otls_context_new(&context, backends[i], OTLS_CLIENT, &err), OTLS_OK);
        cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK);
        if (count > 1)
            cr_expect_eq(otls_connection_set_identity(conn, foreign, &err), OTLS_E_WRONG_BACKEND);
        cr_expect_eq(otls_connection_set_verify_mode(conn, OTLS_VERIFY_MODE_NONE, &err),
                     OTLS_E_USAGE);
        cr_expect_eq(otls_connection_set_client_ca(conn, NULL, 0, &err), OTLS_OK);
        cr_assert_eq(otls_connection_own_context(conn, &own, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_max_version(own, OTLS_TLS1_2, &err), OTLS_OK);
        cr_expect_eq(otls_context_set_min_version(own, OTLS_TLS1_3, &err),
                     two ? OTLS_OK : OTLS_E_UNSUPPORTED, "%s", err.text);
        cr_assert_eq(otls_connection_set_server_name(conn, "localhost", &err), OTLS_OK);
        if (two)
            cr_expect_eq(otls_connection_handshake(conn, &err), OTLS_E_CONFIG, "%s", err.text);
        cr_assert_eq(otls_context_set_min_version(own, OTLS_TLS1_2, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(otls_connection_handshake(conn, &err), OTLS_WANT_READ, "%s", err.text);
        cr_expect_eq(otls_context_set_min_version(own, OTLS_TLS1_2, &err), OTLS_E_SEALED);
        /* set_context takes all of it back */
        otls_connection_free(conn);
        cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK);
        cr_assert_eq(otls_connection_own_context(conn, &own, &err), OTLS_OK);
        cr_assert_eq(otls_connection_set_context(conn, context, &err), OTLS_OK);
        cr_expect_eq(otls_connection_context(conn), context);
        otls_connection_free(conn);
        otls_context_free(context);
        otls_identity_free(foreign);
    }
}
