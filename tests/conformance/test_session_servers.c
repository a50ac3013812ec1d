/* SPDX-License-Identifier: MIT */
/* Servers: what is counted, keys that rotate and are shared, a cache that is elsewhere. */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "divergence.h"
#include "session_pair.h"

#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t clock_now;

static otls_session_stats stats_of(const otls_context *context)
{
    otls_session_stats stats = {.size = sizeof(stats)};

    cr_assert_eq(otls_context_session_stats(context, &stats, NULL), OTLS_OK);
    return stats;
}

/* What core counted is what passed on the wire, in both versions. */
ParameterizedTestParameters(servers, counts_on_the_wire)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, servers, counts_on_the_wire)
{
    const pair_case which = pair_case_short_at(*index);
    unsigned full = 0, resumed = 0;
    session_pair s;
    otls_session *session = NULL;

    session_open(&s, &which, NULL);
    for (int i = 0; i < 7; i++) {
        /* every third one starts afresh */
        session_run run = session_connect(&s, i % 3 == 0 ? NULL : session, NULL);

        full += run.wire == WIRE_FULL;
        resumed += run.wire == WIRE_RESUMED;
        if (run.session != NULL) {
            otls_session_free(session);
            session = run.session;
        }
    }
    cr_expect_eq(full, 3, "%s: %u full", pair_name(&which), full);
    cr_expect_eq(resumed, 4, "%s: %u resumed", pair_name(&which), resumed);
    cr_expect_eq(stats_of(s.server).accept_good, full + resumed);
    cr_expect_eq(stats_of(s.server).hits, resumed);
    cr_expect_eq(stats_of(s.client).connect_good, full + resumed);
    cr_expect_eq(stats_of(s.client).hits, resumed);
    otls_session_free(session);
    session_close(&s);
}

ParameterizedTestParameters(servers, statistics)
{
    return pair_parameters_short();
}

/* Three full handshakes, one resumed, one for a session that is gone, one for one too old. */
ParameterizedTest(size_t *index, servers, statistics)
{
    const pair_case which = pair_case_short_at(*index);
    session_options options = {.no_tickets = true, .lifetime = 300, .now = &clock_now};
    session_run first, second, run;
    otls_session_stats stats;
    session_pair s, other;

    if (which.version != OTLS_TLS1_2)
        return;
    clock_now = (int64_t)time(NULL);
    session_open(&s, &which, &options);
    session_open(&other, &which, &options);
    first = session_connect(&s, NULL, NULL);
    second = session_connect(&s, NULL, NULL);
    cr_assert(first.session != NULL && second.session != NULL);
    stats = stats_of(s.server);
    cr_expect_eq(stats.number, 2);
    run = session_connect(&s, first.session, NULL);
    cr_expect(run.reused_server);
    otls_session_free(run.session);
    /* the other server never saw it */
    run = session_connect_with(&which, s.client, other.server, first.session, NULL);
    cr_expect(!run.reused_server && !run.reused_client);
    otls_session_free(run.session);
    stats = stats_of(other.server);
    cr_expect_eq(stats.misses, 1, "%s: %lu", pair_name(&which), (unsigned long)stats.misses);
    cr_expect_eq(stats.hits, 0);
    cr_expect_eq(stats.accept_good, 1);
    clock_now += 301;
    cr_expect_eq(otls_context_purge_sessions(other.server), 1);
    cr_expect_eq(stats_of(other.server).number, 0);
    run = session_connect(&s, first.session, NULL);
    cr_expect_eq(run.fit, OTLS_SESSION_EXPIRED);
    cr_expect(!run.reused_server);
    otls_session_free(run.session);
    stats = stats_of(s.client);
    cr_expect_eq(stats.timeouts, 1);
    cr_expect_eq(stats.connect, 5);
    cr_expect_eq(stats.connect_good, 5);
    stats = stats_of(s.server);
    cr_expect_eq(stats.accept, 4);
    cr_expect_eq(stats.accept_good, 4);
    cr_expect_eq(stats.hits, 1);
    cr_expect_eq(stats.misses, 0);
    otls_session_free(first.session);
    otls_session_free(second.session);
    session_close(&s);
    session_close(&other);
}

