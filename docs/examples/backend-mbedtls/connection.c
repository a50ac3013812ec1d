/* SPDX-License-Identifier: MIT */
/* A connection: set-up, the transport, records, closing. */
#include "mbed.h"

/* A call goes round at most this often for records that bring the caller nothing. */
#define ROUNDS 256
/* No number of mbed TLS' own: core knows what its transport did, nobody looks at it. */
#define TRANSPORT_FAILED (-0x4e)
#define RECORD_HEAD 5u

/* ---- transport ---- */

static int on_receive(void *user, unsigned char *out, size_t capacity)
{
    otls_backend_connection *conn = user;
    size_t count = 0;

    if (conn->core->ops->read(conn->core, out, capacity, &count) != OTLS_OK) {
        conn->starved = true;
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    if (conn->suites != NULL && conn->ssl.state == MBEDTLS_SSL_CLIENT_HELLO &&
        !mbed_see_hello(conn, (otls_slice){out, count})) {
        conn->broken = true;
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    return (int)count;
}

/*
 * Alerts of mbed TLS' own pass here: core is told, and about a certificate it has the last word.
 * Under encryption nothing can be seen of one.
 */
static uint8_t alert_passes(otls_backend_connection *conn, bool fatal, uint8_t alert)
{
    if (fatal && conn->alert_sent < 0 && mbed_reads_certificate(conn))
        alert = mbed_judge_late(conn, alert);
    if (fatal)
        conn->alert_sent = alert;
    conn->core->ops->alert(conn->core, false, fatal, alert);
    return alert;
}

static int on_send(void *user, const unsigned char *data, size_t size)
{
    otls_backend_connection *conn = user;
    uint8_t record[7];

    if (size == sizeof(record) && data[0] == MBEDTLS_SSL_MSG_ALERT && conn->alert_sent == -1) {
        memcpy(record, data, sizeof(record));
        record[6] = alert_passes(conn, record[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL, record[6]);
        data = record;
    } else if (conn->ssl.transform_out != NULL && !conn->closing && conn->alert_sent == -1 &&
               conn->ssl.out_msgtype == MBEDTLS_SSL_MSG_ALERT) {
        conn->alert_sent = -2;
    } else if (conn->ssl.transform_out == NULL && conn->context->policy->server &&
               size > RECORD_HEAD && data[0] == MBEDTLS_SSL_MSG_HANDSHAKE) {
        mbed_watch(conn, (otls_slice){data + RECORD_HEAD, size - RECORD_HEAD});
    }
    if (conn->core->ops->write(conn->core, data, size) == OTLS_OK)
        return (int)size;
    conn->broken = true;
    return TRANSPORT_FAILED;
}

void mbed_alert(otls_backend_connection *conn, uint8_t alert)
{
    const bool seen = conn->ssl.transform_out == NULL; /* on_send tells core, then */

    if (seen)
        conn->refused = true; /* whatever it is about, it is ours: core is not asked again */
    else
        conn->alert_sent = alert;
    if (mbedtls_ssl_send_alert_message(&conn->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert) == 0 &&
        !seen)
        conn->core->ops->alert(conn->core, false, true, alert);
}

/* ---- set-up ---- */

/* From wire form to the NULL-terminated list of strings that mbed TLS keeps. */
static otls_status set_alpn(otls_backend_connection *conn, otls_slice wire, otls_error *err)
{
    size_t count = 0, at;
    char *text;

    if (wire.size == 0)
        return OTLS_OK;
    for (at = 0; at < wire.size; at += 1u + wire.data[at])
        count++;
    conn->alpn = malloc((count + 1) * sizeof(*conn->alpn) + wire.size + 1);
    if (conn->alpn == NULL)
        return mbed_fail_nomem(err);
    text = (char *)(conn->alpn + count + 1);
    count = 0;
    for (at = 0; at < wire.size; at += 1u + wire.data[at]) {
        if (memchr(wire.data + at + 1, 0, wire.data[at]) != NULL)
            return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                             "mbed TLS takes no application protocol with a NUL in its name");
        conn->alpn[count++] = text;
        memcpy(text, wire.data + at + 1, wire.data[at]);
        text[wire.data[at]] = '\0';
        text += wire.data[at] + 1u;
    }
    conn->alpn[count] = NULL;
    return mbedtls_ssl_conf_alpn_protocols(&conn->conf, conn->alpn) == 0
               ? OTLS_OK
               : mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, 0,
                           "malformed application protocol list");
}

static otls_status set_suites(otls_backend_connection *conn, otls_error *err)
{
    const size_t room = conn->context->policy->suite_count + 1;

    if (!conn->context->policy->server)
        return OTLS_OK;
    conn->suites = calloc(room, sizeof(*conn->suites));
    if (conn->suites == NULL)
        return mbed_fail_nomem(err);
    memcpy(conn->suites, conn->context->suites, room * sizeof(*conn->suites));
    mbedtls_ssl_conf_ciphersuites(&conn->conf, conn->suites);
    return OTLS_OK;
}

static otls_status set_up(otls_backend_connection *conn, const otls_connection_setup *setup,
                          otls_error *err)
{
    otls_status status = set_alpn(conn, setup->alpn, err);
    int rc;

    if (status == OTLS_OK)
        status = set_suites(conn, err);
    if (status == OTLS_OK)
        status = mbed_psk_setup(conn, err);
    if (status != OTLS_OK)
        return status;
    if (setup->ask_later)
        mbedtls_ssl_conf_authmode(&conn->conf, MBEDTLS_SSL_VERIFY_NONE);
    mbed_release_before_setup(conn);
    rc = mbedtls_ssl_setup(&conn->ssl, &conn->conf);
    if (rc == 0 && setup->server_name != NULL)
        rc = mbedtls_ssl_set_hostname(&conn->ssl, setup->server_name);
    if (rc != 0)
        return mbed_fail(err, mbed_category(rc, OTLS_E_CONFIG), OTLS_CODE_NONE, rc,
                         "the connection could not be set up");
    mbed_release_after_setup(conn);
    mbedtls_ssl_set_bio(&conn->ssl, conn, on_send, on_receive, NULL);
    return mbed_session_setup(conn, setup, err);
}

static void connection_fini(otls_backend_connection *conn)
{
    mbedtls_ssl_free(&conn->ssl);
    mbed_psk_drop(conn); /* the copy's own; the rest of it is the context's */
    mbed_session_clear(&conn->resumed);
    mbed_wipe(&conn->secrets, sizeof(conn->secrets));
    free(conn->hello.data);
    free(conn->alpn);
    free(conn->suites);
}

static otls_status connection_init(otls_backend_connection *conn, otls_backend_context *context,
                                   const otls_connection_setup *setup, otls_error *err)
{
    otls_status status;

    conn->core = setup->core;
    conn->context = context;
    conn->conf = context->conf; /* callbacks' users hang on the configuration, so each gets one */
    conn->alert_sent = -1;
    mbedtls_ssl_init(&conn->ssl);
    status = set_up(conn, setup, err);
    if (status != OTLS_OK)
        connection_fini(conn);
    return status;
}

/* ---- records ---- */

static otls_status connection_read(otls_backend_connection *conn, void *out, size_t capacity,
                                   size_t *count, otls_error *err)
{
    if (conn->closed) /* mbed TLS would go on and read what comes behind the close_notify */
        return OTLS_CLOSED;
    for (unsigned round = 0; round < ROUNDS; round++) {
        int rc;

        conn->starved = false;
        rc = mbedtls_ssl_read(&conn->ssl, out, capacity);
        if (rc > 0) {
            *count = (size_t)rc;
            return OTLS_OK;
        }
        if (rc == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            conn->closed = true;
            conn->core->ops->alert(conn->core, true, false, OTLS_ALERT_CLOSE_NOTIFY);
            return OTLS_CLOSED;
        }
        if (mbed_release_is_ticket(rc)) {
            conn->ticket = true;
            mbed_session_notice(conn);
            continue;
        }
        if (rc != MBEDTLS_ERR_SSL_WANT_READ)
            return mbed_fail_connection(conn, rc != 0 ? rc : MBEDTLS_ERR_SSL_CONN_EOF, err);
        if (conn->starved) /* else a record came that was nothing for the caller */
            return OTLS_WANT_READ;
    }
    return mbed_fail_connection(conn, MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, err);
}

static otls_status connection_write(otls_backend_connection *conn, const void *data, size_t size,
                                    otls_error *err)
{
    const uint8_t *at = data;

    while (size > 0) { /* twice when the peer asked for small records (RFC 6066 4) */
        const int rc = mbedtls_ssl_write(&conn->ssl, at, size);

        if (rc <= 0)
            return mbed_fail_connection(conn, rc, err);
        at += rc;
        size -= (size_t)rc < size ? (size_t)rc : size;
    }
    return OTLS_OK;
}

static size_t connection_pending(const otls_backend_connection *conn)
{
    return mbedtls_ssl_get_bytes_avail(&conn->ssl);
}

static otls_status connection_shutdown(otls_backend_connection *conn, otls_error *err)
{
    int rc;

    conn->closing = true;
    rc = mbedtls_ssl_close_notify(&conn->ssl);
    conn->closing = false;
    if (rc != 0)
        return mbed_fail_connection(conn, rc, err);
    conn->core->ops->alert(conn->core, false, false, OTLS_ALERT_CLOSE_NOTIFY);
    return OTLS_OK;
}

const otls_connection_ops mbed_connection_ops = {
    .size = sizeof(otls_connection_ops),
    .state_size = sizeof(otls_backend_connection),
    .init = connection_init,
    .fini = connection_fini,
    .handshake = mbed_handshake,
    .read = connection_read,
    .write = connection_write,
    .pending = connection_pending,
    .shutdown = connection_shutdown,
    .info = mbed_info,
    .export_keying = mbed_export_keying,
    .secret = mbed_secret,
    .peer_chain = mbed_peer_chain,
    .state_name = mbed_state_name,
};
