/* SPDX-License-Identifier: MIT */
/* A client over libevent: an SSL of OpenSSL's in a bufferevent, driven by the event loop. */
#include "peers/libevent_calls.h"
#include "peers/library.h"
#include "peers/peers.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct calls {
    LIBEVENT_CALLS(PEER_POINTER)
} calls;

#define PEER_CALLS calls
static const peer_call rows[] = {LIBEVENT_CALLS(PEER_ROW)};
static calls libevent;
static const char *const names[] = {"libevent_openssl-2.1.so.7", "libevent_openssl.so", NULL};

struct peer_state {
    peer_setup setup;
    struct event_base *base;
    SSL_CTX *context;
    SSL *ssl;
    struct bufferevent *conn; /* owns ssl and the socket */
    bool connected, failed;
    uint8_t *answer;
    size_t wanted, got;
};

bool peer_libevent_load(peer_library *library)
{
    if (!peer_library_load(names, rows, sizeof(rows) / sizeof(rows[0]), &libevent))
        return false;
    (void)snprintf(library->version, sizeof(library->version), "%s", libevent.event_get_version());
    if (!peer_library_openssl(names, library->tls, sizeof(library->tls)))
        return bench_complain("is not over OpenSSL");
    library->engine = peer_library_engine(library->tls);
    return strcmp(library->tls, OpenSSL_version(OPENSSL_VERSION)) == 0 ||
           bench_complain("is over another OpenSSL than this program: %s", library->tls);
}

/* ---- the context ----------------------------------------------------------------------------- */

static SSL_CTX *context_new(const char *root)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
        SSL_CTX_set1_groups_list(context, "X25519") == 1 &&
        SSL_CTX_load_verify_locations(context, root, NULL) == 1) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        return context;
    }
    SSL_CTX_free(context);
    return NULL;
}

static void state_close(peer_state *state)
{
    if (state == NULL)
        return;
    SSL_CTX_free(state->context);
    if (state->base != NULL)
        libevent.event_base_free(state->base);
    free(state);
}

static peer_state *state_open(const peer_setup *setup)
{
    peer_state *state = calloc(1, sizeof(*state));

    if (state == NULL)
        return NULL;
    state->setup = *setup;
    state->base = libevent.event_base_new();
    state->context = context_new(setup->root);
    if (state->base != NULL && state->context != NULL)
        return state;
    (void)bench_complain("libevent: setting up failed");
    state_close(state);
    return NULL;
}

/* ---- one connection -------------------------------------------------------------------------- */

static void on_event(struct bufferevent *conn, short what, void *user)
{
    peer_state *state = user;

    (void)conn;
    if ((what & LIBEVENT_CONNECTED) != 0)
        state->connected = true;
    else
        state->failed = true;
    (void)libevent.event_base_loopbreak(state->base);
}

static void on_data(struct bufferevent *conn, void *user)
{
    peer_state *state = user;

    state->got +=
        libevent.bufferevent_read(conn, state->answer + state->got, state->wanted - state->got);
    if (state->got == state->wanted)
        (void)libevent.event_base_loopbreak(state->base);
}

static SSL *ssl_new(const peer_state *state)
{
    SSL *ssl = SSL_new(state->context);

    if (ssl != NULL && SSL_set_tlsext_host_name(ssl, state->setup.name) == 1 &&
        SSL_set1_host(ssl, state->setup.name) == 1)
        return ssl;
    SSL_free(ssl);
    return NULL;
}

static bool dial(peer_state *state)
{
    const int fd = peer_dial(state->setup.port);

    state->ssl = fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 ? ssl_new(state) : NULL;
    if (state->ssl != NULL)
        state->conn = libevent.bufferevent_openssl_socket_new(
            state->base, fd, state->ssl, LIBEVENT_SSL_CONNECTING, LIBEVENT_CLOSE_ON_FREE);
    if (state->conn != NULL)
        return true;
    SSL_free(state->ssl);
    state->ssl = NULL;
    if (fd >= 0)
        (void)close(fd);
    return bench_complain("libevent: no connection could be made");
}

static bool state_connect(peer_state *state)
{
    state->connected = state->failed = false;
    if (!dial(state))
        return false;
    libevent.bufferevent_setcb(state->conn, on_data, NULL, on_event, state);
    if (libevent.bufferevent_enable(state->conn, LIBEVENT_READ_AND_WRITE) != 0 ||
        libevent.event_base_dispatch(state->base) != 0)
        return bench_complain("libevent: the loop failed");
    return state->connected || bench_complain("libevent: handshake failed");
}

/* As its documentation ends connections: close_notify, and no waiting for the peer's. */
static void hang_up(peer_state *state)
{
    if (state->conn == NULL)
        return;
    if (state->connected) {
        SSL_set_shutdown(state->ssl, SSL_RECEIVED_SHUTDOWN);
        (void)SSL_shutdown(state->ssl);
    }
    libevent.bufferevent_free(state->conn);
    state->conn = NULL;
    state->ssl = NULL;
}

static bool exchange(peer_state *state, const uint8_t *message, uint8_t *answer, size_t size)
{
    state->answer = answer;
    state->wanted = size;
    state->got = 0;
    if (libevent.bufferevent_write(state->conn, message, size) != 0 ||
        libevent.event_base_dispatch(state->base) != 0)
        return bench_complain("libevent: the loop failed");
    return (!state->failed && state->got == size) ||
           bench_complain("libevent: no whole answer came");
}

const peer_program peer_libevent = {
    .open = state_open,
    .close = state_close,
    .connect = state_connect,
    .hang_up = hang_up,
    .exchange = exchange,
};
