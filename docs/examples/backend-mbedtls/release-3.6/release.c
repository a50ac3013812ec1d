/* SPDX-License-Identifier: MIT */
/* What mbed TLS 3.6 does in its own way: TLS 1.2 and 1.3, the latter over its PSA. */
#include "mbed.h"

#include <mbedtls/pkcs5.h>
#include <psa/crypto.h>
#include <time.h>

#if MBEDTLS_VERSION_NUMBER < 0x03060000 || MBEDTLS_VERSION_NUMBER >= 0x03070000
#error "this file knows the inside of mbed TLS 3.6 and of no other"
#endif

int mbed_release_start(void)
{
    return psa_crypto_init();
}

/* ---- what there is ---- */

const mbed_feature *mbed_release_feature(otls_feature feature)
{
    static const mbed_feature features[OTLS_FEATURE_COUNT] = {
        [OTLS_FEATURE_TLS1_3] = {OTLS_YES, "supported"},
        [OTLS_FEATURE_EARLY_DATA] = {OTLS_NO, "mbed TLS was built without MBEDTLS_SSL_EARLY_DATA"},
        [OTLS_FEATURE_POST_HANDSHAKE_AUTH] = {OTLS_NO,
                                              "mbed TLS has no post-handshake authentication"},
        [OTLS_FEATURE_KEY_UPDATE] = {OTLS_NO,
                                     "mbed TLS has no key updates: a peer's ends the connection"},
        [OTLS_FEATURE_CLIENT_CA_NAMES_13] =
            {OTLS_NO, "mbed TLS 3.6 sends no names of authorities in TLS 1.3"},
        [OTLS_FEATURE_PSK_12] = {OTLS_PARTLY,
                                 "keys of at most 48 bytes, and servers send no identity hints"},
        [OTLS_FEATURE_PSK_13] = {OTLS_YES, "supported, keys of at most 48 bytes"},
        [OTLS_FEATURE_SIGN_CALLBACK] =
            {OTLS_PARTLY, "RSA keys below TLS 1.3: no installed header of mbed TLS 3.6 has more"},
        [OTLS_FEATURE_RESUMPTION_12] =
            {OTLS_PARTLY, "a client that has TLS 1.3 as well offers no session of TLS 1.2"},
        [OTLS_FEATURE_RESUMPTION_13] =
            {OTLS_PARTLY, "a client that offers a session of TLS 1.3 offers no other version"},
        [OTLS_FEATURE_LONG_HELLOS] = {OTLS_NO,
                                      "mbed TLS takes handshake messages of at most 16 KB"},
        [OTLS_FEATURE_LONG_CHAINS] = {OTLS_NO,
                                      "mbed TLS takes handshake messages of at most 16 KB"},
    };

    return (int)feature > 0 && feature < OTLS_FEATURE_COUNT && features[feature].why != NULL
               ? &features[feature]
               : NULL;
}

const mbed_cause mbed_release_causes[] = {
    {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_VERSION,
     OTLS_ALERT_PROTOCOL_VERSION},
    {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_HANDSHAKE_FAILURE},
    {MBEDTLS_ERR_SSL_DECODE_ERROR, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECODE_ERROR},
    /* what it says of a message that its buffer does not hold */
    {MBEDTLS_ERR_SSL_BAD_INPUT_DATA, OTLS_E_PROTOCOL, OTLS_CODE_LIMIT,
     OTLS_ALERT_ILLEGAL_PARAMETER},
    {MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_ILLEGAL_PARAMETER},
    {MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_UNSUPPORTED_EXTENSION},
    {MBEDTLS_ERR_SSL_BAD_CERTIFICATE, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_BAD_CERTIFICATE},
    {MBEDTLS_ERR_SSL_UNRECOGNIZED_NAME, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_UNRECOGNIZED_NAME},
};
const size_t mbed_release_cause_count = MBED_COUNT(mbed_release_causes);

bool mbed_release_is_split(const otls_backend_connection *conn, int native)
{
    (void)conn, (void)native; /* it joins records */
    return false;
}

