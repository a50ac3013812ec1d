/* SPDX-License-Identifier: MIT */
/* The policy that an engine's context is made from: what is in force, in the engine's terms. */
#include "context/natives.h"

#include "base/base.h"
#include "context/options.h"
#include "x509/x509.h"

#include <string.h>

void omni_narrow_to_suites(const otls_suite *const *suites, size_t count, uint16_t *lowest,
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

void omni_policy_fill(omni_native *native, const otls_context *context, bool server)
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
        .key_log = settings->callbacks.key_log != NULL ||
                   settings->callbacks.connection_key_log != NULL ||
                   settings->callbacks.key_log_file != NULL,
        .min_version = context->lowest,
        .max_version = context->highest,
        .accelerator = settings->offer.accelerator,
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
