/* SPDX-License-Identifier: MIT */
/* The handshake, one state at a time, so that core can judge between two of them. */
#include "mbed.h"

/* A handshake has fewer states; this ends one that goes nowhere. */
#define STEPS 256

/* RFC 7627 5.3, which mbed TLS leaves to us: a session and its resumption both have the extended
 * master secret, or neither. */
static otls_status check_resumption(otls_backend_connection *conn, otls_error *err)
{
    if (!conn->reused || conn->resumed.extended == conn->extended)
        return OTLS_OK;
    conn->refuse_alert = OTLS_ALERT_HANDSHAKE_FAILURE;
    mbed_alert(conn, OTLS_ALERT_HANDSHAKE_FAILURE);
    return mbed_fail(err, OTLS_E_PROTOCOL, OTLS_CODE_NONE, 0,
                     "the resumed session and its resumption differ in extended_master_secret");
}

/* A server has read a ClientHello with a ticket that it opened, and chosen version and suite. */
static void drop_misfit(otls_backend_connection *conn)
{
    mbedtls_ssl_handshake_params *handshake = conn->ssl.handshake;

    if (handshake->resume == 0 || mbed_session_fits(conn))
        return;
    if (conn->resumed.extended && handshake->extended_ms == MBEDTLS_SSL_EXTENDED_MS_DISABLED)
        return; /* must not go on as if nothing was: check_resumption ends it */
    handshake->resume = 0; /* a full handshake */
    mbed_session_clear(&conn->resumed);
}

/* A client that offered a session and gets a new one: mbed TLS 2.28 leaves the ticket that was refused
 * in it, which would go out beside keys that are not its own. */
static void drop_refused_ticket(otls_backend_connection *conn)
{
    mbedtls_ssl_session *session = conn->ssl.session_negotiate;

    if (conn->ssl.handshake->resume != 0 || session->ticket == NULL)
        return;
    mbed_wipe(session->ticket, session->ticket_len);
    mbedtls_free(session->ticket);
    session->ticket = NULL;
    session->ticket_len = 0;
    session->ticket_lifetime = 0;
}

static otls_status stepped(otls_backend_connection *conn, int state, otls_error *err)
{
    const bool server = conn->context->policy->server;

    if (server && state == MBEDTLS_SSL_CLIENT_HELLO)
        drop_misfit(conn);
    if (!server && state == MBEDTLS_SSL_SERVER_HELLO && conn->ssl.handshake != NULL)
        drop_refused_ticket(conn);
    mbed_observe(conn, state);
    if (!server && state == MBEDTLS_SSL_CERTIFICATE_REQUEST)
        mbed_tell_ca_names(conn);
    if (!server && state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE) {
        const int rc = mbed_psk_hint(conn);

        if (rc != 0)
            return mbed_fail_connection(conn, rc, err);
    }
    if (!server && state == MBEDTLS_SSL_SERVER_NEW_SESSION_TICKET)
        conn->ticket = true;
    if (state == MBEDTLS_SSL_SERVER_HELLO)
        return check_resumption(conn, err);
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

const char *mbed_state_name(const otls_backend_connection *conn)
{
    static const char *const names[] = {
        "hello request",      "client hello",        "server hello",
        "server certificate", "server key exchange", "certificate request",
        "server hello done",  "client certificate",  "client key exchange",
        "certificate verify", "client change cipher spec",
        "client finished",    "server change cipher spec",
        "server finished",    "flush buffers",       "handshake wrap-up",
        "handshake over",     "server new session ticket",
    };
    const int state = conn->ssl.state;

    return state >= 0 && (size_t)state < MBED_COUNT(names) ? names[state] : "unknown";
}
