/* SPDX-License-Identifier: MIT */
/*
 * What the guide shows, as one program: guide PKI_DIRECTORY. Each part is driven over memory, or over a
 * pair of sockets, and says "ok"; the guide's text is taken from here (tests/docs/included.py).
 */
#include <omnitls/omnitls.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* guide: trust */
static otls_status private_roots_only(otls_context *context, const char *bundle, otls_error *err)
{
    otls_trust *trust;
    otls_status status = otls_trust_new(&trust, err);

    if (status != OTLS_OK)
        return status;
    status = otls_trust_add_file(trust, bundle, err); /* PEM bundle, or one DER certificate */
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    return status;
}
/* guide end */

/* guide: pins */
static otls_status pin(otls_context *context, const uint8_t pins[2 * 32], otls_error *err)
{
    /* a key that is in use, and one that waits in a safe: else a lost key locks everybody out */
    return otls_context_set_pins(context, pins, 2, err);
}
/* guide end */

/* guide: revocation */
static otls_status with_revocation(otls_context *context, const char *bundle, const char *lists,
                                   otls_error *err)
{
    otls_trust *trust;
    otls_status status = otls_trust_new(&trust, err);

    if (status != OTLS_OK)
        return status;
    status = otls_trust_add_file(trust, bundle, err);
    if (status == OTLS_OK)
        status = otls_trust_add_crl_file(trust, lists, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    if (status == OTLS_OK) /* no list, or an old one, is not "good": REVOCATION_UNKNOWN */
        status = otls_context_set_verify_flags(context, OTLS_VERIFY_OPTION_CRL_LEAF, err);
    otls_trust_free(trust);
    return status;
}
/* guide end */

/* guide: identity */
static otls_identity *combined(const otls_backend *backend, const char *path, char *password,
                               otls_error *err)
{
    otls_identity *identity = NULL;

    /* key NULL: it stands in the same file as the chain */
    (void)otls_identity_from_files(&identity, backend, path, NULL, otls_password_string, password,
                                   err);
    return identity;
}
/* guide end */

/* guide: reload */
static otls_status with_new_certificate(otls_context **current, const otls_identity *before,
                                        otls_identity *identity, otls_error *err)
{
    otls_context *fresh;
    otls_status status = otls_context_copy(&fresh, *current, err);

    if (status != OTLS_OK)
        return status;
    status = otls_context_replace_identity(fresh, before, identity, err);
    if (status == OTLS_OK)
        status = otls_context_seal(fresh, err);
    if (status != OTLS_OK) {
        otls_context_free(fresh);
        return status;
    }
    otls_context_free(*current); /* connections that use it hold references of their own */
    *current = fresh;
    return OTLS_OK;
}
/* guide end */

/* guide: explain */
static void explain(const otls_error *err)
{
    fprintf(stderr, "%s: %s\n", otls_status_name((otls_status)err->status), err->text);
    if (err->status == OTLS_E_VERIFY)
        for (uint32_t flag = 1; flag != 0 && flag <= err->verify_flags; flag <<= 1)
            if (err->verify_flags & flag)
                fprintf(stderr, "  certificate: %s\n", otls_verify_flag_name(flag));
    if (err->alert >= 0)
        fprintf(stderr, "  alert %s %s\n", otls_alert_name(err->alert),
                err->alert_received ? "received" : "sent");
    if (err->system_error != 0)
        fprintf(stderr, "  %s\n", strerror(err->system_error));
}
/* guide end */

/* guide: wait */
static bool wait_for(const otls_connection *conn, int fd, int timeout_ms)
{
    const unsigned events = otls_connection_events(conn);
    struct pollfd at = {.fd = fd, .events = 0};

    if (otls_connection_readable_now(conn))
        return true;
    if (events & OTLS_EVENT_READ)
        at.events |= POLLIN;
    if (events & OTLS_EVENT_WRITE)
        at.events |= POLLOUT;
    return poll(&at, 1, timeout_ms) > 0;
}

static otls_status handshake(otls_context *context, int fd, const char *host,
                             otls_connection **out, otls_error *err)
{
    otls_status status = otls_connection_new_fd(out, context, fd, err);

    if (status == OTLS_OK)
        status = otls_connection_set_server_name(*out, host, err);
    while (status == OTLS_OK || status == OTLS_WANT_READ || status == OTLS_WANT_WRITE) {
        status = otls_connection_handshake(*out, err);
        if (status == OTLS_OK || status < 0 || !wait_for(*out, fd, 10000))
            break;
    }
    return status;
}
/* guide end */

/* guide: memory */
static otls_status pump(otls_connection *conn, const uint8_t *in, size_t in_size,
                        uint8_t *out, size_t out_capacity, size_t *out_size, otls_error *err)
{
    size_t taken = 0;
    otls_status status;

    *out_size = 0;
    while (in_size > 0) {
        status = otls_connection_feed(conn, in, in_size, &taken, err);
        if (status != OTLS_OK || taken == 0)
            break; /* full: read first, then feed the rest */
        in += taken;
        in_size -= taken;
    }
    status = otls_connection_handshake(conn, err);
    (void)otls_connection_drain(conn, out, out_capacity, out_size, NULL);
    return status;
}
/* guide end */

/* guide: sessions */
static otls_status resume(otls_context *client, otls_context *server, otls_error *err)
{
    otls_status status =
        otls_context_set_session_cache_mode(client, OTLS_SESSION_CACHE_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_context_set_session_cache_mode(server, OTLS_SESSION_CACHE_SERVER, err);
    return status;
}
/* guide end */

/* guide: hello */
static otls_status by_name(otls_connection *conn, const otls_client_hello *hello,
                           otls_client_hello_answer *answer, void *user)
{
    otls_context *other = user;
    size_t size;
    const char *name = otls_client_hello_server_name(hello, &size);

    (void)conn;
    if (name == NULL)
        return OTLS_OK; /* go on as configured */
    if (size == 10 && memcmp(name, "alpha.test", 10) == 0) {
        answer->context = other;
        return OTLS_OK;
    }
    answer->alert = OTLS_ALERT_UNRECOGNIZED_NAME;
    return OTLS_E_PROTOCOL; /* anything but OTLS_OK refuses */
}

static otls_status install(otls_context *context, otls_context *other, otls_error *err)
{
    return otls_context_set_client_hello_callback(context, by_name, other, err);
}
/* guide end */

/* guide: engine */
static bool can_do_early_data(const char *engine)
{
    const otls_backend *backend;
    const char *why = "";
    otls_error err = OTLS_ERROR_INIT;

    if (otls_backend_find(&backend, engine, &err) != OTLS_OK) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    if (otls_backend_supports(backend, OTLS_FEATURE_EARLY_DATA, &why) == OTLS_NO) {
        fprintf(stderr, "%s %s: %s\n", otls_backend_name(backend), otls_backend_version(backend),
                why);
        return false;
    }
    return true;
}
/* guide end */

/* ---- the parts in use ---- */

static const char *pki;

static const char *in_pki(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", pki, name);
    return path;
}

static void must(bool good, const char *what, const otls_error *err)
{
    if (good)
        return;
    fprintf(stderr, "%s: %s\n", what, err->text);
    exit(1);
}

static otls_context *new_client(const char *roots)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;

    must(otls_context_new(&context, NULL, OTLS_CLIENT, &err) == OTLS_OK &&
             private_roots_only(context, in_pki(roots), &err) == OTLS_OK,
         "client", &err);
    return context;
}

static otls_identity *load(const char *name)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = NULL;
    char chain[256], key[256];

    (void)snprintf(chain, sizeof(chain), "%s.pem", name);
    (void)snprintf(key, sizeof(key), "%s.key", name);
    must(otls_identity_from_files(&identity, NULL, in_pki(chain), in_pki(key), NULL, NULL, &err) ==
             OTLS_OK,
         name, &err);
    return identity;
}

