/* SPDX-License-Identifier: MIT */
/* A straightforward program over OpenSSL's own calls. */
#include "native.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

struct bench_world {
    SSL_CTX *client, *server;
    BIO_METHOD *method; /* the memory pipes */
};

struct bench_conn {
    SSL *ssl;
};

struct bench_trust {
    SSL_CTX *context;
};

static bool failed(const char *what)
{
    char text[256];

    ERR_error_string_n(ERR_get_error(), text, sizeof(text));
    ERR_clear_error();
    return bench_complain("openssl: %s: %s", what, text);
}

static const char *build(void)
{
    return OpenSSL_version(OPENSSL_CFLAGS);
}

/* ---- the transport --------------------------------------------------------------------------- */

static int pipe_write(BIO *bio, const char *data, size_t size, size_t *count)
{
    const bench_end *end = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    *count = bench_pipe_write(end->out, data, size);
    if (*count != 0)
        return 1;
    BIO_set_retry_write(bio);
    return 0;
}

static int pipe_read(BIO *bio, char *out, size_t size, size_t *count)
{
    const bench_end *end = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    *count = bench_pipe_read(end->in, out, size);
    if (*count != 0)
        return 1;
    BIO_set_retry_read(bio);
    return 0;
}

static long pipe_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pipes");

    if (method == NULL || BIO_meth_set_write_ex(method, pipe_write) != 1 ||
        BIO_meth_set_read_ex(method, pipe_read) != 1 ||
        BIO_meth_set_ctrl(method, pipe_control) != 1) {
        BIO_meth_free(method);
        return NULL;
    }
    return method;
}

/* ---- contexts -------------------------------------------------------------------------------- */

static bool present(SSL_CTX *context, const char *chain, const char *key)
{
    return SSL_CTX_use_certificate_chain_file(context, chain) == 1 &&
           SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1;
}

