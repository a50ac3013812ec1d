/* SPDX-License-Identifier: MIT */
/**
 * @file serve_early.h
 * A client's early data: taken while the handshake runs, and read afterwards as the first bytes of
 * what the client says. At most as much memory as `serve --early-data` allows.
 */
#ifndef OMNITLS_TOOL_SERVE_EARLY_H
#define OMNITLS_TOOL_SERVE_EARLY_H

#include "tool.h"

typedef struct serve_early {
    unsigned char *bytes;
    size_t start, end, capacity;
    size_t limit; /* 0 = none is taken */
    bool over;
} serve_early;

/** `text` is the value of --early-data, checked before; NULL = none. */
void serve_early_init(serve_early *early, const char *text);
/**
 * Take what has come; never waits. OTLS_OK: there is no more, go on with the handshake; above: it
 * is too early to tell; below: the connection has failed.
 */
otls_status serve_early_collect(serve_early *early, otls_connection *conn, otls_error *err);
/** Is there something that serve_early_receive would return without asking the peer? */
bool serve_early_waiting(const serve_early *early);
/** otls_socket_recv, but early data first. */
otls_status serve_early_receive(serve_early *early, otls_socket *sock, void *out, size_t capacity,
                                size_t *count, otls_error *err);
void serve_early_free(serve_early *early);

#endif
