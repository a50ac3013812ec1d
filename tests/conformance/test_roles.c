/* SPDX-License-Identifier: MIT */
/* One context for both sides, another context, states by decree, and facts about ourselves. */
#include <criterion/criterion.h>

#include "divergence.h"
#include <omnitls/parity.h>

#include <string.h>

#define OK(call)                                                                                   \
    do {                                                                                           \
        otls_error why = OTLS_ERROR_INIT;                                                          \
        cr_assert_eq((call), OTLS_OK, "%s: %s [%s]", #call, why.text, why.native_text);            \
    } while (0)

/* A context that trusts our root and is "localhost". */
static otls_context *either_context(const otls_backend *backend, uint16_t version, otls_role role)
{
    otls_identity *identity = test_identity(backend, "server-ecdsa-p256");
    otls_trust *trust = test_trust("root");
    otls_context *context;

    test_needs_version(backend, version);
    OK(otls_context_new(&context, backend, role, &why));
    OK(otls_context_set_versions(context, version, version, &why));
    OK(otls_context_set_trust(context, trust, &why));
    OK(otls_context_add_identity(context, identity, &why));
    otls_identity_free(identity);
    otls_trust_free(trust);
    return context;
}

/* A pair of connections of these contexts, in place of pair_open's. */
static void open_with(pair *p, const pair_case *which, otls_context *client, otls_context *server)
{
    otls_transport transport;

    *p = (pair){.which = *which};
    p->client_error = p->server_error = (otls_error)OTLS_ERROR_INIT;
    wire_init(&p->wire);
    p->client_context = otls_context_ref(client);
    p->server_context = otls_context_ref(server);
    transport = wire_transport(&p->wire.client);
    OK(otls_connection_new(&p->client, client, &transport, &why));
    transport = wire_transport(&p->wire.server);
    OK(otls_connection_new(&p->server, server, &transport, &why));
}

ParameterizedTestParameters(roles, one_context_both_sides)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, roles, one_context_both_sides)
{
    const pair_case which = pair_case_short_at(*index);
    otls_context *first = either_context(which.client, which.version, OTLS_EITHER);
    const bool same = which.client == which.server;
    otls_context *second =
        same ? otls_context_ref(first) : either_context(which.server, which.version, OTLS_EITHER);
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    open_with(&p, &which, first, second);
    cr_assert_eq(otls_connection_handshake(p.client, &err), OTLS_E_USAGE, "no side yet");
    cr_assert_eq(otls_connection_failure(p.client, &err), OTLS_OK, "and no harm done");
    cr_assert_eq(otls_connection_set_role(p.client, OTLS_EITHER, &err), OTLS_E_USAGE);
    OK(otls_connection_set_role(p.server, OTLS_CLIENT, &why));
    OK(otls_connection_set_role(p.server, OTLS_SERVER, &why)); /* may still change */
    OK(otls_connection_set_role(p.client, OTLS_CLIENT, &why));
    OK(otls_connection_set_server_name(p.client, "localhost", &why));
    cr_assert(!otls_connection_is_server(p.client));
    cr_assert(otls_connection_is_server(p.server));
    pair_connect(&p);
    cr_assert_eq(otls_connection_set_role(p.client, OTLS_CLIENT, &err), OTLS_E_USAGE, "too late");
    pair_transfer(p.client, p.server, 3000, 1);
    pair_transfer(p.server, p.client, 3000, 2);
    pair_close(&p);
    otls_context_free(first);
    otls_context_free(second);
}

