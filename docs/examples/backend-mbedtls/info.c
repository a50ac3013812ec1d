/* SPDX-License-Identifier: MIT */
/* What was negotiated, and values that are derived from it. */
#include "mbed.h"

#define HANDSHAKE_HEAD 4u
#define FINISHED_SIZE 12u
#define LABEL_MAX 255u

uint16_t mbed_version(const otls_backend_connection *conn)
{
    return (uint16_t)(conn->ssl.major_ver << 8 | conn->ssl.minor_ver);
}

/* ---- noted on the way ---- */

/* ServerKeyExchange with ECDHE: curve type, curve, point (1 + n), then hash and signature; with DHE
 * p, g and the public value (2 + n each) come first. */
static uint16_t exchange_signature(const otls_backend_connection *conn)
{
    const mbedtls_ssl_ciphersuite_t *suite = conn->ssl.handshake->ciphersuite_info;
    const uint8_t *message = conn->ssl.in_msg;
    const size_t size = conn->ssl.in_hslen;
    size_t at = HANDSHAKE_HEAD;

    if (message[0] != MBEDTLS_SSL_HS_SERVER_KEY_EXCHANGE ||
        !mbedtls_ssl_ciphersuite_uses_server_signature(suite))
        return 0;
    if (mbedtls_ssl_ciphersuite_uses_ecdhe(suite)) {
        at += 3;
        at += at < size ? 1u + message[at] : 0;
    } else {
        for (int i = 0; i < 3 && at + 2 <= size; i++)
            at += 2u + ((size_t)message[at] << 8 | message[at + 1]);
    }
    return at + 2 <= size ? (uint16_t)(message[at] << 8 | message[at + 1]) : 0;
}

void mbed_observe(otls_backend_connection *conn, int state)
{
    const mbedtls_ssl_handshake_params *handshake = conn->ssl.handshake;
    const bool server = conn->context->policy->server;
    const mbedtls_ssl_ciphersuite_t *suite;

    if (handshake == NULL || handshake->ciphersuite_info == NULL)
        return;
    suite = handshake->ciphersuite_info;
    conn->reused = handshake->resume != 0;
    conn->extended = handshake->extended_ms == MBEDTLS_SSL_EXTENDED_MS_ENABLED;
    conn->psk = !conn->reused && mbedtls_ssl_ciphersuite_uses_psk(suite);
    if (mbedtls_ssl_ciphersuite_uses_ecdhe(suite) && !conn->reused)
        conn->group = mbed_group_iana(handshake->ecdh_ctx.grp.id);
    if (mbed_version(conn) < OTLS_TLS1_2)
        return;
    if (!server && state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE)
        conn->signature = exchange_signature(conn);
    else if (server && state == MBEDTLS_SSL_CERTIFICATE_VERIFY &&
             conn->ssl.in_msg[0] == MBEDTLS_SSL_HS_CERTIFICATE_VERIFY &&
             conn->ssl.session_negotiate->peer_cert != NULL)
        conn->signature = (uint16_t)(conn->ssl.in_msg[HANDSHAKE_HEAD] << 8 |
                                     conn->ssl.in_msg[HANDSHAKE_HEAD + 1]);
}

/* RFC 5246's key log: "CLIENT_RANDOM", the random, the master secret. */
static void log_keys(const otls_backend_connection *conn)
{
    static const char digits[] = "0123456789abcdef", label[] = "CLIENT_RANDOM ";
    char line[sizeof(label) + 2 * (32 + 48) + 1];
    char *at = line + sizeof(label) - 1;

    memcpy(line, label, sizeof(label) - 1);
    for (size_t i = 0; i < 32 + 48; i++) {
        const uint8_t byte =
            i < 32 ? conn->secrets.randoms[i] : conn->secrets.master[i - 32];

        if (i == 32)
            *at++ = ' ';
        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 15];
    }
    *at = '\0';
    conn->core->ops->key_log(conn->core, line);
    mbed_wipe(line, sizeof(line));
}

