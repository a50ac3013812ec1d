/* SPDX-License-Identifier: MIT */
/* Pre-shared keys: the application's callbacks behind the engines' questions. */
#include "connection/connection.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <string.h>

static otls_status may_have_psk(const otls_context *context, otls_role role, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role != OTLS_EITHER && context->role != role)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the context is for the other side");
    if (otls_backend_supports(context->backend, OTLS_FEATURE_PSK_12, NULL) == OTLS_NO &&
        otls_backend_supports(context->backend, OTLS_FEATURE_PSK_13, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, context->backend, OTLS_FEATURE_PSK_13);
    return OTLS_OK;
}

otls_status otls_context_set_psk_client(otls_context *context, otls_psk_client_callback callback,
                                        void *user, otls_error *err)
{
    OMNI_TRY(may_have_psk(context, OTLS_CLIENT, err));
    context->settings.calls.psk_client = callback;
    context->settings.calls.psk_client_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_psk_server(otls_context *context, otls_psk_server_callback callback,
                                        void *user, otls_error *err)
{
    OMNI_TRY(may_have_psk(context, OTLS_SERVER, err));
    context->settings.calls.psk_server = callback;
    context->settings.calls.psk_server_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_psk_hint(otls_context *context, const char *hint, otls_error *err)
{
    char *copy = NULL;

    OMNI_TRY(may_have_psk(context, OTLS_SERVER, err));
    if (otls_backend_supports(context->backend, OTLS_FEATURE_PSK_12, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, context->backend, OTLS_FEATURE_PSK_12);
    if (hint != NULL && strlen(hint) > OTLS_PSK_IDENTITY_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "the PSK identity hint has %zu bytes, at most %d are allowed",
                         strlen(hint), OTLS_PSK_IDENTITY_MAX);
    if (hint != NULL && hint[0] != '\0') {
        copy = omni_strdup(hint);
        if (copy == NULL)
            return omni_fail_nomem(err);
    }
    omni_free(context->settings.calls.psk_hint);
    context->settings.calls.psk_hint = copy;
    return OTLS_OK;
}

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
    otls_connection *conn = (otls_connection *)(void *)core;
    const omni_callbacks *calls = &conn->context->settings.calls;
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
    otls_connection *conn = (otls_connection *)(void *)core;
    const omni_callbacks *calls = &conn->context->settings.calls;
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

bool omni_suite_is_psk(const otls_suite *suite)
{
    return suite->kx == OTLS_KX_PSK || suite->kx == OTLS_KX_ECDHE_PSK ||
           suite->kx == OTLS_KX_DHE_PSK || suite->kx == OTLS_KX_RSA_PSK;
}

bool omni_psk_fits(const otls_context *context, const otls_client_hello *hello, uint16_t version)
{
    const bool thirteen = version == OTLS_TLS1_3;

    if (context->settings.calls.psk_server == NULL || (thirteen && !hello->pre_shared_key))
        return false;
    for (size_t i = 0; i < context->suite_count; i++) {
        const otls_suite *suite = context->suites[i];
        const bool fits = thirteen ? suite->min_version == OTLS_TLS1_3
                                   : omni_suite_is_psk(suite) && suite->kx != OTLS_KX_RSA_PSK;

        if (fits && omni_hello_has(hello->suites, suite->id))
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
