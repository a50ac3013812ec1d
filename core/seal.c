/* SPDX-License-Identifier: MIT */
/* Sealing: settings become what is in force, and the engine's contexts are made from it. */
#include "alloc.h"
#include "context.h"
#include "fail.h"
#include "x509.h"

#include <string.h>

/* A version without a suite cannot be negotiated, and one engine fails if it is offered. */
static void narrow_to_suites(const otls_suite *const *suites, size_t count, uint16_t *lowest,
                             uint16_t *highest)
{
    bool thirteen = false, older = false;

    for (size_t i = 0; i < count; i++) {
        if (suites[i]->min_version == OTLS_TLS1_3)
            thirteen = true;
        else
            older = true;
    }
    if (!thirteen && *highest > OTLS_TLS1_2)
        *highest = OTLS_TLS1_2;
    if (!older && *lowest < OTLS_TLS1_3)
        *lowest = OTLS_TLS1_3;
}

static bool has_version(const otls_context *context, uint16_t version)
{
    return otls_backend_supports(
               context->backend,
               (otls_feature)(OTLS_FEATURE_TLS1_0 + (version - OTLS_TLS1_0)), NULL) != OTLS_NO;
}

otls_status otls_context_range(const otls_context *context, uint16_t *lowest, uint16_t *highest,
                               otls_error *err)
{
    const otls_settings *settings = &context->settings;
    const otls_suite *have[OTLS_SUITE_MAX];
    size_t count = 0;

    for (size_t i = 0; i < settings->suite_count; i++)
        if (otls_backend_has_suite(context->backend, settings->suites[i]))
            have[count++] = settings->suites[i];
    *highest = settings->highest != 0 ? settings->highest : OTLS_TLS1_3;
    *lowest = settings->lowest != 0 ? settings->lowest : OTLS_TLS1_2;
    if (*lowest > *highest)
        *lowest = *highest; /* only a highest below TLS 1.2 was set */
    while (*highest > *lowest && !has_version(context, *highest))
        (*highest)--;
    narrow_to_suites(have, count, lowest, highest);
    if (count == 0 || *lowest > *highest || !has_version(context, *highest))
        return otls_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT,
                         "no cipher suite that %s has is left for versions 0x%04x to 0x%04x",
                         otls_backend_name(context->backend), settings->lowest,
                         settings->highest);
    return OTLS_OK;
}

static otls_status filter(otls_context *context, otls_error *err)
{
    const otls_settings *settings = &context->settings;

    OTLS_TRY(otls_context_range(context, &context->lowest, &context->highest, err));
    context->suite_count = context->group_count = context->signature_count = 0;
    for (size_t i = 0; i < settings->suite_count; i++) {
        const otls_suite *suite = settings->suites[i];
        const bool thirteen = suite->min_version == OTLS_TLS1_3;

        if (suite->min_version > context->highest ||
            (!thirteen && context->lowest == OTLS_TLS1_3) || !otls_backend_has_suite(context->backend, suite))
            continue;
        context->suites[context->suite_count++] = suite;
    }
    for (size_t i = 0; i < settings->group_count; i++)
        if (otls_backend_has_group(context->backend, settings->groups[i]))
            context->groups[context->group_count++] = settings->groups[i];
    for (size_t i = 0; i < settings->signature_count; i++)
        if (otls_backend_has_signature(context->backend, settings->signatures[i]))
            context->signatures[context->signature_count++] = settings->signatures[i];
    if (context->group_count == 0)
        return otls_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SHARED_GROUP,
                         "%s has none of the groups asked for",
                         otls_backend_name(context->backend));
    if (context->signature_count == 0)
        return otls_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                         "%s has none of the signature algorithms asked for",
                         otls_backend_name(context->backend));
    return OTLS_OK;
}

static void policy_fill(otls_native *native, const otls_context *context, bool server)
{
    const otls_settings *settings = &context->settings;
    const otls_identity *identity = native->identity;

    native->policy = (otls_policy){
        .size = sizeof(otls_policy),
        .server = server,
        .request_peer = server ? (uint8_t)settings->verify_mode : 0,
        .no_tickets = 1,
        .key_log = settings->key_log != NULL,
        .min_version = context->lowest,
        .max_version = context->highest,
        .suites = context->suites,
        .suite_count = context->suite_count,
        .groups = context->groups,
        .group_count = context->group_count,
        .signatures = context->signatures,
        .signature_count = context->signature_count,
        .security_level = (uint8_t)settings->security_level,
    };
    if (identity == NULL)
        return;
    for (size_t i = 0; i < identity->chain_count; i++)
        native->chain[i] = identity->chain[i]->x509.der;
    native->policy.chain = native->chain;
    native->policy.chain_count = identity->chain_count;
    native->policy.key = identity->key;
}

static void native_free(const otls_context *context, otls_native *native)
{
    if (native == NULL)
        return;
    OTLS_MODULE(context->backend)->context->fini(native->engine);
    otls_free(native);
}

void otls_context_unseal(otls_context *context)
{
    native_free(context, context->client);
    context->client = NULL;
    for (size_t i = 0; i < context->server_count; i++)
        native_free(context, context->servers[i]);
    context->server_count = 0;
}

static otls_status make_native(otls_native **out, const otls_context *context,
                               const otls_identity *identity, bool server, otls_error *err)
{
    const otls_context_ops *engine = OTLS_MODULE(context->backend)->context;
    const size_t head = (sizeof(otls_native) + 15) & ~(size_t)15;
    otls_native *native = otls_calloc(1, head + engine->state_size);
    otls_error inner;
    otls_status status;

    if (native == NULL)
        return otls_fail_nomem(err);
    native->identity = identity;
    policy_fill(native, context, server);
    native->engine = (otls_backend_context *)((char *)native + head);
    status = engine->init(native->engine, &native->policy, &inner);
    if (status != OTLS_OK) {
        otls_free(native);
        if (err != NULL)
            *err = inner;
        return status;
    }
    *out = native;
    return OTLS_OK;
}

static otls_status seal_servers(otls_context *context, otls_error *err)
{
    const otls_settings *settings = &context->settings;

    if (settings->identity_count == 0)
        return context->role == OTLS_EITHER
                   ? OTLS_OK
                   : otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_IDENTITY,
                               "a server context needs an identity");
    while (context->server_count < settings->identity_count) {
        OTLS_TRY(make_native(&context->servers[context->server_count], context,
                             settings->identities[context->server_count], true, err));
        context->server_count++;
    }
    return OTLS_OK;
}

static otls_status seal_locked(otls_context *context, otls_error *err)
{
    const otls_settings *settings = &context->settings;
    const otls_identity *own = settings->identity_count != 0 ? settings->identities[0] : NULL;

    OTLS_TRY(filter(context, err));
    if (context->role != OTLS_SERVER && context->client == NULL)
        OTLS_TRY(make_native(&context->client, context, own, false, err));
    if (context->role != OTLS_CLIENT)
        OTLS_TRY(seal_servers(context, err));
    atomic_store_explicit(&context->sealed, true, memory_order_release);
    return OTLS_OK;
}

otls_status otls_context_seal(otls_context *context, otls_error *err)
{
    otls_status status = OTLS_OK;

    if (atomic_load_explicit(&context->sealed, memory_order_acquire))
        return OTLS_OK;
    (void)pthread_mutex_lock(&context->sealing);
    if (!atomic_load_explicit(&context->sealed, memory_order_acquire))
        status = seal_locked(context, err);
    if (status != OTLS_OK)
        otls_context_unseal(context); /* a corrected setting must not meet old natives */
    (void)pthread_mutex_unlock(&context->sealing);
    return status;
}
