/* SPDX-License-Identifier: MIT */
/*
 * Servers that asked for client certificates, and whose cache has lost what it knew of a session.
 * No handshake fails over it, and nobody is taken for someone else or for nobody: either the ticket
 * itself says who the client was, or the handshake is a full one.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "divergence.h"
#include "session_pair.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- an external cache that can be emptied ---- */

typedef struct shelf {
    uint8_t key[16][64], entry[16][16384];
    size_t key_size[16], entry_size[16], count;
} shelf;

static shelf outside;

static void put(void *user, const uint8_t *key, size_t key_size, const uint8_t *entry,
                size_t entry_size, uint32_t seconds)
{
    shelf *s = user;
    const size_t at = s->count++;

    cr_assert(at < COUNT(s->key) && key_size <= sizeof(s->key[0]) &&
              entry_size <= sizeof(s->entry[0]) && seconds != 0);
    memcpy(s->key[at], key, key_size);
    memcpy(s->entry[at], entry, entry_size);
    s->key_size[at] = key_size;
    s->entry_size[at] = entry_size;
}

static size_t get(void *user, const uint8_t *key, size_t key_size, uint8_t *entry, size_t capacity)
{
    const shelf *s = user;

    for (size_t i = s->count; i-- > 0;)
        if (s->key_size[i] == key_size && memcmp(s->key[i], key, key_size) == 0 &&
            s->entry_size[i] <= capacity) {
            memcpy(entry, s->entry[i], s->entry_size[i]);
            return s->entry_size[i];
        }
    return 0;
}

/* ---- the ways to lose it ---- */

typedef enum lost {
    LOST_NOT,          /* nothing is lost */
    LOST_NOT_OUTSIDE,  /* another server with the same keys finds it in the external cache */
    LOST_EVICTED,      /* another client's session took its place */
    LOST_OUTSIDE,      /* the external cache was emptied */
    LOST_OTHER_SERVER, /* another server has the same ticket keys and nothing else */
    LOST_KEYS          /* another server that shares nothing */
} lost;

typedef struct loss {
    const char *name;
    lost how;
    const char *client_identity;
    otls_verify_mode verify_mode;
    bool reused; /* where a ticket carries the client's certificates */
} loss;

#define CLIENT "client-ecdsa-p256"

static const loss losses[] = {
    {"nothing lost", LOST_NOT, CLIENT, OTLS_VERIFY_MODE_REQUIRED, true},
    {"nothing lost, optional", LOST_NOT, CLIENT, OTLS_VERIFY_MODE_OPTIONAL, true},
    {"an external cache", LOST_NOT_OUTSIDE, CLIENT, OTLS_VERIFY_MODE_REQUIRED, true},
    {"evicted", LOST_EVICTED, CLIENT, OTLS_VERIFY_MODE_REQUIRED, true},
    {"evicted, optional", LOST_EVICTED, CLIENT, OTLS_VERIFY_MODE_OPTIONAL, true},
    {"evicted, optional, no certificate", LOST_EVICTED, NULL, OTLS_VERIFY_MODE_OPTIONAL, true},
    {"external cache emptied", LOST_OUTSIDE, CLIENT, OTLS_VERIFY_MODE_REQUIRED, true},
    {"external cache emptied, optional", LOST_OUTSIDE, CLIENT, OTLS_VERIFY_MODE_OPTIONAL, true},
    {"another server with the ticket keys", LOST_OTHER_SERVER, CLIENT, OTLS_VERIFY_MODE_REQUIRED,
     true},
    {"another server with the ticket keys, optional", LOST_OTHER_SERVER, CLIENT,
     OTLS_VERIFY_MODE_OPTIONAL, true},
    {"another server with the ticket keys, no certificate", LOST_OTHER_SERVER, NULL,
     OTLS_VERIFY_MODE_OPTIONAL, true},
    {"another server", LOST_KEYS, CLIENT, OTLS_VERIFY_MODE_REQUIRED, false},
    {"another server, optional", LOST_KEYS, CLIENT, OTLS_VERIFY_MODE_OPTIONAL, false},
};

static bool external(lost how)
{
    return how == LOST_NOT_OUTSIDE || how == LOST_OUTSIDE;
}

