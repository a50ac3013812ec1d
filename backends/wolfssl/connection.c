/* SPDX-License-Identifier: MIT */
/* One connection: the engine's object between core's bytes and the application's. */
#include "wolf.h"

#include <stdlib.h>

/* ---- bytes from and to core ---------------------------------------------------------------- */

static bool expects_certificate(const otls_backend_connection *conn)
{
    return !conn->server || conn->context->policy->request_peer != OTLS_REQUEST_NONE;
}

/* The first bytes of all. */
static void keep_head(otls_backend_connection *conn, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && conn->head_size < sizeof(conn->head); i++)
        conn->head[conn->head_size++] = (uint8_t)bytes[i];
}

/* Bytes of the handshake are the engine's now. False: it must not see them. */
static bool follow_handshake(otls_backend_connection *conn, const char *buffer, size_t count)
{
    keep_head(conn, buffer, count);
    if (!wolf_record_follow(conn, (const uint8_t *)buffer, count))
        return false;
    if (!conn->judged && expects_certificate(conn))
        wolf_flight_keep(conn, buffer, count);
    return true;
}

static int on_recv(WOLFSSL *ssl, char *buffer, int size, void *user)
{
    otls_backend_connection *conn = user;
    size_t count = 0;
    otls_status status;

    (void)ssl;
    if (size <= 0)
        return WOLFSSL_CBIO_ERR_WANT_READ;
    status = conn->early != NULL ? wolf_early_read(conn, buffer, (size_t)size, &count)
                                 : conn->core->ops->read(conn->core, buffer, (size_t)size, &count);
    if (status == OTLS_OK) {
        const bool taken = conn->done ? wolf_record_follow(conn, (const uint8_t *)buffer, count)
                                      : follow_handshake(conn, buffer, count);
        if (__builtin_expect(conn->messages != NULL, 0))
            wolf_messages_pass(conn, false, buffer, count);
        return taken ? (int)count : WOLFSSL_CBIO_ERR_GENERAL;
    }
    if (status == OTLS_WANT_READ)
        return WOLFSSL_CBIO_ERR_WANT_READ;
    conn->io = status;
    return WOLFSSL_CBIO_ERR_GENERAL;
}

/* Have records under keys gone out? A flight holds several: ServerHello, then sealed ones. */
static void watch(otls_backend_connection *conn, const uint8_t *flight, size_t size)
{
    while (size >= WOLF_RECORD_HEAD && !conn->encrypted) {
        const size_t length = wolf_record_size(flight);
        conn->encrypted = flight[0] == 20 || flight[0] == 23; /* ChangeCipherSpec or sealed */
        if (length >= size)
            break;
        flight += length;
        size -= length;
    }
}

/* Is the engine about to say that it does not like the peer's certificate? */
static bool refuses_certificate(const otls_backend_connection *conn)
{
    WOLFSSL_ALERT_HISTORY history;

    if (conn->done || conn->judged)
        return false;
    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    return history.last_tx.level == alert_fatal &&
           ((history.last_tx.code >= OTLS_ALERT_BAD_CERTIFICATE &&
             history.last_tx.code <= OTLS_ALERT_CERTIFICATE_UNKNOWN) ||
            history.last_tx.code == OTLS_ALERT_UNKNOWN_CA ||
            history.last_tx.code == OTLS_ALERT_DECODE_ERROR ||
            history.last_tx.code == OTLS_ALERT_HANDSHAKE_FAILURE); /* 5.7, for most of them */
}

/* Is the engine about to complain of the server's choice of a protocol? In words meant for servers. */
static bool refuses_protocol(const otls_backend_connection *conn)
{
    WOLFSSL_ALERT_HISTORY history;

    if (conn->server || conn->done)
        return false;
    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    return history.last_tx.level == alert_fatal &&
           history.last_tx.code == OTLS_ALERT_NO_APPLICATION_PROTOCOL;
}

/* Core's alert in place of the engine's, where there is one. */
static void correct_flight(otls_backend_connection *conn, char *buffer, int size)
{
    if (refuses_certificate(conn))
        (void)wolf_ask_late(conn);
    if (conn->verdict == OTLS_OK && refuses_protocol(conn))
        wolf_alert_replace(conn, OTLS_ALERT_ILLEGAL_PARAMETER, (uint8_t *)buffer, (size_t)size);
    if (conn->verdict != OTLS_OK)
        wolf_alert_replace(conn, conn->verdict_alert, (uint8_t *)buffer, (size_t)size);
    if (!conn->done)
        watch(conn, (const uint8_t *)buffer, (size_t)size);
}

