/* SPDX-License-Identifier: MIT */
/* The setters of omnitls/callbacks.h and omnitls/client_hello.h. */
#include "base/base.h"
#include "context/context.h"
#include <omnitls/parity.h>

#include <string.h>

static otls_status for_servers(const otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role == OTLS_CLIENT)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "this is for servers, the context is a client's");
    return OTLS_OK;
}

otls_status otls_context_set_client_hello_callback(otls_context *context,
                                                   otls_client_hello_callback callback, void *user,
                                                   otls_error *err)
{
    OMNI_TRY(for_servers(context, err));
    context->settings.callbacks.client_hello = callback;
    context->settings.callbacks.client_hello_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_alpn_callback(otls_context *context, otls_alpn_callback callback,
                                           void *user, otls_error *err)
{
    OMNI_TRY(for_servers(context, err));
    context->settings.callbacks.alpn = callback;
    context->settings.callbacks.alpn_user = user;
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
    context->settings.verdict.verify_certificate = callback;
    context->settings.verdict.verify_certificate_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_verify_callback(otls_context *context, otls_verify_callback callback,
                                             void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.verdict.verify = callback;
    context->settings.verdict.verify_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_info_callback(otls_context *context, otls_info_callback callback,
                                           void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (callback != NULL)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_INFO_CALLBACK, err));
    context->settings.callbacks.info = callback;
    context->settings.callbacks.info_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_message_callback(otls_context *context, otls_message_callback callback,
                                              void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (callback != NULL)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_MESSAGE_CALLBACK, err));
    context->settings.callbacks.message = callback;
    context->settings.callbacks.message_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_log_callback(otls_context *context, otls_log_callback callback, void *user,
                                 otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.callbacks.log = callback;
    context->settings.callbacks.log_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_connection_key_log_callback(otls_context *context,
                                                         otls_connection_key_log_callback callback,
                                                         void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (callback != NULL)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_KEY_LOG, err));
    context->settings.callbacks.connection_key_log = callback;
    context->settings.callbacks.connection_key_log_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_key_log_file(otls_context *context, const char *path, otls_error *err)
{
    omni_callbacks *calls = &context->settings.callbacks;
    omni_key_log_file *file = NULL;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (path != NULL)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_KEY_LOG, err));
    if (path != NULL)
        OMNI_TRY(omni_key_log_file_open(&file, path, err));
    omni_key_log_file_free(calls->key_log_file);
    calls->key_log_file = file;
    return OTLS_OK;
}

otls_status otls_context_set_post_handshake_auth(otls_context *context, bool on, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (on)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_POST_HANDSHAKE_AUTH, err));
    context->settings.offer.post_handshake_auth = on;
    return OTLS_OK;
}
