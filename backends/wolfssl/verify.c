/* SPDX-License-Identifier: MIT */
/*
 * The peer's certificates go to core. No authority is ever loaded, so wolfSSL finds every chain
 * wanting and asks its callback, first about the intermediates, then about the leaf. All of them
 * are visible on the first call: core is asked then, once, and only the call about the leaf, the
 * last one, refuses. Refusing earlier would make the engine send two alerts.
 */
#include "wolf.h"

#define CHAIN_MAX 32
#define BUILT_FOR 9 /* certificates: MAX_CHAIN_DEPTH in wolfSSL's internal.h */

otls_status wolf_verify_missing(otls_backend_connection *conn)
{
    otls_status status;
    conn->missing = true;
    conn->verdict_alert = OTLS_ALERT_CERTIFICATE_REQUIRED;
    status = conn->core->ops->verify_peer(conn->core, NULL, 0, NULL, &conn->verdict_alert);
    /* that alert came with TLS 1.3 (RFC 8446 6.2) */
    if (conn->verdict_alert == OTLS_ALERT_CERTIFICATE_REQUIRED &&
        wolfSSL_GetVersion(conn->ssl) != WOLFSSL_TLSV1_3)
        conn->verdict_alert = OTLS_ALERT_HANDSHAKE_FAILURE;
    return status;
}

static otls_status judge(otls_backend_connection *conn, const WOLFSSL_X509_STORE_CTX *store)
{
    otls_slice chain[CHAIN_MAX];
    const size_t count = store->totalCerts > 0 ? (size_t)store->totalCerts : 0;
    const bool asked = !conn->server && conn->context->policy->ask_ocsp;
    const otls_slice unreadable = {NULL, 0}; /* there may have been one: that is not none */

    conn->verdict_alert = OTLS_ALERT_BAD_CERTIFICATE;
    conn->judged_count = count;
    if (count == 0)
        return wolf_verify_missing(conn);
    /* Of more than it has room for, wolfSSL shows the first nine and says nothing; and the OCSP response
     * it never shows. */
    if ((count >= BUILT_FOR || asked) && wolf_ask_message(conn))
        return conn->verdict;
    if (count > CHAIN_MAX)
        return OTLS_E_VERIFY;
    for (size_t i = 0; i < count; i++) {
        chain[i].data = store->certs[i].buffer;
        chain[i].size = store->certs[i].length;
    }
    return conn->core->ops->verify_peer(conn->core, chain, count, asked ? &unreadable : NULL,
                                        &conn->verdict_alert);
}

static int on_certificate(int good, WOLFSSL_X509_STORE_CTX *store)
{
    /* the engine puts its connection object there */
    WOLFSSL *ssl =
        wolfSSL_X509_STORE_CTX_get_ex_data(store, wolfSSL_get_ex_data_X509_STORE_CTX_idx());
    otls_backend_connection *conn = ssl != NULL ? wolf_connection_of(ssl) : NULL;

    (void)good;
    if (conn == NULL)
        return 0;
    if (!conn->judged) {
        conn->verdict = judge(conn, store);
        conn->judged = true;
        wolf_flight_drop(conn);
    }
    return store->error_depth > 0 || conn->verdict == OTLS_OK;
}

void wolf_verify_setup(WOLFSSL_CTX *ctx, const otls_policy *policy)
{
    int mode = WOLFSSL_VERIFY_PEER;
    if (policy->server && policy->request_peer == OTLS_REQUEST_NONE)
        mode = WOLFSSL_VERIFY_NONE;
    else if (policy->server && policy->request_peer == OTLS_REQUEST_REQUIRED)
        mode |= WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    wolfSSL_CTX_set_verify(ctx, mode, on_certificate);
    if (policy->server)
        wolf_flight_setup(ctx);
}

void wolf_verify_connection(otls_backend_connection *conn)
{
    wolfSSL_set_verify(conn->ssl, WOLFSSL_VERIFY_PEER, on_certificate);
}
