/* SPDX-License-Identifier: MIT */
/* The same program over omnitls' public API, whichever the engine. */
#include "ours.h"

#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>

struct bench_world {
    const otls_backend *backend;
    otls_trust *trust; /* one for both, and for all that come after */
    otls_context *client, *server;
};

/* Connections have no wrapper here: the tag is only a name for otls_connection. */
static otls_connection *as_ours(bench_conn *conn)
{
    return (otls_connection *)conn;
}

/* ---- the transport --------------------------------------------------------------------------- */

static otls_status pipe_write(void *user, const void *data, size_t size, size_t *count)
{
    const bench_end *end = user;

    *count = bench_pipe_write(end->out, data, size);
    return *count != 0 ? OTLS_OK : OTLS_WANT_WRITE;
}

static otls_status counted_write(void *user, const void *data, size_t size, size_t *count)
{
    const bench_end *end = user;
    const otls_status status = pipe_write(user, data, size, count);

    end->traffic->writes++;
    end->traffic->written_bytes += *count;
    return status;
}

static otls_status pipe_read(void *user, void *out, size_t size, size_t *count)
{
    const bench_end *end = user;

    *count = bench_pipe_read(end->in, out, size);
    return *count != 0 ? OTLS_OK : OTLS_WANT_READ;
}

static otls_status counted_read(void *user, void *out, size_t size, size_t *count)
{
    const bench_end *end = user;
    const otls_status status = pipe_read(user, out, size, count);

    end->traffic->reads++;
    end->traffic->read_bytes += *count;
    return status;
}

/* ---- contexts -------------------------------------------------------------------------------- */

/* OpenSSL needs the curve of an ECDSA certificate among the groups of TLS 1.2. */
static otls_status set_group(otls_context *context, const bench_setup *setup, otls_error *err)
{
    char names[64];

    (void)snprintf(names, sizeof(names), "%s%s", otls_group_name(setup->group),
                   setup->version == BENCH_TLS1_3 || setup->group == BENCH_P256 ? "" : ":P-256");
    return otls_context_set_groups(context, names, err);
}

static otls_status context_new(otls_context **out, const otls_backend *backend, otls_role role,
                               const bench_setup *setup, otls_error *err)
{
    otls_status status = otls_context_new(out, backend, role, err);

    if (status == OTLS_OK && setup->accelerated)
        status = otls_context_set_acceleration(*out, "libcrypto", err);
    if (status == OTLS_OK)
        status = otls_context_set_versions(*out, setup->version, setup->version, err);
    if (status == OTLS_OK)
        status = setup->version == BENCH_TLS1_3
                     ? otls_context_set_tls13_suites(*out, otls_suite_iana_name(setup->suite), err)
                     : otls_context_set_ciphers(*out, otls_suite_name(setup->suite), err);
    if (status == OTLS_OK)
        status = set_group(*out, setup, err);
    return status;
}

/* A session is a key: clients keep none unless they say so. The program asks the connection. */
static void session_made(otls_connection *conn, otls_session *session, void *user)
{
    (void)conn;
    (void)session;
    (void)user;
}

/* Room for those that are made while it is measured. */
#define OTHER_SESSIONS 40000

static otls_status server_resumption(otls_context *context, const bench_setup *setup,
                                     otls_error *err)
{
    otls_status status = otls_context_set_ticket_count(context, 1, err);

    if (status == OTLS_OK)
        status = otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_SERVER, err);
    if (status == OTLS_OK && setup->sessions != 0)
        status = otls_context_set_options(context, OTLS_OPTION_NO_TICKET, err);
    if (status == OTLS_OK && setup->sessions != 0)
        status =
            otls_context_set_session_cache_size(context, setup->sessions + OTHER_SESSIONS, err);
    return status;
}

