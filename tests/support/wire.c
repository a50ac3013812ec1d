/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void wire_init(test_wire *wire)
{
    *wire = (test_wire){0};
    wire->client.in = &wire->to_client;
    wire->client.out = &wire->to_server;
    wire->server.in = &wire->to_server;
    wire->server.out = &wire->to_client;
}

void wire_free(test_wire *wire)
{
    free(wire->to_server.data);
    free(wire->to_client.data);
    free(wire->to_server.log);
    free(wire->to_client.log);
}

size_t pipe_size(const test_pipe *pipe)
{
    return pipe->end - pipe->start;
}

void pipe_drain(test_pipe *pipe)
{
    pipe->start = pipe->end = 0;
}

static void keep(test_pipe *pipe, const void *data, size_t size)
{
    uint8_t *larger = realloc(pipe->log, pipe->log_size + size + 1);

    if (larger == NULL)
        abort();
    memcpy(larger + pipe->log_size, data, size);
    pipe->log = larger;
    pipe->log_size += size;
}

void pipe_put(test_pipe *pipe, const void *data, size_t size)
{
    if (pipe->capacity - pipe->end < size) {
        const size_t used = pipe_size(pipe);
        size_t wanted = (used + size) * 2;
        uint8_t *fresh = malloc(wanted);

        if (fresh == NULL)
            abort();
        if (used != 0)
            memcpy(fresh, pipe->data + pipe->start, used);
        free(pipe->data);
        pipe->data = fresh;
        pipe->capacity = wanted;
        pipe->start = 0;
        pipe->end = used;
    }
    memcpy(pipe->data + pipe->end, data, size);
    pipe->end += size;
    pipe->total += size;
    if (pipe->logging)
        keep(pipe, data, size);
}

/* What the table of faults says to this call: OTLS_OK, `blocked`, or broken. */
static otls_status take_turn(test_end *end, otls_status blocked)
{
    const test_faults *faults = &end->faults;
    const unsigned long turn = ++end->turns;

    if (faults->fail_from != 0 && turn >= faults->fail_from) {
        errno = ENETDOWN;
        return OTLS_E_IO;
    }
    return turn >= faults->block_from && turn <= faults->block_to ? blocked : OTLS_OK;
}

static otls_status end_read(void *user, void *out, size_t capacity, size_t *count)
{
    test_end *end = user;
    test_pipe *pipe = end->in;
    size_t size = pipe_size(pipe);
    const otls_status turn = take_turn(end, OTLS_WANT_READ);

    *count = 0;
    end->calls++;
    if (turn != OTLS_OK)
        return turn;
    if (pipe->reset) {
        errno = ECONNRESET;
        return OTLS_E_IO;
    }
    if (end->faults.block_every != 0 && end->read_blocked++ % 2 == 0)
        return OTLS_WANT_READ;
    if (size == 0)
        return pipe->ended ? OTLS_E_TRUNCATED : OTLS_WANT_READ;
    if (size > capacity)
        size = capacity;
    if (end->faults.piece != 0 && size > end->faults.piece)
        size = end->faults.piece;
    memcpy(out, pipe->data + pipe->start, size);
    pipe->start += size;
    if (pipe->start == pipe->end)
        pipe->start = pipe->end = 0;
    *count = size;
    return OTLS_OK;
}

static otls_status end_write(void *user, const void *data, size_t size, size_t *count)
{
    test_end *end = user;
    test_pipe *pipe = end->out;
    const otls_status turn = take_turn(end, OTLS_WANT_WRITE);

    *count = 0;
    end->calls++;
    if (turn != OTLS_OK)
        return turn;
    if (pipe->reset || pipe->ended) {
        errno = pipe->reset ? ECONNRESET : EPIPE;
        return OTLS_E_IO;
    }
    if (end->faults.block_every != 0 && end->write_blocked++ % 2 == 0)
        return OTLS_WANT_WRITE;
    if (end->faults.room != 0) {
        const size_t used = pipe_size(pipe);

        if (used >= end->faults.room)
            return OTLS_WANT_WRITE;
        if (size > end->faults.room - used)
            size = end->faults.room - used;
    }
    if (end->faults.piece != 0 && size > end->faults.piece)
        size = end->faults.piece;
    pipe_put(pipe, data, size);
    *count = size;
    return OTLS_OK;
}

otls_transport wire_transport(test_end *end)
{
    return (otls_transport){.read = end_read, .write = end_write, .user = end};
}
