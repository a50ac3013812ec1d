/* SPDX-License-Identifier: MIT */
/* One SSL over core's bytes: handshake, records, alerts, what was negotiated. */
#include "ossl.h"

/* ---- core's bytes as a BIO ----------------------------------------------------------------- */

static int bio_read(BIO *bio, char *out, size_t capacity, size_t *count)
{
    otls_backend_connection *conn = BIO_get_data(bio);
    conn->io = conn->deaf ? OTLS_WANT_READ
                          : conn->core->ops->read(conn->core, out, capacity, count);
    if (__builtin_expect(conn->io == OTLS_OK, 1))
        return 1; /* OpenSSL looks at the flags of what failed only */
    BIO_clear_retry_flags(bio);
    *count = 0;
    if (conn->io == OTLS_WANT_READ)
        BIO_set_retry_read(bio);
    return -1;
}

/*
 * OpenSSL offers no way to send just any alert from its callbacks. While alerts are still in the
 * clear, the one that it sends because core refused is made to say what core wants.
 */
static otls_status write_replaced(otls_backend_connection *conn, const char *data)
{
    unsigned char record[7];
    memcpy(record, data, sizeof(record));
    record[6] = conn->verify_alert;
    conn->replaced = true;
    return conn->core->ops->write(conn->core, record, sizeof(record));
}

static int bio_write(BIO *bio, const char *data, size_t size, size_t *count)
{
    otls_backend_connection *conn = BIO_get_data(bio);
    otls_status status;
    if (size == 7 && data[0] == SSL3_RT_ALERT && data[5] == SSL3_AL_FATAL)
        ossl_ask_late(conn); /* it may be about the peer's certificates */
    if (conn->refused && size == 7 && data[0] == SSL3_RT_ALERT)
        status = write_replaced(conn, data);
    else
        status = conn->core->ops->write(conn->core, data, size);
    *count = status == OTLS_OK ? size : 0;
    if (__builtin_expect(status == OTLS_OK, 1))
        return 1;
    BIO_clear_retry_flags(bio);
    conn->io = status;
    return -1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH; /* once per record; nothing else is asked for */
}

BIO_METHOD *ossl_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "omnitls");
    if (method != NULL && BIO_meth_set_read_ex(method, bio_read) == 1 &&
        BIO_meth_set_write_ex(method, bio_write) == 1 &&
        BIO_meth_set_ctrl(method, bio_control) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

/* ---- alerts -------------------------------------------------------------------------------- */

/* Until the ServerHello is read the version that OpenSSL tells is only the highest offered. */
static bool is_13(const SSL *ssl)
{
    const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);
    return SSL_version(ssl) == TLS1_3_VERSION && state != TLS_ST_BEFORE &&
           state != TLS_ST_CW_CLNT_HELLO;
}

static void saw_alert(otls_backend_connection *conn, bool received, int value)
{
    uint8_t description = (uint8_t)(value & 0xff);
    /* RFC 8446 section 6: the level no longer means anything. */
    const bool closure =
        description == OTLS_ALERT_CLOSE_NOTIFY || description == OTLS_ALERT_USER_CANCELED;
    const bool fatal =
        value >> 8 == SSL3_AL_FATAL || (is_13(conn->ssl) && !closure);
    if (!received && conn->replaced)
        description = conn->verify_alert;
    if (fatal && received)
        conn->alert_in = description;
    else if (fatal)
        conn->alert_out = description;
    else if (received && description == OTLS_ALERT_CLOSE_NOTIFY)
        conn->closed = true;
    conn->core->ops->alert(conn->core, received, fatal, description);
}

/* A HelloRequest alone, which is the server's, begins nothing. */
static void saw_handshake(otls_backend_connection *conn, int where)
{
    const OSSL_HANDSHAKE_STATE state = SSL_get_state(conn->ssl);
    if (where == SSL_CB_HANDSHAKE_DONE)
        conn->core->ops->rehandshake(conn->core, true);
    else if ((where & SSL_CB_LOOP) != 0 && conn->policy->renegotiation &&
             (state == TLS_ST_CW_CLNT_HELLO || state == TLS_ST_SR_CLNT_HELLO))
        conn->core->ops->rehandshake(conn->core, false);
}

