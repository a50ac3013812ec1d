/* SPDX-License-Identifier: MIT */
/* What was negotiated, and values that are derived from it. */
#include "mbed.h"

#define FINISHED_SIZE 12u
#define LABEL_MAX 255u

/* ---- noted on the way ---- */

/* "CLIENT_RANDOM", the random, the master secret; TLS 1.3 has other labels. */
void mbed_log_secret(otls_backend_connection *conn, const char *label, otls_slice secret)
{
    static const char digits[] = "0123456789abcdef";
    char line[LABEL_MAX + 2 + 2 * (32 + MBEDTLS_MD_MAX_SIZE) + 1];
    int length;

    if (!conn->context->policy->key_log || secret.size > MBEDTLS_MD_MAX_SIZE)
        return;
    length = snprintf(line, LABEL_MAX, "%s ", label);
    for (size_t i = 0; i < 32 + secret.size; i++) {
        const uint8_t byte = i < 32 ? conn->secrets.randoms[i] : secret.data[i - 32];

        if (i == 32)
            line[length++] = ' ';
        line[length++] = digits[byte >> 4];
        line[length++] = digits[byte & 15];
    }
    line[length] = '\0';
    conn->core->ops->key_log(conn->core, line);
    mbed_wipe(line, sizeof(line));
}

void mbed_keys_derived(otls_backend_connection *conn, const uint8_t master[48],
                       const uint8_t client_random[32], const uint8_t server_random[32],
                       mbedtls_tls_prf_types prf)
{
    mbed_secrets *secrets = &conn->secrets;

    memcpy(secrets->master, master, sizeof(secrets->master));
    memcpy(secrets->randoms, client_random, 32);
    memcpy(secrets->randoms + 32, server_random, 32);
    secrets->prf = prf;
    secrets->known = true;
    mbed_log_secret(conn, "CLIENT_RANDOM", (otls_slice){master, sizeof(secrets->master)});
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
static int export_before_13(const otls_backend_connection *conn, const char *label,
                            otls_slice context, uint8_t *out, size_t size)
{
    const size_t behind = context.data != NULL ? 2 + context.size : 0;
    const size_t seed_size = sizeof(conn->secrets.randoms) + behind;
    uint8_t *seed;
    int rc;

    seed = malloc(seed_size);
    if (seed == NULL)
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
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
    return rc;
}

otls_status mbed_export_keying(otls_backend_connection *conn, const char *label, otls_slice context,
                               uint8_t *out, size_t size, otls_error *err)
{
    int rc;

    if (!conn->secrets.known || context.size > UINT16_MAX)
        return mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, 0, "there are no keys to export from");
    /* tls_prf's buffer holds label and seed together */
    if (strlen(label) > LABEL_MAX)
        return mbed_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, 0, "the label is too long");
    rc = mbed_version(conn) >= OTLS_TLS1_3 ? mbed_release_export(conn, label, context, out, size)
                                           : export_before_13(conn, label, context, out, size);
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
    const bool has =
        secrets->known && (mbed_version(conn) < OTLS_TLS1_3 || which == OTLS_SECRET_CLIENT_RANDOM ||
                           which == OTLS_SECRET_SERVER_RANDOM);
    otls_slice value = {NULL, 0};

    switch (has ? which : 0) {
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

const char *mbed_state_name(const otls_backend_connection *conn)
{
    return mbed_release_state_name(conn->ssl.state);
}
