/* SPDX-License-Identifier: MIT */
/**
 * @file session_pair.h
 * Two contexts with resumption on, and any number of connections between them.
 */
#ifndef OTLS_TEST_SESSION_PAIR_H
#define OTLS_TEST_SESSION_PAIR_H

#include "pair.h"
#include <omnitls/session.h>

/** What to set up otherwise than usual; zero is the usual: caches on both sides, tickets. */
typedef struct session_options {
    const char *client_identity;       /* "client-ecdsa-p256"; NULL = none */
    const char *client_trust;          /* "root" by default */
    const char *server_trust;          /* "root" by default, when verifying */
    otls_verify_mode verify_mode;      /* the server's */
    unsigned client_mode, server_mode; /* 0 = CLIENT without lookup; SERVER */
    bool no_tickets;
    bool no_verify, no_name_check;
    int verify_depth; /* 0 = default */
    uint32_t lifetime;
    int64_t *now; /* NULL = the system's clock */
} session_options;

typedef struct session_pair {
    pair_case which;
    otls_context *client, *server;
} session_pair;

void session_open(session_pair *s, const pair_case *which, const session_options *options);
/** The contexts alone, for changes between them. */
otls_context *session_client(const pair_case *which, const session_options *options);
otls_context *session_server(const pair_case *which, const session_options *options);
void session_close(session_pair *s);

/** What the bytes on the wire say of a handshake, whatever the library says. */
typedef enum session_on_wire { WIRE_NOTHING = 0, WIRE_FULL, WIRE_RESUMED } session_on_wire;

/** What one connection came to. */
typedef struct session_run {
    session_on_wire wire; /* asserted to agree with both sides */
    bool wire_offered;    /* the ClientHello on the wire asks for a session */
    uint16_t version;
    bool reused_client, reused_server;
    size_t client_chain, server_chain;       /* certificates of the peer, as each side sees it */
    size_t client_verified, server_verified; /* the verified paths */
    uint32_t client_flags, server_flags;
    otls_session_fit fit;
    otls_session *session; /* the newest, a reference; free it */
} session_run;

/** Connect, exchange data both ways, close. `session` NULL: leave the choice to the context. */
session_run session_connect(const session_pair *s, otls_session *session, const char *host);
/** The same with contexts that need not be the pair's. */
session_run session_connect_with(const pair_case *which, otls_context *client, otls_context *server,
                                 otls_session *session, const char *host);
/** The same in two steps: connections that have sent nothing yet ... (`port` 0 = not known) */
void session_begin(pair *p, const pair_case *which, otls_context *client, otls_context *server,
                   otls_session *session, const char *host, uint16_t port);
/** ... and the rest. */
session_run session_end(pair *p);

#endif
