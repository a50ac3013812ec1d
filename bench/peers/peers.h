/* SPDX-License-Identifier: MIT */
/*
 * --peers: other libraries that programs use for TLS, each beside omnitls on the engine that the
 * peer is built over. A client of either is measured, against one and the same server in another
 * process, over TCP on 127.0.0.1. Time is the CPU time of the client's whole process: some peers
 * work on threads of their own.
 */
#ifndef OMNITLS_BENCH_PEERS_H
#define OMNITLS_BENCH_PEERS_H

#include "bench.h"

#include <sys/types.h>

#define PEER_TEXT_SIZE 96
#define PEER_MESSAGE_MAX 16384
#define PEER_BODY_SIZE 1024 /* of what is got over HTTPS */
#define PEER_ASK_SIZE 64    /* of the message that asks what was agreed on, and of the answer */

/* ---- cases: cases.c -------------------------------------------------------------------------- */

typedef enum peer_kind {
    PEER_HANDSHAKE, /* connect, handshake, close */
    PEER_EXCHANGE,  /* a message and its echo over a connection that stays open */
    PEER_GET_NEW,   /* HTTPS GET over a new connection */
    PEER_GET_KEPT   /* over the one that is open */
} peer_kind;

typedef struct peer_case {
    bench_case what;
    peer_kind kind;
} peer_case;

extern const peer_case peer_cases[];
extern const size_t peer_case_count;

/* ---- the server: server.c -------------------------------------------------------------------- */

typedef struct peer_server {
    pid_t process;
    int leash; /* closed, the server ends */
    uint16_t port, fresh_port;
    char
        chain[BENCH_PATH_SIZE]; /* a file of its own, made anew for each connection to fresh_port */
} peer_server;

/* Before anything touches an engine, since it forks. False after a sentence. */
bool peer_server_start(peer_server *server, const bench_options *options);
void peer_server_stop(peer_server *server);

/* ---- programs -------------------------------------------------------------------------------- */

/* What a program is made of. All of them want TLS 1.3 at least and verify chain and name. */
typedef struct peer_setup {
    uint16_t port, fresh_port;
    const char *name;   /* that the certificate must be for */
    const char *root;   /* PEM file of the one authority that is trusted */
    const char *engine; /* below, for omnitls' program to do what the peer does: its engine; */
    bool groups;        /* the peer can be told to offer X25519 alone; */
    bool closes;        /* it ends with close_notify; */
    bool polls;         /* it waits in an event loop, not in read() */
} peer_setup;

typedef struct peer_state peer_state; /* a context, and at most one connection */

/* What fails says why with bench_complain. */
typedef struct peer_program {
    peer_state *(*open)(const peer_setup *setup);
    void (*close)(peer_state *state);
    /* TCP, handshake, verification. hang_up also after it failed. */
    bool (*connect)(peer_state *state);
    void (*hang_up)(peer_state *state);
    /* NULL: the library has no such calls. */
    bool (*exchange)(peer_state *state, const uint8_t *message, uint8_t *answer, size_t size);
    /* Whole body of https://localhost:port<path>, of at most `size` bytes. */
    bool (*get)(peer_state *state, const char *path, bool kept, uint8_t *body, size_t size,
                size_t *count);
    /* In another process, which does so many operations and says how long they took; or NULL. */
    bool (*elsewhere)(peer_state *state, peer_kind kind, size_t size, size_t count,
                      bench_time *spent);
} peer_program;

/* What a peer's library says of itself. */
typedef struct peer_library {
    char version[PEER_TEXT_SIZE];
    char tls[PEER_TEXT_SIZE]; /* "OpenSSL 3.0.19": what it was really built over */
    const char *engine;       /* "openssl", "gnutls"; "": another */
} peer_library;

typedef struct peer {
    const char *name;
    const char *package; /* Debian's, for those who have it not */
    bool (*load)(peer_library *library);
    const peer_program *program;
    bool groups, closes, polls; /* as in peer_setup */
} peer;

extern const peer peers[];
extern const size_t peer_count;

extern const peer_program peer_omnitls;
extern const peer_program peer_libtls, peer_glib, peer_libcurl, peer_libcurl_gnutls, peer_python;
bool peer_libtls_load(peer_library *library);
bool peer_glib_load(peer_library *library);
bool peer_libcurl_load(peer_library *library);
bool peer_libcurl_gnutls_load(peer_library *library);
bool peer_python_load(peer_library *library);
#ifdef OTLS_BENCH_ENGINE_OPENSSL /* libevent wants an SSL */
extern const peer_program peer_libevent;
bool peer_libevent_load(peer_library *library);
#endif

/* A socket that is connected to the server, blocking; -1 after a sentence. */
int peer_dial(uint16_t port);

/* ---- measuring: measure.c -------------------------------------------------------------------- */

typedef struct peer_found {
    const peer *who;
    peer_library library;
    char why[256];    /* not measured, because; "" = measured */
    char agreed[128]; /* what the server saw, the same of both programs */
} peer_found;

/* Is it there, do both programs agree with the server on the same, and refuse what they must? What
 * does not go is in `why`. False after a sentence: it is there, and does not do the same. */
bool peer_try(peer_found *found, const peer *who, const peer_setup *setup);
bool peer_can(const peer *who, const peer_case *what);
/* The setup of a peer, and of omnitls' program beside it. */
peer_setup peer_setup_of(const peer_found *found, const peer_setup *common);
bool peer_measure(const peer_found *found, const peer_case *what, const peer_setup *common,
                  double seconds, bench_result *result);

/* ---- what comes out -------------------------------------------------------------------------- */

typedef struct peer_report {
    bench_report figures; /* "engine" of a result: the peer's name */
    size_t count;
    peer_found found[16];
} peer_report;

void peer_report_table(const peer_report *report, FILE *stream);
bool peer_report_json(const peer_report *report, const char *path);
bool peer_report_html(const peer_report *report, const char *path);
void peer_list(void);
/* Is the pattern one of a case here? */
bool peer_case_known(const bench_options *options);
/* What the programs of the wanted cases do. */
void peer_explain(const bench_options *options);

/* --peers: 0, or an exit code after a sentence. */
int peer_main(const bench_options *options);

#endif
