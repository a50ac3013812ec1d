/* SPDX-License-Identifier: MIT */
#include "lying_engine.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT extern lying_control lying_control_block;
lying_control lying_control_block;

#define CONTROL (&lying_control_block)
#define TRUTH (CONTROL->truth)

/* ---- contexts: passed on ---- */

struct otls_backend_context {
    bool server;
    _Alignas(max_align_t) unsigned char real[];
};

static otls_backend_context *real_context(otls_backend_context *context)
{
    return (otls_backend_context *)(void *)context->real;
}

/* What could not be made is not there; what was made, whatever is said of it, has to be ended. */
static otls_status made(otls_status truth, otls_status (*lie)(otls_status truth))
{
    CONTROL->alive += truth == OTLS_OK;
    return lie != NULL && truth == OTLS_OK ? lie(truth) : truth;
}

static otls_status context_init(otls_backend_context *context, const otls_policy *policy,
                                otls_error *err)
{
    context->server = policy->server != 0;
    lying_control_block.dh_size = policy->dh_p.size;
    return made(TRUTH->context->init(real_context(context), policy, err), CONTROL->hooks.context_made);
}

static void context_fini(otls_backend_context *context)
{
    TRUTH->context->fini(real_context(context));
    CONTROL->alive--;
}

/* ---- what the real engine asks of core, by way of us ---- */

struct otls_backend_connection {
    otls_core between; /* first: what the real engine holds on to */
    otls_core *core;
    bool lies;
    _Alignas(max_align_t) unsigned char real[];
};

static otls_backend_connection *of(otls_core *between)
{
    return (otls_backend_connection *)(void *)between;
}

static otls_backend_connection *real_of(const otls_backend_connection *conn)
{
    return (otls_backend_connection *)(void *)(uintptr_t)conn->real;
}

static otls_core *core_of(otls_core *between)
{
    return of(between)->core;
}

/* The hook of that name, if this connection is one that lies. */
#define LIE(conn, name) ((conn)->lies ? CONTROL->hooks.name : NULL)

static otls_status up_read(otls_core *core, void *out, size_t capacity, size_t *count)
{
    return core_of(core)->ops->read(core_of(core), out, capacity, count);
}

static otls_status up_write(otls_core *core, const void *data, size_t size)
{
    return core_of(core)->ops->write(core_of(core), data, size);
}

static otls_status up_verify_peer(otls_core *core, const otls_slice *chain, size_t count,
                                  const otls_slice *staple, uint8_t *alert)
{
    if (LIE(of(core), ask) != NULL)
        return LIE(of(core), ask)(core_of(core), chain, count, staple, alert);
    return core_of(core)->ops->verify_peer(core_of(core), chain, count, staple, alert);
}

static void up_certificate_message(otls_core *core, uint16_t version, otls_slice body, size_t size)
{
    core_of(core)->ops->certificate_message(core_of(core), version, body, size);
}

static otls_status up_certificate_refused(otls_core *core, uint8_t *alert)
{
    return core_of(core)->ops->certificate_refused(core_of(core), alert);
}

static void up_alert(otls_core *core, bool received, bool fatal, uint8_t description)
{
    core_of(core)->ops->alert(core_of(core), received, fatal, description);
}

static void up_key_log(otls_core *core, const char *line)
{
    core_of(core)->ops->key_log(core_of(core), line);
}

static void up_new_session(otls_core *core, const otls_native_session *session)
{
    otls_native_session said = *session;

    if (LIE(of(core), session) != NULL)
        LIE(of(core), session)(&said);
    core_of(core)->ops->new_session(core_of(core), &said);
}

static otls_status up_ticket_key(otls_core *core, const uint8_t *name, otls_ticket_key *out,
                                 bool *renew)
{
    return core_of(core)->ops->ticket_key(core_of(core), name, out, renew);
}

static void up_cache_store(otls_core *core, otls_slice id, otls_slice blob)
{
    core_of(core)->ops->cache_store(core_of(core), id, blob);
}

static otls_status up_cache_fetch(otls_core *core, otls_slice id, otls_slice *blob)
{
    return core_of(core)->ops->cache_fetch(core_of(core), id, blob);
}

static void up_cache_remove(otls_core *core, otls_slice id)
{
    core_of(core)->ops->cache_remove(core_of(core), id);
}

