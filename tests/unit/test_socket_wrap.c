/* SPDX-License-Identifier: MIT */
/* What programs wrap: listeners, sockets that connect later, descriptors that are no streams. */
#include "socket_peer.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOT OTLS_TEST_PKI "/root.pem"

static void say_hello(otls_socket *client, void *user)
{
    (void)user;
    (void)otls_socket_send_all(client, "hello", 5, NULL);
}

static void expect_hello(otls_socket *sock)
{
    otls_error err = OTLS_ERROR_INIT;
    char got[8] = "";
    size_t count = 0;

    cr_assert_eq(otls_socket_recv(sock, got, sizeof(got) - 1, &count, &err), OTLS_OK, "%s", err.text);
    cr_assert_str_eq(got, "hello");
    cr_assert_eq(otls_socket_recv(sock, got, sizeof(got), &count, &err), OTLS_CLOSED);
}

typedef struct greeter {
    otls_socket *listener;
    otls_status status;
} greeter;

static void *greet(void *user)
{
    greeter *g = user;
    otls_socket *client = NULL;

    g->status = otls_socket_accept(&client, g->listener, NULL);
    if (g->status == OTLS_OK)
        g->status = otls_socket_send_all(client, "hello", 5, NULL);
    otls_socket_close(client);
    return NULL;
}

/* "If the socket has no remote peer, it is assumed to be a listening socket." */
EVERY_ENGINE(socket_wrap, a_listener_accepts)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *server = socket_server_context(backend), *client = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    greeter g = {.listener = NULL};
    otls_socket *sock = NULL;
    pthread_t thread;
    char port[8];
    const int fd = socket_plain_listener(port, 4);

    cr_assert_eq(otls_socket_wrap(&g.listener, server, fd, NULL, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_socket_fileno(g.listener), fd);
    cr_expect_null(otls_socket_connection(g.listener));
    cr_assert_eq(otls_socket_set_timeout(g.listener, 20000, &err), OTLS_OK);
    cr_assert_eq(pthread_create(&thread, NULL, greet, &g), 0);
    cr_assert_eq(otls_connect(&sock, client, "localhost", port, 10000, &err), OTLS_OK, "%s", err.text);
    expect_hello(sock);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_expect_eq(g.status, OTLS_OK);
    otls_socket_close(sock);
    otls_socket_close(g.listener);
    otls_context_free(server);
    otls_context_free(client);
}

