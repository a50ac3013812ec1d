/* SPDX-License-Identifier: MIT */
/* The settings about pre-shared keys. */
#include "context/context.h"

#include "base/base.h"

#include <string.h>

static otls_status may_have_psk(const otls_context *context, otls_role role, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role != OTLS_EITHER && context->role != role)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "the context is for the other side");
    if (otls_backend_supports(context->backend, OTLS_FEATURE_PSK_12, NULL) == OTLS_NO)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_PSK_13, err));
    return OTLS_OK;
}

otls_status otls_context_set_psk_client_callback(otls_context *context, otls_psk_client_callback callback,
                                        void *user, otls_error *err)
{
    OMNI_TRY(may_have_psk(context, OTLS_CLIENT, err));
    context->settings.callbacks.psk_client = callback;
    context->settings.callbacks.psk_client_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_psk_server_callback(otls_context *context, otls_psk_server_callback callback,
                                        void *user, otls_error *err)
{
    OMNI_TRY(may_have_psk(context, OTLS_SERVER, err));
    context->settings.callbacks.psk_server = callback;
    context->settings.callbacks.psk_server_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_psk_hint(otls_context *context, const char *hint, otls_error *err)
{
    char *copy = NULL;

    OMNI_TRY(may_have_psk(context, OTLS_SERVER, err));
    OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_PSK_12, err));
    if (hint != NULL && strlen(hint) > OTLS_PSK_IDENTITY_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "the PSK identity hint has %zu bytes, at most %d are allowed",
                         strlen(hint), OTLS_PSK_IDENTITY_MAX);
    if (hint != NULL && hint[0] != '\0') {
        copy = omni_strdup(hint);
        if (copy == NULL)
            return omni_fail_nomem(err);
    }
    omni_free(context->settings.callbacks.psk_hint);
    context->settings.callbacks.psk_hint = copy;
    return OTLS_OK;
}
