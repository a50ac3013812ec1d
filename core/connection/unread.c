/* SPDX-License-Identifier: MIT */
#include "connection/connection.h"

size_t otls_connection_unread(otls_connection *conn, void *out, size_t capacity)
{
    /* before that, what is there belongs to TLS records that are still to be read */
    if (conn == NULL || !conn->received_close || conn->close_assumed)
        return 0;
    if (out == NULL)
        return omni_buffer_size(&conn->in);
    return omni_buffer_take(&conn->in, out, capacity);
}
