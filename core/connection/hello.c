/* SPDX-License-Identifier: MIT */
/* The application's say in what the ClientHello leads to: its callback, and the ALPN rule. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"
#include "connection/handshake.h"

#include <string.h>

/* ---- the ClientHello callback ---- */

/* The callback may have changed what this connection has for itself. */
static otls_status seal_own(otls_connection *conn, otls_error *err)
{
    otls_error why = OTLS_ERROR_INIT;
    const otls_status status = otls_context_seal(conn->context, &why);

    return status == OTLS_OK ? OTLS_OK
                             : omni_refuse_hello(conn, err, status, OTLS_ALERT_INTERNAL_ERROR,
                                                 why.code, "%s", why.text);
}

static otls_status switch_context(otls_connection *conn, otls_context *context, otls_error *err)
{
    const otls_backend *own = conn->context->backend;

    if (context == NULL || context == otls_connection_context(conn))
        return seal_own(conn, err);
    if (context->backend != own)
        return omni_refuse_hello(conn, err, OTLS_E_WRONG_BACKEND, OTLS_ALERT_INTERNAL_ERROR,
                                 OTLS_CODE_NONE,
                                 "the ClientHello callback switched from %s to a context of %s's",
                                 otls_backend_name(own), otls_backend_name(context->backend));
    if (context->role == OTLS_CLIENT)
        return omni_refuse_hello(conn, err, OTLS_E_USAGE, OTLS_ALERT_INTERNAL_ERROR, OTLS_CODE_NONE,
                                 "the ClientHello callback switched to a client's context");
    otls_error why = OTLS_ERROR_INIT;
    const otls_status status = otls_context_seal(context, &why);

    if (status != OTLS_OK)
        return omni_refuse_hello(conn, err, status, OTLS_ALERT_INTERNAL_ERROR, why.code, "%s",
                                 why.text);
    omni_connection_take_context(conn, context);
    return OTLS_OK;
}

static otls_status find_identity(otls_connection *conn, const otls_identity *identity,
                                 size_t *chosen, otls_error *err)
{
    const omni_server_natives *servers = &conn->context->servers;

    *chosen = OMNI_NO_SERVER;
    if (identity == NULL)
        return OTLS_OK;
    *chosen = omni_present_find(&conn->context->settings.present, identity);
    if (*chosen < servers->count && conn->context->settings.present.identity_count != 0)
        return OTLS_OK;
    return omni_refuse_hello(conn, err, OTLS_E_USAGE, OTLS_ALERT_INTERNAL_ERROR,
                             OTLS_CODE_NO_IDENTITY,
                             "the ClientHello callback chose an identity that the context has not");
}

static otls_status refused(otls_connection *conn, const otls_client_hello_answer *answer,
                           otls_error *err)
{
    const bool valid = answer->alert > 0 && answer->alert <= 255;
    const uint8_t alert = valid ? (uint8_t)answer->alert : (uint8_t)OTLS_ALERT_HANDSHAKE_FAILURE;

    return omni_refuse_hello(conn, err, OTLS_E_PROTOCOL, alert, OTLS_CODE_REFUSED_BY_CALLBACK,
                             "the application refused the ClientHello with %s",
                             otls_alert_name(alert));
}

otls_status omni_hello_ask(otls_connection *conn, const otls_client_hello *hello, size_t *chosen,
                           otls_error *err)
{
    const omni_callbacks *calls = &conn->context->settings.callbacks;
    otls_client_hello_answer answer = {.size = sizeof(answer),
                                       .alert = OTLS_ALERT_HANDSHAKE_FAILURE};
    otls_status status;

    *chosen = OMNI_NO_SERVER;
    if (calls->client_hello == NULL)
        return OTLS_OK;
    /* it may set another context, which need not keep this one, and `calls` in it */
    otls_context *const asked = otls_context_ref(conn->context);

    conn->calls.asked_hello = true;
    status = calls->client_hello(conn, hello, &answer, calls->client_hello_user);
    conn->calls.asked_hello = false;
    /* "not yet": it is asked again, itself; what was changed for the connection alone stays */
    if (status == OTLS_WANT_ASYNC && conn->context != asked && conn->base != asked)
        omni_connection_take_context(conn, asked);
    otls_context_free(asked);
    if (status == OTLS_WANT_ASYNC)
        return status;
    if (status != OTLS_OK)
        return refused(conn, &answer, err);
    OMNI_TRY(switch_context(conn, answer.context, err));
    return find_identity(conn, answer.identity, chosen, err);
}

