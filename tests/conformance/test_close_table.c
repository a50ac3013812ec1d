/* SPDX-License-Identifier: MIT */
/*
 * How a connection ends, as a table: each event at each moment has one answer, on every engine, on
 * both sides, in both versions. The side under test reads; the other side, or the network, ends it.
 */
#include "divergence.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef enum moment {
    MOMENT_BEFORE, /* the peer has sent nothing */
    MOMENT_DURING, /* the reader has taken a first record of the peer's */
    MOMENT_OPEN,   /* the handshake is done on both sides */
    MOMENT_QUEUED, /* the same, and 40,000 bytes lie in the pipe, unread */
    MOMENT_HALF    /* the same, the last record cut in the middle */
} moment;

typedef enum event {
    EVENT_CLOSE_NOTIFY, /* and the transport stays open */
    EVENT_CLOSE_FIN,    /* close_notify, then the end of the transport */
    EVENT_FIN,
    EVENT_RESET
} event;

typedef struct row {
    const char *name;
    moment when;
    event what;
    otls_status answer; /* of the handshake, or of the read after all data */
    int16_t alert;      /* -1 = none */
    otls_status write;  /* what the reader's write and shutdown answer afterwards */
    otls_status shutdown;
    unsigned state; /* otls_connection_shutdown_state at the very end */
} row;

#define BOTH (OTLS_SHUTDOWN_SENT | OTLS_SHUTDOWN_RECEIVED)
#define FAILED(status) .answer = (status), .write = (status), .shutdown = (status), .state = 0

