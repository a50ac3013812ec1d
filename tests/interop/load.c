/* SPDX-License-Identifier: MIT */
/*
 * load PORT CA.pem COUNT: open COUNT connections to an echo server on this machine and keep them
 * all open; when the last one's handshake is done, echo through every one of them, then close them
 * in order. Any error, or an echo that differs, makes it fail. The engine is the process's default.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT_MAX 20000
#define SIZE_MAX_TEXT 9000u

enum { PHASE_HANDSHAKE, PHASE_PARKED, PHASE_WRITE, PHASE_READ, PHASE_SHUTDOWN, PHASE_DONE };

typedef struct visitor {
    otls_connection *conn;
    int fd, phase;
    size_t number, size, at;
} visitor;

static visitor visitors[COUNT_MAX];
static size_t errors, parked, finished;

static uint8_t byte_of(const visitor *v, size_t at)
{
    return (uint8_t)(v->number * 7 + at * 13);
}

static otls_status write_text(visitor *v, otls_error *err)
{
    uint8_t text[SIZE_MAX_TEXT];
    size_t count;
    otls_status status;

    for (size_t i = v->at; i < v->size; i++)
        text[i] = byte_of(v, i);
    status = otls_connection_write(v->conn, text + v->at, v->size - v->at, &count, err);
    v->at += count;
    if (status == OTLS_OK && v->at == v->size) {
        v->phase = PHASE_READ;
        v->at = 0;
    }
    return status;
}

static otls_status read_text(visitor *v, otls_error *err)
{
    uint8_t text[SIZE_MAX_TEXT];
    size_t count;
    const otls_status status = otls_connection_read(v->conn, text, v->size - v->at, &count, err);

    for (size_t i = 0; i < count; i++)
        if (text[i] != byte_of(v, v->at + i)) {
            fprintf(stderr, "connection %zu: a wrong byte came back\n", v->number);
            return OTLS_E_PROTOCOL;
        }
    v->at += count;
    if (v->at == v->size)
        v->phase = PHASE_SHUTDOWN;
    return status;
}

static otls_status take_step(visitor *v, otls_error *err)
{
    otls_status status;

    switch (v->phase) {
    case PHASE_HANDSHAKE:
        status = otls_connection_handshake(v->conn, err);
        if (status == OTLS_OK) {
            v->phase = PHASE_PARKED;
            parked++;
        }
        return status;
    case PHASE_WRITE:
        return write_text(v, err);
    case PHASE_READ:
        return read_text(v, err);
    default:
        status = otls_connection_shutdown_wait(v->conn, err);
        if (status == OTLS_OK)
            v->phase = PHASE_DONE;
        return status;
    }
}

static void finish(visitor *v)
{
    otls_connection_free(v->conn);
    v->conn = NULL;
    close(v->fd);
    v->phase = PHASE_DONE;
    finished++;
}

static void go_on(int epoll, visitor *v)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;
    struct epoll_event event = {.data.ptr = v};
    unsigned wanted;

    while (status == OTLS_OK && v->phase != PHASE_PARKED && v->phase != PHASE_DONE)
        status = take_step(v, &err);
    if (status < 0 || status == OTLS_CLOSED) {
        fprintf(stderr, "connection %zu, phase %d: %s\n", v->number, v->phase, err.text);
        errors++;
        if (v->phase == PHASE_HANDSHAKE)
            parked++; /* the others do not wait for it */
        finish(v);
        return;
    }
    if (v->phase == PHASE_DONE) {
        finish(v);
        return;
    }
    wanted = otls_connection_events(v->conn);
    if (v->phase != PHASE_PARKED && (wanted & OTLS_EVENT_READ) != 0)
        event.events |= EPOLLIN;
    if ((wanted & OTLS_EVENT_WRITE) != 0)
        event.events |= EPOLLOUT;
    (void)epoll_ctl(epoll, EPOLL_CTL_MOD, v->fd, &event);
}

static bool begin(int epoll, visitor *v, otls_context *context, uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = v};
    otls_error err = OTLS_ERROR_INIT;

    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (v->fd < 0 ||
        (connect(v->fd, (const struct sockaddr *)&address, sizeof(address)) != 0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, v->fd, &event) != 0) {
        fprintf(stderr, "connection %zu: %s\n", v->number, strerror(errno));
        return false;
    }
    if (otls_connection_new_fd(&v->conn, context, v->fd, &err) == OTLS_OK &&
        otls_connection_set_server_name(v->conn, "localhost", &err) == OTLS_OK)
        return true;
    fprintf(stderr, "%s\n", err.text);
    return false;
}

static otls_context *client_context(const char *ca, otls_error *err)
{
    otls_context *context = NULL;
    otls_trust *trust = NULL;
    otls_status status = otls_context_new(&context, NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status = otls_trust_add_file(trust, ca, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    return status == OTLS_OK ? context : (otls_context_free(context), NULL);
}

/* All are open now: let them talk. */
static void release(int epoll, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (visitors[i].phase == PHASE_PARKED) {
            visitors[i].phase = PHASE_WRITE;
            go_on(epoll, &visitors[i]);
        }
}

static int run(int epoll, size_t count)
{
    struct epoll_event events[64];
    bool released = false;

    while (finished < count) {
        const int ready = epoll_wait(epoll, events, 64, 60000);

        if (ready == 0 || (ready < 0 && errno != EINTR)) {
            fprintf(stderr, "stalled: %zu open, %zu finished\n", parked, finished);
            return 1;
        }
        for (int i = 0; i < ready; i++)
            go_on(epoll, events[i].data.ptr);
        if (parked == count && !released) {
            printf("%zu connections open at once\n", count - finished);
            released = true;
            release(epoll, count);
        }
    }
    printf("%zu connections, %zu errors\n", count, errors);
    return errors != 0;
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    struct rlimit limit;
    otls_context *context;
    size_t count;
    int epoll, result;

    if (argc != 4)
        return fprintf(stderr, "usage: load PORT CA.pem COUNT\n"), 2;
    count = strtoul(argv[3], NULL, 10);
    if (count == 0 || count > COUNT_MAX)
        return fprintf(stderr, "1 to %d connections\n", COUNT_MAX), 2;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < count + 16)
        return fprintf(stderr, "only %lu descriptors\n", (unsigned long)limit.rlim_cur), 77;
    context = client_context(argv[2], &err);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (context == NULL || epoll < 0)
        return fprintf(stderr, "%s\n", err.text), 1;
    for (size_t i = 0; i < count; i++) {
        visitors[i].number = i;
        visitors[i].size = 1 + (i * 37) % SIZE_MAX_TEXT;
        if (!begin(epoll, &visitors[i], context, (uint16_t)strtoul(argv[1], NULL, 10)))
            return 1;
    }
    result = run(epoll, count);
    close(epoll);
    otls_context_free(context);
    return result;
}
