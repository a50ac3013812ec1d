/* SPDX-License-Identifier: MIT */
/* A server with many identities: natives are made when they are asked for, and a bounded number is kept. */
#include "context/context.h"
#include "host_identity.h"

#include <criterion/criterion.h>
#include <omnitls/omnitls.h>

enum { MANY = OMNI_NATIVES_KEPT + 40 };

static otls_context *server_with(size_t count)
{
    const otls_backend *backend;
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, &err), OTLS_OK);
    for (size_t i = 0; i < count; i++) {
        otls_identity *identity = host_identity(backend, i, &err);

        cr_assert_not_null(identity, "%s", err.text);
        cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK, "%s", err.text);
        otls_identity_free(identity);
    }
    cr_assert_eq(otls_context_identity_count(context), count);
    cr_assert_eq(otls_context_seal(context, &err), OTLS_OK, "%s", err.text);
    return context;
}

static size_t there(const otls_context *context)
{
    size_t count = 0;

    for (size_t i = 0; i < context->servers.count; i++)
        count += context->servers.list[i] != NULL;
    return count;
}

static const omni_native *get(otls_context *context, size_t index)
{
    const omni_native *native;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(omni_context_server(context, index, &native, &err), OTLS_OK, "%s", err.text);
    cr_assert_not_null(native);
    cr_assert_eq(native->identity, otls_context_identity(context, index), "number %zu", index);
    return native;
}

/* Those that there is room for stay, and are made once. */
Test(natives, made_when_asked_for)
{
    otls_context *context = server_with(OMNI_NATIVES_AT_ONCE + 3);
    const omni_native *first, *again;

    cr_expect_eq(there(context), OMNI_NATIVES_AT_ONCE);
    first = get(context, OMNI_NATIVES_AT_ONCE + 1);
    again = get(context, OMNI_NATIVES_AT_ONCE + 1);
    cr_expect_eq(first, again);
    cr_expect_eq(there(context), OMNI_NATIVES_AT_ONCE + 1);
    omni_native_free(first);
    omni_native_free(again);
    otls_context_free(context);
}

/* What is used lately stays, what is in use lives on, and no more than the bound is kept. */
Test(natives, bounded)
{
    otls_context *context = server_with(MANY);
    const omni_native *const used = get(context, 33), *const popular = get(context, 34);

    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < MANY; i++) {
            omni_native_free(get(context, i));
            omni_native_free(get(context, 34));
            cr_assert(there(context) <= OMNI_NATIVES_KEPT, "%zu", there(context));
        }
    cr_expect_eq(there(context), OMNI_NATIVES_KEPT);
    cr_expect_eq(context->servers.list[34], popular, "asked for all the time");
    cr_expect_neq(context->servers.list[33], used, "asked for once");
    cr_expect_eq(used->policy.chain_count, 1, "a connection may still use it");
    omni_native_free(used);
    omni_native_free(popular);
    otls_context_free(context);
}

/* A connection's own context takes the shared one's, made or not. */
Test(natives, own_context)
{
    otls_context *context = server_with(OMNI_NATIVES_AT_ONCE + 2), *own;
    const omni_native *mine, *shared;
    otls_connection *conn;

    cr_assert_eq(otls_connection_new_memory(&conn, context, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_own_context(conn, &own, NULL), OTLS_OK);
    cr_assert_eq(otls_context_seal(own, NULL), OTLS_OK);
    mine = get(own, OMNI_NATIVES_AT_ONCE);
    shared = get(context, OMNI_NATIVES_AT_ONCE);
    cr_expect_eq(mine, shared);
    omni_native_free(mine);
    omni_native_free(shared);
    otls_context_free(context);
    otls_connection_free(conn);
}
