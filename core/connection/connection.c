/* SPDX-License-Identifier: MIT */
/* A connection's life: made, named, handshaken, freed. */
#include "connection/connection.h"

#include "base/alloc.h"
#include "base/fail.h"
#include <omnitls/options.h>

#include <string.h>

/** An engine that asks again without the transport having blocked gets this many turns. */
#define TURNS_MAX 4096

static otls_status allocate(otls_connection **out, otls_context *context, otls_error *err)
{
    const size_t head = (sizeof(otls_connection) + 15) & ~(size_t)15;
    otls_connection *conn;

    *out = NULL;
    if (context == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no context given");
    OMNI_TRY(otls_context_seal(context, err));
    conn = omni_calloc(1, head + OMNI_MODULE(context->backend)->connection->state_size);
    if (conn == NULL)
        return omni_fail_nomem(err);
    conn->core.ops = &omni_core_table;
    conn->context = otls_context_ref(context);
    conn->engine = (otls_backend_connection *)(void *)((char *)conn + head);
    conn->server = context->role == OTLS_SERVER;
    conn->role_open = context->role == OTLS_EITHER;
    conn->ragged_eof_ok = (context->settings.options & OTLS_OPTION_IGNORE_UNEXPECTED_EOF) != 0;
    conn->alert_sent = conn->alert_received = -1;
    conn->fd = -1;
    *out = conn;
    return OTLS_OK;
}

otls_status otls_connection_new(otls_connection **out, otls_context *context,
                                const otls_transport *transport, otls_error *err)
{
    *out = NULL;
    if (transport == NULL || transport->read == NULL || transport->write == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "a transport needs read and write");
    OMNI_TRY(allocate(out, context, err));
    (*out)->transport = *transport;
    return OTLS_OK;
}

otls_status otls_connection_new_fd(otls_connection **out, otls_context *context, intptr_t fd,
                                   otls_error *err)
{
    *out = NULL;
    if (fd < 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%ld is no descriptor", (long)fd);
    OMNI_TRY(allocate(out, context, err));
    (*out)->transport = omni_transport_fd(fd);
    (*out)->fd = fd;
    (*out)->read_ahead = true;
    return OTLS_OK;
}

otls_status otls_connection_new_memory(otls_connection **out, otls_context *context,
                                       otls_error *err)
{
    OMNI_TRY(allocate(out, context, err));
    (*out)->memory = true;
    return OTLS_OK;
}

void otls_connection_free(otls_connection *conn)
{
    if (conn == NULL)
        return;
    omni_connection_callbacks_clear(&conn->calls);
    omni_connection_sessions_clear(&conn->sessions);
    if (conn->engine_live)
        OMNI_MODULE(conn->context->backend)->connection->fini(conn->engine);
    omni_peer_clear(conn);
    omni_buffer_release(&conn->in);
    omni_buffer_release(&conn->out);
    if (conn->plain.data != NULL)
        omni_wipe(conn->plain.data, conn->plain.capacity);
    omni_buffer_release(&conn->plain);
    omni_free(conn->host);
    omni_free(conn->chosen_alpn);
    omni_free(conn->shared);
    omni_free(conn->ocsp);
    omni_free(conn->failure);
    otls_context_free(conn->context);
    omni_free(conn);
}

otls_status otls_connection_set_role(otls_connection *conn, otls_role role, otls_error *err)
{
    if (conn->state != OMNI_STATE_NEW)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the handshake has begun");
    if ((role != OTLS_CLIENT && role != OTLS_SERVER) ||
        (conn->context->role != OTLS_EITHER && conn->context->role != role))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "the context does not allow this role");
    conn->server = role == OTLS_SERVER;
    conn->role_open = false;
    return OTLS_OK;
}

otls_status otls_connection_set_server_name(otls_connection *conn, const char *name,
                                            otls_error *err)
{
    omni_reference_name reference;
    otls_error inner = OTLS_ERROR_INIT;
    char text[256];
    char *copy;

    if (conn->state != OMNI_STATE_NEW || conn->server)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         conn->server ? "a server has no server name to set"
                                      : "the handshake has begun");
    if (omni_reference_name_parse(&reference, name, text, &inner) != OTLS_OK)
        return omni_fail(err, (otls_status)inner.status, inner.code, "\"%.60s\": %s",
                         name != NULL ? name : "", inner.text);
    copy = omni_strdup(name);
    if (copy == NULL)
        return omni_fail_nomem(err);
    omni_free(conn->host);
    conn->host = copy;
    memcpy(conn->reference_text, text, sizeof(text));
    conn->reference = reference;
    if (reference.dns != NULL)
        conn->reference.dns = conn->reference_text;
    return OTLS_OK;
}

/* ---- the handshake ---- */

