/* SPDX-License-Identifier: MIT */
/**
 * @file socket/socket.h
 * What the files of the socket layer share. The layer stands on the public connection API and on
 * the sockets of platform/platform.h; nothing else in core knows it.
 */
#ifndef OMNI_SOCKET_SOCKET_H
#define OMNI_SOCKET_SOCKET_H

#include "base/base.h"
#include "context/context.h"
#include "platform/platform.h"
#include <omnitls/socket.h>

/** When a call must end. */
typedef struct omni_deadline {
    int64_t at; /* by omni_os_monotonic_ms; -1 = never */
} omni_deadline;

omni_deadline omni_deadline_in(int timeout_ms);
/** For omni_os_poll: ms left, never below 0; -1 = for ever. */
int omni_deadline_left(const omni_deadline *deadline);

typedef struct omni_dial omni_dial; /* a connect in progress; socket/dial.c */

struct otls_socket {
    otls_context *context; /* a reference */
    otls_connection *conn;
    omni_dial *dial;
    char *server_name; /* as set by the caller, else NULL */
    int fd;
    int timeout_ms;
    int64_t lookup_ms; /* what the look-up took; -1: there was none */
    bool listening;
    bool handshake_on_connect;
    bool handshake_set;    /* the caller chose; else connect does, accept does not */
    bool restore_blocking; /* the descriptor was blocking when we got it */
    bool reading_ended;    /* by otls_socket_shutdown */
    bool connecting;       /* the connection is otls_socket_connect's, which has not come to its end */
    unsigned char *line;   /* read, but not yet given out; see socket/line.c */
    size_t line_start, line_end, line_capacity;
    omni_user_data user;
    uint8_t *leftover; /* plain text from behind the peer's close_notify */
    size_t leftover_size;
};

/* socket/wait.c */
/** Wait for `item` until `deadline`, interruptions handled; item->any false = timed out. */
otls_status omni_socket_wait(omni_poll *item, const omni_deadline *deadline, otls_error *err);

/* socket/dial.c */
#define OMNI_ADDRESS_MAX 32
/** Up to OMNI_ADDRESS_MAX stream addresses; `passive` for bind, host NULL only then. */
otls_status omni_resolve(const char *host, const char *port, bool passive, omni_address *out,
                         size_t *count, otls_error *err);
/** `bound_fd` -1, or a bound descriptor to use (its owner stays the same). */
otls_status omni_dial_new(omni_dial **out, const char *host, const char *port, int bound_fd,
                          otls_error *err);
void omni_dial_free(omni_dial *dial);
/** Until connected (OTLS_OK, *fd), or failed; OTLS_WANT_WRITE when `once` and not yet. */
otls_status omni_dial_run(omni_dial *dial, bool once, const omni_deadline *deadline, int *fd,
                          otls_error *err);
bool omni_dial_is_to(const omni_dial *dial, const char *host, const char *port);
/** The descriptor to poll, -1 = none. */
int omni_dial_fileno(const omni_dial *dial);

/* socket/socket.c */
otls_status omni_socket_blank(otls_socket **out, otls_context *context, otls_error *err);
/** Put a TLS connection on sock->fd. `name` may be NULL. */
otls_status omni_socket_attach(otls_socket *sock, otls_role role, const char *name,
                               otls_error *err);
otls_status omni_client_context_default(otls_context **out, otls_error *err);

/* socket/io.c */
/** OTLS_E_USAGE when there is no TLS connection. */
otls_status omni_socket_need_connection(const otls_socket *sock, otls_error *err);
/** After OTLS_WANT_...: wait; OTLS_OK = try again; else what the caller returns. `reading`: the
 * call that wants takes what arrives. */
otls_status omni_socket_pause(otls_socket *sock, otls_status want, bool reading,
                              const omni_deadline *deadline, otls_error *err);
otls_status omni_socket_handshake_until(otls_socket *sock, const omni_deadline *deadline,
                                        otls_error *err);
otls_status omni_socket_flush_until(otls_socket *sock, const omni_deadline *deadline,
                                    otls_error *err);
otls_status omni_socket_recv_until(otls_socket *sock, void *out, size_t capacity, size_t *count,
                                   const omni_deadline *deadline, otls_error *err);

#endif
