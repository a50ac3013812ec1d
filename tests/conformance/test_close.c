/* SPDX-License-Identifier: MIT */
/* Orderly end, truncation and reset are three different things, on every engine. */
#include "divergence.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

typedef enum ending { ENDING_CLEAN, ENDING_TRUNCATED, ENDING_RESET, ENDING_COUNT } ending;

static void end_it(pair *p, bool server_ends, ending how, bool with_data)
{
    otls_connection *from = server_ends ? p->server : p->client;
    test_pipe *pipe = server_ends ? &p->wire.to_client : &p->wire.to_server;
    size_t count;

    if (with_data)
        cr_assert_eq(otls_connection_write(from, "last words", 10, &count, NULL), OTLS_OK);
    if (how == ENDING_CLEAN)
        cr_assert_eq(otls_connection_shutdown(from, NULL), OTLS_OK);
    if (how == ENDING_RESET)
        pipe->reset = true;
    else
        pipe->ended = true;
}

static void check_end(pair *p, bool server_ends, ending how, bool with_data)
{
    static const otls_status expected[ENDING_COUNT] = {OTLS_CLOSED, OTLS_E_TRUNCATED, OTLS_E_IO};
    otls_connection *reader = server_ends ? p->client : p->server;
    otls_error err = OTLS_ERROR_INIT;
    char buffer[64];
    size_t count;
    otls_status status;

    status = otls_connection_read(reader, buffer, sizeof(buffer), &count, &err);
    if (with_data && how != ENDING_RESET) {
        cr_assert_eq(status, OTLS_OK, "%s: %s", pair_name(&p->which), err.text);
        cr_assert(count == 10 && memcmp(buffer, "last words", 10) == 0);
        status = otls_connection_read(reader, buffer, sizeof(buffer), &count, &err);
    }
    cr_assert_eq(status, expected[how], "%s: ending %d by the %s: %s: %s [%s]",
                 pair_name(&p->which), (int)how, server_ends ? "server" : "client",
                 otls_status_name(status), err.text, err.native_text);
    cr_assert_eq(count, 0);
    if (how == ENDING_RESET)
        cr_assert_eq(err.system_error, ECONNRESET);
    /* asked again, the same answer */
    cr_assert_eq(otls_connection_read(reader, buffer, sizeof(buffer), &count, &err), expected[how]);
    cr_assert_eq((otls_connection_shutdown_state(reader) & OTLS_SHUTDOWN_RECEIVED) != 0,
                 how == ENDING_CLEAN);
}

ParameterizedTestParameters(ending, after_handshake)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ending, after_handshake, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);

    for (unsigned combination = 0; combination < 4 * ENDING_COUNT; combination++) {
        const bool server_ends = (combination & 1) != 0, with_data = (combination & 2) != 0;
        const ending how = (ending)(combination >> 2);
        pair p;

        pair_open(&p, &which, NULL);
        pair_connect(&p);
        end_it(&p, server_ends, how, with_data);
        check_end(&p, server_ends, how, with_data);
        pair_close(&p);
    }
}

ParameterizedTestParameters(ending, during_handshake)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ending, during_handshake, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);

    for (int reset = 0; reset < 2; reset++) {
        const otls_status expected = reset != 0 ? OTLS_E_IO : OTLS_E_TRUNCATED;
        pair p;

        pair_open(&p, &which, NULL);
        cr_assert_eq(otls_connection_handshake(p.client, NULL), OTLS_WANT_READ);
        p.wire.to_client.ended = reset == 0;
        p.wire.to_client.reset = reset != 0;
        p.client_status = otls_connection_handshake(p.client, &p.client_error);
        cr_assert_eq(p.client_status, expected, "%s: %s: %s [%s]", pair_name(&which),
                     otls_status_name(p.client_status), p.client_error.text,
                     p.client_error.native_text);
        pair_close(&p);

        pair_open(&p, &which, NULL);
        p.wire.to_server.ended = reset == 0;
        p.wire.to_server.reset = reset != 0;
        p.server_status = otls_connection_handshake(p.server, &p.server_error);
        cr_assert_eq(p.server_status, expected, "%s: %s", pair_name(&which), p.server_error.text);
        pair_close(&p);
    }
}

ParameterizedTestParameters(ending, ragged_eof_opt_in)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ending, ragged_eof_opt_in, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    char buffer[16];
    size_t count;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_eq(otls_connection_set_ragged_eof_ok(p.client, true, NULL), OTLS_OK);
    p.wire.to_client.ended = true;
    cr_assert_eq(otls_connection_read(p.client, buffer, sizeof(buffer), &count, NULL), OTLS_CLOSED);
    cr_assert_eq(otls_connection_read(p.client, buffer, sizeof(buffer), &count, NULL), OTLS_CLOSED);
    pair_close(&p);
}

/* One way: after our close_notify we may read, but not write; the peer may still write. */
ParameterizedTestParameters(ending, half_close)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ending, half_close, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);

    for (int server_first = 0; server_first < 2; server_first++) {
        otls_connection *first, *second;
        otls_error err = OTLS_ERROR_INIT;
        char buffer[64];
        size_t count;
        otls_status status;
        pair p;

        pair_open(&p, &which, NULL);
        pair_connect(&p);
        first = server_first != 0 ? p.server : p.client;
        second = server_first != 0 ? p.client : p.server;
        cr_assert_eq(otls_connection_shutdown(first, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_connection_shutdown_state(first), OTLS_SHUTDOWN_SENT);
        cr_assert_eq(otls_connection_write(first, "x", 1, &count, &err), OTLS_E_USAGE);
        cr_assert_eq(err.code, OTLS_CODE_AFTER_CLOSE);
        cr_assert_eq(otls_connection_read(second, buffer, 64, &count, NULL), OTLS_CLOSED);
        status = otls_connection_write(second, "still here", 10, &count, &err);
        cr_assert_eq(status, OTLS_OK, "%s: %s: %s [%s]", pair_name(&which),
                     otls_status_name(status), err.text, err.native_text);
        status = otls_connection_read(first, buffer, 64, &count, &err);
        cr_assert_eq(status, OTLS_OK, "%s: read after own close: %s: %s [%s]", pair_name(&which),
                     otls_status_name(status), err.text, err.native_text);
        cr_assert_eq(count, 10);
        cr_assert_eq(otls_connection_shutdown(second, &err), OTLS_OK, "%s: %s", pair_name(&which),
                     err.text);
        cr_assert_eq(otls_connection_read(first, buffer, 64, &count, &err), OTLS_CLOSED);
        cr_assert_eq(otls_connection_shutdown_state(first),
                     OTLS_SHUTDOWN_SENT | OTLS_SHUTDOWN_RECEIVED);
        pair_close(&p);
    }
}

ParameterizedTestParameters(ending, two_way)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ending, two_way, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    size_t count;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_eq(otls_connection_write(p.server, "unread data", 11, &count, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_shutdown_wait(p.client, NULL), OTLS_WANT_READ);
    cr_assert_eq(otls_connection_shutdown_wait(p.server, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_shutdown_wait(p.client, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_shutdown_wait(p.client, NULL), OTLS_OK, "idempotent");
    pair_close(&p);
}
