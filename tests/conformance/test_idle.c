/* SPDX-License-Identifier: MIT */
/* What connections keep while nothing happens, and when they give it back. */
#include "lying.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- when ---- */

static void nothing_to_read(otls_connection *conn)
{
    uint8_t byte;
    size_t count;

    cr_assert_eq(otls_connection_read(conn, &byte, 1, &count, NULL), OTLS_WANT_READ);
}

static void wait_ms(long ms)
{
    const struct timespec time = {.tv_sec = 0, .tv_nsec = ms * 1000000};

    (void)nanosleep(&time, NULL);
}

static void check_when(const otls_backend *backend, uint16_t version)
{
    const pair_case which = {backend, backend, version, "ecdsa-p256"};
    unsigned calls;
    pair p;

    lying->server = true;
    lying->hooks = (lying_hooks){0};
    lying->idle_calls = 0;
    pair_open(&p, &which, NULL);
    otls_connection_release_buffers(p.server);
    pair_connect(&p);
    cr_expect_eq(lying->idle_calls, 0, "not before there is nothing to read");
    nothing_to_read(p.server);
    cr_expect_eq(lying->idle_calls, 1, "the first time after the handshake");
    pair_transfer(p.client, p.server, 100, 1);
    pair_transfer(p.server, p.client, 100, 2);
    calls = lying->idle_calls;
    for (int i = 0; i < 1000; i++)
        nothing_to_read(p.server);
    /* a slow machine may take 10 ms between two of them, now and then */
    cr_expect_lt(lying->idle_calls, calls + 100, "not while it is talked on");
    wait_ms(50);
    calls = lying->idle_calls;
    nothing_to_read(p.server);
    cr_expect_eq(lying->idle_calls, calls + 1, "after a while");
    otls_connection_release_buffers(p.server);
    cr_expect_eq(lying->idle_calls, calls + 2, "when asked");
    pair_transfer(p.client, p.server, 20000, 3);
    pair_transfer(p.server, p.client, 20000, 4);
    pair_close(&p);
}

ParameterizedTestParameters(idle, when)
{
    return lying_parameters();
}

ParameterizedTest(size_t *index, idle, when)
{
    const otls_backend *backend;

    if (!lying_about(&backend, lying_truths[*index]))
        cr_skip("no module of this build");
    check_when(backend, OTLS_TLS1_2);
    check_when(backend, OTLS_TLS1_3);
}

/* ---- from a callback ---- */

static void release(otls_connection *conn, otls_session *session, void *user)
{
    (void)session;
    ++*(unsigned *)user;
    otls_connection_release_buffers(conn);
}

static void set_release(pair *p, void *user)
{
    cr_assert_eq(otls_context_set_session_cache_mode(p->client_context, OTLS_SESSION_CACHE_CLIENT,
                                                     NULL),
                 OTLS_OK);
    cr_assert_eq(otls_context_set_session_cache_mode(p->server_context, OTLS_SESSION_CACHE_SERVER,
                                                     NULL),
                 OTLS_OK);
    cr_assert_eq(otls_context_set_session_callback(p->client_context, release, user, NULL),
                 OTLS_OK);
}

ParameterizedTestParameters(idle, from_a_callback)
{
    return lying_parameters();
}

/* The engine is in the middle of a record then: what it reads from must stay. */
ParameterizedTest(size_t *index, idle, from_a_callback)
{
    const otls_backend *backend;
    unsigned called = 0, before;
    const pair_options options = {.setup = set_release, .user = &called};
    pair p;

    if (!lying_about(&backend, lying_truths[*index]))
        cr_skip("no module of this build");
    const pair_case which = {backend, backend, OTLS_TLS1_3, "ecdsa-p256"};

    lying->server = false;
    lying->hooks = (lying_hooks){0};
    pair_open(&p, &which, &options);
    pair_connect(&p);
    before = lying->idle_calls;
    pair_transfer(p.server, p.client, 20000, 5);
    cr_expect_gt(called, 0, "a ticket came");
    cr_expect_leq(lying->idle_calls, before + 2, "%u calls, %u sessions",
                  lying->idle_calls - before, called);
    pair_transfer(p.client, p.server, 20000, 6);
    pair_close(&p);
}

/* ---- how much ---- */

