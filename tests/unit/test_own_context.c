/* SPDX-License-Identifier: MIT */
/* A connection's own context uses the shared one's natives, unless the engine could tell them apart. */
#include "connection/connection.h"

#include <criterion/criterion.h>
#include <omnitls/omnitls.h>

static otls_context *shared(otls_role role)
{
    const otls_backend *backend;
    otls_context *context;
    otls_identity *identity;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    cr_assert_eq(otls_context_new(&context, backend, role, &err), OTLS_OK);
    cr_assert_eq(otls_identity_from_files(&identity, backend, OTLS_TEST_PKI "/server-ecdsa-p256.pem",
                                          OTLS_TEST_PKI "/server-ecdsa-p256.key", NULL, NULL, &err),
                 OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK);
    otls_identity_free(identity);
    return context;
}

Test(own_context, natives)
{
    static const char *const names[] = {"h2"};
    static const struct {
        otls_role role;
        int what; /* 0 nothing, 1 ALPN, 2 versions, 3 verify mode, 4 tickets off */
        bool same;
    } rows[] = {{OTLS_CLIENT, 0, true},  {OTLS_CLIENT, 1, true}, {OTLS_CLIENT, 2, false},
                {OTLS_SERVER, 0, true},  {OTLS_SERVER, 1, true}, {OTLS_SERVER, 2, false},
                {OTLS_SERVER, 3, false}, {OTLS_SERVER, 4, true}}; /* they are off anyway */

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        otls_context *context = shared(rows[i].role), *own;
        otls_connection *conn;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_connection_own_context(conn, &own, &err), OTLS_OK, "%s", err.text);
        if (rows[i].what == 1)
            cr_assert_eq(otls_context_set_alpn(own, names, 1, &err), OTLS_OK);
        if (rows[i].what == 2)
            cr_assert_eq(otls_context_set_max_version(own, OTLS_TLS1_2, &err), OTLS_OK);
        if (rows[i].what == 3)
            cr_assert_eq(otls_context_set_verify_mode(own, OTLS_VERIFY_MODE_OPTIONAL, &err), OTLS_OK);
        if (rows[i].what == 4)
            cr_assert_eq(otls_context_set_options(own, OTLS_OPTION_NO_TICKET, &err), OTLS_OK);
        cr_assert_eq(otls_context_seal(own, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(rows[i].role == OTLS_CLIENT ? own->client == context->client
                                                 : own->servers.list[0] == context->servers.list[0],
                     rows[i].same, "row %zu", i);
        otls_context_free(context); /* the connection keeps what it uses */
        otls_connection_free(conn);
    }
}

/* Asked for again before it is used, it is the same one: what was set stays set. */
Test(own_context, one_each)
{
    otls_context *context = shared(OTLS_SERVER), *first, *second;
    otls_connection *conn;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_own_context(conn, &first, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_max_version(first, OTLS_TLS1_2, &err), OTLS_OK);
    cr_assert_eq(otls_connection_own_context(conn, &second, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(first, second);
    cr_assert_eq(otls_context_seal(second, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_own_context(conn, &second, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_context_set_min_version(second, OTLS_TLS1_2, &err), OTLS_OK,
                 "one in use takes no settings: %s", err.text);
    otls_context_free(context);
    otls_connection_free(conn);
}
