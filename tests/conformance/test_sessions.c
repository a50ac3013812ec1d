/* SPDX-License-Identifier: MIT */
/* Resumption between every pair of engines: by ticket and by id, with and without client
 * certificates, and what is known of the peer afterwards. */
#include "divergence.h"
#include "session_pair.h"

#include <criterion/criterion.h>
#include <string.h>

/** One way to resume. */
typedef struct way {
    const char *name;
    uint16_t version;
    bool no_tickets;
    const char *client_identity;
    otls_verify_mode verify_mode;
} way;

static const way ways[] = {
    {"ticket13", OTLS_TLS1_3, false, NULL, OTLS_VERIFY_MODE_NONE},
    {"ticket12", OTLS_TLS1_2, false, NULL, OTLS_VERIFY_MODE_NONE},
    {"id12", OTLS_TLS1_2, true, NULL, OTLS_VERIFY_MODE_NONE},
    {"ticket13, client certificate", OTLS_TLS1_3, false, "client-ecdsa-p256",
     OTLS_VERIFY_MODE_REQUIRED},
    {"ticket12, client certificate", OTLS_TLS1_2, false, "client-ecdsa-p256",
     OTLS_VERIFY_MODE_REQUIRED},
    {"id12, client certificate", OTLS_TLS1_2, true, "client-ecdsa-p256", OTLS_VERIFY_MODE_REQUIRED},
    {"ticket13, no certificate though asked", OTLS_TLS1_3, false, NULL, OTLS_VERIFY_MODE_OPTIONAL},
    {"id12, no certificate though asked", OTLS_TLS1_2, true, NULL, OTLS_VERIFY_MODE_OPTIONAL},
};

static void resume(const way *w, const pair_case *which)
{
    const session_options options = {.no_tickets = w->no_tickets,
                                     .client_identity = w->client_identity,
                                     .verify_mode = w->verify_mode};
    session_pair s;
    session_run first, second;

    session_open(&s, which, &options);
    first = session_connect(&s, NULL, NULL);
    cr_assert(!first.reused_client && !first.reused_server && first.fit == OTLS_SESSION_NONE);
    cr_assert_not_null(first.session, "%s: %s: no session", w->name, pair_name(which));
    cr_expect_eq(otls_session_version(first.session), w->version);
    cr_expect_str_eq(otls_session_server_name(first.session), "localhost");
    second = session_connect(&s, first.session, NULL);
    cr_expect_eq(second.fit, OTLS_SESSION_OFFERED);
    cr_expect(second.reused_client && second.reused_server, "%s: %s: client %d, server %d", w->name,
              pair_name(which), second.reused_client, second.reused_server);
    cr_expect_eq(second.client_chain, first.client_chain);
    cr_expect_eq(second.client_verified, first.client_verified);
    cr_expect_eq(second.client_flags, first.client_flags);
    cr_expect_eq(second.server_chain, first.server_chain, "%s: %s: %zu of %zu certificates",
                 w->name, pair_name(which), second.server_chain, first.server_chain);
    cr_expect_eq(second.server_verified, first.server_verified);
    cr_expect_eq(second.server_flags, first.server_flags);
    cr_expect_not_null(second.session, "a resumed connection has a session too");
    otls_session_free(first.session);
    otls_session_free(second.session);
    session_close(&s);
}

static void resume_in(size_t index, uint16_t version, bool no_tickets, bool client)
{
    const pair_case which = pair_case_short_at(index);

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (which.version == version && ways[i].version == version &&
            ways[i].no_tickets == no_tickets &&
            (ways[i].verify_mode != OTLS_VERIFY_MODE_NONE) == client)
            resume(&ways[i], &which);
}

#define WAY(name, version, no_tickets, client)                                                     \
    ParameterizedTestParameters(resume, name)                                                      \
    {                                                                                              \
        return pair_parameters_short();                                                            \
    }                                                                                              \
    ParameterizedTest(size_t *index, resume, name)                                                 \
    {                                                                                              \
        resume_in(*index, version, no_tickets, client);                                            \
    }

