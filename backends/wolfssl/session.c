/* SPDX-License-Identifier: MIT */
/*
 * Sessions and tickets. wolfSSL's own session cache belongs to the process, not to a context, and
 * would resume one context's sessions in another: it stays off, core keeps the sessions. Tickets
 * are sealed with AES-256-GCM under keys that core rotates.
 */
#include "wolf.h"

#include <wolfssl/wolfcrypt/aes.h>

#define GCM_NONCE 12
#define GCM_TAG 16

/* ---- sessions ------------------------------------------------------------------------------ */

/*
 * A TLS 1.3 session without a legacy id is looked up by an id that wolfSSL keeps inside tickets and
 * shows nowhere but in the serialised session: side, birth, timeout (9 bytes), id (length, bytes),
 * master secret (48), a flag, then that id (length, 32 bytes).
 */
static otls_slice ticket_id(otls_slice blob)
{
    const size_t at = 10u + (blob.size > 9 ? blob.data[9] : 0u) + 48u + 1u;
    if (blob.size < at + 1 + 32 || blob.data[at] != 32)
        return (otls_slice){NULL, 0};
    return (otls_slice){blob.data + at + 1, 32};
}

static void describe(WOLFSSL *ssl, WOLFSSL_SESSION *session, otls_native_session *out)
{
    unsigned int size = 0;
    const unsigned char *id = wolfSSL_SESSION_get_id(session, &size);

    memset(out, 0, sizeof(*out));
    out->size = (uint32_t)sizeof(*out);
    out->version = (uint16_t)wolfSSL_version(ssl);
    out->has_ticket = wolfSSL_SESSION_has_ticket(session) != 0;
    out->lifetime = out->has_ticket ? (uint32_t)wolfSSL_SESSION_get_ticket_lifetime_hint(session)
                                    : (uint32_t)wolfSSL_SESSION_get_timeout(session);
    out->id.data = id;
    out->id.size = id != NULL ? size : 0;
}

