/* SPDX-License-Identifier: MIT */
/* The ClientHello callback: what it sees, and everything it may decide, over every pair. */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>

/* What the callback found, and what it is to answer. */
typedef struct script {
    unsigned calls;
    unsigned wait; /* so many times "not yet" first */
    otls_status answer;
    int alert;
    otls_context *context;
    otls_identity *identity;
    bool use_identity; /* ... also when it is none of the context's */
    size_t name_size, alpn_count, alpn_size;
    char name[64], alpn[64];
    uint16_t versions[16], suites[128], groups[32], signatures[64];
    size_t version_count, suite_count, group_count, signature_count;
} script;

static otls_status on_hello(otls_connection *conn, const otls_client_hello *hello,
                            otls_client_hello_answer *answer, void *user)
{
    script *s = user;
    const char *name = otls_client_hello_server_name(hello, &s->name_size);
    const uint8_t *alpn = otls_client_hello_alpn(hello, 1, &s->alpn_size);

    s->calls++;
    cr_assert(name == NULL || s->name_size < sizeof(s->name));
    if (name != NULL) {
        memcpy(s->name, name, s->name_size);
        cr_assert_str_eq(otls_connection_server_name(conn), s->name);
    }
    cr_assert(s->alpn_size < sizeof(s->alpn));
    if (alpn != NULL)
        memcpy(s->alpn, alpn, s->alpn_size);
    s->alpn_count = otls_client_hello_alpn_count(hello);
    cr_assert_null(otls_client_hello_alpn(hello, s->alpn_count, &s->alpn_size));
    s->version_count = otls_client_hello_versions(hello, s->versions, 16);
    s->suite_count = otls_client_hello_suites(hello, s->suites, 128);
    s->group_count = otls_client_hello_groups(hello, s->groups, 32);
    s->signature_count = otls_client_hello_signatures(hello, s->signatures, 64);
    if (s->calls <= s->wait)
        return OTLS_WANT_ASYNC;
    answer->context = s->context;
    if (s->identity != NULL || s->use_identity)
        answer->identity = s->identity;
    if (s->alert != 0)
        answer->alert = s->alert;
    return s->answer;
}

static void use(pair *p, void *user)
{
    cr_assert_eq(otls_context_set_client_hello_callback(p->server_context, on_hello, user, NULL),
                 OTLS_OK);
}

static bool has(const uint16_t *list, size_t count, uint16_t value)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return false;
}

ParameterizedTestParameters(client_hello, view)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_hello, view)
{
    static const char *const names[] = {"h2", "http/1.1"};
    const pair_case which = pair_case_short_at(*index);
    script s = {.answer = OTLS_OK};
    const pair_options options = {
        .setup = use, .user = &s, .client_alpn = names, .client_alpn_count = 2};
    pair p;

    pair_open(&p, &which, &options);
    pair_connect(&p);
    cr_assert_eq(s.calls, 1);
    cr_assert_str_eq(s.name, "localhost");
    cr_assert_eq(s.alpn_count, 2);
    cr_assert_str_eq(s.alpn, "http/1.1");
    cr_assert(has(s.versions, s.version_count, which.version));
    /* an older client only says how far it goes */
    cr_assert_eq(has(s.versions, s.version_count, OTLS_TLS1_3), which.version == OTLS_TLS1_3);
    cr_assert(has(s.suites, s.suite_count, otls_connection_suite(p.server)));
    cr_assert(has(s.groups, s.group_count, otls_connection_group(p.server)));
    cr_assert(has(s.signatures, s.signature_count, 0x0403));
    pair_close(&p);
}

ParameterizedTestParameters(client_hello, without_name)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_hello, without_name)
{
    const pair_case which = pair_case_short_at(*index);
    script s = {.answer = OTLS_OK};
    const pair_options options = {.setup = use, .user = &s, .server_name = "127.0.0.1"};
    pair p;

    pair_open(&p, &which, &options);
    pair_connect(&p);
    cr_assert_eq(s.calls, 1);
    cr_assert_eq(s.name_size, 0);
    cr_assert_eq(s.alpn_count, 0);
    cr_assert_null(otls_connection_server_name(p.server));
    pair_close(&p);
}

