/* SPDX-License-Identifier: MIT */
/* External pre-shared keys, TLS 1.2 and 1.3, asked of core. */
#include "ossl.h"

/* One OpenSSL callback serves both versions; the policy may want one only. */
static bool psk_wanted(const SSL *ssl, const otls_policy *policy)
{
    return SSL_version(ssl) >= TLS1_3_VERSION ? policy->psk_13 : policy->psk_12;
}

static unsigned psk_client(SSL *ssl, const char *hint, char *identity, unsigned identity_capacity,
                           unsigned char *key, unsigned key_capacity)
{
    otls_backend_connection *conn = ossl_connection_of(ssl);
    if (!psk_wanted(ssl, conn->policy))
        return 0;
    const size_t length =
        kit_psk_client(conn->core, hint, identity, identity_capacity, key, key_capacity);
    conn->psk = length > 0;
    return (unsigned)length;
}

static unsigned psk_server(SSL *ssl, const char *identity, unsigned char *key,
                           unsigned key_capacity)
{
    otls_backend_connection *conn = ossl_connection_of(ssl);
    const otls_slice name = {(const uint8_t *)identity, strlen(identity)};
    if (!psk_wanted(ssl, conn->policy))
        return 0;
    const size_t length = kit_psk_server(conn->core, name, key, key_capacity);
    conn->psk = length > 0;
    return (unsigned)length;
}

otls_status ossl_psk_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    char hint[PSK_MAX_IDENTITY_LEN + 1];
    if (!policy->psk_12 && !policy->psk_13)
        return OTLS_OK;
    if (!policy->server) {
        SSL_CTX_set_psk_client_callback(ctx, psk_client);
        return OTLS_OK;
    }
    SSL_CTX_set_psk_server_callback(ctx, psk_server);
    if (policy->psk_hint.size == 0)
        return OTLS_OK;
    if (!kit_copy_text(hint, sizeof(hint), policy->psk_hint))
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the PSK identity hint is too long");
    if (SSL_CTX_use_psk_identity_hint(ctx, hint) != 1)
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the PSK identity hint is refused");
    return OTLS_OK;
}
