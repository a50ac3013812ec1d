/* SPDX-License-Identifier: MIT */
/* Early data, where both engines have it; where one has not, the setter says so. */
#include "divergence.h"
#include "session_pair.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static bool has_early(const otls_backend *backend)
{
    return otls_backend_supports(backend, OTLS_FEATURE_EARLY_DATA, NULL) != OTLS_NO;
}

static const char request[] = "GET / HTTP/1.0\r\n\r\n";
#define LIMIT 1000 /* of the server's */

/* What the server got before its handshake ended; the status that ended it. */
static size_t receive(pair *p, char *got, size_t capacity)
{
    size_t size = 0, count;
    otls_status status = OTLS_WANT_READ;

    for (unsigned turn = 0; turn < 64 && status != OTLS_CLOSED; turn++) {
        status = otls_connection_read_early(p->server, got + size, capacity - size, &count,
                                            &p->server_error);
        cr_assert(status >= 0, "%s: %s [%s]", pair_name(&p->which), p->server_error.text,
                  p->server_error.native_text);
        size += count;
        if (status == OTLS_WANT_READ)
            (void)otls_connection_handshake(p->client, &p->client_error);
    }
    return size;
}

/* The first flight, seen on the wire, again on a new connection: nothing may come of it twice. */
static void replay(const pair_case *which, otls_context *context, const uint8_t *flight,
                   size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *server;
    otls_transport transport;
    test_wire wire;
    char got[256];
    size_t count = 0;
    otls_status status = OTLS_OK;

    wire_init(&wire);
    pipe_put(&wire.to_server, flight, size);
    transport = wire_transport(&wire.server);
    cr_assert_eq(otls_connection_new(&server, context, &transport, &err), OTLS_OK);
    for (unsigned turn = 0; turn < 8 && status >= 0; turn++) {
        status = otls_connection_read_early(server, got, sizeof(got), &count, &err);
        cr_expect_eq(count, 0, "%s: %zu bytes were replayed", pair_name(which), count);
    }
    otls_connection_free(server);
    wire_free(&wire);
}

/* The ClientHello, whole or in part, and then no more: every call says so at once, none waits. */
static void cut(const session_pair *s, const uint8_t *flight, size_t size, bool reset)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *server;
    otls_transport transport;
    test_wire wire;
    char got[256];
    size_t count = 0;
    bool rejected;
    otls_status status = OTLS_OK;

    wire_init(&wire);
    pipe_put(&wire.to_server, flight, size);
    transport = wire_transport(&wire.server);
    cr_assert_eq(otls_connection_new(&server, s->server, &transport, &err), OTLS_OK);
    for (unsigned turn = 0; turn < 16 && status != OTLS_WANT_READ && status != OTLS_CLOSED; turn++)
        status = otls_connection_read_early(server, got, sizeof(got), &count, &err);
    rejected = status == OTLS_CLOSED; /* known already: the handshake reads on */
    cr_assert(status >= 0, "%s: %s", pair_name(&s->which), err.text);
    wire.to_server.ended = !reset;
    wire.to_server.reset = reset;
    for (unsigned turn = 0; turn < 2; turn++) { /* and it stays so */
        status = rejected
                     ? otls_connection_handshake(server, &err)
                     : otls_connection_read_early(server, got, sizeof(got), &count, &err);
        cr_expect_eq(status, reset ? OTLS_E_IO : OTLS_E_TRUNCATED, "%s, %zu bytes: %s: %s",
                     pair_name(&s->which), size, otls_status_name(status), err.text);
    }
    otls_connection_free(server);
    wire_free(&wire);
}

