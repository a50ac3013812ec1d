/* SPDX-License-Identifier: MIT */
#include "session_pair.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MUST(call)                                                                                 \
    do {                                                                                           \
        otls_error err = OTLS_ERROR_INIT;                                                          \
        cr_assert((call) == OTLS_OK, "%s: %s: %s [%s]", pair_name(which), #call, err.text,         \
                  err.native_text);                                                                \
    } while (0)

static int64_t given_now(void *user)
{
    return *(const int64_t *)user;
}

static void both(const pair_case *which, otls_context *context, const session_options *o)
{
    test_needs_version(otls_context_backend(context), which->version);
    MUST(otls_context_set_versions(context, which->version, which->version, &err));
    if (o->lifetime != 0)
        MUST(otls_context_set_session_lifetime(context, o->lifetime, &err));
    if (o->now != NULL)
        MUST(otls_context_set_clock_callback(context, given_now, o->now, &err));
    if (o->verify_depth != 0)
        MUST(otls_context_set_verify_depth(context, o->verify_depth, &err));
    if (o->no_tickets)
        MUST(otls_context_set_ticket_count(context, 0, &err));
}

otls_context *session_client(const pair_case *which, const session_options *o)
{
    otls_trust *trust = test_trust(o->client_trust != NULL ? o->client_trust : "root");
    otls_context *context;

    MUST(otls_context_new(&context, which->client, OTLS_CLIENT, &err));
    both(which, context, o);
    MUST(otls_context_set_trust(context, trust, &err));
    otls_trust_free(trust);
    MUST(otls_context_set_session_cache_mode(
        context,
        o->client_mode != 0 ? o->client_mode
                            : OTLS_SESSION_CACHE_CLIENT | OTLS_SESSION_CACHE_NO_INTERNAL,
        &err));
    if (o->client_identity != NULL) {
        otls_identity *identity = test_identity(which->client, o->client_identity);

        MUST(otls_context_add_identity(context, identity, &err));
        otls_identity_free(identity);
    }
    if (o->no_verify)
        MUST(otls_context_insecure_no_verify(context, &err));
    if (o->no_name_check)
        MUST(otls_context_insecure_no_name_check(context, &err));
    return context;
}

otls_context *session_server(const pair_case *which, const session_options *o)
{
    char name[64];
    otls_identity *identity;
    otls_context *context;

    (void)snprintf(name, sizeof(name), "server-%s", which->key);
    identity = test_identity(which->server, name);
    MUST(otls_context_new(&context, which->server, OTLS_SERVER, &err));
    both(which, context, o);
    MUST(otls_context_add_identity(context, identity, &err));
    otls_identity_free(identity);
    MUST(otls_context_set_session_cache_mode(
        context, o->server_mode != 0 ? o->server_mode : OTLS_SESSION_CACHE_SERVER, &err));
    if (o->verify_mode != OTLS_VERIFY_MODE_NONE) {
        otls_trust *trust = test_trust(o->server_trust != NULL ? o->server_trust : "root");

        MUST(otls_context_set_trust(context, trust, &err));
        otls_trust_free(trust);
        MUST(otls_context_set_verify_mode(context, o->verify_mode, &err));
    }
    return context;
}

void session_open(session_pair *s, const pair_case *which, const session_options *options)
{
    static const session_options usual;
    const session_options *o = options != NULL ? options : &usual;

    *s = (session_pair){.which = *which};
    s->client = session_client(which, o);
    s->server = session_server(which, o);
}

void session_close(session_pair *s)
{
    otls_context_free(s->client);
    otls_context_free(s->server);
}

/* ---- the wire ---- */

typedef struct flight {
    const uint8_t *bytes; /* handshake messages in plaintext */
    size_t size;
} flight;

