/* SPDX-License-Identifier: MIT */
/* Bytes in, bytes out. */
#include "connection/io.h"

#include "base/base.h"
#include "connection/connection.h"
#include "connection/peer.h"

#include <errno.h>
#include <string.h>

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

#define RECORD_HEADER 5u

size_t omni_record_left(const omni_record_watch *record)
{
    return record->skip != 0 ? record->skip : RECORD_HEADER - record->have;
}

bool omni_record_follow(omni_record_watch *record, const uint8_t *data, size_t size)
{
    if (record->skip != 0) {
        record->skip -= (uint32_t)size;
        return false;
    }
    memcpy(record->header + record->have, data, size);
    record->have = (uint8_t)(record->have + size);
    if (record->have < RECORD_HEADER)
        return false;
    record->have = 0;
    record->skip = (uint32_t)record->header[3] << 8 | record->header[4];
    return true;
}

/* What is behind the record stays where it is, for select() and for whoever reads there next. */
static otls_status read_exactly(otls_connection *conn, uint8_t *out, size_t capacity, size_t *count)
{
    const size_t left = omni_record_left(&conn->record);
    otls_status status;

    status = transport_read(conn, out, capacity < left ? capacity : left, count);
    if (status == OTLS_OK)
        (void)omni_record_follow(&conn->record, out, *count);
    return status;
}

/* What a ClientHello has room in, mostly; a longer one is read in parts. */
enum { USUAL_HELLO = 2048 };

otls_status omni_io_fill(otls_connection *conn)
{
    uint8_t *to;
    size_t room, count;

    if (conn->memory)
        return conn->said = conn->input_ended ? OTLS_E_TRUNCATED : OTLS_WANT_READ;
    if (!omni_buffer_reserve(&conn->in,
                             conn->state == OMNI_STATE_HELLO ? USUAL_HELLO : OMNI_RECORD_MAX)) {
        conn->read_errno = ENOMEM;
        return conn->said = OTLS_E_IO;
    }
    to = conn->in.data + conn->in.end;
    room = conn->in.capacity - conn->in.end;
    if ((conn->exact ? read_exactly(conn, to, room, &count)
                     : transport_read(conn, to, room, &count)) == OTLS_OK)
        conn->in.end += count;
    else if (omni_buffer_size(&conn->in) == 0)
        omni_buffer_release(&conn->in); /* an idle connection keeps no read buffer */
    return conn->said;
}

/* One record of the handshake costs one, and one that can move nothing, which some engines pass over without
 * end, so many: ChangeCipherSpec (RFC 8446 5), and those that hold nothing. What is left of a client's early
 * data is counted in octets, by the engine. */
enum { RECORDS_MAX = UINT16_MAX, IDLE_COST = 1024, CHANGE_CIPHER_SPEC = 20 };

static void count_record(otls_connection *conn, uint8_t type, uint32_t length)
{
    const bool idle = type == CHANGE_CIPHER_SPEC || length == 0;
    const uint32_t cost = idle ? IDLE_COST : conn->server && conn->sessions.early_offered ? 0 : 1;

    conn->records = (uint16_t)(cost < (uint32_t)RECORDS_MAX - conn->records ? conn->records + cost
                                                                            : RECORDS_MAX);
}

/*
 * A TLS 1.3 client that refuses the server's certificate may send its alert in plaintext (OpenSSL
 * does), which two engines then fail to decrypt. They have failed anyway; this only finds the
 * cause.
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
        count_record(conn, watch->header[0], length);
    }
}

static otls_status read_bytes(otls_connection *conn, void *out, size_t capacity, size_t *count)
{
    otls_status status;

    if (omni_buffer_size(&conn->in) == 0) {
        if (conn->exact)
            return read_exactly(conn, out, capacity, count);
        if (!conn->memory && !conn->read_ahead)
            return transport_read(conn, out, capacity, count);
        *count = 0;
        status = omni_io_fill(conn);
        if (status != OTLS_OK)
            return status;
    }
    *count = omni_buffer_take(&conn->in, out, capacity);
    if (omni_buffer_size(&conn->in) == 0 && !conn->memory && !conn->read_ahead)
        omni_buffer_release(&conn->in); /* it was there for the hello */
    conn->said = OTLS_OK;
    return OTLS_OK;
}

