/* SPDX-License-Identifier: MIT */
/**
 * @file connection/connection.h
 * A connection inside. Core owns the bytes: the engine reads and writes through connection/io.c,
 * so would-block, end of file, reset and partial writes are decided once.
 */
#ifndef OMNI_CONNECTION_CONNECTION_H
#define OMNI_CONNECTION_CONNECTION_H

#include "base/buffer.h"
#include "connection/client_hello.h"
#include "connection/resume.h"
#include "context/context.h"
#include "verify/verify.h"
#include <omnitls/connection.h>

/** One TLS record with its header and the most any version adds to it (RFC 5246 6.2.3). */
#define OMNI_RECORD_MAX (16384u + 2048u + 5u)
#define OMNI_PLAINTEXT_MAX 16384u
/** Memory transport: output is refused above this, input above the other (back-pressure). */
#define OMNI_MEMORY_OUTPUT_LIMIT ((size_t)256 * 1024)
#define OMNI_MEMORY_INPUT_LIMIT ((size_t)256 * 1024)
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

/** Where in the peer's record stream we are, while the handshake lasts. */
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
} omni_certificate_message;

struct otls_connection {
    otls_core core; /* first: what the backend holds on to */
    otls_context *context;
    const omni_native *native;       /* what the engine was started with; NULL before */
    otls_backend_connection *engine; /* in this block, behind the struct */
    otls_transport transport;        /* unset for memory */
    omni_buffer in, out;             /* ciphertext read ahead; ciphertext not sent yet */
    omni_buffer plain;               /* plaintext that was peeked at */
    otls_status said;                /* what the transport answered the last read; OTLS_OK before */
    otls_status write_said;          /* OTLS_OK, or why writing broke */
    int write_errno, read_errno;
    uint8_t state;
    bool memory, read_ahead, server, engine_live;
    bool input_ended;     /* memory: feed_eof */
    bool sent_close, received_close, ragged_eof_ok;
    bool want_read, want_write; /* what the last answer was */
    bool role_open;       /* an OTLS_EITHER context, and no side taken yet */
    bool close_assumed;   /* received_close, but by decree */
    bool peer_verified;   /* core gave its verdict on the peer's chain in this connection */
    bool peer_missing;    /* the peer was asked and presented nothing */
    otls_status no_verdict; /* why the peer was refused without one; OTLS_OK = there is one */
    omni_record_watch watch; /* an alert in plaintext that the engine could not read */
    uint16_t hello_version;  /* server: what the ClientHello leads to */
    int16_t alert_sent, alert_received; /* fatal ones, -1 = none */
    intptr_t fd;
    otls_error *failure;  /* the first cause; NULL until then, or when there was no memory for it */
    otls_status failure_status;
    char *host;           /* what set_server_name got, cleaned */
    omni_reference_name reference;
    char reference_text[256];
    const otls_certificate *peer[OMNI_PEER_CHAIN_MAX];
    size_t peer_count;
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

/* connection/io.c: what engines call */
extern const otls_core_ops omni_core_table;
/** Send what is queued: OTLS_OK when nothing is left, WANT_WRITE, or the failure. */
otls_status omni_io_flush(otls_connection *conn);
/** More ciphertext into `in` (servers look at the hello there). As the read upcall. */
otls_status omni_io_fill(otls_connection *conn);

/**
 * The fatal alert or close_notify that came in plaintext and made the engine fail; -1 = none.
 */
int16_t omni_alert_in_plaintext(otls_connection *conn);

/* connection/fail.c */
/** Remember the first cause and report it. `engine_error` may be NULL. */
otls_status omni_connection_fail(otls_connection *conn, otls_status status,
                                 const otls_error *engine_error, otls_error *err);
/** The same with a sentence of core's. */
__attribute__((format(printf, 5, 6))) otls_status
omni_connection_fail_text(otls_connection *conn, otls_error *err, otls_status status, int32_t code,
                          const char *format, ...);
/** Report the remembered cause again. */
otls_status omni_connection_fail_again(const otls_connection *conn, otls_error *err);

/* connection/server.c */
/** Look at the ClientHello, decide, start the engine. OTLS_OK, WANT_READ or a failure. */
otls_status omni_server_start(otls_connection *conn, otls_error *err);
/** A fatal alert in plaintext, before any engine is there. */
void omni_plain_alert(otls_connection *conn, uint8_t description);

/* connection/verify.c */
otls_status omni_core_verify_peer(otls_core *core, const otls_slice *chain, size_t count,
                                  const otls_slice *staple, uint8_t *alert);
void omni_peer_clear(otls_connection *conn);
/** The verdict without a look at the chain: these flags, this alert. Returns OTLS_E_VERIFY. */
otls_status omni_peer_refuse(otls_connection *conn, uint32_t flags, uint8_t fitting, uint8_t *alert,
                             const char *text);

/* connection/certificate_message.c */
void omni_core_certificate_message(otls_core *core, uint16_t version, otls_slice body, size_t size);
otls_status omni_core_certificate_refused(otls_core *core, uint8_t *alert);
void omni_certificate_message_drop(otls_connection *conn);
/**
 * The certificates of a Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2), borrowed from it: at
 * most `capacity` are stored, all are counted. False: it is not put together as it should be.
 */
bool omni_certificate_message_read(uint16_t version, otls_slice body, otls_slice *out,
                                   size_t capacity, size_t *count);
/** After the handshake: is everything within the policy? */
otls_status omni_connection_assert(otls_connection *conn, otls_error *err);

/** Settle what is to be settled and start the engine: OTLS_OK, WANT_READ or a failure. */
otls_status omni_connection_start(otls_connection *conn, otls_error *err);
/** Start the engine with a native context. */
otls_status omni_engine_start(otls_connection *conn, omni_native *native, otls_error *err);

/* connection/server.c: end a handshake that has not begun, with an alert in plaintext */
__attribute__((format(printf, 6, 7))) otls_status
omni_refuse_hello(otls_connection *conn, otls_error *err, otls_status status, uint8_t alert,
                  int32_t code, const char *format, ...);

/* connection/hello.c */
/** Ask the application's ClientHello callback: it may switch conn->context, and choose. */
otls_status omni_hello_ask(otls_connection *conn, const otls_client_hello *hello,
                           omni_native **chosen, otls_error *err);
otls_status omni_hello_choose_alpn(otls_connection *conn, const otls_client_hello *hello,
                                   otls_error *err);

/* connection/ask.c: the application's say in a verdict. OTLS_OK, E_VERIFY or WANT_ASYNC. */
otls_status omni_verdict_ask(otls_connection *conn, uint8_t *alert);

/* connection/ocsp.c */
otls_status omni_core_staple(otls_core *core, otls_slice *response);
/** Remember what came; false when there is no memory. `staple` NULL = nothing came. */
bool omni_staple_keep(otls_connection *conn, const otls_slice *staple);
/** Let the staple have its say in conn->verdict. */
otls_status omni_staple_judge(otls_connection *conn, const otls_slice *staple, otls_error *err);

/* connection/events.c: to the info callback */
void omni_event(otls_connection *conn, otls_event event, int value);
void omni_event_state(otls_connection *conn);

/* connection/psk.c */
otls_status omni_core_psk_client(otls_core *core, const char *hint, char *identity,
                                 size_t identity_capacity, uint8_t *key, size_t key_capacity,
                                 size_t *key_length);
otls_status omni_core_psk_server(otls_core *core, const uint8_t *identity, size_t identity_size,
                                 uint8_t *key, size_t key_capacity, size_t *key_length);
/** Can the hello lead to a handshake with a pre-shared key in this version? */
bool omni_psk_fits(const otls_context *context, const otls_client_hello *hello, uint16_t version);
/** Did a key that core gave authenticate the peer, with nothing left to verify? */
bool omni_psk_authenticated(const otls_connection *conn);

/* context/client_ca.c */
void omni_core_client_ca_names(otls_core *core, const otls_slice *names, size_t count);

/* connection/state.c */
/** Remember the suites that client and server share: OTLS_OK or E_NOMEM. */
otls_status omni_shared_keep(otls_connection *conn, const otls_client_hello *hello);

/** What the last call waited for. */
static inline void omni_waits(otls_connection *conn, otls_status status)
{
    conn->want_read = status == OTLS_WANT_READ;
    conn->want_write = status == OTLS_WANT_WRITE;
}

/* connection/transport_fd.c */
otls_transport omni_transport_fd(intptr_t fd);

#endif