ParameterizedTestParameters(servers, old_entries)
{
    return pair_parameters_short();
}

/* The client's clock stands still, the server's does not: found, and too old. */
ParameterizedTest(size_t *index, servers, old_entries)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options client = {.no_tickets = true},
                          server = {.no_tickets = true, .lifetime = 300, .now = &clock_now};
    session_run first, second;
    otls_session_stats stats;
    session_pair s = {.which = which};

    if (which.version != OTLS_TLS1_2)
        return;
    clock_now = (int64_t)time(NULL);
    s.client = session_client(&which, &client);
    s.server = session_server(&which, &server);
    first = session_connect(&s, NULL, NULL);
    cr_assert_not_null(first.session);
    clock_now += 300;
    second = session_connect(&s, first.session, NULL);
    cr_expect_eq(second.fit, OTLS_SESSION_OFFERED);
    cr_expect(!second.reused_server && !second.reused_client);
    stats = stats_of(s.server);
    cr_expect_eq(stats.timeouts, 1, "%s", pair_name(&which));
    cr_expect_eq(stats.misses, 0);
    cr_expect_eq(stats.number, 1, "the old one left, the new one came");
    otls_session_free(first.session);
    otls_session_free(second.session);
    session_close(&s);
}

ParameterizedTestParameters(servers, full)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, servers, full)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.no_tickets = true};
    session_run runs[4];
    session_pair s;

    if (which.version != OTLS_TLS1_2)
        return;
    session_open(&s, &which, &options);
    cr_assert_eq(otls_context_set_session_cache_size(s.server, 2, NULL), OTLS_OK);
    for (size_t i = 0; i < COUNT(runs); i++)
        runs[i] = session_connect(&s, NULL, NULL);
    cr_expect_eq(stats_of(s.server).number, 2);
    cr_expect_eq(stats_of(s.server).cache_full, 2);
    for (size_t i = COUNT(runs); i-- > 0;) {
        const session_run again = session_connect(&s, runs[i].session, NULL);

        cr_expect_eq(again.reused_server, i >= 2, "%s: session %zu", pair_name(&which), i);
        otls_session_free(again.session);
        otls_session_free(runs[i].session);
    }
    cr_expect_eq(stats_of(s.server).misses, 2);
    session_close(&s);
}

/* ---- keys ---- */

ParameterizedTestParameters(servers, rotation)
{
    return pair_parameters_short();
}

/* No handshake fails; after one rotation a ticket still opens, after two it does not. */
ParameterizedTest(size_t *index, servers, rotation)
{
    const pair_case which = pair_case_short_at(*index);
    session_run runs[3], again;
    session_pair s;

    if (which.version == OTLS_TLS1_2 && strcmp(otls_backend_name(which.client), "wolfssl") == 0)
        return; /* resumes by id: no ticket to open */
    session_open(&s, &which, NULL);
    for (size_t i = 0; i < COUNT(runs); i++) {
        runs[i] = session_connect(&s, NULL, NULL);
        cr_assert_not_null(runs[i].session);
    }
    for (size_t i = 0; i < COUNT(runs); i++) {
        const bool wanted = i < 2;

        again = session_connect(&s, runs[i].session, NULL);
        cr_expect_eq(again.fit, OTLS_SESSION_OFFERED);
        cr_expect_eq(again.reused_server, wanted, "%s: after %zu rotations", pair_name(&which), i);
        cr_expect_eq(again.reused_client, wanted);
        otls_session_free(again.session);
        otls_session_free(runs[i].session);
        cr_assert_eq(otls_context_rotate_ticket_keys(s.server, NULL), OTLS_OK);
    }
    session_close(&s);
}

