/* SPDX-License-Identifier: MIT */
/* External pre-shared keys, TLS 1.2 and 1.3, asked of core. */
#include "gtls.h"

bool gtls_psk_offered(otls_backend_connection *conn)
{
    char name[256];
    uint8_t secret[512];
    const otls_policy *policy = conn->context->policy;
    if (policy->server || !policy->psk_13)
        return true;
    /* In TLS 1.3 GnuTLS fails when it cannot get the key it was promised: ask first. */
    const size_t length =
        kit_psk_client(conn->core, NULL, name, sizeof(name), secret, sizeof(secret));
    gnutls_memset(secret, 0, sizeof(secret));
    return length > 0;
}

static int psk_client(gnutls_session_t session, gnutls_datum_t *identity, gnutls_datum_t *key)
{
    otls_backend_connection *conn = gtls_connection_of(session);
    char name[256];
    uint8_t secret[512];
    int rc = GNUTLS_E_INSUFFICIENT_CREDENTIALS;
    const size_t length = kit_psk_client(conn->core, gnutls_psk_client_get_hint(session), name,
                                         sizeof(name), secret, sizeof(secret));
    if (length > 0) {
        rc = gtls_copy_out(identity, name, strnlen(name, sizeof(name)));
        if (rc == 0)
            rc = gtls_copy_out(key, secret, length);
    }
    gnutls_memset(secret, 0, sizeof(secret));
    return rc;
}

static int psk_server(gnutls_session_t session, const gnutls_datum_t *identity, gnutls_datum_t *key)
{
    otls_backend_connection *conn = gtls_connection_of(session);
    uint8_t secret[512];
    int rc = 1; /* unknown: GnuTLS goes on with a random key, so that identities do not leak */
    const size_t length = kit_psk_server(conn->core, (otls_slice){identity->data, identity->size},
                                         secret, sizeof(secret));
    if (length > 0)
        rc = gtls_copy_out(key, secret, length);
    gnutls_memset(secret, 0, sizeof(secret));
    return rc;
}

otls_status gtls_psk_setup(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    int rc = 0;
    if (!policy->psk_12 && !policy->psk_13)
        return OTLS_OK;
    if (policy->server) {
        rc = gnutls_psk_allocate_server_credentials(&context->psk_server);
        if (rc == 0)
            gnutls_psk_set_server_credentials_function2(context->psk_server, psk_server);
        if (rc == 0 && context->dh != NULL)
            gnutls_psk_set_server_dh_params(context->psk_server, context->dh);
        if (rc == 0 && policy->psk_hint.size > 0) {
            char hint[256];
            if (!kit_copy_text(hint, sizeof(hint), policy->psk_hint))
                return otls_backend_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, GTLS_NAME, 0,
                                         "the PSK identity hint is longer than 255 bytes");
            rc = gnutls_psk_set_server_credentials_hint(context->psk_server, hint);
        }
    } else {
        rc = gnutls_psk_allocate_client_credentials(&context->psk_client);
        if (rc == 0)
            gnutls_psk_set_client_credentials_function2(context->psk_client, psk_client);
    }
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_INTERNAL), 0, rc, "no PSK credentials");
    return OTLS_OK;
}