const char *mbed_release_state_name(int state)
{
    static const char *const names[] = {
        [MBEDTLS_SSL_HELLO_REQUEST] = "hello request",
        [MBEDTLS_SSL_CLIENT_HELLO] = "client hello",
        [MBEDTLS_SSL_SERVER_HELLO] = "server hello",
        [MBEDTLS_SSL_SERVER_CERTIFICATE] = "server certificate",
        [MBEDTLS_SSL_SERVER_KEY_EXCHANGE] = "server key exchange",
        [MBEDTLS_SSL_CERTIFICATE_REQUEST] = "certificate request",
        [MBEDTLS_SSL_SERVER_HELLO_DONE] = "server hello done",
        [MBEDTLS_SSL_CLIENT_CERTIFICATE] = "client certificate",
        [MBEDTLS_SSL_CLIENT_KEY_EXCHANGE] = "client key exchange",
        [MBEDTLS_SSL_CERTIFICATE_VERIFY] = "certificate verify",
        [MBEDTLS_SSL_CLIENT_CHANGE_CIPHER_SPEC] = "client change cipher spec",
        [MBEDTLS_SSL_CLIENT_FINISHED] = "client finished",
        [MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC] = "server change cipher spec",
        [MBEDTLS_SSL_SERVER_FINISHED] = "server finished",
        [MBEDTLS_SSL_FLUSH_BUFFERS] = "flush buffers",
        [MBEDTLS_SSL_HANDSHAKE_WRAPUP] = "handshake wrap-up",
        [MBEDTLS_SSL_NEW_SESSION_TICKET] = "server new session ticket",
        [MBEDTLS_SSL_HELLO_RETRY_REQUEST] = "hello retry request",
        [MBEDTLS_SSL_ENCRYPTED_EXTENSIONS] = "encrypted extensions",
        [MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY] = "client certificate verify",
        [MBEDTLS_SSL_HANDSHAKE_OVER] = "handshake over",
        [MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET] = "new session ticket",
    };

    return state >= 0 && (size_t)state < MBED_COUNT(names) && names[state] != NULL
               ? names[state]
               : "change cipher spec for middle boxes";
}

/* ---- keys ---- */

int mbed_release_pbkdf2(const mbedtls_md_info_t *md, otls_slice password, otls_slice salt,
                        uint32_t rounds, uint8_t *out, size_t size)
{
    return mbedtls_pkcs5_pbkdf2_hmac_ext(mbedtls_md_get_type(md), password.data, password.size,
                                         salt.data, salt.size, rounds, (uint32_t)size, out);
}

int mbed_release_parse_key(mbedtls_pk_context *pk, otls_slice encoded, otls_slice password)
{
    return mbedtls_pk_parse_key(pk, encoded.data, encoded.size, password.data, password.size,
                                mbed_rng, NULL);
}

int mbed_release_sign(mbedtls_pk_context *pk, mbedtls_md_type_t md, const uint8_t *hash,
                      size_t size, uint8_t *out, size_t room, size_t *length)
{
    return mbedtls_pk_sign(pk, md, hash, size, out, room, length, mbed_rng, NULL);
}

int mbed_release_sign_pss(const mbedtls_rsa_context *key, mbedtls_md_type_t md, const uint8_t *hash,
                          size_t size, int salt, uint8_t *out)
{
    mbedtls_rsa_context rsa;
    int rc;

    mbedtls_rsa_init(&rsa);
    rc = mbedtls_rsa_copy(&rsa, key);
    if (rc == 0)
        rc = mbedtls_rsa_set_padding(&rsa, MBEDTLS_RSA_PKCS_V21, md);
    if (rc == 0)
        rc = mbedtls_rsa_rsassa_pss_sign_ext(&rsa, mbed_rng, NULL, md, (unsigned)size, hash, salt,
                                             out);
    mbedtls_rsa_free(&rsa);
    return rc;
}

/* ---- contexts ---- */