/* The client of a context of both sides that was told not to verify, and then to verify again. */
ParameterizedTestParameters(roles, required_verifies_for_both_sides)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, roles, required_verifies_for_both_sides)
{
    const pair_case which = pair_case_short_at(*index);
    otls_context *client = either_context(which.client, which.version, OTLS_EITHER);
    otls_context *server = either_context(which.server, which.version, OTLS_SERVER);
    otls_trust *nobody = test_trust("other-root");
    pair p;

    OK(otls_context_set_trust(client, nobody, &why));
    OK(otls_context_set_verify_mode(client, OTLS_VERIFY_MODE_REQUIRED, &why));
    OK(otls_context_insecure_no_verify(client, &why));
    cr_assert_eq(otls_context_verify_mode(client), OTLS_VERIFY_MODE_NONE, "the weaker side's");
    OK(otls_context_set_verify_mode(client, OTLS_VERIFY_MODE_OPTIONAL, &why));
    cr_assert_eq(otls_context_verify_mode(client), OTLS_VERIFY_MODE_NONE, "its servers' alone");
    cr_assert_eq(otls_context_set_check_hostname(client, true, NULL), OTLS_E_USAGE);
    OK(otls_context_set_verify_mode(client, OTLS_VERIFY_MODE_REQUIRED, &why));
    cr_assert_eq(otls_context_verify_mode(client), OTLS_VERIFY_MODE_REQUIRED);
    open_with(&p, &which, client, server);
    OK(otls_connection_set_role(p.client, OTLS_CLIENT, &why));
    OK(otls_connection_set_server_name(p.client, "localhost", &why));
    (void)pair_handshake(&p);
    cr_assert_eq(otls_connection_failure(p.client, NULL), OTLS_E_VERIFY);
    pair_close(&p);
    otls_trust_free(nobody);
    otls_context_free(client);
    otls_context_free(server);
}

ParameterizedTestParameters(roles, set_context)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, roles, set_context)
{
    const pair_case which = pair_case_short_at(*index);
    otls_context *server = either_context(which.server, which.version, OTLS_SERVER);
    otls_context *client = either_context(which.client, which.version, OTLS_CLIENT);
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    /* the client's first context trusts nobody of ours: only the second can succeed */
    pair_open(&p, &which, &(pair_options){.client_trust = "other-root"});
    cr_assert_eq(otls_connection_set_context(p.client, server, &err),
                 which.client == which.server ? OTLS_E_USAGE : OTLS_E_WRONG_BACKEND);
    cr_assert_eq(otls_connection_set_context(p.client, NULL, &err), OTLS_E_USAGE);
    OK(otls_connection_set_context(p.client, client, &why));
    OK(otls_connection_set_context(p.server, server, &why));
    cr_assert_eq(otls_connection_context(p.client), client);
    cr_assert_eq(otls_connection_context(p.server), server);
    pair_connect(&p);
    cr_assert_eq(otls_connection_set_context(p.client, client, &err), OTLS_E_USAGE, "too late");
    otls_context_free(client);
    otls_context_free(server);
    pair_transfer(p.client, p.server, 100, 3);
    pair_close(&p);
}

/* pyo: a connection of such a context takes the side of the context that replaces it. */
Test(roles, set_context_takes_the_side)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    cr_assert(count != 0);
    for (size_t i = 0; i < count; i++) {
        otls_context *either = either_context(engines[i], OTLS_TLS1_3, OTLS_EITHER);
        otls_context *server = either_context(engines[i], OTLS_TLS1_3, OTLS_SERVER);
        otls_connection *conn;
        otls_error err = OTLS_ERROR_INIT;

        OK(otls_connection_new_memory(&conn, either, &why));
        OK(otls_connection_set_context(conn, server, &why));
        cr_assert(otls_connection_is_server(conn));
        cr_assert_eq(otls_connection_set_role(conn, OTLS_CLIENT, &err), OTLS_E_USAGE);
        cr_assert_eq(otls_connection_handshake(conn, &err), OTLS_WANT_READ);
        otls_connection_free(conn);
        otls_context_free(either);
        otls_context_free(server);
    }
}

/* What only a client has would stand in for what the client says: nobody becomes a server with it. */
Test(roles, no_server_with_a_name_to_call)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    cr_assert(count != 0);
    for (size_t i = 0; i < count; i++) {
        const uint16_t version = OTLS_TLS1_2;
        otls_context *either = either_context(engines[i], version, OTLS_EITHER);
        otls_context *server = either_context(engines[i], version, OTLS_SERVER);
        otls_connection *conn;
        otls_error err = OTLS_ERROR_INIT;

        OK(otls_connection_new_memory(&conn, either, &why));
        OK(otls_connection_set_server_name(conn, "localhost", &why));
        cr_assert_eq(otls_connection_set_role(conn, OTLS_SERVER, &err), OTLS_E_USAGE);
        cr_assert_eq(err.code, OTLS_CODE_NOT_HERE);
        cr_assert_eq(otls_connection_set_context(conn, server, &err), OTLS_E_USAGE);
        cr_assert_eq(otls_connection_context(conn), either, "and nothing has changed");
        cr_assert(!otls_connection_is_server(conn));
        OK(otls_connection_set_role(conn, OTLS_CLIENT, &why));
        cr_assert_eq(otls_connection_handshake(conn, &err), OTLS_WANT_READ, "%s", err.text);
        otls_connection_free(conn);
        otls_context_free(either);
        otls_context_free(server);
    }
}

