/* SPDX-License-Identifier: MIT */
/*
 * A server renews its certificate again and again while threads of clients connect: every engine's
 * server, every engine's clients, with and without session caches. No handshake may fail, and each
 * is shown the certificate of the context that was in force when it began. No Criterion: its
 * processes and ThreadSanitizer do not mix.
 */
#include "scenario.h"

#include <omnitls/omnitls.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define ENGINES 3
#define CLIENTS 4
#define ROUNDS 24
#define RENEWALS 12

/** One server, as a program keeps it: a context that is swapped. */
typedef struct service {
    const otls_backend *backend;
    otls_identity *identities[2]; /* in turn */
    pthread_mutex_t lock;
    otls_context *current;
    unsigned generation; /* current presents identities[generation % 2] */
    unsigned served[2], resumed;
    bool over;
} service;

static service services[ENGINES];
static otls_context *clients[ENGINES][2]; /* without and with a session cache */
static size_t engine_count;

static int complain(const char *who, const char *why)
{
    fprintf(stderr, "FAIL: %s: %s\n", who, why);
    return 1;
}

static bool set_up(size_t i, const otls_backend *backend, otls_trust *trust, otls_error *err)
{
    service *s = &services[i];
    static const char *const names[2][2] = {
        {OTLS_TEST_PKI "/server-ecdsa-p256.pem", OTLS_TEST_PKI "/server-ecdsa-p256.key"},
        {OTLS_TEST_PKI "/server-renewed.pem", OTLS_TEST_PKI "/server-renewed.key"}};

    s->backend = backend;
    for (size_t k = 0; k < 2; k++)
        if (otls_identity_from_files(&s->identities[k], backend, names[k][0], names[k][1], NULL,
                                     NULL, err) != OTLS_OK ||
            otls_context_new(&clients[i][k], backend, OTLS_CLIENT, err) != OTLS_OK ||
            otls_context_set_trust(clients[i][k], trust, err) != OTLS_OK)
            return false;
    return pthread_mutex_init(&s->lock, NULL) == 0 &&
           otls_context_set_session_cache_mode(clients[i][1], OTLS_SESSION_CACHE_BOTH, err) ==
               OTLS_OK &&
           otls_context_new(&s->current, backend, OTLS_SERVER, err) == OTLS_OK &&
           otls_context_set_session_cache_mode(s->current, OTLS_SESSION_CACHE_BOTH, err) ==
               OTLS_OK &&
           otls_context_add_identity(s->current, s->identities[0], err) == OTLS_OK &&
           otls_context_seal(s->current, err) == OTLS_OK;
}

/* What docs/guide.md tells programs to do. */
static bool renew(service *s, otls_error *err)
{
    const unsigned next = s->generation + 1; /* nobody else writes it */
    otls_context *fresh, *before;

    if (otls_context_copy(&fresh, s->current, err) != OTLS_OK)
        return false;
    if (otls_context_replace_identity(fresh, s->identities[(next + 1) % 2], s->identities[next % 2],
                                      err) != OTLS_OK ||
        otls_context_seal(fresh, err) != OTLS_OK) {
        otls_context_free(fresh);
        return false;
    }
    (void)pthread_mutex_lock(&s->lock);
    before = s->current;
    s->current = fresh;
    s->generation = next;
    (void)pthread_mutex_unlock(&s->lock);
    otls_context_free(before);
    return true;
}

/* One connection; false when it failed or was shown another certificate than that in force. */
static bool visit(service *s, otls_context *client, uint16_t port)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *server;
    scenario_pair pair;
    scenario run = {0};
    unsigned generation;
    bool ok, resumed = false;

    (void)pthread_mutex_lock(&s->lock);
    server = otls_context_ref(s->current);
    generation = s->generation;
    (void)pthread_mutex_unlock(&s->lock);
    ok = scenario_open(&pair, client, server, &err) &&
         otls_connection_set_server_port(pair.client, port, &err) == OTLS_OK;
    otls_context_free(server);
    if (ok) {
        scenario_run(&run, pair.client, pair.server, &pair.wire, true);
        ok = run.client.status == OTLS_OK && run.server.status == OTLS_OK;
        resumed = otls_connection_session_resumed(pair.client);
    }
    if (!ok)
        (void)complain(otls_backend_name(s->backend),
                       run.client.error.text[0] != '\0' ? run.client.error.text : err.text);
    else if (!resumed && /* a session has the certificate that it began with */
             !otls_certificate_equal(otls_connection_peer_chain(pair.client, 0),
                                     otls_identity_chain(s->identities[generation % 2], 0)))
        ok = complain(otls_backend_name(s->backend), "showed another certificate") == 0;
    (void)pthread_mutex_lock(&s->lock);
    s->served[generation % 2] += ok && !resumed;
    s->resumed += ok && resumed;
    (void)pthread_mutex_unlock(&s->lock);
    scenario_close(&pair);
    return ok;
}