/* `shared` opens the same tickets, and is no better to replay to. */
static void early(const session_pair *s, otls_context *shared, otls_session *session, bool listen,
                  bool wanted)
{
    uint8_t flight[8192];
    size_t flight_size;
    pair p = {.which = s->which, .client_error = OTLS_ERROR_INIT, .server_error = OTLS_ERROR_INIT};
    otls_transport transport;
    char got[LIMIT + 256] = "";
    char more[LIMIT] = "";
    size_t count = 0, size = 0;
    otls_status status;

    wire_init(&p.wire);
    p.client_context = otls_context_ref(s->client);
    p.server_context = otls_context_ref(s->server);
    transport = wire_transport(&p.wire.client);
    cr_assert_eq(otls_connection_new(&p.client, s->client, &transport, NULL), OTLS_OK);
    transport = wire_transport(&p.wire.server);
    cr_assert_eq(otls_connection_new(&p.server, s->server, &transport, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(p.client, "localhost", NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_session(p.client, session, NULL), OTLS_OK);
    status =
        otls_connection_write_early(p.client, request, sizeof(request), &count, &p.client_error);
    cr_assert_eq(status, OTLS_OK, "%s: %s [%s]", pair_name(&p.which), p.client_error.text,
                 p.client_error.native_text);
    cr_assert_eq(count, sizeof(request));
    /* more than the session allows: what fits is taken, then nothing, and it is no failure */
    cr_assert_eq(otls_connection_write_early(p.client, more, sizeof(more), &count, NULL), OTLS_OK);
    cr_expect_eq(count, LIMIT - sizeof(request), "%s: %zu", pair_name(&p.which), count);
    cr_expect_eq(otls_connection_write_early(p.client, more, 1, &count, &p.client_error),
                 OTLS_E_USAGE);
    cr_expect(count == 0 && p.client_error.code == OTLS_CODE_SESSION_REFUSED);
    (void)otls_connection_handshake(p.client, &p.client_error);
    flight_size = pipe_size(&p.wire.to_server);
    cr_assert(flight_size != 0 && flight_size <= sizeof(flight));
    memcpy(flight, p.wire.to_server.data + p.wire.to_server.start, flight_size);
    if (listen)
        size = receive(&p, got, sizeof(got));
    pair_connect(&p);
    if (!listen && wanted)
        size = receive(&p, got, sizeof(got));
    cr_expect_eq(size, wanted ? LIMIT : 0, "%s: %zu bytes", pair_name(&p.which), size);
    cr_expect(!wanted || memcmp(got, request, sizeof(request)) == 0);
    cr_expect_eq(otls_connection_early_data(p.client),
                 wanted ? OTLS_EARLY_DATA_ACCEPTED : OTLS_EARLY_DATA_REJECTED, "%s: client %d",
                 pair_name(&p.which), otls_connection_early_data(p.client));
    cr_expect_eq(otls_connection_early_data(p.server),
                 wanted ? OTLS_EARLY_DATA_ACCEPTED : OTLS_EARLY_DATA_REJECTED, "%s: server %d",
                 pair_name(&p.which), otls_connection_early_data(p.server));
    pair_transfer(p.server, p.client, 1000, 1);
    pair_transfer(p.client, p.server, 1000, 2);
    pair_close(&p);
    if (wanted) {
        const size_t hello = 5u + ((size_t)flight[3] << 8 | flight[4]);

        replay(&s->which, s->server, flight, flight_size);
        replay(&s->which, shared, flight, flight_size);
        cut(s, flight, hello, false);
        cut(s, flight, hello, true);
        cut(s, flight, hello / 2, false);
        cut(s, flight, hello / 2, true);
        cut(s, flight, 3, false);
    }
}

ParameterizedTestParameters(early_data, accepted)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, early_data, accepted)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    session_run first;
    session_pair s;

    session_open(&s, &which, NULL);
    cr_expect_eq(otls_context_set_max_early_data(s.client, LIMIT, &err),
                 has_early(which.client) ? OTLS_OK : OTLS_E_UNSUPPORTED);
    cr_expect_eq(otls_context_set_max_early_data(s.server, LIMIT, &err),
                 has_early(which.server) ? OTLS_OK : OTLS_E_UNSUPPORTED);
    if (which.version == OTLS_TLS1_3 && has_early(which.client) && has_early(which.server)) {
        first = session_connect(&s, NULL, NULL);
        cr_assert_not_null(first.session);
        cr_expect_eq(otls_session_max_early_data(first.session), LIMIT, "%s: %u", pair_name(&which),
                     otls_session_max_early_data(first.session));
        early(&s, s.server, first.session, true, true);
        otls_session_free(first.session);
        first = session_connect(&s, NULL, NULL); /* a server that does not listen */
        early(&s, s.server, first.session, false,
              divergence_find("early data that nobody reads in time", &which) != NULL);
        otls_session_free(first.session);
    }
    session_close(&s);
}

