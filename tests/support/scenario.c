/* SPDX-License-Identifier: MIT */
#include "scenario.h"

#include <string.h>

/** One byte a call takes some 200,000 turns for all of it. */
#define TURNS_MAX 2000000u

enum { STEP_HANDSHAKE, STEP_WRITE, STEP_FLUSH, STEP_READ, STEP_SHUTDOWN, STEP_DONE };

static uint8_t byte_at(size_t position, bool client)
{
    return (uint8_t)(position * 31u + (client ? 7u : 11u));
}

static otls_status write_some(scenario_side *side, bool client)
{
    uint8_t data[4001];
    size_t size = SCENARIO_BYTES - side->sent, count;
    otls_status status;

    if (size > sizeof(data))
        size = sizeof(data);
    for (size_t i = 0; i < size; i++)
        data[i] = byte_at(side->sent + i, client);
    status = otls_connection_write(side->conn, data, size, &count, &side->error);
    side->sent += count;
    return status;
}

static otls_status read_some(scenario_side *side, bool client)
{
    uint8_t data[3000];
    const size_t left = SCENARIO_BYTES - side->received;
    size_t count;
    const otls_status status = otls_connection_read(
        side->conn, data, left < sizeof(data) ? left : sizeof(data), &count, &side->error);

    for (size_t i = 0; i < count; i++)
        side->wrong_data = side->wrong_data || data[i] != byte_at(side->received + i, !client);
    side->received += count;
    return status;
}

static otls_status take_step(scenario_side *side, bool client)
{
    otls_connection *conn = side->conn;

    switch (side->step) {
    case STEP_HANDSHAKE:
        return otls_connection_handshake(conn, &side->error);
    case STEP_WRITE:
        return write_some(side, client);
    case STEP_FLUSH:
        return otls_connection_flush(conn, &side->error);
    case STEP_READ:
        return read_some(side, client);
    default:
        return otls_connection_shutdown_wait(conn, &side->error);
    }
}

static bool step_done(const scenario_side *side)
{
    if (side->step == STEP_WRITE)
        return side->sent == SCENARIO_BYTES;
    if (side->step == STEP_READ)
        return side->received == SCENARIO_BYTES;
    return true;
}

/* As far as it goes without waiting. */
static void go_on(scenario_side *side, bool client)
{
    side->called = true;
    do {
        side->status = take_step(side, client);
        if (side->status == OTLS_OK && step_done(side))
            side->step++;
    } while (side->status == OTLS_OK && side->step != STEP_DONE);
}

static bool has_input(const test_end *end)
{
    const bool failing = end->faults.fail_from != 0 && end->turns + 1 >= end->faults.fail_from;

    return pipe_size(end->in) != 0 || end->in->ended || end->in->reset || failing;
}

static bool may_go_on(const scenario_side *side)
{
    const unsigned events = otls_connection_events(side->conn);

    if (side->step == STEP_DONE || side->status < 0)
        return false;
    if (!side->called || otls_connection_readable_now(side->conn))
        return true;
    if (side->status == OTLS_WANT_WRITE && (events & OTLS_EVENT_WRITE) == 0)
        return false; /* a program that trusts the events would wait for ever */
    if (side->status == OTLS_WANT_READ && (events & OTLS_EVENT_READ) == 0)
        return false;
    return (events & OTLS_EVENT_WRITE) != 0 ||
           ((events & OTLS_EVENT_READ) != 0 && has_input(side->end));
}

void scenario_run(scenario *s, otls_connection *client, otls_connection *server, test_wire *wire,
                  bool drop_dead)
{
    memset(s, 0, sizeof(*s));
    s->client = (scenario_side){.conn = client, .end = &wire->client, .error = OTLS_ERROR_INIT};
    s->server = (scenario_side){.conn = server, .end = &wire->server, .error = OTLS_ERROR_INIT};
    s->client.status = s->server.status = OTLS_WANT_READ;
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        const bool client_goes = may_go_on(&s->client);
        bool server_goes;

        if (client_goes)
            go_on(&s->client, true);
        if (drop_dead && s->client.status < 0)
            wire->to_server.ended = true;
        server_goes = may_go_on(&s->server);
        if (server_goes)
            go_on(&s->server, false);
        if (drop_dead && s->server.status < 0)
            wire->to_client.ended = true;
        if (!client_goes && !server_goes)
            break;
    }
    s->stalled = (s->client.step != STEP_DONE && s->client.status >= 0) ||
                 (s->server.step != STEP_DONE && s->server.status >= 0);
}

bool scenario_open(scenario_pair *pair, otls_context *client, otls_context *server, otls_error *err)
{
    otls_transport transports[2];

    pair->client = pair->server = NULL;
    wire_init(&pair->wire);
    transports[0] = wire_transport(&pair->wire.client);
    transports[1] = wire_transport(&pair->wire.server);
    return otls_connection_new(&pair->client, client, &transports[0], err) == OTLS_OK &&
           otls_connection_new(&pair->server, server, &transports[1], err) == OTLS_OK &&
           otls_connection_set_server_name(pair->client, "localhost", err) == OTLS_OK;
}

void scenario_close(scenario_pair *pair)
{
    otls_connection_free(pair->client);
    otls_connection_free(pair->server);
    wire_free(&pair->wire);
}
