/* SPDX-License-Identifier: MIT */
/**
 * @file session_chain.c
 * OpenSSL keeps only the client's leaf in a session. The rest of the chain, without which the leaf
 * cannot be judged again, travels as the session's application data: each certificate as a length
 * of three bytes and its DER.
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
        size += 3 + (size_t)der;
    }
    return size;
}

bool ossl_session_keep_chain(struct otls_backend_connection *conn, SSL_SESSION *session)
{
    const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(conn->ssl); /* a server's: no leaf */
    unsigned char *bytes, *at;
    if (!conn->policy->server || conn->policy->request_peer == 0 || sk_X509_num(chain) <= 0)
        return true;
    const size_t size = chain_size(chain);
    if (size > CHAIN_LIMIT || (bytes = OPENSSL_malloc(size)) == NULL)
        return false;
    at = bytes;
    for (int i = 0; i < sk_X509_num(chain); i++) {
        unsigned char *der = at + 3;
        const int length = i2d_X509(sk_X509_value(chain, i), &der);
        at[0] = (unsigned char)(length >> 16);
        at[1] = (unsigned char)(length >> 8);
        at[2] = (unsigned char)length;
        at = der;
    }
    const bool kept = SSL_SESSION_set1_ticket_appdata(session, bytes, size) == 1;
    OPENSSL_free(bytes);
    return kept;
}

/* Before a ticket is sealed. A session whose chain has no room gets none. */
static int on_ticket(SSL *ssl, void *arg)
{
    struct otls_backend_connection *conn = ossl_connection(ssl);
    (void)arg;
    conn->no_ticket = !ossl_session_keep_chain(conn, SSL_get_session(ssl));
    return 1;
}

bool ossl_session_chain_setup(SSL_CTX *ctx)
{
    return SSL_CTX_set_session_ticket_cb(ctx, on_ticket, NULL, NULL) == 1;
}

void ossl_session_chain(const struct otls_backend_connection *conn,
                        void (*emit)(void *user, otls_slice der), void *user)
{
    SSL_SESSION *session = SSL_get_session(conn->ssl);
    void *data = NULL;
    size_t size = 0;
    if (session == NULL || SSL_SESSION_get0_ticket_appdata(session, &data, &size) != 1)
        return;
    for (const unsigned char *at = data; size > 3;) {
        const size_t length = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];
        if (length > size - 3)
            return;
        emit(user, (otls_slice){at + 3, length});
        at += 3 + length;
        size -= 3 + length;
    }
}
