/* SPDX-License-Identifier: MIT */
/* Early data: who may send it, and the way to and from the engine. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"
#include "connection/handshake.h"
#include "connection/io.h"

#include <string.h>

/** As many records without early data in a row are put up with per call. */
#define EARLY_TURNS_MAX 4096

static otls_status refuse(otls_error *err, const char *why)
{
    return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_SESSION_REFUSED, "no early data: %s", why);
}

/* RFC 8446 4.2.10: the protocol that early data is written for must be the one that is chosen. */
static bool same_protocol(const otls_connection *conn, const otls_session *session)
{
    const omni_settings *settings = &conn->context->settings;

    if (session->alpn_size == 0)
        return settings->offer.alpn_size == 0;
    return settings->offer.alpn_size > session->alpn_size && settings->offer.alpn[0] == session->alpn_size &&
           memcmp(settings->offer.alpn + 1, session->alpn, session->alpn_size) == 0;
}

static otls_status may_write(otls_connection *conn, otls_error *err)
{
    const otls_session *session;

    if (conn->sent_close) /* declared */
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE,
                         "early data after our own close_notify");
    if (conn->server || conn->state > OMNI_STATE_HANDSHAKE)
        return refuse(err, conn->server ? "a server sends none" : "the handshake is over");
    if (conn->context->settings.sessions.max_early_data == 0)
        return refuse(err, "call otls_context_set_max_early_data first");
    if (conn->state == OMNI_STATE_NEW)
        OMNI_TRY(omni_connection_start(conn, err));
    session = conn->sessions.offer;
    if (conn->sessions.fit != OTLS_SESSION_OFFERED || session->version != OTLS_TLS1_3 ||
        session->max_early_data == 0)
        return refuse(err, "no session that allows it is offered");
    if (!same_protocol(conn, session))
        return refuse(err, "the session was made with another application protocol");
    return OTLS_OK;
}

static otls_status beyond(otls_connection *conn, size_t *count, otls_error *err)
{
    *count = 0;
    return omni_connection_fail_text(conn, err, OTLS_E_INTERNAL, OTLS_CODE_NONE,
                                     "%s counted more early data than there is",
                                     otls_backend_name(conn->context->backend));
}

otls_status otls_connection_write_early(otls_connection *conn, const void *data, size_t size,
                                        size_t *count, otls_error *err)
{
    const otls_connection_ops *ops = omni_engine(conn);
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;
    size_t room;

    *count = 0;
    if (!OMNI_HAS(ops, write_early))
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_EARLY_DATA);
    if (conn->state == OMNI_STATE_FAILED)
        return omni_connection_fail_again(conn, err);
    OMNI_TRY(may_write(conn, err));
    if (size == 0)
        return OTLS_OK;
    /* One engine takes what fits, for another a byte too many is the connection's end. */
    room = conn->sessions.offer->max_early_data - conn->sessions.early_sent;
    if (room == 0)
        return refuse(err, "the session allows no more of it");
    status = OMNI_ENGINE_ASK(
        &inner, OMNI_ENGINE_CALL(conn, write_early, data, size < room ? size : room, count, &inner));
    if (status == OTLS_OK && *count > size)
        return beyond(conn, count, err);
    conn->sessions.early_sent += (uint32_t)*count;
    if (status < 0 && status != OTLS_E_USAGE)
        return omni_connection_fail(conn, status, &inner, err);
    if (status < 0)
        omni_error_give(err, &inner);
    if (omni_io_flush(conn) < 0)
        return omni_connection_fail(conn, OTLS_E_IO, NULL, err);
    return status;
}

/* An engine that sees only would-block asks for more for ever: whether there can be more, core knows. */
static otls_status early_from_engine(otls_connection *conn, void *out, size_t capacity,
                                     size_t *count, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;

    for (int turn = 0; turn < EARLY_TURNS_MAX; turn++) {
        otls_status status;

        status = OMNI_ENGINE_ASK(
            &inner, OMNI_ENGINE_CALL(conn, read_early, out, capacity, count, &inner));
        if (status < 0)
            return omni_connection_fail(conn, status, &inner, err);
        if (status != OTLS_OK && status != OTLS_WANT_READ && status != OTLS_CLOSED)
            return omni_connection_fail(conn, status, NULL, err);
        if (*count > capacity)
            return beyond(conn, count, err);
        if (omni_io_flush(conn) < 0)
            return omni_connection_fail(conn, OTLS_E_IO, NULL, err);
        if (status != OTLS_WANT_READ || conn->said == OTLS_WANT_READ)
            return status;
        if (conn->said < 0)
            return omni_connection_fail(conn, conn->said, NULL, err);
    }
    return omni_connection_fail_text(conn, err, OTLS_E_PROTOCOL, OTLS_CODE_LIMIT,
                                     "the peer sends records without early data for ever");
}

otls_status otls_connection_read_early(otls_connection *conn, void *out, size_t capacity,
                                       size_t *count, otls_error *err)
{
    const otls_connection_ops *ops = omni_engine(conn);
    otls_status status;

    *count = 0;
    if (!OMNI_HAS(ops, read_early))
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_EARLY_DATA);
    if (conn->state == OMNI_STATE_FAILED)
        return omni_connection_fail_again(conn, err);
    if (!conn->server)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "a client receives no early data");
    if (conn->sessions.early_over || conn->context->settings.sessions.max_early_data == 0 ||
        (conn->state == OMNI_STATE_OPEN && conn->info.early_data != OTLS_EARLY_DATA_ACCEPTED))
        return OTLS_CLOSED;
    if (capacity == 0)
        return OTLS_OK;
    if (conn->state < OMNI_STATE_HANDSHAKE) {
        status = omni_connection_start(conn, err);
        if (status != OTLS_OK)
            return status;
    }
    if (!conn->sessions.early_offered) { /* one engine would go on and read for the handshake */
        conn->sessions.early_over = true;
        return OTLS_CLOSED;
    }
    status = early_from_engine(conn, out, capacity, count, err);
    conn->sessions.early_over = status == OTLS_CLOSED;
    return status;
}

otls_early_data otls_connection_early_data(const otls_connection *conn)
{
    /* One engine's server says nothing about what it left aside. */
    if (conn->sessions.early_offered && conn->state >= OMNI_STATE_OPEN &&
        conn->info.early_data == OTLS_EARLY_DATA_NONE)
        return OTLS_EARLY_DATA_REJECTED;
    return (otls_early_data)conn->info.early_data;
}
