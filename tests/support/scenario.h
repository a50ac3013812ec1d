/* SPDX-License-Identifier: MIT */
/**
 * @file scenario.h
 * A whole connection as two event-driven programs would run it: handshake, data both ways, shutdown
 * both ways. A side is called only when what it says it waits for (otls_connection_events,
 * otls_connection_readable_now) is there, so a wake-up that the library forgets is a stall here.
 */
#ifndef OTLS_TEST_SCENARIO_H
#define OTLS_TEST_SCENARIO_H

#include "wire.h"

/** More than a record, and not a multiple of one. */
#define SCENARIO_BYTES 20000u

/** What became of one side. */
typedef struct scenario_side {
    otls_connection *conn;
    const test_end *end;
    otls_status status; /* OTLS_OK when all was done; the failure; else what it still waits for */
    otls_error error;
    size_t sent, received;
    int step;
    bool wrong_data;
    bool called; /* at least once */
} scenario_side;

typedef struct scenario {
    scenario_side client, server;
    bool stalled; /* neither side waited for anything that was there */
} scenario;

/** Two connections and the wire between them, which does not move. */
typedef struct scenario_pair {
    otls_connection *client, *server;
    test_wire wire;
} scenario_pair;

/** Of these contexts, for "localhost". False: `err` says why; scenario_close all the same. */
bool scenario_open(scenario_pair *pair, otls_context *client, otls_context *server, otls_error *err);
void scenario_close(scenario_pair *pair);

/** Run it to the end. `drop_dead`: the side that fails closes its half of the wire. */
void scenario_run(scenario *s, otls_connection *client, otls_connection *server, test_wire *wire,
                  bool drop_dead);

#endif
