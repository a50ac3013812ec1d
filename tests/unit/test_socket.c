/* SPDX-License-Identifier: MIT */
/* The socket layer between two ends of one engine: connect, transfer, ends, settings. */
#include "socket_peer.h"
#include <omnitls/parity.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOT OTLS_TEST_PKI "/root.pem"
#define BIG ((size_t)300001)

static otls_socket *reach(const otls_backend *backend, const socket_peer *peer)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = socket_client_context(backend, ROOT);
    otls_socket *sock = NULL;

    cr_assert_eq(otls_connect(&sock, context, "localhost", peer->port, 10000, &err), OTLS_OK, "%s",
                 err.text);
    otls_context_free(context);
    return sock;
}

/* Everything comes back; the end is answered with an end. */
static void echo(otls_socket *client, void *user)
{
    char buffer[5000];
    size_t count = 0;

    (void)user;
    while (otls_socket_recv(client, buffer, sizeof(buffer), &count, NULL) == OTLS_OK) {
        if (otls_socket_send_all(client, buffer, count, NULL) != OTLS_OK)
            return;
    }
}

static void fill(unsigned char *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (unsigned char)(i * 31 + i / 257);
}

EVERY_ENGINE(socket, what_is_sent_comes_back)
{
    const otls_backend *backend = socket_engine(*index);
    static unsigned char sent[BIG], got[BIG];
    otls_error err = OTLS_ERROR_INIT;
    socket_peer peer;
    size_t have = 0;

    fill(sent, sizeof(sent));
    /* a server on IPv4 only: "localhost" may be ::1 first, then the next address must be tried */
    socket_peer_start(&peer, backend, "127.0.0.1", echo, NULL);
    otls_socket *sock = reach(backend, &peer);

    for (size_t done = 0; done < sizeof(sent);) {
        size_t part = sizeof(sent) - done < 50000 ? sizeof(sent) - done : 50000;

        cr_assert_eq(otls_socket_send_all(sock, sent + done, part, &err), OTLS_OK, "%s", err.text);
        done += part;
        while (have < done) {
            size_t count = 0;

            cr_assert_eq(otls_socket_recv(sock, got + have, sizeof(got) - have, &count, &err),
                         OTLS_OK, "%s", err.text);
            have += count;
        }
    }
    cr_assert_eq(memcmp(sent, got, sizeof(sent)), 0);
    otls_socket_close(sock);
    socket_peer_stop(&peer);
}

