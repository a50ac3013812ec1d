/* SPDX-License-Identifier: MIT */
/* What engines call: bytes in, bytes out, alerts, key log. */
#include "connection.h"

#include "alloc.h"
#include "fail.h"

#include <errno.h>
#include <string.h>

static otls_connection *connection_of(otls_core *core)
{
    return (otls_connection *)(void *)core; /* `core` is the first member */
}

static otls_status transport_read(otls_connection *conn, void *out, size_t capacity, size_t *count)
{
    *count = 0;
    /* our flight first: a blocking peer, or a blocking descriptor, waits for it */
    if (otls_buffer_size(&conn->out) != 0)
        (void)otls_io_flush(conn);
    errno = 0;
    conn->said = conn->transport.read(conn->transport.user, out, capacity, count);
    if (conn->said == OTLS_E_IO)
        conn->read_errno = errno;
    else if (conn->said == OTLS_OK && (*count == 0 || *count > capacity)) {
        conn->said = OTLS_E_IO; /* a callback broke its contract; do not believe the bytes */
        conn->read_errno = EPROTO;
        *count = 0;
    } else if (conn->said != OTLS_OK && conn->said != OTLS_WANT_READ &&
               conn->said != OTLS_E_TRUNCATED) {
        conn->said = OTLS_E_IO;
    }
    return conn->said;
}

otls_status otls_io_fill(otls_connection *conn)
{
    size_t count;

    if (conn->memory)
        return conn->said = conn->input_ended ? OTLS_E_TRUNCATED : OTLS_WANT_READ;
    if (!otls_buffer_reserve(&conn->in, OTLS_RECORD_MAX)) {
        conn->read_errno = ENOMEM;
        return conn->said = OTLS_E_IO;
    }
    if (transport_read(conn, conn->in.data + conn->in.end, conn->in.capacity - conn->in.end,
                       &count) == OTLS_OK)
        conn->in.end += count;
    else if (otls_buffer_size(&conn->in) == 0)
        otls_buffer_release(&conn->in); /* an idle connection keeps no read buffer */
    return conn->said;
}

static otls_status core_read(otls_core *core, void *out, size_t capacity, size_t *count)
{
    otls_connection *conn = connection_of(core);
    otls_status status;

    *count = 0;
    if (otls_buffer_size(&conn->in) == 0) {
        if (!conn->memory && !conn->read_ahead)
            return transport_read(conn, out, capacity, count);
        status = otls_io_fill(conn);
        if (status != OTLS_OK)
            return status;
    }
    *count = otls_buffer_take(&conn->in, out, capacity);
    conn->said = OTLS_OK;
    return OTLS_OK;
}

static otls_status write_broken(otls_connection *conn, int error)
{
    conn->write_said = OTLS_E_IO;
    conn->write_errno = error;
    return OTLS_E_IO;
}

/* As much as the transport takes; *taken may be less than size. */
static otls_status transport_write(otls_connection *conn, const uint8_t *data, size_t size,
                                   size_t *taken)
{
    *taken = 0;
    while (*taken < size) {
        size_t count = 0;
        otls_status status;

        errno = 0;
        status = conn->transport.write(conn->transport.user, data + *taken, size - *taken, &count);
        if (status == OTLS_WANT_WRITE)
            return OTLS_OK;
        if (status != OTLS_OK || count == 0 || count > size - *taken)
            return write_broken(conn, status == OTLS_E_IO ? errno : EPROTO);
        *taken += count;
    }
    return OTLS_OK;
}

static otls_status core_write(otls_core *core, const void *data, size_t size)
{
    otls_connection *conn = connection_of(core);
    size_t taken = 0;

    if (conn->write_said != OTLS_OK)
        return conn->write_said;
    /* a handshake flight is gathered and leaves in one call; data goes out at once */
    if (!conn->memory && conn->state == OTLS_STATE_OPEN && otls_buffer_size(&conn->out) == 0 &&
        transport_write(conn, data, size, &taken) != OTLS_OK)
        return conn->write_said;
    if (taken < size && !otls_buffer_append(&conn->out, (const uint8_t *)data + taken, size - taken))
        return write_broken(conn, ENOMEM);
    return OTLS_OK;
}

otls_status otls_io_flush(otls_connection *conn)
{
    size_t taken;

    if (conn->memory || otls_buffer_size(&conn->out) == 0)
        return OTLS_OK;
    if (conn->write_said != OTLS_OK)
        return conn->write_said;
    if (transport_write(conn, otls_buffer_front(&conn->out), otls_buffer_size(&conn->out),
                        &taken) != OTLS_OK)
        return conn->write_said;
    otls_buffer_drop(&conn->out, taken);
    if (otls_buffer_size(&conn->out) != 0)
        return OTLS_WANT_WRITE;
    otls_buffer_release(&conn->out);
    return OTLS_OK;
}

static void core_alert(otls_core *core, bool received, bool fatal, uint8_t description)
{
    otls_connection *conn = connection_of(core);

    if (!fatal || description == OTLS_ALERT_CLOSE_NOTIFY)
        return;
    if (received)
        conn->alert_received = description;
    else
        conn->alert_sent = description;
}

static void core_key_log(otls_core *core, const char *line)
{
    const otls_settings *settings = &connection_of(core)->context->settings;

    if (settings->key_log != NULL)
        settings->key_log(line, settings->key_log_user);
}

const otls_core_ops otls_core_table = {
    .size = sizeof(otls_core_ops),
    .read = core_read,
    .write = core_write,
    .verify_peer = otls_core_verify_peer,
    .alert = core_alert,
    .key_log = core_key_log,
};