static otls_context *server_for(const pair_case *which, const loss *l,
                                const session_options *options)
{
    const otls_external_cache cache = {sizeof(cache), put, get, NULL, &outside};
    otls_context *context = session_server(which, options);

    if (external(l->how))
        cr_assert_eq(otls_context_set_external_cache(context, &cache, NULL), OTLS_OK);
    else if (l->how == LOST_EVICTED)
        cr_assert_eq(otls_context_set_session_cache_size(context, 1, NULL), OTLS_OK);
    return context;
}

/* The server of the second connection, which may be the first one. */
static otls_context *lose(const pair_case *which, const loss *l, const session_options *options,
                          otls_context *client, otls_context *server)
{
    uint8_t keys[3 * OTLS_TICKET_KEY_SIZE];
    otls_context *other;
    session_run run;

    if (l->how == LOST_EVICTED) {
        run = session_connect_with(which, client, server, NULL, NULL);
        otls_session_free(run.session);
    }
    if (l->how == LOST_NOT || l->how == LOST_EVICTED)
        return otls_context_ref(server);
    if (l->how == LOST_OUTSIDE)
        outside.count = 0;
    other = server_for(which, l, options);
    if (l->how == LOST_KEYS)
        return other;
    cr_assert_eq(otls_context_ticket_keys(server, keys, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_ticket_keys(other, keys, sizeof(keys), NULL), OTLS_OK);
    return other;
}

/* Without tickets all there is stands in the cache. */
static bool expected(const loss *l, const pair_case *which, bool no_tickets)
{
    const bool kept = l->how == LOST_NOT || l->how == LOST_NOT_OUTSIDE;

    if (no_tickets)
        return kept;
    return l->reused && (kept || l->client_identity == NULL ||
                         divergence_find("a ticket whose cache entry is gone", which) == NULL);
}

static void lost_session(const loss *l, const pair_case *which, bool no_tickets)
{
    const session_options options = {.client_identity = l->client_identity,
                                     .verify_mode = l->verify_mode,
                                     .no_tickets = no_tickets,
                                     .server_mode =
                                         OTLS_SESSION_CACHE_SERVER |
                                         (external(l->how) ? OTLS_SESSION_CACHE_NO_INTERNAL : 0)};
    const bool wanted = expected(l, which, no_tickets);
    otls_context *client = session_client(which, &options);
    otls_context *server, *again;
    session_run first, second, third;

    outside.count = 0;
    server = server_for(which, l, &options);
    first = session_connect_with(which, client, server, NULL, NULL);
    cr_assert_not_null(first.session, "%s: %s: no session", l->name, pair_name(which));
    again = lose(which, l, &options, client, server);
    second = session_connect_with(which, client, again, first.session, NULL);
    cr_expect_eq(second.fit, OTLS_SESSION_OFFERED);
    cr_expect_eq(second.reused_server, wanted, "%s: %s: reused %d", l->name, pair_name(which),
                 second.reused_server);
    cr_expect_eq(second.server_chain, first.server_chain, "%s: %s: %zu certificates", l->name,
                 pair_name(which), second.server_chain);
    cr_expect_eq(second.server_verified, first.server_verified);
    cr_expect_eq(second.server_flags, first.server_flags);
    cr_assert_not_null(second.session);
    /* what came of it is as good as the first */
    third = session_connect_with(which, client, again, second.session, NULL);
    cr_expect(third.reused_server, "%s: %s: not again", l->name, pair_name(which));
    cr_expect_eq(third.server_chain, first.server_chain, "%s: %s: %zu certificates", l->name,
                 pair_name(which), third.server_chain);
    otls_session_free(first.session);
    otls_session_free(second.session);
    otls_session_free(third.session);
    otls_context_free(client);
    otls_context_free(server);
    otls_context_free(again);
}

ParameterizedTestParameters(gone, tickets)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, gone, tickets)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; which.version == OTLS_TLS1_3 && i < COUNT(losses); i++)
        lost_session(&losses[i], &which, false);
}

ParameterizedTestParameters(gone, ids)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, gone, ids)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; which.version == OTLS_TLS1_2 && i < COUNT(losses); i++)
        lost_session(&losses[i], &which, true);
}
