/* SPDX-License-Identifier: MIT */
/** @file connection/resume.h A connection's part in resumption. */
#ifndef OMNI_CONNECTION_RESUME_H
#define OMNI_CONNECTION_RESUME_H

#include "connection/client_hello.h"
#include "session/session.h"

/** Client: a session told of before the handshake's end. */
typedef struct omni_early_session {
    otls_native_session native; /* its blob and id are in `bytes` */
    otls_native_session_object *object;
    uint8_t bytes[];
} omni_early_session;

/** Server, until the handshake's end: what the ClientHello asks to resume, and what was found. */
typedef struct omni_asked_sessions {
    uint8_t ticket_count; /* `tickets` that the client offered */
    bool known;           /* `looked_up` was, and the engine has not asked for it yet */
    uint8_t id_size;
    uint8_t id[OMNI_SESSION_ID_MAX]; /* asked for without a ticket, before TLS 1.3 */
    uint8_t tickets[OMNI_HELLO_TICKETS][OTLS_TICKET_NAME_SIZE]; /* their keys' names */
    uint8_t looked_up[32]; /* the key of what `fetched` answers, found or not */
    uint8_t *fetched;      /* what the engine borrowed from the cache */
    size_t fetched_size;
} omni_asked_sessions;

/** Part of otls_connection. */
typedef struct omni_connection_sessions {
    otls_session *offer;  /* client: the application's, or from the cache */
    otls_session *newest; /* client: what this connection made last */
    uint8_t fit;          /* otls_session_fit */
    bool chosen;          /* the application said which, even if none */
    bool from_cache;
    bool hello_offered; /* server: the client asked for resumption */
    bool expired;       /* server: what it asked for was found, too old */
    bool bound;         /* server: `binding` is there */
    bool early_over;    /* server: no more early data */
    bool early_offered; /* server: the client sends some */
    bool old_ticket;    /* server: a TLS 1.2 ticket came with a hello that leads to TLS 1.3 */
    uint16_t port;
    uint32_t early_sent; /* client: early data that the engine took */
    int64_t authenticated; /* when the full handshake behind this connection was */
    uint8_t binding[OMNI_BINDING_SIZE];
    omni_asked_sessions *asked; /* NULL = nothing was */
    omni_early_session *early;  /* NULL = none */
} omni_connection_sessions;

/** Client, before the engine starts: settle what to offer. */
void omni_session_choose(otls_connection *conn);
/** What goes into the engine's setup, one of the two; empty when nothing is offered. */
otls_slice omni_session_blob(const otls_connection *conn);
const otls_native_session_object *omni_session_object(const otls_connection *conn);
/** The engine could not take what was offered: forget it. False when nothing was offered. */
bool omni_session_unreadable(otls_connection *conn);
/** Server: what the hello asks for. */
void omni_session_hello(otls_connection *conn, const otls_client_hello *hello);
/** Server, before the engine starts: the hello asks by an id, and the cache has it. */
bool omni_session_by_id(otls_connection *conn);
/** After the engine's handshake, before core's assertions: where the peer's chain comes from. */
otls_status omni_session_resumed(otls_connection *conn, otls_error *err);
/** After a renegotiation: is the peer still who it was? */
otls_status omni_session_renegotiated(otls_connection *conn, otls_error *err);
/** The handshake is good: count, and keep what came during it. */
void omni_session_done(otls_connection *conn);
/** The handshake failed. */
void omni_session_failed(otls_connection *conn);
/** Server: neither hello nor engine ask for sessions any more. */
void omni_asked_sessions_drop(otls_connection *conn);
void omni_connection_sessions_clear(otls_connection *conn);

/* what engines call */
void omni_core_new_session(otls_core *core, const otls_native_session *native);
void omni_core_new_session_object(otls_core *core, const otls_native_session *native,
                                  otls_native_session_object *object);
otls_status omni_core_ticket_key(otls_core *core, const uint8_t *name, otls_ticket_key *out,
                                 bool *renew);
otls_status omni_core_ticket_key_offered(otls_core *core,
                                         size_t (*names)(void *user, const otls_ticket_key *key,
                                                         uint8_t out[][OTLS_TICKET_NAME_SIZE]),
                                         void *user, otls_ticket_key *out);
void omni_core_cache_store(otls_core *core, otls_slice id, otls_slice blob);
otls_status omni_core_cache_fetch(otls_core *core, otls_slice id, otls_slice *blob);
void omni_core_cache_remove(otls_core *core, otls_slice id);

#endif
