/* SPDX-License-Identifier: MIT */
/* Application data: read, peek, write, and what is buffered. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"
#include "connection/handshake.h"
#include "connection/io.h"
#include <omnitls/options.h>

#include <string.h>

/** As many records without data (tickets, key updates) in a row are put up with per call. */
#define EMPTY_TURNS_MAX 4096

/* Not open: finish the handshake first, or say why there is none. */
static otls_status get_open(otls_connection *conn, otls_error *err)
{
    if (conn->state == OMNI_STATE_OPEN)
        return OTLS_OK;
    return otls_connection_handshake(conn, err);
}

/* The connection's own word, else that of the context in force, which need not be the first. */
static bool ragged_eof_ok(const otls_connection *conn)
{
    const uint32_t options = conn->context->settings.offer.options;

    return conn->ragged_eof_told ? conn->ragged_eof_ok
                                 : (options & OTLS_OPTION_IGNORE_UNEXPECTED_EOF) != 0;
}

static otls_status read_ended(otls_connection *conn, otls_status status, const otls_error *inner,
                              otls_error *err)
{
    if (status == OTLS_CLOSED) {
        conn->received_close = true;
        return OTLS_CLOSED;
    }
    if (conn->said == OTLS_E_TRUNCATED && ragged_eof_ok(conn) && conn->alert_received < 0) {
        conn->received_close = true;
        return OTLS_CLOSED;
    }
    return omni_connection_fail(conn, status, inner, err);
}

static otls_status not_believed(otls_connection *conn, size_t *count, otls_error *err)
{
    *count = 0;
    OMNI_TRY(omni_peer_assert(conn, err));
    return omni_connection_fail_text(conn, err, OTLS_E_INTERNAL, OTLS_CODE_NONE,
                                     "%s read more than there is room for, or nothing",
                                     otls_backend_name(conn->context->backend));
}

/* The engine has nothing yet: what does the caller have to wait for? */
static otls_status nothing_yet(otls_connection *conn, otls_error *err)
{
    const otls_status flushed = omni_io_flush(conn);

    if (flushed < 0)
        return omni_connection_fail(conn, flushed, NULL, err);
    if (flushed == OTLS_WANT_WRITE)
        return OTLS_WANT_WRITE;
    omni_connection_rests(conn);
    return OTLS_WANT_READ;
}

/** Where the data go. */
typedef struct read_room {
    void *data;
    size_t size;
} read_room;

/* 1 to capacity bytes, of a peer that was not refused meanwhile. */
static inline bool is_data(const otls_connection *conn, otls_status status, size_t capacity,
                           size_t count)
{
    return status == OTLS_OK && count - 1 < capacity && !conn->peer_refused;
}

/* The engine has answered `status`: that brings no data, or none that may be believed, or it comes
 * after a renegotiation that nobody has looked at. */
static otls_status read_more(otls_connection *conn, otls_status status, otls_error *inner,
                             read_room room, size_t *count, otls_error *err)
{
    for (int turn = 0; turn < EMPTY_TURNS_MAX; turn++) {
        if (conn->renegotiated && omni_connection_renegotiated(conn, err) != OTLS_OK)
            return *count = 0, conn->failure_status;
        if (is_data(conn, status, room.size, *count))
            return OTLS_OK;
        if (status == OTLS_OK)
            return not_believed(conn, count, err);
        *count = 0;
        if (status != OTLS_WANT_READ)
            return read_ended(conn, status, inner, err);
        if (conn->said == OTLS_WANT_READ)
            return nothing_yet(conn, err);
        if (conn->said < 0)
            return read_ended(conn, conn->said, NULL, err);
        status = OMNI_ENGINE_CALL(conn, read, room.data, room.size, count, inner);
    }
    return omni_connection_fail_text(conn, err, OTLS_E_PROTOCOL, OTLS_CODE_LIMIT,
                                     "the peer sends records without data for ever");
}

static OMNI_ALWAYS_INLINE otls_status read_engine(otls_connection *conn, void *out,
                                                  size_t capacity, size_t *count, otls_error *err)
{
    otls_error inner;
    otls_status status;

    inner.size = (uint32_t)sizeof(inner); /* the rest is the engine's, should it fail */
    if (OMNI_RARELY(conn->received_close))
        return OTLS_CLOSED;
    status = OMNI_ENGINE_CALL(conn, read, out, capacity, count, &inner);
    if (OMNI_RARELY(conn->renegotiated || !is_data(conn, status, capacity, *count)))
        return read_more(conn, status, &inner, (read_room){out, capacity}, count, err);
    return OTLS_OK;
}

