/* SPDX-License-Identifier: MIT */
/* Identities of a context come and go: what copies of it present, and what its clients are shown. */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>

#define PKI OTLS_TEST_PKI "/"

static otls_context *server_with(const otls_backend *backend, otls_identity *identity)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_seal(context, &err), OTLS_OK, "%s", err.text);
    return context;
}

static otls_context *copy_of(const otls_context *context)
{
    otls_context *copy;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_copy(&copy, context, &err), OTLS_OK, "%s", err.text);
    return copy;
}

/* The leaf that a client is shown by a server with this context. */
static void assert_shows(const pair_case *which, otls_context *context,
                         const otls_identity *identity)
{
    const otls_certificate *leaf;
    otls_error err = OTLS_ERROR_INIT;
    otls_transport transport;
    pair p;

    pair_open(&p, which, &(pair_options){0});
    otls_connection_free(p.server);
    transport = wire_transport(&p.wire.server);
    cr_assert_eq(otls_connection_new(&p.server, context, &transport, &err), OTLS_OK, "%s",
                 err.text);
    pair_connect(&p);
    leaf = otls_connection_peer_chain(p.client, 0);
    cr_assert(otls_certificate_equal(leaf, otls_identity_chain(identity, 0)), "%s: another leaf",
              pair_name(which));
    pair_close(&p);
}

ParameterizedTestParameters(identity_reload, renewed)
{
    return pair_parameters_short();
}

/* Renewed by name or by just adding it: the copy shows the new one, the original what it had. */
ParameterizedTest(size_t *index, identity_reload, renewed)
{
    const pair_case which = pair_case_short_at(*index);
    otls_identity *old = test_identity(which.server, "server-ecdsa-p256");
    otls_identity *fresh = test_identity(which.server, "server-renewed");
    otls_context *server = server_with(which.server, old);
    otls_context *replaced = copy_of(server), *added = copy_of(server);
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_replace_identity(replaced, old, fresh, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_context_add_identity(added, fresh, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_context_identity_count(added), 1);
    assert_shows(&which, replaced, fresh);
    assert_shows(&which, added, fresh);
    assert_shows(&which, server, old);
    otls_context_free(replaced);
    otls_context_free(added);
    otls_context_free(server);
    otls_identity_free(old);
    otls_identity_free(fresh);
}

ParameterizedTestParameters(identity_reload, removed)
{
    return pair_parameters_short();
}

/* What was removed is not shown any more; who asks for its name gets what is left. */
ParameterizedTest(size_t *index, identity_reload, removed)
{
    const pair_case which = pair_case_short_at(*index);
    otls_identity *other = test_identity(which.server, "server-alpha");
    otls_identity *asked = test_identity(which.server, "server-ecdsa-p256");
    otls_context *server = server_with(which.server, asked), *copy = copy_of(server), *left;
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    cr_assert_eq(otls_context_add_identity(copy, other, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_identity_count(copy), 2);
    left = copy_of(copy);
    cr_assert_eq(otls_context_remove_identity(left, asked, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_identity_count(left), 1);
    cr_assert_eq(otls_context_identity(left, 0), other);
    assert_shows(&which, copy, asked);
    pair_open(&p, &which, &(pair_options){.no_name_check = true});
    otls_connection_free(p.server);
    otls_transport transport = wire_transport(&p.wire.server);
    cr_assert_eq(otls_connection_new(&p.server, left, &transport, &err), OTLS_OK, "%s", err.text);
    pair_connect(&p);
    cr_assert(otls_certificate_equal(otls_connection_peer_chain(p.client, 0),
                                     otls_identity_chain(other, 0)));
    pair_close(&p);
    otls_context_free(left);
    otls_context_free(copy);
    otls_context_free(server);
    otls_identity_free(other);
    otls_identity_free(asked);
}

/* ---- the list ---- */

/* What takes another's place, and what stands beside it. */
Test(identity_reload, places)
{
    static const struct {
        const char *name;
        size_t server_count, client_count;
    } rows[] = {
        {"server-ecdsa-p256", 1, 1}, {"server-rsa-2048", 2, 1}, {"server-alpha", 3, 1},
        {"server-renewed", 3, 1},    {"server-beta", 4, 1},
    };
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++) {
        otls_context *server, *client;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_context_new(&server, backends[i], OTLS_SERVER, &err), OTLS_OK);
        cr_assert_eq(otls_context_new(&client, backends[i], OTLS_CLIENT, &err), OTLS_OK);
        for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
            otls_identity *identity = test_identity(backends[i], rows[k].name);

            for (int twice = 0; twice < 2; twice++) {
                cr_assert_eq(otls_context_add_identity(server, identity, &err), OTLS_OK);
                cr_assert_eq(otls_context_add_identity(client, identity, &err), OTLS_OK);
            }
            cr_assert_eq(otls_context_identity_count(server), rows[k].server_count, "%s",
                         rows[k].name);
            cr_assert_eq(otls_context_identity_count(client), rows[k].client_count);
            cr_assert_eq(otls_context_identity(client, 0), identity);
            if (strcmp(rows[k].name, "server-renewed") == 0)
                cr_assert_eq(otls_context_identity(server, 0), identity);
            otls_identity_free(identity);
        }
        cr_assert_null(otls_context_identity(server, 4));
        cr_assert_eq(otls_context_clear_identities(server, &err), OTLS_OK);
        cr_assert_eq(otls_context_identity_count(server), 0);
        cr_assert_eq(otls_context_seal(server, &err), OTLS_E_CREDENTIAL);
        otls_context_free(server);
        otls_context_free(client);
    }
}

