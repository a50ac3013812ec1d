/* SPDX-License-Identifier: MIT */
/*
 * Renegotiation (RFC 5246 7.4.1.1, RFC 5746), asked for by either side, while data is under way in
 * every place where it can be: not read yet, sent before the peer has seen the request, written by
 * the side that asks. Nothing is lost or changes places, and the info callback hears of it.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "session_pair.h"

#include <omnitls/parity.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PART 3000u

typedef struct heard {
    unsigned started, done;
} heard;

static void on_info(const otls_connection *conn, otls_event event, int value, void *user)
{
    heard *both = user;
    heard *h = &both[otls_connection_is_server(conn)];

    (void)value;
    h->started += event == OTLS_INFO_HANDSHAKE_START;
    h->done += event == OTLS_INFO_HANDSHAKE_DONE;
}

/** When there is data, and whose. */
typedef struct traffic {
    const char *name;
    bool unread;  /* the other side has written, the asking one not read */
    bool begun;   /* ... and has read a part of it */
    bool crosses; /* the other side writes before it reads the request */
    bool writes;  /* the asking side writes at once */
} traffic;

static const traffic cases[] = {
    {.name = "quiet"},
    {.name = "unread", .unread = true},
    {.name = "half read", .unread = true, .begun = true},
    {.name = "crossing", .crosses = true},
    {.name = "writing", .writes = true},
    {.name = "all of it", .unread = true, .begun = true, .crosses = true, .writes = true},
};

/** One direction: what was written and read of a sequence of bytes. */
typedef struct stream {
    otls_connection *from, *to;
    size_t wanted, sent, got;
} stream;

static uint8_t byte_at(size_t at)
{
    return (uint8_t)(at * 7 + at / 251);
}

static void send_some(stream *s, const char *name)
{
    uint8_t data[PART];
    size_t count;
    otls_error err = OTLS_ERROR_INIT;

    if (s->sent == s->wanted)
        return;
    for (size_t i = 0; i < s->wanted - s->sent; i++)
        data[i] = byte_at(s->sent + i);
    const otls_status status =
        otls_connection_write(s->from, data, s->wanted - s->sent, &count, &err);
    cr_assert(status == OTLS_OK || status == OTLS_WANT_READ || status == OTLS_WANT_WRITE,
              "%s: %s: %s [%s]", name, otls_status_name(status), err.text, err.native_text);
    s->sent += count;
}

static void read_some(stream *s, size_t most, const char *name)
{
    uint8_t data[2 * PART];
    size_t count;
    otls_error err = OTLS_ERROR_INIT;
    const otls_status status = otls_connection_read(s->to, data, most, &count, &err);

    cr_assert(status == OTLS_OK || status == OTLS_WANT_READ, "%s: %s: %s [%s]", name,
              otls_status_name(status), err.text, err.native_text);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(data[i], byte_at(s->got + i), "%s: other bytes", name);
    s->got += count;
}

static void renegotiate(pair *p, const traffic *t, bool by_server, const heard now[2],
                        const char *more)
{
    heard before[2];
    char name[160];
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *const asks = by_server ? p->server : p->client;
    otls_connection *const other = by_server ? p->client : p->server;
    stream forth = {.from = asks, .to = other}, back = {.from = other, .to = asks};
    uint8_t old_random[32], new_random[32];

    (void)snprintf(name, sizeof(name), "%s: %s, by the %s%s", pair_name(&p->which), t->name,
                   by_server ? "server" : "client", more);
    pair_connect(p);
    cr_expect_eq(otls_connection_renegotiations(p->client), 0, "%s", name);
    read_some(&(stream){.from = p->server, .to = p->client}, 1, name); /* a ticket may have come */
    memcpy(before, now, sizeof(before));
    cr_assert_eq(otls_connection_client_random(p->client, old_random, &err), OTLS_OK);
    if (t->unread)
        back.wanted += PART;
    send_some(&back, name);
    if (t->begun)
        read_some(&back, 10, name);
    cr_assert_eq(otls_connection_renegotiate(asks, &err), OTLS_OK, "%s: %s [%s]", name, err.text,
                 err.native_text);
    if (t->crosses)
        back.wanted += PART;
    send_some(&back, name);
    if (t->writes)
        forth.wanted += PART;
    for (int round = 0; round < 20; round++) {
        send_some(&forth, name);
        read_some(&forth, 2 * PART, name);
        send_some(&back, name);
        read_some(&back, 2 * PART, name);
    }
    cr_assert(forth.got == forth.wanted && back.got == back.wanted, "%s: %zu of %zu and %zu of %zu",
              name, forth.got, forth.wanted, back.got, back.wanted);
    cr_assert_eq(otls_connection_client_random(p->client, new_random, &err), OTLS_OK);
    cr_expect(memcmp(old_random, new_random, sizeof(old_random)) != 0, "%s: no new handshake",
              name);
    for (int side = 0; side < 2; side++)
        cr_expect(now[side].started == before[side].started + 1 &&
                      now[side].done == before[side].done + 1,
                  "%s: side %d heard %u starts and %u ends more", name, side,
                  now[side].started - before[side].started, now[side].done - before[side].done);
    cr_expect_eq(otls_connection_renegotiations(p->client), 1, "%s", name);
    cr_expect_eq(otls_connection_renegotiations(p->server), 1, "%s", name);
    pair_transfer(p->client, p->server, 5000, 1);
    pair_transfer(p->server, p->client, 5000, 2);
}

