/* SPDX-License-Identifier: MIT */
/* What engines call: bytes in, bytes out, alerts, key log. */
#include "connection/connection.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <errno.h>
#include <string.h>

static otls_connection *connection_of(otls_core *core)
{
    return (otls_connection *)(void *)core; /* `core` is the first member */
}

/* Everything but bytes. A callback that broke its contract is a broken transport. */
static otls_status no_bytes(otls_connection *conn, otls_status said, size_t *count)
{
    const bool kept = said == OTLS_WANT_READ || said == OTLS_E_TRUNCATED || said == OTLS_E_IO;

    *count = 0;
    if (said == OTLS_E_IO)
        conn->read_errno = errno;
    else if (!kept)
        conn->read_errno = EPROTO;
    return conn->said = kept ? said : OTLS_E_IO;
}

static inline otls_status transport_read(otls_connection *conn, void *out, size_t capacity,
                                         size_t *count)
{
    otls_status said;

    *count = 0;
    /* our flight first: a blocking peer, or a blocking descriptor, waits for it */
    if (omni_buffer_size(&conn->out) != 0)
        (void)omni_io_flush(conn);
    said = conn->transport.read(conn->transport.user, out, capacity, count);
    if (said == OTLS_OK && *count - 1 < capacity) /* 1 to capacity */
        return conn->said = OTLS_OK;
    return no_bytes(conn, said == OTLS_OK ? OTLS_E_INTERNAL : said, count);
}

otls_status omni_io_fill(otls_connection *conn)
{
    size_t count;

    if (conn->memory)
        return conn->said = conn->input_ended ? OTLS_E_TRUNCATED : OTLS_WANT_READ;
    if (!omni_buffer_reserve(&conn->in, OMNI_RECORD_MAX)) {
        conn->read_errno = ENOMEM;
        return conn->said = OTLS_E_IO;
    }
    if (transport_read(conn, conn->in.data + conn->in.end, conn->in.capacity - conn->in.end,
                       &count) == OTLS_OK)
        conn->in.end += count;
    else if (omni_buffer_size(&conn->in) == 0)
        omni_buffer_release(&conn->in); /* an idle connection keeps no read buffer */
    return conn->said;
}

/*
 * A TLS 1.3 client that refuses the server's certificate may send its alert in plaintext (OpenSSL
 * does), which two engines then fail to decrypt. They have failed anyway; this only finds the cause.
 */
static void watch_records(otls_connection *conn, const uint8_t *data, size_t size)
{
    omni_record_watch *watch = &conn->watch;

    while (size != 0) {
        if (watch->skip != 0) {
            const size_t part = size < watch->skip ? size : watch->skip;

            watch->skip -= (uint32_t)part;
            data += part;
            size -= part;
            continue;
        }
        watch->header[watch->have++] = *data++;
        size--;
        if (watch->have < 5)
            continue;
        const uint32_t length = (uint32_t)watch->header[3] << 8 | watch->header[4];
        const bool alert = watch->header[0] == 21 && length == 2;

        if (alert && watch->have < 7)
            continue;
        if (!alert)
            watch->skip = length;
        watch->have = 0;
    }
}

static otls_status read_bytes(otls_connection *conn, void *out, size_t capacity, size_t *count)
{
    otls_status status;

    if (omni_buffer_size(&conn->in) == 0) {
        if (!conn->memory && !conn->read_ahead)
            return transport_read(conn, out, capacity, count);
        *count = 0;
        status = omni_io_fill(conn);
        if (status != OTLS_OK)
            return status;
    }
    *count = omni_buffer_take(&conn->in, out, capacity);
    conn->said = OTLS_OK;
    return OTLS_OK;
}

