/* SPDX-License-Identifier: MIT */
/* A straightforward program over GnuTLS' own calls. */
#include "native.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>

struct bench_world {
    gnutls_certificate_credentials_t client, server;
    gnutls_priority_t priority;
    gnutls_datum_t ticket_key;
    bool mutual, resume;
};

struct bench_conn {
    gnutls_session_t session;
    bool sends_ticket; /* TLS 1.3: one, after the handshake */
};

struct bench_trust {
    gnutls_certificate_credentials_t credentials;
};

static bool failed(const char *what, int error)
{
    return bench_complain("gnutls: %s: %s", what, gnutls_strerror(error));
}

/* Name and value of each of its options, one behind the other. */
static const char *build(void)
{
#if GNUTLS_VERSION_NUMBER >= 0x030703
    static char text[512];
    const gnutls_library_config_st *option = gnutls_get_library_config();
    size_t length = 0;

    for (; option != NULL && option->name != NULL && length < sizeof(text); option++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s=%s",
                                   length == 0 ? "" : ", ", option->name, option->value);
    return text;
#else
    return "build options are not told";
#endif
}

/* ---- the transport --------------------------------------------------------------------------- */

static ssize_t pipe_write(gnutls_transport_ptr_t pointer, const void *data, size_t size)
{
    const bench_end *end = pointer;
    const size_t count = bench_pipe_write(end->out, data, size);

    if (count != 0)
        return (ssize_t)count;
    errno = EAGAIN;
    return -1;
}

static ssize_t pipe_read(gnutls_transport_ptr_t pointer, void *out, size_t size)
{
    const bench_end *end = pointer;
    const size_t count = bench_pipe_read(end->in, out, size);

    if (count != 0)
        return (ssize_t)count;
    errno = EAGAIN;
    return -1;
}

static int pipe_wait(gnutls_transport_ptr_t pointer, unsigned milliseconds)
{
    const bench_end *end = pointer;

    (void)milliseconds;
    return end->in->start != end->in->end ? 1 : 0;
}

/* ---- contexts -------------------------------------------------------------------------------- */

static int trust_root(gnutls_certificate_credentials_t credentials, const bench_setup *setup)
{
    const int count =
        gnutls_certificate_set_x509_trust_file(credentials, setup->root, GNUTLS_X509_FMT_PEM);

    return count < 0 ? count : 0;
}

static int present(gnutls_certificate_credentials_t credentials, const char *chain, const char *key)
{
    return gnutls_certificate_set_x509_key_file(credentials, chain, key, GNUTLS_X509_FMT_PEM);
}

static int client_setup(bench_world *world, const bench_setup *setup)
{
    int result = gnutls_certificate_allocate_credentials(&world->client);

    if (result == 0)
        result = trust_root(world->client, setup);
    if (result == 0 && setup->mutual)
        result = present(world->client, setup->client_chain, setup->client_key);
    return result < 0 ? result : 0;
}

static int server_setup(bench_world *world, const bench_setup *setup)
{
    int result = gnutls_certificate_allocate_credentials(&world->server);

    if (result == 0)
        result = present(world->server, setup->server_chain, setup->server_key);
    if (result >= 0 && setup->mutual)
        result = trust_root(world->server, setup);
    return result < 0 ? result : 0;
}

static void world_free(bench_world *world)
{
    if (world == NULL)
        return;
    if (world->client != NULL)
        gnutls_certificate_free_credentials(world->client);
    if (world->server != NULL)
        gnutls_certificate_free_credentials(world->server);
    gnutls_priority_deinit(world->priority);
    gnutls_free(world->ticket_key.data);
    free(world);
}

static bool world_renew(bench_world *world, const bench_setup *setup)
{
    int result;

    gnutls_certificate_free_credentials(world->server);
    world->server = NULL;
    result = server_setup(world, setup);
    if (result == 0 && setup->mutual) {
        gnutls_certificate_free_credentials(world->client);
        world->client = NULL;
        result = client_setup(world, setup);
    }
    return result == 0 || failed("new credentials", result);
}

