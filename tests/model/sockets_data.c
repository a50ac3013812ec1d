/* SPDX-License-Identifier: MIT */
/* Sockets: what is sent arrives whole and in order, in bytes, lines and files, until an end. */
#include "sockets.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- in ---- */

/* Data that came must be the other end's, in order. */
static void came(model_world *w, int at, const uint8_t *data, size_t count)
{
    model_sock *s = &w->socks->at[at];
    const model_sock writer = {.k.server = !s->k.server};
    size_t wrong = 0;

    for (size_t i = 0; i < count && !s->k.dropped; i++)
        wrong += data[i] != sock_byte(&writer, s->k.read + i);
    model_claim(w, wrong == 0, "%zu of %zu bytes are not what was sent", wrong, count);
    model_claim(w, s->k.read + count <= s->in.total, "more than was sent");
    s->k.read += count;
}

/* No data: an end, or none yet. */
static void none_came(model_world *w, int at, otls_status status)
{
    model_sock *s = &w->socks->at[at];

    sock_sync(w, at);
    if (s->k.state == M_FAILED) {
        model_claim(w, status == (otls_status)s->k.first.status, "%s, and it failed as %s",
                    otls_status_name(status), otls_status_name((otls_status)s->k.first.status));
        return;
    }
    if (status != OTLS_CLOSED) {
        model_claim(w, status == OTLS_WANT_READ || status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT,
                    "%s from a read", otls_status_name(status));
        model_claim(w, !s->k.received_close, "waits behind the end");
        return;
    }
    if (s->k.received_close)
        return;
    model_claim(w, s->in.close || (s->k.ragged && s->in.eof), "closed, and nobody closed");
    if (s->in.close && !s->in.tampered && !s->k.dropped && !s->k.ragged)
        model_claim(w, s->k.read == s->in.total, "closed after %llu of %llu bytes",
                    (unsigned long long)s->k.read, (unsigned long long)s->in.total);
    s->k.received_close = true;
}

/* Bytes kept of a line need no connection that works. */
static bool taken_from_line(model_sock *s, otls_status status)
{
    if (s->may_hold && status == OTLS_OK)
        return true;
    s->may_hold = false;
    return false;
}

/* Everything but the bytes: true, they are to be looked at. */
static bool readable(model_world *w, int at, otls_status status, const otls_error *err)
{
    model_sock *s = &w->socks->at[at];

    if (s->kind != SOCK_TALKS) {
        model_claim(w, status == OTLS_E_USAGE, "%s without a connection", otls_status_name(status));
        return false;
    }
    if (s->reading_ended) {
        model_claim(w, status == OTLS_CLOSED, "%s, and reading was ended", otls_status_name(status));
        return false;
    }
    if (taken_from_line(s, status))
        return true;
    if (s->k.state != M_OPEN)
        s->in.clean = false;
    return sock_opens(w, at, status, err);
}

void sock_recv(model_world *w, int at, size_t capacity)
{
    static uint8_t data[40000];
    model_sock *s = &w->socks->at[at];
    size_t count = 77;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_recv(s%d, %zu)", at, capacity);
    status = sock_answer(w, s, &err, otls_socket_recv(s->real, data, capacity, &count, &err));
    model_claim(w, status == OTLS_OK ? count <= capacity : count == 0, "%zu bytes with %s", count,
                otls_status_name(status));
    if (!readable(w, at, status, &err))
        return;
    if (status != OTLS_OK) {
        none_came(w, at, status);
        return;
    }
    model_claim(w, capacity == 0 || count != 0, "no bytes");
    model_claim(w, !s->k.received_close || s->may_hold || capacity == 0, "data behind the end");
    came(w, at, data, count);
}

static void check_line(model_world *w, const model_sock *s, const char *line, size_t count, size_t capacity)
{
    const char *end = memchr(line, '\n', count);

    model_claim(w, count != 0 && count < capacity, "%zu bytes in %zu", count, capacity);
    model_claim(w, line[count] == '\0', "the line does not end");
    model_claim(w, end == NULL || end == line + count - 1, "more than a line");
    model_claim(w, end != NULL || count == capacity - 1 || s->in.close || s->in.eof || s->k.received_close,
                "less than a line");
}

