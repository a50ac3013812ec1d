/* SPDX-License-Identifier: MIT */
/**
 * @file connection/connection.h
 * A connection inside. Core owns the bytes: the engine reads and writes through connection/upcalls.c,
 * so would-block, end of file, reset and partial writes are decided once.
 */
#ifndef OMNI_CONNECTION_CONNECTION_H
#define OMNI_CONNECTION_CONNECTION_H

#include "base/base.h"
#include "connection/client_hello.h"
#include "connection/resume.h"
#include "context/context.h"
#include "verify/verify.h"
#include <omnitls/connection.h>

/** A peer's chain has at most this many certificates and bytes. */
#define OMNI_PEER_CHAIN_MAX OMNI_VERIFY_CHAIN_MAX
#define OMNI_PEER_CHAIN_BYTES ((size_t)OTLS_CHAIN_BYTES_MAX)

typedef enum omni_state {
    OMNI_STATE_NEW = 0,   /* nothing has happened */
    OMNI_STATE_HELLO,     /* server: waiting for the whole ClientHello */
    OMNI_STATE_HANDSHAKE, /* the engine is at it */
    OMNI_STATE_OPEN,
    OMNI_STATE_FAILED
} omni_state;

/** Where in the peer's record stream we are. */
typedef struct omni_record_watch {
    uint8_t header[7]; /* record header and, of an alert, the body */
    uint8_t have;
    uint32_t skip; /* bytes of the record still to come */
} omni_record_watch;

/** The peer's Certificate message as it came. */
typedef struct omni_certificate_message {
    uint8_t *body; /* NULL when there is none, or not all of it */
    size_t size;   /* 0 = no message */
    uint16_t version;
    bool lost; /* there was no memory for its body */
} omni_certificate_message;

/** What a connection keeps for them. */
typedef struct omni_connection_callbacks {
    omni_user_data user;
    omni_dn_list client_ca; /* client: what the server asked for */
    uint8_t told_state;       /* the state last told to the info callback */
    bool told_start;
    bool alert_fatal; /* the last alert told */
    bool asked_hello; /* the ClientHello callback is being asked */
    bool asked_late;  /* server: for a certificate after the handshake */
    bool peer_heard;  /* the engine has asked about the peer's certificates */
    uint8_t psk_given : 1; /* core handed a pre-shared key to the engine */
    uint8_t psk_word : 2;  /* server: an omni_psk_word, what was said of it (peer.h) */
    bool cannot_wait; /* the verify callback wants to, the engine cannot */
} omni_connection_callbacks;

