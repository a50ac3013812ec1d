/* SPDX-License-Identifier: MIT */
/* Handshakes, records and ping-pong: both ends in one thread, over pipes or a socketpair. */
#include "bench.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEPS_MAX 1000 /* of one handshake or one message, before it counts as stuck */
#define WARM_UP 20     /* operations on a new connection before it is measured */
#define SLICE_HANDSHAKE 8e6
#define SLICE_DATA 2e6

/* The bytes under way are the same memory for all three slots: between slices it is empty. */
typedef struct wires {
    bench_pipe to_server, to_client;
    uint8_t message[16384], received[16384];
} wires;

typedef struct subject {
    const bench_side *side;
    bench_world *world;
    bench_end client_end, server_end;
    bench_conn *client, *server;
} subject;

typedef struct work {
    bench_work base;
    const bench_case *what;
    bench_setup setup;
    wires *bytes;
    subject subjects[BENCH_SLOTS];
    size_t turn;
} work;

/* ---- set-up ---------------------------------------------------------------------------------- */

static bool path(char out[BENCH_PATH_SIZE], const char *directory, const char *part,
                 const char *key, const char *suffix)
{
    const int length = snprintf(out, BENCH_PATH_SIZE, "%s/%s%s%s", directory, part, key, suffix);

    return (length > 0 && length < BENCH_PATH_SIZE) ||
           bench_complain("--pki: the path is too long");
}

static bool setup_fill(bench_setup *setup, const bench_case *what, const char *engine,
                       const char *pki)
{
    setup->engine = engine;
    setup->version = what->version;
    setup->suite = what->suite;
    setup->mutual = what->mutual;
    return path(setup->root, pki, "root", "", ".pem") &&
           path(setup->server_chain, pki, "server-", what->key, ".pem") &&
           path(setup->server_key, pki, "server-", what->key, ".key") &&
           path(setup->client_chain, pki, "client-", what->key, ".pem") &&
           path(setup->client_key, pki, "client-", what->key, ".key");
}

/* Sockets do not block: one thread serves both ends. */
static bool sockets(subject *s)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return bench_complain("no socketpair");
    s->client_end.fd = fds[0];
    s->server_end.fd = fds[1];
    return (fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0) ||
           bench_complain("a socket stays blocking");
}

static void close_sockets(subject *s)
{
    if (s->client_end.fd >= 0)
        (void)close(s->client_end.fd);
    if (s->server_end.fd >= 0)
        (void)close(s->server_end.fd);
    s->client_end.fd = s->server_end.fd = -1;
}

/* ---- one operation --------------------------------------------------------------------------- */

static bool subject_open(subject *s)
{
    s->client = s->side->conn_new(s->world, false, &s->client_end);
    s->server = s->client != NULL ? s->side->conn_new(s->world, true, &s->server_end) : NULL;
    return s->server != NULL;
}

static void subject_close(subject *s)
{
    s->side->conn_free(s->client);
    s->side->conn_free(s->server);
    s->client = s->server = NULL;
}

static bool shake(const subject *s)
{
    const bench_side *side = s->side;
    int client = 0, server = 0;

    for (int step = 0; step < STEPS_MAX; step++) {
        if (client == 0)
            client = side->handshake(s->client);
        if (server == 0)
            server = side->handshake(s->server);
        if (client < 0 || server < 0)
            return false;
        if (client == 1 && server == 1)
            return true;
    }
    return bench_complain("%s: the handshake is stuck", side->name);
}

static bool handshake(subject *s)
{
    const bool good = subject_open(s) && shake(s);

    subject_close(s);
    return good;
}

static bool carry(const subject *s, bench_conn *from, bench_conn *to, wires *bytes, size_t size)
{
    size_t got = 0;

    if (!s->side->write(from, bytes->message, size))
        return bench_complain("%s: a write did not take everything", s->side->name);
    for (int step = 0; step < STEPS_MAX; step++) {
        const int count = s->side->read(to, bytes->received + got, size - got);

        if (count < 0)
            return false;
        got += (size_t)count;
        if (got == size)
            return true;
    }
    return bench_complain("%s: the data do not arrive", s->side->name);
}