/* An identity that is not there, of another engine, or of a context in use. */
Test(identity_reload, refused)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_engines(backends);

    for (size_t i = 0; i < count; i++) {
        const otls_backend *backend = backends[i];
        otls_identity *own = test_identity(backend, "server-ecdsa-p256");
        otls_identity *other = test_identity(backend, "server-alpha");
        otls_identity *renewed = test_identity(backend, "server-renewed");
        otls_identity *foreign = test_identity(backends[(i + 1) % count], "server-beta");
        otls_context *sealed = server_with(backend, own), *context = copy_of(sealed);
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(otls_context_replace_identity(context, other, own, &err), OTLS_E_USAGE);
        cr_expect_eq(err.code, OTLS_CODE_NO_IDENTITY);
        cr_expect(strstr(err.text, "alpha") != NULL, "%s", err.text);
        cr_expect_eq(otls_context_remove_identity(context, other, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_context_remove_identity(context, NULL, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_context_replace_identity(context, own, NULL, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_context_replace_identity(context, NULL, other, &err), OTLS_E_USAGE);
        if (count > 1)
            cr_expect_eq(otls_context_replace_identity(context, own, foreign, &err),
                         OTLS_E_WRONG_BACKEND);
        cr_expect_eq(otls_context_replace_identity(sealed, own, other, &err), OTLS_E_SEALED);
        cr_expect_eq(otls_context_remove_identity(sealed, own, &err), OTLS_E_SEALED);
        cr_expect_eq(otls_context_clear_identities(sealed, &err), OTLS_E_SEALED);
        cr_expect_eq(otls_context_identity(context, 0), own);
        cr_assert_eq(otls_context_add_identity(context, other, &err), OTLS_OK);
        cr_expect_eq(otls_context_replace_identity(context, own, other, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_context_replace_identity(context, own, own, &err), OTLS_OK);
        cr_expect_eq(otls_context_identity_count(context), 2);
        /* one that is there already takes nobody's place */
        cr_assert_eq(otls_context_replace_identity(context, other, renewed, &err), OTLS_OK);
        cr_expect_eq(otls_context_add_identity(context, renewed, &err), OTLS_OK);
        cr_expect_eq(otls_context_identity(context, 0), own);
        cr_expect_eq(otls_context_identity(context, 1), renewed);
        otls_identity_free(renewed);
        otls_context_free(context);
        otls_context_free(sealed);
        otls_identity_free(own);
        otls_identity_free(other);
        otls_identity_free(foreign);
    }
}

/* One name, two kinds of key that have no curve: clients of the one cannot do with the other. */
Test(identity_reload, kinds_of_key)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++) {
        static const char *const names[] = {"server-rsa-2048", "server-ed25519"};
        otls_error err = OTLS_ERROR_INIT;
        otls_context *server;

        if (otls_backend_supports(backends[i], OTLS_FEATURE_ED25519, NULL) == OTLS_NO)
            continue;
        cr_assert_eq(otls_context_new(&server, backends[i], OTLS_SERVER, &err), OTLS_OK);
        for (size_t k = 0; k < 2; k++) {
            otls_identity *identity = test_identity(backends[i], names[k]);

            cr_assert_eq(otls_context_add_identity(server, identity, &err), OTLS_OK, "%s",
                         err.text);
            otls_identity_free(identity);
        }
        cr_expect_eq(otls_context_identity_count(server), 2, "%s", otls_backend_name(backends[i]));
        otls_context_free(server);
    }
}