/* "The context construction will be performed after connect() is called", with or without a handshake. */
EVERY_ENGINE(socket_wrap, connects_later)
{
    const otls_backend *backend = socket_engine(*index);

    for (int at_once = 0; at_once < 2; at_once++) {
        otls_context *context = socket_client_context(backend, ROOT);
        otls_error err = OTLS_ERROR_INIT;
        otls_socket *sock = NULL;
        socket_peer peer;
        const int fd = socket(AF_INET, SOCK_STREAM, 0);

        cr_assert_geq(fd, 0);
        socket_peer_start(&peer, backend, "127.0.0.1", say_hello, NULL);
        cr_assert_eq(otls_socket_wrap(&sock, context, fd, "localhost", &err), OTLS_OK, "%s", err.text);
        cr_expect_null(otls_socket_connection(sock));
        cr_assert_eq(otls_socket_set_handshake_on_connect(sock, at_once != 0, &err), OTLS_OK);
        cr_assert_eq(otls_socket_connect(sock, "127.0.0.1", peer.port, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(otls_connection_handshake_done(otls_socket_connection(sock)), at_once != 0);
        cr_expect_eq(otls_socket_handshake(sock, &err), OTLS_OK, "%s", err.text);
        cr_expect_str_eq(otls_connection_server_name(otls_socket_connection(sock)), "localhost");
        expect_hello(sock);
        otls_socket_close(sock);
        socket_peer_stop(&peer);
        otls_context_free(context);
    }
}

/* "sock must be a SOCK_STREAM socket"; a server names no host. What is refused stays the caller's. */
EVERY_ENGINE(socket_wrap, what_is_refused)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *server = socket_server_context(backend), *client = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    char port[8];
    int fds[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
    cr_expect_eq(otls_socket_wrap(&sock, client, fds[0], "localhost", &err), OTLS_E_USAGE);
    cr_expect_null(sock);
    cr_expect_not_null(strstr(err.text, "stream"), "%s", err.text);
    cr_expect_eq(write(fds[0], "", 1), 1);
    close(fds[0]);
    close(fds[1]);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    cr_expect_eq(otls_socket_wrap(&sock, server, fds[0], "localhost", &err), OTLS_E_USAGE);
    cr_expect_null(sock);
    cr_expect_eq(write(fds[0], "", 1), 1);
    close(fds[0]);
    close(fds[1]);
    cr_assert_eq(pipe(fds), 0);
    cr_expect_eq(otls_socket_wrap(&sock, client, fds[0], "localhost", &err), OTLS_E_USAGE);
    cr_expect_not_null(strstr(err.text, "stream"), "%s", err.text);
    close(fds[0]);
    close(fds[1]);
    /* a client that listens has nobody to accept */
    fds[0] = socket_plain_listener(port, 1);
    cr_expect_eq(otls_socket_wrap(&sock, client, fds[0], NULL, &err), OTLS_E_USAGE);
    cr_expect_null(sock);
    close(fds[0]);
    otls_context_free(server);
    otls_context_free(client);
}

/* What is connected is not connected again, least of all to somebody else. */
EVERY_ENGINE(socket_wrap, connected_already)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *client = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    int fds[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    cr_assert_eq(otls_socket_wrap(&sock, client, fds[0], "localhost", &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 0, &err), OTLS_OK);
    cr_expect_eq(otls_socket_connect(sock, "127.0.0.1", "9", &err), OTLS_E_USAGE);
    cr_expect_eq(err.code, OTLS_CODE_TOO_LATE);
    cr_expect_eq(recv(fds[1], &fds[0], 1, MSG_DONTWAIT), -1, "it began a handshake");
    otls_socket_close(sock);
    close(fds[1]);
    otls_context_free(client);
}

/* A name that is none is refused where it is given, and what is refused is no reason to call anybody. */
EVERY_ENGINE(socket_wrap, names_that_are_none)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *client = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    char port[8];
    const int listener = socket_plain_listener(port, 4);

    cr_assert_eq(otls_socket_new(&sock, client, &err), OTLS_OK);
    cr_expect_eq(otls_socket_set_server_name(sock, "not a name!", &err), OTLS_E_USAGE);
    cr_expect_eq(otls_socket_set_server_name(sock, "", &err), OTLS_E_USAGE);
    cr_expect_eq(otls_socket_set_server_name(sock, "localhost", &err), OTLS_OK, "%s", err.text);
    /* settings that leave no version */
    cr_assert_eq(otls_context_set_options(client, OTLS_OPTION_NO_TLSV1_2, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_versions(client, OTLS_TLS1_2, OTLS_TLS1_2, &err), OTLS_OK);
    cr_expect_eq(otls_socket_connect(sock, "127.0.0.1", port, &err), OTLS_E_CONFIG, "%s", err.text);
    cr_expect_eq(otls_socket_fileno(sock), -1);
    cr_assert_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    cr_expect_eq(accept(listener, NULL, NULL), -1, "somebody was called");
    close(listener);
    otls_socket_close(sock);
    otls_context_free(client);
}

static void go_away(otls_socket *client, void *user)
{
    (void)user;
    if (otls_socket_handshake(client, NULL) == OTLS_OK)
        (void)close((int)otls_socket_detach(client));
}

/* "suppress_ragged_eofs": off by default here. */
EVERY_ENGINE(socket_wrap, ragged_ends)
{
    const otls_backend *backend = socket_engine(*index);

    for (int suppressed = 0; suppressed < 2; suppressed++) {
        otls_context *context = socket_client_context(backend, ROOT);
        otls_error err = OTLS_ERROR_INIT;
        otls_socket *sock = NULL;
        socket_peer peer;
        size_t count = 0;
        char byte;

        socket_peer_start(&peer, backend, "127.0.0.1", go_away, NULL);
        cr_assert_eq(otls_connect(&sock, context, "localhost", peer.port, 10000, &err), OTLS_OK, "%s",
                     err.text);
        cr_assert_eq(otls_connection_set_ragged_eof_ok(otls_socket_connection(sock), suppressed != 0,
                                                       &err),
                     OTLS_OK);
        cr_expect_eq(otls_socket_recv(sock, &byte, 1, &count, &err),
                     suppressed ? OTLS_CLOSED : OTLS_E_TRUNCATED, "%s", err.text);
        otls_socket_close(sock);
        socket_peer_stop(&peer);
        otls_context_free(context);
    }
}
