/* SPDX-License-Identifier: MIT */
/* The same program over omnitls' public API, whichever the engine. */
#include "native.h"

#include <omnitls/omnitls.h>
#include <omnitls/verify.h>
#include <stdlib.h>
#include <time.h>

struct bench_world {
    otls_context *client, *server;
};

/* Connections have no wrapper here: the tag is only a name for otls_connection. */
static otls_connection *as_ours(bench_conn *conn)
{
    return (otls_connection *)conn;
}

struct bench_trust {
    otls_trust *roots;
    otls_context *context;
};

static bool failed(const char *what, const otls_error *err)
{
    return bench_complain("omnitls over %s: %s: %s%s%s", err->backend ? err->backend : "core", what,
                          err->text, err->native_text[0] != '\0' ? ": " : "", err->native_text);
}

/* ---- the transport --------------------------------------------------------------------------- */

static otls_status pipe_write(void *user, const void *data, size_t size, size_t *count)
{
    const bench_end *end = user;

    *count = bench_pipe_write(end->out, data, size);
    return *count != 0 ? OTLS_OK : OTLS_WANT_WRITE;
}

static otls_status pipe_read(void *user, void *out, size_t size, size_t *count)
{
    const bench_end *end = user;

    *count = bench_pipe_read(end->in, out, size);
    return *count != 0 ? OTLS_OK : OTLS_WANT_READ;
}

/* ---- contexts -------------------------------------------------------------------------------- */

static otls_status context_new(otls_context **out, const otls_backend *backend, otls_role role,
                               const bench_setup *setup, otls_error *err)
{
    otls_status status = otls_context_new(out, backend, role, err);

    if (status == OTLS_OK)
        status = otls_context_set_versions(*out, setup->version, setup->version, err);
    if (status == OTLS_OK)
        status = otls_context_set_ciphers(
            *out, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", err);
    if (status == OTLS_OK)
        status = otls_context_set_tls13_suites(*out, "TLS_AES_128_GCM_SHA256", err);
    if (status == OTLS_OK)
        status = otls_context_set_groups(*out, "X25519:P-256", err);
    return status;
}

static otls_status trust_root(otls_context *context, const bench_setup *setup, otls_error *err)
{
    otls_trust *trust;
    otls_status status = otls_trust_new(&trust, err);

    if (status != OTLS_OK)
        return status;
    status = otls_trust_add_file(trust, setup->root, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    return status;
}

static otls_status present(otls_context *context, const char *chain, const char *key,
                           otls_error *err)
{
    otls_identity *identity;
    otls_status status = otls_identity_from_files(&identity, otls_context_backend(context), chain,
                                                  key, NULL, NULL, err);

    if (status != OTLS_OK)
        return status;
    status = otls_context_add_identity(context, identity, err);
    otls_identity_free(identity);
    return status;
}

static otls_status client_setup(bench_world *world, const otls_backend *backend,
                                const bench_setup *setup, otls_error *err)
{
    otls_status status = context_new(&world->client, backend, OTLS_CLIENT, setup, err);

    if (status == OTLS_OK)
        status = trust_root(world->client, setup, err);
    if (status == OTLS_OK && setup->mutual)
        status = present(world->client, setup->client_chain, setup->client_key, err);
    return status == OTLS_OK ? otls_context_seal(world->client, err) : status;
}

static otls_status server_setup(bench_world *world, const otls_backend *backend,
                                const bench_setup *setup, otls_error *err)
{
    otls_status status = context_new(&world->server, backend, OTLS_SERVER, setup, err);

    if (status == OTLS_OK)
        status = present(world->server, setup->server_chain, setup->server_key, err);
    if (status == OTLS_OK && setup->mutual)
        status = trust_root(world->server, setup, err);
    if (status == OTLS_OK && setup->mutual)
        status = otls_context_set_verify_mode(world->server, OTLS_VERIFY_MODE_REQUIRED, err);
    return status == OTLS_OK ? otls_context_seal(world->server, err) : status;
}

static void world_free(bench_world *world)
{
    if (world == NULL)
        return;
    otls_context_free(world->client);
    otls_context_free(world->server);
    free(world);
}

static bench_world *world_new(const bench_setup *setup)
{
    bench_world *world = calloc(1, sizeof(*world));
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;
    otls_status status;

    if (world == NULL)
        return NULL;
    status = otls_backend_find(&backend, setup->engine, &err);
    if (status == OTLS_OK)
        status = client_setup(world, backend, setup, &err);
    if (status == OTLS_OK)
        status = server_setup(world, backend, setup, &err);
    if (status == OTLS_OK)
        return world;
    (void)failed("setting up", &err);
    world_free(world);
    return NULL;
}

/* ---- connections ----------------------------------------------------------------------------- */

static bench_conn *conn_new(bench_world *world, bool server, const bench_end *end)
{
    const otls_transport pipes = {
        .read = pipe_read, .write = pipe_write, .user = (void *)(uintptr_t)end};
    otls_context *context = server ? world->server : world->client;
    otls_connection *conn = NULL;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = end->fd >= 0 ? otls_connection_new_fd(&conn, context, end->fd, &err)
                                      : otls_connection_new(&conn, context, &pipes, &err);

    if (status == OTLS_OK && !server)
        status = otls_connection_set_server_name(conn, BENCH_HOST, &err);
    if (status == OTLS_OK)
        return (bench_conn *)conn;
    (void)failed("a connection", &err);
    otls_connection_free(conn);
    return NULL;
}

static void conn_free(bench_conn *conn)
{
    otls_connection_free(as_ours(conn));
}

static int handshake(bench_conn *conn)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_status status = otls_connection_handshake(as_ours(conn), &err);

    if (status == OTLS_OK)
        return 1;
    if (status > OTLS_OK)
        return 0;
    (void)failed("handshake", &err);
    return -1;
}

static bool conn_write(bench_conn *conn, const void *data, size_t size)
{
    size_t count;

    return otls_connection_write(as_ours(conn), data, size, &count, NULL) == OTLS_OK &&
           count == size;
}

static int conn_read(bench_conn *conn, void *out, size_t size)
{
    size_t count;
    const otls_status status = otls_connection_read(as_ours(conn), out, size, &count, NULL);

    if (status == OTLS_OK)
        return (int)count;
    if (status == OTLS_WANT_READ || status == OTLS_WANT_WRITE)
        return 0;
    (void)bench_complain("omnitls: read: %s", otls_status_name(status));
    return -1;
}

static bool agreed(bench_conn *conn, const bench_setup *setup)
{
    const otls_connection *ours = as_ours(conn);

    return otls_connection_version(ours) == setup->version &&
           otls_connection_suite(ours) == setup->suite && otls_connection_group(ours) == 0x001d &&
           (otls_connection_is_server(ours) || otls_connection_verify_flags(ours) == 0);
}

/* ---- the system's roots ---------------------------------------------------------------------- */

static bool prepare(const bench_roots *roots)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;
    otls_context *context = NULL;
    otls_status status = otls_backend_find(&backend, roots->engine, &err);

    if (status == OTLS_OK)
        status = otls_context_new(&context, backend, OTLS_CLIENT, &err);
    if (status == OTLS_OK)
        status = otls_context_seal(context, &err);
    otls_context_free(context);
    return status == OTLS_OK || failed("a bare context", &err);
}

