/* SPDX-License-Identifier: MIT */
/** @file server.h An echo server on epoll with a deadline for handshakes, in a process of its own. */
#ifndef OTLS_TEST_SOAK_SERVER_H
#define OTLS_TEST_SOAK_SERVER_H

#include <omnitls/omnitls.h>

/** Milliseconds that a client has for its handshake. */
#define SOAK_DEADLINE 1500

/** Serve until `end` can be read from; the process's exit status. */
int soak_serve(otls_context *context, int listener, int end);

#endif
