/* SPDX-License-Identifier: MIT */
/*
 * An engine that lacked memory for a part of what it made, and says that it made it: OpenSSL 3.0 makes contexts
 * with which no suite is in common with anybody, when it could not read its own certificate's extensions.
 */
#include <criterion/criterion.h>

#include "lying.h"
#include "pair.h"
#include <omnitls/insecure.h>

#include <errno.h>

static otls_status short_of_memory(otls_status truth)
{
    errno = ENOMEM;
    return truth;
}

/* NULL: there is no such engine here. */
static otls_context *new_client(const char *engine)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    const otls_backend *liar;

    if (!lying_about(&liar, engine))
        return NULL;
    cr_assert_eq(otls_context_new(&context, liar, OTLS_CLIENT, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_insecure_no_verify(context, &err), OTLS_OK, "%s", err.text);
    return context;
}

ParameterizedTestParameters(lying_memory, contexts)
{
    return lying_parameters();
}

ParameterizedTest(size_t *index, lying_memory, contexts)
{
    otls_error err = OTLS_ERROR_INIT;
    const char *engine = lying_truths[*index];
    otls_context *const context = new_client(engine);

    if (context == NULL)
        return;
    lying->hooks = (lying_hooks){.context_made = short_of_memory};
    cr_expect_eq(otls_context_seal(context, &err), OTLS_E_NOMEM, "%s: %s", engine, err.text);
    cr_expect_eq(lying->alive, 0, "%s: %d are left", engine, lying->alive);
    lying->hooks = (lying_hooks){0};
    cr_expect_eq(otls_context_seal(context, &err), OTLS_OK, "%s: with memory again: %s", engine, err.text);
    cr_expect_eq(lying->alive, 1);
    otls_context_free(context);
    cr_expect_eq(lying->alive, 0);
}

ParameterizedTestParameters(lying_memory, connections)
{
    return lying_parameters();
}

ParameterizedTest(size_t *index, lying_memory, connections)
{
    otls_error err = OTLS_ERROR_INIT;
    const char *engine = lying_truths[*index];
    otls_context *const context = new_client(engine);
    otls_connection *conn = NULL;

    if (context == NULL)
        return;
    lying->hooks = (lying_hooks){.connection_made = short_of_memory};
    cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK, "%s: %s", engine, err.text);
    cr_expect_eq(otls_connection_handshake(conn, &err), OTLS_E_NOMEM, "%s: %s", engine, err.text);
    cr_expect_eq(lying->alive, 1, "%s: %d are left", engine, lying->alive - 1);
    lying->hooks = (lying_hooks){0};
    otls_connection_free(conn);
    otls_context_free(context);
    cr_expect_eq(lying->alive, 0, "%s: %d are left", engine, lying->alive);
}
