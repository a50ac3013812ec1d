/* SPDX-License-Identifier: MIT */
/* After the handshake: renegotiation (TLS 1.2), key update and late authentication (TLS 1.3). */
#include "gtls.h"

/* One step of what is under way, driven by the caller's read. */
static int step(otls_backend_connection *conn)
{
    int rc;
    conn->starved = conn->framing.held_back = conn->fed = false;
    conn->framing.wanted = conn->rehandshaking ? GTLS_OTHER_RECORDS : GTLS_ANY_RECORD;
    rc = conn->rehandshaking ? gnutls_handshake(conn->session) : gnutls_reauth(conn->session, 0);
    conn->framing.wanted = GTLS_ANY_RECORD;
    return rc;
}

static void done(otls_backend_connection *conn)
{
    if (conn->rehandshaking)
        conn->core->ops->rehandshake(conn->core, true);
    conn->rehandshaking = false;
    conn->reauthenticating = false;
}

void gtls_rehandshake_begin(otls_backend_connection *conn)
{
    if (conn->context->policy->server) /* of hellos with tickets, and of a client that shows nothing any more */
        gnutls_handshake_set_hook_function(conn->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH,
                                           gtls_message_seen);
    conn->rehandshaking = true;
    conn->core->ops->rehandshake(conn->core, false);
}

/*
 * close_notify in the middle of it: an orderly end (RFC 5246 7.2.1). In place of a ChangeCipherSpec GnuTLS
 * takes it for a packet that does not belong there; but then there is nothing more to read.
 */
static bool peer_closed(const otls_backend_connection *conn, int rc)
{
    uint8_t byte;

    return rc == GNUTLS_E_SESSION_EOF ||
           (rc == GNUTLS_E_UNEXPECTED_PACKET && conn->rehandshaking && conn->framing.head[0] == GTLS_ALERT &&
            gnutls_record_recv(conn->session, &byte, 1) == 0);
}

otls_status gtls_post_handshake(otls_backend_connection *conn, otls_error *err)
{
    for (unsigned round = 0; round < GTLS_ROUNDS;) {
        const int rc = conn->closed ? GNUTLS_E_SESSION_EOF : step(conn);
        if (!conn->closed && peer_closed(conn, rc)) {
            conn->closed = true;
            conn->core->ops->alert(conn->core, true, false, OTLS_ALERT_CLOSE_NOTIFY);
        }
        if (conn->closed)
            return OTLS_CLOSED;
        if (rc == GNUTLS_E_SUCCESS) {
            done(conn);
            return OTLS_OK;
        }
        if (rc == GNUTLS_E_GOT_APPLICATION_DATA) {
            conn->data_waiting = true; /* sent before the peer saw our request: deliver it first */
            return OTLS_OK;
        }
        if (rc == GNUTLS_E_WARNING_ALERT_RECEIVED) {
            const uint8_t alert = (uint8_t)gnutls_alert_get(conn->session);
            if (!gtls_warning(conn, alert))
                return gtls_fail_connection(conn, GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, err);
            if (alert == OTLS_ALERT_NO_RENEGOTIATION) {
                done(conn); /* the peer does not want to; the connection stands */
                return OTLS_OK;
            }
        } else if (gnutls_error_is_fatal(rc)) {
            return gtls_fail_connection(conn, rc, err);
        } else if (conn->framing.held_back) {
            return OTLS_OK; /* data comes first */
        } else if (conn->starved) {
            return OTLS_WANT_READ;
        }
        round += gtls_round(conn, rc);
    }
    return gtls_fail_connection(conn, GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, err);
}

/* Makes GnuTLS give up the handshake it has not begun, and go back to passing records. */
static int drop_hello(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                      const gnutls_datum_t *message)
{
    (void)session;
    (void)type;
    (void)when;
    (void)incoming;
    (void)message;
    return GNUTLS_E_GOT_APPLICATION_DATA;
}

otls_status gtls_refuse_renegotiation(otls_backend_connection *conn, otls_error *err)
{
    int rc = gnutls_alert_send(conn->session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
    if (rc < 0)
        return gtls_fail_connection(conn, rc, err);
    conn->core->ops->alert(conn->core, false, false, OTLS_ALERT_NO_RENEGOTIATION);
    if (!conn->context->policy->server)
        return OTLS_OK;
    /* A refused ClientHello stays in front of the data until a handshake takes it away. */
    gnutls_handshake_set_hook_function(conn->session, GNUTLS_HANDSHAKE_CLIENT_HELLO,
                                       GNUTLS_HOOK_PRE, drop_hello);
    rc = gnutls_handshake(conn->session);
    return rc == GNUTLS_E_GOT_APPLICATION_DATA ? OTLS_OK : gtls_fail_connection(conn, rc, err);
}

otls_status gtls_key_update(otls_backend_connection *conn, bool request_peer, otls_error *err)
{
    const int rc =
        gnutls_session_key_update(conn->session, request_peer ? (unsigned)GNUTLS_KU_PEER : 0);
    return rc < 0 ? gtls_fail_connection(conn, rc, err) : OTLS_OK;
}

/* The request is out; data that came first is for the next read to deliver. */
static otls_status started(otls_backend_connection *conn, int rc, otls_error *err)
{
    conn->data_waiting = rc == GNUTLS_E_GOT_APPLICATION_DATA;
    if (conn->data_waiting || !gnutls_error_is_fatal(rc))
        return OTLS_OK;
    return gtls_fail_connection(conn, rc, err);
}

otls_status gtls_request_certificate(otls_backend_connection *conn, otls_error *err)
{
    const unsigned flags = gnutls_session_get_flags(conn->session);
    if (!(flags & GNUTLS_SFLAGS_POST_HANDSHAKE_AUTH))
        return otls_backend_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_OFFERED, GTLS_NAME, 0,
                                 "the client did not offer post-handshake authentication");
    if (conn->reauthenticating)
        return otls_backend_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET, GTLS_NAME, 0,
                                 "the client has not answered the last request yet");
    gnutls_certificate_server_set_request(conn->session, conn->context->policy->request_peer ==
                                                                 OTLS_REQUEST_REQUIRED
                                                             ? GNUTLS_CERT_REQUIRE
                                                             : GNUTLS_CERT_REQUEST);
    conn->starved = false;
    conn->deaf = true;
    const int rc = gnutls_reauth(conn->session, 0);
    conn->deaf = false;
    conn->reauthenticating = rc != GNUTLS_E_SUCCESS;
    return started(conn, rc, err);
}

otls_status gtls_renegotiate(otls_backend_connection *conn, otls_error *err)
{
    const otls_policy *policy = conn->context->policy;
    if (!policy->renegotiation)
        return otls_backend_fail(err, OTLS_E_USAGE, OTLS_CODE_RENEGOTIATION, GTLS_NAME, 0,
                                 "renegotiation is not allowed by the policy");
    if (policy->server) {
        /* The client's answer comes as a request to renegotiate, see connection_read. */
        const int rc = gnutls_rehandshake(conn->session);
        return rc < 0 && gnutls_error_is_fatal(rc) ? gtls_fail_connection(conn, rc, err) : OTLS_OK;
    }
    gtls_rehandshake_begin(conn);
    const otls_status status = gtls_post_handshake(conn, err);
    return status == OTLS_WANT_READ || status == OTLS_CLOSED /* the reads tell */ ? OTLS_OK : status;
}
