/* SPDX-License-Identifier: MIT */
/** @file error.c OpenSSL's error queue and alerts, translated to one otls_error. */
#include "ossl.h"

/* Copy the newest entry of the queue to `err` as "library: function: reason". */
static void add_native(otls_error *err, unsigned long error)
{
    const char *function = NULL;
    if (error == 0)
        return;
#if OSSL_AT_LEAST_3
    (void)ERR_peek_last_error_func(&function);
#else
    function = ERR_func_error_string(error);
#endif
    const char *library = ERR_lib_error_string(error);
    const char *reason = ERR_reason_error_string(error);
    err->native = (int64_t)error;
    (void)snprintf(err->native_text, sizeof(err->native_text), "%s: %s: %s",
                   library != NULL ? library : "?", function != NULL ? function : "?",
                   reason != NULL ? reason : "?");
}

otls_status ossl_fail(otls_error *err, otls_status status, int32_t code, const char *format, ...)
{
    const unsigned long error = ERR_peek_last_error();
    char text[sizeof(err->text)];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (error != 0 && ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
        status = OTLS_E_NOMEM;
    (void)otls_backend_fail(err, status, code, OSSL_NAME, 0, "%s", text);
    add_native(err, error);
    ERR_clear_error();
    return status;
}

bool ossl_error_is_unsupported(void)
{
    const unsigned long error = ERR_peek_last_error();
    const int reason = ERR_GET_REASON(error);
#if OSSL_AT_LEAST_3
    if (reason == ERR_R_UNSUPPORTED)
        return true;
#endif
    if (ERR_GET_LIB(error) == ERR_LIB_EVP)
        return reason == EVP_R_UNSUPPORTED_ALGORITHM || reason == EVP_R_UNKNOWN_PBE_ALGORITHM ||
               reason == EVP_R_UNSUPPORTED_CIPHER || reason == EVP_R_UNKNOWN_CIPHER ||
               reason == EVP_R_UNSUPPORTED_PRF || reason == EVP_R_UNSUPPORTED_PRIVATE_KEY_ALGORITHM;
    return false;
}

/* Has the peer not yet said anything we understood? */
static bool nothing_understood(const SSL *ssl)
{
    const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);
    return state == TLS_ST_BEFORE || state == TLS_ST_CW_CLNT_HELLO;
}

static int32_t code_of_reason(const SSL *ssl, int reason)
{
    switch (reason) {
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_AVAILABLE:
        return OTLS_CODE_NO_SHARED_SUITE;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
        return OTLS_CODE_NO_SHARED_VERSION;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
        return OTLS_CODE_NOT_TLS;
    case SSL_R_WRONG_VERSION_NUMBER:
        return nothing_understood(ssl) ? OTLS_CODE_NOT_TLS : OTLS_CODE_NONE;
    case SSL_R_NO_SUITABLE_KEY_SHARE:
#ifdef SSL_R_NO_SUITABLE_GROUPS
    case SSL_R_NO_SUITABLE_GROUPS:
#endif
#ifdef SSL_R_UNSUPPORTED_ELLIPTIC_CURVE
    case SSL_R_UNSUPPORTED_ELLIPTIC_CURVE:
#endif
    case SSL_R_WRONG_CURVE:
        return OTLS_CODE_NO_SHARED_GROUP;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return OTLS_CODE_PEER_CERTIFICATE_MISSING;
    case SSL_R_NO_APPLICATION_PROTOCOL:
        return OTLS_CODE_NO_SHARED_ALPN;
    case SSL_R_NO_RENEGOTIATION:
        return OTLS_CODE_RENEGOTIATION;
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
        return OTLS_CODE_LIMIT;
    default:
        return OTLS_CODE_NONE;
    }
}

static otls_status fail_protocol(struct otls_backend_connection *conn, otls_error *err)
{
    const unsigned long error = ERR_peek_last_error();
    int32_t code = OTLS_CODE_NONE;
    if (ERR_GET_LIB(error) == ERR_LIB_SSL)
        code = code_of_reason(conn->ssl, ERR_GET_REASON(error));
    const char *reason = error != 0 ? ERR_reason_error_string(error) : NULL;
    const otls_status status = ossl_fail(err, OTLS_E_PROTOCOL, code, "the TLS protocol failed: %s",
                                         reason != NULL ? reason : "no reason given");
    err->alert = conn->alert_out;
    return status;
}

static otls_status fail_verification(const struct otls_backend_connection *conn, otls_error *err)
{
    const otls_status status =
        ossl_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE, "the peer's certificates were not accepted");
    err->alert = conn->alert_out >= 0 ? conn->alert_out : conn->verify_alert;
    return status;
}

otls_status ossl_fail_connection(struct otls_backend_connection *conn, otls_error *err)
{
    otls_status status;
    if (conn->io == OTLS_WANT_READ && !conn->refused)
        return OTLS_WANT_READ;
    if (conn->refused)
        return fail_verification(conn, err);
    if (conn->alert_in >= 0) {
        status = ossl_fail(err, OTLS_E_ALERT, OTLS_CODE_NONE, "the peer sent the fatal alert %d",
                           (int)conn->alert_in);
        err->alert = conn->alert_in;
        err->alert_received = 1;
        return status;
    }
    if (conn->io < 0)
        return ossl_fail(err, conn->io, OTLS_CODE_NONE,
                         conn->io == OTLS_E_TRUNCATED ? "the transport ended without close_notify"
                                                      : "the transport failed");
    if (conn->closed) {
        ERR_clear_error();
        return OTLS_CLOSED;
    }
    ossl_ask_late(conn);
    return conn->refused ? fail_verification(conn, err) : fail_protocol(conn, err);
}
