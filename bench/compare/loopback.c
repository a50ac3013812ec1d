/* SPDX-License-Identifier: MIT */
#include "compare/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MESSAGE_MAX 16384
#define PATIENCE 10 /* seconds that either end waits before it gives up */

struct loopback {
    const bench_case *what;
    bench_setup setup;
    bench_world *world;
    struct sockaddr_in address;
    int listener;
    pthread_t thread;
    bool running;
    atomic_bool stop;
    bench_end end; /* the client's, where one connection stays open */
    bench_conn *client;
    uint8_t message[MESSAGE_MAX], received[MESSAGE_MAX];
};

/* ---- sockets --------------------------------------------------------------------------------- */

/* Small messages must leave at once, and nobody waits for ever. */
static bool tune(int fd)
{
    const int one = 1;
    const struct timeval patience = {.tv_sec = PATIENCE};

    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0;
}

static bool listen_on(loopback *loop)
{
    socklen_t size = sizeof(loop->address);

    loop->address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    loop->listener = socket(AF_INET, SOCK_STREAM, 0);
    return (loop->listener >= 0 &&
            bind(loop->listener, (const struct sockaddr *)&loop->address, size) == 0 &&
            listen(loop->listener, 16) == 0 &&
            getsockname(loop->listener, (struct sockaddr *)&loop->address, &size) == 0) ||
           bench_complain("no socket on 127.0.0.1 can be listened on");
}

static int dial(const loopback *loop)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)&loop->address, sizeof(loop->address)) == 0 &&
        tune(fd))
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static bool read_all(bench_conn *conn, uint8_t *out, size_t size)
{
    for (size_t got = 0; got < size;) {
        const int count = bench_ours.read(conn, out + got, size - got);

        if (count <= 0)
            return false;
        got += (size_t)count;
    }
    return true;
}

/* ---- the server ------------------------------------------------------------------------------ */

/* A byte after the handshake tells the client that the server is done, too. */
static void serve(loopback *loop, int fd)
{
    bench_end end = {.fd = fd};
    bench_conn *conn = bench_ours.conn_new(loop->world, true, &end);
    uint8_t message[MESSAGE_MAX] = {1};
    const size_t size = loop->what->size;
    bool good =
        conn != NULL && bench_ours.handshake(conn) == 1 && bench_ours.write(conn, message, 1);

    if (loop->what->kind != BENCH_HANDSHAKE)
        while (good && !loop->stop)
            good = read_all(conn, message, size) && bench_ours.write(conn, message, size);
    bench_ours.conn_free(conn);
}

/* What goes wrong here shows at the client's end as well, and is told there. */
static void *server(void *argument)
{
    loopback *loop = argument;

    bench_listen();
    while (!loop->stop) {
        const int fd = accept(loop->listener, NULL, NULL);

        if (fd < 0)
            break;
        if (!loop->stop && tune(fd))
            serve(loop, fd);
        (void)close(fd);
    }
    return NULL;
}

/* ---- the client ------------------------------------------------------------------------------ */

static double wall(void)
{
    return bench_now().real;
}

static bool shake(loopback *loop, double *nanoseconds)
{
    const double start = wall();
    uint8_t byte;
    bool good;

    loop->end.fd = dial(loop);
    if (loop->end.fd < 0)
        return bench_complain("%s: connecting over loopback failed", loop->setup.engine);
    loop->client = bench_ours.conn_new(loop->world, false, &loop->end);
    good = loop->client != NULL && bench_ours.handshake(loop->client) == 1;
    *nanoseconds = wall() - start;
    return good && read_all(loop->client, &byte, 1);
}

static void hang_up(loopback *loop)
{
    bench_ours.conn_free(loop->client);
    loop->client = NULL;
    if (loop->end.fd >= 0)
        (void)close(loop->end.fd);
    loop->end.fd = -1;
}

bool loopback_once(loopback *loop, double *nanoseconds)
{
    const size_t size = loop->what->size;
    double start;
    bool good;

    if (loop->what->kind == BENCH_HANDSHAKE) {
        good = shake(loop, nanoseconds);
        hang_up(loop);
        return good;
    }
    start = wall();
    good = bench_ours.write(loop->client, loop->message, size) &&
           read_all(loop->client, loop->received, size);
    *nanoseconds = wall() - start;
    return good;
}

/* ---- both ------------------------------------------------------------------------------------ */

static bool start(loopback *loop, const char *engine, const char *pki)
{
    double ignored;

    if (!bench_setup_fill(&loop->setup, loop->what, engine, pki) || !listen_on(loop))
        return false;
    loop->world = bench_ours.world_new(&loop->setup);
    if (loop->world == NULL)
        return false;
    loop->running = pthread_create(&loop->thread, NULL, server, loop) == 0;
    if (!loop->running)
        return bench_complain("no thread");
    return loop->what->kind == BENCH_HANDSHAKE || shake(loop, &ignored);
}

loopback *loopback_new(const bench_case *what, const char *engine, const char *pki)
{
    loopback *loop = calloc(1, sizeof(*loop));

    if (loop == NULL)
        return NULL;
    loop->what = what;
    loop->listener = loop->end.fd = -1;
    atomic_init(&loop->stop, false);
    if (start(loop, engine, pki))
        return loop;
    loopback_free(loop);
    return NULL;
}

void loopback_free(loopback *loop)
{
    if (loop == NULL)
        return;
    loop->stop = true;
    hang_up(loop);
    if (loop->running) {
        const int fd = dial(loop); /* wakes accept() */

        if (fd >= 0)
            (void)close(fd);
        (void)pthread_join(loop->thread, NULL);
    }
    if (loop->listener >= 0)
        (void)close(loop->listener);
    bench_ours.world_free(loop->world);
    free(loop);
}
