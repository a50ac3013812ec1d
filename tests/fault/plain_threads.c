/* SPDX-License-Identifier: MIT */
/*
 * Many threads share contexts, a trust store, identities, certificates and the caches of sessions
 * of every engine at once; the contexts are sealed by whichever thread comes first. Meant for
 * ThreadSanitizer; without it, it still finds what crashes or fails. No Criterion: its processes
 * and ThreadSanitizer do not mix.
 */
#include "scenario.h"

#include <omnitls/omnitls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINES 3
#define THREADS_PER_ENGINE 8
#define ROUNDS 4

/** What the threads of one engine share. */
typedef struct shared {
    const otls_backend *backend;
    otls_context *client, *server;
    otls_identity *identity;
} shared;

static shared engines[ENGINES];
static size_t engine_count;
static otls_trust *trust; /* by all engines */
static const otls_certificate *certificate;

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "FAIL: %s: %s\n", what, why);
    return 1;
}

static int set_up_engine(shared *s)
{
    otls_error err = OTLS_ERROR_INIT;
    const char *chain = OTLS_TEST_PKI "/server-ecdsa-p256.pem";
    const char *key = OTLS_TEST_PKI "/server-ecdsa-p256.key";
    const char *acceleration = getenv("OMNITLS_TEST_ACCELERATION");

    if (acceleration != NULL) { /* which has RSA keys, too */
        chain = OTLS_TEST_PKI "/server-rsa-2048.pem";
        key = OTLS_TEST_PKI "/server-rsa-2048.key";
    }

    if (otls_identity_from_files(&s->identity, s->backend, chain, key, NULL, NULL, &err) !=
            OTLS_OK ||
        otls_context_new(&s->client, s->backend, OTLS_CLIENT, &err) != OTLS_OK ||
        otls_context_new(&s->server, s->backend, OTLS_SERVER, &err) != OTLS_OK ||
        otls_context_set_session_cache_mode(s->client, OTLS_SESSION_CACHE_BOTH, &err) != OTLS_OK ||
        otls_context_set_session_cache_mode(s->server, OTLS_SESSION_CACHE_BOTH, &err) != OTLS_OK ||
        (acceleration != NULL &&
         otls_backend_supports(s->backend, OTLS_FEATURE_ACCELERATION, NULL) != OTLS_NO &&
         (otls_context_set_acceleration(s->client, acceleration, &err) != OTLS_OK ||
          otls_context_set_acceleration(s->server, acceleration, &err) != OTLS_OK)) ||
        otls_context_set_trust(s->client, trust, &err) != OTLS_OK ||
        otls_context_add_identity(s->server, s->identity, &err) != OTLS_OK)
        return complain(otls_backend_name(s->backend), err.text);
    return 0;
}

static int set_up(void)
{
    const otls_backend *list[ENGINES];
    otls_error err = OTLS_ERROR_INIT;
    const char *root = OTLS_TEST_PKI "/root.pem";

    engine_count = otls_backend_list(list, ENGINES);
    if (engine_count == 0)
        return complain("engines", "there are none");
    if (engine_count > ENGINES)
        engine_count = ENGINES;
    if (otls_trust_new(&trust, &err) != OTLS_OK ||
        otls_trust_add_file(trust, root, &err) != OTLS_OK)
        return complain("trust", err.text);
    for (size_t i = 0; i < engine_count; i++) {
        engines[i].backend = list[i];
        if (set_up_engine(&engines[i]) != 0)
            return 1;
    }
    certificate = otls_certificate_ref(otls_identity_chain(engines[0].identity, 0));
    return 0;
}

/* Facts of one certificate, asked by all at once. */
static bool read_certificate(void)
{
    return otls_certificate_subject(certificate) != NULL &&
           otls_certificate_equal(certificate, certificate);
}

static bool talk(const shared *client, const shared *server)
{
    otls_error err = OTLS_ERROR_INIT;
    scenario_pair pair;
    scenario s = {0};
    bool ok = scenario_open(&pair, client->client, server->server, &err) &&
              otls_connection_set_server_port(pair.client, (uint16_t)(1 + (server - engines)), &err) == OTLS_OK;

    if (ok) {
        scenario_run(&s, pair.client, pair.server, &pair.wire, true);
        ok = s.client.status == OTLS_OK && s.server.status == OTLS_OK && !s.client.wrong_data &&
             !s.server.wrong_data;
    }
    if (!ok)
        (void)complain(otls_backend_name(client->backend),
                       s.client.error.text[0] != '\0' ? s.client.error.text : err.text);
    scenario_close(&pair);
    return ok;
}

/* Of the handshakes of a context some must have been resumptions, or nothing was shared. */
static bool resumed(const shared *s)
{
    otls_session_stats stats = {.size = sizeof(stats)};

    (void)otls_context_session_stats(s->server, &stats, NULL);
    if (stats.hits == 0)
        (void)complain(otls_backend_name(s->backend), "its server resumed no session");
    return stats.hits != 0;
}

static void *work(void *argument)
{
    const size_t number = *(const size_t *)argument;
    size_t good = 0;

    for (size_t round = 0; round < ROUNDS; round++)
        good += talk(&engines[number % engine_count], &engines[(number + round) % engine_count]) &&
                read_certificate();
    return good == ROUNDS ? argument : NULL;
}

int main(void)
{
    pthread_t threads[ENGINES * THREADS_PER_ENGINE];
    size_t numbers[ENGINES * THREADS_PER_ENGINE];
    size_t count, good = 0;

    if (set_up() != 0)
        return 1;
    count = engine_count * THREADS_PER_ENGINE;
    for (size_t i = 0; i < count; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
            return complain("threads", "cannot be started");
    }
    for (size_t i = 0; i < count; i++) {
        void *result = NULL;

        (void)pthread_join(threads[i], &result);
        good += result != NULL;
    }
    for (size_t i = 0; i < engine_count; i++) {
        good -= !resumed(&engines[i]);
        otls_context_free(engines[i].client);
        otls_context_free(engines[i].server);
        otls_identity_free(engines[i].identity);
    }
    otls_certificate_free(certificate);
    otls_trust_free(trust);
    printf("%zu of %zu threads went well\n", good, count);
    return good != count;
}
