/* SPDX-License-Identifier: MIT */
/* Ends that are not close(): one direction, or TLS but not the socket. */
#include "base/base.h"
#include "socket/socket.h"

#include <errno.h>

static otls_status end_writing(otls_socket *sock, const omni_deadline *deadline, otls_error *err)
{
    otls_status status;

    do {
        status = otls_connection_shutdown(sock->conn, err);
        if (status == OTLS_WANT_READ || status == OTLS_WANT_WRITE)
            OMNI_TRY(omni_socket_pause(sock, status, false, deadline, err));
    } while (status == OTLS_WANT_READ || status == OTLS_WANT_WRITE);
    /* the peer may have said its own close_notify already: that is no failure of ours */
    if (status < OTLS_OK || status == OTLS_WANT_ASYNC)
        return status;
    return omni_socket_flush_until(sock, deadline, err);
}

static otls_status end_descriptor(int fd, omni_os_ways way, otls_error *err)
{
    const int error = omni_os_shutdown(fd, way);

    if (error == 0 || error == ENOTCONN)
        return OTLS_OK; /* not connected any more: the peer has ended it first */
    return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot shut the socket down");
}

otls_status otls_socket_shutdown(otls_socket *sock, otls_shutdown_how how, otls_error *err)
{
    omni_deadline deadline;

    OMNI_TRY(omni_socket_need_connection(sock, err));
    if (how != OTLS_SHUTDOWN_READING && how != OTLS_SHUTDOWN_WRITING && how != OTLS_SHUTDOWN_BOTH)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "there is no way %d to shut down",
                         (int)how);
    deadline = omni_deadline_in(sock->timeout_ms);
    if (how != OTLS_SHUTDOWN_READING) {
        OMNI_TRY(end_writing(sock, &deadline, err));
        OMNI_TRY(end_descriptor(sock->fd, OMNI_OS_WRITING, err));
    }
    if (how != OTLS_SHUTDOWN_WRITING) {
        OMNI_TRY(end_descriptor(sock->fd, OMNI_OS_READING, err));
        sock->reading_ended = true;
    }
    return OTLS_OK;
}

/* The bytes behind the close_notify outlive the connection. */
static otls_status keep_leftover(otls_socket *sock, otls_error *err)
{
    size_t size = otls_connection_unread(sock->conn, NULL, 0);
    unsigned char *kept;

    if (size == 0)
        return OTLS_OK;
    kept = omni_malloc(size);
    if (kept == NULL)
        return omni_fail_nomem(err);
    sock->leftover_size = otls_connection_unread(sock->conn, kept, size);
    omni_free(sock->leftover);
    sock->leftover = kept;
    return OTLS_OK;
}

const uint8_t *otls_socket_leftover(const otls_socket *sock, size_t *size)
{
    size_t have = sock == NULL ? 0 : sock->leftover_size;

    if (size != NULL)
        *size = have;
    return have == 0 ? NULL : sock->leftover;
}

otls_status otls_socket_unwrap(otls_socket *sock, intptr_t *fd, otls_error *err)
{
    omni_deadline deadline;
    otls_status status;

    if (fd == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "no place for the descriptor was given");
    *fd = -1;
    OMNI_TRY(omni_socket_need_connection(sock, err));
    deadline = omni_deadline_in(sock->timeout_ms);
    do {
        status = otls_connection_shutdown_wait(sock->conn, err);
        if (status == OTLS_WANT_READ || status == OTLS_WANT_WRITE)
            OMNI_TRY(omni_socket_pause(sock, status, true, &deadline, err));
    } while (status == OTLS_WANT_READ || status == OTLS_WANT_WRITE);
    if (status != OTLS_OK && status != OTLS_CLOSED)
        return status;
    OMNI_TRY(keep_leftover(sock, err));
    *fd = otls_socket_detach(sock);
    return OTLS_OK;
}
