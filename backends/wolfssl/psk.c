/* SPDX-License-Identifier: MIT */
/*
 * External pre-shared keys. wolfSSL falls back to the TLS 1.2 callbacks in TLS 1.3 and has one
 * callback type for each, so every callback asks which version it is and whether core answers
 * there. In TLS 1.3 a key belongs to one suite: the first of the policy's with SHA-256, the hash
 * that RFC 8446 4.2.11 assumes.
 */
#include "wolf.h"

#include <omnitls/certificate.h>

static unsigned int ask_client(WOLFSSL *ssl, bool allowed, const char *hint, char *identity,
                               unsigned int identity_size, unsigned char *key,
                               unsigned int key_size)
{
    otls_backend_connection *conn = wolf_connection_of(ssl);
    size_t length;

    if (conn == NULL || !allowed)
        return 0;
    length = kit_psk_client(conn->core, hint, identity, identity_size, key, key_size);
    conn->psk_offered = conn->psk_offered || length > 0;
    return (unsigned int)length;
}

static unsigned int ask_server(WOLFSSL *ssl, bool allowed, const char *identity, unsigned char *key,
                               unsigned int key_size)
{
    otls_backend_connection *conn = wolf_connection_of(ssl);
    size_t length;

    if (conn == NULL || !allowed || identity == NULL)
        return 0;
    length = kit_psk_server(conn->core, (otls_slice){(const uint8_t *)identity, strlen(identity)},
                            key, key_size);
    if (length == 0)
        return 0;
    conn->psk_offered = true;
    wolf_ticket_forget(conn); /* one that was looked at before is not the one taken */
    return (unsigned int)length;
}

static const otls_policy *policy_of(WOLFSSL *ssl)
{
    return wolf_connection_of(ssl)->context->policy;
}

static unsigned int client_12(WOLFSSL *ssl, const char *hint, char *identity,
                              unsigned int identity_size, unsigned char *key, unsigned int key_size)
{
    return ask_client(ssl, policy_of(ssl)->psk_12 && wolfSSL_GetVersion(ssl) != WOLFSSL_TLSV1_3,
                      hint, identity, identity_size, key, key_size);
}

static unsigned int client_13(WOLFSSL *ssl, const char *hint, char *identity,
                              unsigned int identity_size, unsigned char *key, unsigned int key_size,
                              const char **suite)
{
    (void)hint; /* TLS 1.3 has none */
    *suite = wolf_connection_of(ssl)->context->psk_suite;
    return ask_client(ssl, policy_of(ssl)->psk_13, NULL, identity, identity_size, key, key_size);
}

static unsigned int server_12(WOLFSSL *ssl, const char *identity, unsigned char *key,
                              unsigned int key_size)
{
    return ask_server(ssl, policy_of(ssl)->psk_12 && wolfSSL_GetVersion(ssl) != WOLFSSL_TLSV1_3,
                      identity, key, key_size);
}

static unsigned int server_13(WOLFSSL *ssl, const char *identity, unsigned char *key,
                              unsigned int key_size, const char **suite)
{
    *suite = wolf_connection_of(ssl)->context->psk_suite;
    return ask_server(ssl, policy_of(ssl)->psk_13, identity, key, key_size);
}

static const char *suite_13(const otls_policy *policy)
{
    const char *first = NULL;
    for (size_t i = 0; i < policy->suite_count; i++) {
        const char *name = wolf_suite_name(policy->suites[i]->id);
        if (name == NULL || otls_version_before(policy->suites[i]->min_version, OTLS_TLS1_3))
            continue;
        if (policy->suites[i]->prf == OTLS_HASH_SHA256)
            return name;
        if (first == NULL)
            first = name;
    }
    return first;
}

otls_status wolf_psk_setup(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    WOLFSSL_CTX *ctx = context->ctx;
    char hint[128];

    if (!policy->psk_12 && !policy->psk_13)
        return OTLS_OK;
    context->psk_suite = suite_13(policy);
    if (!policy->server) {
        wolfSSL_CTX_set_psk_client_callback(ctx, client_12);
        if (context->psk_suite != NULL)
            wolfSSL_CTX_set_psk_client_tls13_callback(ctx, client_13);
        return OTLS_OK;
    }
    wolfSSL_CTX_set_psk_server_callback(ctx, server_12);
    if (context->psk_suite != NULL)
        wolfSSL_CTX_set_psk_server_tls13_callback(ctx, server_13);
    if (policy->psk_hint.size == 0)
        return OTLS_OK;
    if (!kit_copy_text(hint, sizeof(hint), policy->psk_hint))
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_LIMIT, 0,
                          "wolfSSL takes a PSK hint of at most 127 bytes");
    return wolfSSL_CTX_use_psk_identity_hint(ctx, hint) == WOLFSSL_SUCCESS
               ? OTLS_OK
               : wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "wolfSSL refused the PSK hint");
}
