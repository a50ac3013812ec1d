/* SPDX-License-Identifier: MIT */
/* A client and a server of one program, in one thread, and what they can do together. */
#ifndef OMNITLS_BENCH_PAIR_H
#define OMNITLS_BENCH_PAIR_H

#include "bench.h"

/* The bytes under way are the same memory for all slots: between slices it is empty. */
typedef struct bench_wires {
    bench_pipe to_server, to_client;
    uint8_t message[16384], received[16384];
} bench_wires;

typedef struct bench_crowd bench_crowd;

typedef struct bench_pair {
    const bench_case *what;
    const bench_side *side;
    bench_setup setup;
    bench_wires *wires;
    bench_world *world;
    bench_end client_end, server_end;
    bench_conn *client, *server;
    bench_crowd *crowd;     /* where the case has many connections */
    bool shares;            /* the contexts are another pair's */
    bench_session *session; /* of the handshake before, where they resume */
    unsigned resumptions;   /* so many */
    /* Fresh chains: what they are made from; `setup` names files of the pair's own. */
    const char *pki;
    char server_template[BENCH_PATH_SIZE], client_template[BENCH_PATH_SIZE];
} bench_pair;

/* Contexts for both ends; no connection yet. False after a sentence; end it in any case. */
bool bench_pair_start(bench_pair *pair, const bench_case *what, const bench_side *side,
                      const char *engine, const char *pki, bench_wires *wires);
void bench_pair_end(bench_pair *pair);
/* Connections of its own, where the case keeps them open, over the contexts of `from`, which
 * outlives it; for another thread. */
bool bench_pair_share(bench_pair *pair, const bench_pair *from, bench_wires *wires);

/* Connections without a handshake; over a new socketpair where the case says so. */
bool bench_pair_open(bench_pair *pair);
void bench_pair_close(bench_pair *pair);
bool bench_pair_shake(const bench_pair *pair);
/* Open, shake, and check that both ends agreed on what the case says. */
bool bench_pair_connect(bench_pair *pair);
/* New chains and contexts for the next handshake, where the case asks for fresh ones. */
bool bench_pair_refresh(bench_pair *pair);
/* `count` operations of the case. */
bool bench_pair_do(bench_pair *pair, size_t count);

/* rest.c: heap of a client and a server that have exchanged a message and found no more to read. */
bool bench_pair_at_rest(bench_pair *pair, double *bytes);

/* crowd.c: as many connections as the case says; the next one becomes the pair's. */
bool bench_crowd_open(bench_pair *pair);
void bench_crowd_next(bench_pair *pair);
void bench_crowd_close(bench_pair *pair);

#endif