ParameterizedTestParameters(client_hello, waits)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_hello, waits)
{
    const pair_case which = pair_case_short_at(*index);
    script s = {.answer = OTLS_OK, .wait = 3};
    const pair_options options = {.setup = use, .user = &s};
    pair p;

    pair_open(&p, &which, &options);
    cr_assert_eq(otls_connection_handshake(p.client, NULL), OTLS_WANT_READ);
    cr_assert_eq(otls_connection_handshake(p.server, NULL), OTLS_WANT_ASYNC);
    cr_assert_eq(p.wire.to_client.total, 0, "nothing goes out before the answer");
    pair_connect(&p);
    cr_assert_eq(s.calls, 4);
    pair_transfer(p.client, p.server, 1000, 1);
    pair_close(&p);
}

ParameterizedTestParameters(client_hello, refuses)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_hello, refuses)
{
    static const int alerts[] = {OTLS_ALERT_UNRECOGNIZED_NAME, OTLS_ALERT_ACCESS_DENIED,
                                 OTLS_ALERT_INTERNAL_ERROR, 0};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
        const int expected = alerts[i] != 0 ? alerts[i] : OTLS_ALERT_HANDSHAKE_FAILURE;
        script s = {.answer = OTLS_E_CONFIG, .alert = alerts[i]};
        const pair_options options = {.setup = use, .user = &s};
        pair p;

        pair_open(&p, &which, &options);
        pair_handshake(&p);
        cr_assert_eq(p.server_status, OTLS_E_PROTOCOL);
        cr_assert_eq(p.server_error.code, OTLS_CODE_REFUSED_BY_CALLBACK);
        cr_assert_eq(p.server_error.alert, expected);
        cr_assert_eq(p.client_status, OTLS_E_ALERT, "%s: %s", pair_name(&which),
                     p.client_error.text);
        cr_assert_eq(p.client_error.alert, expected, "%s: got %d", pair_name(&which),
                     p.client_error.alert);
        pair_close(&p);
    }
}

/* Another context: its identity, its ALPN rule, its name for the connection. */
static void use_second(pair *p, void *user)
{
    static const char *const names[] = {"second"};
    script *s = user;
    otls_identity *identity = test_identity(p->which.server, "server-rsa-2048");

    use(p, user);
    cr_assert_eq(otls_context_new(&s->context, p->which.server, OTLS_SERVER, NULL), OTLS_OK);
    cr_assert_eq(otls_context_add_identity(s->context, identity, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_alpn(s->context, names, 1, NULL), OTLS_OK);
    otls_identity_free(identity);
}

ParameterizedTestParameters(client_hello, switches)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_hello, switches)
{
    static const char *const names[] = {"first", "second"};
    const pair_case which = pair_case_short_at(*index);
    script s = {.answer = OTLS_OK};
    const pair_options options = {
        .setup = use_second, .user = &s, .client_alpn = names, .client_alpn_count = 2};
    size_t size;
    pair p;

    pair_open(&p, &which, &options);
    pair_connect(&p);
    cr_assert_eq(otls_connection_context(p.server), s.context);
    cr_assert_str_eq(otls_certificate_key_type(otls_connection_peer_chain(p.client, 0)), "RSA");
    cr_assert_eq(memcmp(otls_connection_alpn(p.client, &size), "second", 6), 0);
    otls_context_free(s.context); /* the connection has its own reference */
    pair_transfer(p.server, p.client, 1000, 2);
    pair_close(&p);
}

static otls_status set_second(otls_connection *conn, const otls_client_hello *hello,
                              otls_client_hello_answer *answer, void *user)
{
    script *s = user;
    otls_error err = OTLS_ERROR_INIT;

    (void)hello, (void)answer;
    if (s->calls++ < s->wait) { /* what is set with "not yet" does not hold */
        cr_expect_eq(otls_connection_set_context(conn, s->context, &err), OTLS_OK);
        return OTLS_WANT_ASYNC;
    }
    if (s->answer == OTLS_OK && s->context != NULL)
        cr_expect_eq(otls_connection_set_context(conn, s->context, &err), OTLS_OK, "%s", err.text);
    return OTLS_OK;
}

ParameterizedTestParameters(client_hello, only_switches)
{
    return pair_parameters_short();
}

/* A server without identity, whose callback sets the context that has one (pyOpenSSL's
 * set_context); when it does not, the handshake fails and says why. */
