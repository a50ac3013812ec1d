/* SPDX-License-Identifier: MIT */
/*
 * The one server of all programs: omnitls on the first engine of this build, in a process of its
 * own, a thread for each connection. It says again what it is told; what begins with "GET " it
 * answers as a web server does, what begins with "?" with what was agreed on. No tickets, so that
 * nobody resumes. At a second port each connection is shown a chain that nobody has seen.
 */
#include "chain.h"
#include "ours.h"
#include "peers/peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_SIZE 128

/* Of the server's process. */
static bench_world *world;
static struct {
    bench_world *world;
    bench_setup setup;
    char chain[BENCH_PATH_SIZE]; /* what the fresh ones are made from */
    const char *pki;
} fresh;

/* ---- one connection -------------------------------------------------------------------------- */

static void agreed(bench_conn *conn, char *out, size_t size)
{
    const otls_connection *ours = (const otls_connection *)conn;
    const char *name = otls_connection_server_name(ours);

    (void)snprintf(out, size, "%s %s %s %s %s", otls_version_name(otls_connection_version(ours)),
                   otls_suite_iana_name(otls_connection_suite(ours)),
                   otls_group_name(otls_connection_group(ours)), name != NULL ? name : "-",
                   otls_connection_session_resumed(ours) ? "resumed" : "full");
}

static bool answer(bench_conn *conn, const char *request)
{
    uint8_t out[PEER_MESSAGE_MAX];
    char text[PEER_ASK_SIZE + 32];
    unsigned long size = strtoul(request + strlen("GET /"), NULL, 10);
    int head;

    if (strncmp(request, "GET /agreed ", strlen("GET /agreed ")) == 0) {
        agreed(conn, text, sizeof(text));
        size = strlen(text);
    } else
        text[0] = '\0';
    if (size > sizeof(out) - HEAD_SIZE)
        return false;
    head = snprintf((char *)out, HEAD_SIZE,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %lu\r\n\r\n",
                    size);
    memset(out + head, 'x', size);
    memcpy(out + head, text, strlen(text));
    return bench_ours.write(conn, out, (size_t)head + size);
}

/* Requests fit into one record. */
static bool reply(bench_conn *conn, uint8_t *message, size_t size)
{
    if (size > 4 && size < PEER_MESSAGE_MAX && memcmp(message, "GET ", 4) == 0) {
        message[size] = '\0';
        return answer(conn, (const char *)message);
    }
    if (size == PEER_ASK_SIZE && message[0] == '?') {
        char text[PEER_ASK_SIZE * 2] = "";

        agreed(conn, text, sizeof(text));
        return bench_ours.write(conn, text, PEER_ASK_SIZE);
    }
    return bench_ours.write(conn, message, size);
}

/* A reset at the end: no side keeps the pair of ports for the minute of TIME_WAIT. */
static void drop(int fd)
{
    const struct linger none = {.l_onoff = 1};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    (void)close(fd);
}

/* What clients do wrong they notice themselves, or do on purpose. */
static void talk(bench_world *with, int fd)
{
    const int one = 1;
    bench_end end = {.fd = fd};
    uint8_t message[PEER_MESSAGE_MAX];
    bench_conn *conn;
    int size = 1;

    (void)setsockopt(end.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    conn = bench_ours.conn_new(with, true, &end);
    if (conn != NULL && bench_ours.handshake(conn) == 1)
        while (size > 0) {
            size = bench_ours.read(conn, message, sizeof(message));
            if (size > 0 && !reply(conn, message, (size_t)size))
                break;
        }
    bench_ours.conn_free(conn);
    drop(end.fd);
}

static void *serve(void *argument)
{
    bench_listen();
    talk(world, (int)(intptr_t)argument);
    return NULL;
}

/* One after the other: the context is made anew for each, in the server's time. */
static void *serve_fresh(void *argument)
{
    const int listener = (int)(intptr_t)argument;

    bench_listen();
    while (
        bench_chain_fresh(fresh.chain, fresh.setup.engine, fresh.pki, fresh.setup.server_chain) &&
        bench_ours.world_renew(fresh.world, &fresh.setup)) {
        const int fd = accept(listener, NULL, NULL);

        if (fd >= 0)
            talk(fresh.world, fd);
        else if (errno != EINTR && errno != ECONNABORTED)
            break;
    }
    (void)close(listener); /* who connects is told at once */
    return NULL;
}

/* ---- the process ----------------------------------------------------------------------------- */

static int listen_on(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, size) == 0 && listen(fd, 64) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        *port = ntohs(address.sin_port);
        return fd;
    }
    (void)bench_complain("no socket on 127.0.0.1 can be listened on: %s", strerror(errno));
    return -1;
}

