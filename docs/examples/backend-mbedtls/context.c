/* SPDX-License-Identifier: MIT */
/* A policy as an mbed TLS configuration. */
#include "mbed.h"

#include <mbedtls/oid.h>

static otls_status refuse(otls_error *err, int32_t code, int native, const char *text)
{
    return mbed_fail(err, mbed_category(native, OTLS_E_UNSUPPORTED), code, native, text);
}

/* mbed TLS keeps the pointer. */
static otls_status set_lists(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;

    context->suites = calloc(policy->suite_count + 1, sizeof(*context->suites));
    if (context->suites == NULL)
        return mbed_fail_nomem(err);
    for (size_t i = 0; i < policy->suite_count; i++)
        context->suites[i] = policy->suites[i]->id;
    mbedtls_ssl_conf_ciphersuites(&context->conf, context->suites);
    return mbed_release_signatures(context, err);
}

/* ---- who we are, whom we ask ---- */

static otls_status set_identity(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < policy->chain_count; i++)
        rc = mbedtls_x509_crt_parse_der(&context->chain, policy->chain[i].data,
                                        policy->chain[i].size);
    if (rc != 0)
        return refuse(err, OTLS_CODE_KEY_UNSUPPORTED, rc,
                      "mbed TLS cannot decode a certificate of the identity");
    if (policy->chain_count == 0)
        return OTLS_OK;
    /* whether a certificate may be used as it is, is for whoever verifies it to say */
    context->chain.ext_types &= ~(MBEDTLS_X509_EXT_KEY_USAGE | MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE);
    /* the key is changed only under its own lock */
    rc = mbedtls_ssl_conf_own_cert(&context->conf, &context->chain,
                                   (mbedtls_pk_context *)(uintptr_t)&policy->key->pk);
    return rc == 0 ? OTLS_OK
                   : mbed_fail(err, mbed_category(rc, OTLS_E_INTERNAL), OTLS_CODE_NONE, rc,
                               "the identity was not taken");
}

/* Names are sent as the subjects of authorities; these have nothing but one. Of version 3 and no
 * authority, so that mbed TLS' own verifier, whose answer nobody hears, takes none for an issuer. */
static otls_status set_ca_names(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;

    if (policy->client_ca_count == 0)
        return OTLS_OK;
    context->ca_names = calloc(policy->client_ca_count, sizeof(*context->ca_names));
    if (context->ca_names == NULL)
        return mbed_fail_nomem(err);
    for (size_t i = 0; i < policy->client_ca_count; i++) {
        mbedtls_x509_crt *name = &context->ca_names[i];

        name->version = 3;
        name->subject_raw.p = (unsigned char *)(uintptr_t)policy->client_ca_names[i].data;
        name->subject_raw.len = policy->client_ca_names[i].size;
        name->next = i + 1 < policy->client_ca_count ? name + 1 : NULL;
    }
    mbedtls_ssl_conf_ca_chain(&context->conf, context->ca_names, NULL);
    return OTLS_OK;
}

/* Core is the verifier: what mbed TLS thinks of a chain is not asked. */
static int no_opinion(void *user, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    (void)user, (void)certificate, (void)depth;
    *flags = 0;
    return 0;
}

/* A client needs no verification to be handed the chain; a server that asks nothing gets nothing. */
static void set_verification(otls_backend_context *context)
{
    const bool ask = context->policy->server && context->policy->request_peer != OTLS_REQUEST_NONE;

    mbedtls_ssl_conf_authmode(&context->conf,
                              ask ? MBEDTLS_SSL_VERIFY_OPTIONAL : MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_verify(&context->conf, no_opinion, NULL);
}

static otls_status set_dh(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    int rc = 0;

    if (!policy->server)
        mbedtls_ssl_conf_dhm_min_bitlen(&context->conf, policy->min_dh_bits);
    else if (policy->dh_p.size > 0)
        rc = mbedtls_ssl_conf_dh_param_bin(&context->conf, policy->dh_p.data, policy->dh_p.size,
                                           policy->dh_g.data, policy->dh_g.size);
    return rc == 0 ? OTLS_OK : refuse(err, OTLS_CODE_NONE, rc, "the DH parameters were not taken");
}

/* ---- the whole ---- */

static otls_status configure(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    otls_status status;
    const int rc = mbedtls_ssl_config_defaults(
        &context->conf, policy->server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);

    if (rc != 0)
        return mbed_fail(err, mbed_category(rc, OTLS_E_INTERNAL), OTLS_CODE_NONE, rc,
                         "no configuration");
    if (policy->psk_hint.size > 0)
        return refuse(err, OTLS_CODE_NONE, 0, "mbed TLS sends no PSK identity hint");
    mbedtls_ssl_conf_rng(&context->conf, mbed_rng, NULL);
    mbedtls_ssl_conf_renegotiation(&context->conf, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
    if (!policy->server)
        mbedtls_ssl_conf_session_tickets(&context->conf, policy->no_tickets || !policy->resumption
                                                             ? MBEDTLS_SSL_SESSION_TICKETS_DISABLED
                                                             : MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
    set_verification(context);
    status = mbed_release_configure(context, err);
    if (status == OTLS_OK)
        status = set_lists(context, err);
    if (status == OTLS_OK)
        status = set_identity(context, err);
    if (status == OTLS_OK)
        status = set_ca_names(context, err);
    return status == OTLS_OK ? set_dh(context, err) : status;
}

static void fini(otls_backend_context *context)
{
    mbedtls_ssl_config_free(&context->conf);
    mbedtls_x509_crt_free(&context->chain);
    free(context->ca_names); /* the names themselves are the policy's */
    free(context->suites);
    free(context->signatures);
    free(context->groups);
}

static otls_status init(otls_backend_context *context, const otls_policy *policy, otls_error *err)
{
    otls_status status;

    context->policy = policy;
    mbedtls_ssl_config_init(&context->conf);
    mbedtls_x509_crt_init(&context->chain);
    status = configure(context, err);
    if (status != OTLS_OK)
        fini(context);
    return status;
}

const otls_context_ops mbed_context_ops = {
    .size = sizeof(otls_context_ops),
    .state_size = sizeof(otls_backend_context),
    .init = init,
    .fini = fini,
    .has_suite = mbed_has_suite,
    .has_group = mbed_has_group,
    .has_signature = mbed_has_signature,
};