/* The pairs of RFC 5246 7.4.1.4.1. */
static bool signs_before_13(uint16_t scheme)
{
    const unsigned hash = scheme >> 8, sign = scheme & 0xff;

    return hash >= MBEDTLS_SSL_HASH_SHA1 && hash <= MBEDTLS_SSL_HASH_SHA512 &&
           (sign == MBEDTLS_SSL_SIG_RSA || sign == MBEDTLS_SSL_SIG_ECDSA);
}

static bool signs_in_13(uint16_t scheme)
{
    switch (scheme) {
    case MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256:
    case MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384:
    case MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512:
    case MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256:
    case MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384:
    case MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512:
        return true;
    default:
        return false;
    }
}

bool mbed_has_signature(uint16_t scheme)
{
    return signs_before_13(scheme) || signs_in_13(scheme);
}

/*
 * What a client of both versions offers holds for both, but mbed TLS takes no PSS in TLS 1.2, and
 * servers choose by the client's order: what TLS 1.2 has stands first.
 */
otls_status mbed_release_signatures(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    uint16_t *schemes = calloc(policy->signature_count + 1, sizeof(*schemes));
    size_t count = 0;

    if (schemes == NULL)
        return mbed_fail_nomem(err);
    context->signatures = schemes;
    for (size_t i = 0; i < policy->signature_count; i++)
        if (signs_before_13(policy->signatures[i]))
            schemes[count++] = policy->signatures[i];
    for (size_t i = 0; i < policy->signature_count && policy->max_version >= OTLS_TLS1_3; i++)
        if (!signs_before_13(policy->signatures[i]) && signs_in_13(policy->signatures[i]))
            schemes[count++] = policy->signatures[i];
    schemes[count] = MBEDTLS_TLS1_3_SIG_NONE;
    mbedtls_ssl_conf_sig_algs(&context->conf, schemes);
    return count > 0 ? OTLS_OK
                     : mbed_fail(err, OTLS_E_CONFIG, OTLS_CODE_NOTHING_LEFT, 0,
                                 "none of the signature algorithms is one that " MBED_NAME
                                 " has in these versions");
}

otls_status mbed_release_configure(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    uint16_t *groups = calloc(policy->group_count + 1, sizeof(*groups));

    if (groups == NULL)
        return mbed_fail_nomem(err);
    memcpy(groups, policy->groups, policy->group_count * sizeof(*groups));
    context->groups = groups;
    mbedtls_ssl_conf_groups(&context->conf, groups);
    /* its versions are the numbers on the wire */
    mbedtls_ssl_conf_min_tls_version(&context->conf,
                                     (mbedtls_ssl_protocol_version)policy->min_version);
    mbedtls_ssl_conf_max_tls_version(&context->conf,
                                     (mbedtls_ssl_protocol_version)policy->max_version);
    mbedtls_ssl_conf_tls13_key_exchange_modes(
        &context->conf, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL |
                            MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL);
    if (policy->server)
        mbedtls_ssl_conf_new_session_tickets(
            &context->conf, policy->no_tickets || !policy->resumption ? 0 : policy->ticket_count);
    else
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
            &context->conf, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
    if (policy->key != NULL && policy->key->signer != NULL && policy->max_version >= OTLS_TLS1_3)
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                         "with mbed TLS 3.6 a key that is held elsewhere signs below TLS 1.3 only");
    return OTLS_OK;
}

/* ---- connections ---- */

uint16_t mbed_version(const otls_backend_connection *conn)
{
    return (uint16_t)conn->ssl.tls_version;
}

static void keys_derived(void *user, mbedtls_ssl_key_export_type type, const unsigned char *secret,
                         size_t size, const unsigned char client_random[32],
                         const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    static const char *const labels[] = {
        [MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_HANDSHAKE_TRAFFIC_SECRET] =
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        [MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET] =
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        [MBEDTLS_SSL_KEY_EXPORT_TLS1_3_CLIENT_APPLICATION_TRAFFIC_SECRET] =
            "CLIENT_TRAFFIC_SECRET_0",
        [MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_APPLICATION_TRAFFIC_SECRET] =
            "SERVER_TRAFFIC_SECRET_0",
    };
    otls_backend_connection *conn = user;

    if (type == MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET) {
        mbed_keys_derived(conn, secret, client_random, server_random, prf);
        return;
    }
    memcpy(conn->secrets.randoms, client_random, 32);
    memcpy(conn->secrets.randoms + 32, server_random, 32);
    conn->secrets.known = true;
    if ((size_t)type < MBED_COUNT(labels) && labels[type] != NULL)
        mbed_log_secret(conn, labels[type], (otls_slice){secret, size});
}

