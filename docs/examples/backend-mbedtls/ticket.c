/* SPDX-License-Identifier: MIT */
/* A server's tickets: name, nonce, the session under AES-256-GCM, tag. The keys are core's. */
#include "mbed.h"

#include <mbedtls/gcm.h>

#define WEEK (7u * 24 * 3600) /* RFC 8446 4.6.1 */

enum { NAME = OTLS_TICKET_NAME_SIZE, NONCE = 12, TAG = 16, AROUND = NAME + NONCE + TAG };

static int crypt(const otls_ticket_key *key, int mode, const uint8_t *nonce, const uint8_t *in,
                 uint8_t *out, size_t size, uint8_t *tag)
{
    mbedtls_gcm_context gcm;
    int rc;

    mbedtls_gcm_init(&gcm);
    rc = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key->aes, 8 * sizeof(key->aes));
    if (rc == 0 && mode == MBEDTLS_GCM_ENCRYPT)
        rc = mbedtls_gcm_crypt_and_tag(&gcm, mode, size, nonce, NONCE, key->name, NAME, in, out,
                                       TAG, tag);
    else if (rc == 0)
        rc = mbedtls_gcm_auth_decrypt(&gcm, size, nonce, NONCE, key->name, NAME, tag, TAG, in, out);
    mbedtls_gcm_free(&gcm);
    return rc;
}

/* Any failure is a handshake without a ticket. */
static int seal(otls_backend_connection *conn, const uint8_t *blob, size_t size, uint8_t *out)
{
    otls_ticket_key key;
    int rc = MBEDTLS_ERR_SSL_INTERNAL_ERROR;

    if (conn->core->ops->ticket_key(conn->core, NULL, &key, &(bool){false}) != OTLS_OK)
        return rc;
    memcpy(out, key.name, NAME);
    rc = mbed_rng(NULL, out + NAME, NONCE);
    if (rc == 0)
        rc = crypt(&key, MBEDTLS_GCM_ENCRYPT, out + NAME, blob, out + NAME + NONCE, size,
                   out + NAME + NONCE + size);
    mbed_wipe(&key, sizeof(key));
    return rc;
}

static int ticket_write(void *user, const mbedtls_ssl_session *session, unsigned char *start,
                        const unsigned char *end, size_t *length, uint32_t *lifetime)
{
    otls_backend_connection *conn = user;
    size_t size = 0;
    uint8_t *blob = mbed_session_pack(conn, session, &size);
    int rc = MBEDTLS_ERR_SSL_ALLOC_FAILED;

    *lifetime = conn->context->policy->session_lifetime;
    if (*lifetime > WEEK && mbed_version(conn) >= OTLS_TLS1_3)
        *lifetime = WEEK;
    if (blob != NULL)
        rc = size + AROUND > (size_t)(end - start) ? MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL
                                                   : seal(conn, blob, size, start);
    if (blob != NULL)
        mbed_wipe(blob, size);
    free(blob);
    *length = rc == 0 ? size + AROUND : 0;
    return rc;
}

static bool expired(const otls_backend_connection *conn, const mbedtls_ssl_session *session)
{
    const int64_t age = mbed_release_session_age(session);
    const uint32_t lifetime = conn->context->policy->session_lifetime;

    return lifetime > 0 && (age < 0 || age > (int64_t)lifetime);
}

/* Decrypts in place, as mbed TLS' own does. Any answer but 0 is a full handshake. */
static int ticket_parse(void *user, mbedtls_ssl_session *session, unsigned char *ticket, size_t size)
{
    otls_backend_connection *conn = user;
    uint8_t *body = ticket + NAME + NONCE;
    otls_ticket_key key;
    mbedtls_ssl_session found;
    bool opened;

    if (size <= AROUND ||
        conn->core->ops->ticket_key(conn->core, ticket, &key, &(bool){false}) != OTLS_OK)
        return MBEDTLS_ERR_SSL_INVALID_MAC;
    size -= AROUND;
    opened = crypt(&key, MBEDTLS_GCM_DECRYPT, ticket + NAME, body, body, size, body + size) == 0;
    mbed_wipe(&key, sizeof(key));
    mbed_session_clear(&conn->resumed);
    if (!opened || !mbed_session_unpack((otls_slice){body, size}, &found, &conn->resumed))
        return MBEDTLS_ERR_SSL_INVALID_MAC;
    if (expired(conn, &found) || !mbed_session_fits(conn) ||
        !mbed_prefer_suite(conn, conn->resumed.suite)) {
        mbedtls_ssl_session_free(&found);
        mbed_session_clear(&conn->resumed);
        return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
    }
    *session = found;
    return 0;
}

void mbed_ticket_setup(otls_backend_connection *conn)
{
    mbedtls_ssl_conf_session_tickets_cb(&conn->conf, ticket_write, ticket_parse, conn);
}