ParameterizedTest(size_t *index, client_hello, only_switches)
{
    const pair_case which = pair_case_short_at(*index);

    for (int row = 0; row < 3; row++) {
        script s = {.answer = OTLS_OK, .wait = row == 2};
        const pair_options options = {.setup = use_second, .user = &s, .no_server_identity = true};
        otls_error err = OTLS_ERROR_INIT;
        otls_context *second;
        pair p;

        pair_open(&p, &which, &options);
        second = s.context;
        otls_connection_free(p.server);
        otls_context_free(p.server_context);
        cr_assert_eq(otls_context_new(&p.server_context, which.server, OTLS_SERVER, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_client_hello_callback(p.server_context, set_second, &s, &err),
                     OTLS_OK);
        otls_transport transport = wire_transport(&p.wire.server);
        cr_assert_eq(otls_connection_new(&p.server, p.server_context, &transport, &err), OTLS_OK,
                     "%s", err.text);
        if (row == 1)
            s.context = NULL;
        pair_handshake(&p);
        cr_expect_eq(s.calls, row == 2 ? 2 : 1, "asked again by the context that was asked");
        if (row == 1) {
            cr_expect_eq(p.server_error.code, OTLS_CODE_NO_IDENTITY, "%s", p.server_error.text);
        } else {
            cr_expect_eq(p.server_status, OTLS_OK, "%s: %s", pair_name(&which),
                         p.server_error.text);
            cr_expect_eq(otls_connection_context(p.server), second);
            cr_expect_eq(otls_connection_set_context(p.server, second, &err), OTLS_E_USAGE);
        }
        otls_context_free(second);
        pair_close(&p);
    }
}

static void use_two_identities(pair *p, void *user)
{
    script *s = user;

    use(p, user);
    s->identity = test_identity(p->which.server, "server-rsa-2048");
    cr_assert_eq(otls_context_add_identity(p->server_context, s->identity, NULL), OTLS_OK);
}

ParameterizedTestParameters(client_hello, chooses_identity)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_hello, chooses_identity)
{
    const pair_case which = pair_case_short_at(*index);
    script s = {.answer = OTLS_OK};
    const pair_options options = {.setup = use_two_identities, .user = &s};
    pair p;

    pair_open(&p, &which, &options);
    pair_connect(&p);
    cr_assert_str_eq(otls_certificate_key_type(otls_connection_peer_chain(p.client, 0)), "RSA");
    otls_identity_free(s.identity);
    pair_close(&p);
}

/* Answers that cannot be followed end the handshake; they are never passed over. */
static void use_foreign_identity(pair *p, void *user)
{
    script *s = user;

    use(p, user);
    s->identity = test_identity(p->which.server, "server-rsa-2048");
}

static void use_client_context(pair *p, void *user)
{
    script *s = user;

    use(p, user);
    s->context = otls_context_ref(p->client_context);
}

/* NULL in a build with one engine. */
static const otls_backend *other_engine(const otls_backend *than)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_engines(engines);

    for (size_t i = 0; i < count; i++)
        if (engines[i] != than)
            return engines[i];
    return NULL;
}

static void use_other_engine(pair *p, void *user)
{
    script *s = user;

    use(p, user);
    cr_assert_eq(
        otls_context_new(&s->context, other_engine(p->which.server), OTLS_SERVER, NULL), OTLS_OK);
}

static const struct wrong_row {
    const char *what;
    void (*setup)(pair *p, void *user);
    otls_status
        same_engine; /* client context of the same engine is E_USAGE, else E_WRONG_BACKEND */
} wrong[] = {
    {"an identity of nobody's", use_foreign_identity, OTLS_E_USAGE},
    {"a client's context", use_client_context, OTLS_E_USAGE},
    {"another engine's context", use_other_engine, OTLS_E_WRONG_BACKEND},
};

ParameterizedTestParameters(client_hello, wrong_answers)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_hello, wrong_answers)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        script s = {.answer = OTLS_OK};
        const pair_options options = {.setup = wrong[i].setup, .user = &s};
        otls_status expected = wrong[i].same_engine;
        pair p;

        if (wrong[i].setup == use_other_engine && other_engine(which.server) == NULL)
            continue;
        if (wrong[i].setup == use_client_context && which.client != which.server)
            expected = OTLS_E_WRONG_BACKEND;
        pair_open(&p, &which, &options);
        pair_handshake(&p);
        cr_assert_eq(p.server_status, expected, "%s: %s: %s", pair_name(&which), wrong[i].what,
                     p.server_error.text);
        cr_assert_eq(p.client_status, OTLS_E_ALERT);
        cr_assert_eq(p.client_error.alert, OTLS_ALERT_INTERNAL_ERROR);
        otls_context_free(s.context);
        otls_identity_free(s.identity);
        pair_close(&p);
    }
}

Test(client_hello, setter)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_CLIENT, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_client_hello_callback(context, on_hello, NULL, &err),
                 OTLS_E_USAGE);
    cr_assert_eq(otls_context_set_alpn_callback(context, NULL, NULL, &err), OTLS_E_USAGE);
    otls_context_free(context);
}