/** What core may keep for a pair that is idle: two connections and the certificates of one peer. */
#define IDLE_PAIR_BYTES 12000L

static long live;

/* Each block has its size before it. */
#define HEAD 16

static void *count_reallocate(void *block, size_t size, void *user)
{
    uint8_t *old = block != NULL ? (uint8_t *)block - HEAD : NULL;
    const size_t before = old != NULL ? *(const size_t *)(const void *)old : 0;
    uint8_t *moved = realloc(old, HEAD + size);

    (void)user;
    if (moved == NULL)
        return NULL;
    *(size_t *)(void *)moved = size;
    live += (long)size - (long)before;
    return moved + HEAD;
}

static void *count_allocate(size_t size, void *user)
{
    return count_reallocate(NULL, size, user);
}

static void count_release(void *block, void *user)
{
    (void)user;
    if (block == NULL)
        return;
    live -= (long)*(const size_t *)(const void *)((uint8_t *)block - HEAD);
    free((uint8_t *)block - HEAD);
}

static const otls_allocator counting = {.size = sizeof(counting),
                                        .allocate = count_allocate,
                                        .reallocate = count_reallocate,
                                        .release = count_release};

static void carry(otls_connection *from, otls_connection *to)
{
    const uint8_t *bytes;
    size_t size, count;

    while ((bytes = otls_connection_output(from, &size)) != NULL) {
        cr_assert_eq(otls_connection_feed(to, bytes, size, &count, NULL), OTLS_OK);
        otls_connection_output_taken(from, count);
    }
}

static void shake(otls_connection *client, otls_connection *server, bool memory)
{
    otls_status first = OTLS_WANT_READ, second = OTLS_WANT_READ;

    for (int turn = 0; turn < 100 && (first != OTLS_OK || second != OTLS_OK); turn++) {
        if (first != OTLS_OK)
            first = otls_connection_handshake(client, NULL);
        if (memory)
            carry(client, server);
        if (second != OTLS_OK)
            second = otls_connection_handshake(server, NULL);
        if (memory)
            carry(server, client);
    }
    cr_assert(first == OTLS_OK && second == OTLS_OK);
}

/* What freeing the two brings back. */
static long kept_by(otls_connection *client, otls_connection *server)
{
    const long before = live;

    nothing_to_read(client);
    nothing_to_read(server);
    const long idle = live;

    cr_expect_leq(idle, before);
    otls_connection_free(client);
    otls_connection_free(server);
    return idle - live;
}

static void check_descriptors(const pair *p, const char *name)
{
    otls_connection *client, *server;
    int fds[2];
    long kept;

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    cr_assert(fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0);
    cr_assert_eq(otls_connection_new_fd(&client, p->client_context, fds[0], NULL), OTLS_OK);
    cr_assert_eq(otls_connection_new_fd(&server, p->server_context, fds[1], NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(client, "localhost", NULL), OTLS_OK);
    shake(client, server, false);
    kept = kept_by(client, server);
    cr_expect_lt(kept, IDLE_PAIR_BYTES, "%s, descriptors: %ld bytes", name, kept);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static void check_memory(const pair *p, const char *name)
{
    otls_connection *client, *server;
    long kept;

    cr_assert_eq(otls_connection_new_memory(&client, p->client_context, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_new_memory(&server, p->server_context, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(client, "localhost", NULL), OTLS_OK);
    shake(client, server, true);
    kept = kept_by(client, server);
    cr_expect_lt(kept, IDLE_PAIR_BYTES, "%s, memory: %ld bytes", name, kept);
}

ParameterizedTestParameters(idle, how_much)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, idle, how_much)
{
    pair_case which;
    long kept;
    pair p;

    cr_assert_eq(otls_set_allocator(&counting, NULL), OTLS_OK);
    which = pair_case_short_at(*index);
    pair_open(&p, &which, NULL);
    pair_connect(&p);
    kept = kept_by(p.client, p.server);
    p.client = p.server = NULL;
    cr_expect_lt(kept, IDLE_PAIR_BYTES, "%s, callbacks: %ld bytes", pair_name(&which), kept);
    check_descriptors(&p, pair_name(&which));
    check_memory(&p, pair_name(&which));
    pair_close(&p);
}
