/* SPDX-License-Identifier: MIT */
/**
 * @file wire.h
 * A network of two pipes in memory that can be made to misbehave: tiny pieces, would-block before
 * every call, end of file, reset.
 */
#ifndef OTLS_TEST_WIRE_H
#define OTLS_TEST_WIRE_H

#include <omnitls/connection.h>

typedef struct test_pipe {
    uint8_t *data;
    size_t start, end, capacity;
    bool ended;        /* the writer is gone: end of file behind the data */
    bool reset;        /* connection reset, at once */
    size_t total; /* bytes ever written */
    bool logging; /* keep a copy of all that is written */
    uint8_t *log;
    size_t log_size;
} test_pipe;

/** What one end does to its calls. Calls, reads and writes together, are counted from 1. */
typedef struct test_faults {
    unsigned long block_from, block_to; /* these calls answer would-block; 0 = none */
    unsigned long fail_from;            /* this call and all later ones are broken; 0 = none */
    size_t piece;       /* at most so many bytes a call; 0 = any */
    unsigned block_every; /* 1: each call is first answered with would-block, then done */
    size_t room;        /* would-block when the pipe holds so many bytes; 0 = never */
} test_faults;

typedef struct test_end {
    test_pipe *in, *out;
    test_faults faults;
    unsigned read_blocked, write_blocked;
    unsigned long calls;
    unsigned long turns; /* calls that reached the faults, reads and writes */
} test_end;

typedef struct test_wire {
    test_pipe to_server, to_client;
    test_end client, server;
} test_wire;

void wire_init(test_wire *wire);
void wire_free(test_wire *wire);
otls_transport wire_transport(test_end *end);
/** Put bytes on a pipe as its writer would. */
void pipe_put(test_pipe *pipe, const void *data, size_t size);
/** Lose what is on it. */
void pipe_drain(test_pipe *pipe);
size_t pipe_size(const test_pipe *pipe);

#endif