struct otls_connection {
    /* What every record needs, in two cache lines and a half: with thousands of connections in turn
     * the lines are what takes time. */
    otls_core core; /* first: what the backend holds on to */
    const otls_connection_ops *ops;  /* the engine's, one load away */
    otls_backend_connection *engine; /* in this block, behind the struct */
    otls_transport transport;        /* unset for memory */
    otls_status said;       /* what the transport answered the last read; OTLS_OK before */
    otls_status write_said; /* OTLS_OK, why writing broke, or OTLS_CLOSED: by our close_notify */
    uint8_t state;
    bool inside; /* the engine is at it: we are in one of its upcalls */
    bool sent_close, received_close;
    union {
        struct {
            bool memory, read_ahead;
            bool exact; /* nothing is read from the transport that is not of the record at hand */
            bool only_renegotiate; /* the engine gets no bytes beyond it */
        };
        uint32_t detours; /* not 0: bytes do not come straight from the transport */
    };
    bool peer_refused;         /* core's last word on the peer was not OTLS_OK */
    bool renegotiating;        /* from the engine's ClientHello or the peer's to the end */
    bool renegotiated;         /* ended, and not yet looked at */
    bool want_read, want_write; /* what the last answer was */
    omni_buffer in, out; /* ciphertext read ahead; ciphertext not sent yet */
    omni_buffer plain;   /* plaintext that was peeked at */
    /* and the rest */
    otls_context *context; /* what is in force */
    otls_context *base;    /* the shared one, when `context` is this connection's own; else NULL */
    const omni_native *native; /* what the engine was started with; NULL before */
    struct omni_wire *wire;    /* who watches the bytes; NULL = nobody */
    struct omni_messages *messages; /* who watches the messages; NULL = nobody */
    int write_errno, read_errno;
    bool server, engine_live;
    bool ragged_eof_ok, ragged_eof_told; /* the second: the connection has its own word, the first */
    bool rested;        /* there was nothing to read, once or more, since the handshake ... */
    uint32_t rested_at; /* ... last at this time */
    bool input_ended;     /* memory: feed_eof */
    bool role_open;       /* an OTLS_EITHER context, and no side taken yet */
    bool close_assumed;   /* received_close, but by decree */
    uint32_t renegotiations; /* that ended */
    bool peer_verified;   /* core gave its verdict on the peer's chain in this connection */
    bool peer_missing;    /* the peer was asked and presented nothing */
    otls_status no_verdict; /* why the peer was refused without one; OTLS_OK = there is one */
    omni_record_watch record; /* exact: where in the peer's stream the transport stands */
    omni_record_watch watch; /* an alert in plaintext that the engine could not read */
    uint16_t hello_version;  /* server: what the ClientHello leads to */
    bool no_curves;          /* server: it leaves no suite with ECDHE */
    uint16_t chosen_group;   /* server: what core chose out of it for the key exchange; 0 = nothing */
    int16_t alert_sent, alert_received; /* fatal ones, -1 = none */
    uint16_t records; /* of the peer's before the handshake's end, and what they cost (io.c) */
    intptr_t fd;
    otls_error *failure;  /* the first cause; NULL until then, or when there was no memory for it */
    otls_status failure_status;
    char *host; /* the server's name, cleaned; behind it what `reference` means, if other letters */
    omni_reference_name reference;
    const omni_chain *peer; /* what could be decoded of what was sent */
    omni_certificate_message message; /* between its arrival and the verdict */
    otls_verdict verdict;
    otls_connection_info info;
    uint8_t *chosen_alpn; /* server: wire form of the one name */
    size_t chosen_alpn_size;
    uint16_t *shared; /* server: the suites of the hello that we have, in the client's order */
    size_t shared_count;
    uint8_t *ocsp; /* the response that came (client) or went out (server) */
    size_t ocsp_size;
    omni_connection_callbacks calls;
    omni_connection_sessions sessions;
};

_Static_assert(offsetof(otls_connection, only_renegotiate) ==
                   offsetof(otls_connection, detours) + sizeof(uint32_t) - 1,
               "four detours, and all of them");
_Static_assert(offsetof(otls_connection, want_write) < 80 &&
                   offsetof(otls_connection, context) <= 176,
               "what every record needs stands together");
_Static_assert(sizeof(otls_connection) <= 704,
               "there are thousands of them: rare things elsewhere");

/**
 * Keep a server's name of `size` octets, and what certificates are compared with: `text` is what
 * `reference` was parsed into. False: no memory.
 */
bool omni_host_keep(otls_connection *conn, const char *name, size_t size,
                    const omni_reference_name *reference, const char *text);
void omni_connection_callbacks_clear(omni_connection_callbacks *calls);
/** May it become this side? E_USAGE for a server that was given what only a client has (state.c). */
otls_status omni_connection_may_become(const otls_connection *conn, otls_role role,
                                       otls_error *err);

/** What engines hold on to is the first member of a connection. */
static inline otls_connection *omni_connection_of(otls_core *core)
{
    return (otls_connection *)(void *)core;
}

/** The engine's slots for connections. */
static inline const otls_connection_ops *omni_engine(const otls_connection *conn)
{
#ifdef OTLS_ONLY_BACKEND
    (void)conn;
    return OTLS_ONLY_BACKEND.connection;
#else
    return conn->ops;
#endif
}

static inline otls_status omni_back(otls_connection *conn, otls_status status)
{
    conn->inside = false;
    return status;
}

/**
 * The one way to call a slot that moves bytes. `said` is what the transport answers during this
 * call, and nothing older.
 */
#define OMNI_ENGINE_CALL(conn, slot, ...)                                                          \
    ((conn)->said = OTLS_OK, (conn)->inside = true,                                                \
     omni_back((conn), omni_engine(conn)->slot((conn)->engine, __VA_ARGS__)))

/** What the last call waited for. */
static inline void omni_waits(otls_connection *conn, otls_status status)
{
    conn->want_read = conn->want_write = false;
    if (OMNI_RARELY(status > OTLS_OK)) {
        conn->want_read = status == OTLS_WANT_READ;
        conn->want_write = status == OTLS_WANT_WRITE;
    }
}

#endif