static int on_new_session(WOLFSSL *ssl, WOLFSSL_SESSION *session)
{
    otls_backend_connection *conn = otls_wolf_of(ssl);
    otls_native_session native;
    unsigned char *blob = NULL;
    int size;

    if (conn == NULL)
        return 0;
    describe(ssl, session, &native);
    if (native.version >= OTLS_TLS1_3) {
        /* clients resume by ticket; servers need an entry only to remember who the client was */
        if (conn->server ? !conn->judged || conn->missing : !native.has_ticket)
            return 0;
    }
    if (native.id.size == 0 && !native.has_ticket)
        return 0;
    size = wolfSSL_i2d_SSL_SESSION(session, &blob);
    if (size > 0) {
        native.blob.data = blob;
        native.blob.size = (size_t)size;
        if (conn->server && native.version >= OTLS_TLS1_3 && ticket_id(native.blob).size > 0)
            native.id = ticket_id(native.blob);
        if (conn->server && native.id.size > 0)
            conn->core->ops->cache_store(conn->core, native.id, native.blob);
        else if (!conn->server)
            conn->core->ops->new_session(conn->core, &native);
        otls_wolf_wipe(blob, (size_t)size);
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
    const otls_backend_connection *conn = otls_wolf_of(ssl);
    otls_slice blob = {NULL, 0};

    *copy = 0; /* the engine frees what it gets */
    if (conn == NULL || !conn->server || size <= 0 ||
        conn->core->ops->cache_fetch(conn->core, (otls_slice){id, (size_t)size}, &blob) != OTLS_OK)
        return NULL;
    return decode(blob);
}

otls_status otls_wolf_session_resume(otls_backend_connection *conn, otls_slice blob,
                                     otls_error *err)
{
    WOLFSSL_SESSION *session = decode(blob);

    if (session == NULL)
        return otls_wolf_error(err, OTLS_E_CONFIG, OTLS_CODE_SESSION_REFUSED, 0,
                               "wolfSSL cannot read the session");
    /* an expired session is no failure, there will be a full handshake */
    conn->session_offered = wolfSSL_set_session(conn->ssl, session) == WOLFSSL_SUCCESS;
    wolfSSL_SESSION_free(session);
    return OTLS_OK;
}

/* ---- tickets ------------------------------------------------------------------------------- */

static int gcm(const otls_ticket_key *key, const uint8_t *iv, uint8_t *tag, uint8_t *data,
               word32 size, bool encrypt)
{
    Aes aes;
    int result = wc_AesInit(&aes, NULL, INVALID_DEVID);
    if (result != 0)
        return result;
    result = wc_AesGcmSetKey(&aes, key->aes, sizeof(key->aes));
    if (result == 0 && encrypt)
        result = wc_AesGcmEncrypt(&aes, data, data, size, iv, GCM_NONCE, tag, GCM_TAG, key->name,
                                  sizeof(key->name));
    else if (result == 0)
        result = wc_AesGcmDecrypt(&aes, data, data, size, iv, GCM_NONCE, tag, GCM_TAG, key->name,
                                  sizeof(key->name));
    wc_AesFree(&aes);
    return result;
}

static int seal(const otls_backend_connection *conn, otls_ticket_key *key, uint8_t *name,
                uint8_t *iv, uint8_t *tag, uint8_t *ticket, int size)
{
    otls_error err;
    if (conn->core->ops->ticket_key(conn->core, NULL, key, &(bool){false}) != OTLS_OK ||
        otls_wolf_crypto.random(iv, GCM_NONCE, &err) != OTLS_OK)
        return WOLFSSL_TICKET_RET_FATAL;
    memcpy(name, key->name, sizeof(key->name));
    memset(iv + GCM_NONCE, 0, WOLFSSL_TICKET_IV_SZ - GCM_NONCE);
    memset(tag + GCM_TAG, 0, WOLFSSL_TICKET_MAC_SZ - GCM_TAG);
    return gcm(key, iv, tag, ticket, (word32)size, true) == 0 ? WOLFSSL_TICKET_RET_OK
                                                              : WOLFSSL_TICKET_RET_FATAL;
}

static int on_ticket(WOLFSSL *ssl, unsigned char *name, unsigned char *iv, unsigned char *mac,
                     int encrypt, unsigned char *ticket, int size, int *out_size, void *user)
{
    const otls_backend_connection *conn = otls_wolf_of(ssl);
    otls_ticket_key key;
    bool renew = false;
    int result = WOLFSSL_TICKET_RET_REJECT;

    (void)user;
    if (conn == NULL || size <= 0)
        return WOLFSSL_TICKET_RET_FATAL;
    *out_size = size;
    if (encrypt) {
        result = seal(conn, &key, name, iv, mac, ticket, size);
    } else if (conn->core->ops->ticket_key(conn->core, name, &key, &renew) == OTLS_OK &&
               gcm(&key, iv, mac, ticket, (word32)size, false) == 0) {
        result = renew ? WOLFSSL_TICKET_RET_CREATE : WOLFSSL_TICKET_RET_OK;
    }
    otls_wolf_wipe(&key, sizeof(key));
    return result;
}

static otls_status set_tickets(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    const uint32_t week = 604800; /* RFC 8446 4.6.1 */
    const uint32_t hint = policy->session_lifetime < week ? policy->session_lifetime : week;

    if (!policy->server)
        return OTLS_OK;
    if (policy->no_tickets || !policy->resumption) {
        (void)wolfSSL_CTX_NoTicketTLSv12(ctx);
        (void)wolfSSL_CTX_no_ticket_TLSv13(ctx);
        return OTLS_OK;
    }
    /* A TLS 1.2 ticket of wolfSSL's knows nothing of the client's certificates; a session id finds
     * the session in core's cache, and the chain with it. */
    if (policy->request_peer != 0)
        (void)wolfSSL_CTX_NoTicketTLSv12(ctx);
    if (wolfSSL_CTX_set_TicketEncCb(ctx, on_ticket) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_TicketHint(ctx, (int)hint) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_num_tickets(ctx, policy->ticket_count) != WOLFSSL_SUCCESS)
        return otls_wolf_error(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, 0,
                               "wolfSSL refused the ticket settings");
    return OTLS_OK;
}

otls_status otls_wolf_session_setup(struct otls_backend_context *context, otls_error *err)
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
    return set_tickets(ctx, policy, err);
}
