/* SPDX-License-Identifier: MIT */
/*
 * Standard input to the peer, the peer to standard output. Neither direction waits for the other,
 * and nothing is taken that cannot be held.
 *
 * The end of input is not the end of the conversation: a client that says close_notify right behind
 * its request is taken by some servers as one that has gone, and they drop the answer. So when
 * something was sent, we wait until the peer has been silent for a while, say close_notify, and
 * read on until the peer ends. With nothing to send (</dev/null) close_notify goes at once.
 */
#include "tool.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IN_BYTES 16384
#define OUT_BYTES 65536
#define LINGER_SECONDS 3
#define TIMEOUT_SECONDS 10

typedef struct stream {
    otls_socket *sock;
    otls_connection *conn;
    int signals;
    bool input_ended, peer_ended, said_goodbye, interrupted;
    bool sent_anything;
    bool output_blocks; /* a pipe or terminal: small writes after poll, so that none blocks */
    int64_t last_heard; /* ms; from the peer, or of our own last sending */
    int64_t linger_ms, timeout_ms;
    const unsigned char *first; /* goes before standard input */
    size_t first_left;
    size_t in_start, in_end, out_start, out_end;
    unsigned char in[IN_BYTES], out[OUT_BYTES];
} stream;

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static otls_status fail(otls_error *err, otls_status status, int number, const char *text)
{
    *err = (otls_error)OTLS_ERROR_INIT;
    err->status = status;
    err->system_error = number;
    (void)snprintf(err->text, sizeof(err->text), "%s%s%s", text, number != 0 ? ": " : "",
                   number != 0 ? strerror(number) : "");
    return status;
}

static otls_status from_peer(stream *s, otls_error *err)
{
    while (!s->peer_ended && s->out_end < sizeof(s->out)) {
        size_t count = 0;
        otls_status status = otls_socket_recv(s->sock, s->out + s->out_end,
                                              sizeof(s->out) - s->out_end, &count, err);

        if (status > OTLS_OK && status != OTLS_CLOSED)
            return OTLS_OK;
        if (status < OTLS_OK)
            return status;
        s->last_heard = now_ms();
        s->out_end += count;
        s->peer_ended = status == OTLS_CLOSED;
    }
    return OTLS_OK;
}

/* The next piece of the bytes that go before standard input takes the input's place. */
static void load_first(stream *s)
{
    const size_t size = s->first_left < sizeof(s->in) ? s->first_left : sizeof(s->in);

    if (s->in_start < s->in_end || size == 0)
        return;
    memcpy(s->in, s->first, size);
    s->first += size;
    s->first_left -= size;
    s->in_start = 0;
    s->in_end = size;
}

static otls_status to_peer(stream *s, otls_error *err)
{
    load_first(s);
    while (s->in_start < s->in_end && !s->peer_ended) {
        size_t count = 0;
        otls_status status =
            otls_socket_send(s->sock, s->in + s->in_start, s->in_end - s->in_start, &count, err);

        if (status > OTLS_OK)
            return OTLS_OK;
        if (status < OTLS_OK)
            return status;
        s->in_start += count;
        s->sent_anything = true;
        s->last_heard = now_ms();
        load_first(s);
    }
    if (s->in_start == s->in_end)
        s->in_start = s->in_end = 0;
    if (s->peer_ended)
        return OTLS_OK;
    otls_status status = otls_socket_flush(s->sock, err);
    return status < OTLS_OK ? status : OTLS_OK;
}

static otls_status read_input(stream *s, otls_error *err)
{
    ssize_t count = read(STDIN_FILENO, s->in, sizeof(s->in));

    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return OTLS_OK;
    if (count < 0 && errno != EIO && errno != EBADF)
        return fail(err, OTLS_E_USAGE, errno, "cannot read standard input");
    if (count <= 0) {
        s->input_ended = true;
        s->last_heard = now_ms();
    } else {
        s->in_end = (size_t)count;
    }
    return OTLS_OK;
}

static otls_status write_output(stream *s, otls_error *err)
{
    size_t size = s->out_end - s->out_start;
    ssize_t count;

    if (s->output_blocks && size > PIPE_BUF)
        size = PIPE_BUF;
    count = write(STDOUT_FILENO, s->out + s->out_start, size);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return OTLS_OK;
    if (count < 0)
        return fail(err, OTLS_E_USAGE, errno, "cannot write to standard output");
    s->out_start += (size_t)count;
    if (s->out_start == s->out_end)
        s->out_start = s->out_end = 0;
    return OTLS_OK;
}

