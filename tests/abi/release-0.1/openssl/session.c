/* SPDX-License-Identifier: MIT */
/**
 * @file session.c
 * Sessions and pre-shared keys. OpenSSL keeps none (but see set_cache): what it makes goes to core
 * as bytes, what it needs comes from core. Tickets are sealed with core's keys.
 */
#include "ossl.h"
#include <openssl/rand.h>
#if OSSL_AT_LEAST_3
#include <openssl/core_names.h>
#else
#include <openssl/hmac.h>
#endif

/* ---- tickets ------------------------------------------------------------------------------- */

/* Decide the key: 1 use it, 2 use it and issue a new ticket, 0 none (full handshake), -1 failure.
 */
static int ticket_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                      int sealing, otls_ticket_key *key)
{
    otls_core *core = ossl_connection(ssl)->core;
    bool renew = false;
    if ((sealing && ossl_connection(ssl)->no_ticket) ||
        core->ops->ticket_key(core, sealing ? NULL : name, key, &renew) != OTLS_OK)
        return 0;
    if (sealing) {
        memcpy(name, key->name, sizeof(key->name));
        if (RAND_bytes(iv, EVP_CIPHER_iv_length(EVP_aes_256_cbc())) != 1)
            return -1;
    }
    if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->aes, iv, sealing) != 1)
        return -1;
    /* TLS 1.3 tickets are used once: without a renewal, a client would have none left. */
    return !sealing && (renew || SSL_version(ssl) == TLS1_3_VERSION) ? 2 : 1;
}

#if OSSL_AT_LEAST_3
static int ticket_callback(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                           EVP_MAC_CTX *mac, int sealing)
{
    otls_ticket_key key;
    int result = ticket_key(ssl, name, iv, cipher, sealing, &key);
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.hmac, sizeof(key.hmac)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    if (result > 0 && EVP_MAC_CTX_set_params(mac, params) != 1)
        result = -1;
    OPENSSL_cleanse(&key, sizeof(key));
    return result;
}
#else
static int ticket_callback(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                           HMAC_CTX *mac, int sealing)
{
    otls_ticket_key key;
    int result = ticket_key(ssl, name, iv, cipher, sealing, &key);
    if (result > 0 && HMAC_Init_ex(mac, key.hmac, (int)sizeof(key.hmac), EVP_sha256(), NULL) != 1)
        result = -1;
    OPENSSL_cleanse(&key, sizeof(key));
    return result;
}
#endif

static otls_status set_tickets(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    const bool tickets = policy->resumption && !policy->no_tickets;
    long set = SSL_CTX_set_num_tickets(ctx, tickets ? policy->ticket_count : 0);
    if (tickets && set == 1)
        set = ossl_session_chain_setup(ctx) ? 1 : 0;
    if (tickets && set == 1)
#if OSSL_AT_LEAST_3
        set = SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, ticket_callback);
#else
        set = SSL_CTX_set_tlsext_ticket_key_cb(ctx, ticket_callback);
#endif
    if (set != 1)
        return ossl_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, "tickets cannot be set up");
    return OTLS_OK;
}

/* ---- sessions as bytes --------------------------------------------------------------------- */

static otls_slice session_id(const SSL_SESSION *session)
{
    unsigned size = 0;
    const unsigned char *id = SSL_SESSION_get_id(session, &size);
    return (otls_slice){id, size};
}

static void tell_client(otls_core *core, const SSL_SESSION *session, otls_slice blob)
{
    const bool ticket = SSL_SESSION_has_ticket(session) == 1;
    const otls_native_session native = {
        .size = (uint32_t)sizeof(native),
        .blob = blob,
        .version = (uint16_t)SSL_SESSION_get_protocol_version(session),
        .lifetime = (uint32_t)(ticket ? SSL_SESSION_get_ticket_lifetime_hint(session) : 0),
        .max_early_data = SSL_SESSION_get_max_early_data(session),
        .id = session_id(session),
        .has_ticket = ticket,
    };
    core->ops->new_session(core, &native);
}

/* Both sides. Answers 0: OpenSSL keeps its reference. */
static int new_callback(SSL *ssl, SSL_SESSION *session)
{
    struct otls_backend_connection *conn = ossl_connection(ssl);
    const otls_policy *policy = conn->policy;
    unsigned char *der = NULL;
    /* A server hears also of TLS 1.3 sessions, which live in their tickets alone. */
    if (policy->server && SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION)
        return 0;
    if (policy->server && !ossl_session_keep_chain(conn, session))
        return 0;
    if (policy->server)
        (void)SSL_SESSION_set_app_data(session, conn); /* for remove_callback */
    const int size = i2d_SSL_SESSION(session, &der);
    if (size > 0) {
        const otls_slice blob = {der, (size_t)size};
        if (policy->server)
            conn->core->ops->cache_store(conn->core, session_id(session), blob);
        else
            tell_client(conn->core, session, blob);
        OPENSSL_cleanse(der, (size_t)size);
    }
    OPENSSL_free(der);
    return 0;
}

void ossl_session_renewed(struct otls_backend_connection *conn)
{
    if (conn->policy->resumption && !conn->policy->server)
        (void)new_callback(conn->ssl, SSL_get_session(conn->ssl));
}

static SSL_SESSION *get_callback(SSL *ssl, const unsigned char *id, int size, int *copy)
{
    struct otls_backend_connection *conn = ossl_connection(ssl);
    otls_slice blob = {NULL, 0};
    *copy = 0;
    if (size <= 0 ||
        conn->core->ops->cache_fetch(conn->core, (otls_slice){id, (size_t)size}, &blob) != OTLS_OK)
        return NULL;
    const unsigned char *data = blob.data;
    SSL_SESSION *session = d2i_SSL_SESSION(NULL, &data, (long)blob.size);
    if (session != NULL)
        (void)SSL_SESSION_set_app_data(session, conn);
    return session;
}