static unsigned visits(service *s)
{
    unsigned count;

    (void)pthread_mutex_lock(&s->lock);
    count = s->over ? ~0u : s->served[0] + s->served[1] + s->resumed;
    (void)pthread_mutex_unlock(&s->lock);
    return count;
}

/* No generation serves all of the visits because its successor's thread had no turn. */
static void wait_for_renewal(service *s)
{
    const unsigned step = CLIENTS * ROUNDS / RENEWALS;
    bool early;

    do {
        (void)pthread_mutex_lock(&s->lock);
        early = !s->over && s->generation < RENEWALS &&
                s->served[0] + s->served[1] + s->resumed >= (s->generation + 1) * step;
        (void)pthread_mutex_unlock(&s->lock);
        if (early)
            (void)sched_yield();
    } while (early);
}

static void *visit_all(void *argument)
{
    const size_t number = *(const size_t *)argument;
    service *s = &services[number % engine_count];

    for (size_t round = 0; round < ROUNDS; round++) {
        otls_context *client = clients[(number + round) % engine_count][number / engine_count % 2];

        wait_for_renewal(s);
        if (!visit(s, client, (uint16_t)(1 + number % engine_count)))
            return NULL;
    }
    return argument;
}

/* A renewal for every few visits, whatever the machine's speed. */
static void *renew_all(void *argument)
{
    service *s = &services[*(const size_t *)argument];
    const unsigned step = CLIENTS * ROUNDS / RENEWALS;
    otls_error err = OTLS_ERROR_INIT;

    for (unsigned i = 0; i < RENEWALS; i++) {
        while (visits(s) < i * step)
            (void)sched_yield();
        if (!renew(s, &err)) {
            (void)pthread_mutex_lock(&s->lock);
            s->over = true; /* nobody waits for the next one */
            (void)pthread_mutex_unlock(&s->lock);
            (void)complain(otls_backend_name(s->backend), err.text);
            return NULL;
        }
    }
    return argument;
}

/* Some of all kinds must have been there, or nothing was tested. */
static bool all_seen(const service *s)
{
    if (s->generation == RENEWALS && s->served[0] != 0 && s->served[1] != 0 && s->resumed != 0)
        return true;
    fprintf(stderr, "FAIL: %s: generation %u, %u and %u handshakes, %u resumed\n",
            otls_backend_name(s->backend), s->generation, s->served[0], s->served[1], s->resumed);
    return false;
}

static void tear_down(void)
{
    for (size_t i = 0; i < engine_count; i++) {
        otls_context_free(services[i].current);
        for (size_t k = 0; k < 2; k++) {
            otls_context_free(clients[i][k]);
            otls_identity_free(services[i].identities[k]);
        }
        (void)pthread_mutex_destroy(&services[i].lock);
    }
}

static bool run_all(void)
{
    pthread_t visitors[ENGINES * CLIENTS], renewers[ENGINES];
    size_t numbers[ENGINES * CLIENTS];
    const size_t count = engine_count * CLIENTS;
    bool good = true;
    void *result;

    for (size_t i = 0; i < count; i++) {
        numbers[i] = i;
        if (pthread_create(&visitors[i], NULL, visit_all, &numbers[i]) != 0)
            return false;
    }
    for (size_t i = 0; i < engine_count; i++)
        if (pthread_create(&renewers[i], NULL, renew_all, &numbers[i]) != 0)
            return false;
    for (size_t i = 0; i < count; i++) {
        (void)pthread_join(visitors[i], &result);
        good = good && result != NULL;
    }
    for (size_t i = 0; i < engine_count; i++) {
        (void)pthread_mutex_lock(&services[i].lock);
        services[i].over = true;
        (void)pthread_mutex_unlock(&services[i].lock);
        (void)pthread_join(renewers[i], &result);
        good = good && result != NULL && all_seen(&services[i]);
    }
    return good;
}

int main(void)
{
    const otls_backend *list[ENGINES];
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust;
    bool good;

    engine_count = otls_backend_list(list, ENGINES);
    if (engine_count > ENGINES)
        engine_count = ENGINES;
    if (engine_count == 0 || otls_trust_new(&trust, &err) != OTLS_OK ||
        otls_trust_add_file(trust, OTLS_TEST_PKI "/root.pem", &err) != OTLS_OK)
        return complain("set-up", err.text);
    for (size_t i = 0; i < engine_count; i++)
        if (!set_up(i, list[i], trust, &err))
            return complain(otls_backend_name(list[i]), err.text);
    good = run_all();
    tear_down();
    otls_trust_free(trust);
    printf("%s\n", good ? "every handshake went well" : "some did not");
    return !good;
}
