/* SPDX-License-Identifier: MIT */
/*
 * Sessions. wolfSSL's own session cache belongs to the process, not to a context, and would resume
 * one context's sessions in another: it stays off, core keeps the sessions.
 */
#include "wolf.h"

static void describe(WOLFSSL *ssl, WOLFSSL_SESSION *session, otls_native_session *out)
{
    unsigned int size = 0;
    const unsigned char *id = wolfSSL_SESSION_get_id(session, &size);

    memset(out, 0, sizeof(*out));
    out->size = (uint32_t)sizeof(*out);
    out->version = wolf_version(ssl);
    out->has_ticket = wolfSSL_SESSION_has_ticket(session) != 0;
    out->lifetime = out->has_ticket ? (uint32_t)wolfSSL_SESSION_get_ticket_lifetime_hint(session)
                                    : (uint32_t)wolfSSL_SESSION_get_timeout(session);
    out->id.data = id;
    out->id.size = id != NULL ? size : 0;
}

/* A longer ticket (Java's hold both sides' chains) is taken from the server and cannot be offered:
 * building the next ClientHello would fail. MAX_PSK_ID_LEN, which is in no public header. */
static bool can_be_offered(WOLFSSL *ssl)
{
    unsigned char ticket[1536];
    unsigned int size = sizeof(ticket);
    const bool fits = wolfSSL_get_SessionTicket(ssl, ticket, &size) == WOLFSSL_SUCCESS && size > 0;

    kit_wipe(ticket, sizeof(ticket));
    return fits;
}

static int on_new_session(WOLFSSL *ssl, WOLFSSL_SESSION *session)
{
    otls_backend_connection *conn = wolf_connection_of(ssl);
    otls_native_session native;
    unsigned char *blob = NULL;
    int size;

    if (conn == NULL)
        return 0;
    describe(ssl, session, &native);
    /* clients resume by ticket; what a server keeps beside one was kept when it was sealed */
    if (!otls_version_before(native.version, OTLS_TLS1_3) && (conn->server || !native.has_ticket))
        return 0;
    /* RFC 5246 7.4.1.3: without a name the session cannot be resumed; since 5.7 clients make one up */
    if (!native.has_ticket && (native.id.size == 0 || (!conn->server && !conn->session_named)))
        return 0;
    if (!otls_version_before(native.version, OTLS_TLS1_3) && !can_be_offered(ssl))
        return 0;
    size = wolfSSL_i2d_SSL_SESSION(session, &blob);
    if (size > 0) {
        native.blob.data = blob;
        native.blob.size = (size_t)size;
        if (conn->server && native.id.size > 0)
            conn->core->ops->cache_store(conn->core, native.id, native.blob);
        else if (!conn->server)
            conn->core->ops->new_session(conn->core, &native);
        kit_wipe(blob, (size_t)size);
    }
    XFREE(blob, NULL, DYNAMIC_TYPE_OPENSSL);
    return 0; /* the session stays the engine's */
}

static WOLFSSL_SESSION *decode(otls_slice blob)
{
    const unsigned char *at = blob.data;
    return wolfSSL_d2i_SSL_SESSION(NULL, &at, (long)blob.size);
}

static WOLFSSL_SESSION *on_get_session(WOLFSSL *ssl, const unsigned char *id, int size, int *copy)
{
    const otls_backend_connection *conn = wolf_connection_of(ssl);
    otls_slice blob = {NULL, 0};

    *copy = 0; /* the engine frees what it gets */
    /* a TLS 1.3 ticket has said all by itself, and the engine mixes up those of several tickets */
    if (conn == NULL || !conn->server || size <= 0 ||
        !otls_version_before(wolf_version(ssl), OTLS_TLS1_3) ||
        conn->core->ops->cache_fetch(conn->core, (otls_slice){id, (size_t)size}, &blob) != OTLS_OK)
        return NULL;
    return decode(blob);
}

/* With a session of an older version wolfSSL offers that version as its highest. */
static bool holds_back(const otls_backend_connection *conn)
{
    return conn->session_offered &&
           !otls_version_before(conn->context->policy->max_version, OTLS_TLS1_3) &&
           otls_version_before(wolf_version(conn->ssl), OTLS_TLS1_3);
}

otls_status wolf_session_resume(otls_backend_connection *conn, otls_slice blob, otls_error *err)
{
    WOLFSSL_SESSION *session = decode(blob);

    if (session == NULL)
        return wolf_error(err, OTLS_E_CONFIG, OTLS_CODE_SESSION_REFUSED, 0,
                          "wolfSSL cannot read the session");
    /* an expired session is no failure, there will be a full handshake */
    conn->session_offered = wolfSSL_set_session(conn->ssl, session) == WOLFSSL_SUCCESS;
    wolfSSL_SESSION_free(session);
    if (holds_back(conn))
        return wolf_error(err, OTLS_E_CONFIG, OTLS_CODE_SESSION_REFUSED, 0,
                          "wolfSSL would not offer TLS 1.3 beside the session");
    return OTLS_OK;
}

otls_status wolf_session_setup(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    WOLFSSL_CTX *ctx = context->ctx;

    if (!policy->resumption) {
        (void)wolfSSL_CTX_set_session_cache_mode(ctx, WOLFSSL_SESS_CACHE_OFF);
    } else {
        (void)wolfSSL_CTX_set_session_cache_mode(ctx, WOLFSSL_SESS_CACHE_BOTH |
                                                          WOLFSSL_SESS_CACHE_NO_INTERNAL |
                                                          WOLFSSL_SESS_CACHE_NO_AUTO_CLEAR);
        wolfSSL_CTX_sess_set_new_cb(ctx, on_new_session);
        if (policy->server)
            wolfSSL_CTX_sess_set_get_cb(ctx, on_get_session);
        if (policy->session_lifetime > 0)
            (void)wolfSSL_CTX_set_timeout(ctx, policy->session_lifetime);
        if (policy->session_id_context.size > 0 && policy->session_id_context.size < 32)
            (void)wolfSSL_CTX_set_session_id_context(ctx, policy->session_id_context.data,
                                                     (unsigned)policy->session_id_context.size);
    }
    return wolf_ticket_setup(ctx, policy, err);
}
