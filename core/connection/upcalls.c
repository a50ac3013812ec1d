/* SPDX-License-Identifier: MIT */
/* What engines may ask of core: the table, and what is too small for a file of its own. */
#include "connection/events.h"
#include "connection/io.h"
#include "connection/peer.h"

static void core_alert(otls_core *core, bool received, bool fatal, uint8_t description)
{
    otls_connection *conn = omni_connection_of(core);

    omni_event_alert(conn, received, fatal, description);
    if (!fatal || description == OTLS_ALERT_CLOSE_NOTIFY)
        return;
    if (received)
        conn->alert_received = description;
    else
        conn->alert_sent = description;
}

static void core_key_log(otls_core *core, const char *line)
{
    const otls_connection *conn = omni_connection_of(core);
    const omni_callbacks *calls = &conn->context->settings.callbacks;

    if (calls->key_log != NULL)
        calls->key_log(line, calls->key_log_user);
    if (calls->connection_key_log != NULL)
        calls->connection_key_log(conn, line, calls->connection_key_log_user);
    if (calls->key_log_file != NULL)
        omni_key_log_file_write(calls->key_log_file, line);
}

static void core_rehandshake(otls_core *core, bool over)
{
    otls_connection *conn = omni_connection_of(core);

    if (conn->state != OMNI_STATE_OPEN || conn->renegotiating == !over)
        return;
    conn->renegotiating = !over;
    conn->renegotiated |= over;
    omni_event(conn, over ? OTLS_INFO_HANDSHAKE_DONE : OTLS_INFO_HANDSHAKE_START, 0);
}

const otls_core_ops omni_core_table = {
    .size = sizeof(otls_core_ops),
    .read = omni_core_read,
    .write = omni_core_write,
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
    .new_session_object = omni_core_new_session_object,
    .rehandshake = core_rehandshake,
};
