/* SPDX-License-Identifier: MIT */
/*
 * An open connection of which half a message of the peer's has come, as any network may cut it: whoever writes, asks
 * for new keys or another certificate, or closes meanwhile is served or told to wait; nothing fails, and nothing is lost.
 */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUTS_MAX 32
#define TURNS 16

typedef enum deed { WRITE, NEW_KEYS, ASK_AGAIN, CLOSE, DEEDS } deed;

static const char *const deed_names[DEEDS] = {"write", "new keys", "ask again", "close"};

/** What has been sent to the server, and is to arrive in two parts. */
typedef struct flight {
    uint8_t data[8192];
    size_t size, cuts[CUTS_MAX], cut_count;
} flight;

static bool asks_late(const pair_case *which)
{
    return which->version == OTLS_TLS1_3 &&
           otls_backend_supports(which->client, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) != OTLS_NO &&
           otls_backend_supports(which->server, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) != OTLS_NO;
}

static void later_on_both(pair *p, void *user)
{
    (void)user;
    cr_assert_eq(otls_context_set_post_handshake_auth(p->server_context, true, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_post_handshake_auth(p->client_context, true, NULL), OTLS_OK);
}

/* The client's answer to a request for its certificate, and where to cut it: within each record's header, in its
 * middle and behind it. */
static void take_flight(pair *p, flight *out)
{
    test_pipe *pipe = &p->wire.to_server;
    uint8_t byte;
    size_t count, size;

    for (int turn = 0; turn < 4; turn++)
        cr_assert_eq(otls_connection_read(p->client, &byte, 1, &count, NULL), OTLS_WANT_READ);
    out->size = pipe_size(pipe);
    cr_assert(out->size != 0 && out->size <= sizeof(out->data), "%zu", out->size);
    memcpy(out->data, pipe->data + pipe->start, out->size);
    pipe_drain(pipe);
    out->cut_count = 0;
    for (size_t at = 0; at < out->size && out->cut_count + 3 < CUTS_MAX; at += size) {
        size = 5u + ((size_t)out->data[at + 3] << 8 | out->data[at + 4]);
        out->cuts[out->cut_count++] = at + 3;
        out->cuts[out->cut_count++] = at + size / 2;
        if (at + size < out->size)
            out->cuts[out->cut_count++] = at + size;
    }
}

static otls_status act(otls_connection *conn, deed what, otls_error *err)
{
    size_t count = 0;
    otls_status status;

    switch (what) {
    case WRITE:
        status = otls_connection_write(conn, "later", 5, &count, err);
        cr_expect_eq(count, status == OTLS_OK ? 5 : 0);
        return status;
    case NEW_KEYS:
        status = otls_connection_key_update(conn, false, err);
        return status == OTLS_E_UNSUPPORTED ? OTLS_OK : status;
    case ASK_AGAIN: /* refused, and no more than that */
        status = otls_connection_request_client_certificate(conn, err);
        cr_expect(status == OTLS_E_UNSUPPORTED || (status == OTLS_E_USAGE && err->code == OTLS_CODE_NOT_YET), "%s: %s",
                  otls_status_name(status), err->text);
        return OTLS_OK;
    default:
        return otls_connection_shutdown(conn, err);
    }
}

/* Both ends, and the deed until it is done. Returns what the client has read, at most `room`. */
static size_t go_on(pair *p, deed what, otls_status *status, otls_error *err, char *got, size_t room)
{
    size_t have = 0, count;
    otls_status read;
    uint8_t byte;

    for (int turn = 0; turn < TURNS; turn++) {
        read = otls_connection_read(p->server, &byte, 1, &count, err);
        cr_expect_eq(read, OTLS_WANT_READ, "%s: the server's read: %s: %s [%s]", pair_name(&p->which),
                     otls_status_name(read), err->text, err->native_text);
        if (*status > 0)
            *status = act(p->server, what, err);
        read = otls_connection_read(p->client, got + have, room - have, &count, err);
        if (read == OTLS_OK)
            have += count;
        if (read < 0 || *status < 0)
            break;
    }
    return have;
}

/* For each deed and each cut: the client has been asked for its certificate, and the server has read the front of the
 * answer when `one` is called. */
static void every_cut(size_t index, void (*one)(pair *p, deed what, const flight *f, size_t cut))
{
    const pair_case which = pair_case_short_at(index);
    const pair_options options = {.setup = later_on_both,
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .client_identity = "client-ecdsa-p256"};
    otls_error err = OTLS_ERROR_INIT;
    size_t count, cuts = 1;
    uint8_t byte;
    flight f;
    pair p;

    if (!asks_late(&which))
        return;
    for (int what = 0; what < DEEDS; what++)
        for (size_t number = 0; number < cuts; number++) {
            pair_open(&p, &which, &options);
            pair_connect(&p);
            pair_transfer(p.server, p.client, 10, 1); /* past the tickets */
            cr_assert_eq(otls_connection_request_client_certificate(p.server, &err), OTLS_OK, "%s", err.text);
            take_flight(&p, &f);
            cuts = f.cut_count;
            cr_assert_lt(number, cuts);
            pipe_put(&p.wire.to_server, f.data, f.cuts[number]);
            cr_assert_eq(otls_connection_read(p.server, &byte, 1, &count, &err), OTLS_WANT_READ, "%s",
                         pair_name(&which));
            one(&p, (deed)what, &f, f.cuts[number]);
            pair_close(&p);
        }
}

static void then_the_rest(pair *p, deed what, const flight *f, size_t cut)
{
    const char *name = pair_name(&p->which);
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = act(p->server, what, &err);
    char got[16];
    size_t count;

    cr_expect(status == OTLS_OK || status == OTLS_WANT_READ, "%s: %s behind %zu of %zu octets: %s: %s [%s]", name,
              deed_names[what], cut, f->size, otls_status_name(status), err.text, err.native_text);
    cr_expect_eq(otls_connection_failure(p->server, NULL), OTLS_OK);
    pipe_put(&p->wire.to_server, f->data + cut, f->size - cut);
    count = go_on(p, what, &status, &err, got, sizeof(got));
    cr_expect_eq(status, OTLS_OK, "%s: %s, in the end: %s: %s [%s]", name, deed_names[what],
                 otls_status_name(status), err.text, err.native_text);
    cr_expect(what == WRITE ? count == 5 && memcmp(got, "later", 5) == 0 : count == 0, "%s: %s: %zu octets", name,
              deed_names[what], count);
    cr_expect_eq(otls_connection_peer_chain_count(p->server) != 0, true, "%s: %s: no certificate came", name,
                 deed_names[what]);
    if (what == CLOSE) {
        cr_expect_eq(pair_read_end(p->client, p->server, &err), OTLS_CLOSED, "%s: %s", name, err.text);
    } else {
        pair_transfer(p->client, p->server, 100, 2);
        pair_transfer(p->server, p->client, 100, 3);
    }
}

ParameterizedTestParameters(in_parts, late_flight)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, in_parts, late_flight, .timeout = 120)
{
    every_cut(*index, then_the_rest);
}

