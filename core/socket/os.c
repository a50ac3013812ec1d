/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "socket/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t omni_monotonic_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

omni_deadline omni_deadline_in(int timeout_ms)
{
    omni_deadline deadline = {.at = -1};

    if (timeout_ms >= 0)
        deadline.at = omni_monotonic_ms() + timeout_ms;
    return deadline;
}

int omni_deadline_left(const omni_deadline *deadline)
{
    int64_t left;

    if (deadline->at < 0)
        return -1;
    left = deadline->at - omni_monotonic_ms();
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

int omni_os_set_nonblocking(int fd, bool *was_blocking)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -1;
    if (was_blocking != NULL)
        *was_blocking = (flags & O_NONBLOCK) == 0;
    if ((flags & O_NONBLOCK) != 0)
        return 0;
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void omni_os_set_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags >= 0)
        (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

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

int omni_os_socket(int family)
{
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    return own(socket(family, SOCK_STREAM, 0));
#endif
}

int omni_os_accept(int listener)
{
#if defined(__linux__)
    (void)own; /* the other systems' way */
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    return own(accept(listener, NULL, NULL));
#endif
}

void omni_os_no_delay(int fd)
{
    int on = 1;

    /* core sends whole flights and records: waiting for more only delays them. Fails on sockets
     * that are not TCP, which is fine */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, (socklen_t)sizeof(on));
}

otls_status omni_os_poll(int fd, short events, const omni_deadline *deadline, short *revents,
                         otls_error *err)
{
    struct pollfd item = {.fd = fd, .events = events};
    int ready;

    do {
        item.revents = 0;
        ready = poll(&item, 1, omni_deadline_left(deadline));
    } while (ready < 0 && (errno == EINTR || errno == EAGAIN));
    if (ready < 0)
        return omni_fail_system(err, OTLS_CODE_NONE, errno, "cannot wait for the socket");
    if ((item.revents & POLLNVAL) != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, EBADF, "cannot wait for the socket");
    *revents = ready == 0 ? 0 : item.revents;
    return OTLS_OK;
}

otls_status omni_os_address_text(const struct sockaddr_storage *address, char *out, size_t capacity,
                                 uint16_t *port, otls_error *err)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    const char *text = NULL;
    uint16_t number = 0;

    if (address->ss_family == AF_INET) {
        memcpy(&in4, address, sizeof(in4));
        text = inet_ntop(AF_INET, &in4.sin_addr, out, (socklen_t)capacity);
        number = ntohs(in4.sin_port);
    } else if (address->ss_family == AF_INET6) {
        memcpy(&in6, address, sizeof(in6));
        number = ntohs(in6.sin6_port);
        /* a peer of a dual-stack listener: what people call its address is the IPv4 one */
        if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
            text = inet_ntop(AF_INET, &in6.sin6_addr.s6_addr[12], out, (socklen_t)capacity);
        else
            text = inet_ntop(AF_INET6, &in6.sin6_addr, out, (socklen_t)capacity);
    } else {
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "the socket's address is neither IPv4 nor IPv6");
    }
    if (text == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "the buffer of %zu bytes is too small for the address", capacity);
    if (port != NULL)
        *port = number;
    return OTLS_OK;
}
