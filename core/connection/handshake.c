/* SPDX-License-Identifier: MIT */
/* The handshake: the engine is started and driven, what came out is asserted. */
#include "connection/handshake.h"

#include "connection/connection.h"
#include "connection/events.h"
#include "connection/fail.h"
#include "connection/io.h"
#include "connection/messages.h"
#include "connection/peer.h"

/** An engine that asks again without the transport having blocked gets this many turns. */
#define TURNS_MAX 4096

otls_status omni_engine_start(otls_connection *conn, const omni_native *native, otls_error *err)
{
    const omni_settings *settings = &conn->context->settings;
    otls_connection_setup setup = {
        .size = sizeof(setup),
        .core = &conn->core,
        .server_name = conn->server || conn->reference.dns == NULL ? NULL : conn->host,
        .alpn = conn->server ? (otls_slice){conn->chosen_alpn, conn->chosen_alpn_size}
                             : (otls_slice){settings->offer.alpn, settings->offer.alpn_size},
        .ask_later = conn->server && settings->offer.post_handshake_auth &&
                     conn->hello_version == OTLS_TLS1_3,
        .session = omni_session_blob(conn),
        .by_id = conn->server && omni_session_by_id(conn),
        .early_data = conn->server && conn->sessions.early_offered,
        .no_curves = conn->no_curves,
        .only_group = conn->hello_version == OTLS_TLS1_3, /* 0 on clients */
        .group = conn->chosen_group,
        .session_object = omni_session_object(conn),
        .old_ticket = conn->server && conn->sessions.old_ticket,
    };
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    if (omni_messages_begin(conn) != OTLS_OK)
        return omni_connection_fail(conn, OTLS_E_NOMEM, NULL, err);
    status = OMNI_ENGINE_ASK(
        &inner, omni_engine(conn)->init(conn->engine, native->engine, &setup, &inner));
    if (status != OTLS_OK && inner.code == OTLS_CODE_SESSION_REFUSED &&
        omni_session_unreadable(conn)) {
        setup.session = (otls_slice){NULL, 0}; /* a full handshake, then */
        setup.session_object = NULL;
        status = OMNI_ENGINE_ASK(
            &inner, omni_engine(conn)->init(conn->engine, native->engine, &setup, &inner));
    }
    if (omni_engine_fell_short(status)) {
        omni_engine(conn)->fini(conn->engine);
        status = omni_fail_nomem(&inner);
    }
    if (status != OTLS_OK)
        return omni_connection_fail(conn, status, &inner, err);
    conn->native = omni_native_ref(native);
    conn->engine_live = true;
    conn->state = OMNI_STATE_HANDSHAKE;
    omni_event_state(conn);
    return OTLS_OK;
}

static otls_status client_start(otls_connection *conn, otls_error *err)
{
    const omni_settings *settings = &conn->context->settings;
    const bool named = conn->reference.dns != NULL || conn->reference.ip_size != 0 ||
                       settings->callbacks.psk_client != NULL; /* a certificate will match no name */

    if (!named && !settings->verdict.no_verify && !settings->verdict.no_name_check)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_SERVER_NAME,
                         "no server name to verify: call otls_connection_set_server_name first");
    omni_session_choose(conn);
    return omni_engine_start(conn, conn->context->client, err);
}

otls_status omni_connection_start(otls_connection *conn, otls_error *err)
{
    if (conn->role_open)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET,
                         "take a side first: call otls_connection_set_role");
    if (conn->state == OMNI_STATE_NEW) /* this connection's own, if it has one */
        OMNI_TRY(otls_context_seal(conn->context, err));
    if (conn->state == OMNI_STATE_NEW && !conn->server)
        return client_start(conn, err);
    conn->state = OMNI_STATE_HELLO;
    omni_event_state(conn);
    return omni_server_start(conn, err);
}

static otls_status finish(otls_connection *conn, otls_error *err)
{
    conn->info.size = sizeof(conn->info);
    omni_engine(conn)->info(conn->engine, &conn->info);
    omni_psk_settle(conn);
    OMNI_TRY(omni_session_resumed(conn, err));
    OMNI_TRY(omni_connection_assert(conn, err));
    conn->state = OMNI_STATE_OPEN;
    omni_session_done(conn);
    omni_event_state(conn);
    return OTLS_OK;
}

otls_status omni_connection_renegotiated(otls_connection *conn, otls_error *err)
{
    conn->renegotiated = false;
    conn->renegotiations++;
    conn->info = (otls_connection_info){.size = sizeof(conn->info)};
    omni_engine(conn)->info(conn->engine, &conn->info);
    omni_psk_settle(conn);
    OMNI_TRY(omni_session_renegotiated(conn, err));
    return omni_connection_assert(conn, err);
}

static otls_status step(otls_connection *conn, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;

    for (int turn = 0; turn < TURNS_MAX; turn++) {
        otls_status status, flushed;

        status = OMNI_ENGINE_ASK(&inner, OMNI_ENGINE_CALL(conn, handshake, &inner));
        if (status < 0)
            return omni_connection_fail(conn, status, &inner, err);
        flushed = omni_io_flush(conn);
        if (flushed < 0)
            return omni_connection_fail(conn, flushed, NULL, err);
        if (status == OTLS_OK)
            return finish(conn, err);
        if (status == OTLS_WANT_ASYNC)
            return status;
        if (status != OTLS_WANT_READ)
            return omni_connection_fail(conn, status, NULL, err);
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
    if (!over && conn->calls.told_start)
        omni_event(conn, OTLS_INFO_HANDSHAKE_EXIT, status);
    return status;
}

bool otls_connection_handshake_done(const otls_connection *conn)
{
    return conn->info.version != 0 && (conn->state == OMNI_STATE_OPEN || conn->failure_status != 0);
}