static void *wait_for_the_end(void *argument)
{
    char byte;

    while (read((int)(intptr_t)argument, &byte, 1) < 0 && errno == EINTR)
        ;
    _exit(0);
}

static bool detached(void *(*run)(void *), int fd)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, run, (void *)(intptr_t)fd) == 0 &&
           pthread_detach(thread) == 0;
}

static bool contexts(const peer_server *server, const bench_options *options)
{
    const bench_side *sides[BENCH_ENGINES_MAX];

    fresh.pki = options->pki;
    if (bench_engines(sides) == 0 ||
        !bench_setup_fill(&fresh.setup, &peer_cases[0].what, sides[0]->name, options->pki))
        return false;
    world = bench_ours.world_new(&fresh.setup);
    fresh.world = bench_ours.world_new(&fresh.setup);
    memcpy(fresh.chain, fresh.setup.server_chain, sizeof(fresh.chain));
    memcpy(fresh.setup.server_chain, server->chain, sizeof(server->chain));
    return world != NULL && fresh.world != NULL;
}

static void run(const peer_server *server, const bench_options *options, int leash, int tell)
{
    uint16_t ports[2] = {0};
    int listener, fresh_listener;

    if (!contexts(server, options))
        return;
    listener = listen_on(&ports[0]);
    fresh_listener = listen_on(&ports[1]);
    if (listener < 0 || fresh_listener < 0 || !detached(wait_for_the_end, leash) ||
        !detached(serve_fresh, fresh_listener) ||
        write(tell, ports, sizeof(ports)) != (ssize_t)sizeof(ports))
        return;
    (void)close(tell);
    for (;;) {
        const int fd = accept(listener, NULL, NULL);

        if (fd >= 0 && !detached(serve, fd))
            drop(fd);
        else if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

static bool pipes(int leash[2], int tell[2])
{
    if (pipe(leash) != 0 || pipe(tell) != 0)
        return bench_complain("no pipe: %s", strerror(errno));
    return fcntl(leash[1], F_SETFD, FD_CLOEXEC) == 0 && fcntl(tell[0], F_SETFD, FD_CLOEXEC) == 0;
}

bool peer_server_start(peer_server *server, const bench_options *options)
{
    int leash[2], tell[2];
    uint16_t ports[2];
    bool good;

    if (!bench_temporary_file(server->chain) || !pipes(leash, tell))
        return false;
    server->process = fork();
    if (server->process == 0) {
        (void)close(leash[1]);
        (void)close(tell[0]);
        run(server, options, leash[0], tell[1]);
        _exit(1);
    }
    (void)close(leash[0]);
    (void)close(tell[1]);
    server->leash = leash[1];
    good = server->process > 0 && read(tell[0], ports, sizeof(ports)) == (ssize_t)sizeof(ports);
    (void)close(tell[0]);
    if (good) {
        server->port = ports[0];
        server->fresh_port = ports[1];
    } else
        peer_server_stop(server);
    return good || bench_complain("no server could be started");
}

void peer_server_stop(peer_server *server)
{
    (void)close(server->leash);
    if (server->process > 0)
        (void)waitpid(server->process, NULL, 0);
    server->process = 0;
    (void)unlink(server->chain);
}
