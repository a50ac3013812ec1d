/* SPDX-License-Identifier: MIT */
/* A straightforward program over wolfSSL's own calls. */
#include "native.h"

#define WOLFSSL_OPTIONS_IGNORE_SYS
#include <wolfssl/options.h>

#include <stdlib.h>
#include <wolfssl/ssl.h>

struct bench_world {
    WOLFSSL_CTX *client, *server;
};

struct bench_conn {
    WOLFSSL *ssl;
    bool server;
};

struct bench_trust {
    WOLFSSL_CTX *context;
};

static bool failed(const char *what, int error)
{
    char text[WOLFSSL_MAX_ERROR_SZ];

    wolfSSL_ERR_error_string_n((unsigned long)error, text, sizeof(text));
    return bench_complain("wolfssl: %s: %s", what, text);
}

/* wolfSSL does not tell at run time; its headers say what decides about speed and memory. */
static const char *build(void)
{
    return "built with"
#ifdef WOLFSSL_AESNI
           " AES-NI,"
#else
           " no AES-NI,"
#endif
#ifdef USE_INTEL_SPEEDUP
           " Intel assembly,"
#else
           " no Intel assembly,"
#endif
#ifdef WOLFSSL_SP_MATH_ALL
           " SP math,"
#elif defined(USE_FAST_MATH)
           " fast math,"
#endif
#ifdef FP_ECC
           " fixed-point ECC cache,"
#endif
#ifdef OPENSSL_EXTRA
           " OpenSSL compatibility,"
#endif
#ifdef WOLFSSL_EARLY_DATA
           " early data";
#else
           " no early data";
#endif
}

/* ---- the transport --------------------------------------------------------------------------- */

static int pipe_write(WOLFSSL *ssl, char *data, int size, void *context)
{
    const bench_end *end = context;
    const size_t count = bench_pipe_write(end->out, data, (size_t)size);

    (void)ssl;
    return count != 0 ? (int)count : WOLFSSL_CBIO_ERR_WANT_WRITE;
}

static int pipe_read(WOLFSSL *ssl, char *out, int size, void *context)
{
    const bench_end *end = context;
    const size_t count = bench_pipe_read(end->in, out, (size_t)size);

    (void)ssl;
    return count != 0 ? (int)count : WOLFSSL_CBIO_ERR_WANT_READ;
}

/* ---- contexts -------------------------------------------------------------------------------- */

static bool present(WOLFSSL_CTX *context, const char *chain, const char *key)
{
    return wolfSSL_CTX_use_certificate_chain_file(context, chain) == WOLFSSL_SUCCESS &&
           wolfSSL_CTX_use_PrivateKey_file(context, key, WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS;
}

static WOLFSSL_CTX *context_new(const bench_setup *setup, WOLFSSL_METHOD *method)
{
    WOLFSSL_CTX *context = wolfSSL_CTX_new(method);
    const char *suites = setup->version == BENCH_TLS1_3
                             ? "TLS13-AES128-GCM-SHA256"
                             : "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
    int groups[] = {WOLFSSL_ECC_X25519, WOLFSSL_ECC_SECP256R1};

    /* groups first: wolfSSL 5.6 takes none where TLS 1.3 has been ruled out */
    if (context == NULL || wolfSSL_CTX_set_groups(context, groups, 2) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_min_proto_version(context, setup->version) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_max_proto_version(context, setup->version) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_cipher_list(context, suites) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_UseSupportedCurve(context, WOLFSSL_ECC_X25519) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_UseSupportedCurve(context, WOLFSSL_ECC_SECP256R1) != WOLFSSL_SUCCESS) {
        wolfSSL_CTX_free(context);
        return NULL;
    }
    if (!setup->resume)
        (void)wolfSSL_CTX_set_session_cache_mode(context, WOLFSSL_SESS_CACHE_OFF);
    return context;
}

static bool client_setup(WOLFSSL_CTX *context, const bench_setup *setup)
{
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, NULL);
    if (setup->resume && wolfSSL_CTX_UseSessionTicket(context) != WOLFSSL_SUCCESS)
        return false;
    return wolfSSL_CTX_load_verify_locations(context, setup->root, NULL) == WOLFSSL_SUCCESS &&
           (!setup->mutual || present(context, setup->client_chain, setup->client_key));
}