static otls_context *new_server(otls_identity *identity)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;

    must(identity != NULL && otls_context_new(&context, NULL, OTLS_SERVER, &err) == OTLS_OK &&
             otls_context_add_identity(context, identity, &err) == OTLS_OK,
         "server", &err);
    return context;
}

/* A handshake over memory, and a word from the server. What it says of the first failure is the
 * client's, unless the server refused. */
static otls_status meet(otls_context *client, otls_context *server, const char *name,
                        bool *resumed, char leaf[256], otls_error *err)
{
    enum { ROOM = 65536 };
    static uint8_t to_server[ROOM], to_client[ROOM];
    size_t there = 0, back = 0, count = 0;
    otls_connection *c = NULL, *s = NULL;
    otls_error other = OTLS_ERROR_INIT;
    char word[8];
    otls_status at_client, at_server = OTLS_WANT_READ;

    at_client = otls_connection_new_memory(&c, client, err);
    if (at_client == OTLS_OK)
        at_client = otls_connection_new_memory(&s, server, err);
    if (at_client == OTLS_OK)
        at_client = otls_connection_set_server_name(c, name, err);
    for (int turn = 0; turn < 8 && at_client >= 0; turn++) {
        at_client = pump(c, to_client, back, to_server, ROOM, &there, err);
        at_server = pump(s, to_server, there, to_client, ROOM, &back, &other);
        if (at_client == OTLS_OK && at_server == OTLS_OK && back == 0)
            break;
    }
    if (at_client == OTLS_OK && at_server == OTLS_OK) {
        at_client = otls_connection_write(s, "hello", 5, &count, err);
        (void)otls_connection_drain(s, to_client, ROOM, &back, NULL);
        (void)pump(c, to_client, back, to_server, ROOM, &there, err);
        if (at_client == OTLS_OK)
            at_client = otls_connection_read(c, word, sizeof(word), &count, err);
        if (resumed != NULL)
            *resumed = otls_connection_session_resumed(c);
        if (leaf != NULL)
            (void)snprintf(leaf, 256, "%s",
                           otls_certificate_serial(otls_connection_peer_chain(c, 0)));
    } else if (at_server < 0 && at_client >= 0) {
        *err = other;
        at_client = at_server;
    }
    otls_connection_free(c);
    otls_connection_free(s);
    return at_client;
}

