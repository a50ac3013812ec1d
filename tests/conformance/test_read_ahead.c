/* SPDX-License-Identifier: MIT */
/* Nothing is read ahead: for programs that know select() alone, and for what follows close_notify. */
#include <criterion/criterion.h>

#include "pair.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECORD 16384u

typedef struct wired {
    pair p;     /* contexts, and the connections on the descriptors */
    int fds[2]; /* the client's, the server's */
} wired;

static void wire_up(wired *w, const pair_case *which, bool read_ahead)
{
    const int small = 4096; /* so that records come in pieces */
    otls_error err = OTLS_ERROR_INIT;
    otls_connection **conns[2] = {&w->p.client, &w->p.server};

    pair_open(&w->p, which, NULL);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, w->fds), 0);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(fcntl(w->fds[i], F_SETFL, O_NONBLOCK), 0);
        cr_assert_eq(setsockopt(w->fds[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
        otls_connection_free(*conns[i]);
        cr_assert_eq(otls_connection_new_fd(conns[i],
                                            i == 0 ? w->p.client_context : w->p.server_context,
                                            w->fds[i], &err),
                     OTLS_OK);
        cr_assert_eq(otls_connection_set_read_ahead(*conns[i], read_ahead, &err), OTLS_OK);
    }
    cr_assert_eq(otls_connection_set_server_name(w->p.client, "localhost", &err), OTLS_OK);
}

static void take_down(wired *w)
{
    (void)close(w->fds[0]);
    (void)close(w->fds[1]);
    pair_close(&w->p);
}

/* All that such a program knows of what has arrived. */
static bool selected(int fd)
{
    struct timeval none = {.tv_sec = 0};
    fd_set set;

    FD_ZERO(&set);
    FD_SET(fd, &set);
    return select(fd + 1, &set, NULL, NULL, &none) == 1;
}

/*
 * The client's handshake to its end, and its first words right behind its Finished; the server goes on
 * only when select() says so. It has not seen the words when this ends.
 */
static void begin(wired *w, const char *words)
{
    pair *p = &w->p;
    size_t count;

    p->client_status = otls_connection_handshake(p->client, &p->client_error);
    for (int turn = 0; turn < 1000 && p->client_status > 0; turn++) {
        if (selected(w->fds[1]))
            p->server_status = otls_connection_handshake(p->server, &p->server_error);
        if (otls_connection_want_write(p->server))
            p->server_status = otls_connection_handshake(p->server, &p->server_error);
        if (selected(w->fds[0]) || otls_connection_want_write(p->client))
            p->client_status = otls_connection_handshake(p->client, &p->client_error);
    }
    cr_assert_eq(p->client_status, OTLS_OK, "%s: %s", pair_name(&p->which), p->client_error.text);
    cr_assert_eq(otls_connection_write(p->client, words, strlen(words), &count, &p->client_error),
                 OTLS_OK);
    for (int turn = 0; turn < 100 && p->server_status != OTLS_OK && selected(w->fds[1]); turn++)
        p->server_status = otls_connection_handshake(p->server, &p->server_error);
    cr_assert_eq(p->server_status, OTLS_OK, "%s: %s", pair_name(&p->which), p->server_error.text);
}

/* Read as long as select() shows something; returns the bytes of data. */
static size_t drain(wired *w, int side)
{
    otls_connection *conn = side == 0 ? w->p.client : w->p.server;
    static uint8_t page[RECORD];
    otls_error err = OTLS_ERROR_INIT;
    size_t total = 0;

    while (selected(w->fds[side])) {
        size_t count;
        const otls_status status = otls_connection_read(conn, page, sizeof(page), &count, &err);

        cr_assert(status == OTLS_OK || status == OTLS_WANT_READ, "%s: %s", pair_name(&w->p.which),
                  err.text);
        total += count;
    }
    return total;
}

ParameterizedTestParameters(read_ahead, select_alone)
{
    return pair_parameters_short();
}

/* Nothing that has arrived is held where select() does not see it. */
ParameterizedTest(size_t *index, read_ahead, select_alone)
{
    const pair_case which = pair_case_short_at(*index);
    static uint8_t page[100000];
    otls_error err = OTLS_ERROR_INIT;
    size_t count, sent = 0, had = 0;
    wired w;

    wire_up(&w, &which, false);
    begin(&w, "first");
    for (int i = 0; i < 9; i++)
        cr_assert_eq(otls_connection_write(w.p.client, "again", 5, &count, &err), OTLS_OK);
    cr_expect_eq(drain(&w, 1), 50, "%s: ten messages", pair_name(&which));
    /* and back, past the tickets */
    cr_assert_eq(otls_connection_write(w.p.server, "answer", 6, &count, &err), OTLS_OK);
    cr_expect_eq(drain(&w, 0), 6, "%s: the answer", pair_name(&which));
    for (int turn = 0; turn < 10000 && had < sizeof(page); turn++) {
        if (sent < sizeof(page) &&
            otls_connection_write(w.p.client, page + sent, sizeof(page) - sent, &count, &err) >= 0)
            sent += count;
        cr_assert(otls_connection_flush(w.p.client, &err) >= 0, "%s", err.text);
        had += drain(&w, 1);
    }
    cr_expect_eq(had, sizeof(page), "%s: %zu of %zu bytes", pair_name(&which), had, sizeof(page));
    take_down(&w);
}

ParameterizedTestParameters(read_ahead, behind_close_notify)
{
    return pair_parameters_short();
}

/* Plain text behind it is on the descriptor or, when it was read ahead, in otls_connection_unread. */
ParameterizedTest(size_t *index, read_ahead, behind_close_notify)
{
    const pair_case which = pair_case_short_at(*index);

    for (int ahead = 0; ahead < 2; ahead++) {
        otls_error err = OTLS_ERROR_INIT;
        uint8_t page[64];
        size_t count;
        int left = -1;
        wired w;

        wire_up(&w, &which, ahead != 0);
        begin(&w, "x");
        cr_assert_eq(otls_connection_shutdown(w.p.client, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(write(w.fds[0], "PLAIN", 5), 5);
        while (otls_connection_read(w.p.server, page, sizeof(page), &count, &err) == OTLS_OK)
            ;
        cr_assert_eq(otls_connection_shutdown_state(w.p.server), OTLS_SHUTDOWN_RECEIVED, "%s: %s",
                     pair_name(&which), err.text);
        cr_assert_eq(ioctl(w.fds[1], FIONREAD, &left), 0);
        cr_expect_eq(left, ahead != 0 ? 0 : 5, "%s: %d", pair_name(&which), left);
        cr_expect_eq(otls_connection_unread(w.p.server, NULL, 0), ahead != 0 ? 5 : 0, "%s",
                     pair_name(&which));
        take_down(&w);
    }
}

static otls_status all_at_once(void *user, void *out, size_t capacity, size_t *count)
{
    const ssize_t size = read(*(const int *)user, out, capacity);

    *count = size > 0 ? (size_t)size : 0;
    return size > 0 ? OTLS_OK : OTLS_WANT_READ;
}

static otls_status put(void *user, const void *data, size_t size, size_t *count)
{
    const ssize_t put_size = write(*(const int *)user, data, size);

    *count = put_size > 0 ? (size_t)put_size : 0;
    return put_size > 0 ? OTLS_OK : OTLS_WANT_WRITE;
}

ParameterizedTestParameters(read_ahead, own_transport)
{
    return pair_parameters_short();
}

/* The caller's transport can have either. */
ParameterizedTest(size_t *index, read_ahead, own_transport)
{
    const pair_case which = pair_case_short_at(*index);

    for (int ahead = 0; ahead < 2; ahead++) {
        otls_error err = OTLS_ERROR_INIT;
        uint8_t page[8];
        size_t count, had = 0;
        int left = -1;
        wired w;
        otls_transport own;

        wire_up(&w, &which, true);
        own = (otls_transport){.read = all_at_once, .write = put, .user = &w.fds[1]};
        otls_connection_free(w.p.server);
        cr_assert_eq(otls_connection_new(&w.p.server, w.p.server_context, &own, &err), OTLS_OK);
        cr_assert_eq(otls_connection_set_read_ahead(w.p.server, ahead != 0, &err), OTLS_OK);
        begin(&w, "x");
        cr_assert_eq(otls_connection_write(w.p.client, "y", 1, &count, &err), OTLS_OK);
        cr_assert_eq(otls_connection_write(w.p.client, "later", 5, &count, &err), OTLS_OK);
        while (had < 2) {
            cr_assert_eq(otls_connection_read(w.p.server, page, 2 - had, &count, &err), OTLS_OK,
                         "%s: %s", pair_name(&which), err.text);
            had += count;
        }
        cr_assert_eq(ioctl(w.fds[1], FIONREAD, &left), 0);
        cr_expect_eq(left == 0, ahead != 0, "%s: %d", pair_name(&which), left);
        cr_expect_eq(otls_connection_readable_now(w.p.server), ahead != 0);
        take_down(&w);
    }
}

Test(read_ahead, refused)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++) {
        otls_error err = OTLS_ERROR_INIT;
        const pair_case which = {backends[i], backends[i], OTLS_TLS1_3, "ecdsa-p256"};
        pair p;

        pair_open(&p, &which, NULL);
        cr_expect_eq(otls_connection_set_read_ahead(p.client, false, &err), OTLS_OK);
        pair_connect(&p);
        cr_expect_eq(otls_connection_set_read_ahead(p.client, false, &err), OTLS_E_USAGE);
        otls_connection_free(p.client);
        cr_assert_eq(otls_connection_new_memory(&p.client, p.client_context, &err), OTLS_OK);
        cr_expect_eq(otls_connection_set_read_ahead(p.client, false, &err), OTLS_E_USAGE);
        pair_close(&p);
    }
}

static otls_status not_yet(otls_connection *conn, const otls_client_hello *hello,
                           otls_client_hello_answer *answer, void *user)
{
    (void)conn, (void)hello, (void)answer, (void)user;
    return OTLS_WANT_ASYNC;
}

static const char behind[] = "these octets are not the hello's";

/* A hello for a name of that length, and what follows it in the same segment. */
static void send_hello(const otls_backend *backend, size_t length, int fd)
{
    char name[16] = "abcdefghijkl";
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context;
    otls_connection *client;
    uint8_t bytes[4096];
    size_t size;

    name[length] = '\0';
    cr_assert_eq(otls_context_new(&context, backend, OTLS_CLIENT, &err), OTLS_OK);
    cr_assert_eq(otls_connection_new_memory(&client, context, &err), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(client, name, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_handshake(client, &err), OTLS_WANT_READ, "%s", err.text);
    cr_assert_eq(otls_connection_drain(client, bytes, sizeof(bytes) - sizeof(behind), &size, &err),
                 OTLS_OK);
    memcpy(bytes + size, behind, sizeof(behind));
    cr_assert_eq(write(fd, bytes, size + sizeof(behind)), (ssize_t)(size + sizeof(behind)));
    otls_connection_free(client);
    otls_context_free(context);
}

/* The hello, which core reads itself, is read to its last octet, whatever its size. */
Test(read_ahead, behind_the_hello)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count * 5; i++) {
        const otls_backend *backend = backends[i / 5];
        otls_error err = OTLS_ERROR_INIT;
        otls_context *context;
        otls_connection *server;
        int fds[2], left = 0;

        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        cr_assert_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
        cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_client_hello_callback(context, not_yet, NULL, &err), OTLS_OK);
        cr_assert_eq(otls_connection_new_fd(&server, context, fds[1], &err), OTLS_OK);
        cr_assert_eq(otls_connection_set_read_ahead(server, false, &err), OTLS_OK);
        send_hello(backend, 3 + i % 5, fds[0]);
        cr_expect_eq(otls_connection_handshake(server, &err), OTLS_WANT_ASYNC, "%s: %s",
                     otls_backend_name(backend), err.text);
        cr_assert_eq(ioctl(fds[1], FIONREAD, &left), 0);
        cr_expect_eq(left, (int)sizeof(behind), "%s, %zu: %d octets are left",
                     otls_backend_name(backend), i % 5, left);
        otls_connection_free(server);
        otls_context_free(context);
        (void)close(fds[0]);
        (void)close(fds[1]);
    }
}