static bool operations(work *w, subject *s, size_t count)
{
    const size_t size = w->what->size;
    bool good = true;

    switch (w->what->kind) {
    case BENCH_HANDSHAKE:
        for (size_t i = 0; good && i < count; i++)
            good = handshake(s);
        break;
    case BENCH_RECORD:
        for (size_t i = 0; good && i < count; i++)
            good = carry(s, s->client, s->server, w->bytes, size);
        break;
    default:
        for (size_t i = 0; good && i < count; i++)
            good = carry(s, s->client, s->server, w->bytes, size) &&
                   carry(s, s->server, s->client, w->bytes, size);
        break;
    }
    return good;
}

static bool run(bench_work *base, size_t slot, size_t count, bench_time *spent)
{
    work *w = (work *)base;
    const bench_time start = bench_now();
    const bool good = operations(w, &w->subjects[slot], count);

    *spent = bench_since(start);
    return good;
}

/* ---- making and checking --------------------------------------------------------------------- */

static bool check(const work *w, const subject *s)
{
    if (s->side->agreed(s->client, &w->setup) && s->side->agreed(s->server, &w->setup))
        return true;
    return bench_complain("%s: version, suite or group is not what both sides must use",
                          s->side->name);
}

/*
 * In another order each time: the allocator gives out good and bad places, and none of the three
 * may have the same one for ever.
 */
static bool connect_all(work *w)
{
    static const size_t orders[][BENCH_SLOTS] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0},
                                                 {0, 2, 1}, {2, 0, 1}, {1, 0, 2}};
    const size_t *order = orders[w->turn++ % (sizeof(orders) / sizeof(orders[0]))];

    for (size_t i = 0; i < BENCH_SLOTS; i++) {
        subject_close(&w->subjects[i]);
        close_sockets(&w->subjects[i]);
    }
    for (size_t i = 0; i < BENCH_SLOTS; i++) {
        subject *s = &w->subjects[order[i]];

        if ((w->what->kind == BENCH_SOCKET_PING_PONG && !sockets(s)) || !subject_open(s) ||
            !shake(s) || !check(w, s))
            return false;
        if (w->what->kind == BENCH_HANDSHAKE)
            subject_close(s);
    }
    return true;
}

static bool renew(bench_work *base)
{
    work *w = (work *)base;
    bool good = connect_all(w);

    for (size_t i = 0; good && i < BENCH_SLOTS; i++)
        good = operations(w, &w->subjects[i], WARM_UP);
    return good;
}

static bool work_open(work *w, const bench_side *native, const bench_options *options)
{
    bool good = true;

    w->bytes = calloc(1, sizeof(*w->bytes));
    if (w->bytes == NULL || !setup_fill(&w->setup, w->what, native->name, options->pki))
        return false;
    for (size_t i = 0; i < BENCH_SLOTS; i++) {
        subject *s = &w->subjects[i];

        s->side = i == BENCH_OURS ? &bench_ours : native;
        s->client_end =
            (bench_end){.in = &w->bytes->to_client, .out = &w->bytes->to_server, .fd = -1};
        s->server_end =
            (bench_end){.in = &w->bytes->to_server, .out = &w->bytes->to_client, .fd = -1};
    }
    for (size_t i = 0; good && i < BENCH_SLOTS; i++) {
        w->subjects[i].world = w->subjects[i].side->world_new(&w->setup);
        good = w->subjects[i].world != NULL;
    }
    return good && connect_all(w);
}

static void work_close(work *w)
{
    for (size_t i = 0; i < BENCH_SLOTS; i++) {
        subject *s = &w->subjects[i];

        if (s->side == NULL)
            continue;
        subject_close(s);
        close_sockets(s);
        s->side->world_free(s->world);
    }
    free(w->bytes);
}

bool bench_run_connection(const bench_case *what, const bench_side *native,
                          const bench_options *options, bench_samples *samples)
{
    work w = {.base = {.run = run, .renew = renew, .slice = SLICE_DATA}, .what = what};
    bool good;

    if (what->kind == BENCH_HANDSHAKE) {
        w.base.renew = NULL;
        w.base.slice = SLICE_HANDSHAKE;
    }
    good = work_open(&w, native, options) && bench_measure(&w.base, options->seconds, samples);
    work_close(&w);
    return good;
}

bool bench_profile_connection(const bench_case *what, const bench_side *native,
                              const bench_options *options)
{
    const size_t slot = strcmp(options->profile, "ours") == 0 ? BENCH_OURS : BENCH_NATIVE;
    work w = {.base = {.run = run}, .what = what};
    bool good =
        work_open(&w, native, options) && operations(&w, &w.subjects[slot], options->operations);

    work_close(&w);
    return good;
}
