/* SPDX-License-Identifier: MIT */
/*
 * Pre-shared keys. mbed TLS wants a client's key before it offers a suite that needs one, so
 * core is asked without a hint then, and again when the server has sent one.
 */
#include "mbed.h"

#define IDENTITY_MAX 256

static int on_identity(void *user, mbedtls_ssl_context *ssl, const unsigned char *identity,
                       size_t size)
{
    otls_backend_connection *conn = user;
    uint8_t key[MBEDTLS_PSK_MAX_LEN];
    size_t length = 0;
    int rc = MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;

    if (conn->core->ops->psk_server(conn->core, identity, size, key, sizeof(key), &length) ==
            OTLS_OK &&
        length > 0 && length <= sizeof(key))
        rc = mbedtls_ssl_set_hs_psk(ssl, key, length);
    if (rc == 0)
        mbed_session_clear(&conn->resumed); /* of a ticket that was opened and could not be used */
    mbed_wipe(key, sizeof(key));
    return rc;
}

void mbed_psk_drop(otls_backend_connection *conn)
{
    if (conn->conf.psk != NULL)
        mbed_wipe(conn->conf.psk, conn->conf.psk_len);
    mbedtls_free(conn->conf.psk);
    mbedtls_free(conn->conf.psk_identity);
    conn->conf.psk = conn->conf.psk_identity = NULL;
    conn->conf.psk_len = conn->conf.psk_identity_len = 0;
}

/* mbed TLS 3.6 takes a key once only. */
static int replace_key(otls_backend_connection *conn, otls_slice key, const char *identity)
{
    mbed_psk_drop(conn);
    return mbedtls_ssl_conf_psk(&conn->conf, key.data, key.size, (const unsigned char *)identity,
                                strlen(identity));
}

/* The client's key for a hint (NULL: none); 0, or mbed TLS' number. No key leaves what there was.
 */
static int set_client_key(otls_backend_connection *conn, const char *hint)
{
    char identity[IDENTITY_MAX] = "";
    uint8_t key[MBEDTLS_PSK_MAX_LEN];
    size_t length = 0;
    int rc = 0;

    if (conn->core->ops->psk_client(conn->core, hint, identity, sizeof(identity), key, sizeof(key),
                                    &length) == OTLS_OK &&
        length > 0 && length <= sizeof(key))
        rc = replace_key(conn, (otls_slice){key, length}, identity);
    else if (hint != NULL)
        rc = MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED;
    mbed_wipe(key, sizeof(key));
    return rc;
}

/* ServerKeyExchange begins with the hint (RFC 4279 2): length and bytes. */
int mbed_psk_hint(otls_backend_connection *conn)
{
    const uint8_t *message = conn->ssl.in_msg;
    char hint[IDENTITY_MAX];
    size_t size;

    if (message[0] != MBEDTLS_SSL_HS_SERVER_KEY_EXCHANGE || conn->ssl.in_hslen < 6 ||
        conn->suite == NULL || !mbed_uses_psk(conn->suite))
        return 0;
    size = (size_t)message[4] << 8 | message[5];
    if (size == 0 || size >= sizeof(hint) || size > conn->ssl.in_hslen - 6 ||
        memchr(message + 6, 0, size) != NULL)
        return 0;
    memcpy(hint, message + 6, size);
    hint[size] = '\0';
    return set_client_key(conn, hint);
}

otls_status mbed_psk_setup(otls_backend_connection *conn, otls_error *err)
{
    const otls_policy *policy = conn->context->policy;
    int rc;

    if (!policy->psk_12 && !policy->psk_13)
        return OTLS_OK;
    if (policy->server) {
        mbedtls_ssl_conf_psk_cb(&conn->conf, on_identity, conn);
        return OTLS_OK;
    }
    rc = set_client_key(conn, NULL);
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, mbed_category(rc, OTLS_E_USAGE), OTLS_CODE_NONE, rc,
                               "mbed TLS did not take the pre-shared key");
}