void mbed_release_before_setup(otls_backend_connection *conn)
{
    (void)conn;
}

void mbed_release_after_setup(otls_backend_connection *conn)
{
    mbedtls_ssl_set_export_keys_cb(&conn->ssl, keys_derived, conn);
}

static int cache_get(void *user, const unsigned char *id, size_t size, mbedtls_ssl_session *session)
{
    return mbed_cache_get(user, (otls_slice){id, size}, session);
}

static int cache_set(void *user, const unsigned char *id, size_t size,
                     const mbedtls_ssl_session *session)
{
    return mbed_cache_set(user, (otls_slice){id, size}, session);
}

void mbed_release_set_cache(otls_backend_connection *conn)
{
    mbedtls_ssl_conf_session_cache(&conn->conf, conn, cache_get, cache_set);
}

/* mbed TLS changes its keys when the client's Finished has come; an alert about the client's
 * certificate would be one that nobody can read. */
void mbed_release_server_finished(otls_backend_connection *conn)
{
    if (mbed_version(conn) < OTLS_TLS1_3 || conn->ssl.transform_application == NULL)
        return;
    conn->ssl.transform_out = conn->ssl.transform_application;
    memset(conn->ssl.cur_out_ctr, 0, sizeof(conn->ssl.cur_out_ctr));
}

int64_t mbed_release_session_age(const mbedtls_ssl_session *session)
{
    return session->tls_version == MBEDTLS_SSL_VERSION_TLS1_3
               ? (mbedtls_ms_time() - session->ticket_creation_time) / 1000
               : (int64_t)time(NULL) - session->start;
}

/* Those of TLS 1.3: a ticket may come to another server, and a session may outlive the machine's
 * run. */
void mbed_release_session_clock(mbedtls_ssl_session *session, bool leaves)
{
    struct timespec now;
    int64_t ahead;

    (void)timespec_get(&now, TIME_UTC);
    ahead = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - mbedtls_ms_time();
    session->ticket_creation_time += leaves ? ahead : -ahead;
    session->ticket_reception_time += leaves ? ahead : -ahead;
}

/* Whether a session may be resumed under another name is for core to say, which verifies again. */
bool mbed_release_session_name(mbedtls_ssl_session *session, const char *name)
{
    const size_t size = name != NULL ? strlen(name) + 1 : 0;

    mbedtls_free(session->hostname);
    session->hostname = size > 0 ? mbedtls_calloc(1, size) : NULL;
    if (size > 0 && session->hostname != NULL)
        memcpy(session->hostname, name, size);
    return size == 0 || session->hostname != NULL;
}

/* It offers the version of the session alone: an old one would decide what the two come to. */
bool mbed_release_may_offer(const otls_policy *policy, uint16_t version)
{
    return version >= policy->max_version;
}

/* A server that has TLS 1.3 no more, and nothing else was offered. */
bool mbed_release_is_pinned(const otls_backend_connection *conn, int alert)
{
    return alert == OTLS_ALERT_PROTOCOL_VERSION && !conn->context->policy->server &&
           conn->resumed.version >= OTLS_TLS1_3 && conn->context->policy->min_version < OTLS_TLS1_3;
}

bool mbed_release_reads_verify(int state)
{
    return state == MBEDTLS_SSL_CERTIFICATE_VERIFY ||
           state == MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY;
}

bool mbed_release_is_ticket(int rc)
{
    return rc == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
}

int mbed_release_export(otls_backend_connection *conn, const char *label, otls_slice context,
                        uint8_t *out, size_t size)
{
    return mbedtls_ssl_export_keying_material(&conn->ssl, out, size, label, strlen(label),
                                              context.data, context.size, context.data != NULL);
}
