/* SPDX-License-Identifier: MIT */
/*
 * What was negotiated, read off the messages themselves: mbed TLS has no calls for most of it, and
 * forgets the rest when the handshake ends. ServerHello and ServerKeyExchange pass in plain text on
 * both sides.
 */
#include "mbed.h"

#define HANDSHAKE_HEAD 4u
#define RANDOM_SIZE 32u
enum { EXTENDED_MASTER_SECRET = 23, PRE_SHARED_KEY = 41, KEY_SHARE = 51 };

/* A HelloRetryRequest is a ServerHello with this random (RFC 8446 4.1.3). */
static const uint8_t retry[RANDOM_SIZE] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

static unsigned number(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static bool skip(otls_slice *rest, size_t octets)
{
    otls_slice skipped;

    return mbed_take(rest, octets, &skipped);
}

static void see_extension(otls_backend_connection *conn, unsigned type, otls_slice body)
{
    if (type == EXTENDED_MASTER_SECRET)
        conn->extended = true;
    else if (type == KEY_SHARE && body.size >= 2)
        conn->group = (uint16_t)number(body.data);
    if (type == PRE_SHARED_KEY && body.size >= 2) {
        conn->psk = true; /* or a ticket: see_resumption tells one from the other */
        conn->identity = (uint16_t)number(body.data);
    }
}

/* version (2), random, session id (1 + n), suite (2), compression (1), extensions (2 + n) */
static void see_hello(otls_backend_connection *conn, otls_slice rest)
{
    const size_t before = 2 + RANDOM_SIZE;

    if (rest.size < before || memcmp(rest.data + 2, retry, sizeof(retry)) == 0)
        return;
    rest = (otls_slice){rest.data + before, rest.size - before};
    if (!skip(&rest, 1) || rest.size < 3)
        return;
    conn->has_hello = true;
    conn->extended = conn->psk = false;
    conn->suite = mbed_suite(conn->context->policy, (int)number(rest.data));
    rest = (otls_slice){rest.data + 3, rest.size - 3};
    if (rest.size < 2)
        return;
    rest = (otls_slice){rest.data + 2, rest.size - 2};
    while (rest.size >= 4) {
        const unsigned type = number(rest.data);
        otls_slice body;

        rest = (otls_slice){rest.data + 2, rest.size - 2};
        if (!mbed_take(&rest, 2, &body))
            return;
        see_extension(conn, type, body);
    }
}

/*
 * ServerKeyExchange. With a pre-shared key a hint (2 + n) comes first. With ECDHE: curve type,
 * curve (2), point (1 + n); with DHE p, g and the public value (2 + n each). Then the signature's
 * scheme.
 */
static void see_exchange(otls_backend_connection *conn, otls_slice rest)
{
    const otls_suite *suite = conn->suite;

    if (suite == NULL || (mbed_uses_psk(suite) && !skip(&rest, 2)))
        return;
    if (mbed_uses_ecdhe(suite)) {
        if (rest.size < 3)
            return;
        conn->group = (uint16_t)number(rest.data + 1);
        rest = (otls_slice){rest.data + 3, rest.size - 3};
        if (!skip(&rest, 1))
            return;
    } else if (!skip(&rest, 2) || !skip(&rest, 2) || !skip(&rest, 2)) {
        return;
    }
    if (!conn->context->policy->server && mbed_version(conn) == OTLS_TLS1_2 &&
        !mbed_uses_psk(suite) && rest.size >= 2)
        conn->signature = (uint16_t)number(rest.data);
}

void mbed_watch(otls_backend_connection *conn, otls_slice message)
{
    otls_slice body;

    if (message.size < HANDSHAKE_HEAD)
        return;
    body = (otls_slice){message.data + HANDSHAKE_HEAD, message.size - HANDSHAKE_HEAD};
    if (message.data[0] == MBEDTLS_SSL_HS_SERVER_HELLO)
        see_hello(conn, body);
    else if (message.data[0] == MBEDTLS_SSL_HS_SERVER_KEY_EXCHANGE)
        see_exchange(conn, body);
}

/* The peer's CertificateVerify, which begins with the scheme. */
static bool reads_verify(const otls_backend_connection *conn, int state)
{
    if (mbed_version(conn) < OTLS_TLS1_2 || conn->ssl.in_hslen < HANDSHAKE_HEAD + 2 ||
        conn->ssl.in_msg[0] != MBEDTLS_SSL_HS_CERTIFICATE_VERIFY)
        return false;
    return conn->context->policy->server
               ? mbed_release_reads_verify(state)
               : state == MBEDTLS_SSL_CERTIFICATE_VERIFY && mbed_version(conn) >= OTLS_TLS1_3;
}

/* TLS 1.3 resumes with a pre-shared key; before it a handshake goes straight to its last messages.
 */
static void see_resumption(otls_backend_connection *conn)
{
    if (mbed_version(conn) >= OTLS_TLS1_3) {
        /* a client's ticket goes first */
        conn->reused = conn->psk && conn->resumed.version != 0 &&
                       (conn->context->policy->server || conn->identity == 0);
        conn->psk = conn->psk && !conn->reused;
    } else {
        conn->reused = conn->ssl.state == MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC;
        conn->psk = !conn->reused && conn->suite != NULL && mbed_uses_psk(conn->suite);
    }
    if (!conn->reused)
        mbed_session_clear(&conn->resumed);
}

void mbed_observe(otls_backend_connection *conn, int state)
{
    const bool server = conn->context->policy->server;

    if (!server &&
        (state == MBEDTLS_SSL_SERVER_HELLO || state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE) &&
        conn->ssl.in_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE)
        mbed_watch(conn, (otls_slice){conn->ssl.in_msg, conn->ssl.in_hslen});
    /* a hello may go out one step later, and a client's mbed TLS may take two to read one */
    if (conn->has_hello && !conn->noted && conn->ssl.state != MBEDTLS_SSL_SERVER_HELLO) {
        see_resumption(conn);
        conn->noted = true;
    }
    if (reads_verify(conn, state))
        conn->signature = (uint16_t)number(conn->ssl.in_msg + HANDSHAKE_HEAD);
}
