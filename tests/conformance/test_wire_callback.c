/* SPDX-License-Identifier: MIT */
/* Whoever watches the wire sees each byte once, in order, whatever pieces the transport takes. */
#include <criterion/criterion.h>

#include "pair.h"

#include <stdlib.h>
#include <string.h>

typedef struct seen {
    const otls_connection *conn;
    uint8_t *data[2]; /* received, sent */
    size_t size[2];
} seen;

static void watch(const otls_connection *conn, bool sent, const void *data, size_t size, void *user)
{
    seen *s = user;

    cr_assert_eq(conn, s->conn);
    cr_assert_neq(size, 0);
    s->data[sent] = realloc(s->data[sent], s->size[sent] + size);
    cr_assert_not_null(s->data[sent]);
    memcpy(s->data[sent] + s->size[sent], data, size);
    s->size[sent] += size;
}

static void start(seen *s, otls_connection *conn)
{
    s->conn = conn;
    cr_assert_eq(otls_connection_set_wire_callback(conn, watch, s, NULL), OTLS_OK);
}

static void saw(const seen *s, bool sent, const test_pipe *pipe, const char *name)
{
    cr_assert_eq(s->size[sent], pipe->log_size, "%s: %zu bytes of %zu", name, s->size[sent],
                 pipe->log_size);
    cr_assert_eq(memcmp(s->data[sent], pipe->log, pipe->log_size), 0, "%s", name);
}

static void forget(seen *s)
{
    free(s->data[0]);
    free(s->data[1]);
}

ParameterizedTestParameters(wire_callback, sees_all)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, wire_callback, sees_all)
{
    const pair_case which = pair_case_short_at(*index);
    seen client = {0}, server = {0};
    pair p;

    pair_open(&p, &which, NULL);
    p.wire.to_server.logging = p.wire.to_client.logging = true;
    p.wire.client.faults.piece = 700;
    p.wire.server.faults.block_every = 1;
    start(&client, p.client);
    start(&client, p.client); /* in place of the one before, not around it */
    start(&server, p.server);
    pair_connect(&p);
    cr_assert_eq(otls_connection_set_wire_callback(p.client, NULL, NULL, NULL), OTLS_E_USAGE);
    pair_transfer(p.client, p.server, 40000, 1);
    pair_transfer(p.server, p.client, 40000, 2);
    saw(&client, true, &p.wire.to_server, pair_name(&which));
    saw(&server, false, &p.wire.to_server, pair_name(&which));
    saw(&client, false, &p.wire.to_client, pair_name(&which));
    saw(&server, true, &p.wire.to_client, pair_name(&which));
    pair_close(&p);
    forget(&client);
    forget(&server);
}

Test(wire_callback, no_more)
{
    const pair_case which = pair_case_short_at(0);
    seen client = {0};
    pair p;

    pair_open(&p, &which, NULL);
    start(&client, p.client);
    cr_assert_eq(otls_connection_set_wire_callback(p.client, NULL, NULL, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_wire_callback(p.client, NULL, NULL, NULL), OTLS_OK);
    pair_connect(&p);
    cr_assert_eq(client.size[0] + client.size[1], 0);
    pair_close(&p);
}

Test(wire_callback, not_over_memory)
{
    const pair_case which = pair_case_short_at(0);
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *conn;
    pair p;

    pair_open(&p, &which, NULL);
    cr_assert_eq(otls_connection_new_memory(&conn, p.client_context, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_wire_callback(conn, watch, NULL, &err), OTLS_E_USAGE);
    cr_assert_not_null(strstr(err.text, "memory"));
    otls_connection_free(conn);
    pair_close(&p);
}