ParameterizedTestParameters(early_data, copies)
{
    return pair_parameters_short();
}

/* Contexts that were copied from one another open the same tickets: what one has accepted, none
 * accepts again, and a session of one is good for the other, whether there is early data or not. */
ParameterizedTest(size_t *index, early_data, copies)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    otls_context *copy;
    session_run run, again;
    session_pair s, there;

    if (!has_early(which.client) || !has_early(which.server))
        return;
    session_open(&s, &which, NULL);
    cr_assert_eq(otls_context_set_max_early_data(s.client, LIMIT, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_max_early_data(s.server, LIMIT, &err), OTLS_OK);
    cr_assert_eq(otls_context_copy(&copy, s.server, &err), OTLS_OK, "%s", err.text);
    there = (session_pair){.which = which, .client = s.client, .server = copy};
    run = session_connect(&there, NULL, NULL);
    again = session_connect(&s, run.session, NULL);
    cr_expect(again.reused_server, "%s: the copy's session was not resumed", pair_name(&which));
    otls_session_free(run.session);
    run = session_connect(&s, NULL, NULL);
    cr_assert_not_null(run.session);
    if (which.version == OTLS_TLS1_3) {
        early(&there, s.server, run.session, true, true);
    } else {
        otls_session_free(again.session);
        again = session_connect(&there, run.session, NULL);
        cr_expect(again.reused_server, "%s: no copy resumes it", pair_name(&which));
    }
    otls_session_free(run.session);
    otls_session_free(again.session);
    otls_context_free(copy);
    session_close(&s);
}

ParameterizedTestParameters(early_data, elsewhere)
{
    return pair_parameters_short();
}