static void trust_and_revocation(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *client = new_client("root.pem"), *stranger = new_client("other-root.pem");
    otls_identity *good = load("server-ecdsa-p256"), *revoked = load("server-revoked");
    otls_context *server = new_server(good), *bad = new_server(revoked);
    otls_context *careful = NULL;

    must(meet(client, server, "localhost", NULL, NULL, &err) == OTLS_OK, "trust", &err);
    must(meet(stranger, server, "localhost", NULL, NULL, &err) == OTLS_E_VERIFY, "a stranger", &err);
    must(otls_context_new(&careful, NULL, OTLS_CLIENT, &err) == OTLS_OK &&
             with_revocation(careful, in_pki("root.pem"), in_pki("int.crl"), &err) == OTLS_OK &&
             meet(careful, server, "localhost", NULL, NULL, &err) == OTLS_OK,
         "revocation", &err);
    err = (otls_error)OTLS_ERROR_INIT;
    must(meet(careful, bad, "localhost", NULL, NULL, &err) == OTLS_E_VERIFY &&
             (err.verify_flags & OTLS_VERIFY_REVOKED) != 0,
         "a revoked certificate", &err);
    explain(&err);
    printf("trust: ok\nrevocation: ok\n");
    otls_context_free(client);
    otls_context_free(stranger);
    otls_context_free(careful);
    otls_context_free(server);
    otls_context_free(bad);
    otls_identity_free(good);
    otls_identity_free(revoked);
}

