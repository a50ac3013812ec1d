/* SPDX-License-Identifier: MIT */
/* A server asks for the client's certificate after the handshake (RFC 8446 section 4.6.2). */
#include "connection/connection.h"

#include "base/fail.h"

otls_status otls_connection_request_client_certificate(otls_connection *conn, otls_error *err)
{
    const otls_connection_ops *engine = OMNI_MODULE(conn->context->backend)->connection;
    otls_error inner;
    otls_status status;

    if (conn->state == OMNI_STATE_FAILED)
        return omni_connection_fail_again(conn, err);
    if (!conn->server || conn->state != OMNI_STATE_OPEN || conn->sent_close)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "only a server with an open connection asks for a certificate");
    if (conn->info.version != OTLS_TLS1_3)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "%s has no authentication after the handshake",
                         otls_version_name(conn->info.version));
    if (!conn->context->settings.calls.post_handshake_auth)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "the context does not allow authentication after the handshake");
    if (!OMNI_HAS(engine, request_certificate))
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH);
    omni_peer_clear(conn);
    conn->said = OTLS_OK;
    status = engine->request_certificate(conn->engine, &inner);
    if (status == OTLS_E_USAGE || status == OTLS_E_UNSUPPORTED)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%s", inner.text);
    if (status < 0)
        return omni_connection_fail(conn, status, &inner, err);
    return otls_connection_flush(conn, err) < 0 ? conn->failure_status : OTLS_OK;
}
