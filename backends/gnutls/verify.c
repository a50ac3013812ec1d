/* SPDX-License-Identifier: MIT */
/*
 * Certificates: the peer's, handed to core in the middle of the handshake, ours, handed to GnuTLS,
 * and the OCSP response, both ways.
 */
#include "gtls.h"

static int refuse(otls_backend_connection *conn, uint8_t alert)
{
    conn->refused = true;
    conn->refuse_alert = alert;
    return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

int gtls_verify_peer(gnutls_session_t session)
{
    otls_backend_connection *conn = gtls_connection_of(session);
    const gnutls_datum_t no_staple = {NULL, 0};
    gnutls_datum_t response = no_staple;
    otls_slice chain[GTLS_SHOWN_MAX];
    otls_slice staple;
    unsigned count = 0;
    uint8_t alert = OTLS_ALERT_BAD_CERTIFICATE;
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &count);
    if (sent == NULL || conn->shows_none)
        count = 0;
    if (count > GTLS_SHOWN_MAX)
        count = GTLS_SHOWN_MAX;
    for (unsigned i = 0; i < count; i++)
        chain[i] = (otls_slice){sent[i].data, sent[i].size};
    const bool stapled = gnutls_ocsp_status_request_get(session, &response) >= 0 &&
                         response.data != NULL && response.size > 0;
    staple = (otls_slice){response.data, response.size};
    const otls_status status =
        conn->core->ops->verify_peer(conn->core, chain, count, stapled ? &staple : NULL, &alert);
    if (status == OTLS_OK)
        return 0;
    if (status == OTLS_WANT_ASYNC && !conn->established) {
        conn->async = true;
        return GNUTLS_E_AGAIN;
    }
    return refuse(conn, status == OTLS_E_VERIFY ? alert : OTLS_ALERT_INTERNAL_ERROR);
}

/* GnuTLS has no call that tells them afterwards. */
static void keep_finished(otls_backend_connection *conn, bool peer, const gnutls_datum_t *message)
{
    if (message->size > GTLS_FINISHED_MAX)
        return;
    memcpy(conn->finished[peer], message->data, message->size);
    conn->finished_size[peer] = (uint8_t)message->size;
}

/* GnuTLS shows messages without their headers (RFC 8446 4). False: no memory. */
static bool tell_message(otls_backend_connection *conn, unsigned type, unsigned incoming,
                         const gnutls_datum_t *body)
{
    enum { HEADER = 4, SERVER_HELLO = 2 };
    const size_t size = HEADER + (size_t)body->size;
    uint8_t *message = malloc(size);
    if (message == NULL)
        return false;
    message[0] =
        type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST ? (uint8_t)SERVER_HELLO : (uint8_t)type;
    message[1] = (uint8_t)(body->size >> 16);
    message[2] = (uint8_t)(body->size >> 8);
    message[3] = (uint8_t)body->size;
    if (body->size != 0)
        memcpy(message + HEADER, body->data, body->size);
    conn->core->ops->message(conn->core, incoming == 0, (otls_slice){message, size});
    free(message);
    return true;
}

int gtls_message_seen(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                      const gnutls_datum_t *message)
{
    otls_backend_connection *conn = gtls_connection_of(session);
    if (conn->watched && when == GNUTLS_HOOK_PRE && !tell_message(conn, type, incoming, message))
        return GNUTLS_E_MEMORY_ERROR;
    if (type == GNUTLS_HANDSHAKE_FINISHED && when == GNUTLS_HOOK_PRE)
        keep_finished(conn, incoming != 0, message);
    if (!incoming)
        return 0;
    if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && when == GNUTLS_HOOK_PRE && conn->rehandshaking)
        return gtls_hello_again(conn, (otls_slice){message->data, message->size});
    if (type == GNUTLS_HANDSHAKE_NEW_SESSION_TICKET)
        gtls_ticket_seen(conn, when, message);
    else if (type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT && when == GNUTLS_HOOK_PRE) {
        conn->shows_none = conn->rehandshaking && message->size <= 3; /* the list's size, and no list */
        conn->core->ops->certificate_message(conn->core, gtls_session_version(session),
                                             (otls_slice){message->data, message->size},
                                             message->size);
    } else if (when == GNUTLS_HOOK_PRE && !conn->context->policy->server)
        return gtls_alpn_check(conn, type, (otls_slice){message->data, message->size});
    return 0;
}

