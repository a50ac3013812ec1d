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

/* One row: the engine's number, our answer, and the alert to send when the engine sent none. */
struct cause {
    int native;
    otls_status status;
    int32_t code;
    uint8_t alert;
    const char *text;
};

static const struct cause causes[] = {
    {NO_PEER_CERT, OTLS_E_VERIFY, OTLS_CODE_PEER_CERTIFICATE_MISSING, OTLS_ALERT_HANDSHAKE_FAILURE,
     "the peer sent no certificate"},
    {MATCH_SUITE_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_SUITE, OTLS_ALERT_HANDSHAKE_FAILURE,
     "no cipher suite in common with the peer"},
    {UNSUPPORTED_SUITE, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_SUITE, OTLS_ALERT_ILLEGAL_PARAMETER,
     "the peer chose a cipher suite that was not offered"},
    {VERSION_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_VERSION, OTLS_ALERT_PROTOCOL_VERSION,
     "no protocol version in common with the peer"},
    {UNSUPPORTED_PROTO_VERSION, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_VERSION,
     OTLS_ALERT_PROTOCOL_VERSION, "no protocol version in common with the peer"},
    {BAD_KEY_SHARE_DATA, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_GROUP, OTLS_ALERT_HANDSHAKE_FAILURE,
     "no group in common with the peer"},
    {ECC_CURVE_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_GROUP, OTLS_ALERT_HANDSHAKE_FAILURE,
     "no group in common with the peer"},
    {ECC_CURVETYPE_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_GROUP, OTLS_ALERT_ILLEGAL_PARAMETER,
     "the peer chose a group that was not offered"},
    {UNKNOWN_RECORD_TYPE, OTLS_E_PROTOCOL, OTLS_CODE_NOT_TLS, OTLS_ALERT_UNEXPECTED_MESSAGE,
     "the peer does not speak TLS"},
    {PARSE_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NOT_TLS, OTLS_ALERT_UNEXPECTED_MESSAGE,
     "the peer does not speak TLS"},
    {SIDE_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_UNEXPECTED_MESSAGE,
     "the peer sent a message of the wrong side"},
    {AES_GCM_AUTH_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_BAD_RECORD_MAC,
     "a record from the peer is not authentic"},
    {AES_CCM_AUTH_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_BAD_RECORD_MAC,
     "a record from the peer is not authentic"},
    {MAC_CMP_FAILED_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_BAD_RECORD_MAC,
     "a record from the peer is not authentic"},
    {DH_KEY_SIZE_E, OTLS_E_PROTOCOL, OTLS_CODE_WEAK, OTLS_ALERT_INSUFFICIENT_SECURITY,
     "the peer's Diffie-Hellman group is too small"},
    {UNKNOWN_ALPN_PROTOCOL_NAME_E, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_ALPN,
     OTLS_ALERT_NO_APPLICATION_PROTOCOL, "no application protocol in common with the peer"},
    {VERIFY_MAC_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_BAD_RECORD_MAC,
     "a record from the peer is not authentic"},
    {DECRYPT_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_BAD_RECORD_MAC,
     "a record from the peer is not authentic"},
    {LENGTH_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_RECORD_OVERFLOW,
     "a record from the peer is too long"},
    {OUT_OF_ORDER_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_UNEXPECTED_MESSAGE,
     "the peer's messages are out of order"},
    {DUPLICATE_MSG_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_UNEXPECTED_MESSAGE,
     "the peer sent a message twice"},
    {SANITY_MSG_E, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_UNEXPECTED_MESSAGE,
     "the peer sent a message that does not belong here"},
    {VERIFY_FINISHED_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECRYPT_ERROR,
     "the peer's Finished message is wrong"},
    {VERIFY_CERT_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECRYPT_ERROR,
     "the peer's signature is wrong"},
    {BUFFER_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECODE_ERROR,
     "a message from the peer is malformed"},
    {EXT_MISSING, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_MISSING_EXTENSION,
     "the peer left out a mandatory extension"},
    {INCOMPLETE_DATA, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_MISSING_EXTENSION,
     "the peer left out something mandatory"},
    {MEMORY_E, OTLS_E_NOMEM, OTLS_CODE_NONE, OTLS_ALERT_INTERNAL_ERROR, "out of memory"},
    {PSK_KEY_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_UNKNOWN_PSK_IDENTITY,
     "no pre-shared key in common with the peer"},
    {NO_PRIVATE_KEY, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, OTLS_ALERT_HANDSHAKE_FAILURE,
     "no private key to sign with"},
};

static const struct cause *find(int native)
{
    static const struct cause other = {0, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
                                       OTLS_ALERT_HANDSHAKE_FAILURE, "the TLS engine failed"};
    for (size_t i = 0; i < COUNT(causes); i++)
        if (causes[i].native == native)
            return &causes[i];
    return &other;
}

/* Numbers that mean something else in a special situation. */
static const struct cause *special(const otls_backend_connection *conn, int native)
{
    static const struct cause no_psk = {BUFFER_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
                                        OTLS_ALERT_HANDSHAKE_FAILURE,
                                        "no pre-shared key in common with the peer"};
    static const struct cause stuck = {
        VERSION_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_SESSION_REFUSED, OTLS_ALERT_PROTOCOL_VERSION,
        "the server does not do TLS 1.3, and wolfSSL cannot fall back once it has offered a "
        "TLS 1.3 session or key"};

    if (native == BUFFER_ERROR && conn->server && !conn->done &&
        conn->context->policy->chain_count == 0)
        return &no_psk;
    if (native == VERSION_ERROR && !conn->server && (conn->psk_offered || conn->session_offered))
        return &stuck;
    return find(native);
}

/* Its decoder or a limit: the engine gave up on the certificate, perhaps before core was asked. */
static bool about_certificate(int native)
{
    return (native <= ASN_PARSE_E && native > ASN_PARSE_E - 30) || native == BUFFER_E ||
           native == HANDSHAKE_SIZE_ERROR || native == MAX_CHAIN_ERROR ||
           native == PEER_KEY_ERROR || native == RSA_KEY_SIZE_E || native == ECC_KEY_SIZE_E ||
           native == KEYUSAGE_E || native == EXTKEYUSAGE_E || native == ALT_NAME_E;
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
    const struct cause *cause = special(conn, native);
    otls_status status = cause->status;
    WOLFSSL_ALERT_HISTORY history;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    if (about_certificate(native))
        wolf_ask_late(conn);
    if (conn->judged && conn->verdict != OTLS_OK)
        return fail_verification(conn, native, err);
    if (history.last_rx.level == alert_fatal) {
        wolf_alerts(conn);
        (void)wolf_error(err, OTLS_E_ALERT, OTLS_CODE_NONE, native, "the peer sent a fatal alert");
        err->alert = history.last_rx.code;
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
    if (about_certificate(native) && !conn->done)
        status = OTLS_E_VERIFY;
    (void)wolf_error(err, status, cause->code, native, cause->text);
    if (status == OTLS_E_VERIFY)
        err->verify_flags = native == NO_PEER_CERT     ? (uint32_t)OTLS_VERIFY_MISSING
                            : native == ASN_CRIT_EXT_E ? (uint32_t)OTLS_VERIFY_CRITICAL_EXTENSION
                                                       : (uint32_t)OTLS_VERIFY_MALFORMED;
    if (conn->tx_seen >= 0)
        err->alert = conn->tx_seen & 0xff;
    return status;
}

otls_status wolf_unusable(otls_error *err)
{
    return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE, 0,
                      "both sides have closed: wolfSSL has forgotten the connection");
}
