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