ParameterizedTestParameters(servers, renewed)
{
    return pair_parameters_short();
}

/*
 * TLS 1.3: a resumption under the previous key brings tickets of the current one, which outlives
 * it. (In TLS 1.2 a server need not renew a ticket, and a client need not take what it gets.)
 */
ParameterizedTest(size_t *index, servers, renewed)
{
    const pair_case which = pair_case_short_at(*index);
    const divergence *known = divergence_find("a ticket renewed under the current key", &which);
    session_run first, second, third;
    session_pair s;

    if (which.version != OTLS_TLS1_3)
        return;
    session_open(&s, &which, NULL);
    first = session_connect(&s, NULL, NULL);
    cr_assert_not_null(first.session);
    cr_assert_eq(otls_context_rotate_ticket_keys(s.server, NULL), OTLS_OK);
    second = session_connect(&s, first.session, NULL);
    cr_expect(second.reused_server && second.reused_client, "%s", pair_name(&which));
    cr_assert_not_null(second.session);
    cr_assert_eq(otls_context_rotate_ticket_keys(s.server, NULL), OTLS_OK);
    third = session_connect(&s, second.session, NULL);
    cr_expect_eq(third.reused_server, known == NULL, "%s: a ticket of the last key but two",
                 pair_name(&which));
    cr_expect_eq(third.reused_client, known == NULL);
    otls_session_free(first.session);
    otls_session_free(second.session);
    otls_session_free(third.session);
    session_close(&s);
}

ParameterizedTestParameters(servers, rotated_fleet)
{
    return pair_parameters_short();
}

/* One of two servers with the same keys rotates: each opens the other's tickets, old and new. */
ParameterizedTest(size_t *index, servers, rotated_fleet)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.no_tickets = false};
    uint8_t keys[3 * OTLS_TICKET_KEY_SIZE];
    otls_context *behind;
    session_run old, new, again;
    session_pair s;

    if (which.version == OTLS_TLS1_2 && strcmp(otls_backend_name(which.client), "wolfssl") == 0)
        return;
    session_open(&s, &which, NULL);
    behind = session_server(&which, &options);
    cr_assert_eq(otls_context_ticket_keys(s.server, keys, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_ticket_keys(behind, keys, sizeof(keys), NULL), OTLS_OK);
    old = session_connect_with(&which, s.client, behind, NULL, NULL);
    cr_assert_eq(otls_context_rotate_ticket_keys(s.server, NULL), OTLS_OK);
    new = session_connect(&s, NULL, NULL);
    cr_assert(old.session != NULL && new.session != NULL);
    again = session_connect(&s, old.session, NULL);
    cr_expect(again.reused_server && again.reused_client, "%s: its previous key",
              pair_name(&which));
    otls_session_free(again.session);
    again = session_connect_with(&which, s.client, behind, new.session, NULL);
    cr_expect(again.reused_server && again.reused_client, "%s: its next key", pair_name(&which));
    otls_session_free(new.session);
    new = again;
    cr_assert_not_null(new.session);
    again = session_connect(&s, new.session, NULL);
    cr_expect(again.reused_server && again.reused_client, "%s: what came of that",
              pair_name(&which));
    otls_session_free(again.session);
    cr_assert_eq(otls_context_set_ticket_keys(behind, keys, OTLS_TICKET_KEY_SIZE, NULL), OTLS_OK);
    again = session_connect_with(&which, s.client, behind, old.session, NULL);
    cr_expect(again.reused_server && again.reused_client, "%s: its only key", pair_name(&which));
    otls_session_free(again.session);
    cr_assert_eq(otls_context_rotate_ticket_keys(s.server, NULL), OTLS_OK);
    again = session_connect(&s, old.session, NULL);
    cr_expect(!again.reused_server && !again.reused_client, "%s: a key that is gone",
              pair_name(&which));
    otls_session_free(again.session);
    otls_session_free(old.session);
    otls_session_free(new.session);
    otls_context_free(behind);
    session_close(&s);
}