static void then_the_end(pair *p, deed what, const flight *f, size_t cut)
{
    const char *name = pair_name(&p->which);
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;
    uint8_t byte;
    size_t count;

    p->wire.to_server.ended = true;
    status = act(p->server, what, &err);
    cr_expect(status == OTLS_OK || status == OTLS_E_TRUNCATED, "%s: %s behind %zu of %zu octets: %s: %s [%s]", name,
              deed_names[what], cut, f->size, otls_status_name(status), err.text, err.native_text);
    status = otls_connection_read(p->server, &byte, 1, &count, &err);
    cr_expect_eq(status, OTLS_E_TRUNCATED, "%s: %s, and a read: %s: %s [%s]", name, deed_names[what],
                 otls_status_name(status), err.text, err.native_text);
}

ParameterizedTestParameters(in_parts, ended)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, in_parts, ended, .timeout = 120)
{
    every_cut(*index, then_the_end);
}

/* ---- a request that takes more than one record, at the client ---- */

enum { NAMES = 420, NAME = 40, RECORD = 16384 + 256 };

static void name_many(otls_context *server)
{
    for (unsigned i = 0; i < NAMES; i++) {
        /* SEQUENCE { SET { SEQUENCE { id-at-commonName, UTF8String } } } */
        uint8_t der[NAME + 1] = {0x30, NAME - 2, 0x31, NAME - 4, 0x30, NAME - 6, 0x06, 3, 0x55, 4, 3, 0x0c, NAME - 13};

        (void)snprintf((char *)der + 13, sizeof(der) - 13, "%0*u", NAME - 13, i);
        cr_assert_eq(otls_context_add_client_ca_name(server, der, NAME, NULL), OTLS_OK);
    }
}

