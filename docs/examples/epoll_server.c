/* SPDX-License-Identifier: MIT */
/*
 * An echo server for thousands of clients in one thread: epoll_server CERT.pem KEY.pem [PORT].
 * A client is served until the library says what it waits for; that is what epoll is asked.
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

typedef struct client {
    otls_connection *conn;
    int fd;
    bool closing;    /* all is said; only queued bytes have to leave */
    size_t at, have; /* what is still to be echoed */
    char data[4096];
} client;

static int complain(const otls_error *err)
{
    fprintf(stderr, "%s\n", err->text);
    return 1;
}

static otls_context *server_context(const char *chain, const char *key, otls_error *err)
{
    otls_context *context = NULL;
    otls_identity *identity = NULL;
    otls_status status = otls_context_new(&context, NULL, OTLS_SERVER, err);

    if (status == OTLS_OK)
        status = otls_identity_from_files(&identity, otls_context_backend(context), chain, key,
                                          NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(context, identity, err);
    otls_identity_free(identity);
    if (status == OTLS_OK)
        return context;
    otls_context_free(context);
    return NULL;
}

static void drop(client *c)
{
    otls_connection_free(c->conn);
    close(c->fd); /* epoll forgets it */
    free(c);
}

/* Until it would block (OTLS_WANT_...), is over (OTLS_CLOSED), or failed. */
static otls_status serve(client *c, otls_error *err)
{
    otls_status status = OTLS_OK;
    size_t count;

    while (status == OTLS_OK) {
        if (c->closing) {
            status = otls_connection_shutdown(c->conn, err);
            if (status == OTLS_OK)
                return OTLS_CLOSED;
        } else if (c->at < c->have) {
            status = otls_connection_write(c->conn, c->data + c->at, c->have - c->at, &count, err);
            c->at += count;
        } else {
            c->at = 0;
            status = otls_connection_read(c->conn, c->data, sizeof(c->data), &c->have, err);
            if (status == OTLS_CLOSED) {
                c->closing = true;
                status = OTLS_OK;
            }
        }
    }
    return status;
}

/* guide: epoll */
static uint32_t interest(const client *c)
{
    const unsigned events = otls_connection_events(c->conn);
    uint32_t wanted = 0;

    /* no more input while the last one cannot leave: the client has to slow down */
    if ((events & OTLS_EVENT_READ) != 0 && c->at >= c->have)
        wanted |= EPOLLIN;
    if ((events & OTLS_EVENT_WRITE) != 0)
        wanted |= EPOLLOUT;
    return wanted;
}

static void on_event(int epoll, client *c)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_status status = serve(c, &err);
    struct epoll_event event = {.data.ptr = c};

    if (status == OTLS_WANT_READ || status == OTLS_WANT_WRITE) {
        event.events = interest(c);
        if (epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event) == 0)
            return;
    } else if (status < 0) {
        (void)complain(&err); /* one client's trouble is not the server's */
    }
    drop(c);
}

/* guide end */

static void on_client(int epoll, int fd, otls_context *context)
{
    client *c = calloc(1, sizeof(*c));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};

    if (c == NULL) {
        close(fd);
        return;
    }
    c->fd = fd;
    if (otls_connection_new_fd(&c->conn, context, fd, NULL) != OTLS_OK ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        drop(c);
}

static void accept_all(int epoll, int listener, otls_context *context)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        on_client(epoll, fd, context);
}

static int listen_on(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    const int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        fprintf(stderr, "cannot listen: %s\n", strerror(errno));
        return -1;
    }
    printf("listening on port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* As many descriptors as we may have. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void run(int epoll, int listener, otls_context *context)
{
    struct epoll_event events[64];

    for (;;) {
        const int count = epoll_wait(epoll, events, 64, -1);

        if (count < 0 && errno != EINTR)
            return;
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                accept_all(epoll, listener, context);
            else
                on_event(epoll, events[i].data.ptr);
        }
    }
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    struct epoll_event event = {.events = EPOLLIN};
    otls_context *context;
    int listener, epoll;

    if (argc < 3) {
        fprintf(stderr, "usage: epoll_server CERT.pem KEY.pem [PORT]\n");
        return 1;
    }
    raise_limit();
    context = server_context(argv[1], argv[2], &err);
    if (context == NULL)
        return complain(&err);
    listener = listen_on(argc > 3 ? argv[3] : "4433");
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (listener >= 0 && epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) == 0)
        run(epoll, listener, context);
    close(epoll);
    close(listener);
    otls_context_free(context);
    return 1;
}
