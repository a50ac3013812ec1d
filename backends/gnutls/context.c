/* SPDX-License-Identifier: MIT */
/* One policy as GnuTLS' objects: priority, credentials, what early data needs. */
#include "gtls.h"

static otls_status load_priorities(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    otls_status status = gtls_priority(&context->priority, policy, GTLS_ALL, err);
    if (status == OTLS_OK && policy->server && policy->renegotiation && policy->resumption &&
        !policy->no_tickets && otls_version_before(policy->min_version, OTLS_TLS1_3))
        status = gtls_priority(&context->again, policy, GTLS_AGAIN, err);
    if (status != OTLS_OK || !policy->server || otls_version_before(policy->max_version, OTLS_TLS1_3))
        return status;
    context->alone = calloc(policy->group_count + 1, sizeof(*context->alone));
    if (context->alone == NULL)
        return gtls_fail_nomem(err);
    if (!otls_version_before(policy->min_version, OTLS_TLS1_3))
        return status;
    if (status == OTLS_OK)
        status = gtls_priority(&context->older, policy, GTLS_OLDER, err);
    if (status == OTLS_OK)
        status = gtls_priority(&context->tls13, policy, GTLS_TLS13, err);
    return status;
}

static otls_status load_chain(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    if (policy->chain_count == 0)
        return OTLS_OK;
    if (policy->chain_count > GTLS_CHAIN_MAX)
        return otls_backend_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, GTLS_NAME, 0,
                                 "the chain is longer than %d certificates", GTLS_CHAIN_MAX);
    context->chain = calloc(policy->chain_count, sizeof(*context->chain));
    if (context->chain == NULL)
        return gtls_fail_nomem(err);
    for (size_t i = 0; i < policy->chain_count; i++) {
        const gnutls_datum_t der = gtls_datum(policy->chain[i]);
        const int rc =
            gnutls_pcert_import_x509_raw(&context->chain[i], &der, GNUTLS_X509_FMT_DER, 0);
        if (rc < 0)
            return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_BAD_DER, rc,
                             "a certificate of the chain was not taken");
        context->chain_count++;
    }
    return OTLS_OK;
}

static otls_status load_certificate(otls_backend_context *context, otls_error *err)
{
    const int rc = gnutls_certificate_allocate_credentials(&context->certificate);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_INTERNAL), 0, rc, "no credentials");
    gnutls_certificate_set_verify_function(context->certificate, gtls_verify_peer);
    gnutls_certificate_set_retrieve_function2(context->certificate, gtls_present_certificate);
    if (!context->policy->server)
        return OTLS_OK;
    if (context->policy->chain_count > 0)
        gnutls_certificate_set_ocsp_status_request_function(context->certificate, gtls_staple,
                                                            NULL);
    return gtls_client_ca_names(context->certificate, context->policy, err);
}

/* For DHE in TLS 1.2 with clients that name no group of RFC 7919 themselves. */
static otls_status load_dh(otls_backend_context *context, otls_error *err)
{
    const gnutls_datum_t p = gtls_datum(context->policy->dh_p);
    const gnutls_datum_t g = gtls_datum(context->policy->dh_g);
    if (!context->policy->server || p.size == 0)
        return OTLS_OK;
    int rc = gnutls_dh_params_init(&context->dh);
    if (rc == 0)
        rc = gnutls_dh_params_import_raw(context->dh, &p, &g);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_CREDENTIAL), OTLS_CODE_WEAK, rc,
                         "GnuTLS refuses the Diffie-Hellman parameters");
    gnutls_certificate_set_dh_params(context->certificate, context->dh);
    return OTLS_OK;
}

static void context_fini(otls_backend_context *context)
{
    if (context->priority != NULL)
        gnutls_priority_deinit(context->priority);
    if (context->older != NULL)
        gnutls_priority_deinit(context->older);
    if (context->tls13 != NULL)
        gnutls_priority_deinit(context->tls13);
    if (context->again != NULL)
        gnutls_priority_deinit(context->again);
    for (size_t i = 0; context->alone != NULL && i < context->policy->group_count; i++)
        if (context->alone[i] != NULL)
            gnutls_priority_deinit(context->alone[i]);
    free(context->alone);
    if (context->certificate != NULL)
        gnutls_certificate_free_credentials(context->certificate);
    if (context->psk_client != NULL)
        gnutls_psk_free_client_credentials(context->psk_client);
    if (context->psk_server != NULL)
        gnutls_psk_free_server_credentials(context->psk_server);
    if (context->dh != NULL)
        gnutls_dh_params_deinit(context->dh);
    for (unsigned i = 0; i < context->chain_count; i++)
        gnutls_pcert_deinit(&context->chain[i]);
    free(context->chain);
    if (context->anti_replay != NULL)
        gnutls_anti_replay_deinit(context->anti_replay);
}

static otls_status context_init(otls_backend_context *context, const otls_policy *policy,
                                otls_error *err)
{
    context->policy = policy;
    otls_status status = load_priorities(context, err);
    if (status == OTLS_OK)
        status = load_chain(context, err);
    if (status == OTLS_OK)
        status = load_certificate(context, err);
    if (status == OTLS_OK)
        status = load_dh(context, err);
    if (status == OTLS_OK)
        status = gtls_psk_setup(context, err);
    if (status == OTLS_OK)
        status = gtls_early_context(context, err);
    if (status != OTLS_OK)
        context_fini(context);
    return status;
}

const otls_context_ops gtls_context_ops = {
    .size = sizeof(otls_context_ops),
    .state_size = sizeof(otls_backend_context),
    .init = context_init,
    .fini = context_fini,
    .has_suite = gtls_has_suite,
    .has_group = gtls_has_group,
    .has_signature = gtls_has_signature,
};
