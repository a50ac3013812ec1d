/* SPDX-License-Identifier: MIT */
/*
 * count ENGINE [CASE]: each case (or that one) is set up and warmed up, and its operation done so
 * often between two words to callgrind, which then writes a file. Says the engine's version, and
 * then a line for each in that order: case, operations. instructions.py runs it.
 */
#include <omnitls/omnitls.h>
#include <omnitls/session.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else /* instructions.py skips */
#define CALLGRIND_START_INSTRUMENTATION ((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION ((void)0)
#define CALLGRIND_DUMP_STATS ((void)0)
#define NO_CALLGRIND 77
#endif

#define WARM_UP 2u
#define PIPE_SIZE (256u * 1024u)
#define STEPS_MAX 1000

typedef enum kind { HANDSHAKE, RECORD, PING_PONG } kind;

typedef struct test_case {
    const char *name;
    kind kind;
    uint16_t version;
    bool mutual, resumed;
    size_t size;
    unsigned operations;
} test_case;

static const test_case cases[] = {
    {.name = "handshake-1.3", .kind = HANDSHAKE, .version = OTLS_TLS1_3, .operations = 4},
    {.name = "handshake-1.2", .kind = HANDSHAKE, .version = OTLS_TLS1_2, .operations = 4},
    {.name = "mutual-1.3", .kind = HANDSHAKE, .version = OTLS_TLS1_3, .mutual = true, .operations = 4},
    {.name = "resumed-1.3", .kind = HANDSHAKE, .version = OTLS_TLS1_3, .resumed = true, .operations = 4},
    {.name = "resumed-1.2", .kind = HANDSHAKE, .version = OTLS_TLS1_2, .resumed = true, .operations = 4},
    {.name = "record-64", .kind = RECORD, .version = OTLS_TLS1_3, .size = 64, .operations = 200},
    {.name = "record-16384", .kind = RECORD, .version = OTLS_TLS1_3, .size = 16384, .operations = 10},
    {.name = "ping-pong-64", .kind = PING_PONG, .version = OTLS_TLS1_3, .size = 64, .operations = 200},
};

typedef struct pipe_memory {
    uint8_t bytes[PIPE_SIZE];
    size_t start, end;
} pipe_memory;

typedef struct pipe_end {
    pipe_memory *in, *out;
} pipe_end;

static pipe_memory to_server, to_client;
static const pipe_end client_end = {.in = &to_client, .out = &to_server};
static const pipe_end server_end = {.in = &to_server, .out = &to_client};
static otls_context *client_context, *server_context;
static uint8_t message[16384], received[16384];

static void must(bool good, const char *what, const otls_error *err)
{
    if (good)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, err != NULL ? err->text : "");
    exit(1);
}

/* ---- the wire ---- */

static otls_status wire_write(void *user, const void *data, size_t size, size_t *count)
{
    pipe_memory *pipe = ((const pipe_end *)user)->out;

    *count = size < PIPE_SIZE - pipe->end ? size : PIPE_SIZE - pipe->end;
    memcpy(pipe->bytes + pipe->end, data, *count);
    pipe->end += *count;
    return *count != 0 ? OTLS_OK : OTLS_WANT_WRITE;
}

static otls_status wire_read(void *user, void *out, size_t capacity, size_t *count)
{
    pipe_memory *pipe = ((const pipe_end *)user)->in;
    const size_t have = pipe->end - pipe->start;

    *count = have < capacity ? have : capacity;
    memcpy(out, pipe->bytes + pipe->start, *count);
    pipe->start += *count;
    if (pipe->start == pipe->end)
        pipe->start = pipe->end = 0;
    return *count != 0 ? OTLS_OK : OTLS_WANT_READ;
}

/* ---- contexts ---- */

static void trust_root(otls_context *context)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust;

    must(otls_trust_new(&trust, &err) == OTLS_OK &&
             otls_trust_add_file(trust, OTLS_TEST_PKI "/root.pem", &err) == OTLS_OK &&
             otls_context_set_trust(context, trust, &err) == OTLS_OK,
         "trust", &err);
    otls_trust_free(trust);
}

static void present(otls_context *context, const char *chain, const char *key)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity;

    must(otls_identity_from_files(&identity, otls_context_backend(context), chain, key, NULL, NULL,
                                  &err) == OTLS_OK &&
             otls_context_add_identity(context, identity, &err) == OTLS_OK,
         "identity", &err);
    otls_identity_free(identity);
}

static otls_context *context_new(const otls_backend *backend, otls_role role, const test_case *what)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context;

    must(otls_context_new(&context, backend, role, &err) == OTLS_OK &&
             otls_context_set_versions(context, what->version, what->version, &err) == OTLS_OK &&
             otls_context_set_ciphers(context, "ECDHE-ECDSA-AES128-GCM-SHA256", &err) == OTLS_OK &&
             otls_context_set_tls13_suites(context, "TLS_AES_128_GCM_SHA256", &err) == OTLS_OK &&
             otls_context_set_groups(context, "X25519:P-256", &err) == OTLS_OK,
         "context", &err);
    if (what->resumed)
        must(otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_BOTH, &err) == OTLS_OK,
             "cache", &err);
    return context;
}