otls_status omni_engine_start(otls_connection *conn, omni_native *native, otls_error *err)
{
    const omni_settings *settings = &conn->context->settings;
    otls_connection_setup setup = {
        .size = sizeof(setup),
        .core = &conn->core,
        .server_name = conn->server ? NULL : conn->reference.dns,
        .alpn = conn->server ? (otls_slice){conn->chosen_alpn, conn->chosen_alpn_size}
                             : (otls_slice){settings->alpn, settings->alpn_size},
        .ask_later = conn->server && settings->calls.post_handshake_auth &&
                     conn->hello_version == OTLS_TLS1_3,
        .session = omni_session_blob(conn),
        .by_id = conn->server && omni_session_by_id(conn),
        .early_data = conn->server && conn->sessions.early_offered,
    };
    otls_error inner;
    otls_status status;

    status = OMNI_MODULE(conn->context->backend)
                 ->connection->init(conn->engine, native->engine, &setup, &inner);
    if (status != OTLS_OK && inner.code == OTLS_CODE_SESSION_REFUSED &&
        omni_session_unreadable(conn)) {
        setup.session = (otls_slice){NULL, 0}; /* a full handshake, then */
        status = OMNI_MODULE(conn->context->backend)
                     ->connection->init(conn->engine, native->engine, &setup, &inner);
    }
    if (status != OTLS_OK)
        return omni_connection_fail(conn, status, &inner, err);
    conn->native = native;
    conn->engine_live = true;
    conn->state = OMNI_STATE_HANDSHAKE;
    omni_event_state(conn);
    return OTLS_OK;
}

static otls_status client_start(otls_connection *conn, otls_error *err)
{
    const omni_settings *settings = &conn->context->settings;
    const bool named = conn->reference.dns != NULL || conn->reference.ip_size != 0 ||
                       settings->calls.psk_client != NULL; /* a certificate will match no name */

    if (!named && !settings->no_verify && !settings->no_name_check)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_SERVER_NAME,
                         "no server name to verify: call otls_connection_set_server_name first");
    omni_session_choose(conn);
    return omni_engine_start(conn, conn->context->client, err);
}

otls_status omni_connection_start(otls_connection *conn, otls_error *err)
{
    if (conn->role_open)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "take a side first: call otls_connection_set_role");
    if (conn->state == OMNI_STATE_NEW && !conn->server)
        return client_start(conn, err);
    conn->state = OMNI_STATE_HELLO;
    omni_event_state(conn);
    return omni_server_start(conn, err);
}

static otls_status finish(otls_connection *conn, otls_error *err)
{
    conn->info.size = sizeof(conn->info);
    OMNI_MODULE(conn->context->backend)->connection->info(conn->engine, &conn->info);
    OMNI_TRY(omni_session_resumed(conn, err));
    OMNI_TRY(omni_connection_assert(conn, err));
    conn->state = OMNI_STATE_OPEN;
    omni_session_done(conn);
    omni_event_state(conn);
    return OTLS_OK;
}

static otls_status step(otls_connection *conn, otls_error *err)
{
    otls_error inner;

    for (int turn = 0; turn < TURNS_MAX; turn++) {
        otls_status status, flushed;

        conn->said = OTLS_OK;
        status = OMNI_MODULE(conn->context->backend)->connection->handshake(conn->engine, &inner);
        if (status < 0)
            return omni_connection_fail(conn, status, &inner, err);
        flushed = omni_io_flush(conn);
        if (flushed < 0)
            return omni_connection_fail(conn, flushed, NULL, err);
        if (status == OTLS_OK)
            return finish(conn, err);
        if (status != OTLS_WANT_READ)
            return status; /* WANT_ASYNC */
        if (flushed == OTLS_WANT_WRITE)
            return OTLS_WANT_WRITE;
        if (conn->said == OTLS_WANT_READ)
            return OTLS_WANT_READ;
        if (conn->said < 0)
            return omni_connection_fail(conn, conn->said, NULL, err);
    }
    return omni_connection_fail_text(conn, err, OTLS_E_INTERNAL, OTLS_CODE_LIMIT,
                                     "the engine makes no progress");
}

static otls_status handshake(otls_connection *conn, otls_error *err)
{
    otls_status status;

    if (conn->state == OMNI_STATE_FAILED)
        return omni_connection_fail_again(conn, err);
    if (conn->state < OMNI_STATE_HANDSHAKE) {
        status = omni_connection_start(conn, err);
        if (status != OTLS_OK)
            return status;
    }
    if (conn->state == OMNI_STATE_HANDSHAKE) {
        status = step(conn, err);
        if (status != OTLS_OK)
            return status;
    }
    status = omni_io_flush(conn);
    return status < 0 ? omni_connection_fail(conn, status, NULL, err) : status;
}

otls_status otls_connection_handshake(otls_connection *conn, otls_error *err)
{
    const bool over = conn->state >= OMNI_STATE_OPEN;
    const otls_status status = handshake(conn, err);

    if (status < 0 && !over)
        omni_session_failed(conn);
    omni_waits(conn, status);
    return status;
}

bool otls_connection_handshake_done(const otls_connection *conn)
{
    return conn->info.version != 0 && (conn->state == OMNI_STATE_OPEN || conn->failure_status != 0);
}
