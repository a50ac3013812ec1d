/* SPDX-License-Identifier: MIT */
/*
 * What contexts count beside what passed on the wire: which hellos asked for a session, which
 * handshakes left the certificates out. The same visits, and the same numbers, on every engine.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "session_pair.h"

#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIFETIME 300
#define CACHE_SIZE 2

/** One connection of the client, whose cache has room for two servers. */
typedef struct visit {
    const char *host;
    int64_t later; /* seconds since the visit before, by the client's clock */
    bool other;    /* to the other server, which has keys of its own */
    bool asks, resumed;
    bool too_old, crowded_out; /* why a host that has been visited is not asked for its session */
} visit;

static const visit visits[] = {
    {.host = "one.test"},
    {.host = "one.test", .asks = true, .resumed = true},
    {.host = "one.test", .asks = true, .resumed = true},
    {.host = "two.test"},
    {.host = "two.test", .asks = true, .resumed = true},
    {.host = "three.test"},
    {.host = "one.test", .crowded_out = true},
    {.host = "three.test", .asks = true, .resumed = true},
    {.host = "two.test", .crowded_out = true},
    {.host = "two.test", .later = LIFETIME - 1, .asks = true, .resumed = true},
    {.host = "two.test", .later = LIFETIME, .too_old = true},
    {.host = "two.test", .other = true, .asks = true},
    {.host = "two.test", .other = true, .asks = true, .resumed = true},
    {.host = "two.test", .asks = true},
    {.host = "two.test", .asks = true, .resumed = true},
};

/** What the wire, and nothing else, has told. */
typedef struct tally {
    uint64_t full, resumed, refused; /* refused: asked for, and not done */
} tally;

static otls_session_stats stats_of(const otls_context *context)
{
    otls_session_stats stats = {.size = sizeof(stats)};

    cr_assert_eq(otls_context_session_stats(context, &stats, NULL), OTLS_OK);
    return stats;
}

static void note(tally *t, const session_run *run)
{
    t->full += run->wire == WIRE_FULL;
    t->resumed += run->wire == WIRE_RESUMED;
    t->refused += run->wire == WIRE_FULL && run->wire_offered;
}

static void check_server(const otls_context *server, const tally *t, const pair_case *which)
{
    const otls_session_stats stats = stats_of(server);

    cr_expect_eq(stats.accept, t->full + t->resumed, "%s: accept %lu", pair_name(which),
                 (unsigned long)stats.accept);
    cr_expect_eq(stats.accept_good, t->full + t->resumed);
    cr_expect_eq(stats.hits, t->resumed, "%s: hits %lu", pair_name(which),
                 (unsigned long)stats.hits);
    cr_expect_eq(stats.misses, t->refused, "%s: misses %lu", pair_name(which),
                 (unsigned long)stats.misses);
    cr_expect_eq(stats.timeouts, 0, "%s: timeouts %lu", pair_name(which),
                 (unsigned long)stats.timeouts);
    cr_expect_eq(stats.cache_full, 0);
    cr_expect_eq(stats.connect, 0);
}

static void check_client(const otls_context *client, const tally *here, const tally *there,
                         uint64_t timeouts, uint64_t crowded_out, const pair_case *which)
{
    const otls_session_stats stats = stats_of(client);
    const uint64_t all = here->full + here->resumed + there->full + there->resumed;

    cr_expect_eq(stats.connect, all);
    cr_expect_eq(stats.connect_good, all);
    cr_expect_eq(stats.hits, here->resumed + there->resumed);
    cr_expect_eq(stats.misses, 0);
    cr_expect_eq(stats.accept, 0);
    cr_expect_eq(stats.timeouts, timeouts, "%s: timeouts %lu", pair_name(which),
                 (unsigned long)stats.timeouts);
    /* each that was missed had left, and so have those of the last newcomers */
    cr_expect_eq(stats.cache_full, crowded_out + 1, "%s: cache full %lu", pair_name(which),
                 (unsigned long)stats.cache_full);
    cr_expect_eq(stats.number, CACHE_SIZE);
}

