/* SPDX-License-Identifier: MIT */
/* The peer's certificates: read by mbed TLS, judged by core. */
#include "mbed.h"

#define HANDSHAKE_HEAD 4u /* type and length */

bool mbed_reads_certificate(const otls_backend_connection *conn)
{
    return conn->ssl.state == (conn->context->policy->server ? MBEDTLS_SSL_CLIENT_CERTIFICATE
                                                             : MBEDTLS_SSL_SERVER_CERTIFICATE);
}

bool mbed_must_judge(const otls_backend_connection *conn, int state)
{
    const mbedtls_ssl_ciphersuite_t *suite;

    if (conn->ssl.handshake == NULL)
        return false;
    suite = conn->ssl.handshake->ciphersuite_info;
    if (!conn->context->policy->server)
        return state == MBEDTLS_SSL_SERVER_CERTIFICATE &&
               mbedtls_ssl_ciphersuite_uses_srv_cert(suite);
    return state == MBEDTLS_SSL_CLIENT_CERTIFICATE &&
           conn->conf.authmode != MBEDTLS_SSL_VERIFY_NONE &&
           mbedtls_ssl_ciphersuite_cert_req_allowed(suite);
}

otls_status mbed_judge(otls_backend_connection *conn, otls_error *err)
{
    otls_slice chain[MBED_CHAIN_MAX];
    uint8_t alert = OTLS_ALERT_BAD_CERTIFICATE;
    const mbedtls_x509_crt *at = conn->ssl.session_negotiate->peer_cert;
    otls_status status;
    size_t count = 0;

    for (; at != NULL && at->raw.p != NULL && count < MBED_CHAIN_MAX; at = at->next)
        chain[count++] = (otls_slice){at->raw.p, at->raw.len};
    status = conn->core->ops->verify_peer(conn->core, chain, count, NULL, &alert);
    if (status == OTLS_WANT_ASYNC)
        return status;
    conn->judging = false;
    if (status == OTLS_OK)
        return OTLS_OK;
    conn->refused = true;
    conn->refuse_alert = status == OTLS_E_VERIFY ? alert : OTLS_ALERT_INTERNAL_ERROR;
    return mbed_fail_connection(conn, 0, err);
}

/* in_msg still holds what mbed TLS could not read; of what is too large for it only a part. */
uint8_t mbed_judge_late(otls_backend_connection *conn, uint8_t alert)
{
    const uint8_t *message = conn->ssl.in_msg;
    otls_slice body = {message + HANDSHAKE_HEAD, 0};
    uint8_t ours = alert;
    size_t size;

    if (conn->refused || conn->ssl.in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE ||
        message[0] != MBEDTLS_SSL_HS_CERTIFICATE)
        return alert;
    size = (size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3];
    if (conn->ssl.in_hslen > HANDSHAKE_HEAD && conn->ssl.in_msglen >= conn->ssl.in_hslen)
        body.size = conn->ssl.in_hslen - HANDSHAKE_HEAD;
    conn->core->ops->certificate_message(conn->core, mbed_version(conn), body, size);
    if (conn->core->ops->certificate_refused(conn->core, &ours) != OTLS_E_VERIFY)
        return alert;
    conn->refused = true;
    conn->refuse_alert = ours;
    return ours;
}

/* CertificateRequest: types (1 + n), algorithms (2 + n, TLS 1.2), names (2 + n), each 2 + n. */
void mbed_tell_ca_names(otls_backend_connection *conn)
{
    const uint8_t *at = conn->ssl.in_msg + HANDSHAKE_HEAD;
    size_t left, size, count = 0;
    otls_slice *names;

    if (conn->ssl.client_auth == 0 || conn->ssl.in_msg[0] != MBEDTLS_SSL_HS_CERTIFICATE_REQUEST)
        return;
    left = conn->ssl.in_hslen - HANDSHAKE_HEAD; /* mbed TLS has checked the lengths */
    size = 1u + at[0];
    if (mbed_version(conn) >= OTLS_TLS1_2)
        size += 2u + ((size_t)at[size] << 8 | at[size + 1]);
    if (left < size + 2)
        return;
    at += size + 2;
    left -= size + 2;
    names = calloc(left / 2 + 1, sizeof(*names));
    if (names == NULL)
        return;
    for (; left >= 2; at += size, left -= size) {
        size = 2u + ((size_t)at[0] << 8 | at[1]);
        if (size > left)
            break;
        names[count++] = (otls_slice){at + 2, size - 2};
    }
    if (count > 0)
        conn->core->ops->client_ca_names(conn->core, names, count);
    free(names);
}
