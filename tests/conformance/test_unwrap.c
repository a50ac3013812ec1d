/* SPDX-License-Identifier: MIT */
/*
 * Plain text, TLS, plain text and TLS again on one and the same pair of descriptors, as protocols
 * with STARTTLS and its reverse do. What the peer says in plain text right behind its close_notify
 * has been read along, and must not get lost.
 */
#include <criterion/criterion.h>

#include "pair.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** The descriptors outlive the connections on them. */
typedef struct line {
    pair p;
    int fds[2]; /* the client's, the server's */
} line;

#define OK(call)                                                                                   \
    do {                                                                                           \
        otls_error why = OTLS_ERROR_INIT;                                                          \
        cr_assert_eq((call), OTLS_OK, "%s: %s: %s [%s]", pair_name(&l->p.which), #call, why.text,  \
                     why.native_text);                                                             \
    } while (0)

static void say(int fd, const char *text)
{
    const size_t size = strlen(text);

    cr_assert_eq(write(fd, text, size), (ssize_t)size);
}

static void hear(int fd, const char *text)
{
    char got[128];
    const ssize_t size = read(fd, got, strlen(text));

    cr_assert_eq(size, (ssize_t)strlen(text), "%zd bytes", size);
    cr_assert(memcmp(got, text, strlen(text)) == 0);
}

static void hear_nothing(int fd)
{
    char got;

    cr_assert_eq(read(fd, &got, 1), -1, "nothing is left, and the descriptor is open");
}

static void line_open(line *l, const pair_case *which)
{
    pair_open(&l->p, which, NULL);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, l->fds), 0);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(fcntl(l->fds[i], F_SETFL, O_NONBLOCK), 0);
}

static void line_close(line *l)
{
    (void)close(l->fds[0]);
    (void)close(l->fds[1]);
    pair_close(&l->p);
}

/* New connections of the same contexts, on the descriptors. */
static void tls_up(line *l)
{
    pair *p = &l->p;

    otls_connection_free(p->client);
    otls_connection_free(p->server);
    OK(otls_connection_new_fd(&p->client, p->client_context, l->fds[0], &why));
    OK(otls_connection_new_fd(&p->server, p->server_context, l->fds[1], &why));
    OK(otls_connection_set_server_name(p->client, "localhost", &why));
    p->client_status = p->server_status = OTLS_WANT_READ;
    for (int turn = 0; turn < 100 && p->client_status + p->server_status != 0; turn++) {
        p->client_status = otls_connection_handshake(p->client, &p->client_error);
        p->server_status = otls_connection_handshake(p->server, &p->server_error);
    }
    cr_assert(p->client_status == OTLS_OK && p->server_status == OTLS_OK, "%s: %s; %s",
              pair_name(&p->which), p->client_error.text, p->server_error.text);
    pair_transfer(p->client, p->server, 5000, 1);
    pair_transfer(p->server, p->client, 5000, 2);
}

/* `first` ends TLS and goes on in plain text at once; `second` finds it behind the close_notify. */
static void tls_down(line *l, bool server_first)
{
    otls_connection *first = server_first ? l->p.server : l->p.client;
    otls_connection *second = server_first ? l->p.client : l->p.server;
    const int first_fd = l->fds[server_first ? 1 : 0], second_fd = l->fds[server_first ? 0 : 1];
    static const char text[] = "plain text in the same packet\n";
    char got[64];
    size_t have;

    OK(otls_connection_shutdown(first, &why));
    say(first_fd, text);
    cr_assert_eq(otls_connection_unread(second, NULL, 0), 0, "not before the close_notify");
    OK(otls_connection_shutdown_wait(second, &why));
    have = otls_connection_unread(second, NULL, 0);
    cr_assert_leq(have, strlen(text));
    /* in two pieces; what was not read along is still on the descriptor */
    cr_assert_eq(otls_connection_unread(second, got, 3), have < 3 ? have : 3);
    if (have > 3)
        cr_assert_eq(otls_connection_unread(second, got + 3, sizeof(got) - 3), have - 3);
    cr_assert_eq(otls_connection_unread(second, got, sizeof(got)), 0);
    cr_assert(memcmp(got, text, have) == 0, "%s", pair_name(&l->p.which));
    hear(second_fd, text + have);
    OK(otls_connection_shutdown_wait(first, &why));
    cr_assert_eq(otls_connection_unread(first, NULL, 0), 0);
    hear_nothing(first_fd);
    hear_nothing(second_fd);
}

static void talk_plainly(const line *l)
{
    say(l->fds[0], "STARTTLS\r\n");
    hear(l->fds[1], "STARTTLS\r\n");
    say(l->fds[1], "220 go ahead\r\n");
    hear(l->fds[0], "220 go ahead\r\n");
}

ParameterizedTestParameters(unwrap, down_and_up_again)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, unwrap, down_and_up_again)
{
    const pair_case which = pair_case_short_at(*index);
    line l;

    line_open(&l, &which);
    for (int round = 0; round < 4; round++) {
        talk_plainly(&l);
        tls_up(&l);
        tls_down(&l, round % 2 == 0);
    }
    talk_plainly(&l);
    line_close(&l);
}

/* Freed without a word: the peer's TLS sees plain text where a record belongs. */
ParameterizedTestParameters(unwrap, without_close)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, unwrap, without_close)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    char byte;
    size_t count;
    line l;

    line_open(&l, &which);
    tls_up(&l);
    otls_connection_free(l.p.server);
    l.p.server = NULL;
    say(l.fds[1], "220 this is not TLS any more\r\n");
    cr_assert_eq(otls_connection_read(l.p.client, &byte, 1, &count, &err), OTLS_E_PROTOCOL, "%s",
                 err.text);
    cr_assert_eq(otls_connection_unread(l.p.client, NULL, 0), 0);
    line_close(&l);
}
