/* SPDX-License-Identifier: MIT */
/* Sealing: settings become what is in force, and the engine's contexts are made from it. */
#include "base/base.h"
#include "context/context.h"
#include "context/options.h"
#include "x509/x509.h"

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
    if (!thirteen && otls_version_before(OTLS_TLS1_2, *highest))
        *highest = OTLS_TLS1_2;
    if (!older && otls_version_before(*lowest, OTLS_TLS1_3))
        *lowest = OTLS_TLS1_3;
}

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
        narrow_to_suites(have, count, lowest, highest);
    if (count == 0 || *lowest > *highest)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT,
                         "no cipher suite that %s has and security level %d allows is left",
                         otls_backend_name(context->backend), settings->verdict.security_level);
    return OTLS_OK;
}

static otls_status filter(otls_context *context, otls_error *err)
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

static const omni_dh_group *dh_group(uint16_t id)
{
    for (size_t i = 0; i < OMNI_DH_GROUPS; i++)
        if (omni_dh_groups[i].id == id)
            return &omni_dh_groups[i];
    return NULL;
}

static bool uses_dh(const otls_policy *policy)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->kx == OTLS_KX_DHE || policy->suites[i]->kx == OTLS_KX_DHE_PSK)
            return true;
    return false;
}

/*
 * A server's group for DHE below TLS 1.3, for clients that name none themselves; only with suites
 * that need one, since an engine may prove anew in each context that it is a prime. The one that was
 * set, else the first of RFC 7919 among the groups, else the smallest of them that the level takes
 * and the engine has. None: no suite with DHE is negotiated with such a client.
 */
static void policy_fill_dh(otls_policy *policy, const otls_context *context)
{
    static const uint8_t two[] = {2};
    const omni_settings *settings = &context->settings;
    const int wanted = omni_strength_of_level(settings->verdict.security_level);
    const omni_dh_group *chosen = NULL;

    policy->min_dh_bits = (uint16_t)omni_strength_modulus_of(settings->verdict.security_level);
    if (!policy->server || !uses_dh(policy))
        return;
    if (settings->offer.dh_params != NULL) {
        (void)omni_dh_params_parse((otls_slice){settings->offer.dh_params, settings->offer.dh_params_size},
                                   &policy->dh_p, &policy->dh_g);
        return;
    }
    for (size_t i = 0; chosen == NULL && i < policy->group_count; i++)
        chosen = dh_group(policy->groups[i]);
    for (size_t i = 0; chosen == NULL && i < OMNI_DH_GROUPS; i++)
        if (omni_strength_of_group(omni_dh_groups[i].id) >= wanted &&
            omni_backend_has_group(context->backend, omni_dh_groups[i].id))
            chosen = &omni_dh_groups[i];
    if (chosen == NULL)
        return;
    policy->dh_p = chosen->p;
    policy->dh_g = (otls_slice){two, sizeof(two)};
}

static void policy_fill_calls(otls_policy *policy, const otls_context *context)
{
    const omni_settings *settings = &context->settings;
    const omni_callbacks *calls = &settings->callbacks;
    const bool psk = policy->server ? calls->psk_server != NULL : calls->psk_client != NULL;
    const otls_backend *backend = context->backend;

    policy->ask_ocsp = !policy->server && settings->verdict.ocsp != OTLS_OCSP_OFF;
    policy->staple = policy->server && (settings->present.staples != NULL ||
                                        settings->present.ocsp_callback != NULL);
    policy->post_handshake_auth = settings->offer.post_handshake_auth;
    policy->psk_12 = psk && otls_backend_supports(backend, OTLS_FEATURE_PSK_12, NULL) != OTLS_NO;
    policy->psk_13 = psk && otls_backend_supports(backend, OTLS_FEATURE_PSK_13, NULL) != OTLS_NO;
    if (!policy->server)
        return;
    if (policy->max_early_data != 0) {
        policy->early_once = omni_ticket_ring_early_once;
        policy->early_user = settings->sessions.ring;
    }
    policy->client_ca_names = settings->present.client_ca.names;
    policy->client_ca_count = settings->present.client_ca.count;
    if (calls->psk_hint != NULL)
        policy->psk_hint = (otls_slice){(const uint8_t *)calls->psk_hint, strlen(calls->psk_hint)};
}

