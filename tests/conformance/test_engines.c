/* SPDX-License-Identifier: MIT */
/* What every engine says of itself, settings that are read back, and a listener made in steps. */
#include "pair.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct criterion_test_params each_engine(void)
{
    static size_t indexes[PAIR_ENGINES];
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    for (size_t i = 0; i < count; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, count);
}

static const otls_backend *engine_at(size_t index)
{
    const otls_backend *engines[PAIR_ENGINES];

    cr_assert(index < test_subjects(engines));
    return engines[index];
}

/* ---- py32 OPENSSL_VERSION, OPENSSL_VERSION_INFO, OPENSSL_VERSION_NUMBER ---- */

ParameterizedTestParameters(engines, versions)
{
    return each_engine();
}

ParameterizedTest(size_t *index, engines, versions)
{
    const otls_backend *engine = engine_at(*index), *found = NULL;
    unsigned part[3] = {0, 0, 0}, built[3] = {0, 0, 0};

    cr_assert(sscanf(otls_backend_version(engine), "%u.%u.%u", &part[0], &part[1], &part[2]) == 3,
              "%s", otls_backend_version(engine));
    cr_assert(sscanf(otls_backend_built_version(engine), "%u.%u.%u", &built[0], &built[1],
                     &built[2]) == 3);
    cr_assert_eq(part[0], built[0], "runs with another major version than it was compiled for");
    cr_assert_eq(otls_backend_version_number(engine), part[0] << 24 | part[1] << 16 | part[2] << 8);
    cr_assert(otls_backend_description(engine)[0] != '\0');
    cr_assert(otls_backend_find(&found, otls_backend_name(engine), NULL) == OTLS_OK);
    cr_assert(found == engine);
}

/* ---- what was set is what is read; pyo Context.get_verify_mode, get_session_cache_mode ---- */

ParameterizedTestParameters(engines, settings_read_back)
{
    return each_engine();
}

ParameterizedTest(size_t *index, engines, settings_read_back)
{
    static const otls_verify_mode modes[] = {OTLS_VERIFY_MODE_OPTIONAL, OTLS_VERIFY_MODE_REQUIRED,
                                             OTLS_VERIFY_MODE_NONE};
    static const unsigned caches[] = {
        OTLS_SESSION_CACHE_CLIENT, OTLS_SESSION_CACHE_SERVER, OTLS_SESSION_CACHE_BOTH,
        OTLS_SESSION_CACHE_SERVER | OTLS_SESSION_CACHE_NO_INTERNAL, OTLS_SESSION_CACHE_OFF};
    const otls_backend *engine = engine_at(*index);
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert(otls_context_new(&context, engine, OTLS_SERVER, &err) == OTLS_OK, "%s", err.text);
    cr_assert(otls_context_backend(context) == engine);
    cr_assert_eq(otls_context_role(context), OTLS_SERVER);
    cr_assert_eq(otls_context_verify_mode(context), OTLS_VERIFY_MODE_NONE);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        cr_assert(otls_context_set_verify_mode(context, modes[i], &err) == OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_context_verify_mode(context), modes[i]);
    }
    cr_assert_eq(otls_context_session_cache_mode(context), OTLS_SESSION_CACHE_OFF);
    for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++) {
        cr_assert(otls_context_set_session_cache_mode(context, caches[i], &err) == OTLS_OK, "%s",
                  err.text);
        cr_assert_eq(otls_context_session_cache_mode(context), caches[i]);
    }
    otls_context_free(context);
}

/* ---- bind, then listen, then accept ---- */

typedef struct caller {
    const otls_backend *engine;
    char port[8];
    otls_status status;
    otls_error err;
} caller;

static void *call(void *user)
{
    caller *c = user;
    otls_context *context = NULL;
    otls_trust *trust = test_trust("root");
    otls_socket *sock = NULL;

    c->status = otls_context_new(&context, c->engine, OTLS_CLIENT, &c->err);
    if (c->status == OTLS_OK)
        c->status = otls_context_set_trust(context, trust, &c->err);
    if (c->status == OTLS_OK)
        c->status = otls_connect(&sock, context, "127.0.0.1", c->port, 60000, &c->err);
    if (c->status == OTLS_OK)
        c->status = otls_socket_send_all(sock, "hello", 5, &c->err);
    otls_socket_close(sock);
    otls_trust_free(trust);
    otls_context_free(context);
    return NULL;
}

static otls_context *server_context(const otls_backend *engine)
{
    otls_context *context;
    otls_identity *identity = test_identity(engine, "server-ecdsa-p256");
    otls_error err = OTLS_ERROR_INIT;

    cr_assert(otls_context_new(&context, engine, OTLS_SERVER, &err) == OTLS_OK, "%s", err.text);
    cr_assert(otls_context_add_identity(context, identity, &err) == OTLS_OK, "%s", err.text);
    otls_identity_free(identity);
    return context;
}

ParameterizedTestParameters(engines, bind_then_listen)
{
    return each_engine();
}

ParameterizedTest(size_t *index, engines, bind_then_listen)
{
    caller c = {.engine = engine_at(*index), .err = OTLS_ERROR_INIT};
    otls_context *context = server_context(c.engine);
    otls_socket *listener, *client;
    otls_error err = OTLS_ERROR_INIT;
    char got[16];
    size_t count = 0;
    pthread_t thread;

    cr_assert(otls_socket_new(&listener, context, &err) == OTLS_OK, "%s", err.text);
    cr_assert(otls_socket_set_timeout(listener, 60000, &err) == OTLS_OK);
    cr_assert(otls_socket_accept(&client, listener, &err) == OTLS_E_USAGE, "it does not listen yet");
    cr_assert(otls_socket_bind(listener, "127.0.0.1", "0", &err) == OTLS_OK, "%s", err.text);
    cr_assert_neq(otls_socket_local_port(listener), 0);
    cr_assert(otls_socket_listen(listener, 4, &err) == OTLS_OK, "%s", err.text);
    cr_assert(otls_socket_context(listener) == context);
    (void)snprintf(c.port, sizeof(c.port), "%u", otls_socket_local_port(listener));
    cr_assert(pthread_create(&thread, NULL, call, &c) == 0);
    cr_assert(otls_socket_accept(&client, listener, &err) == OTLS_OK, "%s", err.text);
    cr_assert(otls_socket_context(client) == context);
    cr_assert(otls_socket_recv(client, got, sizeof(got), &count, &err) == OTLS_OK, "%s", err.text);
    cr_assert(count == 5 && memcmp(got, "hello", 5) == 0);
    cr_assert(pthread_join(thread, NULL) == 0);
    cr_assert(c.status == OTLS_OK, "%s", c.err.text);
    otls_socket_close(client);
    otls_socket_close(listener);
    otls_context_free(context);
}
