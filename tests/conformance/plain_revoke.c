/* SPDX-License-Identifier: MIT */
/*
 * A client takes a new store of trust and a revocation list into use, and gives them up again, while threads
 * connect with it: every engine's client, every engine's server, whose certificate the list revokes. Each handshake
 * ends as the store says that was in force when it began. No Criterion: its processes and ThreadSanitizer do not mix.
 */
#include "scenario.h"

#include <omnitls/omnitls.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#define ENGINES 3
#define VISITORS 8 /* of each engine's client */
#define ROUNDS 6
#define RENEWALS 8

/** One client, as a program keeps it: a context that is swapped. */
typedef struct client {
    const otls_backend *backend;
    pthread_mutex_t lock;
    otls_context *current;
    unsigned generation; /* odd: the list is in force */
    unsigned taken, refused;
    bool over;
} client;

static client clients[ENGINES];
static otls_context *servers[ENGINES];
static size_t engine_count;

static int complain(const char *who, const char *why)
{
    fprintf(stderr, "FAIL: %s: %s\n", who, why);
    return 1;
}

static otls_context *new_server(const otls_backend *backend, otls_error *err)
{
    otls_identity *identity = NULL;
    otls_context *server = NULL;

    if (otls_identity_from_files(&identity, backend, OTLS_TEST_PKI "/server-revoked.pem",
                                 OTLS_TEST_PKI "/server-revoked.key", NULL, NULL, err) == OTLS_OK &&
        otls_context_new(&server, backend, OTLS_SERVER, err) == OTLS_OK &&
        (otls_context_add_identity(server, identity, err) != OTLS_OK || otls_context_seal(server, err) != OTLS_OK)) {
        otls_context_free(server);
        server = NULL;
    }
    otls_identity_free(identity);
    return server;
}

/* A store of its own each time: whoever reloads a file has a new one. */
static otls_context *new_client(const otls_backend *backend, bool lists, otls_error *err)
{
    otls_context *context = NULL;
    otls_trust *trust = NULL;

    if (otls_trust_new(&trust, err) == OTLS_OK && otls_trust_add_file(trust, OTLS_TEST_PKI "/root.pem", err) == OTLS_OK &&
        (!lists || otls_trust_add_crl_file(trust, OTLS_TEST_PKI "/int.crl", err) == OTLS_OK) &&
        otls_context_new(&context, backend, OTLS_CLIENT, err) == OTLS_OK &&
        (otls_context_set_trust(context, trust, err) != OTLS_OK ||
         (lists && otls_context_set_verify_flags(context, OTLS_VERIFY_OPTION_CRL_LEAF, err) != OTLS_OK) ||
         otls_context_seal(context, err) != OTLS_OK)) {
        otls_context_free(context);
        context = NULL;
    }
    otls_trust_free(trust);
    return context;
}

static bool renew(client *c)
{
    const unsigned next = c->generation + 1; /* nobody else writes it */
    otls_error err = OTLS_ERROR_INIT;
    otls_context *fresh = new_client(c->backend, next % 2 != 0, &err), *before;

    if (fresh == NULL)
        return complain(otls_backend_name(c->backend), err.text) == 0;
    (void)pthread_mutex_lock(&c->lock);
    before = c->current;
    c->current = fresh;
    c->generation = next;
    (void)pthread_mutex_unlock(&c->lock);
    otls_context_free(before);
    return true;
}

/* One connection; false when it ended otherwise than the store in force has it. */
static bool visit(client *c, otls_context *server)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context;
    scenario_pair pair;
    scenario run = {0};
    unsigned generation;
    bool ok;

    (void)pthread_mutex_lock(&c->lock);
    context = otls_context_ref(c->current);
    generation = c->generation;
    (void)pthread_mutex_unlock(&c->lock);
    ok = scenario_open(&pair, context, server, &err);
    otls_context_free(context);
    if (ok) {
        scenario_run(&run, pair.client, pair.server, &pair.wire, true);
        ok = generation % 2 == 0 ? run.client.status == OTLS_OK && run.server.status == OTLS_OK
                                 : run.client.status == OTLS_E_VERIFY &&
                                       (run.client.error.verify_flags & OTLS_VERIFY_REVOKED) != 0;
    }
    if (!ok)
        (void)complain(otls_backend_name(c->backend),
                       run.client.error.text[0] != '\0' ? run.client.error.text : "not refused, or not begun");
    (void)pthread_mutex_lock(&c->lock);
    *(generation % 2 == 0 ? &c->taken : &c->refused) += ok;
    (void)pthread_mutex_unlock(&c->lock);
    scenario_close(&pair);
    return ok;
}