static bool can(const otls_backend *backend)
{
    return otls_backend_supports(backend, OTLS_FEATURE_RENEGOTIATION, NULL) != OTLS_NO;
}

/** How sessions are kept. */
typedef enum sessions { NO_SESSIONS, TICKETS, IDS } sessions;

static void prepare(otls_context *context, sessions kind, heard now[2])
{
    cr_assert_eq(otls_context_clear_options(context, OTLS_OPTION_NO_RENEGOTIATION, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_info_callback(context, on_info, now, NULL), OTLS_OK);
    if (kind == IDS)
        cr_assert_eq(otls_context_set_ticket_count(context, 0, NULL), OTLS_OK);
    if (kind == NO_SESSIONS)
        cr_assert_eq(otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_OFF, NULL),
                     OTLS_OK);
}

static void begin(const pair_case *which, sessions kind, heard now[2], session_pair *s, pair *p)
{
    session_open(s, which, NULL);
    prepare(s->client, kind, now);
    prepare(s->server, kind, now);
    session_begin(p, which, s->client, s->server, NULL, NULL, 0);
}

static void every_case(size_t index, bool by_server, sessions kind)
{
    const pair_case which = pair_case_short_at(index);

    if (which.version != OTLS_TLS1_2 || !can(which.client) || !can(which.server))
        return;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        heard now[2] = {{0, 0}, {0, 0}};
        session_pair s;
        pair p;

        begin(&which, kind, now, &s, &p);
        renegotiate(&p, &cases[i], by_server, now,
                    kind == TICKETS ? ", with tickets"
                    : kind == IDS   ? ", with ids"
                                    : "");
        pair_close(&p);
        session_close(&s);
    }
}

#define CASE(name, by_server, kind)                                                                \
    ParameterizedTestParameters(renegotiation, name)                                               \
    {                                                                                              \
        return pair_parameters_short();                                                            \
    }                                                                                              \
    ParameterizedTest(size_t *index, renegotiation, name)                                          \
    {                                                                                              \
        every_case(*index, by_server, kind);                                                       \
    }

CASE(by_client, false, NO_SESSIONS)
CASE(by_server, true, NO_SESSIONS)
CASE(by_client_with_tickets, false, TICKETS)
CASE(by_server_with_tickets, true, TICKETS)
CASE(by_client_with_ids, false, IDS)
CASE(by_server_with_ids, true, IDS)

/* ---- closed meanwhile ---- */

/* What the end is on every engine: reads tell of an orderly one, what has to go out is cut off. */
static void ended_by_peer(otls_connection *conn, const char *name)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t bytes[8] = {0};
    size_t count;

    for (int i = 0; i < 2; i++) {
        const otls_status ended = otls_connection_read(conn, bytes, sizeof(bytes), &count, &err);

        cr_expect_eq(ended, OTLS_CLOSED, "%s: %s: %s", name, otls_status_name(ended), err.text);
    }
    cr_expect_eq(otls_connection_write(conn, bytes, sizeof(bytes), &count, &err), OTLS_E_TRUNCATED,
                 "%s: %s", name, err.text);
    cr_expect_eq(err.code, OTLS_CODE_NONE, "%s: %s", name, otls_code_name(err.code));
    cr_expect_str_eq(err.text, "the peer closed during a renegotiation", "%s: %s", name, err.text);
}

/* `asks` has asked; `other` learns of it and closes at once. */
static void close_meanwhile(otls_connection *asks, otls_connection *other, const char *name)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status closed = OTLS_WANT_READ;
    uint8_t byte;
    size_t count;

    cr_assert_eq(otls_connection_read(other, &byte, 1, &count, &err), OTLS_WANT_READ, "%s: %s", name,
                 err.text);
    for (int round = 0; round < 20 && closed == OTLS_WANT_READ; round++) {
        closed = otls_connection_shutdown(other, &err);
        cr_assert(closed == OTLS_OK || closed == OTLS_WANT_READ, "%s: %s: %s [%s]", name,
                  otls_status_name(closed), err.text, err.native_text);
        if (closed == OTLS_WANT_READ)
            cr_assert_eq(otls_connection_read(asks, &byte, 1, &count, &err), OTLS_WANT_READ,
                         "%s: %s", name, err.text);
    }
    cr_assert_eq(closed, OTLS_OK, "%s", name);
    cr_expect_eq(otls_connection_read(asks, &byte, 1, &count, &err), OTLS_CLOSED, "%s: %s", name,
                 err.text);
}

