/* SPDX-License-Identifier: MIT */
/* The program over omnitls that stands beside each peer. */
#include "ours.h"
#include "peers/http.h"
#include "peers/peers.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE 10000 /* milliseconds */

struct peer_state {
    peer_setup setup;
    otls_context *context;
    otls_connection *conn;
    int fd;
};

/* ---- the context ----------------------------------------------------------------------------- */

static otls_status trust_root(otls_context *context, const char *root, otls_error *err)
{
    otls_trust *trust;
    otls_status status = otls_trust_new(&trust, err);

    if (status != OTLS_OK)
        return status;
    status = otls_trust_add_file(trust, root, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    return status;
}

static otls_status set_up(peer_state *state, otls_error *err)
{
    const otls_backend *backend;
    otls_status status = otls_backend_find(&backend, state->setup.engine, err);

    if (status == OTLS_OK)
        status = otls_context_new(&state->context, backend, OTLS_CLIENT, err);
    if (status == OTLS_OK)
        status = trust_root(state->context, state->setup.root, err);
    if (status == OTLS_OK)
        status = otls_context_set_versions(state->context, OTLS_TLS1_3, OTLS_TLS1_3, err);
    if (status == OTLS_OK && state->setup.groups)
        status = otls_context_set_groups(state->context, "X25519", err);
    return status == OTLS_OK ? otls_context_seal(state->context, err) : status;
}

static void state_close(peer_state *state)
{
    if (state == NULL)
        return;
    otls_context_free(state->context);
    free(state);
}

static peer_state *state_open(const peer_setup *setup)
{
    peer_state *state = calloc(1, sizeof(*state));
    otls_error err = OTLS_ERROR_INIT;

    if (state == NULL)
        return NULL;
    state->setup = *setup;
    state->fd = -1;
    if (set_up(state, &err) == OTLS_OK)
        return state;
    (void)bench_ours_failed("setting up", &err);
    state_close(state);
    return NULL;
}

/* ---- one connection -------------------------------------------------------------------------- */

/* Beside an event loop the socket does not block. False: there is no use in going on. */
static bool wait_for(const peer_state *state, otls_status status)
{
    const unsigned events = otls_connection_events(state->conn);
    struct pollfd one = {.fd = state->fd};

    if (status <= OTLS_OK || !state->setup.polls)
        return false;
    one.events = (short)(((events & OTLS_EVENT_READ) != 0 ? POLLIN : 0) |
                         ((events & OTLS_EVENT_WRITE) != 0 ? POLLOUT : 0));
    return poll(&one, 1, PATIENCE) == 1;
}

static bool handshake(const peer_state *state)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    do
        status = otls_connection_handshake(state->conn, &err);
    while (wait_for(state, status));
    return status == OTLS_OK || bench_ours_failed("handshake", &err);
}

static void hang_up(peer_state *state)
{
    if (state->conn != NULL && state->setup.closes)
        (void)otls_connection_shutdown(state->conn, NULL);
    otls_connection_free(state->conn);
    state->conn = NULL;
    if (state->fd >= 0)
        (void)close(state->fd);
    state->fd = -1;
}

static bool dial(peer_state *state)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    state->fd = peer_dial(state->setup.port);
    if (state->fd < 0)
        return false;
    if (state->setup.polls && fcntl(state->fd, F_SETFL, O_NONBLOCK) != 0)
        return bench_complain("a socket stays blocking");
    status = otls_connection_new_fd(&state->conn, state->context, state->fd, &err);
    if (status == OTLS_OK)
        status = otls_connection_set_server_name(state->conn, state->setup.name, &err);
    return status == OTLS_OK || bench_ours_failed("a connection", &err);
}

static bool state_connect(peer_state *state)
{
    return dial(state) && handshake(state);
}

static bool write_all(const peer_state *state, const uint8_t *data, size_t size)
{
    otls_status status;

    for (size_t done = 0, count; done < size; done += count) {
        do
            status = otls_connection_write(state->conn, data + done, size - done, &count, NULL);
        while (count == 0 && wait_for(state, status));
        if (count == 0)
            return bench_complain("omnitls: write: %s", otls_status_name(status));
    }
    return true;
}

/* At least one byte; 0 after a sentence. */
static size_t read_some(const peer_state *state, uint8_t *out, size_t size)
{
    size_t count;
    otls_status status;

    do
        status = otls_connection_read(state->conn, out, size, &count, NULL);
    while (wait_for(state, status));
    if (status != OTLS_OK)
        (void)bench_complain("omnitls: read: %s", otls_status_name(status));
    return status == OTLS_OK ? count : 0;
}

static bool exchange(peer_state *state, const uint8_t *message, uint8_t *answer, size_t size)
{
    if (!write_all(state, message, size))
        return false;
    for (size_t got = 0, count; got < size; got += count) {
        count = read_some(state, answer + got, size - got);
        if (count == 0)
            return false;
    }
    return true;
}

/* ---- HTTPS ----------------------------------------------------------------------------------- */

static bool request(const peer_state *state, const char *path)
{
    char text[256];
    const int length = snprintf(
        text, sizeof(text),
        "GET %s HTTP/1.1\r\nHost: %s:%u\r\nUser-Agent: omnitls-bench\r\nAccept: */*\r\n\r\n", path,
        BENCH_HOST, (unsigned)state->setup.port);

    return write_all(state, (const uint8_t *)text, (size_t)length);
}

static bool response(const peer_state *state, uint8_t *body, size_t size, size_t *count)
{
    uint8_t text[PEER_MESSAGE_MAX];
    size_t got = 0, head = 0, length = 0;

    while (head == 0 || got < head + length) {
        const size_t more =
            got < sizeof(text) ? read_some(state, text + got, sizeof(text) - got) : 0;

        if (more == 0)
            return bench_complain("omnitls: no whole answer came");
        got += more;
        if (head == 0 && !peer_http_head(text, got, &head, &length))
            return bench_complain("omnitls: this is no answer of a web server");
    }
    if (length > size)
        return bench_complain("omnitls: the answer is too long");
    memcpy(body, text + head, length);
    *count = length;
    return true;
}

static bool get(peer_state *state, const char *path, bool kept, uint8_t *body, size_t size,
                size_t *count)
{
    const bool good = (state->conn != NULL || state_connect(state)) && request(state, path) &&
                      response(state, body, size, count);

    if (!kept || !good)
        hang_up(state);
    return good;
}

const peer_program peer_omnitls = {
    .open = state_open,
    .close = state_close,
    .connect = state_connect,
    .hang_up = hang_up,
    .exchange = exchange,
    .get = get,
};
