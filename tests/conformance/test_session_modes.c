/* SPDX-License-Identifier: MIT */
/* The bits of the session cache's mode, one by one: what is kept, and what is taken from there. */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "session_pair.h"

typedef struct mode_row {
    const char *what;
    unsigned mode; /* beside CLIENT, or SERVER */
    bool kept, resumed;
} mode_row;

static const mode_row rows[] = {
    {"nothing else", 0, true, true},
    {"no lookup", OTLS_SESSION_CACHE_NO_INTERNAL_LOOKUP, true, false},
    {"no store", OTLS_SESSION_CACHE_NO_INTERNAL_STORE, false, false},
    {"neither", OTLS_SESSION_CACHE_NO_INTERNAL, false, false},
};

static uint64_t kept_by(const otls_context *context)
{
    otls_session_stats stats = {.size = sizeof(stats)};

    cr_assert_eq(otls_context_session_stats(context, &stats, NULL), OTLS_OK);
    return stats.number;
}

ParameterizedTestParameters(session_modes, clients)
{
    return pair_parameters_short();
}

/* The client's cache: what it offers by itself. */
ParameterizedTest(size_t *index, session_modes, clients)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const session_options options = {.client_mode = OTLS_SESSION_CACHE_CLIENT | rows[i].mode};
        session_run first, second;
        session_pair s;

        session_open(&s, &which, &options);
        first = session_connect(&s, NULL, NULL);
        cr_expect_not_null(first.session, "%s: %s: told all the same", pair_name(&which), rows[i].what);
        cr_expect_eq(kept_by(s.client) != 0, rows[i].kept, "%s: %s", pair_name(&which), rows[i].what);
        second = session_connect(&s, NULL, NULL);
        cr_expect_eq(second.reused_client, rows[i].resumed, "%s: %s", pair_name(&which), rows[i].what);
        otls_session_free(first.session);
        otls_session_free(second.session);
        session_close(&s);
    }
}

ParameterizedTestParameters(session_modes, servers)
{
    return pair_parameters_short();
}

/* The server's: what it finds when a client names a session that it had. */
ParameterizedTest(size_t *index, session_modes, servers)
{
    const pair_case which = pair_case_short_at(*index);

    if (which.version != OTLS_TLS1_2)
        return; /* in TLS 1.3 a session is in its ticket */
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const session_options options = {.server_mode = OTLS_SESSION_CACHE_SERVER | rows[i].mode,
                                         .no_tickets = true};
        session_run first, second;
        session_pair s;

        session_open(&s, &which, &options);
        first = session_connect(&s, NULL, NULL);
        cr_assert_not_null(first.session);
        cr_expect_eq(kept_by(s.server), rows[i].kept ? 1 : 0, "%s: %s", pair_name(&which),
                     rows[i].what);
        second = session_connect(&s, first.session, NULL);
        cr_expect(second.reused_client == rows[i].resumed && second.reused_server == rows[i].resumed,
                  "%s: %s", pair_name(&which), rows[i].what);
        otls_session_free(first.session);
        otls_session_free(second.session);
        session_close(&s);
    }
}
