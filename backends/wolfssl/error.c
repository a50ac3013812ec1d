/* SPDX-License-Identifier: MIT */
/* From wolfSSL's error numbers to ours. */
#include "wolf.h"

otls_status wolf_error(otls_error *err, otls_status status, int32_t code, int native,
                       const char *text)
{
    /* the function wants the number without its sign */
    const char *reason =
        native == 0 ? NULL
                    : wolfSSL_ERR_reason_error_string(native < 0 ? 0ul - (unsigned long)(long)native
                                                                 : (unsigned long)native);

    return kit_fail_native(err, status, code, WOLF_NAME, native, reason, text);
}

/*
 * The server has come to TLS 1.2 although a key or a session of TLS 1.3 was offered: 5.5 says so, 5.7 finds the
 * hello out of order. A session of an older version is not offered where TLS 1.3 is (session.c).
 */
static bool is_stuck(const otls_backend_connection *conn, int native)
{
    if (conn->server || conn->done || !(conn->psk_offered || conn->session_offered))
        return false;
    return native == VERSION_ERROR ||
           (native == OUT_OF_ORDER_E && otls_version_before(wolf_version(conn->ssl), OTLS_TLS1_3) &&
            !otls_version_before(conn->context->policy->max_version, OTLS_TLS1_3));
}

/* RFC 8446 5.1: a record begins with its type, and the bytes of a version that begins with 3. As far as
 * it is there, but one octet is. */
static bool is_record(const uint8_t *head, size_t size)
{
    return head[0] >= 20 && head[0] <= 24 && (size < 2 || head[1] == 3);
}

/* Numbers that mean something else in a special situation; `text` stays NULL where they do not. */
static const kit_cause *special(const otls_backend_connection *conn, int native, const char **text)
{
    static const kit_cause no_psk = {BUFFER_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
                                     OTLS_ALERT_HANDSHAKE_FAILURE};
    static const kit_cause stuck = {VERSION_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_SESSION_REFUSED,
                                    OTLS_ALERT_PROTOCOL_VERSION};
    static const kit_cause foreign = {UNKNOWN_ALPN_PROTOCOL_NAME_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
                                      OTLS_ALERT_ILLEGAL_PARAMETER};
    static const kit_cause hollow = {SOCKET_ERROR_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
                                     OTLS_ALERT_UNEXPECTED_MESSAGE};
    static const kit_cause late = {VERSION_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
                                   OTLS_ALERT_UNEXPECTED_MESSAGE};

    if (conn->done && (native == VERSION_ERROR || (conn->framing.hollow && !is_record(conn->framing.head, 2)))) {
        *text = "the peer sent a message that does not belong here"; /* an alert of wolfSSL's says else */
        return &late;
    }
    if (conn->framing.hollow || (native == UNKNOWN_RECORD_TYPE && conn->encrypted &&
                                 wolfSSL_GetVersion(conn->ssl) == WOLFSSL_TLSV1_3)) {
        *text = !conn->framing.hollow ? "a record from the peer has no known content type"
                : is_record(conn->framing.head, 2) ? "a record from the peer has no content"
                                                : ""; /* core's */
        return &hollow;
    }
    if (native == BUFFER_ERROR && conn->server && !conn->done &&
        conn->context->policy->chain_count == 0) {
        *text = "no pre-shared key in common with the peer";
        return &no_psk;
    }
    if (is_stuck(conn, native)) {
        *text = "the server does not do TLS 1.3, and wolfSSL cannot fall back once it has offered "
                "a TLS 1.3 session or key";
        return &stuck;
    }
    if (native == UNKNOWN_ALPN_PROTOCOL_NAME_E && !conn->server)
        return &foreign; /* a name that we have not offered */
    return wolf_cause(native);
}

/* What came first of all is no record. */
static bool is_not_tls(const otls_backend_connection *conn)
{
    return !conn->done && conn->head_size > 0 && !is_record(conn->head, conn->head_size);
}

