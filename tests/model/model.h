/* SPDX-License-Identifier: MIT */
/**
 * @file model.h
 * Random sequences of calls, legal and illegal, beside a model that says what each must answer.
 */
#ifndef OTLS_TEST_MODEL_H
#define OTLS_TEST_MODEL_H

#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>
#include <omnitls/parity.h>

#define MODEL_CONTEXTS 4 /* even: the client's engine, odd: the server's */
#define MODEL_CONNS 4    /* 0 and 1, 2 and 3 talk to each other; even: the client */
#define MODEL_SESSIONS 3
#define MODEL_TRUSTS 3
#define MODEL_STEPS_MAX 400
#define MODEL_TEXT 400

/** One call, or a few; the same step does the same thing whatever other steps are left out. */
typedef struct model_step {
    uint8_t op, at, a, b;
    uint32_t n;
} model_step;

/** What identities and contexts are about: indexes into names. */
typedef enum model_identity {
    ID_NONE, ID_GOOD, ID_OTHER_NAME, ID_EXPIRED,
    ID_CLIENT, /* of contexts that are clients' alone */
    ID_KINDS
} model_identity;

/** What was set, as the documents say that it is kept. */
typedef struct model_settings {
    otls_role role;
    uint16_t lowest, highest;
    uint32_t options;
    int level, depth, verify_mode;
    bool no_verify, no_name;
    unsigned cache_mode;
    uint32_t lifetime;
    bool has_root;  /* the right root is among its trust */
    int alpn;       /* bits: 1 "h2", 2 "http/1.1" */
    bool alpn_optional;
    model_identity identities[ID_KINDS];
    size_t identity_count;
} model_settings;

typedef struct model_context {
    otls_context *real;
    bool sealed;
    model_settings set;
} model_context;

typedef enum model_state { M_NEW, M_RUN, M_OPEN, M_FAILED } model_state;

typedef struct model_conn {
    otls_connection *real;
    int slot; /* of the context */
    model_settings set;
    model_state state;
    bool server, role_open, named, right_name;
    bool offered; /* a session was set */
    bool sent_close, received_close, by_decree, eof_in, ragged;
    bool tampered;     /* what comes in is not what the peer sent */
    bool lost;         /* something of what it sent went nowhere */
    bool renegotiated; /* somebody asked for it */
    unsigned updates;  /* of its keys */
    bool asked;        /* the peer for new keys */
    bool opened;       /* was open once */
    otls_error first;  /* the first cause of failure */
    uint64_t written, read;
    bool dropped;   /* data were read past */
    bool peeked;    /* some of it was looked at and is kept */
    bool lost_peer; /* the other end is not the one that it began with */
    bool unsure;    /* set to something that the model does not follow */
    bool resumable; /* a session was at hand, which may open what would not */
} model_conn;

typedef struct model_trust {
    otls_trust *real;
    bool sealed, has_root, has_other;
} model_trust;

typedef struct model_session {
    otls_session *real;
    int side; /* whose engine's: 0 client's, 1 server's */
} model_session;

typedef struct model_world {
    const char *pki;
    const otls_backend *engines[2];
    otls_identity *identities[2][ID_KINDS]; /* by engine */
    model_context contexts[MODEL_CONTEXTS];
    model_conn conns[MODEL_CONNS];
    model_trust trusts[MODEL_TRUSTS];
    model_session sessions[MODEL_SESSIONS];
    struct model_socks *socks; /* sockets.h */
    uint64_t socks_opened, socks_failed;
    int64_t started;           /* when the call at hand began, ms */
    bool say;                 /* print each call */
    char call[MODEL_TEXT];    /* the one at hand */
    char failure[MODEL_TEXT]; /* the first that was wrong; "" = none */
} model_world;

/* ---- world.c: what is claimed, and what every call is held to ---- */

