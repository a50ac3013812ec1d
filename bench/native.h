/* SPDX-License-Identifier: MIT */
/*
 * The two sides of a comparison behind one table: a program over an engine's own documented calls,
 * and the same program over omnitls. Both are driven by the same loops, over the same pipes, with
 * the same certificates, and must negotiate the same version, suite and group.
 *
 * One thread. What a side cannot do it reports with bench_complain and NULL, false or -1.
 */
#ifndef OMNITLS_BENCH_NATIVE_H
#define OMNITLS_BENCH_NATIVE_H

#include "pipe.h"
#include <stdbool.h>
#include <stdint.h>

#define BENCH_HOST "localhost"
#define BENCH_PATH_SIZE 1024
#define BENCH_CHAIN_MAX 4
#define BENCH_PIECES 256 /* of one gathering write */
#define BENCH_SIGNATURE_SIZE 128

enum { BENCH_TLS1_2 = 0x0303, BENCH_TLS1_3 = 0x0304 };
enum { BENCH_P256 = 0x0017, BENCH_P384 = 0x0018, BENCH_X25519 = 0x001d, BENCH_MLKEM = 0x11ec };

/* What contexts are made of; paths of PEM files. */
typedef struct bench_setup {
    const char *engine;
    uint16_t version;
    uint16_t suite; /* the one suite both sides may use, IANA id */
    uint16_t
        group;   /* that must be agreed on, IANA id; the engines' own programs know X25519 only */
    bool mutual; /* the client presents a certificate, the server verifies it */
    bool resume; /* the server gives out one ticket, the client keeps it */
    uint32_t early; /* bytes of early data that the server accepts */
    size_t identities; /* that the server has besides, for other names; omnitls' program alone */
    size_t sessions;   /* that fit into its cache, by their ids and without tickets; 0: tickets;
                          likewise */
    bool accelerated;  /* likewise */
    char root[BENCH_PATH_SIZE];
    char server_chain[BENCH_PATH_SIZE], server_key[BENCH_PATH_SIZE];
    char client_chain[BENCH_PATH_SIZE], client_key[BENCH_PATH_SIZE];
} bench_setup;

/* What an end asked of its transport; only omnitls' program counts. */
typedef struct bench_traffic {
    size_t reads, writes; /* calls, those that would block among them */
    size_t read_bytes, written_bytes;
} bench_traffic;

/* One end of a connection: two pipes, or a socket where fd is not negative. */
typedef struct bench_end {
    bench_pipe *in, *out;
    int fd;
    bench_traffic *traffic; /* NULL: nobody counts */
} bench_end;

/* The system's roots in one file, and a chain that leads to one of them, leaf first. */
typedef struct bench_roots {
    const char *engine;
    const char *file;
    size_t chain_count;
    struct {
        const uint8_t *der;
        size_t size;
    } chain[BENCH_CHAIN_MAX];
} bench_roots;

typedef struct bench_world bench_world; /* one client context, one server context */
typedef struct bench_conn bench_conn;
typedef struct bench_session bench_session;
typedef struct bench_trust bench_trust; /* a client context with the system's roots */

typedef struct bench_side {
    const char *name;
    const char *(*build)(void); /* what the engine was built with, as far as it tells */
    size_t (*sign)(const char *key_file, const void *data, size_t size,
                   uint8_t out[BENCH_SIGNATURE_SIZE]); /* of the engines' own programs */
    bench_world *(*world_new)(const bench_setup *setup);
    /* A new server context, and with `mutual` a new client context, with the chains that `setup`
     * names now. No connection is open. */
    bool (*world_renew)(bench_world *world, const bench_setup *setup);
    void (*world_free)(bench_world *world);
    /* `end` outlives the connection. A client has its server's name set. */
    bench_conn *(*conn_new)(bench_world *world, bool server, const bench_end *end);
    void (*conn_free)(bench_conn *conn);
    int (*handshake)(bench_conn *conn);                             /* 1 done, 0 waits, -1 failed */
    bool (*write)(bench_conn *conn, const void *data, size_t size); /* all of it */
    /* `count` pieces of that size, all of them; NULL: the program has nothing but write. */
    bool (*gather)(bench_conn *conn, const uint8_t *data, size_t piece, size_t count);
    int (*read)(bench_conn *conn, void *out, size_t size); /* bytes, 0 waits, -1 failed */
    /* Was negotiated what `setup` says? */
    bool (*agreed)(bench_conn *conn, const bench_setup *setup);

    /* Clients: the session of a finished handshake whose ticket was read, or NULL; offer one. */
    bench_session *(*session)(bench_conn *conn);
    bool (*offer)(bench_conn *conn, bench_session *session);
    void (*session_free)(bench_session *session);
    bool (*resumed)(bench_conn *conn);
    /* Early data; NULL where the program has none. read_early: as read; accepted: after all. */
    bool (*write_early)(bench_conn *conn, const void *data, size_t size);
    int (*read_early)(bench_conn *conn, void *out, size_t size);
    bool (*accepted)(bench_conn *conn);

    bool (*prepare)(const bench_roots *roots); /* load the library: make and free a bare context */
    /* `earlier` is NULL, or was made by trust_open: one more context like it. */
    bench_trust *(*trust_open)(const bench_roots *roots, const bench_trust *earlier);
    bool (*trust_verify)(bench_trust *trust, const bench_roots *roots); /* the chain, from DER */
    void (*trust_close)(bench_trust *trust);
} bench_side;

#ifdef OTLS_BENCH_ENGINE_OPENSSL
extern const bench_side bench_native_openssl;
#endif
#ifdef OTLS_BENCH_ENGINE_WOLFSSL
extern const bench_side bench_native_wolfssl;
#endif
#ifdef OTLS_BENCH_ENGINE_GNUTLS
extern const bench_side bench_native_gnutls;
#endif
/* ECDSA with SHA-256, DER, by the key of a PEM file; returns the signature's size, 0 = failed. */
size_t bench_sign_openssl(const char *key_file, const void *data, size_t size,
                          uint8_t out[BENCH_SIGNATURE_SIZE]);
size_t bench_sign_wolfssl(const char *key_file, const void *data, size_t size,
                          uint8_t out[BENCH_SIGNATURE_SIZE]);
size_t bench_sign_gnutls(const char *key_file, const void *data, size_t size,
                         uint8_t out[BENCH_SIGNATURE_SIZE]);

/* Serves every engine: setup and roots name it. */
extern const bench_side bench_ours;

/* One line on standard error; returns false, so that it can end a function. */
bool bench_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