ParameterizedTestParameters(renegotiation, closed)
{
    return pair_parameters_short();
}

/* The server closes instead of answering: that ends it, writes fail, and nothing is pending. */
ParameterizedTest(size_t *index, renegotiation, closed)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    heard now[2] = {{0, 0}, {0, 0}};
    uint8_t bytes[8] = {0};
    session_pair s;
    size_t count;
    pair p;

    if (which.version != OTLS_TLS1_2 || !can(which.client) || !can(which.server))
        return;
    session_open(&s, &which, NULL);
    prepare(s.client, NO_SESSIONS, now);
    prepare(s.server, NO_SESSIONS, now);
    session_begin(&p, &which, s.client, s.server, NULL, NULL, 0);
    pair_connect(&p);
    cr_assert_eq(otls_connection_renegotiate(p.client, &err), OTLS_OK, "%s", err.text);
    cr_assert_geq(otls_connection_shutdown(p.server, &err), 0, "%s", err.text);
    ended_by_peer(p.client, pair_name(&which));
    (void)otls_connection_write(p.client, bytes, sizeof(bytes), &count, &err);
    cr_expect_eq(count, 0);
    cr_expect_eq(otls_connection_pending(p.client), 0, "%s", pair_name(&which));
    pair_close(&p);
    session_close(&s);
}

ParameterizedTestParameters(renegotiation, closing)
{
    return pair_parameters_short();
}

/* Who closes in the middle of one goes on with it first, and then close_notify goes out; data is no way. */
ParameterizedTest(size_t *index, renegotiation, closing)
{
    const pair_case which = pair_case_short_at(*index);

    if (which.version != OTLS_TLS1_2 || !can(which.client) || !can(which.server))
        return;
    for (int by_server = 0; by_server < 2; by_server++) {
        otls_error err = OTLS_ERROR_INIT;
        heard now[2] = {{0, 0}, {0, 0}};
        session_pair s;
        pair p;

        begin(&which, NO_SESSIONS, now, &s, &p);
        pair_connect(&p);
        otls_connection *const asks = by_server ? p.server : p.client;
        otls_connection *const other = by_server ? p.client : p.server;

        cr_assert_eq(otls_connection_renegotiate(asks, &err), OTLS_OK, "%s", err.text);
        close_meanwhile(asks, other, pair_name(&which));
        cr_expect_eq(otls_connection_renegotiations(other), 1, "%s", pair_name(&which));
        pair_close(&p);
        session_close(&s);
    }
}

/* ---- a blocking descriptor ---- */

/* Answers every byte, until the end. */
static void *echo(void *user)
{
    otls_connection *conn = user;
    uint8_t byte;
    size_t count;

    while (otls_connection_read(conn, &byte, 1, &count, NULL) == OTLS_OK)
        if (otls_connection_write(conn, &byte, 1, &count, NULL) != OTLS_OK)
            break;
    return NULL;
}

ParameterizedTestParameters(renegotiation, blocking)
{
    return pair_parameters_short();
}

/* A write performs the handshake and does not wait for data, which would only come after it. */
ParameterizedTest(size_t *index, renegotiation, blocking)
{
    const pair_case which = pair_case_short_at(*index);
    const struct timeval patience = {.tv_sec = 20};
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *client, *server;
    heard now[2] = {{0, 0}, {0, 0}};
    uint8_t byte = 'x';
    pthread_t thread;
    session_pair s;
    size_t count;
    int fds[2];

    if (which.version != OTLS_TLS1_2 || !can(which.client) || !can(which.server))
        return;
    session_open(&s, &which, NULL);
    prepare(s.client, NO_SESSIONS, now);
    prepare(s.server, NO_SESSIONS, now);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    cr_assert_eq(otls_connection_new_fd(&client, s.client, fds[0], NULL), OTLS_OK);
    cr_assert_eq(otls_connection_new_fd(&server, s.server, fds[1], NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(client, "localhost", NULL), OTLS_OK);
    cr_assert_eq(pthread_create(&thread, NULL, echo, server), 0);
    cr_assert_eq(otls_connection_handshake(client, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_renegotiate(client, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_write(client, &byte, 1, &count, &err), OTLS_OK, "%s: %s",
                 pair_name(&which), err.text);
    cr_expect_eq(now[0].done, 2, "%s: written before the handshake's end", pair_name(&which));
    cr_assert_eq(otls_connection_read(client, &byte, 1, &count, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(shutdown(fds[0], SHUT_RDWR), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    otls_connection_free(client);
    otls_connection_free(server);
    (void)close(fds[0]);
    (void)close(fds[1]);
    session_close(&s);
}