static otls_status up_psk_client(otls_core *core, const char *hint, char *identity,
                                 size_t identity_capacity, uint8_t *key, size_t key_capacity,
                                 size_t *key_length)
{
    return core_of(core)->ops->psk_client(core_of(core), hint, identity, identity_capacity, key,
                                          key_capacity, key_length);
}

static otls_status up_psk_server(otls_core *core, const uint8_t *identity, size_t identity_size,
                                 uint8_t *key, size_t key_capacity, size_t *key_length)
{
    return core_of(core)->ops->psk_server(core_of(core), identity, identity_size, key, key_capacity,
                                          key_length);
}

static void up_client_ca_names(otls_core *core, const otls_slice *names, size_t count)
{
    if (LIE(of(core), names) != NULL)
        LIE(of(core), names)(core_of(core));
    else
        core_of(core)->ops->client_ca_names(core_of(core), names, count);
}

static otls_status up_staple(otls_core *core, otls_slice *response)
{
    return core_of(core)->ops->staple(core_of(core), response);
}

static otls_status up_ticket_key_offered(otls_core *core,
                                         size_t (*names)(void *user, const otls_ticket_key *key,
                                                         uint8_t out[][OTLS_TICKET_NAME_SIZE]),
                                         void *user, otls_ticket_key *out)
{
    return core_of(core)->ops->ticket_key_offered(core_of(core), names, user, out);
}

static const otls_core_ops upcalls = {
    .size = sizeof(upcalls),
    .read = up_read,
    .write = up_write,
    .verify_peer = up_verify_peer,
    .certificate_message = up_certificate_message,
    .certificate_refused = up_certificate_refused,
    .alert = up_alert,
    .key_log = up_key_log,
    .new_session = up_new_session,
    .ticket_key = up_ticket_key,
    .cache_store = up_cache_store,
    .cache_fetch = up_cache_fetch,
    .cache_remove = up_cache_remove,
    .psk_client = up_psk_client,
    .psk_server = up_psk_server,
    .client_ca_names = up_client_ca_names,
    .staple = up_staple,
    .ticket_key_offered = up_ticket_key_offered,
};

/* ---- connections ---- */

static otls_status connection_init(otls_backend_connection *conn, otls_backend_context *context,
                                   const otls_connection_setup *setup, otls_error *err)
{
    otls_connection_setup between = *setup;

    conn->between.ops = &upcalls;
    conn->core = setup->core;
    conn->lies = context->server == CONTROL->server;
    between.core = &conn->between;
    if (LIE(conn, setup) != NULL)
        LIE(conn, setup)(&between);
    return made(TRUTH->connection->init(real_of(conn), real_context(context), &between, err),
                CONTROL->hooks.connection_made);
}

static void connection_fini(otls_backend_connection *conn)
{
    TRUTH->connection->fini(real_of(conn));
    CONTROL->alive--;
}

/* A lie about a failure comes with a sentence, as every failure must. */
static otls_status said(otls_status truth, otls_status lie, otls_error *err)
{
    return truth == lie || lie >= 0
               ? lie
               : otls_backend_fail(err, lie, OTLS_CODE_NONE, LYING_ENGINE, 0, "a lie");
}

static otls_status handshake(otls_backend_connection *conn, otls_error *err)
{
    const otls_status truth = TRUTH->connection->handshake(real_of(conn), err);

    return LIE(conn, handshake) != NULL ? said(truth, LIE(conn, handshake)(truth), err) : truth;
}

static otls_status read_data(otls_backend_connection *conn, void *out, size_t capacity,
                             size_t *count, otls_error *err)
{
    const otls_status truth = TRUTH->connection->read(real_of(conn), out, capacity, count, err);

    return LIE(conn, read) != NULL ? said(truth, LIE(conn, read)(truth, capacity, count), err)
                                   : truth;
}

static otls_status write_data(otls_backend_connection *conn, const void *data, size_t size,
                              otls_error *err)
{
    const otls_status truth = TRUTH->connection->write(real_of(conn), data, size, err);

    if (LIE(conn, wrote) != NULL)
        LIE(conn, wrote)(conn->core);
    return LIE(conn, write) != NULL ? said(truth, LIE(conn, write)(truth), err) : truth;
}

static size_t pending(const otls_backend_connection *conn)
{
    return TRUTH->connection->pending(real_of(conn));
}

