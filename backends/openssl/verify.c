/* SPDX-License-Identifier: MIT */
/*
 * The peer's certificates, handed to core in the middle of the handshake; core's verdict, handed to
 * OpenSSL in the only words it takes, X509_V_ERR_ codes. And the OCSP response, both ways.
 */
#include "ossl.h"

/* The X509_V_ERR_ code for which OpenSSL sends the alert (ssl_x509err2alert). */
static int error_for_alert(uint8_t alert)
{
    switch (alert) {
    case OTLS_ALERT_HANDSHAKE_FAILURE:
        return X509_V_ERR_APPLICATION_VERIFICATION;
    case OTLS_ALERT_BAD_CERTIFICATE:
        return X509_V_ERR_CERT_REJECTED;
    case OTLS_ALERT_UNSUPPORTED_CERTIFICATE:
        return X509_V_ERR_INVALID_PURPOSE;
    case OTLS_ALERT_CERTIFICATE_REVOKED:
        return X509_V_ERR_CERT_REVOKED;
    case OTLS_ALERT_CERTIFICATE_EXPIRED:
        return X509_V_ERR_CERT_HAS_EXPIRED;
    case OTLS_ALERT_UNKNOWN_CA:
        return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    case OTLS_ALERT_DECRYPT_ERROR:
        return X509_V_ERR_CERT_SIGNATURE_FAILURE;
    case OTLS_ALERT_INTERNAL_ERROR:
        return X509_V_ERR_UNSPECIFIED;
    default: /* a code missing in OpenSSL's table: certificate_unknown */
        return X509_V_ERR_PERMITTED_VIOLATION;
    }
}

static otls_status ask_core(otls_backend_connection *conn, const otls_slice *chain, size_t count)
{
    const unsigned char *response = NULL;
    const long size =
        conn->policy->server ? -1 : SSL_get_tlsext_status_ocsp_resp(conn->ssl, &response);
    const otls_slice staple = {response, size > 0 ? (size_t)size : 0};
    uint8_t alert = OTLS_ALERT_BAD_CERTIFICATE;
    const otls_status status =
        conn->core->ops->verify_peer(conn->core, chain, count, size > 0 ? &staple : NULL, &alert);
    conn->verified = true;
    if (status != OTLS_OK && status != OTLS_WANT_ASYNC) {
        conn->refused = true;
        conn->verify_alert = alert;
    }
    return status;
}

/* As ask_core, for a chain of OpenSSL's, leaf first. */
static otls_status ask_core_x509(otls_backend_connection *conn, STACK_OF(X509) * stack)
{
    otls_slice chain[OSSL_SHOWN_MAX];
    unsigned char *der[OSSL_SHOWN_MAX];
    const int sent = sk_X509_num(stack);
    const int total = sent < OSSL_SHOWN_MAX ? sent : OSSL_SHOWN_MAX; /* core looks at fewer */
    otls_status status = OTLS_E_INTERNAL;
    int count = 0;
    for (; count < total; count++) {
        der[count] = NULL;
        const int size = i2d_X509(sk_X509_value(stack, count), &der[count]);
        if (size <= 0)
            break;
        chain[count] = (otls_slice){der[count], (size_t)size};
    }
    if (count == total && total > 0) {
        status = ask_core(conn, chain, (size_t)count);
    } else {
        conn->refused = true;
        conn->verify_alert = OTLS_ALERT_BAD_CERTIFICATE;
    }
    while (count-- > 0)
        OPENSSL_free(der[count]);
    return status;
}

otls_status ossl_verify_none(otls_backend_connection *conn)
{
    return ask_core(conn, NULL, 0);
}

