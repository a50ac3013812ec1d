/* SPDX-License-Identifier: MIT */
/* ALPN by callback, the no-overlap rule, long and numerous names, and NPN's absence. */
#include <criterion/criterion.h>

#include "pair.h"
#include <omnitls/parity.h>

#include <stdio.h>
#include <string.h>

#define REFUSE ((size_t)-2)

static otls_status choose(otls_connection *conn, const otls_client_hello *hello, size_t *chosen,
                          void *user)
{
    const size_t *answer = user;
    size_t size;

    (void)conn;
    cr_assert_eq(otls_client_hello_alpn_count(hello), 3);
    cr_assert_eq(memcmp(otls_client_hello_alpn(hello, 2, &size), "three", 5), 0);
    if (*answer == REFUSE)
        return OTLS_E_CONFIG;
    *chosen = *answer;
    return OTLS_OK;
}

static void use(pair *p, void *user)
{
    cr_assert_eq(otls_context_set_alpn_callback(p->server_context, choose, user, NULL), OTLS_OK);
}

static const struct row {
    size_t answer;
    bool optional;
    const char *chosen; /* NULL = none */
    otls_status server;
    int alert;
} rows[] = {
    {0, false, "one", OTLS_OK, -1},
    {2, false, "three", OTLS_OK, -1},
    {OTLS_ALPN_NONE, true, NULL, OTLS_OK, -1},
    {OTLS_ALPN_NONE, false, NULL, OTLS_E_PROTOCOL, OTLS_ALERT_NO_APPLICATION_PROTOCOL},
    {REFUSE, true, NULL, OTLS_E_PROTOCOL, OTLS_ALERT_NO_APPLICATION_PROTOCOL},
    {3, false, NULL, OTLS_E_USAGE, OTLS_ALERT_INTERNAL_ERROR},
};

ParameterizedTestParameters(alpn, callback)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, alpn, callback)
{
    static const char *const names[] = {"one", "two", "three"};
    static const char *const never[] = {"not asked"};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t answer = rows[i].answer, size;
        const pair_options options = {.setup = use,
                                      .user = &answer,
                                      .client_alpn = names,
                                      .client_alpn_count = 3,
                                      .server_alpn = never,
                                      .server_alpn_count = 1,
                                      .alpn_optional = rows[i].optional};
        const uint8_t *name;
        pair p;

        pair_open(&p, &which, &options);
        pair_handshake(&p);
        cr_assert_eq(p.server_status, rows[i].server, "%s: row %zu: %s", pair_name(&which), i,
                     p.server_error.text);
        if (rows[i].server != OTLS_OK) {
            cr_assert_eq(p.client_error.alert, rows[i].alert, "%s: row %zu", pair_name(&which), i);
        } else {
            name = otls_connection_alpn(p.client, &size);
            cr_assert_eq(name == NULL, rows[i].chosen == NULL);
            if (name != NULL)
                cr_assert(size == strlen(rows[i].chosen) &&
                          memcmp(name, rows[i].chosen, size) == 0);
            name = otls_connection_alpn(p.server, &size);
            cr_assert_eq(name == NULL, rows[i].chosen == NULL);
        }
        pair_close(&p);
    }
}

/* Twelve names, one of 255 bytes and one with a comma: they work, or the setter says no. */
ParameterizedTestParameters(alpn, long_and_many)
{
    return pair_parameters_short();
}

static otls_status set(const otls_backend *backend, otls_role role, const char *const *names,
                       size_t count, otls_error *err)
{
    otls_context *context;
    otls_status status;

    cr_assert_eq(otls_context_new(&context, backend, role, NULL), OTLS_OK);
    status = otls_context_set_alpn(context, names, count, err);
    otls_context_free(context);
    return status;
}

static void long_and_many(const pair_case *which, const char *const *names, size_t count,
                          otls_feature feature)
{
    const bool client = otls_backend_supports(which->client, feature, NULL) != OTLS_NO;
    const bool server = otls_backend_supports(which->server, feature, NULL) != OTLS_NO;
    const bool server_needs = feature == OTLS_FEATURE_LONG_ALPN && strlen(names[count - 1]) > 32;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(set(which->client, OTLS_CLIENT, names, count, &err),
                 client ? OTLS_OK : OTLS_E_UNSUPPORTED, "%s: %s", pair_name(which), err.text);
    if (!client) {
        cr_assert_not_null(strstr(err.text, otls_feature_name(feature)), "%s", err.text);
        cr_assert_str_eq(err.backend, otls_backend_name(which->client));
    }
    cr_assert_eq(set(which->server, OTLS_SERVER, names + count - 1, 1, &err),
                 server || !server_needs ? OTLS_OK : OTLS_E_UNSUPPORTED);
    if (client && (server || !server_needs)) {
        const pair_options options = {.client_alpn = names,
                                      .client_alpn_count = count,
                                      .server_alpn = names + count - 1,
                                      .server_alpn_count = 1};
        size_t size;
        pair p;

        pair_open(&p, which, &options);
        pair_connect(&p);
        cr_assert_not_null(otls_connection_alpn(p.client, &size));
        cr_assert_eq(size, strlen(names[count - 1]));
        pair_close(&p);
    }
}

ParameterizedTest(size_t *index, alpn, long_and_many)
{
    static const char *const many[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    static const char *const comma[] = {"x", "a,b"};
    static char text[256];
    const char *one[] = {"short", text};
    const pair_case which = pair_case_short_at(*index);

    memset(text, 'n', 255);
    long_and_many(&which, many, 12, OTLS_FEATURE_LONG_ALPN);
    long_and_many(&which, one, 2, OTLS_FEATURE_LONG_ALPN);
    long_and_many(&which, comma, 2, OTLS_FEATURE_ALPN_COMMA);
}

Test(alpn, npn_is_obsolete)
{
    static const char *const names[] = {"spdy/3"};
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_CLIENT, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_npn(context, names, 1, &err), OTLS_E_UNSUPPORTED);
    cr_assert_eq(err.code, OTLS_CODE_OBSOLETE);
    cr_assert_not_null(strstr(err.text, "ALPN"));
    otls_context_free(context);
}
