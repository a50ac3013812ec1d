/* SPDX-License-Identifier: MIT */
/* The server's side: bind, listen, accept. */
#include "base/base.h"
#include "socket/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static otls_status bind_failed(const char *host, const char *port, int number, otls_error *err)
{
    char what[128];

    (void)snprintf(what, sizeof(what), "cannot listen on %.80s:%.20s", host == NULL ? "*" : host,
                   port);
    return omni_fail_system(err, OTLS_CODE_NONE, number, what);
}

static int bind_one(const omni_address *address, bool dual_stack)
{
    int fd = omni_os_socket(address->storage.ss_family);
    int on = 1;
    int only = dual_stack ? 0 : 1;

    if (fd < 0)
        return -1;
    /* a server that restarts must not wait for its old connections to be forgotten */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, (socklen_t)sizeof(on));
    if (address->storage.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, (socklen_t)sizeof(only));
    if (bind(fd, (const struct sockaddr *)&address->storage, address->size) != 0) {
        int saved = errno;

        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* Every address is one IPv6 socket that takes IPv4 too, or an IPv4 one where there is no IPv6. */
static int bind_first(const omni_address *list, size_t count, bool every_address)
{
    int last_error = EADDRNOTAVAIL;

    for (int pass = every_address ? 0 : 1; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            int fd;

            if (pass == 0 && list[i].storage.ss_family != AF_INET6)
                continue;
            fd = bind_one(&list[i], every_address);
            if (fd >= 0)
                return fd;
            last_error = errno;
        }
        if (every_address && last_error == EADDRINUSE)
            break;
    }
    errno = last_error;
    return -1;
}

/* A descriptor that was wrapped before it was bound. */
static int bind_existing(int fd, const omni_address *list, size_t count)
{
    int last_error = EADDRNOTAVAIL;

    for (size_t i = 0; i < count; i++) {
        if (bind(fd, (const struct sockaddr *)&list[i].storage, list[i].size) == 0)
            return fd;
        last_error = errno;
    }
    errno = last_error;
    return -1;
}

otls_status otls_socket_bind(otls_socket *sock, const char *host_or_null, const char *port,
                             otls_error *err)
{
    omni_address list[OMNI_ADDRESS_MAX];
    size_t count = 0;
    int fd;

    if (sock == NULL || port == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no socket or no port was given");
    if (sock->conn != NULL || sock->listening || sock->dial != NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the socket is already in use");
    OMNI_TRY(omni_resolve(host_or_null, port, true, list, &count, err));
    if (sock->fd >= 0)
        fd = bind_existing(sock->fd, list, count);
    else
        fd = bind_first(list, count, host_or_null == NULL);
    if (fd < 0)
        return bind_failed(host_or_null, port, errno, err);
    if (sock->fd < 0)
        sock->restore_blocking = true; /* who takes it back expects a plain descriptor */
    sock->fd = fd;
    return OTLS_OK;
}

otls_status otls_socket_listen(otls_socket *sock, int backlog, otls_error *err)
{
    if (sock == NULL || sock->fd < 0 || sock->conn != NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "only a bound socket without a connection can listen");
    if (otls_context_role(sock->context) == OTLS_CLIENT)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the context is for the client's side");
    if (listen(sock->fd, backlog < 1 ? SOMAXCONN : backlog) != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, errno, "cannot listen");
    sock->listening = true;
    return OTLS_OK;
}

otls_status otls_listen(otls_socket **out, otls_context *context, const char *host,
                        const char *port, int backlog, otls_error *err)
{
    otls_socket *sock = NULL;
    otls_status status;

    if (out == NULL || context == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "otls_listen needs a context");
    *out = NULL;
    OMNI_TRY(omni_socket_blank(&sock, context, err));
    status = otls_socket_bind(sock, host, port, err);
    if (status == OTLS_OK)
        status = otls_socket_listen(sock, backlog, err);
    if (status != OTLS_OK) {
        otls_socket_close(sock);
        return status;
    }
    *out = sock;
    return OTLS_OK;
}

/* A client that has gone before we got to it is no fault of the listener (accept(2)). */
static bool client_has_gone(int number)
{
    switch (number) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ETIMEDOUT:
#ifdef EHOSTDOWN
    case EHOSTDOWN:
#endif
#ifdef ENONET
    case ENONET:
#endif
        return true;
    default:
        return false;
    }
}

static otls_status accept_until(otls_socket *listener, const omni_deadline *deadline, int *fd,
                                otls_error *err)
{
    short revents;

    for (;;) {
        *fd = omni_os_accept(listener->fd);
        if (*fd >= 0)
            return OTLS_OK;
        if (client_has_gone(errno))
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return omni_fail_system(err, OTLS_CODE_NONE, errno, "cannot accept a connection");
        if (listener->timeout_ms == 0)
            return OTLS_WANT_READ;
        OMNI_TRY(omni_os_poll(listener->fd, POLLIN, deadline, &revents, err));
        if (revents == 0)
            return omni_fail(err, OTLS_E_TIMEOUT, OTLS_CODE_NONE, "no client came in time");
    }
}

static otls_status welcome(otls_socket *client, const otls_socket *listener,
                           const omni_deadline *deadline, otls_error *err)
{
    client->timeout_ms = listener->timeout_ms;
    client->restore_blocking = true;
    OMNI_TRY(omni_socket_attach(client, OTLS_SERVER, NULL, err));
    if (!listener->handshake_on_connect)
        return OTLS_OK;
    /* without waiting, the handshake goes on with the first I/O */
    otls_status status = omni_socket_handshake_until(client, deadline, err);
    return status > OTLS_OK ? OTLS_OK : status;
}

otls_status otls_socket_accept(otls_socket **out, otls_socket *listener, otls_error *err)
{
    otls_socket *client = NULL;
    omni_deadline deadline;
    otls_status status;
    int fd = -1;

    if (out == NULL || listener == NULL || !listener->listening)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_socket_accept needs a listening socket");
    *out = NULL;
    deadline = omni_deadline_in(listener->timeout_ms);
    OMNI_TRY(accept_until(listener, &deadline, &fd, err));
    status = omni_socket_blank(&client, listener->context, err);
    if (status != OTLS_OK) {
        close(fd);
        return status;
    }
    client->fd = fd;
    status = welcome(client, listener, &deadline, err);
    if (status != OTLS_OK) {
        otls_socket_close(client);
        return status;
    }
    *out = client;
    return OTLS_OK;
}
