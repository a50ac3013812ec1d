/* SPDX-License-Identifier: MIT */
/* The handshake, one state at a time, so that core can judge between two of them. */
#include "mbed.h"

/* A handshake has fewer states; this ends one that goes nowhere. */
#define STEPS 256

/* A server's ticket is opened before the suite is chosen. It was put first in the list, so that it
 * is the session's, unless it cannot be used any more. */
static bool has_misfit(const otls_backend_connection *conn)
{
    return conn->reused && conn->context->policy->server &&
           (conn->suite == NULL || conn->suite->id != conn->resumed.suite);
}

/* RFC 7627 5.3, which mbed TLS leaves to us: a session and its resumption both have the extended
 * master secret, or neither. */
static otls_status check_resumption(otls_backend_connection *conn, otls_error *err)
{
    if (!has_misfit(conn) && (!conn->reused || conn->resumed.extended == conn->extended))
        return OTLS_OK;
    conn->refuse_alert = OTLS_ALERT_HANDSHAKE_FAILURE;
    mbed_alert(conn, OTLS_ALERT_HANDSHAKE_FAILURE);
    return mbed_fail(err, OTLS_E_PROTOCOL, OTLS_CODE_NONE, 0,
                     has_misfit(conn) ? "the resumed session is one with another cipher suite"
                                      : "the resumed session and its resumption differ in "
                                        "extended_master_secret");
}

/* A client that offered a session and gets a new one: mbed TLS leaves the ticket that was refused
 * in it, which would go out beside keys that are not its own. */
static void drop_refused_ticket(otls_backend_connection *conn)
{
    mbedtls_ssl_session *session = conn->ssl.session_negotiate;

    if (conn->reused || session == NULL || session->ticket == NULL)
        return;
    mbed_wipe(session->ticket, session->ticket_len);
    mbedtls_free(session->ticket);
    session->ticket = NULL;
    session->ticket_len = 0;
    session->ticket_lifetime = 0;
}

static otls_status stepped(otls_backend_connection *conn, int state, otls_error *err)
{
    const bool server = conn->context->policy->server, noted = conn->noted;

    mbed_observe(conn, state);
    if (conn->noted && !noted) {
        if (!server)
            drop_refused_ticket(conn);
        return check_resumption(conn, err);
    }
    if (server && state == MBEDTLS_SSL_SERVER_FINISHED)
        mbed_release_server_finished(conn);
    if (!server && state == MBEDTLS_SSL_CERTIFICATE_REQUEST)
        mbed_tell_ca_names(conn);
    if (!server && state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE) {
        const int rc = mbed_psk_hint(conn);

        if (rc != 0)
            return mbed_fail_connection(conn, rc, err);
    }
    if (!server && conn->ssl.in_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE &&
        conn->ssl.in_msg[0] == MBEDTLS_SSL_HS_NEW_SESSION_TICKET)
        conn->ticket = true;
    conn->judging = mbed_must_judge(conn, state);
    return OTLS_OK;
}

otls_status mbed_handshake(otls_backend_connection *conn, otls_error *err)
{
    for (unsigned step = 0; step < STEPS; step++) {
        const int state = conn->ssl.state;
        otls_status status = conn->judging ? mbed_judge(conn, err) : OTLS_OK;
        int rc;

        if (status != OTLS_OK)
            return status;
        if (state == MBEDTLS_SSL_HANDSHAKE_OVER) {
            mbed_session_notice(conn);
            return OTLS_OK;
        }
        conn->starved = false;
        rc = mbedtls_ssl_handshake_step(&conn->ssl);
        if (rc == MBEDTLS_ERR_SSL_WANT_READ && conn->starved)
            return OTLS_WANT_READ;
        if (rc != 0 && rc != MBEDTLS_ERR_SSL_WANT_READ)
            return mbed_fail_connection(conn, rc, err);
        if (rc == 0)
            status = stepped(conn, state, err);
        if (status != OTLS_OK)
            return status;
    }
    return mbed_fail_connection(conn, MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, err);
}
