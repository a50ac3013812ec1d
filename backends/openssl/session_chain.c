/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL keeps only the client's leaf in a session. The rest of the chain, without which the leaf
 * cannot be judged again, travels as the session's application data.
 */
#include "ossl.h"

/* A ticket has at most 65,535 bytes (RFC 8446 4.6.1), and a hello must have room for it. */
#define CHAIN_LIMIT 12288u

static size_t chain_size(const STACK_OF(X509) * chain)
{
    size_t size = 0;
    for (int i = 0; i < sk_X509_num(chain); i++) {
        const int der = i2d_X509(sk_X509_value(chain, i), NULL);
        if (der <= 0)
            return CHAIN_LIMIT + 1;
        size += KIT_CHAIN_HEAD + (size_t)der;
    }
    return size;
}

bool ossl_session_keep_chain(otls_backend_connection *conn, SSL_SESSION *session)
{
    const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(conn->ssl); /* a server's: no leaf */
    unsigned char *bytes, *at;
    if (!conn->policy->server || conn->policy->request_peer == OTLS_REQUEST_NONE ||
        sk_X509_num(chain) <= 0)
        return true;
    const size_t size = chain_size(chain);
    if (size > CHAIN_LIMIT || (bytes = OPENSSL_malloc(size)) == NULL)
        return false;
    at = bytes;
    for (int i = 0; i < sk_X509_num(chain); i++) {
        unsigned char *der = at + KIT_CHAIN_HEAD;
        (void)kit_chain_head(at, (size_t)i2d_X509(sk_X509_value(chain, i), &der));
        at = der;
    }
    const bool kept = SSL_SESSION_set1_ticket_appdata(session, bytes, size) == 1;
    OPENSSL_free(bytes);
    return kept;
}

/* Before a ticket is sealed. A session whose chain has no room gets none. */
static int on_ticket(SSL *ssl, void *arg)
{
    otls_backend_connection *conn = ossl_connection_of(ssl);
    (void)arg;
    conn->no_ticket = !ossl_session_keep_chain(conn, SSL_get_session(ssl));
    return 1;
}

bool ossl_session_chain_setup(SSL_CTX *ctx)
{
    return SSL_CTX_set_session_ticket_cb(ctx, on_ticket, NULL, NULL) == 1;
}

void ossl_session_chain(const otls_backend_connection *conn,
                        void (*emit)(void *user, otls_slice der), void *user)
{
    SSL_SESSION *session = SSL_get_session(conn->ssl);
    void *data = NULL;
    size_t size = 0;
    if (session == NULL || SSL_SESSION_get0_ticket_appdata(session, &data, &size) != 1)
        return;
    kit_chain_each((otls_slice){data, size}, emit, user);
}
