/* SPDX-License-Identifier: MIT */
/**
 * @file middle.h
 * Two ends of omnitls over memory, of any two engines, and a program between them that sees and changes what they
 * send from one moment on: in the handshake, or in something that happens on an open connection.
 */
#ifndef OTLS_TEST_MIDDLE_H
#define OTLS_TEST_MIDDLE_H

#include <omnitls/omnitls.h>

#define MIDDLE_MESSAGES 3 /* of each end to the other, a record each, with what the moment is about */

typedef enum middle_moment {
    MIDDLE_HANDSHAKE,
    MIDDLE_OPEN,          /* data alone */
    MIDDLE_KEY_UPDATE,    /* TLS 1.3: the client's, which asks for the server's */
    MIDDLE_LATE,          /* TLS 1.3: the server asks for the client's certificate */
    MIDDLE_RENEGOTIATION, /* TLS 1.2: asked for by the client */
    MIDDLE_MOMENTS
} middle_moment;

/** The client is end 0, the server end 1. */
typedef struct middle_end {
    otls_connection *conn;
    otls_status status; /* < 0: failed, OTLS_OK: has sent and received everything */
    otls_error err;
    unsigned sent;
    char got[2 * MIDDLE_MESSAGES + 1];
    size_t length;
    bool open;
    size_t octets; /* sent in the moment */
} middle_end;

typedef struct middle {
    middle_moment moment;
    uint16_t version;
    const otls_backend *engines[2];
    otls_context *contexts[2];
    middle_end ends[2];
    char name[96]; /* for reports */
    /* How the last run ended. */
    bool whole;  /* both ends have everything, and what the moment is about has happened */
    bool failed; /* one of them said so before the stream ended */
    bool untold; /* a failure that otls_connection_failure does not know of */
} middle;

/** What end `from` has sent in the moment; it arrives by middle_deliver, changed or not. */
typedef void middle_pass(void *user, middle *m, int from, const uint8_t *bytes, size_t size);

/** `one` with a client of that engine and a server of each (`number` counts them), in TLS 1.2 and 1.3, for each moment
 *  that both can; then prints how many connections each moment had. Ends the program where anything is missing. */
void middle_each(const char *pki, const char *client, void (*one)(middle *m, size_t number));

/** A connection from its beginning until nothing moves. pass NULL: all as it is. */
void middle_run(middle *m, middle_pass *pass, void *user);
/** The same, and nobody disturbs it: the program ends unless all goes well. It is not counted. */
void middle_undisturbed(middle *m, middle_pass *pass, void *user);
/** All that middle_run has run. */
unsigned long middle_runs(void);
void middle_deliver(middle *m, int to, const uint8_t *bytes, size_t size);
/** Nothing more will arrive there. */
void middle_cut(middle *m, int to);

/** What no fault of the line may lead to: data that were not sent, a clean end, a wait behind the end of the
 *  stream, a code that blames this side. NULL: none of these. */
const char *middle_wrong(const middle *m);

/** Ends the program: the test cannot go on. */
void middle_die(const char *what, const otls_error *err);

#endif