/* Of the version that is set: later wolfSSL refuses the other one's call. */
static bool without_tickets(WOLFSSL_CTX *context, const bench_setup *setup)
{
    if (setup->version == BENCH_TLS1_3)
        return wolfSSL_CTX_no_ticket_TLSv13(context) == 0;
    return wolfSSL_CTX_NoTicketTLSv12(context) == WOLFSSL_SUCCESS;
}

static bool server_setup(WOLFSSL_CTX *context, const bench_setup *setup)
{
    if ((!setup->resume && !without_tickets(context, setup)) ||
        !present(context, setup->server_chain, setup->server_key))
        return false;
    if (!setup->mutual)
        return true;
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           NULL);
    return wolfSSL_CTX_load_verify_locations(context, setup->root, NULL) == WOLFSSL_SUCCESS;
}

static void world_free(bench_world *world)
{
    if (world == NULL)
        return;
    wolfSSL_CTX_free(world->client);
    wolfSSL_CTX_free(world->server);
    free(world);
    (void)wolfSSL_Cleanup();
}

static void use_pipes(WOLFSSL_CTX *context)
{
    wolfSSL_CTX_SetIORecv(context, pipe_read);
    wolfSSL_CTX_SetIOSend(context, pipe_write);
}

static bool client_new(bench_world *world, const bench_setup *setup)
{
    wolfSSL_CTX_free(world->client);
    world->client = context_new(setup, wolfSSLv23_client_method());
    if (world->client == NULL || !client_setup(world->client, setup))
        return bench_complain("wolfssl: no context for clients can be made");
    use_pipes(world->client);
    return true;
}

static bool world_renew(bench_world *world, const bench_setup *setup)
{
    wolfSSL_CTX_free(world->server);
    world->server = context_new(setup, wolfSSLv23_server_method());
    if (world->server == NULL || !server_setup(world->server, setup))
        return bench_complain("wolfssl: no context for servers can be made");
    use_pipes(world->server);
    return !setup->mutual || client_new(world, setup);
}

static bench_world *world_new(const bench_setup *setup)
{
    bench_world *world = calloc(1, sizeof(*world));

    if (world == NULL)
        return NULL;
    (void)wolfSSL_Init();
    if (client_new(world, setup) && world_renew(world, setup))
        return world;
    world_free(world);
    return NULL;
}

/* ---- connections ----------------------------------------------------------------------------- */

static bool attach(WOLFSSL *ssl, const bench_end *end)
{
    if (end->fd >= 0) {
        wolfSSL_SSLSetIORecv(ssl, EmbedReceive);
        wolfSSL_SSLSetIOSend(ssl, EmbedSend);
        return wolfSSL_set_fd(ssl, end->fd) == WOLFSSL_SUCCESS;
    }
    wolfSSL_SetIOReadCtx(ssl, (void *)(uintptr_t)end);
    wolfSSL_SetIOWriteCtx(ssl, (void *)(uintptr_t)end);
    return true;
}

static bench_conn *conn_new(bench_world *world, bool server, const bench_end *end)
{
    bench_conn *conn = malloc(sizeof(*conn));
    WOLFSSL *ssl = wolfSSL_new(server ? world->server : world->client);
    bool good = conn != NULL && ssl != NULL && attach(ssl, end);

    if (good && !server)
        good = wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, BENCH_HOST, sizeof(BENCH_HOST) - 1) ==
                   WOLFSSL_SUCCESS &&
               wolfSSL_check_domain_name(ssl, BENCH_HOST) == WOLFSSL_SUCCESS;
    if (!good) {
        (void)bench_complain("wolfssl: a connection cannot be made");
        wolfSSL_free(ssl);
        free(conn);
        return NULL;
    }
    *conn = (bench_conn){.ssl = ssl, .server = server};
    return conn;
}

static void conn_free(bench_conn *conn)
{
    if (conn == NULL)
        return;
    wolfSSL_free(conn->ssl);
    free(conn);
}

static int waits(const bench_conn *conn, int result, const char *what)
{
    const int error = wolfSSL_get_error(conn->ssl, result);

    if (error == WOLFSSL_ERROR_WANT_READ || error == WOLFSSL_ERROR_WANT_WRITE)
        return 0;
    (void)failed(what, error);
    return -1;
}

static int handshake(bench_conn *conn)
{
    const int result = conn->server ? wolfSSL_accept(conn->ssl) : wolfSSL_connect(conn->ssl);

    return result == WOLFSSL_SUCCESS ? 1 : waits(conn, result, "handshake");
}

