/* SPDX-License-Identifier: MIT */
/* The descriptor transport. EINTR is handled here; SIGPIPE never arises. */
#include "connection/connection.h"

#include "connection/io.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there omni_transport_fd sets SO_NOSIGPIPE */
#endif

static otls_status fd_read(void *user, void *out, size_t capacity, size_t *count)
{
    const int fd = (int)(intptr_t)user;
    ssize_t got;

    *count = 0;
    do
        got = read(fd, out, capacity);
    while (got < 0 && errno == EINTR);
    if (got > 0) {
        *count = (size_t)got;
        return OTLS_OK;
    }
    if (got == 0)
        return OTLS_E_TRUNCATED;
    return errno == EAGAIN || errno == EWOULDBLOCK ? OTLS_WANT_READ : OTLS_E_IO;
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

static otls_status fd_write(void *user, const void *data, size_t size, size_t *count)
{
    const int fd = (int)(intptr_t)user;
    ssize_t sent;

    *count = 0;
    do {
        sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == ENOTSOCK)
            sent = write_no_signal(fd, data, size);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
        *count = (size_t)sent;
        return OTLS_OK;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? OTLS_WANT_WRITE : OTLS_E_IO;
}

otls_transport omni_transport_fd(intptr_t fd)
{
#ifdef SO_NOSIGPIPE
    const int on = 1;

    /* what is no socket is written with the signal blocked */
    (void)setsockopt((int)fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
    /* the descriptor travels in the pointer: no allocation, and nothing to keep alive */
    return (otls_transport){.read = fd_read, .write = fd_write, .user = (void *)fd};
}
