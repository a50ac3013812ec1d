/* SPDX-License-Identifier: MIT */
/*
 * Memory runs out at the n-th allocation of core's, once or for good, for every n from the first
 * on, until a whole scenario (contexts, credentials, handshake, data, shutdown) gets through.
 * Whatever fails must say so, free what it had, and leave the process fit for the next attempt.
 */
#include <criterion/criterion.h>

#include "conformance/pair.h"
#include "scenario.h"

#include <omnitls/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t live;                  /* blocks */
static unsigned long asked, fail_at; /* 0 = never */
static bool failed, for_good;        /* for_good: all later ones fail as well */

static bool refuse(void)
{
    asked++;
    if (fail_at == 0 || asked < fail_at || (asked > fail_at && !for_good))
        return false;
    failed = true;
    return true;
}

static void *take(size_t size, void *user)
{
    (void)user;
    if (refuse())
        return NULL;
    live++;
    return malloc(size);
}

static void *retake(void *block, size_t size, void *user)
{
    (void)user;
    return refuse() ? NULL : realloc(block, size);
}

static void give_back(void *block, void *user)
{
    (void)user;
    live--;
    free(block);
}

static void use_our_memory(void)
{
    const otls_allocator allocator = {
        .size = sizeof(allocator), .allocate = take, .reallocate = retake, .release = give_back};
    const otls_backend *engines[8];
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_set_allocator(&allocator, &err), OTLS_OK, "%s", err.text);
    cr_assert(otls_backend_list(engines, 8) != 0); /* whatever the registry takes stays */
}

/** All that an attempt holds. */
typedef struct attempt {
    const otls_backend *backend;
    uint16_t version;
    test_wire wire;
    otls_trust *trust;
    otls_identity *identities[2];
    otls_context *contexts[2];
    otls_connection *conns[2];
    otls_error err;
    otls_status status;
} attempt;

#define STEP(call)                                                                                 \
    do {                                                                                           \
        a->status = (call);                                                                        \
        if (a->status != OTLS_OK)                                                                  \
            return false;                                                                          \
    } while (0)

static bool set_up(attempt *a)
{
    static const char *const names[2] = {"client-ecdsa-p256", "server-ecdsa-p256"};
    char root[512], chain[512], key[512];
    otls_transport transport;

    (void)snprintf(root, sizeof(root), "%s/root.pem", OTLS_TEST_PKI);
    STEP(otls_trust_new(&a->trust, &a->err));
    STEP(otls_trust_add_file(a->trust, root, &a->err));
    for (int server = 0; server < 2; server++) {
        otls_context **context = &a->contexts[server];
        otls_identity **identity = &a->identities[server];

        (void)snprintf(chain, sizeof(chain), "%s/%s.pem", OTLS_TEST_PKI, names[server]);
        (void)snprintf(key, sizeof(key), "%s/%s.key", OTLS_TEST_PKI, names[server]);
        STEP(otls_identity_from_files(identity, a->backend, chain, key, NULL, NULL, &a->err));
        STEP(otls_context_new(context, a->backend, server ? OTLS_SERVER : OTLS_CLIENT, &a->err));
        STEP(otls_context_set_versions(*context, a->version, a->version, &a->err));
        STEP(otls_context_set_trust(*context, a->trust, &a->err));
        STEP(otls_context_add_identity(*context, *identity, &a->err));
        STEP(otls_context_set_verify_mode(*context, OTLS_VERIFY_MODE_REQUIRED, &a->err));
        transport = wire_transport(server ? &a->wire.server : &a->wire.client);
        STEP(otls_connection_new(&a->conns[server], *context, &transport, &a->err));
    }
    STEP(otls_connection_set_server_name(a->conns[0], "localhost", &a->err));
    return true;
}

static bool run_through(attempt *a, scenario *s)
{
    scenario_run(s, a->conns[0], a->conns[1], &a->wire, true);
    cr_assert(!s->stalled, "stalled at allocation %lu", fail_at);
    cr_assert(!s->client.wrong_data && !s->server.wrong_data);
    return s->client.status == OTLS_OK && s->server.status == OTLS_OK;
}

/* Returns whether the n-th allocation was not even reached. */
static bool try_once(const otls_backend *backend, uint16_t version, unsigned long n)
{
    attempt a = {.backend = backend, .version = version, .err = OTLS_ERROR_INIT};
    const size_t before = live;
    scenario s = {0};
    bool made, done = false;

    wire_init(&a.wire);
    asked = 0;
    failed = false;
    fail_at = n;
    made = set_up(&a);
    if (made)
        done = run_through(&a, &s);
    fail_at = 0;
    if (!made)
        cr_assert_eq(a.status, OTLS_E_NOMEM, "%s, allocation %lu: %s: %s",
                     otls_backend_name(backend), n, otls_status_name(a.status), a.err.text);
    cr_assert(done || failed, "%s: allocation %lu did not fail, yet: client %s: %s; server %s: %s",
              otls_backend_name(backend), n, otls_status_name(s.client.status), s.client.error.text,
              otls_status_name(s.server.status), s.server.error.text);
    /* a client that could not take out its certificate presents none, and is told so */
    cr_assert(s.client.status != OTLS_E_VERIFY &&
                  (s.server.status != OTLS_E_VERIFY ||
                   s.server.error.verify_flags == OTLS_VERIFY_MISSING),
              "%s: allocation %lu: a lack of memory is no verdict: client %s, server %s",
              otls_backend_name(backend), n, s.client.error.text, s.server.error.text);
    for (int i = 0; i < 2; i++) {
        otls_connection_free(a.conns[i]);
        otls_context_free(a.contexts[i]);
        otls_identity_free(a.identities[i]);
    }
    otls_trust_free(a.trust);
    wire_free(&a.wire);
    cr_assert_eq(live, before, "%s: allocation %lu: %zu blocks leaked", otls_backend_name(backend),
                 n, live - before);
    return !failed;
}

