/* SPDX-License-Identifier: MIT */
/* omnitls on one engine over TCP on 127.0.0.1: the server in a thread of its own. */
#ifndef OMNITLS_BENCH_COMPARE_LOOPBACK_H
#define OMNITLS_BENCH_COMPARE_LOOPBACK_H

#include "bench.h"

typedef struct loopback loopback;

/* `what` says version, suite and key; a kind other than a handshake keeps one connection open, on
 * which the server sends back each message of `what->size` bytes. NULL after a sentence. */
loopback *loopback_new(const bench_case *what, const char *engine, const char *pki);
void loopback_free(loopback *loop);
/* One operation, and how many nanoseconds of wall-clock time it took: from before connect() to the
 * end of the client's handshake, or from a message to its echo. */
bool loopback_once(loopback *loop, double *nanoseconds);

#endif