void ossl_info_callback(const SSL *ssl, int where, int value)
{
    otls_backend_connection *conn = ossl_connection_of(ssl);
    if (where == SSL_CB_READ_ALERT || where == SSL_CB_WRITE_ALERT) {
        saw_alert(conn, where == SSL_CB_READ_ALERT, value);
    } else if (conn->established && !is_13(ssl)) {
        saw_handshake(conn, where);
    } else if (conn->asking && (where & SSL_CB_LOOP) != 0 &&
               SSL_get_state(ssl) == TLS_ST_SR_FINISHED) {
        /* The answer to a post-handshake request; an empty one never reaches the verifier. */
        conn->asking = false;
        if (!conn->verified)
            (void)ossl_verify_none(conn);
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

/* The session to resume, as an object or as bytes. */
static otls_status set_session(otls_backend_connection *conn, const otls_connection_setup *setup,
                               otls_error *err)
{
    const unsigned char *data = setup->session.data;
    SSL_SESSION *session = NULL;
    const bool object = KIT_HAS(setup, session_object);
    if (!object && setup->session.size == 0)
        return OTLS_OK;
    session = object ? ossl_session_copy(setup->session_object)
                     : d2i_SSL_SESSION(NULL, &data, (long)setup->session.size);
    const bool ok = session != NULL && SSL_set_session(conn->ssl, session) == 1;
    conn->offered = session;
    SSL_SESSION_free(session);
    return ok ? OTLS_OK
              : ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_SESSION_REFUSED,
                          "the session cannot be resumed: it is malformed");
}

static otls_status set_client(otls_backend_connection *conn, const otls_connection_setup *setup,
                              otls_error *err)
{
    SSL *ssl = conn->ssl;
    if (setup->server_name != NULL && SSL_set_tlsext_host_name(ssl, setup->server_name) != 1)
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the server name cannot be sent");
    if (setup->alpn.size > UINT16_MAX ||
        (setup->alpn.size > 0 &&
         SSL_set_alpn_protos(ssl, setup->alpn.data, (unsigned)setup->alpn.size) != 0))
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the ALPN names cannot be sent");
    if (conn->policy->ask_ocsp && SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp) != 1)
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory");
    const otls_status status = set_session(conn, setup, err);
    if (status == OTLS_OK)
        SSL_set_connect_state(ssl);
    return status;
}

/* Below TLS 1.3 OpenSSL comes to the same one, and would hold clients' ECDSA keys to the list as well. */
static bool set_only_group(SSL *ssl, const otls_connection_setup *setup)
{
    const char *name = setup->only_group && setup->group != 0 ? ossl_group_name(setup->group) : NULL;
    return name == NULL || SSL_set1_groups_list(ssl, name) == 1;
}

static otls_status set_server(otls_backend_connection *conn, const otls_connection_setup *setup,
                              otls_error *err)
{
    const size_t size = setup->alpn.size;
    if (size > 1 && size - 1 <= sizeof(conn->alpn)) {
        memcpy(conn->alpn, setup->alpn.data + 1, size - 1);
        conn->alpn_size = (uint8_t)(size - 1);
    }
    conn->ask_later = setup->ask_later != 0;
    if (conn->ask_later)
        SSL_set_verify(conn->ssl, SSL_VERIFY_NONE, NULL);
    if (!set_only_group(conn->ssl, setup))
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "OpenSSL refused the group");
    SSL_set_accept_state(conn->ssl);
    return OTLS_OK;
}

static void connection_fini(otls_backend_connection *conn)
{
    /* Quietly: without this, OpenSSL takes a missing close_notify as a reason to forget the
     * session. A fatal alert has made it forget already. */
    SSL_set_shutdown(conn->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(conn->ssl);
    conn->ssl = NULL;
}

static otls_status connection_init(otls_backend_connection *conn, otls_backend_context *context,
                                   const otls_connection_setup *setup, otls_error *err)
{
    BIO *bio = BIO_new(context->bio);
    conn->ssl = SSL_new(context->ctx);
    if (bio == NULL || conn->ssl == NULL || SSL_set_app_data(conn->ssl, conn) != 1) {
        BIO_free(bio);
        SSL_free(conn->ssl);
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for a connection");
    }
    conn->core = setup->core;
    conn->policy = context->policy;
    conn->alert_in = conn->alert_out = -1;
    conn->watched = KIT_HAS(setup->core->ops, message);
    if (conn->watched)
        SSL_set_msg_callback(conn->ssl, ossl_message_callback);
    BIO_set_data(bio, conn);
    BIO_set_init(bio, 1);
    SSL_set_bio(conn->ssl, bio, bio);
    const otls_status status =
        conn->policy->server ? set_server(conn, setup, err) : set_client(conn, setup, err);
    if (status != OTLS_OK)
        connection_fini(conn);
    return status;
}

/* ---- handshake and records ----------------------------------------------------------------- */

/* A TLS 1.2 suite that authenticates by pre-shared key alone. */
static bool suite_is_psk(const SSL *ssl)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
    return cipher != NULL && SSL_CIPHER_get_auth_nid(cipher) == NID_auth_psk;
}

