/* SPDX-License-Identifier: MIT */
/*
 * A client is a small machine that never waits: handshake, then a page or an echo, then an end in
 * which nothing we said gets lost. Every state has a time limit and every buffer a size, so that no
 * client can hold more than its share.
 */
#include "serve.h"
#include "serve_early.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#define PATIENCE_SECONDS 10 /* handshake, request, and each stretch without progress */
#define IDLE_SECONDS 60     /* echo */
#define LINGER_MS 2000      /* after our end, for the peer's */
#define REQUEST_MAX 8192
#define BUFFER_BYTES 32768
/* in one turn, so that one fast client does not keep the others waiting */
#define TURNS_MAX 16
#define DROP_MAX 16

typedef enum client_state {
    CLIENT_HANDSHAKE,
    CLIENT_REQUEST,
    CLIENT_ANSWER,
    CLIENT_ECHO,
    CLIENT_ENDING, /* close_notify is on its way out */
    CLIENT_LINGER  /* our direction is shut; wait for the peer's end, or for time */
} client_state;

struct client {
    const tool_options *options;
    otls_socket *sock;
    otls_connection *conn;
    client_state state;
    bool peer_ended;
    int code;
    int64_t deadline;
    size_t start, end; /* bytes in `buffer` that wait to be sent (or searched) */
    serve_early early;
    char peer[80];
    unsigned char buffer[BUFFER_BYTES];
};

int64_t serve_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void allow(client *c, int seconds)
{
    int own = c->options->timeout_s;

    c->deadline = serve_now_ms() + 1000 * (int64_t)(own < 0 ? seconds : own);
}

client *client_new(const tool_options *options, otls_socket *sock)
{
    client *c = calloc(1, sizeof(*c));
    uint16_t port = 0;
    char address[64] = "?";

    if (c == NULL) {
        otls_socket_close(sock);
        return NULL;
    }
    c->options = options;
    c->sock = sock;
    c->conn = otls_socket_connection(sock);
    (void)otls_socket_peer_address(sock, address, sizeof(address), &port, NULL);
    (void)snprintf(c->peer, sizeof(c->peer), strchr(address, ':') != NULL ? "[%s]:%u" : "%s:%u",
                   address, port);
    serve_early_init(&c->early, options->early_data);
    allow(c, PATIENCE_SECONDS);
    return c;
}

void client_free(client *c)
{
    if (c == NULL)
        return;
    otls_socket_close(c->sock);
    serve_early_free(&c->early);
    free(c);
}

int client_fileno(const client *c)
{
    return (int)otls_socket_fileno(c->sock);
}

int64_t client_deadline(const client *c)
{
    return c->deadline;
}

int client_code(const client *c)
{
    return c->code;
}

/* ---- what is said about a client ------------------------------------------------------------ */

static void log_json(const client *c, const otls_error *err)
{
    const otls_backend *backend = otls_context_backend(otls_socket_context(c->sock));
    json_t *object = tool_summary_json(backend, c->conn, err);
    const char *name = otls_connection_server_name(c->conn);

    json_object_set_new(object, "peer", json_string(c->peer));
    json_object_set_new(object, "server_name", name == NULL ? json_null() : tool_json_text(name));
    (void)tool_json_line(object, stdout);
}

static void log_handshake(const client *c)
{
    const char *name = otls_connection_server_name(c->conn);
    char safe[300];

    if (c->options->json) {
        log_json(c, NULL);
        return;
    }
    name = name == NULL ? "-" : name;
    (void)fprintf(stderr, "%s TLS %s %s name %s\n", c->peer,
                  tool_version_text(otls_connection_version(c->conn)),
                  otls_suite_name(otls_connection_suite(c->conn)),
                  tool_printable(safe, sizeof(safe), name, strlen(name)));
}

static void log_failure(const client *c, const otls_error *err)
{
    char safe[600];

    if (c->options->json) {
        log_json(c, err);
        return;
    }
    (void)fprintf(stderr, "%s %s%s\n", c->peer, c->state == CLIENT_HANDSHAKE ? "handshake: " : "",
                  tool_printable(safe, sizeof(safe), err->text, strlen(err->text)));
}

/* ---- the end -------------------------------------------------------------------------------- */

/* Our direction is over. A close now could turn into a reset that overtakes what we sent: the alert
 * of a failed handshake, or the end of the page. So wait for the peer, a little. */
static void start_linger(client *c)
{
    (void)shutdown(client_fileno(c), SHUT_WR);
    c->state = CLIENT_LINGER;
    c->deadline = serve_now_ms() + LINGER_MS;
}

/* The first failure decides. A peer that has gone needs no lingering. */
static bool client_failed(client *c, const otls_error *err)
{
    bool handshaking = c->state == CLIENT_HANDSHAKE;

    log_failure(c, err);
    c->code = tool_exit_code((otls_status)err->status, handshaking);
    if (err->status == OTLS_E_IO || err->status == OTLS_E_TRUNCATED)
        return false;
    (void)otls_connection_flush(c->conn, NULL);
    start_linger(c);
    return true;
}