static void read_line(model_world *w, int at, const model_step *step)
{
    static const size_t sizes[] = {300, 2, 40, 5000, 1, 0, (1u << 20) + 1, 300};
    static char line[5000];
    const size_t capacity = sizes[step->a % 8];
    model_sock *s = &w->socks->at[at];
    size_t count = 0;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_read_line(s%d, %zu)", at, capacity);
    status = sock_answer(w, s, &err, otls_socket_read_line(s->real, line, capacity, &count, &err));
    if (capacity < 2 || capacity > sizeof(line)) {
        model_claim(w, status == OTLS_E_USAGE, "%s", otls_status_name(status));
        return;
    }
    model_claim(w, (count != 0) == (status == OTLS_OK), "%zu bytes with %s", count, otls_status_name(status));
    if (s->kind != SOCK_TALKS || s->reading_ended) {
        (void)readable(w, at, status, &err);
        return;
    }
    if (s->may_hold && status == OTLS_OK) {
        sock_sync(w, at); /* the line may end where the connection does */
        s->k.received_close = (otls_connection_shutdown_state(otls_socket_connection(s->real)) &
                               OTLS_SHUTDOWN_RECEIVED) != 0;
    } else {
        const bool goes_on = sock_opens(w, at, status, &err);

        s->may_hold |= s->k.opened; /* what stood of the line, before what ended it */
        if (!goes_on)
            return;
    }
    if (status != OTLS_OK) {
        const uint64_t read = s->k.read;

        if (status != OTLS_CLOSED) /* a part of the line may be kept */
            s->k.read = s->in.total;
        none_came(w, at, status);
        s->k.read = read;
        return;
    }
    s->k.received_close = (otls_connection_shutdown_state(otls_socket_connection(s->real)) &
                           OTLS_SHUTDOWN_RECEIVED) != 0;
    check_line(w, s, line, count, capacity);
    came(w, at, (const uint8_t *)line, count);
}

/* ---- out ---- */

static void went(model_world *w, int at, uint64_t count)
{
    model_sock *s = &w->socks->at[at];

    s->k.written += count;
    if (s->peer >= 0)
        w->socks->at[s->peer].in.total += count;
}

/* What holds before and behind every call that sends: true, its own rules are next. */
static bool sendable(model_world *w, int at, otls_status status, const otls_error *err)
{
    model_sock *s = &w->socks->at[at];

    if (s->kind != SOCK_TALKS) {
        model_claim(w, status == OTLS_E_USAGE, "%s without a connection", otls_status_name(status));
        return false;
    }
    s->in.clean = s->in.clean && s->peer >= 0;
    if (s->k.state == M_OPEN && s->k.sent_close) {
        model_claim(w, status == OTLS_E_USAGE, "%s after the end", otls_status_name(status));
        return false;
    }
    return sock_opens(w, at, status, err);
}

static const uint8_t *what_to_send(const model_sock *s, size_t size)
{
    static uint8_t data[70000];

    for (size_t i = 0; i < size; i++)
        data[i] = sock_byte(s, s->k.written + i);
    return data;
}

static void send_step(model_world *w, int at, size_t size)
{
    model_sock *s = &w->socks->at[at];
    size_t count = 77;
    otls_error err;
    otls_status status;
    bool open;

    model_call(w, &err, "otls_socket_send(s%d, %zu)", at, size);
    status = sock_answer(w, s, &err, otls_socket_send(s->real, what_to_send(s, size), size, &count, &err));
    open = sendable(w, at, status, &err);
    model_claim(w, count <= size && (status == OTLS_OK || s->k.state == M_FAILED || count == 0), "%zu of %zu bytes with %s", count,
                size, otls_status_name(status));
    went(w, at, count); /* the call before it failed may have taken them */
    if (!open)
        return;
    model_claim(w, status != OTLS_OK || size == 0 || count != 0, "nothing was taken");
    model_claim(w, status == OTLS_OK || status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT, "%s",
                otls_status_name(status));
}

/* Calls that cannot do without waiting: mostly they may, for a moment. */
static void let_wait(model_world *w, int at, int ms)
{
    model_sock *s = &w->socks->at[at];
    otls_error err;

    model_call(w, &err, "otls_socket_set_timeout(s%d, %d)", at, ms);
    model_wanted(w, &err, otls_socket_set_timeout(s->real, ms, &err), OTLS_OK);
    s->timeout = ms;
}

static void send_all(model_world *w, int at, size_t size)
{
    model_sock *s = &w->socks->at[at];
    unsigned long done = 0;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_send_all(s%d, %zu)", at, size);
    status = sock_answer(w, s, &err, otls_socket_send_all(s->real, what_to_send(s, size), size, &err));
    if (s->kind != SOCK_TALKS || s->timeout == 0) {
        model_claim(w, status == OTLS_E_USAGE, "%s", otls_status_name(status));
        return;
    }
    if (status == OTLS_OK)
        done = size;
    else
        model_claim(w, sscanf(err.text, "%lu of", &done) == 1 && done <= size, "%s: %s",
                    otls_status_name(status), err.text);
    if (!sendable(w, at, status, &err) && s->k.state < M_OPEN)
        model_claim(w, done == 0, "%lu bytes", done);
    went(w, at, done);
    if (s->k.state == M_OPEN && !s->k.sent_close)
        model_claim(w, status == OTLS_OK || status == OTLS_E_TIMEOUT, "%s", otls_status_name(status));
}

