/* SPDX-License-Identifier: MIT */
/* Reading lines, and with them everything that reads from a socket. What was read past a line is
 * kept in the socket and given out first. */
#include "base/base.h"
#include "socket/socket.h"

#include <string.h>

#define LINE_MAX_BYTES ((size_t)1024 * 1024)
#define LINE_FIRST_BYTES ((size_t)4096)

static size_t take_kept(otls_socket *sock, void *out, size_t capacity)
{
    size_t kept = sock->line_end - sock->line_start;
    size_t count = kept < capacity ? kept : capacity;

    if (count > 0)
        memcpy(out, sock->line + sock->line_start, count);
    sock->line_start += count;
    if (sock->line_start == sock->line_end)
        sock->line_start = sock->line_end = 0;
    return count;
}

otls_status otls_socket_recv(otls_socket *sock, void *out, size_t capacity, size_t *count,
                             otls_error *err)
{
    omni_deadline deadline;

    if (count == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no place for the count was given");
    *count = 0;
    OMNI_TRY(omni_socket_need_connection(sock, err));
    if (sock->line_start < sock->line_end && !sock->reading_ended) {
        *count = take_kept(sock, out, capacity);
        return OTLS_OK;
    }
    deadline = omni_deadline_in(sock->timeout_ms);
    return omni_socket_recv_until(sock, out, capacity, count, &deadline, err);
}

/* Room for at least one more byte, of a line that may be `limit` bytes long. */
static otls_status make_room(otls_socket *sock, size_t limit, otls_error *err)
{
    size_t kept = sock->line_end - sock->line_start;
    size_t larger;
    unsigned char *moved;

    if (sock->line_end < sock->line_capacity)
        return OTLS_OK;
    if (sock->line_start > 0) {
        memmove(sock->line, sock->line + sock->line_start, kept);
        sock->line_start = 0;
        sock->line_end = kept;
        return OTLS_OK;
    }
    larger = sock->line_capacity == 0 ? LINE_FIRST_BYTES : sock->line_capacity * 2;
    if (larger > limit && limit > sock->line_capacity)
        larger = limit;
    /* not realloc: the old block holds plaintext and is wiped before it is given back */
    moved = omni_malloc(larger);
    if (moved == NULL)
        return omni_fail_nomem(err);
    if (sock->line != NULL) {
        memcpy(moved, sock->line, kept);
        omni_wipe(sock->line, sock->line_capacity);
        omni_free(sock->line);
    }
    sock->line = moved;
    sock->line_capacity = larger;
    return OTLS_OK;
}

/* How long the next line is, as far as it may be given out; 0 = more must be read. */
static size_t line_length(const otls_socket *sock, size_t *searched, size_t limit)
{
    size_t kept = sock->line_end - sock->line_start;
    const unsigned char *start;
    const unsigned char *end;

    if (kept <= *searched)
        return 0;
    start = sock->line + sock->line_start;
    end = memchr(start + *searched, '\n', kept - *searched);
    *searched = kept;
    if (end != NULL && (size_t)(end - start) < limit)
        return (size_t)(end - start) + 1;
    return kept >= limit ? limit : 0;
}

static otls_status find_line(otls_socket *sock, size_t limit, size_t *length,
                             const omni_deadline *deadline, otls_error *err)
{
    size_t searched = 0;

    for (;;) {
        size_t got = 0;
        otls_status status;

        *length = line_length(sock, &searched, limit);
        if (*length > 0)
            return OTLS_OK;
        OMNI_TRY(make_room(sock, limit, err));
        status = omni_socket_recv_until(sock, sock->line + sock->line_end,
                                        sock->line_capacity - sock->line_end, &got, deadline, err);
        sock->line_end += got;
        if (status == OTLS_CLOSED && sock->line_end > sock->line_start) {
            *length = sock->line_end - sock->line_start; /* the last one, without its '\n' */
            return OTLS_OK;
        }
        OMNI_TRY(status);
    }
}

otls_status otls_socket_read_line(otls_socket *sock, char *out, size_t capacity, size_t *count,
                                  otls_error *err)
{
    omni_deadline deadline;
    size_t length = 0;

    if (count == NULL || out == NULL || capacity < 2 || capacity > LINE_MAX_BYTES)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "otls_socket_read_line needs room for 2 bytes to 1 MiB");
    *count = 0;
    out[0] = '\0';
    OMNI_TRY(omni_socket_need_connection(sock, err));
    if (sock->reading_ended)
        return OTLS_CLOSED;
    deadline = omni_deadline_in(sock->timeout_ms);
    OMNI_TRY(find_line(sock, capacity - 1, &length, &deadline, err));
    *count = take_kept(sock, out, length);
    out[*count] = '\0';
    return OTLS_OK;
}