static void start_ending(client *c)
{
    otls_error err = OTLS_ERROR_INIT;

    if (otls_connection_shutdown(c->conn, &err) == OTLS_E_NOMEM) { /* nothing goes out, and no flush tells */
        log_failure(c, &err);
        c->code = TOOL_USAGE;
    }
    c->state = CLIENT_ENDING;
    allow(c, PATIENCE_SECONDS);
}

static bool run_ending(client *c)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = otls_connection_flush(c->conn, &err);

    if (status < OTLS_OK)
        return client_failed(c, &err);
    if (status == OTLS_OK)
        start_linger(c);
    return true;
}

static bool run_linger(client *c)
{
    unsigned char dropped[8192];

    for (int i = 0; i < DROP_MAX; i++) {
        ssize_t got = recv(client_fileno(c), dropped, sizeof(dropped), MSG_DONTWAIT);

        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK))
            return false;
        if (got < 0)
            return true;
    }
    return true;
}

/* ---- handshake ------------------------------------------------------------------------------ */

static bool run_handshake(client *c)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = serve_early_collect(&c->early, c->conn, &err);

    if (status == OTLS_OK)
        status = otls_socket_handshake(c->sock, &err);
    if (status < OTLS_OK)
        return client_failed(c, &err);
    if (status > OTLS_OK)
        return true;
    log_handshake(c);
    c->state = c->options->echo ? CLIENT_ECHO : CLIENT_REQUEST;
    allow(c, c->options->echo ? IDLE_SECONDS : PATIENCE_SECONDS);
    return true;
}

/* ---- the page ------------------------------------------------------------------------------- */

static size_t write_page(const client *c, char *out, size_t capacity)
{
    const otls_backend *backend = otls_context_backend(otls_socket_context(c->sock));
    const char *name = otls_connection_server_name(c->conn);
    uint16_t group = otls_connection_group(c->conn);
    const otls_certificate *peer = otls_connection_peer_chain(c->conn, 0);
    const char *subject = peer == NULL ? "-" : tool_text(otls_certificate_subject(peer));
    char safe_name[300], safe_alpn[300], safe_subject[600];
    int size;

    name = name == NULL ? "-" : name;
    (void)tool_alpn_text(safe_alpn, sizeof(safe_alpn), c->conn);
    size =
        snprintf(out, capacity,
                 "omnitls %s\n"
                 "engine:      %s %s\n"
                 "version:     TLS %s\n"
                 "suite:       %s\n"
                 "group:       %s\n"
                 "alpn:        %s\n"
                 "server name: %s\n"
                 "client:      %s\n"
                 "reused:      %s\n"
                 "early data:  %s\n",
                 otls_version(), otls_backend_name(backend), otls_backend_version(backend),
                 tool_version_text(otls_connection_version(c->conn)),
                 otls_suite_name(otls_connection_suite(c->conn)),
                 group != 0 ? otls_group_name(group) : "-", safe_alpn[0] != '\0' ? safe_alpn : "-",
                 tool_printable(safe_name, sizeof(safe_name), name, strlen(name)),
                 tool_printable(safe_subject, sizeof(safe_subject), subject, strlen(subject)),
                 otls_connection_session_resumed(c->conn) ? "yes" : "no", tool_early_text(c->conn));
    if (size < 0)
        return 0;
    return (size_t)size < capacity ? (size_t)size : capacity - 1;
}

static void answer(client *c, const char *line, bool with_page)
{
    char page[2048];
    size_t length = write_page(c, page, sizeof(page));
    bool head = c->end >= 5 && memcmp(c->buffer, "HEAD ", 5) == 0;
    int size;

    if (!with_page)
        length = (size_t)snprintf(page, sizeof(page), "%s\n", line);
    size = snprintf((char *)c->buffer, sizeof(c->buffer),
                    "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    "Content-Length: %zu\r\nConnection: close\r\n\r\n%.*s",
                    line, length, head ? 0 : (int)length, page);
    c->start = 0;
    c->end = (size_t)size;
    c->state = CLIENT_ANSWER;
    allow(c, PATIENCE_SECONDS);
}

/* Is the blank line there? Lines may end in CR LF or in LF. */
static bool request_complete(const client *c)
{
    for (size_t i = 0; i + 1 < c->end; i++) {
        if (c->buffer[i] != '\n')
            continue;
        if (c->buffer[i + 1] == '\n')
            return true;
        if (c->buffer[i + 1] == '\r' && i + 2 < c->end && c->buffer[i + 2] == '\n')
            return true;
    }
    return false;
}