static otls_status read_any(otls_connection *conn, void *out, size_t capacity, size_t *count,
                            otls_error *err)
{
    *count = 0;
    if (conn->state != OMNI_STATE_OPEN) {
        const otls_status status = get_open(conn, err);
        if (status != OTLS_OK)
            return status;
    }
    if (capacity == 0)
        return OTLS_OK;
    if (omni_buffer_size(&conn->plain) != 0) {
        *count = omni_buffer_take(&conn->plain, out, capacity);
        return OTLS_OK;
    }
    if (omni_buffer_size(&conn->out) != 0 && omni_io_flush(conn) < 0 && conn->received_close)
        return OTLS_CLOSED;
    return read_engine(conn, out, capacity, count, err);
}

otls_status otls_connection_read(otls_connection *conn, void *out, size_t capacity, size_t *count,
                                 otls_error *err)
{
    otls_status status;

    if (OMNI_RARELY(conn->state != OMNI_STATE_OPEN || capacity == 0 ||
                    omni_buffer_size(&conn->plain) != 0 || omni_buffer_size(&conn->out) != 0)) {
        status = read_any(conn, out, capacity, count, err);
    } else {
        *count = 0;
        status = read_engine(conn, out, capacity, count, err);
    }
    omni_waits(conn, status);
    return status;
}

otls_status otls_connection_peek(otls_connection *conn, void *out, size_t capacity, size_t *count,
                                 otls_error *err)
{
    size_t have = omni_buffer_size(&conn->plain);

    *count = 0;
    if (have == 0 && capacity != 0) {
        otls_status status;

        if (!omni_buffer_reserve(&conn->plain, OMNI_PLAINTEXT_MAX))
            return omni_fail_nomem(err); /* nothing was lost: not the connection's end */
        status = otls_connection_read(conn, conn->plain.data, OMNI_PLAINTEXT_MAX, &have, err);
        if (status != OTLS_OK)
            return status;
        conn->plain.start = 0;
        conn->plain.end = have;
    }
    *count = have < capacity ? have : capacity;
    if (*count != 0)
        memcpy(out, omni_buffer_front(&conn->plain), *count);
    return OTLS_OK;
}

static bool may_write_more(const otls_connection *conn)
{
    const size_t queued = omni_buffer_size(&conn->out);

    return conn->memory ? queued < OMNI_MEMORY_OUTPUT_LIMIT : queued == 0;
}

/* A write that is begun: memory takes all of it, so that whoever fills it need not come again. */
static bool may_go_on(const otls_connection *conn)
{
    return conn->memory || may_write_more(conn);
}

/* The usual case, in a handful of instructions: open, and nothing waits to be sent. */
static bool ready_to_write(const otls_connection *conn)
{
    return conn->state == OMNI_STATE_OPEN && !conn->sent_close && omni_buffer_size(&conn->out) == 0;
}

static otls_status before_write(otls_connection *conn, otls_error *err)
{
    otls_status status;

    if (conn->state != OMNI_STATE_OPEN) {
        status = get_open(conn, err);
        if (status != OTLS_OK)
            return status;
    }
    if (conn->sent_close) /* which may have been declared before the handshake */
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE,
                         "writing after our own close_notify");
    status = omni_io_flush(conn);
    if (status < 0)
        return omni_connection_fail(conn, status, NULL, err);
    return may_write_more(conn) ? OTLS_OK : OTLS_WANT_WRITE;
}

/* ---- beside a renegotiation ---- */

/** So much is read ahead of the caller, who then has to read himself. */
#define AHEAD_MAX (16u * OMNI_PLAINTEXT_MAX)

/* Data that comes before the handshake's end is kept for the reads. */
static otls_status read_ahead(otls_connection *conn, otls_error *err)
{
    size_t count = 0;
    otls_status status;

    if (omni_buffer_size(&conn->plain) > AHEAD_MAX)
        return OTLS_WANT_READ;
    if (!omni_buffer_reserve(&conn->plain, OMNI_PLAINTEXT_MAX))
        return omni_fail_nomem(err);
    status = read_engine(conn, conn->plain.data + conn->plain.end, OMNI_PLAINTEXT_MAX, &count, err);
    conn->plain.end += count;
    return status;
}

otls_status omni_renegotiate_first(otls_connection *conn, otls_error *err)
{
    otls_status status = OTLS_OK;

    conn->only_renegotiate = true; /* a blocking transport would wait for data */
    while (status == OTLS_OK && conn->renegotiating)
        status = read_ahead(conn, err);
    conn->only_renegotiate = false;
    if (status == OTLS_CLOSED)
        return omni_connection_fail_text(conn, err, OTLS_E_TRUNCATED, OTLS_CODE_NONE,
                                         "the peer closed during a renegotiation");
    return status == OTLS_WANT_READ && !conn->renegotiating ? OTLS_OK : status;
}

otls_status omni_keep_pending(otls_connection *conn, otls_error *err)
{
    otls_status status = OTLS_OK;

    while (status == OTLS_OK && !conn->received_close &&
           omni_engine(conn)->pending(conn->engine) != 0)
        status = read_ahead(conn, err);
    return status;
}

