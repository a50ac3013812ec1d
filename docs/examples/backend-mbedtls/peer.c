/* SPDX-License-Identifier: MIT */
/* The peer's certificates: read by mbed TLS, judged by core. */
#include "mbed.h"

#define HANDSHAKE_HEAD 4u /* type and length */
#define CERTIFICATE_AUTHORITIES 47u

bool mbed_reads_certificate(const otls_backend_connection *conn)
{
    return conn->ssl.state == (conn->context->policy->server ? MBEDTLS_SSL_CLIENT_CERTIFICATE
                                                             : MBEDTLS_SSL_SERVER_CERTIFICATE);
}

bool mbed_must_judge(const otls_backend_connection *conn, int state)
{
    /* servers of RSA_PSK have a certificate, and do not ask for one */
    if (conn->suite == NULL)
        return false;
    if (!conn->context->policy->server)
        return state == MBEDTLS_SSL_SERVER_CERTIFICATE &&
               (!mbed_uses_psk(conn->suite) || conn->suite->kx == OTLS_KX_RSA_PSK);
    return state == MBEDTLS_SSL_CLIENT_CERTIFICATE &&
           conn->conf.authmode != MBEDTLS_SSL_VERIFY_NONE && !mbed_uses_psk(conn->suite);
}

/* The list of certificates in the message that has just been read. It is asked, and not peer_cert:
 * mbed TLS leaves out of that every certificate whose signature algorithm it does not know. TLS 1.3
 * has a context (1 + n) before it. */
static otls_slice sent_list(const otls_backend_connection *conn)
{
    const uint8_t *message = conn->ssl.in_msg;
    size_t before = HANDSHAKE_HEAD + MBED_HEAD;

    if (mbed_version(conn) >= OTLS_TLS1_3)
        before += 1u + message[HANDSHAKE_HEAD];
    if (conn->ssl.in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE || conn->ssl.in_hslen < before ||
        message[0] != MBEDTLS_SSL_HS_CERTIFICATE)
        return (otls_slice){NULL, 0};
    return (otls_slice){message + before, conn->ssl.in_hslen - before};
}

/* Each certificate is 3 + n, and in TLS 1.3 has extensions behind it, 2 + n. */
static size_t split(const otls_backend_connection *conn, otls_slice list,
                    otls_slice chain[MBED_CHAIN_MAX])
{
    size_t count = 0;

    while (list.size > MBED_HEAD && count < MBED_CHAIN_MAX) {
        const uint8_t *at = list.data;
        const size_t size = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];
        size_t whole = MBED_HEAD + size;

        if (whole > list.size) /* mbed TLS has checked the lengths */
            return 0;
        chain[count++] = (otls_slice){at + MBED_HEAD, size};
        if (mbed_version(conn) >= OTLS_TLS1_3) {
            if (list.size - whole < 2)
                return 0;
            whole += 2u + ((size_t)at[whole] << 8 | at[whole + 1]);
            if (whole > list.size)
                return 0;
        }
        list = (otls_slice){at + whole, list.size - whole};
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
static bool keep_chain(otls_backend_connection *conn, const otls_slice *chain, size_t count)
{
    const otls_policy *policy = conn->context->policy;
    size_t size = 0;
    uint8_t *at;

    mbed_session_clear(&conn->resumed);
    if (!policy->server || !policy->resumption || count == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        size += MBED_HEAD + chain[i].size;
    at = malloc(size);
    if (at == NULL)
        return false;
    conn->resumed.chain = at;
    conn->resumed.chain_size = size;
    for (size_t i = 0; i < count; i++) {
        for (size_t octet = 0; octet < MBED_HEAD; octet++)
            *at++ = (uint8_t)(chain[i].size >> (16 - 8 * octet));
        memcpy(at, chain[i].data, chain[i].size);
        at += chain[i].size;
    }
    return true;
}

otls_status mbed_judge(otls_backend_connection *conn, otls_error *err)
{
    otls_slice chain[MBED_CHAIN_MAX];
    const size_t count = split(conn, sent_list(conn), chain);
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
        return keep_chain(conn, chain, count)
                   ? OTLS_OK
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

/* The names in a CertificateRequest, 2 + n each. Below TLS 1.3: types (1 + n), algorithms (2 + n,
 * TLS 1.2), names (2 + n); in it: context (1 + n), extensions (2 + n), of which one has the names.
 */
static otls_slice asked_names(const otls_backend_connection *conn)
{
    otls_slice rest = {conn->ssl.in_msg + HANDSHAKE_HEAD, conn->ssl.in_hslen - HANDSHAKE_HEAD};
    otls_slice part = {NULL, 0};

    (void)mbed_take(&rest, 1, &part);
    if (mbed_version(conn) < OTLS_TLS1_3) {
        if (mbed_version(conn) == OTLS_TLS1_2)
            (void)mbed_take(&rest, 2, &part);
        return mbed_take(&rest, 2, &part) ? part : (otls_slice){NULL, 0};
    }
    if (!mbed_take(&rest, 2, &part))
        return (otls_slice){NULL, 0};
    rest = part;
    while (rest.size >= 4) {
        const unsigned type = (unsigned)rest.data[0] << 8 | rest.data[1];

        rest = (otls_slice){rest.data + 2, rest.size - 2};
        if (!mbed_take(&rest, 2, &part))
            break;
        if (type == CERTIFICATE_AUTHORITIES)
            return mbed_take(&part, 2, &rest) ? rest : (otls_slice){NULL, 0};
    }
    return (otls_slice){NULL, 0};
}

void mbed_tell_ca_names(otls_backend_connection *conn)
{
    otls_slice rest, *names;
    size_t count = 0;

    if (conn->ssl.in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE || conn->ssl.in_hslen < HANDSHAKE_HEAD ||
        conn->ssl.in_msg[0] != MBEDTLS_SSL_HS_CERTIFICATE_REQUEST)
        return;
    rest = asked_names(conn);
    names = calloc(rest.size / 2 + 1, sizeof(*names));
    if (names == NULL)
        return;
    while (mbed_take(&rest, 2, &names[count]))
        count++;
    if (count > 0)
        conn->core->ops->client_ca_names(conn->core, names, count);
    free(names);
}