/* No generation sees all of the visits because its successor's thread had no turn, nor the other way round. */
static bool early(client *c, bool visitor)
{
    const unsigned step = VISITORS * ROUNDS / RENEWALS;
    unsigned visits;
    bool wait;

    (void)pthread_mutex_lock(&c->lock);
    visits = c->taken + c->refused;
    wait = !c->over && (visitor ? c->generation < RENEWALS && visits >= (c->generation + 1) * step
                                : visits < c->generation * step);
    (void)pthread_mutex_unlock(&c->lock);
    return wait;
}

static void over(client *c)
{
    (void)pthread_mutex_lock(&c->lock);
    c->over = true;
    (void)pthread_mutex_unlock(&c->lock);
}

static void *visit_all(void *argument)
{
    const size_t number = *(const size_t *)argument;
    client *c = &clients[number % engine_count];

    for (size_t round = 0; round < ROUNDS; round++) {
        while (early(c, true))
            (void)sched_yield();
        if (!visit(c, servers[(number / engine_count + round) % engine_count])) {
            over(c);
            return NULL;
        }
    }
    return argument;
}

static void *renew_all(void *argument)
{
    client *c = &clients[*(const size_t *)argument];

    for (unsigned i = 0; i < RENEWALS; i++) {
        while (early(c, false))
            (void)sched_yield();
        if (!renew(c)) {
            over(c);
            return NULL;
        }
    }
    return argument;
}

static bool run_all(void)
{
    pthread_t threads[ENGINES * (VISITORS + 1)];
    size_t numbers[ENGINES * (VISITORS + 1)];
    const size_t visitors = engine_count * VISITORS, count = visitors + engine_count;
    bool good = true;
    void *result;

    for (size_t i = 0; i < count; i++) {
        numbers[i] = i < visitors ? i : i - visitors;
        if (pthread_create(&threads[i], NULL, i < visitors ? visit_all : renew_all, &numbers[i]) != 0)
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        (void)pthread_join(threads[i], &result);
        good = good && result != NULL;
    }
    for (size_t i = 0; i < engine_count; i++)
        if (clients[i].taken == 0 || clients[i].refused == 0 || clients[i].generation != RENEWALS)
            good = complain(otls_backend_name(clients[i].backend), "not both stores were used") == 0;
    return good;
}

int main(void)
{
    const otls_backend *list[ENGINES];
    otls_error err = OTLS_ERROR_INIT;
    unsigned taken = 0, refused = 0;
    bool good;

    engine_count = otls_backend_list(list, ENGINES);
    if (engine_count > ENGINES)
        engine_count = ENGINES;
    for (size_t i = 0; i < engine_count; i++) {
        clients[i].backend = list[i];
        clients[i].current = new_client(list[i], false, &err);
        servers[i] = new_server(list[i], &err);
        if (clients[i].current == NULL || servers[i] == NULL || pthread_mutex_init(&clients[i].lock, NULL) != 0)
            return complain(otls_backend_name(list[i]), err.text);
    }
    good = engine_count != 0 && run_all();
    for (size_t i = 0; i < engine_count; i++) {
        taken += clients[i].taken;
        refused += clients[i].refused;
        otls_context_free(clients[i].current);
        otls_context_free(servers[i]);
        (void)pthread_mutex_destroy(&clients[i].lock);
    }
    printf("%zu engines, %d threads each, %d renewals: %u connections, %u refused as revoked: %s\n", engine_count,
           VISITORS, RENEWALS, taken, refused, good ? "each as its store says" : "not all as their stores say");
    return !good;
}