static bench_world *world_new(const bench_setup *setup)
{
    bench_world *world = calloc(1, sizeof(*world));
    const char *priority =
        setup->version == BENCH_TLS1_3
            ? "SECURE128:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:"
              "+GROUP-X25519:+GROUP-SECP256R1"
            : "SECURE128:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:-KX-ALL:+ECDHE-ECDSA:"
              "+ECDHE-RSA:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1";
    int result;

    if (world == NULL)
        return NULL;
    world->mutual = setup->mutual;
    world->resume = setup->resume;
    result = gnutls_priority_init(&world->priority, priority, NULL);
    if (result == 0)
        result = gnutls_session_ticket_key_generate(&world->ticket_key);
    if (result == 0)
        result = client_setup(world, setup);
    if (result == 0)
        result = server_setup(world, setup);
    if (result == 0)
        return world;
    (void)failed("setting up", result);
    world_free(world);
    return NULL;
}

/* ---- connections ----------------------------------------------------------------------------- */

static void attach(gnutls_session_t session, const bench_end *end)
{
    if (end->fd >= 0) {
        gnutls_transport_set_int(session, end->fd);
        return;
    }
    gnutls_transport_set_ptr(session, (void *)(uintptr_t)end);
    gnutls_transport_set_push_function(session, pipe_write);
    gnutls_transport_set_pull_function(session, pipe_read);
    gnutls_transport_set_pull_timeout_function(session, pipe_wait);
}

static int session_setup(gnutls_session_t session, const bench_world *world, bool server)
{
    int result = gnutls_priority_set(session, world->priority);

    if (result == 0)
        result = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
                                        server ? world->server : world->client);
    if (result == 0 && !server) {
        gnutls_session_set_verify_cert(session, BENCH_HOST, 0);
        result =
            gnutls_server_name_set(session, GNUTLS_NAME_DNS, BENCH_HOST, sizeof(BENCH_HOST) - 1);
    }
    if (result == 0 && server && world->resume)
        result = gnutls_session_ticket_enable_server(session, &world->ticket_key);
    if (server && world->mutual) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_cert(session, NULL, 0);
    }
    return result;
}

static bench_conn *conn_new(bench_world *world, bool server, const bench_end *end)
{
    bench_conn *conn = malloc(sizeof(*conn));
    gnutls_session_t session = NULL;
    const unsigned tickets = world->resume ? GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_NO_TICKETS;
    int result =
        gnutls_init(&session, (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK | tickets);

    if (conn != NULL && result == 0)
        result = session_setup(session, world, server);
    if (conn == NULL || result != 0) {
        (void)failed("a connection", result);
        if (session != NULL)
            gnutls_deinit(session);
        free(conn);
        return NULL;
    }
    attach(session, end);
    *conn = (bench_conn){.session = session, .sends_ticket = server && world->resume};
    return conn;
}

static void conn_free(bench_conn *conn)
{
    if (conn == NULL)
        return;
    gnutls_deinit(conn->session);
    free(conn);
}

static int handshake(bench_conn *conn)
{
    int result = gnutls_handshake(conn->session);

    if (result == 0 && conn->sends_ticket &&
        gnutls_protocol_get_version(conn->session) == GNUTLS_TLS1_3)
        result = gnutls_session_ticket_send(conn->session, 1, 0);
    if (result == 0)
        return 1;
    if (gnutls_error_is_fatal(result) == 0)
        return 0;
    (void)failed("handshake", result);
    return -1;
}

static bool conn_write(bench_conn *conn, const void *data, size_t size)
{
    return gnutls_record_send(conn->session, data, size) == (ssize_t)size;
}

static int conn_read(bench_conn *conn, void *out, size_t size)
{
    const ssize_t result = gnutls_record_recv(conn->session, out, size);

    if (result > 0)
        return (int)result;
    if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED)
        return 0;
    (void)failed("read", (int)result);
    return -1;
}