static OMNI_ALWAYS_INLINE otls_status write_record(otls_connection *conn, const uint8_t *data,
                                                   size_t size, otls_error *err)
{
    otls_error inner;
    otls_status status;

    inner.size = (uint32_t)sizeof(inner);
    status = OMNI_ENGINE_CALL(conn, write, data, size, &inner);
    if (OMNI_RARELY(status != OTLS_OK || conn->write_said != OTLS_OK))
        return omni_connection_not_done(conn, status != OTLS_OK ? status : OTLS_E_IO, &inner, err);
    return OTLS_OK;
}

static otls_status write_records(otls_connection *conn, const uint8_t *data, size_t size,
                                 size_t *count, otls_error *err)
{
    while (*count < size) {
        const size_t left = size - *count;
        const size_t part = left < OMNI_PLAINTEXT_MAX ? left : OMNI_PLAINTEXT_MAX;
        otls_status status = conn->renegotiating ? omni_renegotiate_first(conn, err) : OTLS_OK;

        if (status == OTLS_OK)
            status = write_record(conn, data + *count, part, err);
        if (status != OTLS_OK)
            return *count != 0 && status > 0 ? OTLS_OK : status;
        *count += part;
        if (!may_go_on(conn))
            break;
    }
    return OTLS_OK;
}

otls_status otls_connection_write(otls_connection *conn, const void *data, size_t size,
                                  size_t *count, otls_error *err)
{
    otls_status status;

    *count = 0;
    conn->want_write = false;
    if (OMNI_RARELY(!ready_to_write(conn))) {
        status = before_write(conn, err);
        omni_waits(conn, status);
        if (status != OTLS_OK)
            return status;
    }
    /* none, more than one record, or not before the renegotiation's end */
    if (OMNI_RARELY(size - 1 >= OMNI_PLAINTEXT_MAX || conn->renegotiating)) {
        status = write_records(conn, data, size, count, err);
    } else {
        status = write_record(conn, data, size, err);
        *count = status == OTLS_OK ? size : 0;
    }
    if (OMNI_RARELY(conn->renegotiating))
        omni_waits(conn, status);
    return status;
}

/* ---- gathering ---- */

/** Where a gathering write stands among its buffers. */
typedef struct gather {
    const otls_buffer_view *views;
    size_t view_count, offset;
} gather;

/* Fill `record` from the views; returns its size. */
static size_t gather_record(gather *from, uint8_t *record, size_t capacity)
{
    size_t size = 0;

    while (from->view_count != 0 && size < capacity) {
        const size_t left = from->views->size - from->offset;
        const size_t part = left < capacity - size ? left : capacity - size;

        if (part != 0)
            memcpy(record + size, (const uint8_t *)from->views->data + from->offset, part);
        size += part;
        from->offset += part;
        if (from->offset == from->views->size) {
            from->views++;
            from->view_count--;
            from->offset = 0;
        }
    }
    return size;
}

otls_status otls_connection_writev(otls_connection *conn, const otls_buffer_view *views,
                                   size_t view_count, size_t *count, otls_error *err)
{
    uint8_t record[OMNI_GATHER_MAX];
    gather from = {.views = views, .view_count = view_count};
    otls_status status;

    *count = 0;
    status = before_write(conn, err);
    omni_waits(conn, status);
    while (status == OTLS_OK && may_go_on(conn)) {
        const size_t size = gather_record(&from, record, sizeof(record));
        size_t written = 0;

        if (size == 0)
            break;
        status = write_records(conn, record, size, &written, err);
        *count += written;
    }
    omni_wipe(record, sizeof(record));
    if (*count != 0 && status > OTLS_OK) /* the next call has to wait */
        status = OTLS_OK;
    return status;
}

otls_status otls_connection_flush(otls_connection *conn, otls_error *err)
{
    const otls_status status = omni_io_flush(conn);

    if (status < 0)
        return conn->state == OMNI_STATE_FAILED ? omni_connection_fail_again(conn, err)
                                                : omni_connection_fail(conn, status, NULL, err);
    return status;
}

size_t otls_connection_pending(const otls_connection *conn)
{
    size_t pending = omni_buffer_size(&conn->plain);

    if (conn->state == OMNI_STATE_OPEN && !conn->received_close)
        pending += omni_engine(conn)->pending(conn->engine);
    return pending;
}

bool otls_connection_readable_now(const otls_connection *conn)
{
    if (conn->state == OMNI_STATE_FAILED || conn->received_close)
        return omni_buffer_size(&conn->plain) != 0;
    return omni_buffer_size(&conn->in) != 0 || otls_connection_pending(conn) != 0;
}

unsigned otls_connection_events(const otls_connection *conn)
{
    unsigned events = 0;

    if (conn->state != OMNI_STATE_FAILED && !conn->received_close)
        events |= OTLS_EVENT_READ;
    if (omni_buffer_size(&conn->out) != 0 || conn->want_write)
        events |= OTLS_EVENT_WRITE;
    return events;
}
