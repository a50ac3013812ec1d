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

/* The list of certificates in the message that has just been read. It is asked, and not peer_cert:
 * mbed TLS leaves out of that every certificate whose signature algorithm it does not know. */
static otls_slice sent_list(const otls_backend_connection *conn)
{
    const size_t before = HANDSHAKE_HEAD + MBED_HEAD;

    if (conn->ssl.in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE || conn->ssl.in_hslen < before ||
        conn->ssl.in_msg[0] != MBEDTLS_SSL_HS_CERTIFICATE)
        return (otls_slice){NULL, 0};
    return (otls_slice){conn->ssl.in_msg + before, conn->ssl.in_hslen - before};
}

static size_t split(otls_slice list, otls_slice chain[MBED_CHAIN_MAX])
{
    size_t count = 0;

    while (list.size > MBED_HEAD && count < MBED_CHAIN_MAX) {
        const uint8_t *at = list.data;
        const size_t size = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];

        if (size > list.size - MBED_HEAD) /* mbed TLS has checked the lengths */
            return 0;
        chain[count++] = (otls_slice){at + MBED_HEAD, size};
        list = (otls_slice){at + MBED_HEAD + size, list.size - MBED_HEAD - size};
    }
    return count;
}

/* Is the certificate whose key mbed TLS takes the one that core was asked about? */
static bool same_leaf(const mbedtls_x509_crt *used, const otls_slice *chain, size_t count)
{
    if (used == NULL || used->raw.p == NULL)
        return count == 0;
    return count > 0 && used->raw.len == chain[0].size &&
           memcmp(used->raw.p, chain[0].data, chain[0].size) == 0;
}

/* For sessions: a server is asked for its client's chain again when one is resumed. */
static bool keep_chain(otls_backend_connection *conn, otls_slice list)
{
    mbed_session_clear(&conn->resumed);
    if (!conn->context->policy->server || !conn->context->policy->resumption || list.size == 0)
        return true;
    conn->resumed.chain = malloc(list.size);
    if (conn->resumed.chain == NULL)
        return false;
    memcpy(conn->resumed.chain, list.data, list.size);
    conn->resumed.chain_size = list.size;
    return true;
}

otls_status mbed_judge(otls_backend_connection *conn, otls_error *err)
{
    const otls_slice list = sent_list(conn);
    otls_slice chain[MBED_CHAIN_MAX];
    const size_t count = split(list, chain);
    uint8_t alert = OTLS_ALERT_BAD_CERTIFICATE;
    otls_status status;

    status = conn->core->ops->verify_peer(conn->core, chain, count, NULL, &alert);
    if (status == OTLS_WANT_ASYNC)
        return status;
    conn->judging = false;
    if (status == OTLS_OK && !same_leaf(conn->ssl.session_negotiate->peer_cert, chain, count)) {
        status = OTLS_E_VERIFY;
        alert = OTLS_ALERT_UNSUPPORTED_CERTIFICATE;
    }
    if (status == OTLS_OK)
        return keep_chain(conn, list) ? OTLS_OK
                                      : mbed_fail_connection(conn, MBEDTLS_ERR_SSL_ALLOC_FAILED, err);
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
