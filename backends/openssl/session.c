/* SPDX-License-Identifier: MIT */
/*
 * Sessions. OpenSSL keeps none (but see set_cache): what it makes goes to core
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
    otls_core *core = ossl_connection_of(ssl)->core;
    bool renew = false;
    if ((sealing && ossl_connection_of(ssl)->no_ticket) ||
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
    if (result < 0)
        ossl_keep_memory_short(SSL_get_app_data(ssl));
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
    if (result < 0)
        ossl_keep_memory_short(SSL_get_app_data(ssl));
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

/* A client's: core takes the object, or, when it is an older one, its bytes. */
static void tell_client(otls_core *core, SSL_SESSION *session)
{
    const bool ticket = SSL_SESSION_has_ticket(session) == 1;
    otls_native_session native = {
        .size = (uint32_t)sizeof(native),
        .version = (uint16_t)SSL_SESSION_get_protocol_version(session),
        .lifetime = (uint32_t)(ticket ? SSL_SESSION_get_ticket_lifetime_hint(session) : 0),
        .max_early_data = SSL_SESSION_get_max_early_data(session),
        .id = session_id(session),
        .has_ticket = ticket,
    };
    if (KIT_HAS(core->ops, new_session_object)) {
        otls_native_session_object *object = ossl_session_keep(session);
        if (object != NULL)
            core->ops->new_session_object(core, &native, object);
        return;
    }
    unsigned char *der = NULL;
    const int size = i2d_SSL_SESSION(session, &der);
    if (size > 0) {
        native.blob = ossl_session_without_peer(der, (size_t)size);
        core->ops->new_session(core, &native);
        OPENSSL_cleanse(der, (size_t)size);
    }
    OPENSSL_free(der);
}

static void store(otls_backend_connection *conn, SSL_SESSION *session)
{
    unsigned char *der = NULL;
    /* TLS 1.3 sessions live in their tickets alone. */
    if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION ||
        !ossl_session_keep_chain(conn, session))
        return;
    (void)SSL_SESSION_set_app_data(session, conn); /* for remove_callback */
    const int size = i2d_SSL_SESSION(session, &der);
    if (size > 0) {
        conn->core->ops->cache_store(conn->core, session_id(session),
                                     (otls_slice){der, (size_t)size});
        OPENSSL_cleanse(der, (size_t)size);
    }
    OPENSSL_free(der);
}

/* Both sides. Answers 0: OpenSSL keeps its reference. */
static int new_callback(SSL *ssl, SSL_SESSION *session)
{
    otls_backend_connection *conn = ossl_connection_of(ssl);
    if (conn->policy->server)
        store(conn, session);
    else
        tell_client(conn->core, session);
    return 0;
}

void ossl_session_renewed(otls_backend_connection *conn)
{
    if (conn->policy->resumption && !conn->policy->server)
        (void)new_callback(conn->ssl, SSL_get_session(conn->ssl));
}

static SSL_SESSION *get_callback(SSL *ssl, const unsigned char *id, int size, int *copy)
{
    otls_backend_connection *conn = ossl_connection_of(ssl);
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
    const otls_backend_connection *conn = SSL_SESSION_get_app_data(session);
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

static int64_t made_at(const SSL_SESSION *session)
{
#if OPENSSL_VERSION_NUMBER >= 0x30300000L /* the other one is deprecated since 3.4: 2038 */
    return (int64_t)SSL_SESSION_get_time_ex(session);
#else
    return (int64_t)SSL_SESSION_get_time(session);
#endif
}

/*
 * Does this hello's early data come for the first time? Asked when binder and age are found right.
 * The session's secret and the client's random are in the binder: who changes one of them has none.
 */
static int early_callback(SSL *ssl, void *unused)
{
    const otls_policy *policy = ossl_connection_of(ssl)->policy;
    const SSL_SESSION *session = SSL_get_session(ssl);
    unsigned char bytes[SSL3_RANDOM_SIZE + SSL_MAX_MASTER_KEY_LENGTH], digest[32];
    size_t size = SSL_get_client_random(ssl, bytes, SSL3_RANDOM_SIZE);
    bool once = false;

    (void)unused;
    if (session != NULL && KIT_HAS(policy, early_once)) {
        size += SSL_SESSION_get_master_key(session, bytes + size, sizeof(bytes) - size);
        once = EVP_Digest(bytes, size, digest, NULL, EVP_sha256(), NULL) == 1 &&
               policy->early_once(policy->early_user, digest, made_at(session));
    }
    OPENSSL_cleanse(bytes, sizeof(bytes));
    return once;
}

static void set_cache(SSL_CTX *ctx, const otls_policy *policy)
{
    long mode = SSL_SESS_CACHE_OFF;
    if (policy->resumption) {
        mode = policy->server ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_CLIENT;
        mode |= SSL_SESS_CACHE_NO_INTERNAL | SSL_SESS_CACHE_NO_AUTO_CLEAR;
        SSL_CTX_sess_set_new_cb(ctx, new_callback);
    }
    if (policy->server && policy->resumption) {
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

/* RFC 8446 8.1, single use, is OpenSSL's own way, in a cache of its own, which no copy of a context
 * knows. Core's memory is for all that can open a ticket, so tickets say all and sessions stay
 * core's. */
static void set_early_data(SSL_CTX *ctx, const otls_policy *policy)
{
    (void)SSL_CTX_set_max_early_data(ctx, policy->max_early_data);
    (void)SSL_CTX_set_recv_max_early_data(ctx, skipped_bytes(policy));
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_ANTI_REPLAY);
    SSL_CTX_set_allow_early_data_cb(ctx, early_callback, NULL);
}

otls_status ossl_session_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    set_cache(ctx, policy);
    if (!policy->server)
        return OTLS_OK;
    set_early_data(ctx, policy);
    const otls_status status = set_id_context(ctx, policy, err);
    return status != OTLS_OK ? status : set_tickets(ctx, policy, err);
}
