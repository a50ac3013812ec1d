/* SPDX-License-Identifier: MIT */
/* What mbed TLS 2.28 does in its own way: TLS 1.0 to 1.2. */
#include "mbed.h"

#include <mbedtls/pkcs5.h>
#include <mbedtls/ssl_internal.h>
#include <time.h>

#if MBEDTLS_VERSION_NUMBER < 0x021c0000 || MBEDTLS_VERSION_NUMBER >= 0x021d0000
#error "this file knows the inside of mbed TLS 2.28 and of no other"
#endif

int mbed_release_start(void)
{
    return 0;
}

/* ---- what there is ---- */

#define NO_13 "mbed TLS has TLS 1.3 since 3.x"
#define ONE_RECORD "mbed TLS 2.28 takes handshake messages of at most 16 KB, in one record"

const mbed_feature *mbed_release_feature(otls_feature feature)
{
    static const mbed_feature features[OTLS_FEATURE_COUNT] = {
        [OTLS_FEATURE_TLS1_3] = {OTLS_NO, NO_13},
        [OTLS_FEATURE_EARLY_DATA] = {OTLS_NO, "early data is TLS 1.3's"},
        [OTLS_FEATURE_POST_HANDSHAKE_AUTH] = {OTLS_NO,
                                              "post-handshake authentication is TLS 1.3's"},
        [OTLS_FEATURE_KEY_UPDATE] = {OTLS_NO, "key updates are TLS 1.3's"},
        [OTLS_FEATURE_CLIENT_CA_NAMES_13] = {OTLS_NO, NO_13},
        [OTLS_FEATURE_PSK_12] = {OTLS_PARTLY,
                                 "keys of at most 32 bytes, and servers send no identity hints"},
        [OTLS_FEATURE_PSK_13] = {OTLS_NO, NO_13},
        [OTLS_FEATURE_SIGN_CALLBACK] = {OTLS_YES, "supported"},
        [OTLS_FEATURE_RESUMPTION_13] = {OTLS_NO, NO_13},
        [OTLS_FEATURE_LONG_HELLOS] = {OTLS_NO, ONE_RECORD},
        [OTLS_FEATURE_LONG_CHAINS] = {OTLS_NO, ONE_RECORD},
    };

    return (int)feature > 0 && feature < OTLS_FEATURE_COUNT && features[feature].why != NULL
               ? &features[feature]
               : NULL;
}

const mbed_cause mbed_release_causes[] = {
    {MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_SUITE,
     OTLS_ALERT_HANDSHAKE_FAILURE},
    {MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_SUITE,
     OTLS_ALERT_HANDSHAKE_FAILURE},
    {MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION, OTLS_E_PROTOCOL, OTLS_CODE_NO_SHARED_VERSION,
     OTLS_ALERT_PROTOCOL_VERSION},
    {MBEDTLS_ERR_SSL_BAD_HS_CLIENT_HELLO, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECODE_ERROR},
    {MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_ILLEGAL_PARAMETER},
    {MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECODE_ERROR},
    {MBEDTLS_ERR_SSL_BAD_HS_SERVER_KEY_EXCHANGE, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_HANDSHAKE_FAILURE},
    {MBEDTLS_ERR_SSL_BAD_HS_CLIENT_KEY_EXCHANGE, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_DECODE_ERROR},
    {MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE_VERIFY, OTLS_E_PROTOCOL, OTLS_CODE_NONE,
     OTLS_ALERT_DECRYPT_ERROR},
    {MBEDTLS_ERR_SSL_BAD_HS_FINISHED, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_DECRYPT_ERROR},
};
const size_t mbed_release_cause_count = MBED_COUNT(mbed_release_causes);

bool mbed_release_is_split(const otls_backend_connection *conn, int native)
{
    return conn->split && native == MBEDTLS_ERR_SSL_BAD_HS_CLIENT_HELLO;
}

const char *mbed_release_state_name(int state)
{
    static const char *const names[] = {
        "hello request",
        "client hello",
        "server hello",
        "server certificate",
        "server key exchange",
        "certificate request",
        "server hello done",
        "client certificate",
        "client key exchange",
        "certificate verify",
        "client change cipher spec",
        "client finished",
        "server change cipher spec",
        "server finished",
        "flush buffers",
        "handshake wrap-up",
        "handshake over",
        "server new session ticket",
    };

    return state >= 0 && (size_t)state < MBED_COUNT(names) ? names[state] : "unknown";
}

