/* SPDX-License-Identifier: MIT */
/* GnuTLS' codes in our words; and the alerts, which GnuTLS never sends unless told to. */
#include "gtls.h"

otls_status gtls_fail(otls_error *err, otls_status status, int32_t code, int native,
                      const char *what)
{
    if (native == 0 || what[0] == '\0')
        (void)otls_backend_fail(err, status, code, GTLS_NAME, native, "%s", what);
    else
        (void)otls_backend_fail(err, status, code, GTLS_NAME, native, "%s: %s", what,
                                gnutls_strerror(native));
    if (native == 0)
        return status;
    (void)snprintf(err->native_text, sizeof(err->native_text), "%s: %s", GTLS_NAME,
                   gnutls_strerror_name(native) ? gnutls_strerror_name(native) : "unknown code");
    return status;
}

otls_status gtls_category(int native, otls_status otherwise)
{
    return native == GNUTLS_E_MEMORY_ERROR ? OTLS_E_NOMEM : otherwise;
}

otls_status gtls_fail_nomem(otls_error *err)
{
    return gtls_fail(err, OTLS_E_NOMEM, 0, GNUTLS_E_MEMORY_ERROR, "not enough memory");
}

/* Before the first message could be understood, what came was not TLS at all. */
static bool is_not_tls(const otls_backend_connection *conn, int native)
{
    if (conn->established || (int)gnutls_handshake_get_last_in(conn->session) > 0)
        return false;
    return native == GNUTLS_E_UNEXPECTED_PACKET || native == GNUTLS_E_RECORD_OVERFLOW ||
           native == GNUTLS_E_UNEXPECTED_PACKET_LENGTH;
}

/* The engine's decoder gave up on the peer's certificate before core was asked. */
static bool about_certificate(const otls_backend_connection *conn, int native)
{
    return !conn->established && !conn->refused &&
           (native == GNUTLS_E_CERTIFICATE_ERROR || native == GNUTLS_E_ASN1_DER_ERROR ||
            native == GNUTLS_E_X509_DUPLICATE_EXTENSION);
}

static uint8_t choose_alert(const otls_backend_connection *conn, int native)
{
    const bool tls13 = gnutls_protocol_get_version(conn->session) == GNUTLS_TLS1_3;
    int level = 0;
    if (conn->refused)
        return conn->refuse_alert;
    if (about_certificate(conn, native))
        return OTLS_ALERT_UNSUPPORTED_CERTIFICATE;
    const kit_cause *cause = gtls_cause(native);
    if (tls13 && cause->code == OTLS_CODE_PEER_CERTIFICATE_MISSING)
        return OTLS_ALERT_CERTIFICATE_REQUIRED;
    return cause->alert != 0 ? cause->alert : (uint8_t)gnutls_error_to_alert(native, &level);
}

static otls_status fail_received(otls_backend_connection *conn, int native, otls_error *err)
{
    const uint8_t alert = (uint8_t)gnutls_alert_get(conn->session);
    const char *name = gnutls_alert_get_name((gnutls_alert_description_t)alert);
    conn->core->ops->alert(conn->core, true, true, alert);
    gtls_fail(err, OTLS_E_ALERT, 0, native, "the peer ended the connection");
    err->alert = alert;
    err->alert_received = 1;
    (void)snprintf(err->text, sizeof(err->text), "the peer sent a fatal alert: %s",
                   name != NULL ? name : "unknown");
    return OTLS_E_ALERT;
}

/* RFC 8446 6.1: the peer is gone; an alert of ours would reach nobody. */
static otls_status fail_closed(otls_backend_connection *conn, int native, otls_error *err)
{
    conn->core->ops->alert(conn->core, true, false, OTLS_ALERT_CLOSE_NOTIFY);
    gtls_fail(err, OTLS_E_ALERT, 0, native, "the peer closed during the handshake");
    err->alert = OTLS_ALERT_CLOSE_NOTIFY;
    err->alert_received = 1;
    return OTLS_E_ALERT;
}

static otls_status categorise(const otls_backend_connection *conn, int native, int32_t *code,
                              const char **text)
{
    const kit_cause *cause = gtls_cause(native);
    *code = conn->refused ? OTLS_CODE_NONE : cause->code;
    *text = ""; /* core's */
    if (conn->refused || about_certificate(conn, native)) {
        *text = conn->refused ? "the peer's certificate was not accepted"
                              : "the peer presents a certificate that GnuTLS cannot read";
        return OTLS_E_VERIFY;
    }
    if (is_not_tls(conn, native))
        *code = OTLS_CODE_NOT_TLS;
    return cause->status;
}

/* A client below our lowest version fails in GnuTLS only for want of a suite; say what it is. */
static int refine(const otls_backend_connection *conn, int native)
{
    const otls_policy *policy = conn->context->policy;
    /* below TLS 1.3 any alert in place of a certificate is one of SSL 3.0's for it */
    if (native == GNUTLS_E_NO_CERTIFICATE_FOUND && gnutls_alert_get(conn->session) != GNUTLS_A_CLOSE_NOTIFY)
        return GNUTLS_E_FATAL_ALERT_RECEIVED;
    if (native == GNUTLS_E_NO_CIPHER_SUITES && policy->server &&
        gtls_session_version(conn->session) < policy->min_version)
        return GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
    return native;
}

otls_status gtls_fail_connection(otls_backend_connection *conn, int native, otls_error *err)
{
    native = refine(conn, native);
    int32_t code = 0;
    const char *text = NULL;
    if (native == GNUTLS_E_FATAL_ALERT_RECEIVED)
        return fail_received(conn, native, err);
    if (native == GNUTLS_E_SESSION_EOF && !conn->established)
        return fail_closed(conn, native, err);
    if (conn->broken)
        return gtls_fail(err, OTLS_E_IO, 0, native, "the transport failed");
    const otls_status status = categorise(conn, native, &code, &text);
    const uint8_t alert = choose_alert(conn, native);
    gtls_fail(err, status, code, native, text);
    if (err != NULL && about_certificate(conn, native)) {
        err->verify_flags = OTLS_VERIFY_UNSUPPORTED; /* core would have taken it */
    }
    if (gnutls_alert_send(conn->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)alert) == 0) {
        conn->core->ops->alert(conn->core, false, true, alert);
        err->alert = alert;
    }
    return status;
}