ParameterizedTestParameters(roles, shutdown_by_decree)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, roles, shutdown_by_decree)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    char byte = 'x';
    size_t count;
    pair p;

    pair_open(&p, &which, NULL);
    cr_assert_eq(otls_connection_set_shutdown_state(p.client, 4, &err), OTLS_E_USAGE);
    pair_connect(&p);
    OK(otls_connection_set_shutdown_state(p.client, OTLS_SHUTDOWN_SENT, &why));
    cr_assert_eq(otls_connection_shutdown_state(p.client), OTLS_SHUTDOWN_SENT);
    cr_assert_eq(otls_connection_write(p.client, &byte, 1, &count, &err), OTLS_E_USAGE);
    cr_assert_eq(err.code, OTLS_CODE_AFTER_CLOSE);
    pipe_drain(&p.wire.to_server);
    OK(otls_connection_shutdown(p.client, &why));
    cr_assert_eq(pipe_size(&p.wire.to_server), 0, "nothing is sent");
    cr_assert_eq(otls_connection_set_shutdown_state(p.client, 0, &err), OTLS_E_USAGE);
    /* reading goes on until it is declared over as well */
    cr_assert_eq(otls_connection_write(p.server, "data", 4, &count, &err), OTLS_OK);
    cr_assert_eq(otls_connection_read(p.client, &byte, 1, &count, &err), OTLS_OK);
    OK(otls_connection_set_shutdown_state(p.client, OTLS_SHUTDOWN_SENT | OTLS_SHUTDOWN_RECEIVED,
                                          &why));
    cr_assert_eq(otls_connection_read(p.client, &byte, 1, &count, &err), OTLS_CLOSED);
    cr_assert_eq(otls_connection_unread(p.client, NULL, 0), 0);
    OK(otls_connection_shutdown_wait(p.client, &why));
    pair_close(&p);
}

ParameterizedTestParameters(roles, shutdown_by_decree_before)
{
    return pair_parameters_short();
}

/* Declared before the handshake: the very write that completes it is refused as well. */
ParameterizedTest(size_t *index, roles, shutdown_by_decree_before)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    const otls_buffer_view view = {"data", 4};
    otls_status status = OTLS_WANT_READ;
    char byte;
    size_t count;
    pair p;

    pair_open(&p, &which, NULL);
    OK(otls_connection_set_shutdown_state(p.client, OTLS_SHUTDOWN_SENT, &why));
    if (otls_backend_supports(which.client, OTLS_FEATURE_EARLY_DATA, NULL) != OTLS_NO) {
        cr_assert_eq(otls_connection_write_early(p.client, "data", 4, &count, &err), OTLS_E_USAGE);
        cr_assert_eq(err.code, OTLS_CODE_AFTER_CLOSE, "%s", err.text);
    }
    for (int turn = 0; turn < 100 && status == OTLS_WANT_READ; turn++) {
        status = turn % 2 == 0 ? otls_connection_write(p.client, "data", 4, &count, &err)
                               : otls_connection_writev(p.client, &view, 1, &count, &err);
        cr_assert_eq(count, 0);
        (void)otls_connection_handshake(p.server, NULL);
    }
    cr_assert(otls_connection_handshake_done(p.client));
    cr_assert_eq(status, OTLS_E_USAGE, "%s", otls_status_name(status));
    cr_assert_eq(err.code, OTLS_CODE_AFTER_CLOSE);
    cr_assert_eq(otls_connection_read(p.server, &byte, 1, &count, NULL), OTLS_WANT_READ);
    pair_close(&p);
}

