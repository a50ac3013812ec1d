/* SPDX-License-Identifier: MIT */
/* Pre-shared keys: the application's callbacks behind the engines' questions. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/handshake.h"
#include "connection/peer.h"

#include <string.h>

bool otls_connection_psk_used(const otls_connection *conn)
{
    return conn->state == OMNI_STATE_OPEN && conn->info.psk != 0 && conn->calls.psk_given;
}

/* ---- what engines ask ---- */

static otls_status hand_over(otls_connection *conn, const otls_psk *psk, uint8_t *key,
                             size_t key_capacity, size_t *key_length)
{
    if (psk->key_size == 0 || psk->key_size > sizeof(psk->key) || psk->key_size > key_capacity)
        return OTLS_E_USAGE;
    memcpy(key, psk->key, psk->key_size);
    *key_length = psk->key_size;
    conn->calls.psk_given = true;
    return OTLS_OK;
}

otls_status omni_core_psk_client(otls_core *core, const char *hint, char *identity,
                                 size_t identity_capacity, uint8_t *key, size_t key_capacity,
                                 size_t *key_length)
{
    otls_connection *conn = omni_connection_of(core);
    const omni_callbacks *calls = &conn->context->settings.callbacks;
    otls_psk psk = {.key_size = 0};
    otls_status status = OTLS_E_USAGE;

    *key_length = 0;
    if (calls->psk_client != NULL &&
        calls->psk_client(conn, hint, &psk, calls->psk_client_user) == OTLS_OK) {
        const size_t size = strnlen(psk.identity, sizeof(psk.identity));

        if (size != 0 && size < sizeof(psk.identity) && size < identity_capacity) {
            memcpy(identity, psk.identity, size + 1);
            status = hand_over(conn, &psk, key, key_capacity, key_length);
        }
    }
    omni_wipe(&psk, sizeof(psk));
    return status;
}

otls_status omni_core_psk_server(otls_core *core, const uint8_t *identity, size_t identity_size,
                                 uint8_t *key, size_t key_capacity, size_t *key_length)
{
    otls_connection *conn = omni_connection_of(core);
    const omni_callbacks *calls = &conn->context->settings.callbacks;
    otls_psk psk = {.key_size = 0};
    otls_status status = OTLS_E_USAGE;

    *key_length = 0;
    if (calls->psk_server != NULL && identity_size != 0 && identity_size <= OTLS_PSK_IDENTITY_MAX &&
        calls->psk_server(conn, identity, identity_size, &psk, calls->psk_server_user) == OTLS_OK)
        status = hand_over(conn, &psk, key, key_capacity, key_length);
    omni_wipe(&psk, sizeof(psk));
    return status;
}

/* ---- what the server has said of it ---- */

enum { HANDSHAKE = 22, SERVER_HELLO = 2, PRE_SHARED_KEY = 41, RANDOM = 32 };

/* RFC 8446 4.1.3: the random of a ServerHello that asks for another ClientHello. */
static const uint8_t retry[RANDOM] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                      0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                      0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

static bool has_key(otls_slice extensions)
{
    omni_reader in = omni_reader_over(extensions);
    bool found = false;

    while (in.left != 0 && !in.bad) {
        found |= omni_read_number(&in, 2) == PRE_SHARED_KEY;
        (void)omni_read_vector(&in, 2);
    }
    return found && !in.bad;
}

omni_psk_word omni_psk_in_flight(otls_slice flight)
{
    omni_reader records = omni_reader_over(flight);

    while (records.left != 0 && !records.bad) {
        const uint64_t type = omni_read_number(&records, 1);
        omni_reader message, hello;
        otls_slice random;

        (void)omni_read_number(&records, 2); /* a version that says nothing */
        message = omni_reader_over(omni_read_vector(&records, 2));
        if (records.bad || type != HANDSHAKE || omni_read_number(&message, 1) != SERVER_HELLO)
            continue;
        hello = omni_reader_over(omni_read_vector(&message, 3));
        (void)omni_read_number(&hello, 2);
        random = omni_read(&hello, RANDOM);
        (void)omni_read_vector(&hello, 1); /* the session id */
        (void)omni_read(&hello, 2 + 1);    /* suite and compression */
        if (hello.bad || memcmp(random.data, retry, RANDOM) == 0)
            continue;
        return has_key(omni_read_vector(&hello, 2)) ? OMNI_PSK_TAKEN : OMNI_PSK_LEFT;
    }
    return OMNI_PSK_UNTOLD;
}

void omni_psk_watch(otls_connection *conn, const void *data, size_t size)
{
    if (conn->calls.psk_word == OMNI_PSK_UNTOLD)
        conn->calls.psk_word = omni_psk_in_flight((otls_slice){data, size}) & 3u;
}

/*
 * A server may be offered a key, ask for it, and go on without it (RFC 8446 4.2.11); wolfSSL tells only that
 * it has asked. So what counts is what went out. Below TLS 1.3 the suite says it.
 */
void omni_psk_settle(otls_connection *conn)
{
    const otls_suite *suite;

    if (conn->info.psk == 0)
        return;
    suite = omni_suite_find(conn->info.suite);
    if (otls_version_before(conn->info.version, OTLS_TLS1_3)
            ? suite == NULL || !omni_suite_is_psk(suite)
            : conn->server && conn->calls.psk_word != OMNI_PSK_TAKEN)
        conn->info.psk = 0;
}

/* ---- what it means ---- */

bool omni_psk_fits(const otls_context *context, const otls_client_hello *hello, uint16_t version)
{
    const bool thirteen = version == OTLS_TLS1_3;

    if (context->settings.callbacks.psk_server == NULL || (thirteen && !hello->pre_shared_key))
        return false;
    for (size_t i = 0; i < context->suite_count; i++) {
        const otls_suite *suite = context->suites[i];
        const bool fits = thirteen ? suite->min_version == OTLS_TLS1_3
                                   : omni_suite_is_psk(suite) && suite->kx != OTLS_KX_RSA_PSK;

        if (fits && omni_hello_has(hello->suites, suite->id) &&
            omni_hello_group_fits(context, hello, suite))
            return true;
    }
    return false;
}

bool omni_psk_authenticated(const otls_connection *conn)
{
    const otls_suite *suite = omni_suite_find(conn->info.suite);

    /* RSA_PSK: the server has a certificate as well (RFC 4279 section 4) */
    return conn->info.psk != 0 && conn->calls.psk_given && suite != NULL &&
           (suite->kx != OTLS_KX_RSA_PSK || conn->server);
}
