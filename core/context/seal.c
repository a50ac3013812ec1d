/* SPDX-License-Identifier: MIT */
/* Sealing: settings become what is in force, and the engine's contexts are made from it. */
#include "base/base.h"
#include "context/natives.h"
#include "context/options.h"
#include "x509/x509.h"

#include <string.h>

/* A key held elsewhere signs and does nothing else: no suite that has it decrypt. */
static bool only_signs(const omni_settings *settings)
{
    for (size_t i = 0; i < settings->present.identity_count; i++)
        if (settings->present.identities[i]->key->elsewhere)
            return true;
    return false;
}

/* Is it of use in this context? Without keys a PSK suite is not, and some engines would fail. */
static bool usable(const otls_context *context, const otls_suite *suite)
{
    const omni_callbacks *calls = &context->settings.callbacks;

    if (omni_suite_is_psk(suite) && calls->psk_client == NULL && calls->psk_server == NULL)
        return false;
    if (!omni_suite_allowed(suite, context->settings.verdict.security_level) ||
        (suite->kx == OTLS_KX_RSA && only_signs(&context->settings)))
        return false;
    return omni_backend_has_suite(context->backend, suite);
}

otls_status omni_context_range(const otls_context *context, uint16_t *lowest, uint16_t *highest,
                               otls_error *err)
{
    const omni_settings *settings = &context->settings;
    const otls_suite *have[OMNI_SUITE_MAX];
    size_t count = 0;

    OMNI_TRY(omni_versions_left(context, settings->offer.options, lowest, highest, err));
    for (size_t i = 0; i < settings->offer.suite_count; i++)
        if (usable(context, settings->offer.suites[i]))
            have[count++] = settings->offer.suites[i];
    if (count != 0)
        omni_narrow_to_suites(have, count, lowest, highest);
    if (count == 0 || *lowest > *highest)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT,
                         "no cipher suite that %s has and security level %d allows is left",
                         otls_backend_name(context->backend), settings->verdict.security_level);
    return OTLS_OK;
}

static otls_status filter_lists(otls_context *context, otls_error *err)
{
    const omni_settings *settings = &context->settings;
    const int wanted = omni_strength_of_level(settings->verdict.security_level);

    OMNI_TRY(omni_context_range(context, &context->lowest, &context->highest, err));
    context->suite_count = context->group_count = context->signature_count = 0;
    for (size_t i = 0; i < settings->offer.suite_count; i++) {
        const otls_suite *suite = settings->offer.suites[i];
        const bool thirteen = suite->min_version == OTLS_TLS1_3;

        if (otls_version_before(context->highest, suite->min_version) ||
            (!thirteen && context->lowest == OTLS_TLS1_3) || !usable(context, suite))
            continue;
        context->suites[context->suite_count++] = suite;
    }
    for (size_t i = 0; i < settings->offer.group_count; i++)
        if (omni_strength_of_group(settings->offer.groups[i]) >= wanted &&
            omni_backend_has_group(context->backend, settings->offer.groups[i]))
            context->groups[context->group_count++] = settings->offer.groups[i];
    for (size_t i = 0; i < settings->offer.signature_count; i++)
        if (omni_strength_of_signature(settings->offer.signatures[i]) >= wanted &&
            omni_backend_has_signature(context->backend, settings->offer.signatures[i]))
            context->signatures[context->signature_count++] = settings->offer.signatures[i];
    if (context->group_count == 0)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SHARED_GROUP,
                         "%s has none of the groups asked for that security level %d allows",
                         otls_backend_name(context->backend), settings->verdict.security_level);
    if (context->signature_count == 0)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NOTHING_LEFT,
                         "%s has none of the signature algorithms asked for that security level %d "
                         "allows",
                         otls_backend_name(context->backend), settings->verdict.security_level);
    return OTLS_OK;
}

/* What was missing for want of memory must not be missing from the lists for good, nor be called missing. */
static otls_status filter(otls_context *context, otls_error *err)
{
    const unsigned before = omni_backend_unanswered(context->backend);
    const otls_status status = filter_lists(context, err);

    return omni_backend_unanswered(context->backend) == before ? status : omni_fail_nomem(err);
}

void omni_context_unseal(otls_context *context)
{
    omni_native_free(context->client);
    context->client = NULL;
    omni_server_natives_clear(&context->servers);
}

static otls_status seal_servers(otls_context *context, otls_error *err)
{
    const omni_settings *settings = &context->settings;

    OMNI_TRY(omni_client_ca_check(context, err));
    if (settings->present.identity_count == 0 && settings->callbacks.psk_server != NULL)
        return omni_server_natives_make(context, 1, err);
    /* its ClientHello callback may switch to a context that has one; else the handshake fails */
    if (settings->present.identity_count == 0)
        return context->role == OTLS_EITHER || settings->callbacks.client_hello != NULL
                   ? OTLS_OK
                   : omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_IDENTITY,
                               "a server context needs an identity");
    return omni_server_natives_make(context, settings->present.identity_count, err);
}

/* Without a time no certificate can be said to be valid; 1970 would say that all are too new. */
static otls_status need_clock(const omni_callbacks *callbacks, otls_error *err)
{
    int64_t now;

    if (callbacks->now != NULL || omni_os_now(&now))
        return OTLS_OK;
    return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                     "this system has no clock: give one to otls_context_set_clock_callback");
}

static otls_status seal_locked(otls_context *context, otls_error *err)
{
    const omni_settings *settings = &context->settings;
    const otls_identity *own = settings->present.identity_count != 0 ? settings->present.identities[0] : NULL;

    OMNI_TRY(need_clock(&settings->callbacks, err));
    OMNI_TRY(omni_context_check_own(context, err));
    OMNI_TRY(filter(context, err));
    OMNI_TRY(omni_context_check_useful(context, err));
    OMNI_TRY(omni_session_seal(context, err));
    if (context->role != OTLS_SERVER && context->client == NULL)
        OMNI_TRY(omni_native_make(&context->client, context, own, false, err));
    if (context->role != OTLS_CLIENT)
        OMNI_TRY(seal_servers(context, err));
    atomic_store_explicit(&context->sealed, true, memory_order_release);
    return OTLS_OK;
}

otls_status otls_context_seal(otls_context *context, otls_error *err)
{
    otls_status status = OTLS_OK;

    if (atomic_load_explicit(&context->sealed, memory_order_acquire))
        return OTLS_OK;
    omni_lock_take(&context->sealing);
    if (!atomic_load_explicit(&context->sealed, memory_order_acquire))
        status = seal_locked(context, err);
    if (status != OTLS_OK)
        omni_context_unseal(context); /* a corrected setting must not meet old natives */
    omni_lock_give(&context->sealing);
    return status;
}