static const row rows[] = {
    {.name = "close_notify before the handshake",
     .when = MOMENT_BEFORE,
     .what = EVENT_CLOSE_NOTIFY,
     .alert = OTLS_ALERT_CLOSE_NOTIFY,
     FAILED(OTLS_E_ALERT)},
    {.name = "close_notify and FIN before the handshake",
     .when = MOMENT_BEFORE,
     .what = EVENT_CLOSE_FIN,
     .alert = OTLS_ALERT_CLOSE_NOTIFY,
     FAILED(OTLS_E_ALERT)},
    {.name = "FIN before the handshake",
     .when = MOMENT_BEFORE,
     .what = EVENT_FIN,
     .alert = -1,
     FAILED(OTLS_E_TRUNCATED)},
    {.name = "reset before the handshake",
     .when = MOMENT_BEFORE,
     .what = EVENT_RESET,
     .alert = -1,
     FAILED(OTLS_E_IO)},
    {.name = "close_notify during the handshake",
     .when = MOMENT_DURING,
     .what = EVENT_CLOSE_NOTIFY,
     .alert = OTLS_ALERT_CLOSE_NOTIFY,
     FAILED(OTLS_E_ALERT)},
    {.name = "close_notify and FIN during the handshake",
     .when = MOMENT_DURING,
     .what = EVENT_CLOSE_FIN,
     .alert = OTLS_ALERT_CLOSE_NOTIFY,
     FAILED(OTLS_E_ALERT)},
    {.name = "FIN during the handshake",
     .when = MOMENT_DURING,
     .what = EVENT_FIN,
     .alert = -1,
     FAILED(OTLS_E_TRUNCATED)},
    {.name = "reset during the handshake",
     .when = MOMENT_DURING,
     .what = EVENT_RESET,
     .alert = -1,
     FAILED(OTLS_E_IO)},
    {.name = "close_notify after the handshake",
     .when = MOMENT_OPEN,
     .what = EVENT_CLOSE_NOTIFY,
     .answer = OTLS_CLOSED,
     .alert = -1,
     .write = OTLS_OK,
     .shutdown = OTLS_OK,
     .state = BOTH},
    {.name = "close_notify and FIN after the handshake",
     .when = MOMENT_OPEN,
     .what = EVENT_CLOSE_FIN,
     .answer = OTLS_CLOSED,
     .alert = -1,
     .write = OTLS_OK,
     .shutdown = OTLS_OK,
     .state = BOTH},
    {.name = "FIN after the handshake",
     .when = MOMENT_OPEN,
     .what = EVENT_FIN,
     .alert = -1,
     FAILED(OTLS_E_TRUNCATED)},
    {.name = "reset after the handshake",
     .when = MOMENT_OPEN,
     .what = EVENT_RESET,
     .alert = -1,
     FAILED(OTLS_E_IO)},
    {.name = "close_notify behind queued data",
     .when = MOMENT_QUEUED,
     .what = EVENT_CLOSE_NOTIFY,
     .answer = OTLS_CLOSED,
     .alert = -1,
     .write = OTLS_OK,
     .shutdown = OTLS_OK,
     .state = BOTH},
    {.name = "close_notify and FIN behind queued data",
     .when = MOMENT_QUEUED,
     .what = EVENT_CLOSE_FIN,
     .answer = OTLS_CLOSED,
     .alert = -1,
     .write = OTLS_OK,
     .shutdown = OTLS_OK,
     .state = BOTH},
    {.name = "FIN behind queued data",
     .when = MOMENT_QUEUED,
     .what = EVENT_FIN,
     .alert = -1,
     FAILED(OTLS_E_TRUNCATED)},
    {.name = "reset over queued data",
     .when = MOMENT_QUEUED,
     .what = EVENT_RESET,
     .alert = -1,
     FAILED(OTLS_E_IO)},
    {.name = "FIN within a record",
     .when = MOMENT_HALF,
     .what = EVENT_FIN,
     .alert = -1,
     FAILED(OTLS_E_TRUNCATED)},
    {.name = "reset within a record",
     .when = MOMENT_HALF,
     .what = EVENT_RESET,
     .alert = -1,
     FAILED(OTLS_E_IO)},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

#define QUEUED_SIZE 40000u

/** One row on one side of one pair. */
typedef struct scene {
    pair p;
    const row *row;
    bool client_reads;
    otls_connection *reader, *other;
    test_pipe *pipe; /* to the reader */
    size_t data;     /* bytes the reader is to get before the end */
} scene;

static const char *label(const scene *s)
{
    static char text[256];

    (void)snprintf(text, sizeof(text), "%s, %s: %s", pair_name(&s->p.which),
                   s->client_reads ? "client" : "server", s->row->name);
    return text;
}

static size_t first_record(const test_pipe *pipe)
{
    const uint8_t *at = pipe->data + pipe->start;

    cr_assert(pipe_size(pipe) > 5);
    return 5u + ((size_t)at[3] << 8 | at[4]);
}

/* The reader has had one whole record of the peer's, and waits for more. */
static void begin_handshake(scene *s)
{
    cr_assert_eq(otls_connection_handshake(s->p.client, NULL), OTLS_WANT_READ);
    if (s->client_reads) {
        cr_assert_eq(otls_connection_handshake(s->p.server, NULL), OTLS_WANT_READ);
        s->pipe->end = s->pipe->start + first_record(s->pipe);
    }
    cr_assert_eq(otls_connection_handshake(s->reader, NULL), OTLS_WANT_READ, "%s", label(s));
    cr_assert_eq(pipe_size(s->pipe), 0);
}

static void queue_data(scene *s)
{
    static const uint8_t data[QUEUED_SIZE];
    size_t count, sent = 0;

    while (sent < QUEUED_SIZE) {
        cr_assert_eq(otls_connection_write(s->other, data, QUEUED_SIZE - sent, &count, NULL),
                     OTLS_OK);
        sent += count;
    }
    s->data = QUEUED_SIZE;
}

static void set_stage(scene *s)
{
    if (s->row->when == MOMENT_BEFORE)
        return;
    if (s->row->when == MOMENT_DURING) {
        begin_handshake(s);
        return;
    }
    pair_connect(&s->p);
    if (s->row->when == MOMENT_QUEUED || s->row->when == MOMENT_HALF)
        queue_data(s);
    if (s->row->when == MOMENT_HALF) {
        s->pipe->end -= 100;
        s->data = 2 * 16384; /* the third record is the cut one */
    }
    if (s->row->what == EVENT_RESET)
        s->data = 0; /* a reset overtakes the data */
}

static void let_it_happen(scene *s)
{
    static const uint8_t plain_close[7] = {21, 3, 3, 0, 2, 1, 0};
    const event what = s->row->what;

    if (what == EVENT_CLOSE_NOTIFY || what == EVENT_CLOSE_FIN) {
        if (s->row->when <= MOMENT_DURING)
            pipe_put(s->pipe, plain_close, sizeof(plain_close));
        else
            cr_assert_eq(otls_connection_shutdown(s->other, NULL), OTLS_OK, "%s", label(s));
    }
    if (what == EVENT_FIN || what == EVENT_CLOSE_FIN)
        s->pipe->ended = true;
    if (what == EVENT_RESET)
        s->p.wire.to_client.reset = s->p.wire.to_server.reset = true;
}

static otls_status read_all(scene *s, otls_error *err)
{
    static uint8_t buffer[QUEUED_SIZE];
    size_t count, got = 0;
    otls_status status;

    while ((status = otls_connection_read(s->reader, buffer, sizeof(buffer), &count, err)) ==
           OTLS_OK)
        got += count;
    cr_assert_eq(count, 0);
    cr_assert_eq(got, s->data, "%s: %zu of %zu bytes", label(s), got, s->data);
    return status;
}

static void check_answer(const scene *s, otls_status status, const otls_error *err)
{
    cr_expect_eq(status, s->row->answer, "%s: %s: %s [%s]", label(s), otls_status_name(status),
                 err->text, err->native_text);
    if (status >= 0)
        return;
    cr_expect_eq(err->alert, s->row->alert, "%s: alert %d", label(s), (int)err->alert);
    cr_expect_eq(err->alert_received != 0, s->row->alert >= 0, "%s", label(s));
    if (status == OTLS_E_IO)
        cr_expect_eq(err->system_error, ECONNRESET, "%s: errno %d", label(s), err->system_error);
}

static void check_afterwards(scene *s)
{
    otls_error err = OTLS_ERROR_INIT;
    char byte;
    size_t count;
    otls_status status = otls_connection_read(s->reader, &byte, 1, &count, &err);

    cr_expect_eq(status, s->row->answer, "%s: read again: %s", label(s), otls_status_name(status));
    cr_expect_eq(otls_connection_pending(s->reader), 0);
    cr_expect(!otls_connection_readable_now(s->reader), "%s", label(s));
    status = otls_connection_write(s->reader, "x", 1, &count, &err);
    cr_expect_eq(status, s->row->write, "%s: write: %s: %s [%s]", label(s),
                 otls_status_name(status), err.text, err.native_text);
    cr_expect_eq(count, status == OTLS_OK ? 1 : 0);
    status = otls_connection_shutdown(s->reader, &err);
    cr_expect_eq(status, s->row->shutdown, "%s: shutdown: %s: %s [%s]", label(s),
                 otls_status_name(status), err.text, err.native_text);
    cr_expect_eq(otls_connection_shutdown_state(s->reader), s->row->state, "%s: state %u", label(s),
                 otls_connection_shutdown_state(s->reader));
    if (status == OTLS_OK) /* the half that was still open carried all of it */
        cr_expect_eq(pair_read_end(s->other, NULL, &err), OTLS_CLOSED, "%s: %s", label(s),
                     err.text);
}

static void run_row(const pair_case *which, const row *row, bool client_reads)
{
    scene s = {.row = row, .client_reads = client_reads};
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    pair_open(&s.p, which, NULL);
    s.reader = client_reads ? s.p.client : s.p.server;
    s.other = client_reads ? s.p.server : s.p.client;
    s.pipe = client_reads ? &s.p.wire.to_client : &s.p.wire.to_server;
    set_stage(&s);
    let_it_happen(&s);
    if (row->when <= MOMENT_DURING)
        status = otls_connection_handshake(s.reader, &err);
    else
        status = read_all(&s, &err);
    check_answer(&s, status, &err);
    check_afterwards(&s);
    pair_close(&s.p);
}

ParameterizedTestParameters(close_table, every_row)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, close_table, every_row)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < ROW_COUNT; i++) {
        run_row(&which, &rows[i], true);
        run_row(&which, &rows[i], false);
    }
}
