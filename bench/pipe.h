/* SPDX-License-Identifier: MIT */
/*
 * A linear memory pipe: bytes go in at one end and out at the other; empty, it starts over. The
 * transport of all cases but the one over a socket, the same for both sides.
 */
#ifndef OMNITLS_BENCH_PIPE_H
#define OMNITLS_BENCH_PIPE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BENCH_PIPE_SIZE 65536

typedef struct bench_pipe {
    size_t start, end;
    uint8_t bytes[BENCH_PIPE_SIZE];
} bench_pipe;

/* Both return how many bytes were moved; 0 = empty or full. */
static inline size_t bench_pipe_read(bench_pipe *pipe, void *out, size_t size)
{
    const size_t there = pipe->end - pipe->start;
    const size_t count = size < there ? size : there;

    memcpy(out, pipe->bytes + pipe->start, count);
    pipe->start += count;
    if (pipe->start == pipe->end)
        pipe->start = pipe->end = 0;
    return count;
}

static inline size_t bench_pipe_write(bench_pipe *pipe, const void *data, size_t size)
{
    const size_t room = BENCH_PIPE_SIZE - pipe->end;
    const size_t count = size < room ? size : room;

    memcpy(pipe->bytes + pipe->end, data, count);
    pipe->end += count;
    return count;
}

#endif