int mbed_keys_derived(void *user, const unsigned char *master, const unsigned char *block,
                      size_t mac_size, size_t key_size, size_t iv_size,
                      const unsigned char client_random[32], const unsigned char server_random[32],
                      mbedtls_tls_prf_types prf)
{
    otls_backend_connection *conn = user;
    mbed_secrets *secrets = &conn->secrets;

    (void)block, (void)mac_size, (void)key_size, (void)iv_size;
    memcpy(secrets->master, master, sizeof(secrets->master));
    memcpy(secrets->randoms, client_random, 32);
    memcpy(secrets->randoms + 32, server_random, 32);
    secrets->prf = prf;
    secrets->known = true;
    if (conn->context->policy->key_log)
        log_keys(conn);
    return 0;
}

/* ---- asked afterwards ---- */

void mbed_info(const otls_backend_connection *conn, otls_connection_info *out)
{
    const char *alpn = mbedtls_ssl_get_alpn_protocol(&conn->ssl);

    out->version = mbed_version(conn);
    out->suite = (uint16_t)conn->ssl.session->ciphersuite;
    out->group = conn->group;
    out->peer_signature = conn->signature;
    out->early_data = OTLS_EARLY_DATA_NONE;
    out->resumed = conn->reused;
    out->psk = conn->psk;
    out->extended_master_secret = conn->extended;
    out->alpn = (otls_slice){(const uint8_t *)alpn, alpn != NULL ? strlen(alpn) : 0};
}

/* RFC 5705: PRF(master, label, client random + server random [+ length + context]) */
otls_status mbed_export_keying(otls_backend_connection *conn, const char *label, otls_slice context,
                               uint8_t *out, size_t size, otls_error *err)
{
    const size_t behind = context.data != NULL ? 2 + context.size : 0;
    const size_t seed_size = sizeof(conn->secrets.randoms) + behind;
    uint8_t *seed;
    int rc;

    if (!conn->secrets.known || context.size > UINT16_MAX)
        return mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, 0, "there are no keys to export from");
    /* tls_prf's buffer holds label and seed together */
    if (strlen(label) > LABEL_MAX)
        return mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, 0, "the label is too long");
    seed = malloc(seed_size);
    if (seed == NULL)
        return mbed_fail_nomem(err);
    memcpy(seed, conn->secrets.randoms, sizeof(conn->secrets.randoms));
    if (behind > 0) {
        seed[64] = (uint8_t)(context.size >> 8);
        seed[65] = (uint8_t)context.size;
        if (context.size > 0)
            memcpy(seed + 66, context.data, context.size);
    }
    rc = mbedtls_ssl_tls_prf(conn->secrets.prf, conn->secrets.master, sizeof(conn->secrets.master),
                             label, seed, seed_size, out, size);
    free(seed);
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, mbed_category(rc, OTLS_E_INTERNAL), OTLS_CODE_NONE, rc,
                               "mbed TLS exported nothing");
}

/* The first Finished of the handshake: the client's, or when resumed the server's. */
static const uint8_t *first_finished(const otls_backend_connection *conn)
{
    const bool own = conn->context->policy->server == conn->reused;

    return (const uint8_t *)(own ? conn->ssl.own_verify_data : conn->ssl.peer_verify_data);
}

otls_status mbed_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err)
{
    const mbed_secrets *secrets = &conn->secrets;
    otls_slice value = {NULL, 0};

    switch (secrets->known ? which : 0) {
    case OTLS_SECRET_CLIENT_RANDOM:
        value = (otls_slice){secrets->randoms, 32};
        break;
    case OTLS_SECRET_SERVER_RANDOM:
        value = (otls_slice){secrets->randoms + 32, 32};
        break;
    case OTLS_SECRET_MASTER:
        value = (otls_slice){secrets->master, sizeof(secrets->master)};
        break;
    case OTLS_SECRET_TLS_UNIQUE:
        value = (otls_slice){first_finished(conn), FINISHED_SIZE};
        break;
    case OTLS_SECRET_FINISHED:
        value = (otls_slice){(const uint8_t *)conn->ssl.own_verify_data, FINISHED_SIZE};
        break;
    case OTLS_SECRET_PEER_FINISHED:
        value = (otls_slice){(const uint8_t *)conn->ssl.peer_verify_data, FINISHED_SIZE};
        break;
    default:
        return mbed_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "mbed TLS has no such value");
    }
    if (value.size > capacity)
        return mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, 0, "no room for the value");
    memcpy(out, value.data, value.size);
    *length = value.size;
    return OTLS_OK;
}