static otls_status resumption(otls_context *context, const bench_setup *setup, otls_error *err)
{
    otls_status status = OTLS_OK;

    if (setup->resume)
        status = otls_context_role(context) == OTLS_CLIENT
                     ? otls_context_set_session_callback(context, session_made, NULL, err)
                     : server_resumption(context, setup, err);
    if (status == OTLS_OK && setup->early != 0)
        status = otls_context_set_max_early_data(context, setup->early, err);
    return status;
}

static otls_status trust_root(bench_world *world, const bench_setup *setup, otls_error *err)
{
    otls_status status = otls_trust_new(&world->trust, err);

    return status == OTLS_OK ? otls_trust_add_file(world->trust, setup->root, err) : status;
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

/* Before the one that is asked for, so that it is found by its name and not because it is the first. */
static otls_status present_others(otls_context *context, size_t count, otls_error *err)
{
    otls_status status = OTLS_OK;

    for (size_t i = 0; i < count && status == OTLS_OK; i++) {
        otls_identity *identity;
        char text[32];
        const char *const name = text;

        (void)snprintf(text, sizeof(text), "host%zu.test", i);
        status = otls_identity_self_signed(&identity, otls_context_backend(context), &name, 1, 30, err);
        if (status != OTLS_OK)
            return status;
        status = otls_context_add_identity(context, identity, err);
        otls_identity_free(identity);
    }
    return status;
}

static otls_status client_setup(bench_world *world, const bench_setup *setup, otls_error *err)
{
    otls_status status = context_new(&world->client, world->backend, OTLS_CLIENT, setup, err);

    if (status == OTLS_OK)
        status = otls_context_set_trust(world->client, world->trust, err);
    if (status == OTLS_OK && setup->mutual)
        status = present(world->client, setup->client_chain, setup->client_key, err);
    if (status == OTLS_OK)
        status = resumption(world->client, setup, err);
    return status == OTLS_OK ? otls_context_seal(world->client, err) : status;
}

static otls_status server_setup(bench_world *world, const bench_setup *setup, otls_error *err)
{
    otls_status status = context_new(&world->server, world->backend, OTLS_SERVER, setup, err);

    if (status == OTLS_OK)
        status = present_others(world->server, setup->identities, err);
    if (status == OTLS_OK)
        status = present(world->server, setup->server_chain, setup->server_key, err);
    if (status == OTLS_OK && setup->mutual)
        status = otls_context_set_trust(world->server, world->trust, err);
    if (status == OTLS_OK && setup->mutual)
        status = otls_context_set_verify_mode(world->server, OTLS_VERIFY_MODE_REQUIRED, err);
    if (status == OTLS_OK)
        status = resumption(world->server, setup, err);
    return status == OTLS_OK ? otls_context_seal(world->server, err) : status;
}

static void world_free(bench_world *world)
{
    if (world == NULL)
        return;
    otls_context_free(world->client);
    otls_context_free(world->server);
    otls_trust_free(world->trust);
    free(world);
}

static bool world_renew(bench_world *world, const bench_setup *setup)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    otls_context_free(world->server);
    world->server = NULL;
    status = server_setup(world, setup, &err);
    if (status == OTLS_OK && setup->mutual) {
        otls_context_free(world->client);
        world->client = NULL;
        status = client_setup(world, setup, &err);
    }
    return status == OTLS_OK || bench_ours_failed("setting up again", &err);
}

static bench_world *world_new(const bench_setup *setup)
{
    bench_world *world = calloc(1, sizeof(*world));
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    if (world == NULL)
        return NULL;
    status = otls_backend_find(&world->backend, setup->engine, &err);
    if (status == OTLS_OK)
        status = trust_root(world, setup, &err);
    if (status == OTLS_OK)
        status = client_setup(world, setup, &err);
    if (status == OTLS_OK)
        status = server_setup(world, setup, &err);
    if (status == OTLS_OK)
        return world;
    (void)bench_ours_failed("setting up", &err);
    world_free(world);
    return NULL;
}

/* ---- connections ----------------------------------------------------------------------------- */

