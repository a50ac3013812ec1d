/* SPDX-License-Identifier: MIT */
/* ALPN and SNI. */
#include "divergence.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const h2_http[] = {"h2", "http/1.1"};
static const char *const http_h2[] = {"http/1.1", "h2"};
static const char *const ftp[] = {"ftp"};

static void assert_alpn(const otls_connection *conn, const char *expected, const pair_case *which)
{
    size_t size;
    const uint8_t *name = otls_connection_alpn(conn, &size);

    if (expected == NULL) {
        cr_assert(name == NULL, "%s: ALPN %.*s", pair_name(which), (int)size, (const char *)name);
        return;
    }
    cr_assert(name != NULL && size == strlen(expected) && memcmp(name, expected, size) == 0,
              "%s: ALPN is %.*s, not %s", pair_name(which), (int)size, (const char *)name,
              expected);
}

ParameterizedTestParameters(alpn, by_server_order)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, alpn, by_server_order, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    const pair_options options = {.client_alpn = http_h2,
                                  .client_alpn_count = 2,
                                  .server_alpn = h2_http,
                                  .server_alpn_count = 2};
    pair p;

    pair_open(&p, &which, &options);
    pair_connect(&p);
    assert_alpn(p.client, "h2", &which);
    assert_alpn(p.server, "h2", &which);
    pair_close(&p);
}

ParameterizedTestParameters(alpn, one_side_only)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, alpn, one_side_only, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    const pair_options client_only = {.client_alpn = http_h2, .client_alpn_count = 2};
    const pair_options server_only = {.server_alpn = http_h2, .server_alpn_count = 2};
    pair p;

    pair_open(&p, &which, &client_only);
    pair_connect(&p);
    assert_alpn(p.client, NULL, &which);
    pair_close(&p);
    pair_open(&p, &which, &server_only);
    pair_connect(&p);
    assert_alpn(p.client, NULL, &which);
    assert_alpn(p.server, NULL, &which);
    pair_close(&p);
}

ParameterizedTestParameters(alpn, no_overlap)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, alpn, no_overlap, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    pair_options options = {.client_alpn = ftp,
                            .client_alpn_count = 1,
                            .server_alpn = h2_http,
                            .server_alpn_count = 2};
    pair p;

    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_assert_eq(p.server_status, OTLS_E_PROTOCOL);
    cr_assert_eq(p.server_error.code, OTLS_CODE_NO_SHARED_ALPN);
    cr_assert_eq(p.client_status, OTLS_E_ALERT, "%s: %s", pair_name(&which), p.client_error.text);
    cr_assert_eq(p.client_error.alert, OTLS_ALERT_NO_APPLICATION_PROTOCOL);
    pair_close(&p);

    options.alpn_optional = true;
    pair_open(&p, &which, &options);
    pair_connect(&p);
    assert_alpn(p.client, NULL, &which);
    assert_alpn(p.server, NULL, &which);
    pair_close(&p);
}

ParameterizedTestParameters(sni, names)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, sni, names, .timeout = 60)
{
    static const struct {
        const char *given, *seen;
    } rows[] = {{"localhost", "localhost"},
                {"LOCALHOST", "LOCALHOST"}, /* as it was given */
                {"localhost.", "localhost"},
                {"a.wild.test", "a.wild.test"},
                {"127.0.0.1", NULL},
                {"::1", NULL},
                {"::1%lo", NULL}};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const pair_options options = {.server_name = rows[i].given};
        const char *seen;
        pair p;

        pair_open(&p, &which, &options);
        pair_connect(&p);
        seen = otls_connection_server_name(p.server);
        cr_assert((seen == NULL) == (rows[i].seen == NULL), "%s: %s seen as %s", pair_name(&which),
                  rows[i].given, seen);
        if (seen != NULL)
            cr_assert_str_eq(seen, rows[i].seen);
        pair_close(&p);
    }
}

static void add_identity(otls_context *context, const otls_backend *backend, const char *name)
{
    otls_identity *identity = test_identity(backend, name);

    cr_assert(otls_context_add_identity(context, identity, NULL) == OTLS_OK);
    otls_identity_free(identity);
}

static otls_context *copy_with(const otls_context *context, const char *const *names, size_t count)
{
    otls_context *copy;

    cr_assert(otls_context_copy(&copy, context, NULL) == OTLS_OK);
    for (size_t i = 0; i < count; i++)
        add_identity(copy, otls_context_backend(context), names[i]);
    return copy;
}

/* Several identities in one context: the asked name picks among them. */
ParameterizedTestParameters(sni, picks_identity)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, sni, picks_identity, .timeout = 60)
{
    static const char *const more[] = {"server-alpha", "server-beta"};
    static const char *const asked[] = {"alpha.test", "beta.test", "localhost"};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < 3; i++) {
        const pair_options options = {.server_name = asked[i]};
        otls_transport transport;
        otls_context *many;
        pair p;

        pair_open(&p, &which, &options);
        many = copy_with(p.server_context, more, 2);
        otls_connection_free(p.server);
        transport = wire_transport(&p.wire.server);
        cr_assert(otls_connection_new(&p.server, many, &transport, NULL) == OTLS_OK);
        pair_connect(&p); /* verifies the name */
        otls_context_free(many);
        pair_close(&p);
    }
}