static void send_file(model_world *w, int at, const model_step *step)
{
    static const uint64_t counts[] = {1, 5000, 16384, 60000, 120000, 0, 16385, 300};
    model_sock *s = &w->socks->at[at];
    const int way = step->b % 8; /* 0: no file, 1: beyond what a file can be */
    const uint64_t from = s->k.written % SOCK_PERIOD, count = counts[step->a % 8];
    const uint64_t offset = way == 1 ? UINT64_MAX - 7 : from;
    const uint64_t all = 3 * (uint64_t)SOCK_PERIOD - from, most = count == 0 || count > all ? all : count;
    const int fd = way == 0 ? -1 : w->socks->files[s->k.server];
    uint64_t sent = 77;
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_send_file(s%d, %d, %llu, %llu)", at, fd, (unsigned long long)offset,
               (unsigned long long)count);
    status = sock_answer(w, s, &err, otls_socket_send_file(s->real, fd, offset, count, &sent, &err));
    model_claim(w, sent <= most, "%llu of %llu bytes", (unsigned long long)sent, (unsigned long long)most);
    if (s->kind != SOCK_TALKS || s->timeout == 0 || way < 2) {
        model_claim(w, status == OTLS_E_USAGE && sent == 0, "%s, %llu bytes", otls_status_name(status),
                    (unsigned long long)sent);
        return;
    }
    if (!sendable(w, at, status, &err) && s->k.state < M_OPEN)
        model_claim(w, sent == 0, "%llu bytes", (unsigned long long)sent);
    went(w, at, sent);
    if (s->k.state == M_OPEN && !s->k.sent_close)
        model_claim(w, (status == OTLS_OK && sent == most) || status == OTLS_E_TIMEOUT, "%s, %llu bytes",
                    otls_status_name(status), (unsigned long long)sent);
}

static void flush_step(model_world *w, int at)
{
    model_sock *s = &w->socks->at[at];
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_flush(s%d)", at);
    status = sock_answer(w, s, &err, otls_socket_flush(s->real, &err));
    if (s->kind != SOCK_TALKS) {
        model_claim(w, status == OTLS_E_USAGE, "%s without a connection", otls_status_name(status));
        return;
    }
    s->in.clean = s->in.clean && s->peer >= 0;
    if (s->k.state != M_FAILED)
        sock_sync(w, at);
    model_claim(w, status == OTLS_OK || status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT ||
                       (s->k.state == M_FAILED && status == (otls_status)s->k.first.status),
                "%s", otls_status_name(status));
}

/* ---- the end of one direction, or both ---- */

static void shutdown_step(model_world *w, int at, const model_step *step)
{
    static const int ways[] = {0, 1, 1, 1, 1, 2, 2, 7};
    const int how = ways[step->a % 8];
    model_sock *s = &w->socks->at[at];
    model_sock *other = s->peer < 0 ? NULL : &w->socks->at[s->peer];
    otls_error err;
    otls_status status;

    model_call(w, &err, "otls_socket_shutdown(s%d, %d)", at, how);
    status = sock_answer(w, s, &err, otls_socket_shutdown(s->real, (otls_shutdown_how)how, &err));
    if (s->kind != SOCK_TALKS || how == 7 || (how != 0 && s->k.state < M_OPEN)) {
        model_claim(w, status == OTLS_E_USAGE, "%s", otls_status_name(status));
        return;
    }
    if (how != 0) {
        s->in.clean = s->in.clean && s->peer >= 0;
        if (!sock_opens(w, at, status, &err))
            return;
        model_claim(w, status == OTLS_OK || status == OTLS_WANT_WRITE || status == OTLS_E_TIMEOUT, "%s",
                    otls_status_name(status));
        s->k.sent_close = true;
        if (other != NULL) {
            other->in.clean = status == OTLS_OK && other->kind == SOCK_TALKS && other->k.state == M_OPEN &&
                              !other->in.tampered && !other->in.breaks && (!other->in.eof || other->in.clean);
            other->in.eof = other->in.eof || status == OTLS_OK;
            other->in.close = true;
        }
        if (status != OTLS_OK)
            return;
    }
    model_claim(w, status == OTLS_OK, "%s", otls_status_name(status));
    if (how == 1)
        return;
    s->reading_ended = true;
    if (other != NULL) { /* what it sends now may be refused */
        other->in.breaks = true;
        other->in.clean = false;
    }
}

void sock_data_step(model_world *w, int at, const model_step *step)
{
    static const uint32_t sizes[] = {0, 1, 100, 5000, 16384, 16385, 40000, 70000};
    const size_t size = sizes[step->a % 8];
    const bool waits = w->socks->at[at].timeout == 0 && step->n / 8 % 4 != 0;

    switch (step->op) {
    case OP_SOCK_RECV: sock_recv(w, at, size % 40001); break;
    case OP_SOCK_LINE: read_line(w, at, step); break;
    case OP_SOCK_SEND: send_step(w, at, size); break;
    case OP_SOCK_SEND_ALL:
    case OP_SOCK_SEND_FILE:
        if (waits)
            let_wait(w, at, 1);
        if (step->op == OP_SOCK_SEND_ALL)
            send_all(w, at, size);
        else
            send_file(w, at, step);
        if (waits)
            let_wait(w, at, 0);
        break;
    case OP_SOCK_FLUSH: flush_step(w, at); break;
    case OP_SOCK_SHUTDOWN: shutdown_step(w, at, step); break;
    default: break;
    }
}