/* Some engines name none in TLS 1.3, and some not so many: conformance/many_authorities. */
static bool takes_many(const otls_backend *backend)
{
    otls_identity *identity;
    otls_context *context;
    bool takes;

    if (otls_backend_supports(backend, OTLS_FEATURE_CLIENT_CA_NAMES_13, NULL) == OTLS_NO)
        return false;
    identity = test_identity(backend, "server-ecdsa-p256");
    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, NULL), OTLS_OK);
    cr_assert_eq(otls_context_add_identity(context, identity, NULL), OTLS_OK);
    name_many(context);
    takes = otls_context_seal(context, NULL) == OTLS_OK;
    otls_identity_free(identity);
    otls_context_free(context);
    return takes;
}

/* Names of authorities, just more than a record holds. */
static void many_names(pair *p, void *user)
{
    later_on_both(p, user);
    if (takes_many(p->which.server))
        name_many(p->server_context);
}

static void client_acts(const pair_case *which, deed what)
{
    const pair_options options = {.setup = many_names,
                                  .verify_mode = OTLS_VERIFY_MODE_OPTIONAL,
                                  .client_identity = "client-ecdsa-p256"};
    const divergence *other =
        what == NEW_KEYS ? divergence_find("new keys before the answer to a late request", which) : NULL;
    static uint8_t flight[2 * RECORD];
    otls_error err = OTLS_ERROR_INIT;
    otls_status status, read;
    test_pipe *pipe;
    uint8_t byte;
    size_t count, size, first;
    pair p;

    pair_open(&p, which, &options);
    pair_connect(&p);
    pair_transfer(p.server, p.client, 10, 1); /* past the tickets */
    status = otls_connection_request_client_certificate(p.server, &err);
    cr_assert_eq(status, OTLS_OK, "%s: %s", pair_name(which), err.text);
    pipe = &p.wire.to_client;
    size = pipe_size(pipe);
    cr_assert(size > 5 && size <= sizeof(flight), "%zu", size);
    memcpy(flight, pipe->data + pipe->start, size);
    first = 5u + ((size_t)flight[3] << 8 | flight[4]);
    if (first < size) { /* GnuTLS names no authorities in TLS 1.3 */
        pipe_drain(pipe);
        pipe_put(pipe, flight, first);
        read = otls_connection_read(p.client, &byte, 1, &count, &err);
        cr_assert_eq(read, OTLS_WANT_READ, "%s: %s", pair_name(which), err.text);
        status = act(p.client, what, &err);
        cr_expect(status == OTLS_OK || status == OTLS_WANT_READ, "%s: %s behind half a request: %s: %s [%s]",
                  pair_name(which), deed_names[what], otls_status_name(status), err.text, err.native_text);
        pipe_put(pipe, flight + first, size - first);
    }
    for (int turn = 0; turn < TURNS; turn++) {
        read = otls_connection_read(p.client, &byte, 1, &count, &err);
        if (other != NULL && read == OTLS_E_ALERT) {
            cr_expect_eq(otls_connection_failure(p.server, NULL), other->expected, "%s", pair_name(which));
            break;
        }
        cr_assert(read >= 0, "%s: %s: the client's read: %s [%s]", pair_name(which), deed_names[what], err.text,
                  err.native_text);
        if (status > 0)
            status = act(p.client, what, &err);
        (void)otls_connection_read(p.server, &byte, 1, &count, &err);
    }
    cr_expect_eq(status, OTLS_OK, "%s: %s, in the end: %s: %s [%s]", pair_name(which), deed_names[what],
                 otls_status_name(status), err.text, err.native_text);
    cr_expect(what == CLOSE || read < 0 || otls_connection_peer_chain_count(p.server) != 0, "%s: %s: no certificate came: %s",
              pair_name(which), deed_names[what], err.text);
    pair_close(&p);
}