/* The decoder gave up on the peer's certificate before core was asked; later it is no certificate.
 */
static bool about_certificate(const otls_backend_connection *conn, int native)
{
    return !conn->done && !conn->judged && wolf_cause_is_certificate(native) &&
           (!conn->server || conn->context->policy->request_peer != OTLS_REQUEST_NONE);
}

static otls_status fail_verification(otls_backend_connection *conn, int native, otls_error *err)
{
    WOLFSSL_ALERT_HISTORY history;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    if (history.last_tx.level != alert_fatal)
        wolf_alert_send(conn, conn->verdict_alert);
    wolf_alerts(conn);
    (void)wolf_error(err, OTLS_E_VERIFY,
                     conn->missing ? OTLS_CODE_PEER_CERTIFICATE_MISSING : OTLS_CODE_NONE, native,
                     conn->missing ? "the peer sent no certificate"
                                   : "the peer's certificate was not accepted");
    err->alert = conn->verdict_alert;
    return OTLS_E_VERIFY;
}

otls_status wolf_failed(otls_backend_connection *conn, int native, otls_error *err)
{
    const char *text = "";
    const kit_cause *cause = special(conn, native, &text);
    const int32_t code = is_not_tls(conn) ? OTLS_CODE_NOT_TLS : cause->code;
    bool certificate = about_certificate(conn, native);
    WOLFSSL_ALERT_HISTORY history;
    int ending;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    /* nothing is wrong with it, and wolfSSL ended there: core knows whether memory was short, too */
    if ((certificate || wolf_cause_may_be_certificate(native)) && wolf_ask_late(conn))
        certificate = true;
    const otls_status status = certificate ? OTLS_E_VERIFY : cause->status;
    if (conn->judged && conn->verdict != OTLS_OK)
        return fail_verification(conn, native, err);
    if (certificate && native != NO_PEER_CERT) /* core would have taken it */
        text = "the peer presents a certificate that wolfSSL cannot read";
    if (wolf_alert_ends(conn, &ending)) {
        wolf_alerts(conn);
        (void)wolf_error(err, OTLS_E_ALERT, OTLS_CODE_NONE, native, "the peer sent a fatal alert");
        err->alert = ending;
        err->alert_received = 1;
        return OTLS_E_ALERT;
    }
    if (conn->io != OTLS_OK) {
        wolf_alerts(conn);
        return wolf_error(err, conn->io, OTLS_CODE_NONE, native, "the transport failed");
    }
    if (native == WOLFSSL_ERROR_ZERO_RETURN) {
        wolf_alerts(conn);
        (void)wolf_error(err, OTLS_E_ALERT, OTLS_CODE_NONE, native,
                         "the peer closed during the handshake");
        err->alert = OTLS_ALERT_CLOSE_NOTIFY;
        err->alert_received = 1;
        return OTLS_E_ALERT;
    }
    if (native == NO_PEER_CERT && conn->server && !conn->judged)
        (void)wolf_verify_missing(conn); /* refused already; core keeps its books */
    if (history.last_tx.level != alert_fatal)
        wolf_alert_send(conn, cause->alert);
    wolf_alerts(conn);
    (void)wolf_error(err, status, code, native, text);
    if (status == OTLS_E_VERIFY)
        err->verify_flags = native == NO_PEER_CERT      ? (uint32_t)OTLS_VERIFY_MISSING
                            : native == MAX_CHAIN_ERROR ? (uint32_t)OTLS_VERIFY_LIMIT
                                                        : (uint32_t)OTLS_VERIFY_UNSUPPORTED;
    if (conn->tx_seen >= 0)
        err->alert = conn->tx_seen & 0xff;
    return status;
}

otls_status wolf_unusable(otls_error *err)
{
    return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE, 0,
                      "both sides have closed: wolfSSL has forgotten the connection");
}
