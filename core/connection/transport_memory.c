/* SPDX-License-Identifier: MIT */
/* The memory transport: the caller carries the bytes. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/io.h"

static otls_status memory_only(const otls_connection *conn, otls_error *err)
{
    return conn->memory ? OTLS_OK
                        : omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                                    "the connection has a transport of its own");
}

size_t otls_connection_feed_room(const otls_connection *conn)
{
    const size_t have = omni_buffer_size(&conn->in);

    if (!conn->memory || conn->input_ended || have >= OMNI_MEMORY_INPUT_LIMIT)
        return 0;
    return OMNI_MEMORY_INPUT_LIMIT - have;
}

otls_status otls_connection_feed(otls_connection *conn, const void *data, size_t size,
                                 size_t *count, otls_error *err)
{
    size_t part = otls_connection_feed_room(conn);

    *count = 0;
    OMNI_TRY(memory_only(conn, err));
    if (conn->input_ended && size != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE, "bytes after the end of input");
    if (part > size)
        part = size;
    if (!omni_buffer_append(&conn->in, data, part))
        return omni_fail_nomem(err);
    *count = part;
    return OTLS_OK;
}

otls_status otls_connection_feed_eof(otls_connection *conn, otls_error *err)
{
    OMNI_TRY(memory_only(conn, err));
    conn->input_ended = true;
    return OTLS_OK;
}

otls_status otls_connection_drain(otls_connection *conn, void *out, size_t capacity, size_t *count,
                                  otls_error *err)
{
    *count = 0;
    OMNI_TRY(memory_only(conn, err));
    *count = omni_buffer_take(&conn->out, out, capacity);
    return OTLS_OK;
}

const uint8_t *otls_connection_output(const otls_connection *conn, size_t *size)
{
    *size = conn->memory ? omni_buffer_size(&conn->out) : 0;
    return *size != 0 ? omni_buffer_front(&conn->out) : NULL;
}

void otls_connection_output_taken(otls_connection *conn, size_t count)
{
    const size_t have = conn->memory ? omni_buffer_size(&conn->out) : 0;

    omni_buffer_drop(&conn->out, count < have ? count : have);
}