ParameterizedTestParameters(in_parts, request)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, in_parts, request, .timeout = 120)
{
    static const deed deeds[] = {WRITE, NEW_KEYS, CLOSE};
    const pair_case which = pair_case_short_at(*index);

    if (!asks_late(&which))
        return;
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
        client_acts(&which, deeds[i]);
}

/* ---- what comes behind our own close_notify, and would be answered ---- */

ParameterizedTestParameters(in_parts, behind_our_close)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, in_parts, behind_our_close)
{
    static const deed deeds[] = {ASK_AGAIN, NEW_KEYS};
    const pair_case which = pair_case_short_at(*index);
    const pair_options options = {.setup = later_on_both,
                                  .verify_mode = OTLS_VERIFY_MODE_OPTIONAL,
                                  .client_identity = "client-ecdsa-p256"};

    if (!asks_late(&which))
        return;
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;
        uint8_t byte;
        size_t count;
        pair p;

        pair_open(&p, &which, &options);
        pair_connect(&p);
        pair_transfer(p.server, p.client, 10, 1); /* past the tickets */
        cr_assert_eq(otls_connection_shutdown(p.client, &err), OTLS_OK, "%s: %s", pair_name(&which), err.text);
        status = deeds[i] == NEW_KEYS ? otls_connection_key_update(p.server, true, &err)
                                      : otls_connection_request_client_certificate(p.server, &err);
        cr_assert(status == OTLS_OK || status == OTLS_E_UNSUPPORTED, "%s: %s", pair_name(&which), err.text);
        cr_assert_eq(otls_connection_write(p.server, "x", 1, &count, &err), OTLS_OK, "%s: %s", pair_name(&which), err.text);
        status = otls_connection_read(p.client, &byte, 1, &count, &err);
        cr_expect(status == OTLS_OK && count == 1 && byte == 'x', "%s, %s: the client's read: %s: %s [%s]",
                  pair_name(&which), deed_names[deeds[i]], otls_status_name(status), err.text, err.native_text);
        status = otls_connection_read(p.server, &byte, 1, &count, &err);
        cr_expect_eq(status, OTLS_CLOSED, "%s, %s: the server's read: %s: %s [%s]", pair_name(&which),
                     deed_names[deeds[i]], otls_status_name(status), err.text, err.native_text);
        status = otls_connection_shutdown(p.server, &err);
        cr_expect_eq(status, OTLS_OK, "%s, %s: the server closes: %s: %s [%s]", pair_name(&which),
                     deed_names[deeds[i]], otls_status_name(status), err.text, err.native_text);
        status = otls_connection_read(p.client, &byte, 1, &count, &err);
        cr_expect_eq(status, OTLS_CLOSED, "%s, %s: the client, at last: %s: %s [%s]", pair_name(&which),
                     deed_names[deeds[i]], otls_status_name(status), err.text, err.native_text);
        pair_close(&p);
    }
}
