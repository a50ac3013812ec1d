/* SPDX-License-Identifier: MIT */
/* The other two transports: descriptors and memory. */
#include "divergence.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void replace(pair *p, otls_connection *client, otls_connection *server)
{
    otls_connection_free(p->client);
    otls_connection_free(p->server);
    p->client = client;
    p->server = server;
    cr_assert_eq(otls_connection_set_server_name(client, "localhost", NULL), OTLS_OK);
}

/* Carry what one side has for the network to the other, without a copy on one way. */
static void carry(otls_connection *from, otls_connection *to)
{
    uint8_t piece[1000];
    size_t size, count;
    const uint8_t *view = otls_connection_output(from, &size);

    if (view != NULL) {
        cr_assert_eq(otls_connection_feed(to, view, size / 2, &count, NULL), OTLS_OK);
        otls_connection_output_taken(from, count);
    }
    while (otls_connection_feed_room(to) >= sizeof(piece)) {
        cr_assert_eq(otls_connection_drain(from, piece, sizeof(piece), &size, NULL), OTLS_OK);
        if (size == 0)
            return;
        cr_assert_eq(otls_connection_feed(to, piece, size, &count, NULL), OTLS_OK);
        cr_assert_eq(count, size);
    }
}

ParameterizedTestParameters(transport, memory)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, transport, memory, .timeout = 60)
{
    static uint8_t block[1048576], got[1048576];
    const pair_case which = pair_case_short_at(*index);
    otls_connection *client, *server;
    size_t count, sent = 0, have = 0;
    otls_status status;
    pair p;

    pair_open(&p, &which, NULL);
    cr_assert_eq(otls_connection_new_memory(&client, p.client_context, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_new_memory(&server, p.server_context, NULL), OTLS_OK);
    replace(&p, client, server);
    for (int turn = 0; turn < 20; turn++) {
        (void)otls_connection_handshake(client, &p.client_error);
        carry(client, server);
        (void)otls_connection_handshake(server, &p.server_error);
        carry(server, client);
    }
    cr_assert(otls_connection_handshake_done(client) && otls_connection_handshake_done(server),
              "%s: %s / %s", pair_name(&which), p.client_error.text, p.server_error.text);
    memset(block, 'x', sizeof(block));
    /* nobody drains: output is bounded */
    while ((status = otls_connection_write(client, block + sent, 16384, &count,
                                           NULL)) == OTLS_OK)
        sent += count;
    cr_assert_eq(status, OTLS_WANT_WRITE);
    cr_assert(sent >= 65536 && sent < sizeof(block), "%zu bytes were taken undrained", sent);
    while (have < sizeof(block)) {
        if (sent < sizeof(block)) {
            (void)otls_connection_write(client, block + sent, sizeof(block) - sent, &count, NULL);
            sent += count;
        }
        carry(client, server);
        status = otls_connection_read(server, got + have, sizeof(got) - have, &count, NULL);
        cr_assert(status == OTLS_OK || status == OTLS_WANT_READ);
        have += count;
    }
    cr_assert(memcmp(block, got, sizeof(block)) == 0);
    cr_assert_eq(otls_connection_shutdown(client, NULL), OTLS_OK);
    carry(client, server);
    cr_assert_eq(otls_connection_feed_eof(server, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_read(server, got, 1, &count, NULL), OTLS_CLOSED);
    cr_assert_eq(otls_connection_feed_eof(client, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_read(client, got, 1, &count, NULL), OTLS_E_TRUNCATED);
    pair_close(&p);
}

static void make_sockets(pair *p, int fds[2])
{
    otls_connection *client, *server;

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(fcntl(fds[i], F_SETFL, O_NONBLOCK), 0);
    cr_assert_eq(otls_connection_new_fd(&client, p->client_context, fds[0], NULL), OTLS_OK);
    cr_assert_eq(otls_connection_new_fd(&server, p->server_context, fds[1], NULL), OTLS_OK);
    replace(p, client, server);
}

ParameterizedTestParameters(transport, descriptor)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, transport, descriptor, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    char byte;
    size_t count;
    int fds[2];
    pair p;

    pair_open(&p, &which, NULL);
    make_sockets(&p, fds);
    pair_transfer(p.client, p.server, 1, 1);
    cr_assert_eq(otls_connection_read(p.client, &byte, 1, &count, &p.client_error),
                 OTLS_WANT_READ, "%s", p.client_error.text);
    pair_transfer(p.client, p.server, 1000000, 1);
    pair_transfer(p.server, p.client, 1000000, 2);
    cr_assert_eq(otls_connection_shutdown(p.client, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_read(p.server, &byte, 1, &count, NULL), OTLS_CLOSED);
    cr_assert_eq(close(fds[1]), 0);
    cr_assert_eq(otls_connection_read(p.client, &byte, 1, &count, NULL), OTLS_E_TRUNCATED);
    (void)close(fds[0]);
    pair_close(&p);
}

/* Writing to a peer that is gone is an error, never a signal. */
ParameterizedTestParameters(transport, no_sigpipe)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, transport, no_sigpipe, .timeout = 60)
{
    static uint8_t block[100000];
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;
    size_t count;
    int fds[2];
    pair p;

    pair_open(&p, &which, NULL);
    make_sockets(&p, fds);
    pair_transfer(p.client, p.server, 1, 1);
    (void)close(fds[1]);
    for (int i = 0; i < 10 && status == OTLS_OK; i++)
        status = otls_connection_write(p.client, block, sizeof(block), &count, &err);
    cr_assert_eq(status, OTLS_E_IO, "%s", err.text);
    cr_assert(err.system_error == EPIPE || err.system_error == ECONNRESET, "%d: %s",
              err.system_error, err.text);
    (void)close(fds[0]);
    pair_close(&p);
}

/* Calls that fit neither the transport nor the moment. */
ParameterizedTestParameters(transport, wrong_use)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, transport, wrong_use, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    otls_connection *none;
    size_t count;
    pair p;

    pair_open(&p, &which, NULL);
    cr_assert_eq(otls_connection_feed(p.client, "x", 1, &count, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_connection_feed_eof(p.client, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_connection_new_fd(&none, p.client_context, -1, NULL), OTLS_E_USAGE);
    cr_assert_null(none);
#if INTPTR_MAX > INT_MAX
    cr_assert_eq(otls_connection_new_fd(&none, p.client_context, (intptr_t)1 << 32, NULL),
                 OTLS_E_USAGE, "it is not descriptor 0");
#endif
    cr_assert_eq(otls_connection_new(&none, p.client_context, NULL, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_connection_shutdown(p.client, NULL), OTLS_E_USAGE, "before the handshake");
    cr_assert_eq(otls_context_set_versions(p.client_context, 0, 0, NULL), OTLS_E_SEALED);
    pair_close(&p);
}