static void count(const pair_case *which, const session_options *with)
{
    int64_t now = (int64_t)time(NULL);
    session_options options = *with;
    tally here = {0, 0, 0}, there = {0, 0, 0};
    uint64_t too_old = 0, crowded_out = 0;
    otls_context *other;
    session_pair s = {.which = *which};

    s.server = session_server(which, &options);
    other = session_server(which, &options);
    options.client_mode = OTLS_SESSION_CACHE_CLIENT;
    options.no_name_check = true;
    options.lifetime = LIFETIME;
    options.now = &now;
    s.client = session_client(which, &options);
    cr_assert_eq(otls_context_set_session_cache_size(s.client, CACHE_SIZE, NULL), OTLS_OK);
    for (size_t i = 0; i < COUNT(visits); i++) {
        const visit *v = &visits[i];
        session_run run;

        now += v->later;
        run = session_connect_with(which, s.client, v->other ? other : s.server, NULL, v->host);
        cr_expect_eq(run.wire_offered, v->asks, "%s: visit %zu asks: %d", pair_name(which), i,
                     run.wire_offered);
        cr_expect_eq(run.wire == WIRE_RESUMED, v->resumed, "%s: visit %zu", pair_name(which), i);
        note(v->other ? &there : &here, &run);
        too_old += v->too_old && !run.wire_offered;
        crowded_out += v->crowded_out && !run.wire_offered;
        otls_session_free(run.session);
    }
    check_server(s.server, &here, which);
    check_server(other, &there, which);
    check_client(s.client, &here, &there, too_old, crowded_out, which);
    session_close(&s);
    otls_context_free(other);
}

ParameterizedTestParameters(statistics, server_clock)
{
    return pair_parameters_short();
}

/* Tickets are in nobody's cache: by the server's clock they are good or they are missed, and an
 * engine that keeps the client's certificates elsewhere counts no differently. */
ParameterizedTest(size_t *index, statistics, server_clock)
{
    const pair_case which = pair_case_short_at(*index);
    int64_t now = (int64_t)time(NULL);
    session_options options = {.client_identity = "client-ecdsa-p256",
                               .verify_mode = OTLS_VERIFY_MODE_REQUIRED};
    session_pair s = {.which = which};
    tally t = {0, 0, 0};

    if (which.version != OTLS_TLS1_3)
        return;
    s.client = session_client(&which, &options);
    options.lifetime = LIFETIME;
    options.now = &now;
    s.server = session_server(&which, &options);
    for (unsigned i = 0; i < 4; i++) {
        session_run first = session_connect(&s, NULL, NULL), second;

        cr_assert_not_null(first.session);
        now += i * LIFETIME;
        second = session_connect(&s, first.session, NULL);
        cr_expect(second.wire_offered);
        cr_expect(i != 0 || second.wire == WIRE_RESUMED, "%s", pair_name(&which));
        cr_expect(i != 3 || second.wire == WIRE_FULL, "%s: all keys have gone", pair_name(&which));
        note(&t, &first);
        note(&t, &second);
        otls_session_free(first.session);
        otls_session_free(second.session);
    }
    cr_expect_eq(t.full + t.resumed, 8);
    check_server(s.server, &t, &which);
    session_close(&s);
}

ParameterizedTestParameters(statistics, wire)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, statistics, wire)
{
    const pair_case which = pair_case_short_at(*index);

    count(&which, &(session_options){.no_tickets = which.version == OTLS_TLS1_2});
    count(&which, &(session_options){.no_tickets = false});
}

ParameterizedTestParameters(statistics, wire_client_certificate)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, statistics, wire_client_certificate)
{
    const pair_case which = pair_case_short_at(*index);

    count(&which, &(session_options){.client_identity = "client-ecdsa-p256",
                                     .verify_mode = OTLS_VERIFY_MODE_REQUIRED});
}