static int on_send(WOLFSSL *ssl, char *buffer, int size, void *user)
{
    otls_backend_connection *conn = user;
    otls_status status;

    (void)ssl;
    if (size <= 0)
        return 0;
    if (__builtin_expect(!conn->done || conn->verdict != OTLS_OK, 0))
        correct_flight(conn, buffer, size);
    if (__builtin_expect(conn->messages != NULL, 0))
        wolf_messages_pass(conn, true, buffer, (size_t)size);
    status = conn->core->ops->write(conn->core, buffer, (size_t)size);
    if (status == OTLS_OK)
        return size;
    conn->io = status;
    return WOLFSSL_CBIO_ERR_GENERAL;
}

/* ---- making and freeing -------------------------------------------------------------------- */

/* what the ALPN callback answers; wolfSSL names these only in its OpenSSL headers */
enum { ALPN_CHOSEN = 0, ALPN_NONE = 3 };

int wolf_alpn(WOLFSSL *ssl, const unsigned char **out, unsigned char *size,
              const unsigned char *offered, unsigned int offered_size, void *user)
{
    const otls_backend_connection *conn = wolf_connection_of(ssl);
    (void)offered;
    (void)offered_size;
    (void)user;
    if (conn == NULL || conn->alpn.size == 0)
        return ALPN_NONE;
    *out = conn->alpn.data;
    *size = (unsigned char)conn->alpn.size;
    return ALPN_CHOSEN;
}

/* Inside wolfSSL a client's names are a list with commas, so a name must not contain one. */
static bool has_comma(otls_slice wire)
{
    for (size_t at = 0, next; at < wire.size; at = next) {
        next = at + 1 + wire.data[at];
        if (next > wire.size || memchr(wire.data + at + 1, ',', next - at - 1) != NULL)
            return true;
    }
    return false;
}

static bool alpn_room(otls_backend_connection *conn, size_t size)
{
    conn->alpn_name = malloc(size);
    conn->alpn_room = conn->alpn_name != NULL ? size : 0;
    return conn->alpn_name != NULL;
}

/* wolfSSL_set_alpn_protos would go on when the server answers with another name (RFC 7301 3.2). */
static otls_status offer_alpn(otls_backend_connection *conn, otls_slice wire)
{
    char *list;
    bool taken;

    if (has_comma(wire))
        return OTLS_E_UNSUPPORTED;
    if (!alpn_room(conn, wire.size))
        return OTLS_E_NOMEM;
    list = (char *)conn->alpn_name;
    memcpy(list, wire.data + 1, wire.size - 1);
    for (size_t at = 1u + wire.data[0]; at < wire.size; at += 1u + wire.data[at])
        list[at - 1] = ',';
    taken = wolfSSL_UseALPN(conn->ssl, list, (unsigned int)wire.size - 1,
                            WOLFSSL_ALPN_FAILED_ON_MISMATCH) == WOLFSSL_SUCCESS;
    return taken ? OTLS_OK : OTLS_E_UNSUPPORTED;
}

static otls_status set_alpn(otls_backend_connection *conn, otls_slice wire)
{
    if (wire.size == 0)
        return OTLS_OK;
    if (!conn->server)
        return offer_alpn(conn, wire);
    if (wire.size < 2 || wire.data[0] != wire.size - 1)
        return OTLS_E_UNSUPPORTED;
    if (!alpn_room(conn, wire.size - 1))
        return OTLS_E_NOMEM;
    memcpy(conn->alpn_name, wire.data + 1, wire.size - 1);
    conn->alpn = (otls_slice){conn->alpn_name, wire.size - 1};
    return OTLS_OK;
}

static otls_status prepare(otls_backend_connection *conn, const otls_connection_setup *setup,
                           otls_error *err)
{
    WOLFSSL *ssl = conn->ssl;

    wolfSSL_SSLSetIORecv(ssl, on_recv);
    wolfSSL_SSLSetIOSend(ssl, on_send);
    wolfSSL_SetIOReadCtx(ssl, conn);
    wolfSSL_SetIOWriteCtx(ssl, conn);
#if defined(HAVE_PK_CALLBACKS) && defined(HAVE_HKDF)
    wolfSSL_SetHKDFExtractCtx(ssl, conn);
#endif
    wolf_watch_signature(conn);
    if (!conn->server && setup->server_name != NULL &&
        wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, setup->server_name,
                       (unsigned short)strlen(setup->server_name)) != WOLFSSL_SUCCESS)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "wolfSSL refused the server name");