static bench_conn *conn_new(bench_world *world, bool server, const bench_end *end)
{
    const bool counts = end->traffic != NULL;
    const otls_transport pipes = {.read = counts ? counted_read : pipe_read,
                                  .write = counts ? counted_write : pipe_write,
                                  .user = (void *)(uintptr_t)end};
    otls_context *context = server ? world->server : world->client;
    otls_connection *conn = NULL;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = end->fd >= 0 ? otls_connection_new_fd(&conn, context, end->fd, &err)
                                      : otls_connection_new(&conn, context, &pipes, &err);

    if (status == OTLS_OK && !server)
        status = otls_connection_set_server_name(conn, BENCH_HOST, &err);
    if (status == OTLS_OK)
        return (bench_conn *)conn;
    (void)bench_ours_failed("a connection", &err);
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
    (void)bench_ours_failed("handshake", &err);
    return -1;
}

static bool conn_write(bench_conn *conn, const void *data, size_t size)
{
    size_t count;

    return otls_connection_write(as_ours(conn), data, size, &count, NULL) == OTLS_OK &&
           count == size;
}

static bool gather(bench_conn *conn, const uint8_t *data, size_t piece, size_t count)
{
    otls_buffer_view views[BENCH_PIECES];
    size_t taken;

    for (size_t i = 0; i < count; i++)
        views[i] = (otls_buffer_view){.data = data + i * piece, .size = piece};
    return otls_connection_writev(as_ours(conn), views, count, &taken, NULL) == OTLS_OK &&
           taken == piece * count;
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
           otls_connection_suite(ours) == setup->suite &&
           otls_connection_group(ours) == setup->group &&
           (otls_connection_is_server(ours) || otls_connection_verify_flags(ours) == 0);
}

/* ---- sessions and early data ----------------------------------------------------------------- */

/* As with connections, the tag is only a name for otls_session. */
static bench_session *session(bench_conn *conn)
{
    return (bench_session *)otls_connection_session(as_ours(conn));
}

static bool offer(bench_conn *conn, bench_session *kept)
{
    otls_error err = OTLS_ERROR_INIT;

    return otls_connection_set_session(as_ours(conn), (otls_session *)kept, &err) == OTLS_OK ||
           bench_ours_failed("offering a session", &err);
}

static void session_free(bench_session *kept)
{
    otls_session_free((otls_session *)kept);
}

static bool resumed(bench_conn *conn)
{
    return otls_connection_session_resumed(as_ours(conn));
}

static bool write_early(bench_conn *conn, const void *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    size_t count;

    if (otls_connection_write_early(as_ours(conn), data, size, &count, &err) == OTLS_OK)
        return count == size;
    return bench_ours_failed("early data", &err);
}

static int read_early(bench_conn *conn, void *out, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    size_t count;
    const otls_status status = otls_connection_read_early(as_ours(conn), out, size, &count, &err);

    if (status >= OTLS_OK)
        return (int)count;
    (void)bench_ours_failed("reading early data", &err);
    return -1;
}

static bool accepted(bench_conn *conn)
{
    return otls_connection_early_data(as_ours(conn)) == OTLS_EARLY_DATA_ACCEPTED;
}

const bench_side bench_ours = {
    .name = "omnitls",
    .world_new = world_new,
    .world_renew = world_renew,
    .world_free = world_free,
    .conn_new = conn_new,
    .conn_free = conn_free,
    .handshake = handshake,
    .write = conn_write,
    .gather = gather,
    .read = conn_read,
    .agreed = agreed,
    .session = session,
    .offer = offer,
    .session_free = session_free,
    .resumed = resumed,
    .write_early = write_early,
    .read_early = read_early,
    .accepted = accepted,
    .prepare = bench_ours_prepare,
    .trust_open = bench_ours_trust_open,
    .trust_verify = bench_ours_trust_verify,
    .trust_close = bench_ours_trust_close,
};
