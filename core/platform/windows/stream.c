/* SPDX-License-Identifier: MIT */
/* Bytes through a socket. Pipes and consoles are no sockets here, and ENOTSOCK says so. */
#include "platform/windows/system.h"

#include <limits.h>

static int bounded(size_t size)
{
    return size > INT_MAX ? INT_MAX : (int)size;
}

int omni_os_stream_read(int fd, void *out, size_t capacity, size_t *count)
{
    const int got = recv((SOCKET)fd, out, bounded(capacity), 0);

    *count = got > 0 ? (size_t)got : 0;
    return got >= 0 ? 0 : omni_os_errno((DWORD)WSAGetLastError());
}

int omni_os_stream_write(int fd, const void *data, size_t size, size_t *count)
{
    const int sent = send((SOCKET)fd, data, bounded(size), 0);

    *count = sent > 0 ? (size_t)sent : 0;
    return sent >= 0 ? 0 : omni_os_errno((DWORD)WSAGetLastError());
}

void omni_os_stream_quiet(int fd)
{
    (void)fd; /* there is no SIGPIPE */
}
