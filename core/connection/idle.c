/* SPDX-License-Identifier: MIT */
/* What a connection does not need while nothing happens on it. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/io.h"

/** A connection that had nothing to read so long ago, and has nothing now, is in no hurry. */
#define CALM_MS 10u

static void drop_empty(omni_buffer *buffer)
{
    if (buffer->data != NULL && omni_buffer_size(buffer) == 0)
        omni_buffer_release(buffer);
}

void otls_connection_release_buffers(otls_connection *conn)
{
    if (conn->inside) /* from a callback: the engine is using them */
        return;
    drop_empty(&conn->in);
    drop_empty(&conn->out);
    if (conn->plain.data != NULL && omni_buffer_size(&conn->plain) == 0) {
        omni_wipe(conn->plain.data, conn->plain.capacity);
        omni_buffer_release(&conn->plain);
    }
    if (conn->state == OMNI_STATE_OPEN && OMNI_HAS(omni_engine(conn), idle))
        omni_engine(conn)->idle(conn->engine);
}

/*
 * To give buffers back and get new ones takes as long as a twentieth of a small round trip, so a
 * connection that is being talked on keeps them: only the first time after the handshake, and when
 * the last time was a while ago, is nothing to read taken as a sign that nothing will come at once.
 */
void omni_connection_rests(otls_connection *conn)
{
    const uint32_t now = omni_milliseconds();
    const bool calm = !conn->rested || now - conn->rested_at >= CALM_MS;

    conn->rested = true;
    conn->rested_at = now;
    if (calm)
        otls_connection_release_buffers(conn);
}