WAY(ticket13, OTLS_TLS1_3, false, false)
WAY(ticket12, OTLS_TLS1_2, false, false)
WAY(id12, OTLS_TLS1_2, true, false)
WAY(ticket13_client_certificate, OTLS_TLS1_3, false, true)
WAY(ticket12_client_certificate, OTLS_TLS1_2, false, true)
WAY(id12_client_certificate, OTLS_TLS1_2, true, true)

ParameterizedTestParameters(sessions, off_by_default)
{
    return pair_parameters_short();
}

/* Nobody asked: no session arises, none is stored, no ticket is on the wire. */
ParameterizedTest(size_t *index, sessions, off_by_default)
{
    const pair_case which = pair_case_short_at(*index);
    otls_session_stats stats = {.size = sizeof(stats)};
    otls_session *session;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    pair_transfer(p.server, p.client, 100, 1);
    session = otls_connection_session(p.client);
    cr_expect_null(session);
    cr_assert_eq(otls_context_session_stats(p.server_context, &stats, NULL), OTLS_OK);
    cr_expect_eq(stats.number, 0);
    cr_expect_eq(stats.accept_good, 1);
    cr_expect_eq(otls_context_ticket_count(p.server_context), 0);
    pair_close(&p);
}

typedef struct heard {
    unsigned count;
    otls_session *last;
} heard;

static bool same_id(const otls_session *a, const otls_session *b)
{
    size_t a_size, b_size;
    const uint8_t *const a_id = otls_session_id(a, &a_size), *const b_id = otls_session_id(b, &b_size);

    return a_size == b_size && (a_size == 0 || memcmp(a_id, b_id, a_size) == 0);
}

/* In TLS 1.3 the engines make one of the ticket, so that each session can be told from the others. */
static void check_id(const pair_case *which, const otls_session *session)
{
    size_t size;
    const uint8_t *const id = otls_session_id(session, &size);

    cr_expect(which->version != OTLS_TLS1_3 || size == 32, "%s: an id of %zu bytes", pair_name(which),
              size);
    cr_expect_eq(id != NULL, size != 0);
}

static void hear(otls_connection *conn, otls_session *session, void *user)
{
    heard *h = user;

    (void)conn;
    h->count++;
    if (h->last != NULL) /* no two of them have one id */
        cr_expect(!same_id(h->last, session));
    otls_session_free(h->last);
    h->last = otls_session_ref(session);
}

ParameterizedTestParameters(sessions, callback)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, sessions, callback)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.server_mode = 0};
    heard h = {0, NULL};
    session_pair s;
    session_run run;
    otls_error err = OTLS_ERROR_INIT;

    session_open(&s, &which, &options);
    cr_assert_eq(otls_context_set_session_callback(s.client, hear, &h, &err), OTLS_OK);
    run = session_connect(&s, NULL, NULL);
    cr_expect_eq(h.count, which.version == OTLS_TLS1_3 ? 2 : 1, "%s: heard of %u sessions",
                 pair_name(&which), h.count);
    cr_assert_not_null(h.last);
    cr_expect_eq(h.last, run.session);
    check_id(&which, h.last);
    cr_expect_eq(otls_session_has_ticket(h.last),
                 which.version == OTLS_TLS1_3 ||
                     strcmp(otls_backend_name(which.client), "wolfssl") != 0);
    cr_expect_eq(otls_session_backend(h.last), which.client);
    cr_expect(otls_session_expires(h.last) > otls_session_time(h.last));
    cr_expect_eq(otls_session_expires(h.last),
                 otls_session_time(h.last) + otls_session_timeout(h.last));
    otls_session_free(run.session);
    otls_session_free(h.last);
    session_close(&s);
}

ParameterizedTestParameters(sessions, tickets_can_be_counted)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, sessions, tickets_can_be_counted)
{
    static const unsigned counts[] = {0, 1, 2, 3, 5};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; which.version == OTLS_TLS1_3 && i < sizeof(counts) / sizeof(counts[0]);
         i++) {
        const session_options options = {.server_mode = 0};
        heard h = {0, NULL};
        session_pair s;
        session_run run;

        session_open(&s, &which, &options);
        cr_assert_eq(otls_context_set_session_callback(s.client, hear, &h, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_ticket_count(s.server, counts[i], NULL), OTLS_OK);
        cr_expect_eq(otls_context_ticket_count(s.server), counts[i]);
        run = session_connect(&s, NULL, NULL);
        cr_expect_eq(h.count, counts[i], "%s: %u tickets of %u", pair_name(&which), h.count,
                     counts[i]);
        otls_session_free(run.session);
        otls_session_free(h.last);
        session_close(&s);
    }
}