ParameterizedTestParameters(servers, shared_keys)
{
    return pair_parameters_short();
}

/* Two servers with the same keys resume each other's tickets; with others they do not. */
ParameterizedTest(size_t *index, servers, shared_keys)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.no_tickets = false};
    uint8_t keys[3 * OTLS_TICKET_KEY_SIZE];
    otls_context *second;
    session_run first, again;
    session_pair s;

    if (which.version == OTLS_TLS1_2 && strcmp(otls_backend_name(which.client), "wolfssl") == 0)
        return;
    session_open(&s, &which, NULL);
    second = session_server(&which, &options);
    first = session_connect(&s, NULL, NULL);
    cr_assert_not_null(first.session);
    again = session_connect_with(&which, s.client, second, first.session, NULL);
    cr_expect(!again.reused_server && !again.reused_client, "%s: keys of its own",
              pair_name(&which));
    otls_session_free(again.session);
    cr_assert_eq(otls_context_ticket_keys(s.server, keys, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_ticket_keys(second, keys, sizeof(keys), NULL), OTLS_OK);
    again = session_connect_with(&which, s.client, second, first.session, NULL);
    cr_expect(again.reused_server && again.reused_client, "%s: shared keys", pair_name(&which));
    otls_session_free(again.session);
    otls_session_free(first.session);
    otls_context_free(second);
    session_close(&s);
}

/* ---- a cache elsewhere ---- */

typedef struct elsewhere {
    uint8_t key[64], entry[65536];
    size_t key_size, entry_size;
    unsigned stores, fetches;
    size_t damage; /* flip this byte; SIZE_MAX = none */
    bool gone;
} elsewhere;

static void put(void *user, const uint8_t *key, size_t key_size, const uint8_t *entry,
                size_t entry_size, uint32_t seconds)
{
    elsewhere *e = user;

    cr_assert(key_size <= sizeof(e->key) && entry_size <= sizeof(e->entry) && seconds == 7200);
    if (e->gone)
        return;
    memcpy(e->key, key, key_size);
    memcpy(e->entry, entry, entry_size);
    e->key_size = key_size;
    e->entry_size = entry_size;
    e->stores++;
}

static size_t get(void *user, const uint8_t *key, size_t key_size, uint8_t *entry, size_t capacity)
{
    elsewhere *e = user;

    e->fetches++;
    if (e->gone || key_size != e->key_size || memcmp(key, e->key, key_size) != 0 ||
        capacity < e->entry_size)
        return 0;
    memcpy(entry, e->entry, e->entry_size);
    if (e->damage < e->entry_size)
        entry[e->damage] ^= 0x10;
    return e->entry_size;
}

static otls_context *server_elsewhere(const pair_case *which, elsewhere *e)
{
    const session_options options = {.no_tickets = true,
                                     .server_mode = OTLS_SESSION_CACHE_SERVER |
                                                    OTLS_SESSION_CACHE_NO_INTERNAL};
    const otls_external_cache cache = {sizeof(cache), put, get, NULL, e};
    otls_context *context = session_server(which, &options);

    cr_assert_eq(otls_context_set_external_cache(context, &cache, NULL), OTLS_OK);
    return context;
}

