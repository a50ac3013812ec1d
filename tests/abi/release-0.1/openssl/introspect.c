/* SPDX-License-Identifier: MIT */
/** @file introspect.c What was negotiated, and the secrets that go with it. */
#include "ossl.h"

static X509 *peer_leaf(const SSL *ssl)
{
#if OSSL_AT_LEAST_3
    return SSL_get1_peer_certificate(ssl);
#else
    return SSL_get_peer_certificate(ssl);
#endif
}

static uint16_t negotiated_group(SSL *ssl, bool resumed)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
    const int kx = cipher != NULL ? SSL_CIPHER_get_kx_nid(cipher) : NID_undef;
    /* Below TLS 1.3 the session remembers the group of an earlier handshake. */
    if (SSL_version(ssl) < TLS1_3_VERSION &&
        (resumed || (kx != NID_kx_ecdhe && kx != NID_kx_ecdhe_psk)))
        return 0;
#if OSSL_AT_LEAST_3
    return ossl_group_of_nid((int)SSL_get_negotiated_group(ssl));
#else
    EVP_PKEY *key = NULL;
    int nid = 0;
    if (SSL_get_peer_tmp_key(ssl, &key) == 1 && key != NULL) {
        nid = EVP_PKEY_id(key);
        if (nid == EVP_PKEY_EC)
            nid = EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));
        EVP_PKEY_free(key);
    } else if (SSL_is_server(ssl) == 1) {
        nid =
            (int)SSL_get_shared_curve(ssl, 0); /* which TLS 1.2 servers choose; their key is gone */
    }
    return ossl_group_of_nid(nid);
#endif
}

static uint16_t peer_signature(SSL *ssl)
{
    int type = NID_undef;
    int hash = NID_undef;
    if (SSL_get_peer_signature_type_nid(ssl, &type) != 1)
        return 0;
    (void)SSL_get_peer_signature_nid(ssl, &hash);
    X509 *leaf = peer_leaf(ssl);
    EVP_PKEY *key = leaf != NULL ? X509_get0_pubkey(leaf) : NULL;
    const bool pss_key = key != NULL && EVP_PKEY_id(key) == EVP_PKEY_RSA_PSS;
    X509_free(leaf);
    return ossl_signature_of_nids(type, hash, pss_key);
}

void ossl_info(const struct otls_backend_connection *conn, otls_connection_info *out)
{
    SSL *ssl = conn->ssl;
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
    const unsigned char *alpn = NULL;
    unsigned alpn_size = 0;
    const bool is_13 = SSL_version(ssl) == TLS1_3_VERSION;
    const bool reused = SSL_session_reused(ssl) == 1;
    SSL_get0_alpn_selected(ssl, &alpn, &alpn_size);
    *out = (otls_connection_info){
        .size = (uint32_t)sizeof(*out),
        .version = (uint16_t)SSL_version(ssl),
        .suite = cipher != NULL ? SSL_CIPHER_get_protocol_id(cipher) : 0,
        .group = negotiated_group(ssl, reused),
        .peer_signature = reused ? 0 : peer_signature(ssl),
        .resumed = reused && !(is_13 && conn->psk),
        .early_data = (uint8_t)SSL_get_early_data_status(ssl),
        .psk = conn->psk,
        .alpn = {alpn, alpn_size},
    };
}

static void emit_x509(X509 *x509, void (*emit)(void *user, otls_slice der), void *user)
{
    unsigned char *der = NULL;
    const int size = i2d_X509(x509, &der);
    if (size > 0)
        emit(user, (otls_slice){der, (size_t)size});
    OPENSSL_free(der);
}

void ossl_peer_chain(struct otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user)
{
    X509 *leaf = peer_leaf(conn->ssl);
    const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(conn->ssl);
    if (leaf == NULL)
        return;
    emit_x509(leaf, emit, user);
    X509_free(leaf);
    /* OpenSSL's chain has the leaf in it on the client only. */
    for (int i = conn->policy->server ? 0 : 1; i < sk_X509_num(chain); i++)
        emit_x509(sk_X509_value(chain, i), emit, user);
    if (conn->policy->server && sk_X509_num(chain) <= 0)
        ossl_session_chain(conn, emit, user);
}

const char *ossl_state_name(const struct otls_backend_connection *conn)
{
    return SSL_state_string_long(conn->ssl);
}

otls_status ossl_export_keying(struct otls_backend_connection *conn, const char *label,
                               otls_slice context, uint8_t *out, size_t size, otls_error *err)
{
    if (SSL_export_keying_material(conn->ssl, out, size, label, strlen(label), context.data,
                                   context.size, context.data != NULL) == 1)
        return OTLS_OK;
    return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                     "OpenSSL cannot export keying material for this label and length");
}

/* RFC 5929 section 3.1: the first Finished, the client's unless the session was resumed. */
static size_t tls_unique(const struct otls_backend_connection *conn, uint8_t *out, size_t capacity)
{
    const bool client_first = SSL_session_reused(conn->ssl) == 0;
    const bool ours = client_first != (conn->policy->server != 0);
    return ours ? SSL_get_finished(conn->ssl, out, capacity)
                : SSL_get_peer_finished(conn->ssl, out, capacity);
}

otls_status ossl_secret(struct otls_backend_connection *conn, int which, uint8_t *out,
                        size_t capacity, size_t *length, otls_error *err)
{
    const bool is_13 = SSL_version(conn->ssl) >= TLS1_3_VERSION;
    size_t size = 0;
    if (which == OTLS_SECRET_CLIENT_RANDOM)
        size = SSL_get_client_random(conn->ssl, out, capacity);
    else if (which == OTLS_SECRET_SERVER_RANDOM)
        size = SSL_get_server_random(conn->ssl, out, capacity);
    else if (which == OTLS_SECRET_MASTER && !is_13)
        size = SSL_SESSION_get_master_key(SSL_get0_session(conn->ssl), out, capacity);
    else if (which == OTLS_SECRET_TLS_UNIQUE && !is_13)
        size = tls_unique(conn, out, capacity);
    else
        return otls_backend_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, OSSL_NAME, 0,
                                 "this secret does not exist in this version of TLS");
    if (size > capacity)
        return otls_backend_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, OSSL_NAME, 0,
                                 "the secret needs room for %zu bytes", size);
    *length = size;
    return OTLS_OK;
}