int ossl_verify_callback(X509_STORE_CTX *store, void *unused)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    otls_backend_connection *conn = ossl_connection_of(ssl);
    (void)unused;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    /* In TLS 1.2 the OCSP response comes after the certificates (RFC 6066 section 8): ask then. */
    if (conn->policy->ask_ocsp && SSL_version(ssl) < TLS1_3_VERSION) {
        conn->deferred = true;
        return 1;
    }
    const otls_status status = ask_core_x509(conn, X509_STORE_CTX_get0_untrusted(store));
    if (status == OTLS_OK)
        return 1;
#if OSSL_AT_LEAST_3
    if (status == OTLS_WANT_ASYNC && !conn->policy->server) {
        conn->suspended = true;
        return SSL_set_retry_verify(ssl);
    }
#endif
    if (status == OTLS_WANT_ASYNC) { /* core does not answer that where we said no */
        conn->refused = true;
        conn->verify_alert = OTLS_ALERT_INTERNAL_ERROR;
    }
    X509_STORE_CTX_set_error(store, error_for_alert(conn->verify_alert));
    return 0;
}

void ossl_message_callback(int written, int version, int type, const void *data, size_t size,
                           SSL *ssl, void *unused)
{
    enum { HEADER = 4 };
    const otls_backend_connection *conn = ossl_connection_of(ssl);
    const uint8_t *message = data;
    (void)unused;
    if (type == SSL3_RT_HANDSHAKE && conn->watched)
        conn->core->ops->message(conn->core, written != 0, (otls_slice){message, size});
    if (!written && type == SSL3_RT_HANDSHAKE && size > HEADER && message[0] == SSL3_MT_CERTIFICATE)
        conn->core->ops->certificate_message(conn->core, (uint16_t)version,
                                             (otls_slice){message + HEADER, size - HEADER},
                                             size - HEADER);
}

/* OpenSSL checks the length in the message's header, so the message itself was never seen. */
static bool certificate_too_large(const otls_backend_connection *conn)
{
    const OSSL_HANDSHAKE_STATE state = SSL_get_state(conn->ssl);
    return (state == TLS_ST_CR_CERT || state == TLS_ST_SR_CERT) &&
           ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_EXCESSIVE_MESSAGE_SIZE;
}

void ossl_ask_late(otls_backend_connection *conn)
{
    uint8_t alert = OTLS_ALERT_BAD_CERTIFICATE;
    if (SSL_is_init_finished(conn->ssl) || conn->verified || conn->deferred ||
        ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE)
        return;
    if (certificate_too_large(conn))
        conn->core->ops->certificate_message(conn->core, (uint16_t)SSL_version(conn->ssl),
                                             (otls_slice){NULL, 0},
                                             OTLS_CERTIFICATE_MESSAGE_MAX + 1);
    if (conn->core->ops->certificate_refused(conn->core, &alert) != OTLS_E_VERIFY)
        return;
    conn->refused = true;
    conn->verify_alert = alert;
}

static int staple_for_client(otls_backend_connection *conn)
{
    otls_slice response = {NULL, 0};
    if (conn->core->ops->staple(conn->core, &response) != OTLS_OK || response.size == 0)
        return SSL_TLSEXT_ERR_NOACK;
    unsigned char *copy = OPENSSL_memdup(response.data, response.size);
    if (copy == NULL)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    SSL_set_tlsext_status_ocsp_resp(conn->ssl, copy, (long)response.size);
    return SSL_TLSEXT_ERR_OK;
}

int ossl_status_callback(SSL *ssl, void *unused)
{
    otls_backend_connection *conn = ossl_connection_of(ssl);
    (void)unused;
    if (conn->policy->server)
        return staple_for_client(conn);
    if (conn->refused)
        return 0;
    if (!conn->deferred)
        return 1;
    conn->deferred = false;
    const otls_status status = ask_core_x509(conn, SSL_get_peer_cert_chain(ssl));
    if (status == OTLS_WANT_ASYNC) {
        conn->refused = true;
        conn->verify_alert = OTLS_ALERT_INTERNAL_ERROR;
    }
    return status == OTLS_OK;
}