static void policy_fill(omni_native *native, const otls_context *context, bool server)
{
    const omni_settings *settings = &context->settings;
    const otls_identity *identity = native->identity;

    native->policy = (otls_policy){
        .size = sizeof(otls_policy),
        .server = server,
        .request_peer = server ? (uint8_t)settings->verdict.verify_mode : OTLS_REQUEST_NONE,
        .no_tickets = !omni_ticket_wanted(settings, server),
        .ticket_count = server ? (uint8_t)otls_context_ticket_count(context) : 0,
        .resumption = omni_session_wanted(settings, server),
        .session_lifetime = omni_session_lifetime(settings),
        .session_id_context = {context->policy_hash[server], OMNI_BINDING_SIZE},
        .max_early_data = omni_session_wanted(settings, server) ? settings->sessions.max_early_data : 0,
        .key_log = settings->callbacks.key_log != NULL || settings->callbacks.key_log_file != NULL,
        .min_version = context->lowest,
        .max_version = context->highest,
        .suites = context->suites,
        .suite_count = context->suite_count,
        .groups = context->groups,
        .group_count = context->group_count,
        .signatures = context->signatures,
        .signature_count = context->signature_count,
        .security_level = (uint8_t)settings->verdict.security_level,
        .client_order = (settings->offer.options & OTLS_OPTION_CIPHER_SERVER_PREFERENCE) == 0,
        .renegotiation = (settings->offer.options & OTLS_OPTION_NO_RENEGOTIATION) == 0,
    };
    if ((settings->offer.options & OTLS_OPTION_NO_TICKET) != 0)
        native->policy.no_tickets = 1;
    policy_fill_dh(&native->policy, context);
    policy_fill_calls(&native->policy, context);
    if (identity == NULL)
        return;
    for (size_t i = 0; i < identity->chain_count; i++)
        native->chain[i] = identity->chain[i]->x509.der;
    native->policy.chain = native->chain;
    native->policy.chain_count = identity->chain_count;
    native->policy.key = identity->key->native;
}

static void discard(omni_native *native)
{
    omni_free(native->suites);
    omni_free(native);
}

static void native_free(const otls_context *context, omni_native *native)
{
    if (native == NULL || native->owner != context)
        return;
    OMNI_MODULE(context->backend)->context->fini(native->engine);
    discard(native);
}

void omni_context_unseal(otls_context *context)
{
    native_free(context, context->client);
    context->client = NULL;
    for (size_t i = 0; i < context->server_count; i++)
        native_free(context, context->servers[i]);
    context->server_count = 0;
}

/* A server without identity: only what needs none. */
static otls_status narrow_to_psk(omni_native *native, otls_error *err)
{
    otls_policy *policy = &native->policy;
    size_t count = 0;

    native->suites = omni_calloc(policy->suite_count, sizeof(*native->suites));
    if (native->suites == NULL)
        return omni_fail_nomem(err);
    for (size_t i = 0; i < policy->suite_count; i++) {
        const otls_suite *suite = policy->suites[i];

        if (suite->min_version == OTLS_TLS1_3 ? policy->psk_13 != 0
                                              : policy->psk_12 != 0 && omni_suite_is_psk(suite) &&
                                                    suite->kx != OTLS_KX_RSA_PSK)
            native->suites[count++] = suite;
    }
    policy->suites = native->suites;
    policy->suite_count = count;
    narrow_to_suites(native->suites, count, &policy->min_version, &policy->max_version);
    if (count == 0 || otls_version_before(policy->max_version, policy->min_version))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_IDENTITY,
                         "a server context needs an identity, or suites for pre-shared keys");
    return OTLS_OK;
}

static otls_status make_native(omni_native **out, const otls_context *context,
                               const otls_identity *identity, bool server, otls_error *err)
{
    const otls_context_ops *engine = OMNI_MODULE(context->backend)->context;
    const size_t head = (sizeof(omni_native) + 15) & ~(size_t)15;
    omni_native *native = omni_calloc(1, head + engine->state_size);
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    if (native == NULL)
        return omni_fail_nomem(err);
    native->identity = identity;
    native->owner = context;
    policy_fill(native, context, server);
    if (server && identity == NULL) {
        status = narrow_to_psk(native, err);
        if (status != OTLS_OK) {
            discard(native);
            return status;
        }
    }
    *out = omni_native_shared(context, native);
    if (*out != NULL) {
        discard(native);
        return OTLS_OK;
    }
    native->engine = (otls_backend_context *)((char *)native + head);
    status = OMNI_ENGINE_ASK(&inner, engine->init(native->engine, &native->policy, &inner));
    if (status != OTLS_OK) {
        discard(native);
        omni_error_give(err, &inner);
        return status;
    }
    *out = native;
    return OTLS_OK;
}

static otls_status seal_servers(otls_context *context, otls_error *err)
{
    const omni_settings *settings = &context->settings;

    OMNI_TRY(omni_client_ca_check(context, err));
    if (settings->present.identity_count == 0 && settings->callbacks.psk_server != NULL) {
        if (context->server_count == 0)
            OMNI_TRY(make_native(&context->servers[0], context, NULL, true, err));
        context->server_count = 1;
        return OTLS_OK;
    }
    /* its ClientHello callback may switch to a context that has one; else the handshake fails */
    if (settings->present.identity_count == 0)
        return context->role == OTLS_EITHER || settings->callbacks.client_hello != NULL
                   ? OTLS_OK
                   : omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_IDENTITY,
                               "a server context needs an identity");
    while (context->server_count < settings->present.identity_count) {
        OMNI_TRY(make_native(&context->servers[context->server_count], context,
                             settings->present.identities[context->server_count], true, err));
        context->server_count++;
    }
    return OTLS_OK;
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
        OMNI_TRY(make_native(&context->client, context, own, false, err));
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