/* A message was larger than GnuTLS takes: was it the peer's Certificate? Its turn tells. */
static bool certificate_is_next(const otls_backend_connection *conn)
{
    switch (gnutls_handshake_get_last_in(conn->session)) {
    case GNUTLS_HANDSHAKE_SERVER_HELLO:
        return otls_version_before(gtls_session_version(conn->session), OTLS_TLS1_3);
    case GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS:
    case GNUTLS_HANDSHAKE_CERTIFICATE_REQUEST:
        return true;
    case GNUTLS_HANDSHAKE_CLIENT_HELLO:
        return conn->context->policy->request_peer != OTLS_REQUEST_NONE;
    default:
        return false;
    }
}

int gtls_ask_late(otls_backend_connection *conn, int native)
{
    uint8_t alert = OTLS_ALERT_BAD_CERTIFICATE;
    if (native >= 0 || !gnutls_error_is_fatal(native) || conn->established || conn->refused ||
        conn->broken || native == GNUTLS_E_FATAL_ALERT_RECEIVED)
        return native;
    if (native == GNUTLS_E_HANDSHAKE_TOO_LARGE && certificate_is_next(conn))
        conn->core->ops->certificate_message(conn->core, gtls_session_version(conn->session),
                                             (otls_slice){NULL, 0},
                                             OTLS_CERTIFICATE_MESSAGE_MAX + 1);
    if (conn->core->ops->certificate_refused(conn->core, &alert) != OTLS_E_VERIFY)
        return native;
    return refuse(conn, alert);
}

static int tell_ca_names(otls_backend_connection *conn, const gnutls_datum_t *names, int count)
{
    if (count <= 0)
        return 0;
    otls_slice *slices = calloc((size_t)count, sizeof(*slices));
    if (slices == NULL)
        return GNUTLS_E_MEMORY_ERROR;
    for (int i = 0; i < count; i++)
        slices[i] = (otls_slice){names[i].data, names[i].size};
    conn->core->ops->client_ca_names(conn->core, slices, (size_t)count);
    free(slices);
    return 0;
}

/* TLS 1.2 knows two kinds of certificates: EdDSA counts as ECDSA there, PSS as RSA (RFC 8422 5.5).
 */
static bool fits(int pk, const gnutls_pk_algorithm_t *algorithms, int count)
{
    const bool edwards = pk == GNUTLS_PK_EDDSA_ED25519 || pk == GNUTLS_PK_EDDSA_ED448;
    for (int i = 0; i < count; i++) {
        const int asked = (int)algorithms[i];
        if (asked == pk || (edwards && asked == GNUTLS_PK_ECDSA) ||
            (pk == GNUTLS_PK_RSA_PSS && asked == GNUTLS_PK_RSA))
            return true;
    }
    return false;
}

/* Some servers name one kind of certificate alone, that of their own suite, and take every one that
 * they can verify: the signature algorithms tell which, and other engines ask nothing else. */
static bool can_sign(gnutls_session_t session, int pk)
{
    gnutls_sign_algorithm_t sign;

    for (size_t i = 0; gnutls_sign_algorithm_get_requested(session, i, &sign) >= 0; i++)
        if (gnutls_sign_supports_pk_algorithm(sign, (gnutls_pk_algorithm_t)pk))
            return true;
    return false;
}

/*
 * One identity per context, presented whatever the peer's SNI or CA list says: the choice was
 * core's. A client whose key fits none of the server's algorithms sends an empty certificate.
 */
int gtls_present_certificate(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                             const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                             gnutls_pcert_st **chain, unsigned *chain_count, gnutls_privkey_t *key)
{
    otls_backend_connection *conn = gtls_connection_of(session);
    const otls_backend_context *context = conn->context;
    *chain_count = 0;
    if (!context->policy->server) {
        const int rc = tell_ca_names(conn, names, name_count);
        if (rc < 0)
            return rc;
    }
    if (context->chain_count == 0)
        return 0;
    if (!context->policy->server && !fits(context->policy->key->pk, algorithms, algorithm_count) &&
        !can_sign(session, context->policy->key->pk))
        return 0;
    *chain = context->chain;
    *chain_count = context->chain_count;
    *key = context->policy->key->key;
    return 0;
}

int gtls_copy_out(gnutls_datum_t *out, const void *data, size_t size)
{
    out->data = gnutls_malloc(size + 1);
    if (out->data == NULL)
        return GNUTLS_E_MEMORY_ERROR;
    memcpy(out->data, data, size);
    out->data[size] = 0;
    out->size = (unsigned)size;
    return 0;
}

int gtls_staple(gnutls_session_t session, void *user, gnutls_datum_t *response)
{
    otls_backend_connection *conn = gtls_connection_of(session);
    otls_slice staple = {NULL, 0};
    (void)user;
    if (conn->core->ops->staple(conn->core, &staple) != OTLS_OK || staple.size == 0)
        return GNUTLS_E_NO_CERTIFICATE_STATUS;
    return gtls_copy_out(response, staple.data, staple.size);
}
