/* SPDX-License-Identifier: MIT */
/* OpenSSL's error queue and alerts, translated to one otls_error. */
#include "ossl.h"

/* The newest entry of the queue as "library: function: reason". */
static void describe(unsigned long error, char *out, size_t size)
{
    const char *function = NULL;
#if OSSL_AT_LEAST_3
    (void)ERR_peek_last_error_func(&function);
#else
    function = ERR_func_error_string(error);
#endif
    const char *library = ERR_lib_error_string(error);
    const char *reason = ERR_reason_error_string(error);
    (void)snprintf(out, size, "%s: %s: %s", library != NULL ? library : "?",
                   function != NULL ? function : "?", reason != NULL ? reason : "?");
}

/* Empties the queue. Callers up and down the stack have put theirs around the cause. */
static bool out_of_memory(void)
{
    unsigned long error;
    bool found = false;
    while ((error = ERR_get_error()) != 0)
        found = found || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
    return found;
}

otls_status ossl_fail(otls_error *err, otls_status status, int32_t code, const char *format, ...)
{
    const unsigned long error = ERR_peek_last_error();
    char native[sizeof(err->native_text)] = "";
    va_list args;
    if (error != 0)
        describe(error, native, sizeof(native));
    if (out_of_memory())
        status = OTLS_E_NOMEM;
    va_start(args, format);
    (void)kit_fail_list(err, status, code, OSSL_NAME, 0, format, args);
    va_end(args);
    if (error != 0) {
        err->native = (int64_t)error;
        memcpy(err->native_text, native, sizeof(native));
    }
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

/* From 3.2 on the record layer's own word lies beneath "record layer failure". */
static unsigned long cause_of_failure(void)
{
    const unsigned long last = ERR_peek_last_error();
#ifdef SSL_R_RECORD_LAYER_FAILURE
    if (ERR_GET_LIB(last) == ERR_LIB_SSL && ERR_GET_REASON(last) == SSL_R_RECORD_LAYER_FAILURE)
        return ERR_peek_error();
#endif
    return last;
}

static otls_status fail_protocol(otls_backend_connection *conn, otls_error *err)
{
    const unsigned long error = cause_of_failure();
    const int reason = ERR_GET_REASON(error);
    const bool of_ssl = ERR_GET_LIB(error) == ERR_LIB_SSL;
    const kit_cause *cause = ossl_cause(of_ssl ? reason : 0);
    int32_t code = cause->code;
    const char *text = ""; /* core's */
    if (of_ssl && reason == SSL_R_WRONG_VERSION_NUMBER) { /* the first octets of a record are none */
        if (nothing_understood(conn->ssl))
            code = OTLS_CODE_NOT_TLS;
        else if (SSL_get_state(conn->ssl) == TLS_ST_OK) /* OpenSSL's alert is about versions */
            text = "the peer sent a message that does not belong here";
    }
    const otls_status status = ossl_fail(err, cause->status, code, "%s", text);
    err->alert = conn->alert_out;
    return status;
}

static otls_status fail_verification(const otls_backend_connection *conn, otls_error *err)
{
    const otls_status status =
        ossl_fail(err, OTLS_E_VERIFY, OTLS_CODE_NONE, "the peer's certificates were not accepted");
    err->alert = conn->alert_out >= 0 ? conn->alert_out : conn->verify_alert;
    return status;
}

otls_status ossl_fail_connection(otls_backend_connection *conn, otls_error *err)
{
    otls_status status;
    if (conn->memory_short)
        errno = ENOMEM; /* libssl has cleared it: core shall see it */
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
        return ossl_fail(err, conn->io, OTLS_CODE_NONE, "the transport failed");
    if (conn->closed) {
        ERR_clear_error();
        return OTLS_CLOSED;
    }
    ossl_ask_late(conn);
    return conn->refused ? fail_verification(conn, err) : fail_protocol(conn, err);
}
