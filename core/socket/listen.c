/* SPDX-License-Identifier: MIT */
/* The server's side: bind, listen, accept. */
#include "base/base.h"
#include "socket/socket.h"

#include <errno.h>
#include <stdio.h>

static otls_status bind_failed(const char *host, const char *port, int number, otls_error *err)
{
    char what[128];

    (void)snprintf(what, sizeof(what), "cannot listen on %.80s:%.20s", host == NULL ? "*" : host,
                   port);
    return omni_fail_system(err, OTLS_CODE_NONE, number, what);
}

static int bind_one(const omni_address *address, bool dual_stack, int *fd)
{
    int error = omni_os_socket(address, fd);

    if (error != 0)
        return error;
    omni_os_bind_options(*fd, address, dual_stack);
    error = omni_os_bind(*fd, address);
    if (error != 0)
        omni_os_socket_close(*fd);
    return error;
}

/* Every address is one IPv6 socket that takes IPv4 too, or an IPv4 one where there is no IPv6. */
static int bind_first(const omni_address *list, size_t count, bool every_address, int *fd)
{
    int last_error = EADDRNOTAVAIL;

    for (int pass = every_address ? 0 : 1; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            if (pass == 0 && list[i].ip_size != 16)
                continue;
            last_error = bind_one(&list[i], every_address, fd);
            if (last_error == 0)
                return 0;
        }
        if (every_address && last_error == EADDRINUSE)
            break;
    }
    return last_error;
}

/* A descriptor that was wrapped before it was bound. */
static int bind_existing(int fd, const omni_address *list, size_t count)
{
    int last_error = EADDRNOTAVAIL;

    for (size_t i = 0; i < count && last_error != 0; i++)
        last_error = omni_os_bind(fd, &list[i]);
    return last_error;
}

otls_status otls_socket_bind(otls_socket *sock, const char *host_or_null, const char *port,
                             otls_error *err)
{
    omni_address list[OMNI_ADDRESS_MAX];
    size_t count = 0;
    int fd, error;

    if (sock == NULL || port == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no socket or no port was given");
    if (sock->conn != NULL || sock->listening || sock->dial != NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE, "the socket is already in use");
    OMNI_TRY(omni_resolve(host_or_null, port, true, list, &count, err));
    fd = sock->fd;
    error = fd >= 0 ? bind_existing(fd, list, count)
                    : bind_first(list, count, host_or_null == NULL, &fd);
    if (error != 0)
        return bind_failed(host_or_null, port, error, err);
    if (sock->fd < 0)
        sock->restore_blocking = true; /* who takes it back expects a plain descriptor */
    sock->fd = fd;
    return OTLS_OK;
}

otls_status otls_socket_listen(otls_socket *sock, int backlog, otls_error *err)
{
    int error;

    if (sock == NULL || sock->fd < 0 || sock->conn != NULL || sock->dial != NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "only a bound socket without a connection can listen");
    if (otls_context_role(sock->context) == OTLS_CLIENT)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "the context is for the client's side");
    error = omni_os_listen(sock->fd, backlog);
    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot listen");
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
    for (;;) {
        omni_poll item = {.fd = listener->fd, .read = true};
        const int error = omni_os_accept(listener->fd, fd);

        if (error == 0)
            return OTLS_OK;
        if (client_has_gone(error))
            continue;
        if (error != EAGAIN)
            return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot accept a connection");
        if (listener->timeout_ms == 0)
            return OTLS_WANT_READ;
        OMNI_TRY(omni_socket_wait(&item, deadline, err));
        if (!item.any)
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
        omni_os_socket_close(fd);
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
