/* SPDX-License-Identifier: MIT */
/* A client and a server in one process, their bytes carried by hand. */
#include "selftest.h"

#include <stdarg.h>
#include <string.h>

/* more than two records, and no multiple of anything */
#define MESSAGE_BYTES 40001
#define ROUNDS_MAX 1000

typedef struct pair {
    cell *c;
    otls_context *client_context, *server_context;
    otls_connection *client, *server;
} pair;

__attribute__((format(printf, 2, 3))) static bool wrong(cell *c, const char *format, ...)
{
    va_list args;

    if (c->reason[0] != '\0')
        return false; /* the first cause counts */
    va_start(args, format);
    (void)vsnprintf(c->reason, sizeof(c->reason), format, args);
    va_end(args);
    return false;
}

static bool failed(cell *c, const char *what, const otls_error *err)
{
    return wrong(c, "%s: %s%s%s", what, err->text, err->native_text[0] != '\0' ? ": " : "",
                 err->native_text);
}

/* Carry what `from` has for `to`; the bytes moved. */
static size_t carry(otls_connection *from, otls_connection *to)
{
    size_t total = 0;

    for (;;) {
        size_t size = 0, taken = 0;
        const uint8_t *bytes = otls_connection_output(from, &size);

        if (bytes == NULL || size == 0)
            return total;
        (void)otls_connection_feed(to, bytes, size, &taken, NULL);
        if (taken == 0)
            return total;
        otls_connection_output_taken(from, taken);
        total += taken;
    }
}

static size_t carry_both(const pair *p)
{
    return carry(p->client, p->server) + carry(p->server, p->client);
}

static bool open_side(otls_context **context, otls_connection **conn, const otls_backend *backend,
                      otls_role role, uint16_t version, otls_trust *trust, otls_identity *identity,
                      otls_error *err)
{
    otls_status status = otls_context_new(context, backend, role, err);

    if (status == OTLS_OK)
        status = otls_context_set_versions(*context, version, version, err);
    if (status == OTLS_OK && trust != NULL)
        status = otls_context_set_trust(*context, trust, err);
    if (status == OTLS_OK && identity != NULL)
        status = otls_context_add_identity(*context, identity, err);
    if (status == OTLS_OK)
        status = otls_connection_new_memory(conn, *context, err);
    return status == OTLS_OK;
}

static bool pair_open(pair *p, cell *c, otls_trust *trust, otls_identity *identity,
                      const char *name)
{
    otls_error err = OTLS_ERROR_INIT;

    *p = (pair){.c = c};
    if (!open_side(&p->client_context, &p->client, c->client, OTLS_CLIENT, c->version, trust, NULL,
                   &err) ||
        otls_connection_set_server_name(p->client, name, &err) != OTLS_OK)
        return failed(c, "client set-up", &err);
    if (!open_side(&p->server_context, &p->server, c->server, OTLS_SERVER, c->version, NULL,
                   identity, &err))
        return failed(c, "server set-up", &err);
    return true;
}

static void pair_close(pair *p)
{
    otls_connection_free(p->client);
    otls_connection_free(p->server);
    otls_context_free(p->client_context);
    otls_context_free(p->server_context);
}

/* Both sides in turn until both are done or one failed. */
static otls_status handshake(pair *p, otls_status *server, otls_error *client_err,
                             otls_error *server_err)
{
    otls_status client = OTLS_WANT_READ;

    *server = OTLS_WANT_READ;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        size_t moved;

        if (client > OTLS_OK)
            client = otls_connection_handshake(p->client, client_err);
        moved = carry_both(p);
        if (*server > OTLS_OK)
            *server = otls_connection_handshake(p->server, server_err);
        moved += carry_both(p);
        if ((client <= OTLS_OK && *server <= OTLS_OK) || client < OTLS_OK || moved == 0)
            break;
    }
    return client;
}

static bool shake(pair *p)
{
    otls_error client_err = OTLS_ERROR_INIT, server_err = OTLS_ERROR_INIT;
    otls_status server;
    otls_status client = handshake(p, &server, &client_err, &server_err);

    if (client < OTLS_OK)
        return failed(p->c, "client handshake", &client_err);
    if (server < OTLS_OK)
        return failed(p->c, "server handshake", &server_err);
    if (client != OTLS_OK || server != OTLS_OK)
        return wrong(p->c, "the handshake stalled");
    return true;
}