static size_t cell_count(void)
{
    const otls_backend *engines[8];

    return otls_backend_list(engines, 8) * 2;
}

ParameterizedTestParameters(allocation, each_fails)
{
    static size_t indexes[16];
    const size_t count = cell_count();

    for (size_t i = 0; i < count; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, count);
}

ParameterizedTest(size_t *index, allocation, each_fails, .init = use_our_memory)
{
    const otls_backend *engines[8];

    cr_assert(otls_backend_list(engines, 8) > *index / 2);
    for (int mode = 0; mode < 2; mode++) {
        unsigned long n = 1;

        for_good = mode == 1;
        while (!try_once(engines[*index / 2], *index % 2 == 0 ? OTLS_TLS1_2 : OTLS_TLS1_3, n))
            n++;
        cr_assert(n > 30, "only %lu allocations: are they core's?", n);
    }
}

/* ---- verification ---------------------------------------------------------------------------- */

static const struct {
    const char *chain, *root, *host;
    uint32_t options, flags;
} chains[] = {
    {"server-ecdsa-p256", "root", "localhost", 0, 0},
    {"server-ecdsa-p256", "root", "other.test", 0, OTLS_VERIFY_NAME_MISMATCH},
    {"server-ecdsa-p256", "other-root", "localhost", 0, OTLS_VERIFY_UNKNOWN_CA},
    {"server-ecdsa-p256", "root", "localhost", OTLS_VERIFY_OPTION_CRL_LEAF, 0},
    {"server-revoked", "root", "localhost", OTLS_VERIFY_OPTION_CRL_LEAF, OTLS_VERIFY_REVOKED},
};

static otls_trust *read_trust(size_t row)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust = NULL;
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s.pem", OTLS_TEST_PKI, chains[row].root);
    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, path, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_trust_add_crl_file(trust, OTLS_TEST_PKI "/int.crl", &err), OTLS_OK, "%s",
                 err.text);
    return trust;
}

/* The right verdict, or none for want of memory. */
static otls_status verify(otls_trust *trust, otls_certificate **list, size_t count, size_t row,
                          const otls_backend *backend)
{
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;
    otls_status status;

    parameters.backend = backend;
    parameters.time = time(NULL);
    parameters.name = chains[row].host;
    parameters.options = chains[row].options;
    status = otls_trust_verify(trust, (const otls_certificate *const *)list, count, &parameters,
                               &verdict, &err);
    if (status == OTLS_OK)
        cr_assert_eq(otls_verdict_flags(verdict), chains[row].flags,
                     "%s: row %zu, allocation %lu: 0x%x: %s", otls_backend_name(backend), row,
                     fail_at, otls_verdict_flags(verdict), otls_verdict_text(verdict));
    else
        cr_assert_eq(status, OTLS_E_NOMEM, "%s: row %zu, allocation %lu: %s: %s",
                     otls_backend_name(backend), row, fail_at, otls_status_name(status), err.text);
    otls_verdict_free(verdict);
    return status;
}

/* Returns whether the n-th allocation was not even reached. */
static bool verify_once(otls_certificate **list, size_t count, size_t row,
                        const otls_backend *backend, unsigned long n)
{
    otls_trust *trust = read_trust(row);

    asked = 0;
    failed = false;
    fail_at = n;
    (void)verify(trust, list, count, row, backend);
    fail_at = 0;
    cr_assert_eq(verify(trust, list, count, row, backend), OTLS_OK); /* nothing was kept of it */
    otls_trust_free(trust);
    return !failed;
}

Test(allocation, verdicts, .init = use_our_memory)
{
    const otls_backend *engines[8];
    const size_t engine_count = otls_backend_list(engines, 8);

    for (size_t row = 0; row < sizeof(chains) / sizeof(chains[0]); row++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_certificate **list = NULL;
        char path[512];
        size_t count = 0;

        (void)snprintf(path, sizeof(path), "%s/%s.pem", OTLS_TEST_PKI, chains[row].chain);
        cr_assert_eq(otls_certificate_list_from_file(&list, &count, path, &err), OTLS_OK, "%s",
                     err.text);
        for (size_t i = 0; i < engine_count; i++) {
            unsigned long n = 1;

            while (!verify_once(list, count, row, engines[i], n))
                n++;
            cr_assert(n > 2, "only %lu allocations: are they core's?", n);
        }
        otls_certificate_list_free(list, count);
    }
}