/* ---- keys ---- */

int mbed_release_pbkdf2(const mbedtls_md_info_t *md, otls_slice password, otls_slice salt,
                        uint32_t rounds, uint8_t *out, size_t size)
{
    mbedtls_md_context_t hmac;
    int rc;

    mbedtls_md_init(&hmac);
    rc = mbedtls_md_setup(&hmac, md, 1);
    if (rc == 0)
        rc = mbedtls_pkcs5_pbkdf2_hmac(&hmac, password.data, password.size, salt.data, salt.size,
                                       rounds, (uint32_t)size, out);
    mbedtls_md_free(&hmac);
    return rc;
}

int mbed_release_parse_key(mbedtls_pk_context *pk, otls_slice encoded, otls_slice password)
{
    return mbedtls_pk_parse_key(pk, encoded.data, encoded.size, password.data, password.size);
}

int mbed_release_sign(mbedtls_pk_context *pk, mbedtls_md_type_t md, const uint8_t *hash,
                      size_t size, uint8_t *out, size_t room, size_t *length)
{
    (void)room; /* MBEDTLS_PK_SIGNATURE_MAX_SIZE, which is all that it writes */
    return mbedtls_pk_sign(pk, md, hash, size, out, length, mbed_rng, NULL);
}

int mbed_release_sign_pss(const mbedtls_rsa_context *key, mbedtls_md_type_t md, const uint8_t *hash,
                          size_t size, int salt, uint8_t *out)
{
    mbedtls_rsa_context rsa;
    int rc;

    mbedtls_rsa_init(&rsa, MBEDTLS_RSA_PKCS_V21, (int)md);
    rc = mbedtls_rsa_copy(&rsa, key);
    mbedtls_rsa_set_padding(&rsa, MBEDTLS_RSA_PKCS_V21, (int)md);
    if (rc == 0)
        rc = mbedtls_rsa_rsassa_pss_sign_ext(&rsa, mbed_rng, NULL, md, (unsigned)size, hash, salt,
                                             out);
    mbedtls_rsa_free(&rsa);
    return rc;
}

/* ---- contexts ---- */

/* The pairs of RFC 5246 7.4.1.4.1; no PSS in TLS 1.2, no EdDSA. */
bool mbed_has_signature(uint16_t scheme)
{
    const unsigned hash = scheme >> 8, sign = scheme & 0xff;

    return hash >= MBEDTLS_SSL_HASH_SHA1 && hash <= MBEDTLS_SSL_HASH_SHA512 &&
           (sign == MBEDTLS_SSL_SIG_RSA || sign == MBEDTLS_SSL_SIG_ECDSA) &&
           mbedtls_md_info_from_type(mbedtls_ssl_md_alg_from_hash((unsigned char)hash)) != NULL;
}

/* The digests of RFC 5246 7.4.1.4.1 that the policy allows with a kind of signature, a bit each. */
static unsigned hashes_with(const otls_policy *policy, unsigned sign)
{
    unsigned bits = 0;

    for (size_t i = 0; i < policy->signature_count; i++)
        if ((policy->signatures[i] & 0xffu) == sign)
            bits |= 1u << (policy->signatures[i] >> 8);
    return bits;
}

static otls_status set_hashes(otls_backend_context *context, unsigned wanted, otls_error *err)
{
    const otls_policy *policy = context->policy;
    size_t count = 0;
    int *hashes = calloc(policy->signature_count + 1, sizeof(*hashes));

    if (hashes == NULL)
        return mbed_fail_nomem(err);
    for (size_t i = 0; i < policy->signature_count; i++) {
        const unsigned hash = policy->signatures[i] >> 8;

        if ((wanted & 1u << hash) != 0)
            hashes[count++] = (int)mbedtls_ssl_md_alg_from_hash((unsigned char)hash);
        wanted &= ~(1u << hash);
    }
    hashes[count] = MBEDTLS_MD_NONE;
    context->signatures = hashes;
    mbedtls_ssl_conf_sig_hashes(&context->conf, hashes);
    return OTLS_OK;
}

/*
 * mbed TLS takes digests, and offers each with RSA and with ECDSA. When the policy allows digests
 * with one of the two only, no suite that would use the other is offered; when it allows both, but
 * not the same digests, it cannot be honoured.
 */
