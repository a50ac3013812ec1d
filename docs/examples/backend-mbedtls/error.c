/* SPDX-License-Identifier: MIT */
/* mbed TLS' numbers in omnitls' words. */
#include "mbed.h"

/* Every number that is neither here nor in the release's table is a fault of the protocol with the
 * alert internal_error, if mbed TLS has sent none itself. The sentences are core's: a row has none. */
static const mbed_cause causes[] = {
    {MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE, OTLS_E_VERIFY, OTLS_CODE_PEER_CERTIFICATE_MISSING,
     OTLS_ALERT_HANDSHAKE_FAILURE},
    {MBEDTLS_ERR_SSL_INVALID_RECORD, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECODE_ERROR},
    {MBEDTLS_ERR_SSL_INVALID_MAC, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_BAD_RECORD_MAC},
    {MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_UNEXPECTED_MESSAGE},
    {MBEDTLS_ERR_SSL_UNEXPECTED_RECORD, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_UNEXPECTED_MESSAGE},
    {MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE, OTLS_E_PROTOCOL, OTLS_CODE_LIMIT,
     OTLS_ALERT_ILLEGAL_PARAMETER},
    {MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_UNKNOWN_PSK_IDENTITY},
    {MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_HANDSHAKE_FAILURE},
};

static const mbed_cause *cause_of(int native)
{
    static const mbed_cause other = {
        .status = OTLS_E_PROTOCOL, .code = OTLS_CODE_NONE, .alert = OTLS_ALERT_INTERNAL_ERROR};

    for (size_t i = 0; i < MBED_COUNT(causes); i++)
        if (causes[i].native == native)
            return &causes[i];
    for (size_t i = 0; i < mbed_release_cause_count; i++)
        if (mbed_release_causes[i].native == native)
            return &mbed_release_causes[i];
    return &other;
}

otls_status mbed_fail(otls_error *err, otls_status status, int32_t code, int native,
                      const char *text)
{
    (void)otls_backend_fail(err, status, code, MBED_NAME, native, "%s", text);
    if (native != 0)
        mbedtls_strerror(native, err->native_text, sizeof(err->native_text));
    return status;
}

otls_status mbed_fail_nomem(otls_error *err)
{
    return mbed_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "");
}

otls_status mbed_category(int native, otls_status otherwise)
{
    switch (native) {
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED:
    case MBEDTLS_ERR_PK_ALLOC_FAILED:
    case MBEDTLS_ERR_ECP_ALLOC_FAILED:
    case MBEDTLS_ERR_MPI_ALLOC_FAILED:
    case MBEDTLS_ERR_MD_ALLOC_FAILED:
    case MBEDTLS_ERR_CIPHER_ALLOC_FAILED:
    case MBEDTLS_ERR_PEM_ALLOC_FAILED:
    case MBEDTLS_ERR_ASN1_ALLOC_FAILED:
        return OTLS_E_NOMEM;
    default:
        return otherwise;
    }
}

static otls_status received(otls_backend_connection *conn, int native, uint8_t alert, bool fatal,
                            otls_error *err)
{
    conn->core->ops->alert(conn->core, true, fatal, alert);
    (void)mbed_fail(err, OTLS_E_ALERT,
                    mbed_release_is_pinned(conn, alert) ? OTLS_CODE_SESSION_REFUSED
                                                        : OTLS_CODE_NONE,
                    native, "");
    err->alert = alert;
    err->alert_received = 1;
    return OTLS_E_ALERT;
}

/* Before the server's first message could be read, what came was not TLS at all. */
static bool is_not_tls(const otls_backend_connection *conn, int native)
{
    return native == MBEDTLS_ERR_SSL_INVALID_RECORD && !conn->context->policy->server &&
           conn->ssl.state == MBEDTLS_SSL_SERVER_HELLO;
}

otls_status mbed_fail_connection(otls_backend_connection *conn, int native, otls_error *err)
{
    const mbed_cause *cause = cause_of(mbed_release_is_split(conn, native)
                                           ? MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE
                                           : native);
    otls_status status = mbed_category(native, cause->status);
    int32_t code = is_not_tls(conn, native) ? OTLS_CODE_NOT_TLS : cause->code;
    const uint8_t alert = conn->refused ? conn->refuse_alert : cause->alert;

    if (conn->broken)
        return mbed_fail(err, OTLS_E_IO, OTLS_CODE_NONE, native, "");
    if (native == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
        return received(conn, native, conn->ssl.in_msg[1], true, err);
    if (native == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
        return received(conn, native, OTLS_ALERT_CLOSE_NOTIFY, false, err);
    if (conn->refused) {
        status = OTLS_E_VERIFY;
        code = OTLS_CODE_NONE;
    }
    if (conn->alert_sent == -2) { /* under encryption: what mbed TLS sends for this number */
        conn->alert_sent = alert;
        conn->core->ops->alert(conn->core, false, true, alert);
    } else if (conn->alert_sent == -1) {
        mbed_alert(conn, alert);
    }
    (void)mbed_fail(err, status, code, native, "");
    err->alert = conn->alert_sent >= 0 ? conn->alert_sent : -1;
    return status;
}