/* OpenSSL tells no connection here; sessions live no longer than the one they are tied to. */
static void remove_callback(SSL_CTX *ctx, SSL_SESSION *session)
{
    const struct otls_backend_connection *conn = SSL_SESSION_get_app_data(session);
    (void)ctx;
    if (conn != NULL)
        conn->core->ops->cache_remove(conn->core, session_id(session));
}

static otls_status set_id_context(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    /* Never empty: OpenSSL then fails resumption fatally when client certificates are asked for. */
    static const unsigned char fallback[] = "omnitls";
    const otls_slice id = policy->session_id_context;
    const bool own = id.size > 0;
    if (id.size > SSL_MAX_SID_CTX_LENGTH ||
        SSL_CTX_set_session_id_context(ctx, own ? id.data : fallback,
                                       own ? (unsigned)id.size : sizeof(fallback) - 1) != 1)
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the session id context is too long");
    return OTLS_OK;
}

static void set_cache(SSL_CTX *ctx, const otls_policy *policy)
{
    long mode = SSL_SESS_CACHE_OFF;
    if (policy->resumption && policy->server && policy->max_early_data > 0) {
        /* RFC 8446 section 8.1, single use: to take a session out must be one step for all threads.
         * Only OpenSSL's own cache does that, and then it serves TLS 1.2 as well. */
        mode = SSL_SESS_CACHE_SERVER;
    } else if (policy->resumption) {
        mode = policy->server ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_CLIENT;
        mode |= SSL_SESS_CACHE_NO_INTERNAL | SSL_SESS_CACHE_NO_AUTO_CLEAR;
        SSL_CTX_sess_set_new_cb(ctx, new_callback);
    }
    if (policy->server && (mode & SSL_SESS_CACHE_NO_INTERNAL) != 0) {
        SSL_CTX_sess_set_get_cb(ctx, get_callback);
        SSL_CTX_sess_set_remove_cb(ctx, remove_callback);
    }
    (void)SSL_CTX_set_session_cache_mode(ctx, mode);
    if (policy->session_lifetime > 0)
        (void)SSL_CTX_set_timeout(ctx, (long)policy->session_lifetime);
}

/* RFC 8446 4.2.10: early data that is not accepted is read past. A client may send it because of an
 * earlier server's ticket, so this is no matter of what is allowed now; and OpenSSL counts the
 * records with their overhead then. What is accepted is bounded by the session's own number. */
static uint32_t skipped_bytes(const otls_policy *policy)
{
    const uint32_t margin = 65536;
    return policy->max_early_data < UINT32_MAX - margin ? policy->max_early_data + margin
                                                        : UINT32_MAX;
}

otls_status ossl_session_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    set_cache(ctx, policy);
    if (!policy->server)
        return OTLS_OK;
    (void)SSL_CTX_set_max_early_data(ctx, policy->max_early_data);
    (void)SSL_CTX_set_recv_max_early_data(ctx, skipped_bytes(policy));
    const otls_status status = set_id_context(ctx, policy, err);
    return status != OTLS_OK ? status : set_tickets(ctx, policy, err);
}

/* ---- pre-shared keys ----------------------------------------------------------------------- */

/* One OpenSSL callback serves both versions; the policy may want one only. */
static bool psk_wanted(const SSL *ssl, const otls_policy *policy)
{
    return SSL_version(ssl) >= TLS1_3_VERSION ? policy->psk_13 : policy->psk_12;
}

static unsigned psk_client(SSL *ssl, const char *hint, char *identity, unsigned identity_capacity,
                           unsigned char *key, unsigned key_capacity)
{
    struct otls_backend_connection *conn = ossl_connection(ssl);
    size_t length = 0;
    if (!psk_wanted(ssl, conn->policy) ||
        conn->core->ops->psk_client(conn->core, hint, identity, identity_capacity, key,
                                    key_capacity, &length) != OTLS_OK ||
        length > key_capacity)
        return 0;
    conn->psk = length > 0;
    return (unsigned)length;
}

static unsigned psk_server(SSL *ssl, const char *identity, unsigned char *key,
                           unsigned key_capacity)
{
    struct otls_backend_connection *conn = ossl_connection(ssl);
    size_t length = 0;
    if (!psk_wanted(ssl, conn->policy) ||
        conn->core->ops->psk_server(conn->core, (const uint8_t *)identity, strlen(identity), key,
                                    key_capacity, &length) != OTLS_OK ||
        length > key_capacity)
        return 0;
    conn->psk = length > 0;
    return (unsigned)length;
}

otls_status ossl_psk_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    char hint[PSK_MAX_IDENTITY_LEN + 1];
    if (!policy->psk_12 && !policy->psk_13)
        return OTLS_OK;
    if (!policy->server) {
        SSL_CTX_set_psk_client_callback(ctx, psk_client);
        return OTLS_OK;
    }
    SSL_CTX_set_psk_server_callback(ctx, psk_server);
    if (policy->psk_hint.size == 0)
        return OTLS_OK;
    if (policy->psk_hint.size >= sizeof(hint))
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the PSK identity hint is too long");
    memcpy(hint, policy->psk_hint.data, policy->psk_hint.size);
    hint[policy->psk_hint.size] = '\0';
    if (SSL_CTX_use_psk_identity_hint(ctx, hint) != 1)
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the PSK identity hint is refused");
    return OTLS_OK;
}