/* A server that never heard of early data, and cannot open the ticket, reads past what comes. */
ParameterizedTest(size_t *index, early_data, elsewhere)
{
    const pair_case which = pair_case_short_at(*index);
    pair_case home = which;
    otls_error err = OTLS_ERROR_INIT;
    session_run first;
    session_pair here, there;

    if (which.version != OTLS_TLS1_3 || !has_early(which.client))
        return;
    if (divergence_find("early data that no ticket is known for", &which) != NULL)
        cr_skip_test("%s", divergence_find("early data that no ticket is known for", &which)->reason);
    home.server = which.client;
    session_open(&here, &home, NULL);
    session_open(&there, &which, NULL);
    cr_assert_eq(otls_context_set_max_early_data(here.client, LIMIT, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_max_early_data(here.server, LIMIT, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_max_early_data(there.client, LIMIT, &err), OTLS_OK);
    first = session_connect(&here, NULL, NULL);
    cr_assert_not_null(first.session);
    early(&there, there.server, first.session, false, false);
    otls_session_free(first.session);
    session_close(&there);
    session_close(&here);
}

/* Records that were sealed under no key of the server's, each with so many octets, until it gives up. */
static size_t endure(const session_pair *s, const uint8_t *hello, size_t size, size_t octets)
{
    enum { MOST = 100000 };
    uint8_t record[64] = {23, 3, 3, 0, (uint8_t)octets};
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *server;
    otls_transport transport;
    test_wire wire;
    size_t count = 0;
    otls_status status = OTLS_WANT_READ;

    memset(record + 5, 0x5a, octets);
    wire_init(&wire);
    pipe_put(&wire.to_server, hello, size);
    transport = wire_transport(&wire.server);
    cr_assert_eq(otls_connection_new(&server, s->server, &transport, &err), OTLS_OK);
    for (; status == OTLS_WANT_READ && count < MOST; count++) {
        pipe_put(&wire.to_server, record, 5 + octets);
        status = otls_connection_handshake(server, &err);
    }
    cr_expect(status == OTLS_E_PROTOCOL, "%s, %zu octets: %s after %zu records: %s", pair_name(&s->which),
              octets, otls_status_name(status), count, err.text);
    otls_connection_free(server);
    wire_free(&wire);
    return count;
}

static size_t first_hello(const session_pair *s, otls_session *session, uint8_t *hello, size_t capacity)
{
    pair p = {.which = s->which, .client_error = OTLS_ERROR_INIT, .server_error = OTLS_ERROR_INIT};
    size_t count, size;

    session_begin(&p, &s->which, s->client, s->server, session, "localhost", 0);
    cr_assert_eq(otls_connection_write_early(p.client, "x", 1, &count, NULL), OTLS_OK);
    (void)otls_connection_handshake(p.client, NULL);
    size = pipe_size(&p.wire.to_server);
    cr_assert(size > 5 && size <= capacity);
    memcpy(hello, p.wire.to_server.data + p.wire.to_server.start, size);
    pair_close(&p);
    return 5u + ((size_t)hello[3] << 8 | hello[4]);
}

ParameterizedTestParameters(early_data, for_ever)
{
    return pair_parameters_short();
}

/* What is read past has an end, however little stands in each record (RFC 8446 4.2.10, 5.1, 5.2). */
ParameterizedTest(size_t *index, early_data, for_ever)
{
    static const size_t octets[] = {0, 1, 16, 17, 40};
    const pair_case which = pair_case_short_at(*index);
    pair_case home = which;
    otls_error err = OTLS_ERROR_INIT;
    session_pair here, there;
    uint8_t hello[8192];
    session_run first;
    size_t size;

    if (which.version != OTLS_TLS1_3 || !has_early(which.client))
        return;
    home.server = which.client;
    session_open(&here, &home, NULL);
    session_open(&there, &which, NULL);
    cr_assert_eq(otls_context_set_max_early_data(here.client, LIMIT, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_max_early_data(here.server, LIMIT, &err), OTLS_OK);
    first = session_connect(&here, NULL, NULL);
    cr_assert_not_null(first.session);
    size = first_hello(&here, first.session, hello, sizeof(hello));
    for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
        const size_t taken = endure(&there, hello, size, octets[i]);

        cr_expect(taken <= (octets[i] == 0 ? 64 : 66000), "%s, %zu octets: %zu records", pair_name(&which),
                  octets[i], taken);
    }
    otls_session_free(first.session);
    session_close(&there);
    session_close(&here);
}

ParameterizedTestParameters(early_data, refused)
{
    return pair_parameters_short();
}

/* Without a session, without permission, on a server: no, and the handshake goes on. */
ParameterizedTest(size_t *index, early_data, refused)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 1;
    pair p;

    pair_open(&p, &which, NULL);
    cr_expect_eq(otls_connection_write_early(p.client, "x", 1, &count, &err),
                 has_early(which.client) ? OTLS_E_USAGE : OTLS_E_UNSUPPORTED);
    cr_expect_eq(count, 0);
    cr_expect_eq(otls_connection_write_early(p.server, "x", 1, &count, &err),
                 has_early(which.server) ? OTLS_E_USAGE : OTLS_E_UNSUPPORTED);
    pair_connect(&p);
    cr_expect_eq(otls_connection_early_data(p.client), OTLS_EARLY_DATA_NONE);
    pair_close(&p);
}

static void use_early(pair *p, void *unused)
{
    (void)unused;
    if (has_early(p->which.server))
        cr_assert_eq(otls_context_set_max_early_data(p->server_context, LIMIT, NULL), OTLS_OK);
}

ParameterizedTestParameters(early_data, none_offered)
{
    return pair_parameters_short();
}

/* A ClientHello without early data, and the end: there is none, and the handshake was cut off. */
ParameterizedTest(size_t *index, early_data, none_offered)
{
    const pair_case which = pair_case_short_at(*index);
    const pair_options options = {.setup = use_early};
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 1;
    char got[16];
    pair p;

    if (!has_early(which.server))
        return;
    pair_open(&p, &which, &options);
    (void)otls_connection_handshake(p.client, &p.client_error);
    p.wire.to_server.ended = true;
    for (int turn = 0; turn < 3; turn++)
        cr_expect_eq(otls_connection_read_early(p.server, got, sizeof(got), &count, &err), OTLS_CLOSED,
                     "%s: %s", pair_name(&which), err.text);
    cr_expect_eq(count, 0);
    cr_expect_eq(otls_connection_handshake(p.server, &err), OTLS_E_TRUNCATED, "%s: %s", pair_name(&which),
                 err.text);
    pair_close(&p);
}