static bool looks_like_http(const client *c)
{
    static const char *const methods[] = {"GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS "};

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        size_t length = strlen(methods[i]);

        if (c->end >= length && memcmp(c->buffer, methods[i], length) == 0)
            return true;
    }
    return false;
}

static bool run_request(client *c)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        otls_error err = OTLS_ERROR_INIT;
        size_t count = 0;
        otls_status status = serve_early_receive(&c->early, c->sock, c->buffer + c->end,
                                                 REQUEST_MAX - c->end, &count, &err);

        if (status < OTLS_OK)
            return client_failed(c, &err);
        if (status == OTLS_CLOSED) {
            start_ending(c);
            return true;
        }
        if (status > OTLS_OK)
            return true;
        c->end += count;
        if (request_complete(c)) {
            answer(c, looks_like_http(c) ? "200 OK" : "400 Bad Request", looks_like_http(c));
            return true;
        }
        if (c->end == REQUEST_MAX) {
            answer(c, "431 Request Header Fields Too Large", false);
            return true;
        }
    }
    return true;
}

/* Send what waits in the buffer: OTLS_OK when it is empty. */
static otls_status send_waiting(client *c, int seconds, otls_error *err)
{
    while (c->start < c->end) {
        size_t count = 0;
        otls_status status =
            otls_socket_send(c->sock, c->buffer + c->start, c->end - c->start, &count, err);

        if (status != OTLS_OK)
            return status;
        c->start += count;
        allow(c, seconds);
    }
    c->start = c->end = 0;
    return OTLS_OK;
}

static bool run_answer(client *c)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = send_waiting(c, PATIENCE_SECONDS, &err);

    if (status < OTLS_OK)
        return client_failed(c, &err);
    if (status == OTLS_OK)
        start_ending(c);
    return true;
}

/* ---- the echo ------------------------------------------------------------------------------- */

static bool run_echo(client *c)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_status status = send_waiting(c, IDLE_SECONDS, &err);
        size_t count = 0;

        /* what does not leave is not read either: the peer must take its echo first */
        if (status < OTLS_OK)
            return client_failed(c, &err);
        if (status > OTLS_OK)
            return true;
        if (c->peer_ended) {
            start_ending(c);
            return true;
        }
        status =
            serve_early_receive(&c->early, c->sock, c->buffer, sizeof(c->buffer), &count, &err);
        if (status < OTLS_OK)
            return client_failed(c, &err);
        if (status == OTLS_CLOSED)
            c->peer_ended = true;
        else if (status > OTLS_OK)
            return true;
        c->end = count;
        allow(c, IDLE_SECONDS);
    }
    return true;
}

/* ---- the machine ---------------------------------------------------------------------------- */

short client_events(const client *c, bool *again)
{
    unsigned wanted = otls_connection_events(c->conn);
    bool waiting = c->start < c->end;
    short events = 0;

    switch (c->state) {
    case CLIENT_LINGER:
        return POLLIN;
    case CLIENT_ENDING:
    case CLIENT_ANSWER:
        return POLLOUT;
    case CLIENT_ECHO:
        if (waiting)
            return POLLOUT;
        break;
    case CLIENT_HANDSHAKE:
        /* done but for bytes of ours that did not leave yet */
        if (otls_connection_handshake_done(c->conn))
            return POLLOUT;
        break;
    default:
        break;
    }
    events = POLLIN;
    if ((wanted & OTLS_EVENT_WRITE) != 0)
        events |= POLLOUT;
    if (c->state != CLIENT_HANDSHAKE &&
        (serve_early_waiting(&c->early) || otls_connection_readable_now(c->conn)))
        *again = true;
    return events;
}

static bool run_state(client *c)
{
    switch (c->state) {
    case CLIENT_HANDSHAKE:
        return run_handshake(c);
    case CLIENT_REQUEST:
        return run_request(c);
    case CLIENT_ANSWER:
        return run_answer(c);
    case CLIENT_ECHO:
        return run_echo(c);
    case CLIENT_ENDING:
        return run_ending(c);
    default:
        return run_linger(c);
    }
}

static bool out_of_patience(client *c)
{
    otls_error err = OTLS_ERROR_INIT;

    if (c->state == CLIENT_LINGER)
        return false; /* it had its chance, and we have said all we had to say */
    err.status = OTLS_E_TIMEOUT;
    (void)snprintf(err.text, sizeof(err.text), "the client was silent for too long");
    if (c->state == CLIENT_ECHO && c->start == c->end) {
        start_ending(c); /* an idle echo ends in peace */
        return true;
    }
    log_failure(c, &err);
    c->code = TOOL_NETWORK;
    return false;
}

bool client_run(client *c, short revents)
{
    client_state before;

    if ((revents & POLLOUT) != 0)
        (void)otls_connection_flush(c->conn, NULL);
    do {
        before = c->state;
        if (!run_state(c))
            return false;
    } while (c->state != before);
    return serve_now_ms() < c->deadline || out_of_patience(c);
}
