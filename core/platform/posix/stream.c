/* SPDX-License-Identifier: MIT */
/* Bytes through any descriptor: sockets, pipes, terminals. SIGPIPE never arises. */
#include "platform/platform.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there omni_os_stream_quiet sets SO_NOSIGPIPE */
#endif

/* One number for what two names mean. */
static int failure(void)
{
    return errno == EWOULDBLOCK ? EAGAIN : errno;
}

int omni_os_stream_read(int fd, void *out, size_t capacity, size_t *count)
{
    ssize_t got;

    *count = 0;
    do
        got = read(fd, out, capacity);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return failure();
    *count = (size_t)got;
    return 0;
}

/* Pipes and terminals know no MSG_NOSIGNAL: block the signal, write, and take away what came. */
static ssize_t write_no_signal(int fd, const void *data, size_t size)
{
    sigset_t pipe_only, before, pending;
    ssize_t sent;
    int error;

    (void)sigemptyset(&pipe_only);
    (void)sigaddset(&pipe_only, SIGPIPE);
    (void)sigpending(&pending);
    if (pthread_sigmask(SIG_BLOCK, &pipe_only, &before) != 0)
        return -1;
    sent = write(fd, data, size);
    error = errno;
    if (sent < 0 && error == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
        int caught;

        (void)sigpending(&pending);
        if (sigismember(&pending, SIGPIPE) == 1)
            (void)sigwait(&pipe_only, &caught);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return sent;
}

int omni_os_stream_write(int fd, const void *data, size_t size, size_t *count)
{
    ssize_t sent;

    *count = 0;
    do {
        sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == ENOTSOCK)
            sent = write_no_signal(fd, data, size);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return failure();
    *count = (size_t)sent;
    return 0;
}

void omni_os_stream_quiet(int fd)
{
#ifdef SO_NOSIGPIPE
    const int on = 1;

    /* what is no socket is written with the signal blocked */
    (void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#else
    (void)fd;
#endif
}