static otls_status core_read(otls_core *core, void *out, size_t capacity, size_t *count)
{
    otls_connection *conn = connection_of(core);
    otls_status status;

    status = read_bytes(conn, out, capacity, count);
    if (conn->state != OMNI_STATE_OPEN && *count != 0)
        watch_records(conn, out, *count);
    /* the end and breaks are core's to judge: an engine that sees them sends alerts, forgets
     * sessions and refuses to write, each in its own way */
    return status < 0 ? OTLS_WANT_READ : status;
}

int16_t omni_alert_in_plaintext(otls_connection *conn)
{
    omni_record_watch *watch = &conn->watch;
    uint8_t byte;
    size_t count;

    if (conn->state == OMNI_STATE_OPEN || watch->header[0] != 21 || watch->header[3] != 0 ||
        watch->header[4] != 2)
        return -1;
    /* the engine may have given up on the header alone: the body is still to be read */
    while (watch->have >= 5 && watch->have < 7 && read_bytes(conn, &byte, 1, &count) == OTLS_OK)
        watch_records(conn, &byte, 1);
    if (watch->have != 0)
        return -1;
    return watch->header[5] == 2 || watch->header[6] == OTLS_ALERT_CLOSE_NOTIFY ? watch->header[6]
                                                                                : -1;
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
    if (conn->state == OMNI_STATE_OPEN && !conn->memory && omni_buffer_size(&conn->out) == 0 &&
        transport_write(conn, data, size, &taken) != OTLS_OK)
        return conn->write_said;
    if (taken < size && !omni_buffer_append(&conn->out, (const uint8_t *)data + taken, size - taken))
        return write_broken(conn, ENOMEM);
    return OTLS_OK;
}

otls_status omni_io_flush(otls_connection *conn)
{
    size_t taken;

    if (conn->memory || omni_buffer_size(&conn->out) == 0)
        return OTLS_OK;
    if (conn->write_said != OTLS_OK)
        return conn->write_said;
    if (transport_write(conn, omni_buffer_front(&conn->out), omni_buffer_size(&conn->out),
                        &taken) != OTLS_OK)
        return conn->write_said;
    omni_buffer_drop(&conn->out, taken);
    if (omni_buffer_size(&conn->out) != 0)
        return OTLS_WANT_WRITE;
    omni_buffer_release(&conn->out);
    return OTLS_OK;
}

static void core_alert(otls_core *core, bool received, bool fatal, uint8_t description)
{
    otls_connection *conn = connection_of(core);

    omni_event(conn, received ? OTLS_INFO_ALERT_RECEIVED : OTLS_INFO_ALERT_SENT, description);
    if (!fatal || description == OTLS_ALERT_CLOSE_NOTIFY)
        return;
    if (received)
        conn->alert_received = description;
    else
        conn->alert_sent = description;
}

static void core_key_log(otls_core *core, const char *line)
{
    const omni_settings *settings = &connection_of(core)->context->settings;

    if (settings->key_log != NULL)
        settings->key_log(line, settings->key_log_user);
    if (settings->calls.key_log_file != NULL)
        omni_key_log_file_write(settings->calls.key_log_file, line);
}

/* ---- what no setting of ours asks for yet: the safe answer is "there is none" ---- */

const otls_core_ops omni_core_table = {
    .size = sizeof(otls_core_ops),
    .read = core_read,
    .write = core_write,
    .verify_peer = omni_core_verify_peer,
    .certificate_message = omni_core_certificate_message,
    .certificate_refused = omni_core_certificate_refused,
    .alert = core_alert,
    .key_log = core_key_log,
    .new_session = omni_core_new_session,
    .ticket_key = omni_core_ticket_key,
    .cache_store = omni_core_cache_store,
    .cache_fetch = omni_core_cache_fetch,
    .cache_remove = omni_core_cache_remove,
    .psk_client = omni_core_psk_client,
    .psk_server = omni_core_psk_server,
    .client_ca_names = omni_core_client_ca_names,
    .staple = omni_core_staple,
    .ticket_key_offered = omni_core_ticket_key_offered,
};
