/* SPDX-License-Identifier: MIT */
/* Calls on sockets that lack an argument, come too early or too late, or are for the other side: OTLS_E_USAGE with a
 * code and a sentence, and what is there goes on as if nothing had been asked. */
#include "socket_peer.h"
#include <omnitls/callbacks.h>
#include <omnitls/insecure.h>
#include <omnitls/parity.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOT OTLS_TEST_PKI "/root.pem"

/* The call is refused, and says why. */
#define REFUSED(call, wanted_code)                                                                 \
    do {                                                                                           \
        otls_error err = OTLS_ERROR_INIT;                                                          \
                                                                                                   \
        cr_expect_eq((call), OTLS_E_USAGE, "%s: %s", #call, err.text);                             \
        cr_expect_eq(err.status, OTLS_E_USAGE, "%s", #call);                                       \
        cr_expect_eq(err.code, (wanted_code), "%s: %s", #call, otls_code_name(err.code));    \
        cr_expect_neq(err.text[0], '\0', "%s", #call);                                             \
    } while (0)

EVERY_ENGINE(socket_misuse, nothing_given)
{
    otls_context *context = socket_client_context(socket_engine(*index), ROOT);
    otls_error ready = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    char *pem = NULL, text[64];
    size_t count = 1;
    intptr_t fd = 5;

    cr_assert_eq(otls_socket_new(&sock, context, &ready), OTLS_OK, "%s", ready.text);
    REFUSED(otls_socket_new(NULL, context, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_wrap(NULL, context, 0, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_wrap(&sock, NULL, 0, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_wrap(&sock, context, -1, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_connect(NULL, context, "localhost", "1", 10, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_set_server_name(NULL, "localhost", &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_set_server_name(sock, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_set_handshake_on_connect(NULL, true, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_connect(NULL, "localhost", "1", &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_connect(sock, NULL, "1", &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_connect(sock, "localhost", NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_get_server_certificate(NULL, "localhost", "1", NULL, 10, &err), OTLS_CODE_NONE);
    REFUSED(otls_get_server_certificate(&pem, NULL, "1", NULL, 10, &err), OTLS_CODE_NONE);
    REFUSED(otls_get_server_certificate(&pem, "localhost", NULL, NULL, 10, &err), OTLS_CODE_NONE);
    REFUSED(otls_get_server_certificate(&pem, "localhost", "1", NULL, 0, &err), OTLS_CODE_NONE);
    cr_expect_null(pem);
    REFUSED(otls_socket_bind(NULL, NULL, "0", &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_bind(sock, NULL, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_listen(NULL, 1, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_listen(sock, 1, &err), OTLS_CODE_NONE);
    REFUSED(otls_listen(NULL, context, NULL, "0", 1, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_accept(NULL, sock, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_set_timeout(NULL, 1, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_handshake(NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_recv(sock, text, sizeof(text), NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_send(sock, "x", 1, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_read_line(sock, text, sizeof(text), NULL, &err), OTLS_CODE_LIMIT);
    REFUSED(otls_socket_read_line(sock, NULL, sizeof(text), &count, &err), OTLS_CODE_LIMIT);
    REFUSED(otls_socket_read_line(sock, text, (size_t)1 << 21, &count, &err), OTLS_CODE_LIMIT);
    REFUSED(otls_socket_unwrap(sock, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_unwrap(sock, &fd, &err), OTLS_CODE_NOT_YET);
    cr_expect_eq(fd, -1);
    REFUSED(otls_socket_local_address(NULL, text, sizeof(text), NULL, &err), OTLS_CODE_NOT_YET);
    REFUSED(otls_socket_peer_address(sock, text, sizeof(text), NULL, &err), OTLS_CODE_NOT_YET);
    REFUSED(otls_socket_get_option(sock, SOL_SOCKET, SO_KEEPALIVE, text, &count, &err), OTLS_CODE_NOT_YET);
    REFUSED(otls_socket_set_option(sock, SOL_SOCKET, SO_KEEPALIVE, text, 1, &err), OTLS_CODE_NOT_YET);
    cr_expect_eq(otls_socket_local_port(sock), 0);
    otls_socket_close(sock);
    otls_context_free(context);
}

/* What may be asked of no socket. */
Test(socket_misuse, answers_for_nothing)
{
    size_t size = 7;

    cr_expect_eq(otls_socket_timeout(NULL), -1);
    cr_expect_eq(otls_socket_fileno(NULL), -1);
    cr_expect_eq(otls_socket_detach(NULL), -1);
    cr_expect_null(otls_socket_context(NULL));
    cr_expect_null(otls_socket_connection(NULL));
    cr_expect_null(otls_socket_leftover(NULL, &size));
    cr_expect_eq(size, 0);
    cr_expect_null(otls_socket_leftover(NULL, NULL));
}

static void greet(otls_socket *client, void *user)
{
    char byte;
    size_t count;

    (void)user;
    (void)otls_socket_send_all(client, "hello", 5, NULL);
    (void)otls_socket_recv(client, &byte, 1, &count, NULL);
}

/* What is refused on a connection leaves it as it is. */
EVERY_ENGINE(socket_misuse, too_late)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_client_context(backend, ROOT);
    otls_error ready = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    socket_peer peer;
    char got[8] = "";
    size_t count = 0, size = (size_t)INT32_MAX + 1;
    uint64_t sent = 1;
    int value = 0;

    socket_peer_start(&peer, backend, "127.0.0.1", greet, NULL);
    cr_assert_eq(otls_connect(&sock, context, "localhost", peer.port, 10000, &ready), OTLS_OK, "%s", ready.text);
    REFUSED(otls_socket_connect(sock, "localhost", peer.port, &err), OTLS_CODE_TOO_LATE);
    REFUSED(otls_socket_set_server_name(sock, "localhost", &err), OTLS_CODE_TOO_LATE);
    REFUSED(otls_socket_bind(sock, NULL, "0", &err), OTLS_CODE_TOO_LATE);
    REFUSED(otls_socket_listen(sock, 1, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_shutdown(sock, (otls_shutdown_how)77, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_send_file(sock, -1, 0, 0, &sent, &err), OTLS_CODE_NONE);
    cr_expect_eq(sent, 0);
    REFUSED(otls_socket_get_option(sock, SOL_SOCKET, SO_KEEPALIVE, NULL, &count, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_get_option(sock, SOL_SOCKET, SO_KEEPALIVE, &value, NULL, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_get_option(sock, SOL_SOCKET, SO_KEEPALIVE, &value, &size, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_set_option(sock, SOL_SOCKET, SO_KEEPALIVE, NULL, 4, &err), OTLS_CODE_NONE);
    REFUSED(otls_socket_set_option(sock, SOL_SOCKET, SO_KEEPALIVE, &value, size, &err), OTLS_CODE_NONE);
    cr_assert_eq(otls_socket_set_timeout(sock, 0, &ready), OTLS_OK);
    REFUSED(otls_socket_send_file(sock, 0, 0, 0, &sent, &err), OTLS_CODE_NONE);
    cr_assert_eq(otls_socket_set_timeout(sock, 10000, &ready), OTLS_OK);
    cr_expect_eq(otls_socket_send_file(sock, 9999, 0, 0, NULL, &ready), OTLS_E_IO);
    cr_expect_eq(ready.system_error, EBADF, "%s", ready.text);
    /* nothing of it was to the connection's harm */
    cr_expect_eq(otls_socket_send_all(sock, NULL, 0, &ready), OTLS_OK, "%s", ready.text);
    cr_assert_eq(otls_socket_recv(sock, got, 5, &count, &ready), OTLS_OK, "%s", ready.text);
    cr_expect_str_eq(got, "hello");
    otls_socket_close(sock);
    socket_peer_stop(&peer);
    otls_context_free(context);
}

EVERY_ENGINE(socket_misuse, other_side)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *client = socket_client_context(backend, ROOT), *server = socket_server_context(backend);
    otls_error ready = OTLS_ERROR_INIT;
    otls_socket *sock = NULL, *listener = NULL;
    char byte;
    size_t count = 0;

    cr_assert_eq(otls_socket_new(&sock, server, &ready), OTLS_OK, "%s", ready.text);
    REFUSED(otls_socket_connect(sock, "localhost", "1", &err), OTLS_CODE_NOT_HERE);
    REFUSED(otls_socket_set_server_name(sock, "localhost", &err), OTLS_CODE_NOT_HERE);
    otls_socket_close(sock);
    cr_assert_eq(otls_socket_new(&sock, client, &ready), OTLS_OK, "%s", ready.text);
    cr_assert_eq(otls_socket_bind(sock, "127.0.0.1", "0", &ready), OTLS_OK, "%s", ready.text);
    REFUSED(otls_socket_listen(sock, 1, &err), OTLS_CODE_NOT_HERE);
    otls_socket_close(sock);
    cr_assert_eq(otls_listen(&listener, server, "127.0.0.1", "0", 1, &ready), OTLS_OK, "%s", ready.text);
    REFUSED(otls_socket_bind(listener, "127.0.0.1", "0", &err), OTLS_CODE_TOO_LATE);
    REFUSED(otls_socket_recv(listener, &byte, 1, &count, &err), OTLS_CODE_NOT_HERE);
    REFUSED(otls_socket_accept(NULL, listener, &err), OTLS_CODE_NONE);
    otls_socket_close(listener);
    otls_context_free(client);
    otls_context_free(server);
}

/* The one address that is taken: who comes second is told which, and has nothing to close. */
EVERY_ENGINE(socket_misuse, address_in_use)
{
    otls_context *context = socket_server_context(socket_engine(*index));
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *first = NULL, *second = NULL;
    char port[8], where[32];

    cr_assert_eq(otls_listen(&first, context, NULL, "0", 1, &err), OTLS_OK, "%s", err.text);
    (void)snprintf(port, sizeof(port), "%u", otls_socket_local_port(first));
    cr_expect_eq(otls_listen(&second, context, NULL, port, 1, &err), OTLS_E_IO);
    cr_expect_eq(err.system_error, EADDRINUSE, "%s", err.text);
    (void)snprintf(where, sizeof(where), "cannot listen on *:%s", port);
    cr_expect_eq(strncmp(err.text, where, strlen(where)), 0, "%s", err.text);
    cr_expect_null(second);
    cr_expect_eq(otls_listen(&second, context, "192.0.2.1", "0", 1, &err), OTLS_E_IO, "not one of ours");
    cr_expect_eq(err.system_error, EADDRNOTAVAIL, "%s", err.text);
    otls_socket_close(first);
    /* and then it is free again, at once */
    cr_expect_eq(otls_listen(&second, context, NULL, port, 1, &err), OTLS_OK, "%s", err.text);
    otls_socket_close(second);
    otls_context_free(context);
}

/* A descriptor that was wrapped before it was bound; bound once, it cannot be bound again. */
EVERY_ENGINE(socket_misuse, a_wrapped_descriptor_listens)
{
    otls_context *context = socket_server_context(socket_engine(*index));
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *listener = NULL, *client = NULL;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_geq(fd, 0);
    cr_assert_eq(otls_socket_wrap(&listener, context, fd, NULL, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_bind(listener, "127.0.0.1", "0", &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_socket_fileno(listener), fd);
    cr_expect_eq(otls_socket_bind(listener, "127.0.0.1", "0", &err), OTLS_E_IO);
    cr_expect_eq(err.system_error, EINVAL, "%s", err.text);
    cr_assert_eq(otls_socket_listen(listener, 4, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_blocking(listener, false, &err), OTLS_OK);
    cr_expect_eq(otls_socket_accept(&client, listener, &err), OTLS_WANT_READ);
    cr_expect_null(client);
    otls_socket_close(listener);
    otls_context_free(context);
}

/* A server that shakes hands as it accepts has nobody to give out when the client speaks no TLS, and goes on. */
EVERY_ENGINE(socket_misuse, handshake_on_accept)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_server_context(backend);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *listener = NULL, *client = NULL, *knocking = NULL;
    otls_context *other = socket_client_context(backend, ROOT);
    char port[8];

    cr_assert_eq(otls_listen(&listener, context, "127.0.0.1", "0", 4, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_handshake_on_connect(listener, true, &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_timeout(listener, 10000, &err), OTLS_OK);
    (void)snprintf(port, sizeof(port), "%u", otls_socket_local_port(listener));
    cr_assert_eq(otls_socket_new(&knocking, other, &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_handshake_on_connect(knocking, false, &err), OTLS_OK);
    cr_assert_eq(otls_socket_connect(knocking, "127.0.0.1", port, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(write((int)otls_socket_fileno(knocking), "GET / HTTP/1.0\r\n\r\n", 18), 18);
    cr_expect_eq(otls_socket_accept(&client, listener, &err), OTLS_E_PROTOCOL, "%s", err.text);
    cr_expect_null(client);
    otls_socket_close(knocking);
    /* without waiting it is given out at once, and the handshake goes on with the first transfer */
    cr_assert_eq(otls_socket_set_blocking(listener, false, &err), OTLS_OK);
    cr_assert_eq(otls_socket_new(&knocking, other, &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_handshake_on_connect(knocking, false, &err), OTLS_OK);
    cr_assert_eq(otls_socket_connect(knocking, "127.0.0.1", port, &err), OTLS_OK, "%s", err.text);
    for (int turn = 0; turn < 100 && client == NULL; turn++) {
        (void)otls_socket_accept(&client, listener, &err);
        (void)poll(NULL, 0, 10);
    }
    cr_assert_not_null(client, "%s", err.text);
    cr_expect_not(otls_connection_handshake_done(otls_socket_connection(client)));
    otls_socket_close(client);
    otls_socket_close(knocking);
    otls_socket_close(listener);
    otls_context_free(other);
    otls_context_free(context);
}

/* One number for each way of not connecting, with a report or without. */
EVERY_ENGINE(socket_misuse, numbers_of_connect)
{
    otls_context *context = socket_client_context(socket_engine(*index), ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    char port[8];
    const int silent = socket_plain_listener(port, 4);
    int accepted;

    cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK);
    cr_expect_eq(otls_socket_connect_ex(sock, "localhost", "", NULL), EINVAL);
    cr_expect_eq(otls_socket_connect_ex(sock, "localhost", "-1", NULL), EINVAL);
    cr_expect_eq(otls_socket_connect_ex(sock, "localhost", "+1", NULL), EINVAL);
    cr_expect_eq(otls_socket_connect_ex(sock, "nobody.invalid", "1", &err), EHOSTUNREACH, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "nobody.invalid"), "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 100, &err), OTLS_OK);
    cr_expect_eq(otls_socket_connect_ex(sock, "127.0.0.1", port, &err), ETIMEDOUT, "%s", err.text);
    otls_socket_close(sock);
    close(accept(silent, NULL, NULL));
    /* one that hangs up, and one that speaks something else: by then the handshake has begun */
    for (int speaks = 0; speaks < 2; speaks++) {
        int number = EINPROGRESS;

        cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK);
        cr_assert_eq(otls_socket_set_timeout(sock, 0, &err), OTLS_OK);
        while (otls_socket_connection(sock) == NULL && number == EINPROGRESS)
            number = otls_socket_connect_ex(sock, "127.0.0.1", port, &err);
        cr_assert_eq(number, EINPROGRESS, "%s", err.text);
        accepted = accept(silent, NULL, NULL);
        cr_assert_geq(accepted, 0);
        if (speaks == 1)
            cr_assert_eq(write(accepted, "220 mail.test ESMTP\r\n", 21), 21);
        (void)shutdown(accepted, SHUT_WR);
        cr_assert_eq(otls_socket_set_timeout(sock, 10000, &err), OTLS_OK);
        cr_expect_eq(otls_socket_connect_ex(sock, "127.0.0.1", port, &err), speaks == 1 ? EPROTO : ECONNRESET, "%s",
                     err.text);
        otls_socket_close(sock);
        close(accepted);
    }
    close(silent);
    otls_context_free(context);
}
