/* SPDX-License-Identifier: MIT */
#include "platform/windows/address.h"

#include <errno.h>

static int last_error(void)
{
    return omni_os_errno((DWORD)WSAGetLastError());
}

/* ---- how they come and go ---- */

static BOOL CALLBACK start(INIT_ONCE *once, void *parameter, void **context)
{
    WSADATA data;

    (void)once;
    (void)parameter;
    (void)context;
    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

void omni_os_start_sockets(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

    /* if it fails, the call behind it says WSANOTINITIALISED */
    (void)InitOnceExecuteOnce(&once, start, NULL, NULL);
}

/* Non-blocking, and not for programs that this one starts. */
static int own(SOCKET made, int *fd)
{
    int error;

    *fd = -1;
    if (made == INVALID_SOCKET)
        return last_error();
    (void)SetHandleInformation((HANDLE)made, HANDLE_FLAG_INHERIT, 0);
    error = omni_os_set_nonblocking((int)made, NULL);
    if (error != 0)
        (void)closesocket(made);
    else
        *fd = (int)made;
    return error;
}

int omni_os_socket(const omni_address *like, int *fd)
{
    omni_os_start_sockets();
    return own(WSASocketW(like->ip_size == 4 ? AF_INET : AF_INET6, SOCK_STREAM, 0, NULL, 0,
                          WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT),
               fd);
}

int omni_os_accept(int listener, int *fd)
{
    return own(accept((SOCKET)listener, NULL, NULL), fd);
}

int omni_os_connect(int fd, const omni_address *address)
{
    struct sockaddr_storage storage;
    const socklen_t size = omni_os_address_put(&storage, address);
    int error;

    if (connect((SOCKET)fd, (const struct sockaddr *)&storage, size) == 0)
        return 0;
    error = last_error();
    return error == EAGAIN ? EINPROGRESS : error;
}

int omni_os_connect_failure(int fd)
{
    int failure = 0, size = (int)sizeof(failure);

    if (getsockopt((SOCKET)fd, SOL_SOCKET, SO_ERROR, (char *)&failure, &size) != 0)
        return last_error();
    return failure == 0 ? 0 : omni_os_errno((DWORD)failure);
}

int omni_os_bind(int fd, const omni_address *address)
{
    struct sockaddr_storage storage;
    const socklen_t size = omni_os_address_put(&storage, address);

    return bind((SOCKET)fd, (const struct sockaddr *)&storage, size) == 0 ? 0 : last_error();
}

void omni_os_bind_options(int fd, const omni_address *address, bool dual_stack)
{
    const int on = 1;
    const int only = dual_stack ? 0 : 1;

    /* SO_REUSEADDR would let another program take the port away; it is free at once without */
    (void)setsockopt((SOCKET)fd, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&on, sizeof(on));
    if (address->ip_size == 16)
        (void)setsockopt((SOCKET)fd, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&only, sizeof(only));
}

int omni_os_listen(int fd, int backlog)
{
    return listen((SOCKET)fd, backlog < 1 ? SOMAXCONN : backlog) == 0 ? 0 : last_error();
}

int omni_os_shutdown(int fd, omni_os_ways way)
{
    return shutdown((SOCKET)fd, way == OMNI_OS_READING ? SD_RECEIVE : SD_SEND) == 0 ? 0
                                                                                    : last_error();
}

void omni_os_socket_close(int fd)
{
    (void)closesocket((SOCKET)fd);
}

void omni_os_socket_drain(int fd, size_t limit)
{
    char dropped[4096];
    size_t total = 0;
    int got;

    /* a socket that was taken over may be blocking again by now */
    if (omni_os_set_nonblocking(fd, NULL) != 0)
        return;
    do {
        got = recv((SOCKET)fd, dropped, sizeof(dropped), 0);
        if (got > 0)
            total += (size_t)got;
    } while (got > 0 && total < limit);
}

/* ---- what they are, and how they behave ---- */

static int set_mode(int fd, u_long nonblocking)
{
    return ioctlsocket((SOCKET)fd, (long)FIONBIO, &nonblocking) == 0 ? 0 : last_error();
}

/* Winsock does not tell what a socket was: it counts as blocking, as sockets are born. */
int omni_os_set_nonblocking(int fd, bool *was_blocking)
{
    if (was_blocking != NULL)
        *was_blocking = true;
    return set_mode(fd, 1);
}

void omni_os_set_blocking(int fd)
{
    (void)set_mode(fd, 0);
}

void omni_os_no_delay(int fd)
{
    const int on = 1;

    (void)setsockopt((SOCKET)fd, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof(on));
}

int omni_os_is_stream(int fd, bool *stream)
{
    int type = 0, size = (int)sizeof(type);

    omni_os_start_sockets();
    if (getsockopt((SOCKET)fd, SOL_SOCKET, SO_TYPE, (char *)&type, &size) != 0)
        return last_error();
    *stream = type == SOCK_STREAM;
    return 0;
}

bool omni_os_is_listening(int fd)
{
    int on = 0, size = (int)sizeof(on);

    return getsockopt((SOCKET)fd, SOL_SOCKET, SO_ACCEPTCONN, (char *)&on, &size) == 0 && on != 0;
}

int omni_os_own_address(int fd, omni_address *address)
{
    struct sockaddr_storage storage = {0};
    int size = (int)sizeof(storage);

    if (getsockname((SOCKET)fd, (struct sockaddr *)&storage, &size) != 0)
        return last_error();
    omni_os_address_take(address, &storage);
    return 0;
}

int omni_os_peer_address(int fd, omni_address *address)
{
    struct sockaddr_storage storage = {0};
    int size = (int)sizeof(storage);

    if (getpeername((SOCKET)fd, (struct sockaddr *)&storage, &size) != 0)
        return last_error();
    omni_os_address_take(address, &storage);
    return 0;
}

int omni_os_get_option(int fd, int level, int name, void *value, size_t *size)
{
    int length = (int)*size;

    if (getsockopt((SOCKET)fd, level, name, value, &length) != 0)
        return last_error();
    *size = (size_t)length;
    return 0;
}

int omni_os_set_option(int fd, int level, int name, const void *value, size_t size)
{
    return setsockopt((SOCKET)fd, level, name, value, (int)size) == 0 ? 0 : last_error();
}

/* ---- waiting ---- */

#define POLL_MAX 64

int omni_os_poll(omni_poll *items, size_t count, int timeout_ms, size_t *ready)
{
    WSAPOLLFD list[POLL_MAX];
    bool invalid = false;
    int found;

    *ready = 0;
    if (count > POLL_MAX)
        return EINVAL;
    for (size_t i = 0; i < count; i++)
        list[i] = (WSAPOLLFD){.fd = (SOCKET)items[i].fd,
                              .events = (short)((items[i].read ? POLLRDNORM : 0) |
                                                (items[i].write ? POLLWRNORM : 0))};
    found = WSAPoll(list, (ULONG)count, timeout_ms);
    if (found < 0)
        return WSAGetLastError() == WSAENOTSOCK ? EBADF : last_error();
    for (size_t i = 0; i < count; i++) {
        const short got = found == 0 ? 0 : list[i].revents;

        items[i].readable = (got & POLLRDNORM) != 0;
        items[i].writable = (got & POLLWRNORM) != 0;
        items[i].any = got != 0;
        invalid = invalid || (got & POLLNVAL) != 0;
    }
    *ready = (size_t)found;
    return invalid ? EBADF : 0;
}
