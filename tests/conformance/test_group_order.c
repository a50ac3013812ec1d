/* SPDX-License-Identifier: MIT */
/*
 * Which group is taken of several that both sides have: on every pair the same one, the first in the
 * server's order, or in the client's where the server is told so; in TLS 1.3 of those that the client has
 * sent a share for, which is its first. Both sides tell it, and the client's list goes out in its order.
 */
#include <criterion/criterion.h>

#include "divergence.h"
#include "pair.h"

#include <stdio.h>
#include <string.h>

typedef struct row {
    uint16_t version;
    const char *client, *server;
    const char *ours, *theirs; /* what is taken in the server's order, and in the client's */
    otls_feature needs;        /* of both; 0 = nothing */
} row;

static const row rows[] = {
    {OTLS_TLS1_3, "X25519:P-256", "P-256:X25519", "X25519", "X25519", 0},
    {OTLS_TLS1_3, "P-256:X25519", "X25519:P-256", "P-256", "P-256", 0},
    {OTLS_TLS1_3, "P-384:P-256:X25519", "X25519:P-256:P-384", "P-384", "P-384", 0},
    {OTLS_TLS1_3, "P-256:X25519", "P-256:X25519", "P-256", "P-256", 0},
    /* nothing was sent for any of those that both have: a HelloRetryRequest */
    {OTLS_TLS1_3, "P-521:P-384:P-256", "X25519:P-256:P-384", "P-256", "P-384", 0},
    {OTLS_TLS1_3, "P-521:P-384:X25519", "P-256:X25519:P-384", "X25519", "P-384", 0},
    {OTLS_TLS1_3, "ffdhe2048:X25519", "X25519:ffdhe2048", "ffdhe2048", "ffdhe2048",
     OTLS_FEATURE_GROUP_FFDHE},
    {OTLS_TLS1_3, "X25519:ffdhe2048", "ffdhe2048:X25519", "X25519", "X25519", OTLS_FEATURE_GROUP_FFDHE},
    {OTLS_TLS1_3, "ffdhe3072:ffdhe2048", "ffdhe2048:ffdhe3072", "ffdhe3072", "ffdhe3072",
     OTLS_FEATURE_GROUP_FFDHE},
    {OTLS_TLS1_2, "X25519:P-256", "P-256:X25519", "P-256", "X25519", 0},
    {OTLS_TLS1_2, "P-256:X25519", "P-256:X25519", "P-256", "P-256", 0},
    {OTLS_TLS1_2, "P-256:X25519", "X25519:P-256", "X25519", "P-256", 0},
    {OTLS_TLS1_2, "P-384:P-256:X25519", "X25519:P-256:P-384", "X25519", "P-384", 0},
    {OTLS_TLS1_2, "P-521:P-384:P-256", "P-256:P-384:P-521", "P-256", "P-521", 0},
    {OTLS_TLS1_2, "P-256:P-384:P-521", "P-521:P-384:P-256", "P-521", "P-256", 0},
    {OTLS_TLS1_2, "ffdhe2048:P-256:X25519", "ffdhe2048:X25519:P-256", "X25519", "P-256",
     OTLS_FEATURE_GROUP_FFDHE},
};

/** How a row is run, and what the server saw. */
typedef struct run {
    bool theirs, wide; /* the client's order; the server takes TLS 1.2 and 1.3 */
    char list[128];    /* the groups of the hello, as a setter takes them */
} run;

static otls_status on_hello(otls_connection *conn, const otls_client_hello *hello,
                            otls_client_hello_answer *answer, void *user)
{
    uint16_t groups[16];
    const size_t count = otls_client_hello_groups(hello, groups, 16);
    run *r = user;
    size_t at = 0;

    (void)conn, (void)answer;
    for (size_t i = 0; i < count && i < 16; i++)
        at += (size_t)snprintf(r->list + at, sizeof(r->list) - at, "%s%s", i != 0 ? ":" : "",
                               otls_group_name(groups[i]));
    return OTLS_OK;
}

static void set(pair *p, void *user)
{
    const run *r = user;

    cr_assert_eq(otls_context_set_client_hello_callback(p->server_context, on_hello, user, NULL),
                 OTLS_OK);
    if (r->theirs)
        cr_assert_eq(otls_context_clear_options(p->server_context,
                                                OTLS_OPTION_CIPHER_SERVER_PREFERENCE, NULL),
                     OTLS_OK);
    if (r->wide)
        cr_assert_eq(otls_context_set_versions(p->server_context, OTLS_TLS1_2, OTLS_TLS1_3, NULL),
                     OTLS_OK);
}

static bool have(const otls_backend *backend, const row *r)
{
    /* partly: without the larger ones */
    return r->needs == 0 || otls_backend_supports(backend, r->needs, NULL) != OTLS_NO;
}

/* An ECDSA key of P-256 on both sides, whatever is taken for the key exchange: that is another thing. */
static bool with_keys(const row *r)
{
    return strstr(r->client, "P-256") != NULL && strstr(r->server, "P-256") != NULL;
}

static void check(const pair_case *which, const row *r, run *how)
{
    const bool theirs =
        how->theirs && divergence_find("groups in the client's order", which) == NULL;
    const char *expected = theirs ? r->theirs : r->ours;
    const pair_options options = {
        .client_groups = r->client,
        .server_groups = r->server,
        .server_identity = with_keys(r) ? NULL : "server-rsa-2048",
        .client_identity = with_keys(r) ? "client-ecdsa-p256" : NULL,
        .verify_mode = with_keys(r) ? OTLS_VERIFY_MODE_REQUIRED : OTLS_VERIFY_MODE_NONE,
        .setup = set,
        .user = how};
    char name[160];
    pair p;

    (void)snprintf(name, sizeof(name), "%s: %s to %s, %s order%s", pair_name(which), r->client,
                   r->server, how->theirs ? "the client's" : "the server's",
                   how->wide ? ", TLS 1.2 and 1.3" : "");
    pair_open(&p, which, &options);
    pair_handshake(&p);
    cr_expect(p.client_status == OTLS_OK && p.server_status == OTLS_OK, "%s: %s [%s]; %s [%s]", name,
              p.client_error.text, p.client_error.native_text, p.server_error.text,
              p.server_error.native_text);
    cr_expect_str_eq(otls_group_name(otls_connection_group(p.client)), expected, "%s: the client says %s",
                     name, otls_group_name(otls_connection_group(p.client)));
    cr_expect_str_eq(otls_group_name(otls_connection_group(p.server)), expected, "%s: the server says %s",
                     name, otls_group_name(otls_connection_group(p.server)));
    /* below TLS 1.3 the groups of RFC 7919 are for suites with DHE, which are not offered here */
    if (r->version == OTLS_TLS1_3 || r->needs == 0)
        cr_expect_str_eq(how->list, r->client, "%s: sent as %s", name, how->list);
    pair_close(&p);
}

ParameterizedTestParameters(group_order, taken)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, group_order, taken)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (unsigned way = 0; way < 4; way++) {
            run how = {.theirs = (way & 1) != 0, .wide = (way & 2) != 0};

            if (rows[i].version == which.version && have(which.client, &rows[i]) &&
                have(which.server, &rows[i]))
                check(&which, &rows[i], &how);
        }
}