static otls_status finish_handshake(otls_backend_connection *conn, otls_error *err)
{
    SSL *ssl = conn->ssl;
    const bool resumed = SSL_session_reused(ssl) == 1;
    /* The external key was taken if the engine "resumed" what never was a ticket. */
    if (SSL_version(ssl) == TLS1_3_VERSION)
        conn->psk = conn->psk && resumed &&
                    (conn->policy->server || SSL_SESSION_has_ticket(SSL_get0_session(ssl)) == 0);
    else
        conn->psk = SSL_get_psk_identity(ssl) != NULL;
    if (conn->deferred || conn->refused) /* fail closed: the status callback never ran */
        conn->refused = true;
    else if (conn->policy->server && conn->policy->request_peer != OTLS_REQUEST_NONE &&
             !conn->ask_later && !conn->verified && !resumed && !suite_is_psk(ssl))
        (void)ossl_verify_none(conn);
    if (conn->refused)
        return ossl_fail_connection(conn, err);
    /* OpenSSL does not tell of a ticket renewed during a TLS 1.2 resumption. */
    if (resumed && conn->offered != NULL && SSL_version(ssl) < TLS1_3_VERSION &&
        SSL_get0_session(ssl) != conn->offered)
        ossl_session_renewed(conn);
    ERR_clear_error();
    conn->established = true;
    return OTLS_OK;
}

static otls_status connection_handshake(otls_backend_connection *conn, otls_error *err)
{
    ERR_clear_error();
    conn->io = OTLS_OK;
    conn->suspended = conn->memory_short = false;
    if (SSL_do_handshake(conn->ssl) == 1) {
        if (!conn->watched)
            SSL_set_msg_callback(conn->ssl, NULL); /* it would be called twice for every record */
        return finish_handshake(conn, err);
    }
    if (conn->suspended)
        return OTLS_WANT_ASYNC;
    const otls_status status = ossl_fail_connection(conn, err);
    if (status == OTLS_CLOSED) {
        (void)ossl_fail(err, OTLS_E_ALERT, OTLS_CODE_NONE, "the peer closed during the handshake");
        err->alert = OTLS_ALERT_CLOSE_NOTIFY;
        err->alert_received = 1;
        return OTLS_E_ALERT;
    }
    return status;
}

static otls_status connection_read(otls_backend_connection *conn, void *out, size_t capacity,
                                   size_t *count, otls_error *err)
{
    conn->io = OTLS_OK;
    conn->memory_short = false;
    if (SSL_read_ex(conn->ssl, out, capacity, count) == 1 && !conn->refused)
        return OTLS_OK;
    *count = 0;
    return ossl_fail_connection(conn, err);
}

static otls_status connection_write(otls_backend_connection *conn, const void *data, size_t size,
                                    otls_error *err)
{
    size_t done;
    conn->io = OTLS_OK;
    if (SSL_write_ex(conn->ssl, data, size, &done) == 1)
        return OTLS_OK;
    return ossl_fail_connection(conn, err);
}

static size_t connection_pending(const otls_backend_connection *conn)
{
    return (size_t)SSL_pending(conn->ssl);
}

/* Half of a message of the peer's has come: libssl says no to anything until it has the rest. */
static otls_status finish_message(otls_backend_connection *conn, otls_error *err)
{
    conn->io = OTLS_OK;
    return !SSL_in_init(conn->ssl) || SSL_do_handshake(conn->ssl) == 1 ? OTLS_OK : ossl_fail_connection(conn, err);
}