static bool agreed(bench_conn *conn, const bench_setup *setup)
{
    const gnutls_protocol_t version =
        setup->version == BENCH_TLS1_3 ? GNUTLS_TLS1_3 : GNUTLS_TLS1_2;

    return gnutls_protocol_get_version(conn->session) == version &&
           gnutls_cipher_get(conn->session) == GNUTLS_CIPHER_AES_128_GCM &&
           gnutls_group_get(conn->session) == GNUTLS_GROUP_X25519;
}

/* ---- sessions -------------------------------------------------------------------------------- */

struct bench_session {
    gnutls_datum_t bytes;
};

static bench_session *session(bench_conn *conn)
{
    bench_session *kept = calloc(1, sizeof(*kept));

    if (kept != NULL && gnutls_session_get_data2(conn->session, &kept->bytes) == 0)
        return kept;
    free(kept);
    return NULL;
}

static bool offer(bench_conn *conn, bench_session *kept)
{
    const int result = gnutls_session_set_data(conn->session, kept->bytes.data, kept->bytes.size);

    return result == 0 || failed("offering a session", result);
}

static void session_free(bench_session *kept)
{
    gnutls_free(kept->bytes.data);
    free(kept);
}

static bool resumed(bench_conn *conn)
{
    return gnutls_session_is_resumed(conn->session) != 0;
}

/* ---- the system's roots ---------------------------------------------------------------------- */

static bool prepare(const bench_roots *roots)
{
    gnutls_certificate_credentials_t credentials;

    (void)roots;
    if (gnutls_certificate_allocate_credentials(&credentials) != 0)
        return false;
    gnutls_certificate_free_credentials(credentials);
    return true;
}

static void trust_close(bench_trust *trust)
{
    if (trust == NULL)
        return;
    if (trust->credentials != NULL)
        gnutls_certificate_free_credentials(trust->credentials);
    free(trust);
}

static bench_trust *trust_open(const bench_roots *roots, const bench_trust *earlier)
{
    bench_trust *trust = calloc(1, sizeof(*trust));
    int result;

    (void)earlier;
    if (trust == NULL)
        return NULL;
    result = gnutls_certificate_allocate_credentials(&trust->credentials);
    if (result == 0)
        result = gnutls_certificate_set_x509_trust_file(trust->credentials, roots->file,
                                                        GNUTLS_X509_FMT_PEM);
    if (result > 0)
        return trust;
    (void)failed("the system's roots", result);
    trust_close(trust);
    return NULL;
}

static int verify(const bench_trust *trust, gnutls_x509_crt_t *chain, unsigned count)
{
    gnutls_typed_vdata_st data[] = {
        {.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)(uintptr_t)BENCH_HOST},
        {.type = GNUTLS_DT_KEY_PURPOSE_OID,
         .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER},
    };
    gnutls_x509_trust_list_t list;
    unsigned status = 0;
    int result;

    gnutls_certificate_get_trust_list(trust->credentials, &list);
    result = gnutls_x509_trust_list_verify_crt2(list, chain, count, data, 2, 0, &status, NULL);
    return result == 0 && status != 0 ? GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR : result;
}

static bool trust_verify(bench_trust *trust, const bench_roots *roots)
{
    gnutls_x509_crt_t chain[BENCH_CHAIN_MAX];
    unsigned count = 0;
    int result = 0;

    while (result == 0 && count < roots->chain_count) {
        const gnutls_datum_t der = {.data = (unsigned char *)(uintptr_t)roots->chain[count].der,
                                    .size = (unsigned)roots->chain[count].size};

        result = gnutls_x509_crt_init(&chain[count]);
        if (result == 0)
            result = gnutls_x509_crt_import(chain[count++], &der, GNUTLS_X509_FMT_DER);
    }
    if (result == 0)
        result = verify(trust, chain, count);
    while (count > 0)
        gnutls_x509_crt_deinit(chain[--count]);
    return result == 0 || failed("verifying", result);
}

const bench_side bench_native_gnutls = {
    .name = "gnutls",
    .build = build,
    .sign = bench_sign_gnutls,
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