static otls_status end(otls_backend_connection *conn, otls_error *err)
{
    const otls_status truth = TRUTH->connection->shutdown(real_of(conn), err);

    return LIE(conn, shutdown) != NULL ? said(truth, LIE(conn, shutdown)(truth), err) : truth;
}

static void info(const otls_backend_connection *conn, otls_connection_info *out)
{
    TRUTH->connection->info(real_of(conn), out);
    if (LIE(conn, info) != NULL)
        LIE(conn, info)(out);
}

static otls_status export_keying(otls_backend_connection *conn, const char *label,
                                 otls_slice context, uint8_t *out, size_t size, otls_error *err)
{
    const otls_status truth =
        TRUTH->connection->export_keying(real_of(conn), label, context, out, size, err);

    return LIE(conn, export_keying) != NULL ? said(truth, LIE(conn, export_keying)(truth), err)
                                            : truth;
}

static otls_status secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                          size_t *length, otls_error *err)
{
    const otls_status truth =
        TRUTH->connection->secret(real_of(conn), which, out, capacity, length, err);

    return LIE(conn, secret) != NULL ? said(truth, LIE(conn, secret)(truth, capacity, length), err)
                                     : truth;
}

static otls_status key_update(otls_backend_connection *conn, bool request_peer, otls_error *err)
{
    const otls_status truth = TRUTH->connection->key_update(real_of(conn), request_peer, err);

    return LIE(conn, key_update) != NULL ? said(truth, LIE(conn, key_update)(truth), err) : truth;
}

static otls_status request_certificate(otls_backend_connection *conn, otls_error *err)
{
    return LIE(conn, request) != NULL ? said(OTLS_OK, LIE(conn, request)(), err)
                                      : TRUTH->connection->request_certificate(real_of(conn), err);
}

static otls_status renegotiate(otls_backend_connection *conn, otls_error *err)
{
    return TRUTH->connection->renegotiate(real_of(conn), err);
}

static otls_status write_early(otls_backend_connection *conn, const void *data, size_t size,
                               size_t *count, otls_error *err)
{
    const otls_status truth = TRUTH->connection->write_early(real_of(conn), data, size, count, err);

    return LIE(conn, early) != NULL ? said(truth, LIE(conn, early)(truth, size, count), err)
                                    : truth;
}

static otls_status read_early(otls_backend_connection *conn, void *out, size_t capacity,
                              size_t *count, otls_error *err)
{
    const otls_status truth =
        TRUTH->connection->read_early(real_of(conn), out, capacity, count, err);

    return LIE(conn, early) != NULL ? said(truth, LIE(conn, early)(truth, capacity, count), err)
                                    : truth;
}

static void peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                       void *user)
{
    if (LIE(conn, peer_chain) != NULL)
        LIE(conn, peer_chain)(emit, user);
    else
        TRUTH->connection->peer_chain(real_of(conn), emit, user);
}

static void idle(otls_backend_connection *conn)
{
    if (conn->lies)
        CONTROL->idle_calls++;
    if (TRUTH->connection->idle != NULL)
        TRUTH->connection->idle(real_of(conn));
}

/* ---- keys and signatures: the hooks know no side ---- */

static otls_status key_made(otls_status truth)
{
    CONTROL->keys += truth == OTLS_OK;
    return CONTROL->hooks.key_made != NULL && truth == OTLS_OK ? CONTROL->hooks.key_made(truth) : truth;
}

static otls_status private_key_import(otls_native_key **out, const otls_key_source *source, otls_error *err)
{
    return key_made(TRUTH->crypto->private_key_import(out, source, err));
}

static otls_status private_key_from_callback(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                                             void *user, otls_error *err)
{
    return key_made(TRUTH->crypto->private_key_from_callback(out, spki, sign, user, err));
}

static void private_key_free(otls_native_key *key)
{
    TRUTH->crypto->private_key_free(key);
    CONTROL->keys -= key != NULL;
}

static otls_status public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    return key_made(TRUTH->crypto->public_key_import(out, spki, err));
}

static void public_key_free(otls_native_public_key *key)
{
    TRUTH->crypto->public_key_free(key);
    CONTROL->keys -= key != NULL;
}

