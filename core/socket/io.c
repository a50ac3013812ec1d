/* SPDX-License-Identifier: MIT */
/* Transfer with time-outs: every call asks the connection, waits for what it wants, asks again. */
#include "base/base.h"
#include "socket/socket.h"

#include <errno.h>
#include <string.h>

#define FILE_BLOCK 16384

otls_status omni_socket_need_connection(const otls_socket *sock, otls_error *err)
{
    if (sock == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no socket was given");
    if (sock->conn == NULL)
        return omni_fail(err, OTLS_E_USAGE, sock->listening ? OTLS_CODE_NOT_HERE : OTLS_CODE_NOT_YET,
                         "the socket has no TLS connection%s",
                         sock->listening ? ": it listens" : "");
    return OTLS_OK;
}

otls_status omni_socket_pause(otls_socket *sock, otls_status want, bool reading,
                              const omni_deadline *deadline, otls_error *err)
{
    bool unsent = (otls_connection_events(sock->conn) & OTLS_EVENT_WRITE) != 0;
    omni_poll item = {.fd = sock->fd, .write = true};

    if ((want != OTLS_WANT_READ && want != OTLS_WANT_WRITE) || sock->timeout_ms == 0)
        return want;
    /* Who only sends must not look at input: bytes nobody takes now would make it spin. Who reads
     * must look at both: with unsent bytes in the way two peers could wait for each other. */
    if (reading || want == OTLS_WANT_READ)
        item = (omni_poll){.fd = sock->fd, .read = true, .write = unsent};
    OMNI_TRY(omni_socket_wait(&item, deadline, err));
    if (!item.any)
        return omni_fail(err, OTLS_E_TIMEOUT, OTLS_CODE_NONE, "the peer did not %s in time",
                         want == OTLS_WANT_READ ? "answer" : "take the data");
    if (unsent && item.writable) {
        otls_status status = otls_connection_flush(sock->conn, err);

        return status < OTLS_OK ? status : OTLS_OK;
    }
    return OTLS_OK;
}

otls_status omni_socket_handshake_until(otls_socket *sock, const omni_deadline *deadline,
                                        otls_error *err)
{
    for (;;) {
        otls_status status = otls_connection_handshake(sock->conn, err);
        bool reading = !otls_connection_handshake_done(sock->conn);

        if (status <= OTLS_OK)
            return status;
        OMNI_TRY(omni_socket_pause(sock, status, reading, deadline, err));
    }
}

otls_status omni_socket_flush_until(otls_socket *sock, const omni_deadline *deadline,
                                    otls_error *err)
{
    for (;;) {
        otls_status status = otls_connection_flush(sock->conn, err);

        if (status <= OTLS_OK)
            return status;
        OMNI_TRY(omni_socket_pause(sock, status, false, deadline, err));
    }
}

otls_status omni_socket_recv_until(otls_socket *sock, void *out, size_t capacity, size_t *count,
                                   const omni_deadline *deadline, otls_error *err)
{
    *count = 0;
    if (sock->reading_ended)
        return OTLS_CLOSED;
    for (;;) {
        otls_status status = otls_connection_read(sock->conn, out, capacity, count, err);

        if (status != OTLS_WANT_READ && status != OTLS_WANT_WRITE)
            return status;
        OMNI_TRY(omni_socket_pause(sock, status, true, deadline, err));
    }
}

static otls_status send_until(otls_socket *sock, const void *data, size_t size, size_t *count,
                              const omni_deadline *deadline, otls_error *err)
{
    *count = 0;
    for (;;) {
        otls_status status = otls_connection_write(sock->conn, data, size, count, err);

        if (status != OTLS_WANT_READ && status != OTLS_WANT_WRITE)
            return status;
        if (*count > 0)
            return OTLS_OK;
        bool reading = !otls_connection_handshake_done(sock->conn);
        OMNI_TRY(omni_socket_pause(sock, status, reading, deadline, err));
    }
}

otls_status otls_socket_handshake(otls_socket *sock, otls_error *err)
{
    omni_deadline deadline;

    OMNI_TRY(omni_socket_need_connection(sock, err));
    deadline = omni_deadline_in(sock->timeout_ms);
    return omni_socket_handshake_until(sock, &deadline, err);
}

otls_status otls_socket_flush(otls_socket *sock, otls_error *err)
{
    omni_deadline deadline;

    OMNI_TRY(omni_socket_need_connection(sock, err));
    deadline = omni_deadline_in(sock->timeout_ms);
    return omni_socket_flush_until(sock, &deadline, err);
}

otls_status otls_socket_send(otls_socket *sock, const void *data, size_t size, size_t *count,
                             otls_error *err)
{
    omni_deadline deadline;
    otls_status status;

    if (count == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no place for the count was given");
    *count = 0;
    OMNI_TRY(omni_socket_need_connection(sock, err));
    deadline = omni_deadline_in(sock->timeout_ms);
    OMNI_TRY(send_until(sock, data, size, count, &deadline, err));
    status = omni_socket_flush_until(sock, &deadline, NULL);
    /* not in time: the bytes are taken, and leave with the next call. A broken transport is told by
     * the next call, because what was taken must be told by this one */
    (void)status;
    return OTLS_OK;
}

/* Say how much went out, before the cause. */
static otls_status send_all_failed(otls_status status, size_t done, size_t size, otls_error *err)
{
    otls_error report = omni_error_of(err);
    char cause[sizeof(report.text)];

    if (err == NULL || status >= OTLS_OK)
        return status;
    memcpy(cause, report.text, sizeof(cause));
    (void)snprintf(report.text, sizeof(report.text), "%zu of %zu bytes were sent: %.140s", done,
                   size, cause);
    omni_error_give(err, &report);
    return status;
}

/** All of it until `deadline`; `*done` tells how much was taken, whatever the status. */
static otls_status send_all_until(otls_socket *sock, const void *data, size_t size, size_t *done,
                                  const omni_deadline *deadline, otls_error *err)
{
    const unsigned char *bytes = data;
    otls_status status;

    *done = 0;
    do {
        size_t taken = 0;

        status = send_until(sock, size == 0 ? bytes : bytes + *done, size - *done, &taken, deadline,
                            err);
        *done += taken;
    } while (status == OTLS_OK && *done < size);
    return status == OTLS_OK ? omni_socket_flush_until(sock, deadline, err) : status;
}

otls_status otls_socket_send_all(otls_socket *sock, const void *data, size_t size, otls_error *err)
{
    omni_deadline deadline;
    size_t done;
    otls_status status;

    OMNI_TRY(omni_socket_need_connection(sock, err));
    if (sock->timeout_ms == 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_socket_send_all cannot work without waiting");
    deadline = omni_deadline_in(sock->timeout_ms);
    status = send_all_until(sock, data, size, &done, &deadline, err);
    return send_all_failed(status, done, size, err);
}

static otls_status read_file(int fd, unsigned char *block, size_t want, uint64_t offset,
                             size_t *got, otls_error *err)
{
    const int error = omni_os_file_read_at(fd, block, want, offset, got);

    if (error == EOVERFLOW)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "the file offset is too large");
    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_FILE_UNREADABLE, error, "cannot read the file");
    return OTLS_OK;
}

otls_status otls_socket_send_file(otls_socket *sock, intptr_t fd, uint64_t offset, uint64_t count,
                                  uint64_t *sent, otls_error *err)
{
    unsigned char block[FILE_BLOCK];
    omni_deadline deadline;
    uint64_t done = 0;
    otls_status status;

    if (sent != NULL)
        *sent = 0;
    OMNI_TRY(omni_socket_need_connection(sock, err));
    if (sock->timeout_ms == 0 || fd < 0 || fd > INT32_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_socket_send_file needs a file, and cannot work without waiting");
    deadline = omni_deadline_in(sock->timeout_ms);
    do {
        uint64_t left = count == 0 ? sizeof(block) : count - done;
        size_t got = 0, taken = 0;

        if (left > sizeof(block))
            left = sizeof(block);
        status = read_file((int)fd, block, (size_t)left, offset + done, &got, err);
        if (status == OTLS_OK && got > 0)
            status = send_all_until(sock, block, got, &taken, &deadline, err);
        done += taken;
        if (sent != NULL)
            *sent = done; /* what was taken leaves with the next call: sent again it would come twice */
        if (status != OTLS_OK || got == 0)
            break;
    } while (count == 0 || done < count);
    return status;
}
