/* SPDX-License-Identifier: MIT */
/*
 * poll_client HOST PORT [CA.pem]: fetch a page over a non-blocking socket, waiting in poll() for
 * what the connection says it waits for.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <omnitls/omnitls.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_to(const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int fd = -1;

    if (getaddrinfo(host, port, &hints, &list) != 0)
        return -1;
    for (const struct addrinfo *at = list; at != NULL && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

static otls_context *client_context(const char *ca, otls_error *err)
{
    otls_context *context = NULL;
    otls_trust *trust = NULL;
    otls_status status = otls_context_new(&context, NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status =
            ca != NULL ? otls_trust_add_file(trust, ca, err) : otls_trust_add_system(trust, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    if (status == OTLS_OK)
        return context;
    otls_context_free(context);
    return NULL;
}

/* As far as it goes without waiting; the handshake happens on the way. */
static otls_status go_on(otls_connection *conn, const char *request, size_t *sent, otls_error *err)
{
    const size_t size = strlen(request);
    otls_status status = OTLS_OK;
    char text[4096];
    size_t count;

    while (status == OTLS_OK) {
        if (*sent < size) {
            status = otls_connection_write(conn, request + *sent, size - *sent, &count, err);
            *sent += count;
        } else {
            status = otls_connection_read(conn, text, sizeof(text), &count, err);
            fwrite(text, 1, count, stdout);
        }
    }
    return status;
}

static otls_status fetch(otls_connection *conn, int fd, otls_error *err)
{
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    size_t sent = 0;

    for (;;) {
        const otls_status status = go_on(conn, request, &sent, err);
        const unsigned events = otls_connection_events(conn);
        struct pollfd entry = {.fd = fd};

        if (status != OTLS_WANT_READ && status != OTLS_WANT_WRITE)
            return status;
        if ((events & OTLS_EVENT_READ) != 0)
            entry.events |= POLLIN;
        if ((events & OTLS_EVENT_WRITE) != 0)
            entry.events |= POLLOUT;
        while (poll(&entry, 1, -1) < 0 && errno == EINTR)
            continue;
    }
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context;
    otls_connection *conn = NULL;
    otls_status status = OTLS_E_IO;
    int fd;

    if (argc < 3)
        return fprintf(stderr, "usage: poll_client HOST PORT [CA.pem]\n"), 1;
    context = client_context(argc > 3 ? argv[3] : NULL, &err);
    fd = connect_to(argv[1], argv[2]);
    if (fd < 0)
        fprintf(stderr, "cannot connect to %s\n", argv[1]);
    if (context != NULL && fd >= 0) {
        status = otls_connection_new_fd(&conn, context, fd, &err);
        if (status == OTLS_OK)
            status = otls_connection_set_server_name(conn, argv[1], &err);
        if (status == OTLS_OK)
            status = fetch(conn, fd, &err);
        if (status == OTLS_CLOSED)
            (void)otls_connection_shutdown(conn, NULL);
    }
    if (status != OTLS_CLOSED)
        fprintf(stderr, "%s\n", err.text);
    otls_connection_free(conn);
    otls_context_free(context);
    if (fd >= 0)
        close(fd);
    return status != OTLS_CLOSED;
}
