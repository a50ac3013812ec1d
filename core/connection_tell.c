/* SPDX-License-Identifier: MIT */
/* What the info callback hears: core's own view, so that every engine gives the same events. */
#include "connection.h"

void otls_tell(otls_connection *conn, otls_event event, int value)
{
    const otls_calls *calls = &conn->context->settings.calls;

    if (calls->info != NULL)
        calls->info(conn, event, value, calls->info_user);
}

void otls_tell_state(otls_connection *conn)
{
    const uint8_t state = conn->state;

    if (conn->context->settings.calls.info == NULL || conn->calls.told_state == state)
        return;
    conn->calls.told_state = state;
    if (!conn->calls.told_start && state != OTLS_STATE_FAILED) {
        conn->calls.told_start = true;
        otls_tell(conn, OTLS_INFO_HANDSHAKE_START, 0);
    }
    otls_tell(conn, OTLS_INFO_STATE, 0);
    if (state == OTLS_STATE_OPEN)
        otls_tell(conn, OTLS_INFO_HANDSHAKE_DONE, 0);
}