static otls_status read_any_way(otls_connection *conn, void *out, size_t capacity, size_t *count)
{
    otls_status status;

    if (conn->only_renegotiate && !conn->renegotiating) {
        *count = 0;
        return conn->said = OTLS_WANT_READ;
    }
    status = read_bytes(conn, out, capacity, count);
    if (conn->state != OMNI_STATE_OPEN && *count != 0)
        watch_records(conn, out, *count);
    if (conn->records == RECORDS_MAX && conn->state != OMNI_STATE_OPEN) {
        *count = 0;
        status = conn->said = OTLS_E_PROTOCOL;
    }
    /* the end and breaks are core's to judge: an engine that sees them sends alerts, forgets
     * sessions and refuses to write, each in its own way */
    return status < 0 ? OTLS_WANT_READ : status;
}

/* The usual case, without a detour: open, and nothing is queued on either side. */
otls_status omni_core_read(otls_core *core, void *out, size_t capacity, size_t *count)
{
    otls_connection *conn = omni_connection_of(core);
    otls_status said;

    if (OMNI_RARELY(conn->state != OMNI_STATE_OPEN || conn->detours != 0 ||
                    omni_buffer_size(&conn->in) != 0 || omni_buffer_size(&conn->out) != 0))
        return read_any_way(conn, out, capacity, count);
    *count = 0;
    said = conn->transport.read(conn->transport.user, out, capacity, count);
    if (OMNI_RARELY(said != OTLS_OK || *count - 1 >= capacity)) /* 1 to capacity */
        return no_bytes(conn, said == OTLS_OK ? OTLS_E_INTERNAL : said, count) < 0 ? OTLS_WANT_READ
                                                                                   : conn->said;
    return conn->said = OTLS_OK;
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

/* As much as the transport takes; *taken, where to begin, may stay less than size. */
static otls_status transport_write(otls_connection *conn, const uint8_t *data, size_t size,
                                   size_t *taken)
{
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

static otls_status queue(otls_connection *conn, const uint8_t *data, size_t size)
{
    return size == 0 || omni_buffer_append(&conn->out, data, size) ? OTLS_OK
                                                                   : write_broken(conn, ENOMEM);
}

/* The transport did not take all of it at once. */
static otls_status write_rest(otls_connection *conn, const uint8_t *data, size_t size,
                              otls_status said, size_t taken)
{
    if (said == OTLS_WANT_WRITE)
        return queue(conn, data, size);
    if (said != OTLS_OK || taken == 0 || taken > size)
        return write_broken(conn, said == OTLS_E_IO ? errno : EPROTO);
    OMNI_TRY(transport_write(conn, data, size, &taken));
    return queue(conn, data + taken, size - taken);
}

otls_status omni_core_write(otls_core *core, const void *data, size_t size)
{
    otls_connection *conn = omni_connection_of(core);
    size_t taken = 0;
    otls_status said;

    if (OMNI_RARELY(conn->write_said != OTLS_OK)) /* nothing goes out behind our close_notify */
        return conn->write_said == OTLS_CLOSED ? OTLS_OK : conn->write_said;
    /* a handshake flight is gathered and leaves in one call; data goes out at once */
    if (OMNI_RARELY(conn->state != OMNI_STATE_OPEN || conn->memory ||
                    omni_buffer_size(&conn->out) != 0 || size == 0)) {
        if (conn->server && conn->calls.psk_given && conn->state == OMNI_STATE_HANDSHAKE)
            omni_psk_watch(conn, data, size);
        return queue(conn, data, size);
    }
    said = conn->transport.write(conn->transport.user, data, size, &taken);
    return said == OTLS_OK && taken == size ? OTLS_OK : write_rest(conn, data, size, said, taken);
}

otls_status omni_io_flush(otls_connection *conn)
{
    size_t taken = 0;

    if (conn->memory || omni_buffer_size(&conn->out) == 0)
        return OTLS_OK;
    if (conn->write_said < 0)
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