ParameterizedTestParameters(servers, external_cache)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, servers, external_cache)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.no_tickets = true};
    static elsewhere e;
    otls_context *client, *one, *two;
    session_run first, again;

    if (which.version != OTLS_TLS1_2)
        return;
    e = (elsewhere){.damage = SIZE_MAX};
    client = session_client(&which, &options);
    one = server_elsewhere(&which, &e);
    two = server_elsewhere(&which, &e);
    first = session_connect_with(&which, client, one, NULL, NULL);
    cr_assert_not_null(first.session);
    cr_expect_eq(e.stores, 1, "%s: stored %u times", pair_name(&which), e.stores);
    cr_expect_eq(stats_of(one).number, 0);
    again = session_connect_with(&which, client, two, first.session, NULL);
    cr_expect(again.reused_client && again.reused_server, "%s: on the other server",
              pair_name(&which));
    otls_session_free(again.session);
    for (e.damage = 0; e.damage < e.entry_size; e.damage += 37) {
        const elsewhere before = e;

        again = session_connect_with(&which, client, two, first.session, NULL);
        cr_expect(!again.reused_client && !again.reused_server, "%s: byte %zu damaged",
                  pair_name(&which), e.damage);
        otls_session_free(again.session);
        memcpy(e.key, before.key, sizeof(e.key)); /* a full handshake stored its own */
        memcpy(e.entry, before.entry, sizeof(e.entry));
        e.key_size = before.key_size;
        e.entry_size = before.entry_size;
    }
    e.gone = true;
    again = session_connect_with(&which, client, two, first.session, NULL);
    cr_expect(!again.reused_client && !again.reused_server);
    otls_session_free(again.session);
    otls_session_free(first.session);
    otls_context_free(client);
    otls_context_free(one);
    otls_context_free(two);
}

/* ---- settings that are refused ---- */

Test(servers, refusals)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);
    uint8_t keys[3 * OTLS_TICKET_KEY_SIZE];

    for (size_t i = 0; i < count; i++) {
        otls_context *context;

        cr_assert_eq(otls_context_new(&context, engines[i], OTLS_SERVER, NULL), OTLS_OK);
        for (size_t k = 0; k < sizeof(keys); k++)
            keys[k] = (uint8_t)(k * 7 + k / 80);
        cr_expect_eq(otls_context_set_session_cache_mode(context, 4, NULL), OTLS_E_USAGE);
        cr_expect_eq(otls_context_session_cache_mode(context), OTLS_SESSION_CACHE_OFF);
        cr_expect_eq(otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_BOTH, NULL),
                     OTLS_OK);
        cr_expect_eq(otls_context_session_cache_mode(context), OTLS_SESSION_CACHE_BOTH);
        cr_expect_eq(otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_OFF, NULL),
                     OTLS_OK);
        cr_expect_eq(otls_context_set_session_lifetime(context, 0, NULL), OTLS_E_CONFIG);
        cr_expect_eq(otls_context_session_lifetime(context), 7200);
        cr_expect_eq(otls_context_set_session_lifetime(context, 60, NULL), OTLS_OK);
        cr_expect_eq(otls_context_session_lifetime(context), 60);
        cr_expect_eq(otls_context_set_session_lifetime(context, 604801, NULL), OTLS_E_CONFIG);
        cr_expect_eq(otls_context_set_session_cache_size(context, 0, NULL), OTLS_E_CONFIG);
        cr_expect_eq(otls_context_set_session_id_context(context, keys, 33, NULL), OTLS_E_CONFIG);
        cr_expect_eq(otls_context_set_ticket_count(context, 256, NULL), OTLS_E_CONFIG);
        cr_expect_eq(otls_context_set_ticket_keys(context, keys, 79, NULL), OTLS_E_USAGE);
        cr_expect_eq(otls_context_set_ticket_keys(context, keys, 320, NULL), OTLS_E_USAGE);
        cr_expect_eq(otls_context_set_ticket_keys(context, keys, 240, NULL), OTLS_OK);
        memcpy(keys + 80, keys, 16);
        cr_expect_eq(otls_context_set_ticket_keys(context, keys, 240, NULL), OTLS_E_USAGE);
        memset(keys + 16, 0, 32);
        cr_expect_eq(otls_context_set_ticket_keys(context, keys, 80, NULL), OTLS_E_USAGE);
        cr_expect_eq(
            otls_context_set_external_cache(
                context, &(otls_external_cache){.size = sizeof(otls_external_cache)}, NULL),
            OTLS_E_USAGE);
        otls_context_free(context);
    }
}