static size_t number_at(const uint8_t *at, int bytes)
{
    size_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

/* The messages of the server's handshake records before it encrypts, moved together in place. */
static flight plain_messages(uint8_t *log, size_t size)
{
    flight out = {.bytes = log};

    for (size_t at = 0; at + 5 <= size && log[at] == 22;) {
        const size_t length = number_at(log + at + 3, 2);

        cr_assert(at + 5 + length <= size);
        memmove(log + out.size, log + at + 5, length);
        out.size += length;
        at += 5 + length;
    }
    return out;
}

/* RFC 8446 4.1.3: a ServerHello with pre_shared_key resumed; RFC 5246 7.3: without Certificate. */
static session_on_wire wire_says(flight from)
{
    bool certificate = false, thirteen = false, psk = false;

    for (size_t at = 0; at + 4 <= from.size;) {
        const size_t length = number_at(from.bytes + at + 1, 3);
        const uint8_t *body = from.bytes + at + 4;

        cr_assert(at + 4 + length <= from.size);
        certificate |= from.bytes[at] == 11;
        if (from.bytes[at] == 2) {
            size_t in = 35u + body[34] + 3u;

            for (in += 2; in + 4 <= length; in += 4 + number_at(body + in + 2, 2)) {
                thirteen |= number_at(body + in, 2) == 43;
                psk |= number_at(body + in, 2) == 41;
            }
        }
        at += 4 + length;
    }
    if (from.size == 0)
        return WIRE_NOTHING;
    if (thirteen)
        return psk ? WIRE_RESUMED : WIRE_FULL;
    return certificate ? WIRE_FULL : WIRE_RESUMED;
}

/* RFC 8446 4.2.11: pre_shared_key; before TLS 1.3 a session id (RFC 5246 7.4.1.2) or a ticket (RFC
 * 5077 3.2). */
static bool wire_asks(flight from)
{
    const uint8_t *body = from.bytes + 4, *at;
    size_t left;
    bool asks, thirteen = false, psk = false;

    cr_assert(from.size > 4 + 35 && from.bytes[0] == 1);
    asks = body[34] != 0;
    at = body + 35 + body[34];
    at += 2 + number_at(at, 2); /* suites */
    at += 1 + at[0];            /* compression */
    left = number_at(at, 2);
    for (at += 2; left >= 4;) {
        const size_t type = number_at(at, 2), size = number_at(at + 2, 2);

        cr_assert(4 + size <= left);
        asks |= type == 35 && size != 0;
        thirteen |= type == 43;
        psk |= type == 41;
        at += 4 + size;
        left -= 4 + size;
    }
    return thirteen ? psk : asks;
}

static void look(session_run *run, const pair *p)
{
    run->version = otls_connection_version(p->client);
    run->reused_client = otls_connection_session_resumed(p->client);
    run->reused_server = otls_connection_session_resumed(p->server);
    run->client_chain = otls_connection_peer_chain_count(p->client);
    run->server_chain = otls_connection_peer_chain_count(p->server);
    run->client_verified = otls_connection_verified_chain_count(p->client);
    run->server_verified = otls_connection_verified_chain_count(p->server);
    run->client_flags = otls_connection_verify_flags(p->client);
    run->server_flags = otls_connection_verify_flags(p->server);
    run->fit = otls_connection_session_fit(p->client);
    run->session = otls_connection_session(p->client);
}

void session_begin(pair *p, const pair_case *which, otls_context *client, otls_context *server,
                   otls_session *session, const char *host, uint16_t port)
{
    otls_transport transport;

    *p = (pair){.which = *which, .client_error = OTLS_ERROR_INIT, .server_error = OTLS_ERROR_INIT};
    wire_init(&p->wire);
    p->wire.to_client.logging = p->wire.to_server.logging = true;
    p->client_context = otls_context_ref(client);
    p->server_context = otls_context_ref(server);
    transport = wire_transport(&p->wire.client);
    MUST(otls_connection_new(&p->client, client, &transport, &err));
    transport = wire_transport(&p->wire.server);
    MUST(otls_connection_new(&p->server, server, &transport, &err));
    MUST(otls_connection_set_server_name(p->client, host != NULL ? host : "localhost", &err));
    MUST(otls_connection_set_server_port(p->client, port, &err));
    if (session != NULL)
        MUST(otls_connection_set_session(p->client, session, &err));
}

session_run session_end(pair *p)
{
    const pair_case *which = &p->which;
    session_run run = {.fit = OTLS_SESSION_NONE};

    pair_connect(p);
    pair_transfer(p->server, p->client, 1000, 1);
    pair_transfer(p->client, p->server, 1000, 2);
    look(&run, p);
    run.wire = wire_says(plain_messages(p->wire.to_client.log, p->wire.to_client.log_size));
    run.wire_offered = wire_asks(plain_messages(p->wire.to_server.log, p->wire.to_server.log_size));
    cr_assert_eq(run.wire, run.reused_client ? WIRE_RESUMED : WIRE_FULL, "%s: wire %d, client %d",
                 pair_name(which), (int)run.wire, run.reused_client);
    cr_assert_eq(run.reused_client, run.reused_server, "%s", pair_name(which));
    pair_close(p);
    return run;
}

session_run session_connect_with(const pair_case *which, otls_context *client, otls_context *server,
                                 otls_session *session, const char *host)
{
    pair p;

    session_begin(&p, which, client, server, session, host, 0);
    return session_end(&p);
}

session_run session_connect(const session_pair *s, otls_session *session, const char *host)
{
    return session_connect_with(&s->which, s->client, s->server, session, host);
}