static void trust_close(bench_trust *trust)
{
    if (trust == NULL)
        return;
    otls_context_free(trust->context);
    otls_trust_free(trust->roots);
    free(trust);
}

static otls_status roots_load(bench_trust *trust, const bench_trust *earlier, otls_error *err)
{
    otls_status status;

    if (earlier != NULL) {
        trust->roots = otls_trust_ref(earlier->roots);
        return OTLS_OK;
    }
    status = otls_trust_new(&trust->roots, err);
    return status == OTLS_OK ? otls_trust_add_system(trust->roots, err) : status;
}

static bench_trust *trust_open(const bench_roots *roots, const bench_trust *earlier)
{
    bench_trust *trust = calloc(1, sizeof(*trust));
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend;
    otls_status status;

    if (trust == NULL)
        return NULL;
    status = otls_backend_find(&backend, roots->engine, &err);
    if (status == OTLS_OK)
        status = otls_context_new(&trust->context, backend, OTLS_CLIENT, &err);
    if (status == OTLS_OK)
        status = roots_load(trust, earlier, &err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(trust->context, trust->roots, &err);
    if (status == OTLS_OK)
        status = otls_context_seal(trust->context, &err);
    if (status == OTLS_OK)
        return trust;
    (void)failed("the system's roots", &err);
    trust_close(trust);
    return NULL;
}

static otls_status verify(const bench_trust *trust, const otls_certificate *const *chain,
                          size_t count, time_t now, otls_error *err)
{
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_verdict *verdict = NULL;
    otls_status status;

    parameters.backend = otls_context_backend(trust->context);
    parameters.name = BENCH_HOST;
    parameters.time = now;
    status = otls_trust_verify(trust->roots, chain, count, &parameters, &verdict, err);
    if (status == OTLS_OK && otls_verdict_flags(verdict) != 0)
        status = OTLS_E_VERIFY;
    otls_verdict_free(verdict);
    return status;
}

static bool trust_verify(bench_trust *trust, const bench_roots *roots)
{
    otls_certificate *chain[BENCH_CHAIN_MAX] = {NULL};
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;

    for (size_t i = 0; status == OTLS_OK && i < roots->chain_count; i++)
        status =
            otls_certificate_from_der(&chain[i], roots->chain[i].der, roots->chain[i].size, &err);
    if (status == OTLS_OK)
        status = verify(trust, (const otls_certificate *const *)chain, roots->chain_count,
                        time(NULL), &err);
    for (size_t i = 0; i < roots->chain_count; i++)
        otls_certificate_free(chain[i]);
    return status == OTLS_OK || failed("verifying", &err);
}

const bench_side bench_ours = {
    .name = "omnitls",
    .world_new = world_new,
    .world_free = world_free,
    .conn_new = conn_new,
    .conn_free = conn_free,
    .handshake = handshake,
    .write = conn_write,
    .read = conn_read,
    .agreed = agreed,
    .prepare = prepare,
    .trust_open = trust_open,
    .trust_verify = trust_verify,
    .trust_close = trust_close,
};
