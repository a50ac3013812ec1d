/* SPDX-License-Identifier: MIT */
/*
 * Two threads at once. The table of misuse has the same answers for both as for one; what a client
 * has kept for itself is handed out once, or as often as its kind allows. Both threads stop where
 * both have chosen what to offer, and go on together: nothing depends on who is faster.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "session_misuse.h"

#include <pthread.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define THREADS 2

/** One connection of one thread. */
typedef struct worker {
    pthread_barrier_t *both;
    pair p;
    session_run run;
} worker;

static void *work(void *user)
{
    worker *w = user;

    /* the hello is out: the session is chosen */
    (void)otls_connection_handshake(w->p.client, &w->p.client_error);
    (void)pthread_barrier_wait(w->both);
    w->run = session_end(&w->p);
    return NULL;
}

/* Connections that session_begin has made, at once. */
static void together(worker workers[THREADS])
{
    pthread_t threads[THREADS];
    pthread_barrier_t both;

    cr_assert_eq(pthread_barrier_init(&both, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].both = &both;
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&both);
}

/* ---- the table: one session, one client context, one server context ---- */

static void misused(const misuse *row, const pair_case *which)
{
    const pair_case offering = misuse_case(row, which);
    int64_t now = (int64_t)time(NULL);
    otls_context *client = misuse_client_before(row, which, &now);
    otls_context *again = misuse_client_after(row, which, &now);
    otls_context *server = misuse_server(row, which, &now);
    otls_session *session = NULL;
    worker workers[THREADS];
    session_run first;

    session_begin(&workers[0].p, which, client, server, NULL, NULL, MISUSE_PORT);
    first = session_end(&workers[0].p);
    cr_assert_not_null(first.session, "%s: %s: no session", row->name, pair_name(which));
    if (row->bytes == BYTES_WHOLE)
        session = first.session;
    now += row->later;
    for (size_t i = 0; i < THREADS; i++)
        session_begin(&workers[i].p, &offering, again, server, session, row->host,
                      row->port != 0 ? row->port : MISUSE_PORT);
    together(workers);
    for (size_t i = 0; i < THREADS; i++) {
        misuse_check(row, which, &workers[i].run, i);
        otls_session_free(workers[i].run.session);
    }
    otls_session_free(first.session);
    otls_context_free(client);
    otls_context_free(again);
    otls_context_free(server);
}

ParameterizedTestParameters(threads, misuse)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, threads, misuse)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < misuse_count; i++)
        if (misuse_possible(&misuse_table[i], &which))
            misused(&misuse_table[i], &which);
}

/* ---- one client's cache ---- */

typedef struct sharing {
    const char *name;
    uint16_t version;
    unsigned tickets; /* after the first connection; TLS 1.2 keeps one session, whatever it is */
    bool no_tickets, ticket_reuse;
    const char *client_identity;
    otls_verify_mode verify_mode;
    unsigned resumed; /* of the two */
} sharing;

static const sharing table[] = {
    {"a ticket for each", OTLS_TLS1_3, 2, .resumed = 2},
    {"one ticket for two", OTLS_TLS1_3, 1, .resumed = 1},
    {"one ticket that may be used again", OTLS_TLS1_3, 1, .ticket_reuse = true, .resumed = 2},
    {"TLS 1.2, a ticket", OTLS_TLS1_2, 1, .resumed = 2},
    {"TLS 1.2, an id", OTLS_TLS1_2, 0, .no_tickets = true, .resumed = 2},
    {"one ticket for two, client certificates", OTLS_TLS1_3, 1,
     .client_identity = "client-ecdsa-p256", .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
     .resumed = 1},
    {"a ticket for each, client certificates", OTLS_TLS1_3, 2,
     .client_identity = "client-ecdsa-p256", .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
     .resumed = 2},
    {"TLS 1.2, an id, client certificates", OTLS_TLS1_2, 0, .no_tickets = true,
     .client_identity = "client-ecdsa-p256", .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
     .resumed = 2},
};

static void shared(const sharing *row, const pair_case *which)
{
    const session_options options = {.client_mode = OTLS_SESSION_CACHE_CLIENT,
                                     .client_identity = row->client_identity,
                                     .verify_mode = row->verify_mode,
                                     .no_tickets = row->no_tickets};
    unsigned offered = 0, resumed = 0;
    worker workers[THREADS];
    session_run first;
    session_pair s;

    session_open(&s, which, &options);
    if (row->tickets != 0)
        cr_assert_eq(otls_context_set_ticket_count(s.server, row->tickets, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_ticket_reuse(s.client, row->ticket_reuse, NULL), OTLS_OK);
    first = session_connect(&s, NULL, NULL);
    cr_assert(!first.reused_client && first.session != NULL, "%s", pair_name(which));
    for (size_t i = 0; i < THREADS; i++)
        session_begin(&workers[i].p, which, s.client, s.server, NULL, NULL, 0);
    together(workers);
    for (size_t i = 0; i < THREADS; i++) {
        const session_run *run = &workers[i].run;

        offered += run->fit == OTLS_SESSION_OFFERED;
        resumed += run->wire == WIRE_RESUMED;
        cr_expect_eq(run->server_chain, first.server_chain, "%s: %s: %zu certificates", row->name,
                     pair_name(which), run->server_chain);
        otls_session_free(run->session);
    }
    cr_expect_eq(offered, row->resumed, "%s: %s: %u offered", row->name, pair_name(which), offered);
    cr_expect_eq(resumed, row->resumed, "%s: %s: %u resumed", row->name, pair_name(which), resumed);
    otls_session_free(first.session);
    session_close(&s);
}

ParameterizedTestParameters(threads, client_cache)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, threads, client_cache)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].version == which.version)
            shared(&table[i], &which);
}
