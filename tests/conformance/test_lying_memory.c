/* SPDX-License-Identifier: MIT */
/*
 * An engine that lacked memory for a part of what it made, and says that it made it: OpenSSL 3.0 makes contexts
 * with which no suite is in common with anybody, when it could not read its own certificate's extensions, and keys
 * that belong to no certificate, when it could not load what reads them.
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

/* ---- keys ---- */

static unsigned made, lie_at; /* from 1 */

static otls_status short_at(otls_status truth)
{
    return ++made == lie_at ? short_of_memory(truth) : truth;
}

static otls_status signs_nothing(const otls_signature_algorithm *algorithm, const uint8_t *data, size_t size,
                                 uint8_t *out, size_t capacity, size_t *length, void *user)
{
    (void)algorithm, (void)data, (void)size, (void)out, (void)capacity, (void)user;
    *length = 0;
    return OTLS_E_UNSUPPORTED;
}

ParameterizedTestParameters(lying_memory, keys)
{
    return lying_parameters();
}

/* Each of those that an identity takes, its own and the public one that it is tried with. */
ParameterizedTest(size_t *index, lying_memory, keys)
{
    const char *engine = lying_truths[*index];
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_E_NOMEM;
    otls_identity *identity = NULL;
    const otls_backend *liar;

    if (!lying_about(&liar, engine))
        return;
    lying->hooks = (lying_hooks){.key_made = short_at};
    for (lie_at = 1; status != OTLS_OK && lie_at < 16; lie_at++) {
        made = 0;
        status = otls_identity_from_files(&identity, liar, OTLS_TEST_PKI "/server-ecdsa-p256.pem",
                                          OTLS_TEST_PKI "/server-ecdsa-p256.key", NULL, NULL, &err);
        cr_expect_eq(status, made < lie_at ? OTLS_OK : OTLS_E_NOMEM, "%s, key %u of %u: %s: %s", engine, lie_at, made,
                     otls_status_name(status), err.text);
        cr_expect(status == OTLS_OK || lying->keys == 0, "%s: %d keys are left", engine, lying->keys);
    }
    cr_expect_geq(made, 2u, "%s: %u keys", engine, made);
    otls_identity_free(identity);
    cr_expect_eq(lying->keys, 0, "%s: %d keys are left", engine, lying->keys);
}

ParameterizedTestParameters(lying_memory, keys_elsewhere)
{
    return lying_parameters();
}

ParameterizedTest(size_t *index, lying_memory, keys_elsewhere)
{
    const char *engine = lying_truths[*index];
    otls_error err = OTLS_ERROR_INIT;
    uint8_t spki[1024];
    otls_key *key = NULL, *other = NULL;
    const otls_backend *liar;
    size_t size;

    if (!lying_about(&liar, engine) || otls_backend_supports(liar, OTLS_FEATURE_SIGN_CALLBACK, NULL) == OTLS_NO)
        return;
    cr_assert_eq(otls_key_from_file(&key, liar, OTLS_TEST_PKI "/server-ecdsa-p256.key", NULL, NULL, &err), OTLS_OK,
                 "%s: %s", engine, err.text);
    cr_assert_eq(otls_key_public(key, spki, sizeof(spki), &size, &err), OTLS_OK, "%s: %s", engine, err.text);
    otls_key_free(key);
    lying->hooks = (lying_hooks){.key_made = short_of_memory};
    cr_expect_eq(otls_key_from_callback(&other, liar, spki, size, signs_nothing, NULL, NULL, &err), OTLS_E_NOMEM,
                 "%s: %s", engine, err.text);
    cr_expect_null(other);
    cr_expect_eq(lying->keys, 0, "%s: %d keys are left", engine, lying->keys);
    lying->hooks = (lying_hooks){0};
}
