/* SPDX-License-Identifier: MIT */
/* The setters of callbacks.h, client_auth.h and connection/client_hello.h, and the life of what they set. */
#include "context/callbacks.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "connection/connection.h"
#include "socket/socket.h"

#include <string.h>

/* ---- life ---- */

otls_status omni_callbacks_adopt(omni_callbacks *calls, otls_error *err)
{
    const omni_dn_list names = calls->client_ca;
    const char *hint = calls->psk_hint;
    otls_status status;

    calls->client_ca = (omni_dn_list){0};
    calls->psk_hint = NULL;
    (void)omni_key_log_file_ref(calls->key_log_file);
    status = omni_dn_list_add_all(&calls->client_ca, &names, err);
    if (status == OTLS_OK && hint != NULL) {
        calls->psk_hint = omni_strdup(hint);
        if (calls->psk_hint == NULL)
            status = omni_fail_nomem(err);
    }
    if (status != OTLS_OK)
        omni_callbacks_clear(calls);
    return status;
}

void omni_callbacks_clear(omni_callbacks *calls)
{
    omni_dn_list_clear(&calls->client_ca);
    omni_free(calls->psk_hint);
    omni_key_log_file_free(calls->key_log_file);
    *calls = (omni_callbacks){0};
}

void omni_connection_callbacks_clear(omni_connection_callbacks *calls)
{
    omni_dn_list_clear(&calls->client_ca);
    omni_user_data_set(&calls->user, NULL, NULL);
}

/* ---- callbacks ---- */

static otls_status for_servers(const otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role == OTLS_CLIENT)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "this is for servers, the context is a client's");
    return OTLS_OK;
}

otls_status otls_context_set_client_hello_callback(otls_context *context,
                                                   otls_client_hello_callback callback, void *user,
                                                   otls_error *err)
{
    OMNI_TRY(for_servers(context, err));
    context->settings.calls.client_hello = callback;
    context->settings.calls.client_hello_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_alpn_callback(otls_context *context, otls_alpn_callback callback,
                                           void *user, otls_error *err)
{
    OMNI_TRY(for_servers(context, err));
    context->settings.calls.alpn = callback;
    context->settings.calls.alpn_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_npn(otls_context *context, const char *const *names, size_t count,
                                 otls_error *err)
{
    (void)names;
    (void)count;
    return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_OBSOLETE,
                     "NPN is obsolete, %s and all other engines have dropped it: use ALPN "
                     "(RFC 7301)",
                     otls_backend_name(context->backend));
}

otls_status otls_context_set_verify_certificate_callback(otls_context *context,
                                                         otls_verify_certificate_callback callback,
                                                         void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.calls.verify_certificate = callback;
    context->settings.calls.verify_certificate_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_verify_callback(otls_context *context, otls_verify_callback callback,
                                             void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.calls.verify = callback;
    context->settings.calls.verify_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_info_callback(otls_context *context, otls_info_callback callback,
                                           void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (callback != NULL &&
        otls_backend_supports(context->backend, OTLS_FEATURE_INFO_CALLBACK, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, context->backend, OTLS_FEATURE_INFO_CALLBACK);
    context->settings.calls.info = callback;
    context->settings.calls.info_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_log(otls_context *context, otls_log_callback callback, void *user,
                                 otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.calls.log = callback;
    context->settings.calls.log_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_key_log_file(otls_context *context, const char *path, otls_error *err)
{
    omni_callbacks *calls = &context->settings.calls;
    omni_key_log_file *file = NULL;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (path != NULL &&
        otls_backend_supports(context->backend, OTLS_FEATURE_KEY_LOG, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, context->backend, OTLS_FEATURE_KEY_LOG);
    if (path != NULL)
        OMNI_TRY(omni_key_log_file_open(&file, path, err));
    omni_key_log_file_free(calls->key_log_file);
    calls->key_log_file = file;
    return OTLS_OK;
}

otls_status otls_context_set_post_handshake_auth(otls_context *context, bool on, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (on &&
        otls_backend_supports(context->backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) == OTLS_NO)
        return omni_fail_unsupported(err, context->backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH);
    context->settings.calls.post_handshake_auth = on;
    return OTLS_OK;
}