static otls_status connection_shutdown(otls_backend_connection *conn, otls_error *err)
{
    const otls_status status = finish_message(conn, err);

    if (status != OTLS_OK)
        return status;
    conn->io = OTLS_OK;
    if (SSL_shutdown(conn->ssl) >= 0)
        return OTLS_OK;
    return ossl_fail_connection(conn, err);
}

static void connection_idle(otls_backend_connection *conn)
{
    (void)SSL_free_buffers(conn->ssl);
}

/* ---- key update, certificates on request, renegotiation, early data ------------------------- */

/* Let the message that OpenSSL has queued go out; it need not be answered yet. */
static otls_status push_handshake(otls_backend_connection *conn, otls_error *err)
{
    conn->io = OTLS_OK;
    conn->memory_short = false;
    if (SSL_do_handshake(conn->ssl) == 1)
        return OTLS_OK;
    const otls_status status = ossl_fail_connection(conn, err);
    return status == OTLS_WANT_READ ? OTLS_OK : status;
}

static otls_status connection_key_update(otls_backend_connection *conn, bool request_peer,
                                         otls_error *err)
{
    otls_status status;

    ERR_clear_error();
    status = finish_message(conn, err);
    if (status != OTLS_OK)
        return status;
    if (SSL_key_update(conn->ssl,
                       request_peer ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
        return ossl_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the keys cannot be updated now");
    return push_handshake(conn, err);
}

static otls_status connection_request_certificate(otls_backend_connection *conn, otls_error *err)
{
    int mode = SSL_VERIFY_PEER;
    if (conn->asking)
        return ossl_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET, "the client has not answered the last request yet");
    if (conn->policy->request_peer == OTLS_REQUEST_REQUIRED)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    ERR_clear_error();
    SSL_set_verify(conn->ssl, mode, NULL);
    if (SSL_verify_client_post_handshake(conn->ssl) != 1)
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NOT_OFFERED,
                         "the client did not offer post-handshake authentication");
    conn->asking = true;
    conn->verified = false;
    return push_handshake(conn, err);
}

static otls_status connection_renegotiate(otls_backend_connection *conn, otls_error *err)
{
    ERR_clear_error();
    if (!conn->policy->renegotiation || SSL_renegotiate(conn->ssl) != 1)
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_RENEGOTIATION,
                         "renegotiation is not allowed on this connection");
    /* data that is on its way is for the reads, which know what to do with it */
    conn->deaf = true;
    const otls_status status = push_handshake(conn, err);
    conn->deaf = false;
    return status;
}

static otls_status connection_write_early(otls_backend_connection *conn, const void *data,
                                          size_t size, size_t *count, otls_error *err)
{
    ERR_clear_error();
    conn->io = OTLS_OK;
    if (SSL_write_early_data(conn->ssl, data, size, count) == 1)
        return OTLS_OK;
    *count = 0;
    return ossl_fail_connection(conn, err);
}

static otls_status connection_read_early(otls_backend_connection *conn, void *out, size_t capacity,
                                         size_t *count, otls_error *err)
{
    ERR_clear_error();
    conn->io = OTLS_OK;
    switch (SSL_read_early_data(conn->ssl, out, capacity, count)) {
    case SSL_READ_EARLY_DATA_SUCCESS:
        return OTLS_OK;
    case SSL_READ_EARLY_DATA_FINISH:
        *count = 0;
        return OTLS_CLOSED;
    default:
        *count = 0;
        return ossl_fail_connection(conn, err);
    }
}

const otls_connection_ops ossl_connection_ops = {
    .size = sizeof(otls_connection_ops),
    .state_size = sizeof(otls_backend_connection),
    .init = connection_init,
    .fini = connection_fini,
    .handshake = connection_handshake,
    .read = connection_read,
    .write = connection_write,
    .pending = connection_pending,
    .shutdown = connection_shutdown,
    .info = ossl_info,
    .export_keying = ossl_export_keying,
    .secret = ossl_secret,
    .key_update = connection_key_update,
    .request_certificate = connection_request_certificate,
    .renegotiate = connection_renegotiate,
    .write_early = connection_write_early,
    .read_early = connection_read_early,
    .idle = connection_idle,
    .peer_chain = ossl_peer_chain,
    .state_name = ossl_state_name,
    .session_free = ossl_session_free,
    .session_encode = ossl_session_encode,
};