static otls_status private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                      size_t *length, otls_error *err)
{
    const otls_status truth = TRUTH->crypto->private_key_public(key, out, capacity, length, err);

    return CONTROL->hooks.key_public != NULL
               ? said(truth, CONTROL->hooks.key_public(truth, length), err)
               : truth;
}

static otls_status verify(const otls_native_public_key *key,
                          const otls_signature_algorithm *algorithm, otls_slice data,
                          otls_slice signature, otls_error *err)
{
    const otls_status truth = TRUTH->crypto->verify(key, algorithm, data, signature, err);

    return CONTROL->hooks.check != NULL ? said(truth, CONTROL->hooks.check(truth), err) : truth;
}

static otls_status digest(otls_hash hash, const void *data, size_t size, uint8_t *out, otls_error *err)
{
    const otls_status truth = TRUTH->crypto->digest(hash, data, size, out, err);

    return CONTROL->hooks.digest != NULL ? said(truth, CONTROL->hooks.digest(truth), err) : truth;
}

/* ---- the module ---- */

/* The tables are the real engine's, with our functions where there is something to change. */
static otls_crypto_ops crypto_ops;
static otls_context_ops context_ops;
static otls_connection_ops connection_ops;

#define KEEP(table, slot, ours)                                                                    \
    do {                                                                                           \
        if ((table).slot != NULL)                                                                  \
            (table).slot = (ours);                                                                 \
    } while (0)

static void make_connection_ops(void)
{
    connection_ops = *TRUTH->connection;
    connection_ops.state_size += (uint32_t)sizeof(otls_backend_connection);
    connection_ops.init = connection_init;
    connection_ops.fini = connection_fini;
    connection_ops.handshake = handshake;
    connection_ops.read = read_data;
    connection_ops.write = write_data;
    connection_ops.pending = pending;
    connection_ops.shutdown = end;
    connection_ops.info = info;
    connection_ops.idle = idle;
    connection_ops.state_name = NULL;
    KEEP(connection_ops, export_keying, export_keying);
    KEEP(connection_ops, secret, secret);
    KEEP(connection_ops, key_update, key_update);
    KEEP(connection_ops, request_certificate, request_certificate);
    KEEP(connection_ops, renegotiate, renegotiate);
    KEEP(connection_ops, write_early, write_early);
    KEEP(connection_ops, read_early, read_early);
    KEEP(connection_ops, peer_chain, peer_chain);
}

static void make_tables(void)
{
    crypto_ops = *TRUTH->crypto;
    crypto_ops.private_key_import = private_key_import;
    KEEP(crypto_ops, private_key_from_callback, private_key_from_callback);
    crypto_ops.private_key_free = private_key_free;
    crypto_ops.private_key_public = private_key_public;
    crypto_ops.public_key_import = public_key_import;
    crypto_ops.public_key_free = public_key_free;
    crypto_ops.verify = verify;
    crypto_ops.digest = digest;
    context_ops = *TRUTH->context;
    context_ops.state_size += (uint32_t)sizeof(otls_backend_context);
    context_ops.init = context_init;
    context_ops.fini = context_fini;
    make_connection_ops();
}

static otls_status start(otls_error *err)
{
    return TRUTH->start(err);
}

static const char *version(void)
{
    return TRUTH->version();
}

static uint32_t version_number(void)
{
    return TRUTH->version_number();
}

static otls_support supports(otls_feature feature, const char **why)
{
    return TRUTH->supports(feature, why);
}

/* Core looks at the tables before it calls start: whoever sets the truth has them made. */
EXPORT void lying_prepare(const otls_backend_module *truth);
void lying_prepare(const otls_backend_module *truth)
{
    CONTROL->truth = truth;
    make_tables();
}

OTLS_BACKEND_EXPORT const otls_backend_module OTLS_BACKEND_SYMBOL = {
    .magic = OTLS_BACKEND_MAGIC,
    .abi_major = OTLS_BACKEND_ABI_MAJOR,
    .abi_minor = OTLS_BACKEND_ABI_MINOR,
    .size = sizeof(otls_backend_module),
    .name = LYING_ENGINE,
    .description = "An engine that lies, for the tests",
    .built_version = "1.0.0",
    .start = start,
    .version = version,
    .version_number = version_number,
    .supports = supports,
    .crypto = &crypto_ops,
    .context = &context_ops,
    .connection = &connection_ops,
};
