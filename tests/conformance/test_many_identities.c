/* SPDX-License-Identifier: MIT */
/* A server with a hundred identities shows each client that which bears the name it asked for. */
#include <criterion/criterion.h>

#include "host_identity.h"
#include "pair.h"


enum { MANY = 100 };

typedef struct many {
    otls_identity *of[MANY];
} many;

enum { WILDCARD = 50, CAPITALS = 51 };

/* One has *.wild.test among its names. */
static otls_identity *make(const otls_backend *backend, size_t i)
{
    static const char *const capitals = "Upper.TEST";
    otls_identity *identity = NULL;
    otls_error err = OTLS_ERROR_INIT;

    if (i == WILDCARD)
        return test_identity(backend, "server-ed25519");
    if (i == CAPITALS)
        (void)otls_identity_self_signed(&identity, backend, &capitals, 1, 7, &err);
    else
        identity = host_identity(backend, i, &err);
    cr_assert_not_null(identity, "%s", err.text);
    return identity;
}

static void add_many(pair *p, void *user)
{
    many *all = user;
    otls_error err = OTLS_ERROR_INIT;

    for (size_t i = 0; i < MANY; i++) {
        if (all->of[i] == NULL)
            all->of[i] = make(otls_context_backend(p->server_context), i);
        cr_assert_eq(otls_context_add_identity(p->server_context, all->of[i], &err), OTLS_OK, "%s",
                     err.text);
    }
}

ParameterizedTestParameters(many_identities, by_name)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, many_identities, by_name)
{
    static const struct {
        const char *asked;
        size_t shown;
    } rows[] = {{"host0.test", 0},   {"host1.test", 1},       {"host31.test", 31},
                {"host32.test", 32}, {"HOST99.Test", 99},     {"a.wild.test", WILDCARD},
                {"upper.test", CAPITALS},  {"a.b.wild.test", 0},    {"wild.test", 0},        {"localhost", WILDCARD},
                {"host.test", 0},    {"host99.test.test", 0}};
    const pair_case which = pair_case_short_at(*index);
    many all = {{NULL}};

    test_needs_key(which.client, "server-ed25519");
    test_needs_key(which.server, "server-ed25519");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const pair_options options = {.no_server_identity = true,
                                      .no_verify = true,
                                      .server_name = rows[i].asked,
                                      .setup = add_many,
                                      .user = &all};
        pair p;

        pair_open(&p, &which, &options);
        pair_connect(&p);
        cr_expect(otls_certificate_equal(otls_connection_peer_chain(p.client, 0),
                                         otls_identity_chain(all.of[rows[i].shown], 0)),
                  "%s: %s is shown another one", pair_name(&which), rows[i].asked);
        pair_close(&p);
    }
    for (size_t i = 0; i < MANY; i++)
        otls_identity_free(all.of[i]);
}
