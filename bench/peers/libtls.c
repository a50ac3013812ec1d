/* SPDX-License-Identifier: MIT */
/* A client over libtls. */
#include "peers/library.h"
#include "peers/libtls_calls.h"
#include "peers/peers.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct calls {
    LIBTLS_CALLS(PEER_POINTER)
} calls;

#define PEER_CALLS calls
static const peer_call rows[] = {LIBTLS_CALLS(PEER_ROW)};
static calls libtls;

/* Every release has had another number; Debian 12 has 26, 13 and sid have 28. */
static const char *const names[] = {"libtls.so",    "libtls.so.2",  "libtls.so.36", "libtls.so.35",
                                    "libtls.so.34", "libtls.so.33", "libtls.so.32", "libtls.so.31",
                                    "libtls.so.30", "libtls.so.29", "libtls.so.28", "libtls.so.27",
                                    "libtls.so.26", "libtls.so.25", "libtls.so.24", NULL};

struct peer_state {
    peer_setup setup;
    struct tls_config *config;
    struct tls *conn;
    int fd;
};

/* It does not say its own version; the name of its file does. */
bool peer_libtls_load(peer_library *library)
{
    if (!peer_library_load(names, rows, sizeof(rows) / sizeof(rows[0]), &libtls))
        return false;
    peer_library_file((const void *)(uintptr_t)libtls.tls_init, library->version,
                      sizeof(library->version));
    if (!peer_library_openssl(names, library->tls, sizeof(library->tls)))
        (void)snprintf(library->tls, sizeof(library->tls), "unknown");
    library->engine = peer_library_engine(library->tls);
    return libtls.tls_init() == 0 || bench_complain("tls_init failed");
}

static bool failed(peer_state *state, const char *what)
{
    const char *text = state->conn != NULL ? libtls.tls_error(state->conn)
                                           : libtls.tls_config_error(state->config);

    return bench_complain("libtls: %s: %s", what, text != NULL ? text : "?");
}

static void state_close(peer_state *state)
{
    if (state == NULL)
        return;
    libtls.tls_config_free(state->config);
    free(state);
}

static peer_state *state_open(const peer_setup *setup)
{
    peer_state *state = calloc(1, sizeof(*state));

    if (state == NULL)
        return NULL;
    state->setup = *setup;
    state->fd = -1;
    state->config = libtls.tls_config_new();
    if (state->config != NULL && libtls.tls_config_set_ca_file(state->config, setup->root) == 0 &&
        libtls.tls_config_set_protocols(state->config, LIBTLS_1_3) == 0 &&
        libtls.tls_config_set_ecdhecurves(state->config, "X25519") == 0)
        return state;
    (void)failed(state, "setting up");
    state_close(state);
    return NULL;
}

static bool state_connect(peer_state *state)
{
    int result;

    state->fd = peer_dial(state->setup.port);
    state->conn = state->fd >= 0 ? libtls.tls_client() : NULL;
    if (state->conn == NULL)
        return false;
    if (libtls.tls_configure(state->conn, state->config) != 0 ||
        libtls.tls_connect_socket(state->conn, state->fd, state->setup.name) != 0)
        return failed(state, "a connection");
    do
        result = libtls.tls_handshake(state->conn);
    while (result == LIBTLS_WANT_READ || result == LIBTLS_WANT_WRITE);
    return result == 0 || failed(state, "handshake");
}

static void hang_up(peer_state *state)
{
    if (state->conn != NULL) {
        (void)libtls.tls_close(state->conn);
        libtls.tls_free(state->conn);
    }
    state->conn = NULL;
    if (state->fd >= 0)
        (void)close(state->fd);
    state->fd = -1;
}

static bool exchange(peer_state *state, const uint8_t *message, uint8_t *answer, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t count = libtls.tls_write(state->conn, message + done, size - done);

        if (count == LIBTLS_WANT_READ || count == LIBTLS_WANT_WRITE)
            continue;
        if (count < 0)
            return failed(state, "write");
        done += (size_t)count;
    }
    for (size_t got = 0; got < size;) {
        const ssize_t count = libtls.tls_read(state->conn, answer + got, size - got);

        if (count == LIBTLS_WANT_READ || count == LIBTLS_WANT_WRITE)
            continue;
        if (count <= 0)
            return failed(state, "read");
        got += (size_t)count;
    }
    return true;
}

const peer_program peer_libtls = {
    .open = state_open,
    .close = state_close,
    .connect = state_connect,
    .hang_up = hang_up,
    .exchange = exchange,
};