/* ---- ALPN, RFC 7301 3.2 ---- */

static const uint8_t *offered(otls_slice list, const uint8_t *name)
{
    for (size_t at = 0; at < list.size; at += 1u + list.data[at])
        if (list.data[at] == name[0] && memcmp(list.data + at + 1, name + 1, name[0]) == 0)
            return list.data + at;
    return NULL;
}

/* By the server's order; NULL: nothing is shared. */
static const uint8_t *by_list(const omni_settings *settings, const otls_client_hello *hello)
{
    for (size_t at = 0; at < settings->offer.alpn_size; at += 1u + settings->offer.alpn[at])
        if (offered(hello->alpn, settings->offer.alpn + at) != NULL)
            return settings->offer.alpn + at;
    return NULL;
}

static otls_status refuse_alpn(otls_connection *conn, int32_t code, const char *why,
                               otls_error *err)
{
    return omni_refuse_hello(conn, err, OTLS_E_PROTOCOL, OTLS_ALERT_NO_APPLICATION_PROTOCOL, code,
                             "%s", why);
}

/* The wire form of the callback's choice, NULL = none. */
static otls_status by_callback(otls_connection *conn, const otls_client_hello *hello,
                               const uint8_t **name, otls_error *err)
{
    const omni_callbacks *calls = &conn->context->settings.callbacks;
    size_t index = OTLS_ALPN_NONE, size;
    const uint8_t *found;

    *name = NULL;
    if (calls->alpn(conn, hello, &index, calls->alpn_user) != OTLS_OK)
        return refuse_alpn(conn, OTLS_CODE_REFUSED_BY_CALLBACK,
                           "the application refused the application protocols", err);
    if (index == OTLS_ALPN_NONE)
        return OTLS_OK;
    found = otls_client_hello_alpn(hello, index, &size);
    if (found == NULL)
        return omni_refuse_hello(conn, err, OTLS_E_USAGE, OTLS_ALERT_INTERNAL_ERROR, OTLS_CODE_NONE,
                                 "the ALPN callback chose number %zu of %zu", index,
                                 otls_client_hello_alpn_count(hello));
    *name = found - 1;
    return OTLS_OK;
}

otls_status omni_hello_choose_alpn(otls_connection *conn, const otls_client_hello *hello,
                                   otls_error *err)
{
    const omni_settings *settings = &conn->context->settings;
    const uint8_t *name = NULL;

    if ((settings->offer.alpn_size == 0 && settings->callbacks.alpn == NULL) || hello->alpn.size == 0)
        return OTLS_OK;
    if (settings->callbacks.alpn != NULL)
        OMNI_TRY(by_callback(conn, hello, &name, err));
    else
        name = by_list(settings, hello);
    if (name == NULL)
        return settings->offer.alpn_optional
                   ? OTLS_OK
                   : refuse_alpn(conn, OTLS_CODE_NO_SHARED_ALPN,
                                 "client and server share no application protocol", err);
    if (name[0] > 32 &&
        otls_backend_supports(conn->context->backend, OTLS_FEATURE_LONG_ALPN, NULL) == OTLS_NO)
        return omni_refuse_hello(conn, err, OTLS_E_UNSUPPORTED, OTLS_ALERT_INTERNAL_ERROR,
                                 OTLS_CODE_LIMIT,
                                 "%s cannot answer with a protocol name of %u bytes",
                                 otls_backend_name(conn->context->backend), name[0]);
    conn->chosen_alpn_size = 1u + name[0];
    conn->chosen_alpn = omni_memdup(name, conn->chosen_alpn_size);
    return conn->chosen_alpn != NULL ? OTLS_OK
                                     : omni_connection_fail(conn, OTLS_E_NOMEM, NULL, err);
}