/** The name in the PKI and what it is. */
const char *model_identity_name(model_identity kind);
void model_begin(model_world *w);
void model_end(model_world *w);
/** Fails the sequence with that sentence, unless `is`; answers `is`. */
bool model_claim(model_world *w, bool is, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** Before a call: its text, and a report that shows whether it is touched. */
void model_call(model_world *w, otls_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** After it: a failure fills the report, anything else leaves it alone. */
otls_status model_answer(model_world *w, const otls_error *err, otls_status status);
/** The same, and it must be `wanted`. */
void model_wanted(model_world *w, const otls_error *err, otls_status status, otls_status wanted);
/** And with this code; -1: any. */
void model_wanted_code(model_world *w, const otls_error *err, otls_status status,
                       otls_status wanted, int code);

int64_t model_now(void);

/* ---- settings.c: contexts and trust ---- */

void model_context_step(model_world *w, const model_step *step);
void model_trust_step(model_world *w, const model_step *step);
void model_contexts_check(model_world *w);
void model_trusts_check(model_world *w);
/** A context that is used for connections: what must its sealing answer? */
otls_status model_seals(const model_context *context);
/** What is left of versions; false: nothing. */
bool model_versions(const model_settings *set, uint16_t *lowest, uint16_t *highest);

/* ---- talk.c: connections and sessions ---- */

void model_conn_step(model_world *w, const model_step *step);
void model_conns_check(model_world *w);
void model_conn_free(model_world *w, int at);

/* ---- sockets.c: sockets ---- */

void model_socks_begin(model_world *w);
/** Closes them; nothing may be left open. */
void model_socks_end(model_world *w);
/** The context of that place goes away, for all but the sockets that hold it. */
void model_socks_keep(model_world *w, int slot);
void model_sock_step(model_world *w, const model_step *step);
void model_socks_check(model_world *w);

/* ---- steps.c: what there is ---- */

enum {
    OP_CONTEXT_NEW, OP_CONTEXT_COPY, OP_CONTEXT_FREE, OP_CONTEXT_SEAL, OP_VERSIONS, OP_OPTIONS_ON,
    OP_OPTIONS_OFF, OP_LEVEL, OP_DEPTH, OP_VERIFY_MODE, OP_NO_VERIFY, OP_NO_NAME, OP_CHECK_NAME,
    OP_TRUST_SET, OP_IDENTITY_ADD, OP_IDENTITY_REMOVE, OP_IDENTITY_CLEAR, OP_ALPN,
    OP_ALPN_REQUIRED, OP_CACHE_MODE, OP_LIFETIME, OP_TICKET_KEYS,
    OP_TRUST_NEW, OP_TRUST_COPY, OP_TRUST_ADD, OP_TRUST_VERIFY,
    OP_CONN_NEW, OP_CONN_FREE, OP_ROLE, OP_NAME, OP_SET_CONTEXT, OP_OWN_CONTEXT, OP_READ_AHEAD,
    OP_HANDSHAKE, OP_READ, OP_PEEK, OP_WRITE, OP_WRITEV, OP_FLUSH, OP_RELEASE, OP_SHUTDOWN,
    OP_SHUTDOWN_WAIT, OP_SHUTDOWN_STATE, OP_RAGGED, OP_UNREAD, OP_MOVE, OP_FLIP, OP_GARBAGE,
    OP_EOF, OP_SETTLE, OP_KEY_UPDATE, OP_RENEGOTIATE, OP_LATE_AUTH, OP_EXPORT, OP_BINDING,
    OP_EARLY_WRITE, OP_EARLY_READ, OP_SESSION_TAKE, OP_SESSION_SET, OP_SESSION_COPY,
    OP_SOCK_PAIR, OP_SOCK_WRAP, OP_SOCK_NEW, OP_SOCK_LISTEN_ON, OP_SOCK_CONNECT, OP_SOCK_ACCEPT,
    OP_SOCK_ONCE, OP_SOCK_BIND, OP_SOCK_LISTEN, OP_SOCK_NAME, OP_SOCK_WHEN, OP_SOCK_TIMEOUT,
    OP_SOCK_HANDSHAKE, OP_SOCK_RECV, OP_SOCK_LINE, OP_SOCK_SEND, OP_SOCK_SEND_ALL,
    OP_SOCK_SEND_FILE, OP_SOCK_FLUSH, OP_SOCK_SHUTDOWN, OP_SOCK_UNWRAP, OP_SOCK_DETACH,
    OP_SOCK_CLOSE, OP_SOCK_RAW, OP_SOCK_MISCHIEF, OP_SOCK_FACTS, OP_SOCK_SETTLE,
    OP_COUNT,
    OP_FIRST_TRUST = OP_TRUST_NEW, OP_FIRST_CONN = OP_CONN_NEW, OP_FIRST_SOCK = OP_SOCK_PAIR
};

/** Fill `steps` for `seed`; returns how many. */
size_t model_draw(uint64_t seed, model_step steps[MODEL_STEPS_MAX]);
/** What a pair takes that can talk. */
const model_step *model_start(size_t *count);
void model_do(model_world *w, const model_step *step);

#endif
