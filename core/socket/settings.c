/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "socket/socket.h"
#include <omnitls/callbacks.h>

#include <string.h>

otls_status otls_socket_set_timeout(otls_socket *sock, int timeout_ms, otls_error *err)
{
    if (sock == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no socket was given");
    if (timeout_ms < -1)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "a time-out is -1 (none), 0 or milliseconds, not %d", timeout_ms);
    sock->timeout_ms = timeout_ms;
    return OTLS_OK;
}

int otls_socket_timeout(const otls_socket *sock)
{
    return sock == NULL ? -1 : sock->timeout_ms;
}

otls_status otls_socket_set_blocking(otls_socket *sock, bool blocking, otls_error *err)
{
    return otls_socket_set_timeout(sock, blocking ? -1 : 0, err);
}

intptr_t otls_socket_fileno(const otls_socket *sock)
{
    if (sock == NULL)
        return -1;
    return sock->dial != NULL ? omni_dial_fileno(sock->dial) : sock->fd;
}

otls_context *otls_socket_context(const otls_socket *sock)
{
    return sock == NULL ? NULL : sock->context;
}

otls_connection *otls_socket_connection(const otls_socket *sock)
{
    return sock == NULL ? NULL : sock->conn;
}

static otls_status need_descriptor(const otls_socket *sock, otls_error *err)
{
    if (sock == NULL || sock->fd < 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET, "the socket has no descriptor yet");
    return OTLS_OK;
}

static otls_status address_text(const omni_address *address, char *out, size_t capacity,
                                uint16_t *port, otls_error *err)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    /* a peer of a dual-stack listener: what people call its address is the IPv4 one */
    const bool is_ipv4 = address->ip_size == 16 && memcmp(address->ip, mapped, sizeof(mapped)) == 0;

    if (address->ip_size == 0)
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "the socket's address is neither IPv4 nor IPv6");
    if (!omni_ip_text(is_ipv4 ? address->ip + sizeof(mapped) : address->ip,
                      is_ipv4 ? 4 : address->ip_size, out, capacity))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "the buffer of %zu bytes is too small for the address", capacity);
    if (port != NULL)
        *port = address->port;
    return OTLS_OK;
}

otls_status otls_socket_local_address(const otls_socket *sock, char *out, size_t capacity,
                                      uint16_t *port, otls_error *err)
{
    omni_address address;
    int error;

    OMNI_TRY(need_descriptor(sock, err));
    error = omni_os_own_address(sock->fd, &address);
    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot tell our address");
    return address_text(&address, out, capacity, port, err);
}

otls_status otls_socket_peer_address(const otls_socket *sock, char *out, size_t capacity,
                                     uint16_t *port, otls_error *err)
{
    omni_address address;
    int error;

    OMNI_TRY(need_descriptor(sock, err));
    error = omni_os_peer_address(sock->fd, &address);
    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot tell the peer's address");
    return address_text(&address, out, capacity, port, err);
}

uint16_t otls_socket_local_port(const otls_socket *sock)
{
    char text[64];
    uint16_t port = 0;

    if (otls_socket_local_address(sock, text, sizeof(text), &port, NULL) != OTLS_OK)
        return 0;
    return port;
}

otls_status otls_socket_get_option(const otls_socket *sock, int level, int name, void *value,
                                   size_t *size, otls_error *err)
{
    int error;

    OMNI_TRY(need_descriptor(sock, err));
    if (value == NULL || size == NULL || *size > INT32_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no place for the option was given");
    error = omni_os_get_option(sock->fd, level, name, value, size);
    return error == 0
               ? OTLS_OK
               : omni_fail_system(err, OTLS_CODE_NONE, error, "cannot read the socket option");
}

otls_status otls_socket_set_option(otls_socket *sock, int level, int name, const void *value,
                                   size_t size, otls_error *err)
{
    int error;

    OMNI_TRY(need_descriptor(sock, err));
    if (value == NULL || size > INT32_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no value was given for the option");
    error = omni_os_set_option(sock->fd, level, name, value, size);
    return error == 0
               ? OTLS_OK
               : omni_fail_system(err, OTLS_CODE_NONE, error, "cannot set the socket option");
}

/* ---- the application's pointer ---- */

void otls_socket_set_user_data(otls_socket *sock, void *data, void (*destroy)(void *data))
{
    omni_user_data_set(&sock->user, data, destroy);
}

void *otls_socket_user_data(const otls_socket *sock)
{
    return sock->user.data;
}
