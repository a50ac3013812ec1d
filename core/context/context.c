/* SPDX-License-Identifier: MIT */
#include "context/context.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "context/options.h"
#include "verify/verify.h"
#include "x509/strength.h"
#include <omnitls/insecure.h>

#include <string.h>
#include <time.h>

static void settings_default(omni_settings *settings)
{
    settings->suite_count = omni_suites_default(settings->suites, OMNI_SUITE_MAX);
    settings->group_count = omni_groups_default(settings->groups, OMNI_GROUP_MAX);
    settings->signature_count = omni_signatures_default(settings->signatures, OMNI_SIGNATURE_MAX);
    settings->verify_mode = OTLS_VERIFY_MODE_NONE;
    settings->verify_depth = 10;
    settings->security_level = 2;
    settings->options = omni_options_default();
}

static otls_status allocate(otls_context **out, const otls_backend *backend, otls_role role,
                            otls_error *err)
{
    otls_context *context = omni_calloc(1, sizeof(*context));

    if (context == NULL)
        return omni_fail_nomem(err);
    if (pthread_mutex_init(&context->sealing, NULL) != 0) {
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
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&backend, NULL, err));
    OMNI_TRY(allocate(out, backend, role, err));
    settings_default(&(*out)->settings);
    return OTLS_OK;
}

otls_status otls_context_copy(otls_context **out, const otls_context *context, otls_error *err)
{
    omni_settings *settings;

    OMNI_TRY(allocate(out, context->backend, context->role, err));
    settings = &(*out)->settings;
    *settings = context->settings;
    settings->dh_params = NULL; /* copied last: whatever fails before must not free it */
    settings->verify.pins = NULL;
    settings->trust = otls_trust_ref(settings->trust);
    settings->staples = omni_staple_ref(settings->staples);
    omni_session_settings_share(&settings->sessions);
    for (size_t i = 0; i < settings->identity_count; i++)
        (void)otls_identity_ref(settings->identities[i]);
    if (omni_callbacks_adopt(&settings->calls, err) != OTLS_OK) {
        settings->alpn = NULL; /* still the other's */
        otls_context_free(*out);
        *out = NULL;
        return OTLS_E_NOMEM;
    }
    if (settings->alpn != NULL) {
        settings->alpn = omni_memdup(settings->alpn, settings->alpn_size);
        if (settings->alpn == NULL) {
            otls_context_free(*out);
            *out = NULL;
            return omni_fail_nomem(err);
        }
    }
    if (context->settings.dh_params != NULL) {
        settings->dh_params = omni_memdup(context->settings.dh_params, settings->dh_params_size);
        if (settings->dh_params == NULL) {
            otls_context_free(*out);
            *out = NULL;
            return omni_fail_nomem(err);
        }
    }
    settings->verify = context->settings.verify;
    if (omni_verify_settings_adopt(&settings->verify, err) != OTLS_OK) {
        otls_context_free(*out);
        *out = NULL;
        return OTLS_E_NOMEM;
    }
    return OTLS_OK;
}

otls_context *otls_context_ref(otls_context *context)
{
    if (context != NULL)
        atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
    return context;
}

void otls_context_free(otls_context *context)
{
    omni_settings *settings;

    if (context == NULL ||
        atomic_fetch_sub_explicit(&context->references, 1, memory_order_acq_rel) != 1)
        return;
    omni_context_unseal(context);
    settings = &context->settings;
    otls_trust_free(settings->trust);
    for (size_t i = 0; i < settings->identity_count; i++)
        otls_identity_free(settings->identities[i]);
    omni_staple_free(settings->staples);
    omni_free(settings->alpn);
    omni_free(settings->dh_params);
    omni_verify_settings_clear(&settings->verify);
    omni_callbacks_clear(&settings->calls);
    omni_session_settings_clear(&settings->sessions);
    omni_user_data_set(&context->user, NULL, NULL);
    (void)pthread_mutex_destroy(&context->sealing);
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
    if (context->role == OTLS_CLIENT)
        return context->settings.no_verify ? OTLS_VERIFY_MODE_NONE : OTLS_VERIFY_MODE_REQUIRED;
    return context->settings.verify_mode;
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

    for (size_t i = 0; i < settings->suite_count; i++) {
        if (!omni_backend_has_suite(context->backend, settings->suites[i]) ||
            !omni_suite_allowed(settings->suites[i], settings->security_level))
            continue;
        if (count < capacity)
            out[count] = settings->suites[i]->id;
        count++;
    }
    return count;
}

int64_t omni_context_now(const otls_context *context)
{
    const omni_settings *settings = &context->settings;

    return settings->now != NULL ? settings->now(settings->now_user) : (int64_t)time(NULL);
}

bool omni_context_allows_suite(const otls_context *context, uint16_t id)
{
    for (size_t i = 0; i < context->suite_count; i++)
        if (context->suites[i]->id == id)
            return true;
    return false;
}

bool omni_context_allows_group(const otls_context *context, uint16_t id)
{
    for (size_t i = 0; i < context->group_count; i++)
        if (context->groups[i] == id)
            return true;
    return false;
}

otls_status omni_context_unsealed(const otls_context *context, otls_error *err)
{
    if (!atomic_load_explicit(&context->sealed, memory_order_acquire))
        return OTLS_OK;
    return omni_fail(err, OTLS_E_SEALED, OTLS_CODE_NONE,
                     "the context is in use and cannot be changed: change an otls_context_copy");
}
