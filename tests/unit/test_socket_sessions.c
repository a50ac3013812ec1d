/* SPDX-License-Identifier: MIT */
/* Sessions over sockets: a client's cache knows its servers by name and port. */
#include "socket_peer.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>

#define SERVERS 2

typedef struct site {
    otls_context *client, *server;
    otls_socket *listeners[SERVERS]; /* of one server context: either could resume */
    char ports[SERVERS][8];
} site;

/* One client: a byte comes, so the handshake is over and tickets have gone out; a byte answers. */
static void *serve(void *user)
{
    otls_socket *client = NULL;
    char byte;
    size_t count;

    if (otls_socket_accept(&client, user, NULL) != OTLS_OK)
        return NULL;
    if (otls_socket_recv(client, &byte, 1, &count, NULL) == OTLS_OK)
        (void)otls_socket_send_all(client, &byte, 1, NULL);
    (void)otls_socket_recv(client, &byte, 1, &count, NULL); /* the end */
    otls_socket_close(client);
    return NULL;
}

/* `known_port` -1: what the socket says. Returns whether the handshake resumed. */
static bool visit(const site *s, size_t server, int known_port)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock;
    otls_connection *conn;
    pthread_t thread;
    char byte = 'x';
    size_t count;
    bool reused;

    cr_assert_eq(pthread_create(&thread, NULL, serve, s->listeners[server]), 0);
    cr_assert_eq(otls_socket_new(&sock, s->client, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 20000, &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_server_name(sock, "localhost", &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_handshake_on_connect(sock, false, &err), OTLS_OK);
    cr_assert_eq(otls_socket_connect(sock, "127.0.0.1", s->ports[server], &err), OTLS_OK, "%s",
                 err.text);
    conn = otls_socket_connection(sock);
    if (known_port >= 0)
        cr_assert_eq(otls_connection_set_server_port(conn, (uint16_t)known_port, &err), OTLS_OK);
    cr_assert_eq(otls_socket_handshake(sock, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_set_server_port(conn, 1, &err), OTLS_E_USAGE, "too late");
    reused = otls_connection_session_resumed(conn);
    cr_expect_eq(otls_connection_session_fit(conn),
                 reused ? OTLS_SESSION_OFFERED : OTLS_SESSION_NONE);
    cr_assert_eq(otls_socket_send_all(sock, &byte, 1, &err), OTLS_OK);
    cr_assert_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_OK, "%s", err.text);
    otls_socket_close(sock);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    return reused;
}

static void open_site(site *s, const otls_backend *backend)
{
    otls_error err = OTLS_ERROR_INIT;

    s->client = socket_client_context(backend, OTLS_TEST_PKI "/root.pem");
    s->server = socket_server_context(backend);
    cr_assert_eq(otls_context_set_session_cache_mode(s->client, OTLS_SESSION_CACHE_CLIENT, &err),
                 OTLS_OK);
    cr_assert_eq(otls_context_set_session_cache_mode(s->server, OTLS_SESSION_CACHE_SERVER, &err),
                 OTLS_OK);
    for (size_t i = 0; i < SERVERS; i++) {
        cr_assert_eq(otls_listen(&s->listeners[i], s->server, "127.0.0.1", "0", 4, &err), OTLS_OK,
                     "%s", err.text);
        cr_assert_eq(otls_socket_set_timeout(s->listeners[i], 20000, &err), OTLS_OK);
        (void)snprintf(s->ports[i], sizeof(s->ports[i]), "%u",
                       otls_socket_local_port(s->listeners[i]));
    }
}

static void close_site(const site *s)
{
    for (size_t i = 0; i < SERVERS; i++)
        otls_socket_close(s->listeners[i]);
    otls_context_free(s->client);
    otls_context_free(s->server);
}

ParameterizedTestParameters(socket_sessions, ports)
{
    return cr_make_param_array(const size_t, socket_engine_indexes, SOCKET_ENGINES);
}

ParameterizedTest(const size_t *index, socket_sessions, ports)
{
    site s;

    open_site(&s, socket_engine(*index));
    cr_expect_not(visit(&s, 0, -1), "the first");
    cr_expect(visit(&s, 0, -1), "the same port");
    cr_expect_not(visit(&s, 1, -1), "another port of the same host");
    cr_expect(visit(&s, 1, -1), "that one again");
    cr_expect(visit(&s, 0, -1), "the first is still known");
    cr_expect_not(visit(&s, 0, 0), "no port: nothing is known of it");
    cr_expect(visit(&s, 1, 0), "servers of one name, whatever their ports");
    close_site(&s);
}