static SSL_CTX *context_new(const bench_setup *setup, const SSL_METHOD *method)
{
    SSL_CTX *context = SSL_CTX_new(method);

    if (context == NULL || SSL_CTX_set_min_proto_version(context, setup->version) != 1 ||
        SSL_CTX_set_max_proto_version(context, setup->version) != 1 ||
        SSL_CTX_set_cipher_list(context,
                                "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256") != 1 ||
        SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1 ||
        SSL_CTX_set1_groups_list(context, "X25519:P-256") != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    if (!setup->resume)
        (void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}

static bool client_setup(SSL_CTX *context, const bench_setup *setup)
{
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return SSL_CTX_load_verify_locations(context, setup->root, NULL) == 1 &&
           (!setup->mutual || present(context, setup->client_chain, setup->client_key));
}

static bool server_setup(SSL_CTX *context, const bench_setup *setup)
{
    if (SSL_CTX_set_num_tickets(context, setup->resume ? 1 : 0) != 1 ||
        !present(context, setup->server_chain, setup->server_key))
        return false;
    if (!setup->mutual)
        return true;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return SSL_CTX_load_verify_locations(context, setup->root, NULL) == 1;
}

static void world_free(bench_world *world)
{
    if (world == NULL)
        return;
    SSL_CTX_free(world->client);
    SSL_CTX_free(world->server);
    BIO_meth_free(world->method);
    free(world);
}

static bool world_renew(bench_world *world, const bench_setup *setup)
{
    SSL_CTX_free(world->server);
    world->server = context_new(setup, TLS_server_method());
    if (world->server == NULL || !server_setup(world->server, setup))
        return failed("a server's context");
    if (!setup->mutual)
        return true;
    SSL_CTX_free(world->client);
    world->client = context_new(setup, TLS_client_method());
    return (world->client != NULL && client_setup(world->client, setup)) ||
           failed("a client's context");
}

static bench_world *world_new(const bench_setup *setup)
{
    bench_world *world = calloc(1, sizeof(*world));

    if (world == NULL)
        return NULL;
    world->method = method_new();
    world->client = context_new(setup, TLS_client_method());
    if (world->method != NULL && world->client != NULL && client_setup(world->client, setup) &&
        world_renew(world, setup))
        return world;
    (void)failed("setting up");
    world_free(world);
    return NULL;
}

/* ---- connections ----------------------------------------------------------------------------- */

static bool attach(SSL *ssl, BIO_METHOD *method, const bench_end *end)
{
    BIO *bio;

    if (end->fd >= 0)
        return SSL_set_fd(ssl, end->fd) == 1;
    bio = BIO_new(method);
    if (bio == NULL)
        return false;
    BIO_set_data(bio, (void *)(uintptr_t)end);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return true;
}

static bench_conn *conn_new(bench_world *world, bool server, const bench_end *end)
{
    bench_conn *conn = malloc(sizeof(*conn));
    SSL *ssl = SSL_new(server ? world->server : world->client);
    bool good = conn != NULL && ssl != NULL && attach(ssl, world->method, end);

    if (good && server)
        SSL_set_accept_state(ssl);
    else if (good) {
        SSL_set_connect_state(ssl);
        good =
            SSL_set_tlsext_host_name(ssl, BENCH_HOST) == 1 && SSL_set1_host(ssl, BENCH_HOST) == 1;
    }
    if (!good) {
        (void)failed("a connection");
        SSL_free(ssl);
        free(conn);
        return NULL;
    }
    conn->ssl = ssl;
    return conn;
}

static void conn_free(bench_conn *conn)
{
    if (conn == NULL)
        return;
    SSL_free(conn->ssl);
    free(conn);
}

static int waits(const bench_conn *conn, int result, const char *what)
{
    const int error = SSL_get_error(conn->ssl, result);

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return 0;
    (void)failed(what);
    return -1;
}

static int handshake(bench_conn *conn)
{
    const int result = SSL_do_handshake(conn->ssl);

    return result == 1 ? 1 : waits(conn, result, "handshake");
}

static bool conn_write(bench_conn *conn, const void *data, size_t size)
{
    size_t count;

    return SSL_write_ex(conn->ssl, data, size, &count) == 1 && count == size;
}

static int conn_read(bench_conn *conn, void *out, size_t size)
{
    size_t count;
    const int result = SSL_read_ex(conn->ssl, out, size, &count);

    return result == 1 ? (int)count : waits(conn, result, "read");
}

static bool agreed(bench_conn *conn, const bench_setup *setup)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(conn->ssl);

    return SSL_version(conn->ssl) == setup->version && cipher != NULL &&
           SSL_CIPHER_get_protocol_id(cipher) == setup->suite &&
           (!SSL_is_server(conn->ssl) || SSL_get_shared_group(conn->ssl, 0) == NID_X25519);
}

/* ---- sessions -------------------------------------------------------------------------------- */

/* A connection that is freed without close_notify would make its session useless. */
static bench_session *session(bench_conn *conn)
{
    SSL_set_shutdown(conn->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    return (bench_session *)SSL_get1_session(conn->ssl);
}

static bool offer(bench_conn *conn, bench_session *kept)
{
    return SSL_set_session(conn->ssl, (SSL_SESSION *)kept) == 1 || failed("offering a session");
}

static void session_free(bench_session *kept)
{
    SSL_SESSION_free((SSL_SESSION *)kept);
}

static bool resumed(bench_conn *conn)
{
    return SSL_session_reused(conn->ssl) == 1;
}

/* ---- the system's roots ---------------------------------------------------------------------- */

static bool prepare(const bench_roots *roots)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    (void)roots;
    SSL_CTX_free(context);
    return context != NULL;
}

static void trust_close(bench_trust *trust)
{
    if (trust == NULL)
        return;
    SSL_CTX_free(trust->context);
    free(trust);
}

static bench_trust *trust_open(const bench_roots *roots, const bench_trust *earlier)
{
    bench_trust *trust = calloc(1, sizeof(*trust));

    (void)earlier;
    if (trust == NULL)
        return NULL;
    trust->context = SSL_CTX_new(TLS_client_method());
    if (trust->context != NULL &&
        SSL_CTX_load_verify_locations(trust->context, roots->file, NULL) == 1) {
        SSL_CTX_set_verify(trust->context, SSL_VERIFY_PEER, NULL);
        return trust;
    }
    (void)failed("the system's roots");
    trust_close(trust);
    return NULL;
}

static bool verify(const bench_trust *trust, X509 *leaf, STACK_OF(X509) * others)
{
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    bool good =
        check != NULL &&
        X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(trust->context), leaf, others) == 1 &&
        X509_STORE_CTX_set_default(check, "ssl_server") == 1 &&
        X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(check), BENCH_HOST, 0) == 1 &&
        X509_verify_cert(check) == 1;

    X509_STORE_CTX_free(check);
    return good;
}

static bool trust_verify(bench_trust *trust, const bench_roots *roots)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    X509 *leaf = NULL;
    bool good = others != NULL;

    for (size_t i = 0; good && i < roots->chain_count; i++) {
        const unsigned char *at = roots->chain[i].der;
        X509 *cert = d2i_X509(NULL, &at, (long)roots->chain[i].size);

        good = cert != NULL;
        if (i == 0)
            leaf = cert;
        else if (good && sk_X509_push(others, cert) <= 0) {
            X509_free(cert);
            good = false;
        }
    }
    good = good && leaf != NULL && verify(trust, leaf, others);
    X509_free(leaf);
    sk_X509_pop_free(others, X509_free);
    return good || failed("verifying");
}

const bench_side bench_native_openssl = {
    .name = "openssl",
    .build = build,
    .sign = bench_sign_openssl,
    .world_new = world_new,
    .world_renew = world_renew,
    .world_free = world_free,
    .conn_new = conn_new,
    .conn_free = conn_free,
    .handshake = handshake,
    .write = conn_write,
    .read = conn_read,
    .agreed = agreed,
    .session = session,
    .offer = offer,
    .session_free = session_free,
    .resumed = resumed,
    .prepare = prepare,
    .trust_open = trust_open,
    .trust_verify = trust_verify,
    .trust_close = trust_close,
};
