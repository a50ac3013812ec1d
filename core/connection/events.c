/* SPDX-License-Identifier: MIT */
/* What the info callback hears: core's own view, so that every engine gives the same events. */
#include "connection/events.h"

#include "connection/connection.h"
#include "connection/messages.h"

void omni_event(otls_connection *conn, otls_event event, int value)
{
    const omni_callbacks *calls = &conn->context->settings.callbacks;

    if (calls->info != NULL)
        calls->info(conn, event, value, calls->info_user);
}

void omni_event_state(otls_connection *conn)
{
    const uint8_t state = conn->state;

    if (conn->context->settings.callbacks.info == NULL || conn->calls.told_state == state)
        return;
    conn->calls.told_state = state;
    if (!conn->calls.told_start && state != OMNI_STATE_FAILED) {
        conn->calls.told_start = true;
        omni_event(conn, OTLS_INFO_HANDSHAKE_START, 0);
    }
    omni_event(conn, OTLS_INFO_STATE, 0);
    if (state == OMNI_STATE_OPEN)
        omni_event(conn, OTLS_INFO_HANDSHAKE_DONE, 0);
    else if (state == OMNI_STATE_FAILED)
        omni_event(conn, OTLS_INFO_FAILED, conn->failure_status);
}

void omni_event_alert(otls_connection *conn, bool received, bool fatal, uint8_t description)
{
    conn->calls.alert_fatal = fatal;
    omni_event(conn, received ? OTLS_INFO_ALERT_RECEIVED : OTLS_INFO_ALERT_SENT, description);
    omni_messages_alert(conn, received, fatal, description);
}
