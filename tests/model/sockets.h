/* SPDX-License-Identifier: MIT */
/**
 * @file sockets.h
 * What the files about sockets have in common.
 */
#ifndef OTLS_TEST_MODEL_SOCKETS_H
#define OTLS_TEST_MODEL_SOCKETS_H

#include "model.h"

/** 0 and 1, 2 and 3 talk to each other, as connections do; 4 and 5 listen, or try to. */
#define SOCKS 6
#define SOCK_LISTENERS 4

typedef enum sock_kind {
    SOCK_EMPTY, /* without a descriptor */
    SOCK_HELD,  /* with one, and no more */
    SOCK_LISTENS,
    SOCK_DIALS,
    SOCK_TALKS /* has a connection */
} sock_kind;

/** What was sent to one end, or done to it. */
typedef struct sock_inward {
    uint64_t total; /* bytes of data */
    uint64_t plain; /* bytes behind the close_notify */
    bool close;     /* close_notify was sent, or tried */
    bool eof;       /* no more comes */
    bool clean;     /* and all that came before it must arrive, with no failure */
    bool breaks;    /* it may be reset */
    bool tampered;
} sock_inward;

typedef struct model_sock {
    otls_socket *real;
    sock_kind kind;
    int slot;             /* of the context ... */
    bool kept;            /* ... which is not there any more: */
    model_context own;
    int timeout;
    bool chose, on_connect; /* the handshake within connect, accept */
    char name[32];          /* as set */
    bool looked_up, reading_ended, may_hold; /* of a line */
    bool blocking;          /* its descriptor when it is given back */
    bool connecting;        /* otls_socket_connect has not come to its end */
    bool bound, bound_v6, tcp;
    bool was_refused;       /* whether it is still bound is the system's business */
    uint16_t port;          /* of a listener */
    int dialed;             /* the listener that was called and has not accepted, or -1 */
    int target;             /* of connect: see sockets_dial.c */
    bool by_name, kept_fd;  /* and how it was called, with a descriptor of before or without */
    char called[8];         /* port */
    bool small;             /* the system takes hardly anything at once */
    bool odd;               /* something was done to its stream */
    int peer;               /* the other end: a socket here, or -1 */
    model_conn k;           /* its connection; `real` is not used */
    sock_inward in;
} model_sock;

/** A descriptor that belongs to no socket. */
typedef struct sock_raw {
    int fd;
    int peer;    /* the socket at its other end, or -1 */
    bool behind; /* its end has said close_notify: what is written is plain text */
} sock_raw;

struct model_socks {
    model_sock at[SOCKS];
    sock_raw raw[SOCKS];
    int nobody;       /* bound, but does not listen: */
    char nobody_port[8];
    int files[2];     /* what clients and servers write, for otls_socket_send_file */
    int started_with; /* descriptors of sockets */
};

#define SOCK_PERIOD 65521u /* of what is written */
uint8_t sock_byte(const model_sock *from, uint64_t at);

/* ---- sockets.c ---- */

/** The context, here or gone. */
model_context *sock_context(model_world *w, model_sock *s);
/** Everything that holds of every call: time, and what it may wait for. */
otls_status sock_answer(model_world *w, const model_sock *s, const otls_error *err,
                        otls_status status);
void sock_wanted(model_world *w, const model_sock *s, const otls_error *err, otls_status status,
                 otls_status wanted);
/** A connection is there: its settings are what the context's are now. */
void sock_talks(model_world *w, int at, bool server, const char *name);
/** The descriptor behind the socket, -1: none. */
int sock_fd(const model_sock *s);
/** Has its connection failed meanwhile? */
void sock_sync(model_world *w, int at);
/** After a call that needs the handshake: true when its own rules are next. */
bool sock_opens(model_world *w, int at, otls_status status, const otls_error *err);
/** Its end goes away, orderly or not: what may the other end see? */
void sock_leaves(model_world *w, int at, bool orderly);
void sock_handshake(model_world *w, int at);
/** Both go on until nothing moves. */
void sock_settle(model_world *w, int at);

/* ---- sockets_dial.c ---- */

void sock_connect(model_world *w, int at, const model_step *s);
void sock_accept(model_world *w, int at);
void sock_dial_step(model_world *w, int at, const model_step *s);

/* ---- sockets_ends.c ---- */

void sock_free(model_world *w, int at);
void sock_raw_set(model_world *w, int at, int fd, int peer, bool behind);
void sock_ends_step(model_world *w, int at, const model_step *s);

/* ---- sockets_data.c ---- */

void sock_recv(model_world *w, int at, size_t capacity);
void sock_data_step(model_world *w, int at, const model_step *s);

#endif