EVERY_ENGINE(socket, half_close_then_read_on)
{
    const otls_backend *backend = socket_engine(*index);
    otls_error err = OTLS_ERROR_INIT;
    socket_peer peer;
    char got[16];
    size_t count = 0;

    socket_peer_start(&peer, backend, "127.0.0.1", echo, NULL);
    otls_socket *sock = reach(backend, &peer);

    cr_assert_eq(otls_socket_send_all(sock, "last", 4, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_shutdown(sock, OTLS_SHUTDOWN_WRITING, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_recv(sock, got, sizeof(got), &count, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(count, 4u);
    cr_assert_eq(otls_socket_recv(sock, got, sizeof(got), &count, &err), OTLS_CLOSED);
    cr_assert_lt(otls_socket_send_all(sock, "more", 4, &err), OTLS_OK);
    cr_assert_eq(otls_socket_shutdown(sock, OTLS_SHUTDOWN_READING, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_recv(sock, got, sizeof(got), &count, &err), OTLS_CLOSED);
    otls_socket_close(sock);
    socket_peer_stop(&peer);
}

static void say_nonsense(otls_socket *client, void *user)
{
    static const uint8_t record[5 + 32] = {23, 3, 3, 0, 32};
    char byte;
    size_t count;

    (void)user;
    if (otls_socket_handshake(client, NULL) != OTLS_OK)
        return;
    while (otls_socket_recv(client, &byte, 1, &count, NULL) == OTLS_OK && byte != '!')
        continue;
    (void)send((int)otls_socket_fileno(client), record, sizeof(record), MSG_NOSIGNAL);
    (void)otls_socket_recv(client, &byte, 1, &count, NULL);
}

/* What the peer does wrong is the cause, also when no alert about it may leave any more (RFC 8446 6.1). */
EVERY_ENGINE(socket, nonsense_after_our_end)
{
    const otls_backend *backend = socket_engine(*index);

    for (int ended = 0; ended < 2; ended++) {
        otls_error err = OTLS_ERROR_INIT;
        socket_peer peer;
        char byte;
        size_t count = 0;

        socket_peer_start(&peer, backend, "127.0.0.1", say_nonsense, NULL);
        otls_socket *sock = reach(backend, &peer);

        cr_assert_eq(otls_socket_send_all(sock, "!", 1, &err), OTLS_OK, "%s", err.text);
        if (ended)
            cr_assert_eq(otls_socket_shutdown(sock, OTLS_SHUTDOWN_WRITING, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_E_PROTOCOL, "%s", err.text);
        cr_expect(ended || err.alert == OTLS_ALERT_BAD_RECORD_MAC, "%d, %s", err.alert, err.text);
        otls_socket_close(sock);
        socket_peer_stop(&peer);
    }
}

static void say_lines(otls_socket *client, void *user)
{
    static const char text[] = "one\r\n\ntwo words\n0123456789abcdef\nthe rest";

    (void)user;
    (void)otls_socket_send_all(client, text, sizeof(text) - 1, NULL);
}

EVERY_ENGINE(socket, lines)
{
    static const char *const expected[] = {"one\r\n",     "\n",      "two words\n",
                                           "0123456789a", "bcdef\n", "the rest"};
    const otls_backend *backend = socket_engine(*index);
    otls_error err = OTLS_ERROR_INIT;
    socket_peer peer;
    char line[12];
    size_t count = 0;

    socket_peer_start(&peer, backend, "127.0.0.1", say_lines, NULL);
    otls_socket *sock = reach(backend, &peer);

    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(otls_socket_read_line(sock, line, sizeof(line), &count, &err), OTLS_OK, "%s",
                     err.text);
        cr_assert_str_eq(line, expected[i]);
        cr_assert_eq(count, strlen(expected[i]));
    }
    /* recv gives what read_line had read ahead */
    cr_assert_eq(otls_socket_recv(sock, line, 3, &count, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(memcmp(line, "the", 3), 0);
    cr_assert_eq(otls_socket_read_line(sock, line, sizeof(line), &count, &err), OTLS_OK);
    cr_assert_str_eq(line, " rest");
    cr_assert_eq(otls_socket_read_line(sock, line, sizeof(line), &count, &err), OTLS_CLOSED);
    cr_assert_eq(otls_socket_read_line(sock, line, 1, &count, &err), OTLS_E_USAGE);
    otls_socket_close(sock);
    socket_peer_stop(&peer);
}

EVERY_ENGINE(socket, a_file_is_sent)
{
    const otls_backend *backend = socket_engine(*index);
    char name[] = "/tmp/omnitls-file-XXXXXX";
    otls_error err = OTLS_ERROR_INIT;
    socket_peer peer;
    unsigned char content[40000], got[30000];
    uint64_t sent = 0;
    size_t have = 0, count = 0;
    int file = mkstemp(name);

    cr_assert_geq(file, 0);
    (void)unlink(name);
    fill(content, sizeof(content));
    cr_assert_eq(write(file, content, sizeof(content)), (ssize_t)sizeof(content));
    socket_peer_start(&peer, backend, "127.0.0.1", echo, NULL);
    otls_socket *sock = reach(backend, &peer);

    cr_assert_eq(otls_socket_send_file(sock, file, 10000, 20000, &sent, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(sent, 20000u);
    /* to its end */
    cr_assert_eq(otls_socket_send_file(sock, file, 30000, 0, &sent, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(sent, 10000u);
    while (have < 30000) {
        cr_assert_eq(otls_socket_recv(sock, got + have, 30000 - have, &count, &err), OTLS_OK);
        have += count;
    }
    cr_assert_eq(memcmp(got, content + 10000, 30000), 0);
    close(file);
    otls_socket_close(sock);
    socket_peer_stop(&peer);
}

/* off_t has 64 bits everywhere, in the library and in what is linked to it. */
EVERY_ENGINE(socket, a_file_is_sent_from_above_4_gib)
{
    const otls_backend *backend = socket_engine(*index);
    const uint64_t offset = UINT64_C(0x100000000) + 1000;
    char name[] = "/tmp/omnitls-file-XXXXXX";
    otls_error err = OTLS_ERROR_INIT;
    socket_peer peer;
    unsigned char got[5];
    uint64_t sent = 0;
    size_t have = 0, count = 0;
    int file = mkstemp(name);

    cr_assert_geq(file, 0);
    (void)unlink(name);
    cr_assert_eq(pwrite(file, "wrong", 5, 1000), 5);
    cr_assert_eq(pwrite(file, "right", 5, (off_t)offset), 5);
    socket_peer_start(&peer, backend, "127.0.0.1", echo, NULL);
    otls_socket *sock = reach(backend, &peer);

    cr_assert_eq(otls_socket_send_file(sock, file, offset, 0, &sent, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(sent, 5u);
    while (have < sizeof(got)) {
        cr_assert_eq(otls_socket_recv(sock, got + have, sizeof(got) - have, &count, &err), OTLS_OK);
        have += count;
    }
    cr_assert_eq(memcmp(got, "right", 5), 0);
    cr_assert_eq(otls_socket_send_file(sock, file, UINT64_MAX - 5, 0, &sent, &err), OTLS_E_USAGE);
    cr_assert_eq(err.code, OTLS_CODE_LIMIT);
    close(file);
    otls_socket_close(sock);
    socket_peer_stop(&peer);
}

/* TLS down on both sides, then plain text over the same descriptor. */
static void unwrap_and_greet(otls_socket *client, void *user)
{
    intptr_t fd = -1;

    (void)user;
    if (otls_socket_handshake(client, NULL) != OTLS_OK ||
        otls_socket_unwrap(client, &fd, NULL) != OTLS_OK)
        return;
    (void)!write((int)fd, "plain", 5);
    close((int)fd);
}

EVERY_ENGINE(socket, unwrap_gives_back_a_blocking_descriptor)
{
    const otls_backend *backend = socket_engine(*index);
    otls_error err = OTLS_ERROR_INIT;
    socket_peer peer;
    char got[8] = "";
    size_t have = 0;
    intptr_t fd = -1;

    socket_peer_start(&peer, backend, "127.0.0.1", unwrap_and_greet, NULL);
    otls_socket *sock = reach(backend, &peer);

    cr_assert_eq(otls_socket_unwrap(sock, &fd, &err), OTLS_OK, "%s", err.text);
    cr_assert_geq(fd, 0);
    cr_assert_eq(otls_socket_fileno(sock), -1);
    cr_assert_null(otls_socket_connection(sock));
    /* some of it may have come along with the close_notify */
    const uint8_t *leftover = otls_socket_leftover(sock, &have);

    cr_assert_leq(have, 5u);
    if (have > 0)
        memcpy(got, leftover, have);
    cr_assert_eq(recv((int)fd, got + have, 5 - have, MSG_WAITALL), (ssize_t)(5 - have));
    cr_assert_str_eq(got, "plain");
    otls_socket_close(sock);
    close((int)fd);
    socket_peer_stop(&peer);
}

EVERY_ENGINE(socket, wrapped_descriptors_talk)
{
    const otls_backend *backend = socket_engine(*index);
    otls_error err = OTLS_ERROR_INIT;
    otls_context *contexts[2] = {socket_client_context(backend, ROOT),
                                 socket_server_context(backend)};
    otls_socket *ends[2] = {NULL, NULL};
    otls_status status[2] = {OTLS_WANT_READ, OTLS_WANT_READ};
    int fds[2];
    char got[4];
    size_t count = 0;

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(
            otls_socket_wrap(&ends[i], contexts[i], fds[i], i == 0 ? "localhost" : NULL, &err),
            OTLS_OK, "%s", err.text);
        otls_context_free(contexts[i]);
        cr_assert_eq(otls_socket_set_blocking(ends[i], false, &err), OTLS_OK);
    }
    for (int round = 0; round < 20 && (status[0] > 0 || status[1] > 0); round++) {
        for (int i = 0; i < 2; i++)
            status[i] = otls_socket_handshake(ends[i], &err);
    }
    cr_assert(status[0] == OTLS_OK && status[1] == OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_recv(ends[0], got, sizeof(got), &count, &err), OTLS_WANT_READ);
    cr_assert_eq(otls_socket_send(ends[1], "ab", 2, &count, &err), OTLS_OK);
    cr_assert_eq(count, 2u);
    cr_assert_eq(otls_socket_recv(ends[0], got, sizeof(got), &count, &err), OTLS_OK);
    cr_assert_eq(count, 2u);
    cr_assert_eq(otls_socket_send_all(ends[0], "ab", 2, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_socket_detach(ends[0]), fds[0]);
    otls_socket_close(ends[0]);
    cr_assert_eq(write(fds[0], "", 1), 1, "detach leaves the descriptor open");
    close(fds[0]);
    otls_socket_close(ends[1]);
}

/* What is fetched is the server's leaf, whatever is thought of it. */
static void expect_leaf(const char *pem)
{
    otls_certificate *shown, *leaf;

    cr_assert_eq(otls_certificate_from_pem(&shown, pem, strlen(pem), NULL), OTLS_OK, "%s", pem);
    cr_assert_eq(otls_certificate_from_file(&leaf, OTLS_TEST_PKI "/server-ecdsa-p256.pem", NULL), OTLS_OK);
    cr_expect(otls_certificate_equal(shown, leaf));
    otls_certificate_free(shown);
    otls_certificate_free(leaf);
}

EVERY_ENGINE(socket, the_certificate_of_a_server)
{
    static const struct {
        const char *trust; /* NULL = not verified */
        otls_status status;
    } rows[] = {{NULL, OTLS_OK}, {ROOT, OTLS_OK}, {OTLS_TEST_PKI "/other-root.pem", OTLS_E_VERIFY}};
    const otls_backend *backend = socket_engine(*index);

    otls_backend_set_default(backend);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_trust *trust = NULL;
        char *pem = NULL;
        socket_peer peer;

        cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
        if (rows[i].trust != NULL)
            cr_assert_eq(otls_trust_add_file(trust, rows[i].trust, &err), OTLS_OK);
        socket_peer_start(&peer, backend, "127.0.0.1", echo, NULL);
        cr_expect_eq(otls_get_server_certificate(&pem, "localhost", peer.port,
                                                 rows[i].trust != NULL ? trust : NULL, 10000, &err),
                     rows[i].status, "%zu: %s", i, err.text);
        cr_assert_eq(pem != NULL, rows[i].status == OTLS_OK);
        if (pem != NULL)
            expect_leaf(pem);
        otls_string_free(pem);
        socket_peer_stop(&peer);
        otls_trust_free(trust);
    }
}

/* The descriptor is the socket's own, and what it says of itself is what getsockname(2) says. */
static void expect_local_address(const otls_socket *sock)
{
    struct sockaddr_in own;
    socklen_t size = (socklen_t)sizeof(own);
    char text[64];
    uint16_t port = 0;

    cr_assert_eq(getsockname((int)otls_socket_fileno(sock), (struct sockaddr *)&own, &size), 0);
    cr_assert_eq(otls_socket_local_address(sock, text, sizeof(text), &port, NULL), OTLS_OK);
    cr_expect_str_eq(text, "127.0.0.1");
    cr_expect_eq(port, ntohs(own.sin_port));
    cr_expect_eq(otls_socket_local_port(sock), port);
    cr_expect_eq(otls_socket_local_address(sock, text, 4, &port, NULL), OTLS_E_USAGE);
}

EVERY_ENGINE(socket, addresses_and_options)
{
    const otls_backend *backend = socket_engine(*index);
    otls_error err = OTLS_ERROR_INIT;
    socket_peer peer;
    char text[64], port_text[8];
    uint16_t port = 0;
    int value = 0;
    size_t size = sizeof(value);

    socket_peer_start(&peer, backend, "127.0.0.1", echo, NULL);
    otls_socket *sock = reach(backend, &peer);

    cr_assert_eq(otls_socket_peer_address(sock, text, sizeof(text), &port, &err), OTLS_OK);
    (void)snprintf(port_text, sizeof(port_text), "%u", port);
    cr_assert_str_eq(text, "127.0.0.1");
    cr_assert_str_eq(port_text, peer.port);
    cr_assert_eq(otls_socket_peer_address(sock, text, 4, &port, &err), OTLS_E_USAGE);
    expect_local_address(sock);
    cr_assert_eq(otls_socket_get_option(sock, IPPROTO_TCP, TCP_NODELAY, &value, &size, &err),
                 OTLS_OK);
    cr_assert_neq(value, 0);
    value = 1;
    cr_assert_eq(
        otls_socket_set_option(sock, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof(value), &err),
        OTLS_OK);
    value = 0;
    cr_assert_eq(otls_socket_get_option(sock, SOL_SOCKET, SO_KEEPALIVE, &value, &size, &err), OTLS_OK);
    cr_expect_eq(value, 1, "what was set is what is read");
    cr_assert_eq(otls_socket_set_option(sock, SOL_SOCKET, -1, &value, sizeof(value), &err),
                 OTLS_E_IO);
    cr_assert_eq(err.system_error, ENOPROTOOPT);
    otls_socket_close(sock);
    socket_peer_stop(&peer);
}

EVERY_ENGINE(socket, wrong_use_is_refused)
{
    const otls_backend *backend = socket_engine(*index);
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = socket_client_context(backend, ROOT);
    otls_socket *sock = NULL, *other = NULL;
    size_t count = 0;
    char byte;

    cr_assert_eq(otls_connect(&sock, context, "localhost", "1", 0, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_listen(&sock, context, "127.0.0.1", "0", 1, &err), OTLS_E_USAGE);
    cr_assert_null(sock);
    cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK);
    cr_assert_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_socket_accept(&other, sock, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_socket_set_timeout(sock, -2, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_socket_lookup_ms(sock), -1);
    cr_assert_eq(otls_socket_lookup_ms(NULL), -1);
    cr_assert_eq(otls_socket_connect_ex(sock, "localhost", "70000", &err), EINVAL);
    cr_assert_eq(otls_socket_connect_ex(sock, "", "443", &err), EINVAL);
    cr_assert_eq(err.code, OTLS_CODE_NAME_LOOKUP);
    cr_assert_eq(otls_socket_bind(sock, "127.0.0.1", "no port", &err), OTLS_E_USAGE);
    cr_assert_eq(err.code, OTLS_CODE_NAME_LOOKUP, "%s", err.text);
    cr_assert_eq(otls_socket_fileno(sock), -1);
    cr_assert_eq(otls_socket_wrap(&other, context, 9999, NULL, &err), OTLS_E_IO);
    cr_assert_eq(err.system_error, EBADF);
    otls_socket_close(sock);
    otls_socket_close(NULL);
    otls_context_free(context);
}
