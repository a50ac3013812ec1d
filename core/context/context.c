/* SPDX-License-Identifier: MIT */
#include "context/context.h"

#include "base/base.h"
#include "context/options.h"
#include "verify/verify.h"
#include "x509/x509.h"
#include <omnitls/callbacks.h>
#include <omnitls/config.h>
#include <omnitls/insecure.h>

#include <string.h>
#include <time.h>

static otls_status allocate(otls_context **out, const otls_backend *backend, otls_role role,
                            otls_error *err)
{
    otls_context *context = omni_calloc(1, sizeof(*context));

    if (context == NULL)
        return omni_fail_nomem(err);
    if (!omni_lock_make(&context->sealing, false)) {
        omni_free(context);
        return omni_fail_nomem(err);
    }
    context->references = 1;
    context->backend = backend;
    context->role = role;
    *out = context;
    return OTLS_OK;
}

otls_status otls_context_new(otls_context **out, const otls_backend *backend, otls_role role,
                             otls_error *err)
{
    *out = NULL;
    if (role != OTLS_CLIENT && role != OTLS_SERVER && role != OTLS_EITHER)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no role", (int)role);
    if (!OTLS_WITH_SERVER && role != OTLS_CLIENT)
        return OMNI_FAIL_ABSENT(err, "SERVER");
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&backend, NULL, err));
    OMNI_TRY(allocate(out, backend, role, err));
    omni_settings_default(&(*out)->settings);
    return OTLS_OK;
}

otls_status otls_context_copy(otls_context **out, const otls_context *context, otls_error *err)
{
    otls_status status;

    OMNI_TRY(allocate(out, context->backend, context->role, err));
    status = omni_settings_copy(&(*out)->settings, &context->settings, err);
    if (status != OTLS_OK) {
        otls_context_free(*out);
        *out = NULL;
    }
    return status;
}

otls_status omni_context_own(otls_context **out, const otls_context *from, otls_context *shared,
                             otls_error *err)
{
    OMNI_TRY(otls_context_copy(out, from, err));
    (*out)->base = otls_context_ref(shared);
    return OTLS_OK;
}

otls_context *otls_context_ref(otls_context *context)
{
    if (context != NULL)
        omni_references_take(&context->references);
    return context;
}

void otls_context_free(otls_context *context)
{
    if (context == NULL || !omni_references_drop(&context->references))
        return;
    omni_context_unseal(context);
    otls_context_free(context->base); /* after the natives that were borrowed from it */
    omni_settings_clear(&context->settings);
    omni_user_data_set(&context->user, NULL, NULL);
    omni_lock_end(&context->sealing);
    omni_free(context);
}

const otls_backend *otls_context_backend(const otls_context *context)
{
    return context->backend;
}

otls_role otls_context_role(const otls_context *context)
{
    return context->role;
}

otls_verify_mode otls_context_verify_mode(const otls_context *context)
{
    if (context->role != OTLS_SERVER && context->settings.verdict.no_verify)
        return OTLS_VERIFY_MODE_NONE;
    return context->role == OTLS_CLIENT ? OTLS_VERIFY_MODE_REQUIRED
                                        : context->settings.verdict.verify_mode;
}

void otls_context_versions(const otls_context *context, uint16_t *lowest, uint16_t *highest)
{
    if (omni_context_range(context, lowest, highest, NULL) != OTLS_OK)
        *lowest = *highest = 0;
}

size_t otls_context_suites(const otls_context *context, uint16_t *out, size_t capacity)
{
    const omni_settings *settings = &context->settings;
    size_t count = 0;

    for (size_t i = 0; i < settings->offer.suite_count; i++) {
        if (!omni_backend_has_suite(context->backend, settings->offer.suites[i]) ||
            !omni_suite_allowed(settings->offer.suites[i], settings->verdict.security_level))
            continue;
        if (count < capacity)
            out[count] = settings->offer.suites[i]->id;
        count++;
    }
    return count;
}

/* ---- the application's pointer ---- */

otls_status otls_context_set_user_data(otls_context *context, void *data,
                                       void (*destroy)(void *data), otls_error *err)
{
    /* with nothing to destroy there is nothing that another thread could still be holding for us */
    if (destroy != NULL || context->user.destroy != NULL)
        OMNI_TRY(omni_context_unsealed(context, err));
    omni_user_data_set(&context->user, data, destroy);
    return OTLS_OK;
}

void *otls_context_user_data(const otls_context *context)
{
    return context->user.data;
}
