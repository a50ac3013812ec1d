/* SPDX-License-Identifier: MIT */
#include "platform/posix/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

/* ---- how they come and go ---- */

/* Where the flags cannot be given at birth, there is a moment in which another thread's fork and
 * exec inherits the descriptor; those systems have nothing better. */
static int own(int fd)
{
    if (fd >= 0 &&
        (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || omni_os_set_nonblocking(fd, NULL) != 0)) {
        int saved = errno;

        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int omni_os_socket(const omni_address *like, int *fd)
{
    const int family = like->ip_size == 4 ? AF_INET : AF_INET6;

#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
    *fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    *fd = own(socket(family, SOCK_STREAM, 0));
#endif
    return *fd >= 0 ? 0 : errno;
}

int omni_os_accept(int listener, int *fd)
{
#if defined(__linux__)
    (void)own; /* the other systems' way */
    *fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    *fd = own(accept(listener, NULL, NULL));
#endif
    if (*fd >= 0)
        return 0;
    return errno == EWOULDBLOCK ? EAGAIN : errno;
}

int omni_os_connect(int fd, const omni_address *address)
{
    struct sockaddr_storage storage;
    const socklen_t size = omni_os_address_put(&storage, address);
    int result = connect(fd, (const struct sockaddr *)&storage, size);

    /* Linux tells with the next connect that the one before on this descriptor failed */
    if (result != 0 && errno == ECONNABORTED)
        result = connect(fd, (const struct sockaddr *)&storage, size);
    if (result == 0)
        return 0;
    /* an interrupted connect goes on by itself (POSIX), as one in progress does */
    return errno == EINTR ? EINPROGRESS : errno;
}

int omni_os_connect_failure(int fd)
{
    int failure = 0;
    socklen_t size = (socklen_t)sizeof(failure);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0)
        return errno;
    return failure;
}

int omni_os_bind(int fd, const omni_address *address)
{
    struct sockaddr_storage storage;
    const socklen_t size = omni_os_address_put(&storage, address);

    return bind(fd, (const struct sockaddr *)&storage, size) == 0 ? 0 : errno;
}

void omni_os_bind_options(int fd, const omni_address *address, bool dual_stack)
{
    const int on = 1;
    const int only = dual_stack ? 0 : 1;

    /* a server that restarts must not wait for its old connections to be forgotten */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, (socklen_t)sizeof(on));
    if (address->ip_size == 16)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, (socklen_t)sizeof(only));
}

int omni_os_listen(int fd, int backlog)
{
    return listen(fd, backlog < 1 ? SOMAXCONN : backlog) == 0 ? 0 : errno;
}

int omni_os_shutdown(int fd, omni_os_ways way)
{
    return shutdown(fd, way == OMNI_OS_READING ? SHUT_RD : SHUT_WR) == 0 ? 0 : errno;
}

void omni_os_socket_close(int fd)
{
    (void)close(fd);
}

void omni_os_socket_drain(int fd, size_t limit)
{
    unsigned char dropped[4096];
    size_t total = 0;
    ssize_t got;

    do {
        got = recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT);
        if (got > 0)
            total += (size_t)got;
    } while ((got > 0 && total < limit) || (got < 0 && errno == EINTR));
}

/* ---- what they are, and how they behave ---- */

int omni_os_set_nonblocking(int fd, bool *was_blocking)
{
    const int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return errno;
    if (was_blocking != NULL)
        *was_blocking = (flags & O_NONBLOCK) == 0;
    if ((flags & O_NONBLOCK) != 0)
        return 0;
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? 0 : errno;
}

void omni_os_set_blocking(int fd)
{
    const int flags = fcntl(fd, F_GETFL);

    if (flags >= 0)
        (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

void omni_os_no_delay(int fd)
{
    const int on = 1;

    /* core sends whole flights and records: waiting for more only delays them. Fails on sockets
     * that are not TCP, which is fine */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, (socklen_t)sizeof(on));
}

int omni_os_is_stream(int fd, bool *stream)
{
    int type = 0;
    socklen_t size = (socklen_t)sizeof(type);

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
        return errno;
    *stream = type == SOCK_STREAM;
    return 0;
}

bool omni_os_is_listening(int fd)
{
    int on = 0;
    socklen_t size = (socklen_t)sizeof(on);

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) == 0 && on != 0;
}

int omni_os_own_address(int fd, omni_address *address)
{
    struct sockaddr_storage storage = {0};
    socklen_t size = (socklen_t)sizeof(storage);

    if (getsockname(fd, (struct sockaddr *)&storage, &size) != 0)
        return errno;
    omni_os_address_take(address, &storage);
    return 0;
}

int omni_os_peer_address(int fd, omni_address *address)
{
    struct sockaddr_storage storage = {0};
    socklen_t size = (socklen_t)sizeof(storage);

    /* EINVAL is what some systems say of a socket that was shut down */
    if (getpeername(fd, (struct sockaddr *)&storage, &size) != 0)
        return errno == EINVAL ? ENOTCONN : errno;
    omni_os_address_take(address, &storage);
    return 0;
}

int omni_os_get_option(int fd, int level, int name, void *value, size_t *size)
{
    socklen_t length = (socklen_t)*size;

    if (getsockopt(fd, level, name, value, &length) != 0)
        return errno;
    *size = (size_t)length;
    return 0;
}

int omni_os_set_option(int fd, int level, int name, const void *value, size_t size)
{
    return setsockopt(fd, level, name, value, (socklen_t)size) == 0 ? 0 : errno;
}

/* ---- waiting ---- */

#define POLL_MAX 64

int omni_os_poll(omni_poll *items, size_t count, int timeout_ms, size_t *ready)
{
    struct pollfd list[POLL_MAX];
    bool invalid = false;
    int found;

    *ready = 0;
    if (count > POLL_MAX)
        return EINVAL;
    for (size_t i = 0; i < count; i++)
        list[i] = (struct pollfd){
            .fd = items[i].fd,
            .events = (short)((items[i].read ? POLLIN : 0) | (items[i].write ? POLLOUT : 0))};
    found = poll(list, (nfds_t)count, timeout_ms);
    if (found < 0)
        return errno == EAGAIN ? EINTR : errno;
    for (size_t i = 0; i < count; i++) {
        const short got = found == 0 ? 0 : list[i].revents;

        items[i].readable = (got & POLLIN) != 0;
        items[i].writable = (got & POLLOUT) != 0;
        items[i].any = got != 0;
        invalid = invalid || (got & POLLNVAL) != 0;
    }
    *ready = (size_t)found;
    return invalid ? EBADF : 0;
}