#if WOLF_SHOWS_STAPLES
    if (!conn->server && conn->context->policy->ask_ocsp &&
        wolfSSL_UseOCSPStapling(ssl, WOLFSSL_CSR_OCSP, 0) != WOLFSSL_SUCCESS)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0,
                          "wolfSSL cannot ask for an OCSP response");
#endif
    const otls_status alpn = set_alpn(conn, setup->alpn);

    if (alpn != OTLS_OK)
        return wolf_error(err, alpn, OTLS_CODE_NONE, 0,
                          alpn == OTLS_E_NOMEM ? "out of memory"
                                               : "wolfSSL refused the application protocols");
    if (conn->server && setup->ask_later)
        wolfSSL_set_verify(ssl, WOLFSSL_VERIFY_NONE, NULL);
    if (conn->server && conn->context->policy->client_order)
        (void)wolfSSL_UseClientSuites(ssl);
    if (conn->server && setup->early_data && !wolf_early_begin(conn))
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    if (conn->server && setup->no_curves) {
        const otls_status status = wolf_leave_out_curves(ssl, conn->context->policy, err);

        if (status != OTLS_OK)
            return status;
    }
    if (conn->server && !wolf_set_group(conn, setup))
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "wolfSSL refused the group");
    if (conn->server && setup->by_id)
        (void)wolfSSL_NoTicketTLSv12(ssl); /* or the id would not be looked at */
    if (!conn->server && setup->session.size > 0)
        return wolf_session_resume(conn, setup->session, err);
    return OTLS_OK;
}

static void end_object(otls_backend_connection *conn)
{
    wolfSSL_free(conn->ssl);
    conn->ssl = NULL;
    free(conn->alpn_name);
    conn->alpn_name = NULL;
    conn->alpn_room = 0;
}

static otls_status connection_init(otls_backend_connection *conn, otls_backend_context *context,
                                   const otls_connection_setup *setup, otls_error *err)
{
    otls_status status;

    conn->core = setup->core;
    conn->context = context;
    conn->server = context->policy->server != 0;
    conn->rx_seen = conn->rx_early = conn->tx_seen = conn->tx_override = -1;
    conn->ssl = wolfSSL_new(context->ctx);
    if (conn->ssl == NULL)
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "wolfSSL cannot make a connection");
    status = wolf_messages_begin(conn) && wolf_accelerated_begin(conn)
                 ? prepare(conn, setup, err)
                 : wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    if (status != OTLS_OK) {
        wolf_messages_end(conn);
        wolf_accelerated_end(conn);
        end_object(conn);
    }
    return status;
}

static void connection_fini(otls_backend_connection *conn)
{
    end_object(conn);
    wolf_flight_drop(conn);
    wolf_early_end(conn);
    wolf_messages_end(conn);
    wolf_accelerated_end(conn);
    wolf_ticket_forget(conn);
}

/* ---- handshake ----------------------------------------------------------------------------- */

static otls_status connection_handshake(otls_backend_connection *conn, otls_error *err)
{
    int native, result;

    wolf_thread_mark();
    result = __builtin_expect(conn->accelerated != NULL, 0) ? wolf_accelerated_shake(conn)
             : conn->server                                 ? wolfSSL_accept(conn->ssl)
                                                            : wolfSSL_connect(conn->ssl);
    if (result == WOLFSSL_SUCCESS) {
        if (!conn->done)
            wolf_alerts_early(conn);
        conn->done = true;
        wolf_messages_taken(conn);
        wolf_flight_drop(conn);
        wolf_info_collect(conn);
        wolf_log_master(conn);
        return OTLS_OK;
    }
    native = wolfSSL_get_error(conn->ssl, result);
    if (native == WOLFSSL_ERROR_WANT_READ && conn->io == OTLS_OK)
        return OTLS_WANT_READ;
    return wolf_failed(conn, native, err);
}

/* ---- data ---------------------------------------------------------------------------------- */