/* When must we say good-bye? -1 = not at all now; else the ms left. */
static int64_t until_goodbye(const stream *s)
{
    int64_t left;

    if (!s->input_ended || s->in_end > 0 || s->said_goodbye || s->peer_ended)
        return -1;
    if (!s->sent_anything)
        return 0;
    left = s->last_heard + s->linger_ms - now_ms();
    return left > 0 ? left : 0;
}

static otls_status say_goodbye(stream *s, otls_error *err)
{
    otls_status status = otls_connection_shutdown(s->conn, err);

    if (status < OTLS_OK)
        return status;
    s->said_goodbye = true;
    s->last_heard = now_ms();
    return OTLS_OK;
}

/* The ms poll may sleep; -1 = for ever. */
static int sleep_time(const stream *s)
{
    int64_t left = until_goodbye(s);

    if (left < 0 && s->said_goodbye) {
        left = s->last_heard + s->timeout_ms - now_ms();
        left = left > 0 ? left : 0;
    }
    return left > INT_MAX ? INT_MAX : (int)left;
}

static void fill(const stream *s, struct pollfd items[4])
{
    bool unsent = (otls_connection_events(s->conn) & OTLS_EVENT_WRITE) != 0;
    bool room = !s->peer_ended && s->out_end < sizeof(s->out);

    for (int i = 0; i < 4; i++)
        items[i] = (struct pollfd){.fd = -1};
    if (!s->input_ended && s->in_end == 0)
        items[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    if (s->out_end > 0)
        items[1] = (struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT};
    if (room || unsent || s->in_end > 0) {
        items[2].fd = (int)otls_socket_fileno(s->sock);
        items[2].events = (short)((room ? POLLIN : 0) | (unsent || s->in_end > 0 ? POLLOUT : 0));
    }
    items[3] = (struct pollfd){.fd = s->signals, .events = POLLIN};
}

static otls_status wait_and_move(stream *s, otls_error *err)
{
    struct pollfd items[4];
    otls_status status = OTLS_OK;

    fill(s, items);
    if (poll(items, 4, sleep_time(s)) < 0)
        return errno == EINTR ? OTLS_OK : fail(err, OTLS_E_IO, errno, "cannot wait for input");
    if (items[3].revents != 0)
        s->interrupted = true;
    if (items[0].revents != 0)
        status = read_input(s, err);
    if (status == OTLS_OK && items[1].revents != 0)
        status = write_output(s, err);
    return status;
}

static otls_status step(stream *s, otls_error *err)
{
    otls_status status = from_peer(s, err);

    if (status == OTLS_OK)
        status = to_peer(s, err);
    if (status == OTLS_OK && until_goodbye(s) == 0)
        status = say_goodbye(s, err);
    if (status == OTLS_OK && s->said_goodbye && !s->peer_ended && s->out_end == 0 &&
        now_ms() - s->last_heard >= s->timeout_ms)
        status = fail(err, OTLS_E_TIMEOUT, 0, "the peer did not end the connection in time");
    return status;
}

/* What came before the failure is the user's all the same. */
static void write_rest(stream *s)
{
    while (s->out_end > 0 && write_output(s, &(otls_error)OTLS_ERROR_INIT) == OTLS_OK)
        ;
}

static otls_status run(stream *s, otls_error *err)
{
    otls_status status;

    for (;;) {
        status = step(s, err);
        if (status != OTLS_OK || s->interrupted || (s->peer_ended && s->out_end == 0))
            break;
        status = wait_and_move(s, err);
        if (status != OTLS_OK)
            return status;
    }
    if (!s->interrupted)
        write_rest(s);
    return status;
}

otls_status tool_stream(const tool_options *options, otls_socket *sock, const tool_early *early,
                        otls_error *err)
{
    stream *s = calloc(1, sizeof(*s));
    struct stat output;
    otls_status status;

    if (s == NULL)
        return fail(err, OTLS_E_NOMEM, 0, "out of memory");
    s->sock = sock;
    s->conn = otls_socket_connection(sock);
    s->sent_anything = early->sent > 0;
    s->first_left = early->size - early->sent;
    s->first = s->first_left > 0 ? early->bytes + early->sent : NULL;
    s->linger_ms = 1000 * (int64_t)(options->linger_s < 0 ? LINGER_SECONDS : options->linger_s);
    s->timeout_ms = 1000 * (int64_t)(options->timeout_s < 0 ? TIMEOUT_SECONDS : options->timeout_s);
    s->output_blocks = fstat(STDOUT_FILENO, &output) != 0 || !S_ISREG(output.st_mode);
    s->last_heard = now_ms();
    s->signals = tool_signals_open();
    (void)otls_socket_set_timeout(sock, 0, NULL);
    status = run(s, err);
    free(s);
    return status;
}