ParameterizedTestParameters(sessions, client_cache)
{
    return pair_parameters_short();
}

/* The context offers by itself; TLS 1.3 tickets are used once. */
ParameterizedTest(size_t *index, sessions, client_cache)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.client_mode = OTLS_SESSION_CACHE_CLIENT};
    otls_session_stats stats = {.size = sizeof(stats)};
    session_pair s;

    session_open(&s, &which, &options);
    for (unsigned i = 0; i < 4; i++) {
        const session_run run = session_connect(&s, NULL, NULL);

        cr_expect_eq(run.reused_client, i != 0, "%s: connection %u", pair_name(&which), i);
        cr_expect_eq(run.reused_server, i != 0, "%s: connection %u", pair_name(&which), i);
        otls_session_free(run.session);
    }
    cr_assert_eq(otls_context_session_stats(s.client, &stats, NULL), OTLS_OK);
    cr_expect_eq(stats.connect, 4);
    cr_expect_eq(stats.connect_good, 4);
    cr_expect_eq(stats.hits, 3);
    cr_expect_eq(stats.number, 1, "one server's shelf, not %lu", (unsigned long)stats.number);
    cr_assert_eq(otls_context_session_stats(s.server, &stats, NULL), OTLS_OK);
    cr_expect_eq(stats.accept, 4);
    cr_expect_eq(stats.accept_good, 4);
    cr_expect_eq(stats.hits, 3);
    cr_expect_eq(stats.misses, 0, "%s: %lu misses", pair_name(&which), (unsigned long)stats.misses);
    session_close(&s);
}

/* RFC 5246 7.4.1.3: a server that keeps no sessions names none, and the client has none to offer. */
ParameterizedTestParameters(sessions, server_without)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, sessions, server_without)
{
    const pair_case which = pair_case_short_at(*index);
    const divergence *row = divergence_find("a server that keeps no sessions names none", &which);
    const bool named = row != NULL, offered = named && row->expected == 0; /* 1: kept in vain */
    otls_context *const client = session_client(&which, &(session_options){0});
    session_run first, second;
    pair p;

    pair_open(&p, &which, NULL);
    first = session_connect_with(&which, client, p.server_context, NULL, NULL);
    cr_expect_eq(first.session != NULL, named, "%s", pair_name(&which));
    second = session_connect_with(&which, client, p.server_context, first.session, NULL);
    cr_expect(second.wire == WIRE_FULL && second.wire_offered == offered, "%s", pair_name(&which));
    otls_session_free(first.session);
    otls_session_free(second.session);
    pair_close(&p);
    otls_context_free(client);
}

/* More than the octet counts that one engine has for a ticket's nonce (RFC 8446 4.6.1). */
enum { IN_A_ROW = 270 };

ParameterizedTestParameters(sessions, in_a_row)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, sessions, in_a_row)
{
    const pair_case which = pair_case_short_at(*index);
    const divergence *row = divergence_find("resumptions in a row", &which);
    otls_session *session = NULL;
    unsigned whole = 0;
    session_pair s;

    session_open(&s, &which, &(session_options){0});
    for (unsigned i = 0; i <= IN_A_ROW; i++) {
        const session_run run = session_connect(&s, session, NULL);

        whole += run.wire == WIRE_FULL;
        otls_session_free(session);
        session = run.session;
        cr_assert_not_null(session, "%s: none after %u", pair_name(&which), i);
    }
    cr_expect_eq(whole, 1 + (row != NULL ? (unsigned)row->expected : 0), "%s: %u full handshakes of %d",
                 pair_name(&which), whole, IN_A_ROW + 1);
    otls_session_free(session);
    session_close(&s);
}