ParameterizedTestParameters(roles, want)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, roles, want)
{
    const pair_case which = pair_case_short_at(*index);
    static const uint8_t data[60000];
    size_t count, sent = 0;
    otls_status status = OTLS_OK;
    pair p;

    pair_open(&p, &which, NULL);
    cr_assert(!otls_connection_want_read(p.client) && !otls_connection_want_write(p.client));
    cr_assert_eq(otls_connection_handshake(p.client, NULL), OTLS_WANT_READ);
    cr_assert(otls_connection_want_read(p.client) && !otls_connection_want_write(p.client));
    pair_connect(&p);
    p.wire.client.faults.room = 20000;
    while (status == OTLS_OK && sent < sizeof(data)) {
        status = otls_connection_write(p.client, data, sizeof(data) - sent, &count, NULL);
        sent += count;
    }
    cr_assert_eq(status, OTLS_WANT_WRITE);
    cr_assert(!otls_connection_want_read(p.client) && otls_connection_want_write(p.client));
    pair_close(&p);
}

ParameterizedTestParameters(roles, ourselves)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, roles, ourselves)
{
    const pair_case which = pair_case_short_at(*index);
    const pair_options options = {.client_identity = "client-ecdsa-p256",
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED};
    const otls_certificate *own;
    pair p;

    pair_open(&p, &which, &options);
    cr_assert_null(otls_connection_own_certificate(p.server), "nothing chosen yet");
    cr_assert_not_null(otls_connection_own_certificate(p.client));
    pair_connect(&p);
    own = otls_connection_own_certificate(p.server);
    cr_assert(own != NULL && otls_certificate_equal(own, otls_connection_peer_chain(p.client, 0)));
    own = otls_connection_own_certificate(p.client);
    cr_assert(own != NULL && otls_certificate_equal(own, otls_connection_peer_chain(p.server, 0)));
    pair_close(&p);
    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_null(otls_connection_own_certificate(p.client));
    pair_close(&p);
}

ParameterizedTestParameters(roles, shared_ciphers)
{
    return pair_parameters_short();
}

/* pyOpenSSL's get_cipher_list: what the connection may use, in the order in which it was set. */
static void expect_list(const otls_connection *conn, const char *what)
{
    static const uint16_t expected[] = {0xc02b, 0xc02c, 0xcca9};
    uint16_t suites[64];
    const size_t count = otls_context_suites(otls_connection_context(conn), suites, 64);
    size_t seen = 0;

    for (size_t i = 0; i < count; i++)
        if (suites[i] >> 8 != 0x13) /* those have a list of their own */
            cr_assert(seen < 3 && suites[i] == expected[seen++], "%s: 0x%04x", what, suites[i]);
    cr_assert_eq(seen, 3u, "%s", what);
}

ParameterizedTest(size_t *index, roles, shared_ciphers)
{
    static const char client_list[] = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
                                      "ECDHE-RSA-AES256-GCM-SHA384";
    static const char server_list[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                                      "ECDHE-ECDSA-CHACHA20-POLY1305";
    const pair_case which = pair_case_short_at(*index);
    uint16_t shared[64];
    size_t count;
    pair p;

    pair_open(&p, &which,
              &(pair_options){.client_ciphers = client_list, .server_ciphers = server_list});
    cr_assert_eq(otls_connection_shared_suites(p.server, shared, 64), 0);
    expect_list(p.server, pair_name(&which));
    pair_connect(&p);
    cr_assert_eq(otls_connection_shared_suites(p.client, shared, 64), 0);
    count = otls_connection_shared_suites(p.server, shared, 64);
    if (which.version == OTLS_TLS1_2) {
        cr_assert_eq(count, 2);
        cr_assert(shared[0] == 0xc02c && shared[1] == 0xc02b, "in the client's order");
        cr_assert_eq(otls_connection_shared_suites(p.server, shared, 1), 2);
    } else {
        bool found = false;

        for (size_t i = 0; i < count; i++)
            found = found || shared[i] == otls_connection_suite(p.server);
        cr_assert(found, "%zu shared", count);
    }
    pair_close(&p);
}
