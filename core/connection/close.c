/* SPDX-License-Identifier: MIT */
/* The end: close_notify of both sides (RFC 8446 6.1), by decree, and what lies behind it. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"
#include "connection/io.h"
#include <omnitls/parity.h>

otls_status otls_connection_shutdown(otls_connection *conn, otls_error *err)
{
    otls_status status = OTLS_OK;
    otls_error inner = OTLS_ERROR_INIT;

    if (conn->state == OMNI_STATE_FAILED)
        return omni_connection_fail_again(conn, err);
    if (conn->state != OMNI_STATE_OPEN)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET,
                         "close_notify before the handshake is done");
    if (!conn->sent_close && conn->renegotiating) { /* engines differ in what they can send meanwhile */
        status = omni_renegotiate_first(conn, err);
        omni_waits(conn, status);
        if (status != OTLS_OK)
            return status;
    }
    if (!conn->sent_close) {
        status = OMNI_ENGINE_CALL(conn, shutdown, &inner);
        if (status != OTLS_OK) {
            status = omni_connection_not_done(conn, status, &inner, err);
            omni_waits(conn, status);
            return status;
        }
        conn->sent_close = true;
        if (conn->write_said == OTLS_OK) /* no alert, no answer any more (RFC 8446 6.1) */
            conn->write_said = OTLS_CLOSED;
    }
    status = omni_io_flush(conn);
    omni_waits(conn, status);
    return status < 0 ? omni_connection_fail(conn, status, NULL, err) : status;
}

otls_status otls_connection_shutdown_wait(otls_connection *conn, otls_error *err)
{
    uint8_t dropped[1024];
    size_t count;
    otls_status status = otls_connection_shutdown(conn, err);

    if (status != OTLS_OK)
        return status;
    do
        status = otls_connection_read(conn, dropped, sizeof(dropped), &count, err);
    while (status == OTLS_OK);
    return status == OTLS_CLOSED ? OTLS_OK : status;
}

unsigned otls_connection_shutdown_state(const otls_connection *conn)
{
    return (conn->sent_close ? (unsigned)OTLS_SHUTDOWN_SENT : 0u) |
           (conn->received_close ? (unsigned)OTLS_SHUTDOWN_RECEIVED : 0u);
}

otls_status otls_connection_set_ragged_eof_ok(otls_connection *conn, bool ok, otls_error *err)
{
    (void)err;
    conn->ragged_eof_ok = ok;
    conn->ragged_eof_told = true;
    return OTLS_OK;
}

otls_status otls_connection_set_shutdown_state(otls_connection *conn, unsigned state,
                                               otls_error *err)
{
    const unsigned now = otls_connection_shutdown_state(conn);

    if ((state & ~(unsigned)(OTLS_SHUTDOWN_SENT | OTLS_SHUTDOWN_RECEIVED)) != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "there is no shutdown state %u", state);
    if ((now & ~state) != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE,
                         "what was sent or received cannot be taken back");
    conn->sent_close = (state & OTLS_SHUTDOWN_SENT) != 0;
    if ((state & OTLS_SHUTDOWN_RECEIVED) != 0 && !conn->received_close) {
        conn->received_close = true;
        conn->close_assumed = true; /* what was read along is ciphertext */
    }
    return OTLS_OK;
}

size_t otls_connection_unread(otls_connection *conn, void *out, size_t capacity)
{
    /* before that, what is there belongs to TLS records that are still to be read */
    if (conn == NULL || !conn->received_close || conn->close_assumed)
        return 0;
    if (out == NULL)
        return omni_buffer_size(&conn->in);
    return omni_buffer_take(&conn->in, out, capacity);
}