static bool conn_write(bench_conn *conn, const void *data, size_t size)
{
    return wolfSSL_write(conn->ssl, data, (int)size) == (int)size;
}

static int conn_read(bench_conn *conn, void *out, size_t size)
{
    const int result = wolfSSL_read(conn->ssl, out, (int)size);

    return result > 0 ? result : waits(conn, result, "read");
}

static bool agreed(bench_conn *conn, const bench_setup *setup)
{
    const char *curve = wolfSSL_get_curve_name(conn->ssl);

    return wolfSSL_version(conn->ssl) == setup->version &&
           wolfSSL_get_current_cipher_suite(conn->ssl) == setup->suite && curve != NULL &&
           strcmp(curve, "X25519") == 0;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static bench_session *session(bench_conn *conn)
{
    return (bench_session *)wolfSSL_get1_session(conn->ssl);
}

static bool offer(bench_conn *conn, bench_session *kept)
{
    return wolfSSL_set_session(conn->ssl, (WOLFSSL_SESSION *)kept) == WOLFSSL_SUCCESS ||
           bench_complain("wolfssl: a session cannot be offered");
}

static void session_free(bench_session *kept)
{
    wolfSSL_SESSION_free((WOLFSSL_SESSION *)kept);
}

static bool resumed(bench_conn *conn)
{
    return wolfSSL_session_reused(conn->ssl) == 1;
}

/* ---- the system's roots ---------------------------------------------------------------------- */

static bool prepare(const bench_roots *roots)
{
    WOLFSSL_CTX *context = NULL;

    (void)roots;
    if (wolfSSL_Init() == WOLFSSL_SUCCESS)
        context = wolfSSL_CTX_new(wolfSSLv23_client_method());
    wolfSSL_CTX_free(context);
    return context != NULL;
}

static void trust_close(bench_trust *trust)
{
    if (trust == NULL)
        return;
    wolfSSL_CTX_free(trust->context);
    free(trust);
}

static bench_trust *trust_open(const bench_roots *roots, const bench_trust *earlier)
{
    bench_trust *trust = calloc(1, sizeof(*trust));

    (void)earlier;
    if (trust == NULL)
        return NULL;
    trust->context = wolfSSL_CTX_new(wolfSSLv23_client_method());
    if (trust->context != NULL &&
        wolfSSL_CTX_load_verify_locations(trust->context, roots->file, NULL) == WOLFSSL_SUCCESS) {
        wolfSSL_CTX_set_verify(trust->context, WOLFSSL_VERIFY_PEER, NULL);
        return trust;
    }
    (void)bench_complain("wolfssl: the system's roots cannot be loaded");
    trust_close(trust);
    return NULL;
}

static bool name_matches(const uint8_t *der, size_t size)
{
    WOLFSSL_X509 *cert =
        wolfSSL_X509_load_certificate_buffer(der, (int)size, WOLFSSL_FILETYPE_ASN1);
    bool good = cert != NULL && wolfSSL_X509_check_host(cert, BENCH_HOST, sizeof(BENCH_HOST) - 1, 0,
                                                        NULL) == WOLFSSL_SUCCESS;

    wolfSSL_X509_free(cert);
    return good;
}

/* The certificate manager knows single certificates: each one down from the root is verified, then
 * taken up as an issuer for the next. */
static bool trust_verify(bench_trust *trust, const bench_roots *roots)
{
    WOLFSSL_CERT_MANAGER *manager = wolfSSL_CTX_GetCertManager(trust->context);

    for (size_t i = roots->chain_count; i-- > 0;) {
        const uint8_t *der = roots->chain[i].der;
        const long size = (long)roots->chain[i].size;
        int result = wolfSSL_CertManagerVerifyBuffer(manager, der, size, WOLFSSL_FILETYPE_ASN1);

        if (result == WOLFSSL_SUCCESS && i != 0)
            result = wolfSSL_CertManagerLoadCABuffer(manager, der, size, WOLFSSL_FILETYPE_ASN1);
        if (result != WOLFSSL_SUCCESS)
            return failed("verifying", result);
    }
    return name_matches(roots->chain[0].der, roots->chain[0].size) ||
           bench_complain("wolfssl: the name does not match");
}

const bench_side bench_native_wolfssl = {
    .name = "wolfssl",
    .build = build,
    .sign = bench_sign_wolfssl,
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