otls_status mbed_release_signatures(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    const unsigned rsa = hashes_with(policy, MBEDTLS_SSL_SIG_RSA);
    const unsigned ecdsa = hashes_with(policy, MBEDTLS_SSL_SIG_ECDSA);
    size_t count = 0;

    if (policy->max_version < OTLS_TLS1_2)
        return OTLS_OK; /* nothing is negotiated there */
    if (rsa != 0 && ecdsa != 0 && rsa != ecdsa)
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                         "mbed TLS 2.28 allows the same digests with RSA and with ECDSA");
    for (size_t i = 0; i < policy->suite_count; i++) {
        const unsigned auth = policy->suites[i]->auth;

        if ((auth == OTLS_AUTH_RSA && rsa == 0) || (auth == OTLS_AUTH_ECDSA && ecdsa == 0))
            continue;
        context->suites[count++] = policy->suites[i]->id;
    }
    context->suites[count] = 0;
    if (count == 0)
        return mbed_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT, 0,
                         "no cipher suite is left that has one of the signature algorithms");
    return set_hashes(context, rsa | ecdsa, err);
}

static void set_versions(otls_backend_context *context)
{
    /* on the wire 3.n; mbed TLS counts the same */
    mbedtls_ssl_conf_min_version(&context->conf, context->policy->min_version >> 8,
                                 context->policy->min_version & 0xff);
    mbedtls_ssl_conf_max_version(&context->conf, context->policy->max_version >> 8,
                                 context->policy->max_version & 0xff);
}

otls_status mbed_release_configure(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    mbedtls_ecp_group_id *groups = calloc(policy->group_count + 1, sizeof(*groups));

    if (groups == NULL)
        return mbed_fail_nomem(err);
    for (size_t i = 0; i < policy->group_count; i++)
        groups[i] = mbed_group(policy->groups[i]);
    groups[policy->group_count] = MBEDTLS_ECP_DP_NONE;
    context->groups = groups;
    mbedtls_ssl_conf_curves(&context->conf, groups);
    set_versions(context);
    return OTLS_OK;
}

/* ---- connections ---- */

uint16_t mbed_version(const otls_backend_connection *conn)
{
    return (uint16_t)(conn->ssl.major_ver << 8 | conn->ssl.minor_ver);
}

static int keys_derived(void *user, const unsigned char *master, const unsigned char *block,
                        size_t mac_size, size_t key_size, size_t iv_size,
                        const unsigned char client_random[32],
                        const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    (void)block, (void)mac_size, (void)key_size, (void)iv_size;
    mbed_keys_derived(user, master, client_random, server_random, prf);
    return 0;
}

void mbed_release_before_setup(otls_backend_connection *conn)
{
    mbedtls_ssl_conf_export_keys_ext_cb(&conn->conf, keys_derived, conn);
}

void mbed_release_after_setup(otls_backend_connection *conn)
{
    (void)conn;
}

static int cache_get(void *user, mbedtls_ssl_session *session)
{
    return mbed_cache_get(user, (otls_slice){session->id, session->id_len}, session);
}

static int cache_set(void *user, const mbedtls_ssl_session *session)
{
    return mbed_cache_set(user, (otls_slice){session->id, session->id_len}, session);
}

void mbed_release_set_cache(otls_backend_connection *conn)
{
    mbedtls_ssl_conf_session_cache(&conn->conf, conn, cache_get, cache_set);
}

void mbed_release_server_finished(otls_backend_connection *conn)
{
    (void)conn;
}

int64_t mbed_release_session_age(const mbedtls_ssl_session *session)
{
    return (int64_t)time(NULL) - session->start;
}

void mbed_release_session_clock(mbedtls_ssl_session *session, bool leaves)
{
    (void)session, (void)leaves; /* start is of the world's */
}

bool mbed_release_session_name(mbedtls_ssl_session *session, const char *name)
{
    (void)session, (void)name;
    return true;
}

bool mbed_release_may_offer(const otls_policy *policy, uint16_t version)
{
    (void)policy, (void)version;
    return true;
}

bool mbed_release_is_pinned(const otls_backend_connection *conn, int alert)
{
    (void)conn, (void)alert;
    return false;
}

bool mbed_release_reads_verify(int state)
{
    return state == MBEDTLS_SSL_CERTIFICATE_VERIFY;
}

bool mbed_release_is_ticket(int rc)
{
    (void)rc;
    return false;
}

int mbed_release_export(otls_backend_connection *conn, const char *label, otls_slice context,
                        uint8_t *out, size_t size)
{
    (void)conn, (void)label, (void)context, (void)out, (void)size;
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE; /* of TLS 1.3 */
}