static void contexts_make(const otls_backend *backend, const test_case *what)
{
    otls_error err = OTLS_ERROR_INIT;

    client_context = context_new(backend, OTLS_CLIENT, what);
    server_context = context_new(backend, OTLS_SERVER, what);
    trust_root(client_context);
    present(server_context, OTLS_TEST_PKI "/server-ecdsa-p256.pem",
            OTLS_TEST_PKI "/server-ecdsa-p256.key");
    if (what->resumed) /* one is enough: more of them are work that is not asked about */
        must(otls_context_set_ticket_count(server_context, 1, &err) == OTLS_OK, "tickets", &err);
    if (!what->mutual)
        return;
    present(client_context, OTLS_TEST_PKI "/client-ecdsa-p256.pem",
            OTLS_TEST_PKI "/client-ecdsa-p256.key");
    trust_root(server_context);
    must(otls_context_set_verify_mode(server_context, OTLS_VERIFY_MODE_REQUIRED, &err) == OTLS_OK,
         "verify mode", &err);
}

/* ---- operations ---- */

static otls_connection *connection_new(bool server)
{
    const otls_transport transport = {
        .read = wire_read,
        .write = wire_write,
        .user = (void *)(uintptr_t)(server ? &server_end : &client_end),
    };
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *conn;

    must(otls_connection_new(&conn, server ? server_context : client_context, &transport, &err) ==
             OTLS_OK,
         "connection", &err);
    if (!server)
        must(otls_connection_set_server_name(conn, "localhost", &err) == OTLS_OK, "name", &err);
    return conn;
}

static void shake(otls_connection *client, otls_connection *server)
{
    otls_status first = OTLS_WANT_READ, second = OTLS_WANT_READ;
    otls_error err = OTLS_ERROR_INIT;

    for (int step = 0; first != OTLS_OK || second != OTLS_OK; step++) {
        must(step < STEPS_MAX, "stuck", NULL);
        if (first != OTLS_OK)
            first = otls_connection_handshake(client, &err);
        must(first >= 0, "client", &err);
        if (second != OTLS_OK)
            second = otls_connection_handshake(server, &err);
        must(second >= 0, "server", &err);
    }
}

/* One message of `size` bytes; 0: take what comes without data, tickets above all. */
static void carry(otls_connection *from, otls_connection *to, size_t size)
{
    size_t count = 0;

    if (size != 0)
        must(otls_connection_write(from, message, size, &count, NULL) == OTLS_OK && count == size,
             "write", NULL);
    for (size_t got = 0; got < size || size == 0; got += count) {
        const otls_status status = otls_connection_read(to, received, sizeof(received), &count, NULL);

        if (size == 0)
            return;
        must(status == OTLS_OK, "read", NULL);
    }
}

static void handshake(const test_case *what, bool warm)
{
    otls_connection *client = connection_new(false), *server = connection_new(true);

    shake(client, server);
    if (what->resumed)
        carry(server, client, 0);
    must(otls_connection_session_resumed(client) == (what->resumed && warm), "resumed", NULL);
    otls_connection_free(client);
    otls_connection_free(server);
    to_client.start = to_client.end = to_server.start = to_server.end = 0;
}

static void measure(const test_case *what, otls_connection *client, otls_connection *server)
{
    CALLGRIND_START_INSTRUMENTATION;
    for (unsigned i = 0; i < what->operations; i++) {
        if (what->kind == HANDSHAKE) {
            handshake(what, true);
            continue;
        }
        carry(client, server, what->size);
        if (what->kind == PING_PONG)
            carry(server, client, what->size);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS;
}

static void run(const otls_backend *backend, const test_case *what)
{
    otls_connection *client = NULL, *server = NULL;

    contexts_make(backend, what);
    for (unsigned i = 0; i < WARM_UP; i++)
        handshake(what, i != 0);
    if (what->kind != HANDSHAKE) {
        client = connection_new(false);
        server = connection_new(true);
        shake(client, server);
        for (unsigned i = 0; i < WARM_UP; i++) {
            carry(client, server, 1);
            carry(server, client, 1);
        }
    }
    measure(what, client, server);
    otls_connection_free(client);
    otls_connection_free(server);
    otls_context_free(client_context);
    otls_context_free(server_context);
    to_client.start = to_client.end = to_server.start = to_server.end = 0;
    (void)printf("%s %u\n", what->name, what->operations);
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;

#ifdef NO_CALLGRIND
    (void)puts("this build had no <valgrind/callgrind.h>");
    return NO_CALLGRIND;
#endif
    must(argc == 2 || argc == 3, "usage: count ENGINE [CASE]", NULL);
    must(otls_backend_find(&backend, argv[1], &err) == OTLS_OK, argv[1], &err);
    (void)printf("%s\n", otls_backend_version(backend));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (argc == 2 || strcmp(cases[i].name, argv[2]) == 0)
            run(backend, &cases[i]);
    return 0;
}