static bool check_result(pair *p)
{
    cell *c = p->c;
    uint16_t version = otls_connection_version(p->client);
    uint16_t suite = otls_connection_suite(p->client);

    if (version != c->version || otls_connection_version(p->server) != c->version)
        return wrong(c, "version: client %s, server %s", otls_version_name(version),
                     otls_version_name(otls_connection_version(p->server)));
    if (suite == 0 || suite != otls_connection_suite(p->server))
        return wrong(c, "suite: client %s, server %s", otls_suite_name(suite),
                     otls_suite_name(otls_connection_suite(p->server)));
    if (otls_connection_verify_flags(p->client) != 0)
        return wrong(c, "the client did not verify the server");
    if (otls_connection_peer_chain_count(p->client) == 0 ||
        otls_connection_verified_chain_count(p->client) == 0)
        return wrong(c, "the client has no chain");
    return true;
}

/* One byte differs from the next by a step that has no period of a power of two. */
static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 7 + at / 251);
}

static bool receive(cell *c, otls_connection *to, size_t *got, const char *who)
{
    unsigned char block[4096];

    for (;;) {
        otls_error err = OTLS_ERROR_INIT;
        size_t count = 0;
        otls_status status = otls_connection_read(to, block, sizeof(block), &count, &err);

        if (status == OTLS_WANT_READ || status == OTLS_WANT_WRITE)
            return true;
        if (status != OTLS_OK)
            return status < OTLS_OK ? failed(c, who, &err) : wrong(c, "%s: ended early", who);
        for (size_t i = 0; i < count; i++) {
            if (*got + i >= MESSAGE_BYTES || block[i] != pattern(*got + i))
                return wrong(c, "%s: byte %zu is wrong", who, *got + i);
        }
        *got += count;
    }
}

static bool send_message(pair *p, otls_connection *from, otls_connection *to, const char *who)
{
    static unsigned char message[MESSAGE_BYTES];
    size_t sent = 0, got = 0;

    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = pattern(i);
    for (int round = 0; round < ROUNDS_MAX && got < sizeof(message); round++) {
        otls_error err = OTLS_ERROR_INIT;
        size_t count = 0;

        if (sent < sizeof(message)) {
            otls_status status =
                otls_connection_write(from, message + sent, sizeof(message) - sent, &count, &err);

            if (status < OTLS_OK)
                return failed(p->c, who, &err);
            sent += count;
        }
        (void)carry_both(p);
        if (!receive(p->c, to, &got, who))
            return false;
    }
    return got == sizeof(message) ? true : wrong(p->c, "%s: %zu bytes arrived", who, got);
}

static bool end_one_way(pair *p, otls_connection *from, otls_connection *to, const char *who)
{
    otls_error err = OTLS_ERROR_INIT;
    unsigned char byte;
    size_t count = 0;
    otls_status status = otls_connection_shutdown(from, &err);

    if (status < OTLS_OK)
        return failed(p->c, who, &err);
    (void)carry_both(p);
    status = otls_connection_read(to, &byte, 1, &count, &err);
    if (status < OTLS_OK)
        return failed(p->c, who, &err);
    return status == OTLS_CLOSED ? true : wrong(p->c, "%s: no close_notify arrived", who);
}

/* A handshake for another name must be refused, or the verdict above means nothing. */
static bool refuses_other_name(cell *c, otls_trust *trust, otls_identity *identity)
{
    otls_error client_err = OTLS_ERROR_INIT, server_err = OTLS_ERROR_INIT;
    otls_status server, client = OTLS_OK;
    pair p;
    bool ok = pair_open(&p, c, trust, identity, "elsewhere.test");

    if (ok) {
        client = handshake(&p, &server, &client_err, &server_err);
        if (client != OTLS_E_VERIFY || (client_err.verify_flags & OTLS_VERIFY_NAME_MISMATCH) == 0)
            ok = wrong(c, "a certificate for another name was not refused as such");
    }
    pair_close(&p);
    return ok;
}

void cell_run(cell *c, otls_trust *trust, otls_identity *identity)
{
    pair p;

    c->reason[0] = '\0';
    c->ok = pair_open(&p, c, trust, identity, "localhost") && shake(&p) && check_result(&p) &&
            send_message(&p, p.client, p.server, "client to server") &&
            send_message(&p, p.server, p.client, "server to client") &&
            end_one_way(&p, p.client, p.server, "client's close") &&
            end_one_way(&p, p.server, p.client, "server's close");
    pair_close(&p);
    if (c->ok)
        c->ok = refuses_other_name(c, trust, identity);
}