/*
 * Has an alert ended it? wolfSSL reads on behind one, to the next data. Records are known to be none
 * once this has been looked at behind them, and the last one that data come out of is data.
 */
static bool alert_ended(otls_backend_connection *conn, bool data, int *description)
{
    struct wolf_framing *framing = &conn->framing;
    const uint32_t unknown = framing->records - framing->judged;

    framing->judged = framing->records - (framing->skip != 0 ? 1 : 0);
    return !(data && unknown <= 1) && wolf_alert_ends(conn, description);
}

static otls_status connection_read(otls_backend_connection *conn, void *out, size_t capacity,
                                   size_t *count, otls_error *err)
{
    const int room = capacity > INT32_MAX ? INT32_MAX : (int)capacity;
    int result, native, alert = -1;

    if (conn->cleared)
        return OTLS_CLOSED;
    result = __builtin_expect(conn->accelerated != NULL, 0) ? wolf_accelerated_read(conn, out, room)
                                                            : wolfSSL_read(conn->ssl, out, room);
    if (alert_ended(conn, result > 0, &alert)) /* what came behind it is nobody's any more */
        return wolf_failed(conn, result > 0 ? 0 : wolfSSL_get_error(conn->ssl, result), err);
    if (result > 0) {
        *count = (size_t)result;
        return OTLS_OK;
    }
    native = wolfSSL_get_error(conn->ssl, result);
    if (native == WOLFSSL_ERROR_WANT_READ && conn->io == OTLS_OK) {
        if (conn->context->policy->post_handshake_auth)
            wolf_flush(conn);
        return OTLS_WANT_READ;
    }
    /* wolfSSL takes five alerts in a connection's life; close_notify as the fifth is a good end */
    if (native == WOLFSSL_ERROR_ZERO_RETURN ||
        (native == ALERT_COUNT_E && alert == OTLS_ALERT_CLOSE_NOTIFY)) {
        wolf_alerts(conn);
        return OTLS_CLOSED;
    }
    return wolf_failed(conn, native, err);
}

static otls_status connection_write(otls_backend_connection *conn, const void *data, size_t size,
                                    otls_error *err)
{
    int result;

    if (conn->cleared)
        return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE, 0, "the connection is closed");
    result = __builtin_expect(conn->accelerated != NULL, 0)
                 ? wolf_accelerated_write(conn, data, (int)size)
                 : wolfSSL_write(conn->ssl, data, (int)size);
    if (result == (int)size)
        return OTLS_OK;
    return wolf_failed(conn, wolfSSL_get_error(conn->ssl, result), err);
}

static size_t connection_pending(const otls_backend_connection *conn)
{
    const int pending = conn->cleared ? 0 : wolfSSL_pending(conn->ssl);
    return pending > 0 ? (size_t)pending : 0;
}

static otls_status connection_shutdown(otls_backend_connection *conn, otls_error *err)
{
    const int result = wolfSSL_shutdown(conn->ssl);

    /* with both close_notify done wolfSSL resets the object for another use */
    if (result == WOLFSSL_SUCCESS)
        conn->cleared = true;
    if (conn->io != OTLS_OK)
        return wolf_error(err, conn->io, OTLS_CODE_NONE, 0, "the transport failed");
    if (result != WOLFSSL_SUCCESS && result != WOLFSSL_SHUTDOWN_NOT_DONE)
        return wolf_failed(conn, wolfSSL_get_error(conn->ssl, result), err);
    conn->core->ops->alert(conn->core, false, false, OTLS_ALERT_CLOSE_NOTIFY);
    conn->tx_seen = alert_warning << 8 | OTLS_ALERT_CLOSE_NOTIFY;
    return OTLS_OK;
}

const otls_connection_ops wolf_connection_ops = {
    .size = sizeof(otls_connection_ops),
    .state_size = sizeof(otls_backend_connection),
    .init = connection_init,
    .fini = connection_fini,
    .handshake = connection_handshake,
    .read = connection_read,
    .write = connection_write,
    .pending = connection_pending,
    .shutdown = connection_shutdown,
    .info = wolf_info,
    .export_keying = wolf_export,
    .secret = wolf_secret,
    .key_update = wolf_key_update,
    .request_certificate = wolf_request_certificate,
    .peer_chain = wolf_peer_chain,
    .state_name = wolf_state_name,
};
