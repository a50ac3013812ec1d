/* SPDX-License-Identifier: MIT */
/* After the handshake: the client's certificate asked for late (RFC 8446 4.6.2), new keys, renegotiation. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"
#include "connection/io.h"
#include "connection/peer.h"

/* An engine that does not ask changes nothing; one that has the answer already has told who it is. */
static otls_status ask_late(otls_connection *conn, otls_error *inner)
{
    otls_status status;

    conn->calls.peer_heard = false;
    status = OMNI_ENGINE_ASK(inner, OMNI_ENGINE_CALL(conn, request_certificate, inner));
    if (status < 0)
        return status;
    conn->calls.asked_late = true;
    if (!conn->calls.peer_heard)
        omni_peer_clear(conn);
    return status;
}

otls_status otls_connection_request_client_certificate(otls_connection *conn, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    if (!conn->server)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a client does not ask for a certificate");
    OMNI_TRY(omni_connection_open(conn, err));
    if (conn->sent_close)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE,
                         "asking for a certificate after our own close_notify");
    if (conn->info.version != OTLS_TLS1_3)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "%s has no authentication after the handshake",
                         otls_version_name(conn->info.version));
    if (!conn->context->settings.offer.post_handshake_auth)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "the context does not allow authentication after the handshake");
    if (!OMNI_HAS(omni_engine(conn), request_certificate))
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH);
    if (conn->calls.asked_late &&
        otls_backend_supports(conn->context->backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) ==
            OTLS_PARTLY)
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH);
    status = ask_late(conn, &inner);
    if (status == OTLS_E_USAGE || status == OTLS_E_UNSUPPORTED)
        return omni_fail(err, OTLS_E_USAGE, inner.code, "%s", inner.text);
    if (status < 0)
        return omni_connection_fail(conn, status, &inner, err);
    return otls_connection_flush(conn, err) < 0 ? conn->failure_status : OTLS_OK;
}

/* ---- new keys ---- */

static otls_status after_engine(otls_connection *conn, otls_status status, const otls_error *inner,
                                otls_error *err)
{
    if (status == OTLS_E_UNSUPPORTED) {
        omni_error_give(err, inner);
        return status;
    }
    if (status != OTLS_OK)
        return omni_connection_not_done(conn, status, inner, err);
    status = omni_io_flush(conn);
    return status < 0 ? omni_connection_fail(conn, status, NULL, err) : OTLS_OK;
}

otls_status otls_connection_key_update(otls_connection *conn, bool request_peer, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;

    OMNI_TRY(omni_connection_open(conn, err));
    if (conn->sent_close)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE,
                         "key update after our own close_notify");
    if (otls_version_before(conn->info.version, OTLS_TLS1_3))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "key update needs TLS 1.3");
    if (!OMNI_HAS(omni_engine(conn), key_update))
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_KEY_UPDATE);
    return after_engine(conn, OMNI_ENGINE_ASK(&inner, OMNI_ENGINE_CALL(conn, key_update, request_peer, &inner)),
                        &inner, err);
}

otls_status otls_connection_renegotiate(otls_connection *conn, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;

    OMNI_TRY(omni_connection_open(conn, err));
    if (!otls_version_before(conn->info.version, OTLS_TLS1_3))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_RENEGOTIATION,
                         "TLS 1.3 has no renegotiation; see otls_connection_key_update");
    if (!OMNI_HAS(omni_engine(conn), renegotiate) ||
        otls_backend_supports(conn->context->backend, OTLS_FEATURE_RENEGOTIATION, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_RENEGOTIATION);
    if (!conn->native->policy.renegotiation)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_RENEGOTIATION,
                         "the context does not allow renegotiation");
    if (conn->renegotiating)
        return OTLS_OK; /* the peer was first */
    if (conn->sent_close || conn->received_close)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE, "renegotiation after close_notify");
    OMNI_TRY(omni_keep_pending(conn, err));
    return after_engine(conn, OMNI_ENGINE_ASK(&inner, OMNI_ENGINE_CALL(conn, renegotiate, &inner)), &inner, err);
}