/* Base64 as otls_certificate_pin writes it. */
static void decode_pin(const char *text, uint8_t out[32])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t used = 0;

    for (size_t i = 0; text[i] != '\0' && text[i] != '='; i++) {
        bits = bits << 6 | (uint32_t)(strchr(digits, text[i]) - digits);
        if (i % 4 != 0 && used < 32)
            out[used++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
}

static void pinning(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = load("server-ecdsa-p256"), *other = load("server-rsa-2048");
    otls_context *server = new_server(identity), *client = new_client("root.pem");
    otls_context *mistaken = new_client("root.pem");
    uint8_t pins[2 * 32] = {0}, wrong[2 * 32] = {0};
    char text[64];

    must(otls_certificate_pin(otls_identity_chain(identity, 0), NULL, text, &err) == OTLS_OK, "pin",
         &err);
    decode_pin(text, pins + 32);
    must(otls_certificate_pin(otls_identity_chain(other, 0), NULL, text, &err) == OTLS_OK, "pin", &err);
    decode_pin(text, wrong + 32);
    must(pin(client, pins, &err) == OTLS_OK &&
             meet(client, server, "localhost", NULL, NULL, &err) == OTLS_OK,
         "its pin", &err);
    must(pin(mistaken, wrong, &err) == OTLS_OK &&
             meet(mistaken, server, "localhost", NULL, NULL, &err) == OTLS_E_VERIFY &&
             (err.verify_flags & OTLS_VERIFY_PIN_MISMATCH) != 0,
         "another's pin", &err);
    printf("pinning: ok\n");
    otls_context_free(client);
    otls_context_free(mistaken);
    otls_context_free(server);
    otls_identity_free(identity);
    otls_identity_free(other);
}

static void identities_and_reload(const char *in_one_file)
{
    otls_error err = OTLS_ERROR_INIT;
    char password[] = "secret", before[256], after[256];
    const otls_backend *engine = NULL;
    otls_identity *renewed = load("server-renewed"), *old;
    otls_context *server, *client = new_client("root.pem");

    must(otls_backend_find(&engine, NULL, &err) == OTLS_OK, "engine", &err);
    old = combined(engine, in_one_file, password, &err);
    must(old != NULL, "identity", &err);
    server = new_server(old);
    must(meet(client, server, "localhost", NULL, before, &err) == OTLS_OK, "before", &err);
    must(with_new_certificate(&server, otls_context_identity(server, 0), renewed, &err) == OTLS_OK &&
             meet(client, server, "localhost", NULL, after, &err) == OTLS_OK &&
             strcmp(before, after) != 0,
         "after", &err);
    printf("identities: ok\nreload: ok\n");
    otls_context_free(server);
    otls_context_free(client);
    otls_identity_free(old);
    otls_identity_free(renewed);
}

static void returning(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = load("server-ecdsa-p256");
    otls_context *server = new_server(identity), *client = new_client("root.pem");
    bool resumed = true;

    must(resume(client, server, &err) == OTLS_OK &&
             meet(client, server, "localhost", &resumed, NULL, &err) == OTLS_OK && !resumed,
         "the first time", &err);
    must(meet(client, server, "localhost", &resumed, NULL, &err) == OTLS_OK && resumed,
         "the second time", &err);
    printf("sessions: ok\n");
    otls_context_free(server);
    otls_context_free(client);
    otls_identity_free(identity);
}

static void choosing_by_name(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *usual = load("server-ecdsa-p256"), *alpha = load("server-alpha");
    otls_context *other = new_server(alpha), *server = new_server(usual);
    otls_context *client = new_client("root.pem");

    must(install(server, other, &err) == OTLS_OK &&
             meet(client, server, "alpha.test", NULL, NULL, &err) == OTLS_OK,
         "alpha.test", &err);
    must(meet(client, server, "127.0.0.1", NULL, NULL, &err) == OTLS_OK, "no name", &err);
    must(meet(client, server, "localhost", NULL, NULL, &err) == OTLS_E_ALERT, "another name", &err);
    printf("ClientHello: ok\n");
    otls_context_free(server);
    otls_context_free(other);
    otls_context_free(client);
    otls_identity_free(usual);
    otls_identity_free(alpha);
}

typedef struct far_end {
    otls_context *context;
    int fd;
} far_end;

static void *answer(void *user)
{
    const far_end *end = user;
    otls_connection *conn = NULL;
    otls_error err = OTLS_ERROR_INIT;

    must(otls_connection_new_fd(&conn, end->context, end->fd, &err) == OTLS_OK &&
             otls_connection_handshake(conn, &err) == OTLS_OK,
         "the far end", &err);
    otls_connection_free(conn);
    return NULL;
}

static void over_descriptors(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = load("server-ecdsa-p256");
    otls_context *server = new_server(identity), *client = new_client("root.pem");
    otls_connection *conn = NULL;
    int fds[2];
    far_end end = {.context = server};
    pthread_t thread;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "sockets", &err);
    end.fd = fds[1];
    must(pthread_create(&thread, NULL, answer, &end) == 0, "thread", &err);
    must(handshake(client, fds[0], "localhost", &conn, &err) == OTLS_OK, "non-blocking", &err);
    (void)pthread_join(thread, NULL);
    printf("non-blocking: ok\n");
    otls_connection_free(conn);
    close(fds[0]);
    close(fds[1]);
    otls_context_free(server);
    otls_context_free(client);
    otls_identity_free(identity);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return fprintf(stderr, "usage: guide PKI_DIRECTORY CHAIN_AND_KEY.pem\n"), 2;
    pki = argv[1];
    trust_and_revocation();
    pinning();
    identities_and_reload(argv[2]);
    returning();
    choosing_by_name();
    over_descriptors();
    printf("early data with %s: %s\n", getenv("OMNITLS_BACKEND"),
           can_do_early_data(getenv("OMNITLS_BACKEND")) ? "yes" : "no");
    return 0;
}
