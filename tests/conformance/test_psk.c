/* SPDX-License-Identifier: MIT */
/* Pre-shared keys in TLS 1.2 and 1.3, over every pair whose engines have them. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <string.h>

typedef struct script {
    bool wrong_key, unknown, no_key; /* the client's */
    const char *hint;                /* the server's */
    bool server_only;                /* the client has no callback */
    unsigned client_calls, server_calls;
    char hint_seen[64];
} script;

static otls_status client_key(otls_connection *conn, const char *hint, otls_psk *out, void *user)
{
    script *s = user;

    cr_assert(!otls_connection_is_server(conn));
    s->client_calls++;
    if (hint != NULL)
        (void)snprintf(s->hint_seen, sizeof(s->hint_seen), "%s", hint);
    if (s->no_key)
        return OTLS_E_USAGE;
    (void)snprintf(out->identity, sizeof(out->identity), s->unknown ? "nobody" : "device-7");
    memset(out->key, s->wrong_key ? 2 : 1, 32);
    out->key_size = 32;
    return OTLS_OK;
}

static otls_status server_key(otls_connection *conn, const uint8_t *identity, size_t size,
                              otls_psk *out, void *user)
{
    script *s = user;

    cr_assert(otls_connection_is_server(conn));
    s->server_calls++;
    if (size != 8 || memcmp(identity, "device-7", 8) != 0)
        return OTLS_E_USAGE;
    memset(out->key, 1, 32);
    out->key_size = 32;
    return OTLS_OK;
}

static void use(pair *p, void *user)
{
    script *s = user;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_psk_server_callback(p->server_context, server_key, s, &err), OTLS_OK, "%s",
                 err.text);
    if (s->hint != NULL)
        cr_assert_eq(otls_context_set_psk_hint(p->server_context, s->hint, &err), OTLS_OK);
    if (!s->server_only)
        cr_assert_eq(otls_context_set_psk_client_callback(p->client_context, client_key, s, &err), OTLS_OK,
                     "%s", err.text);
}

static bool has_psk(const pair_case *which)
{
    const otls_feature feature =
        which->version == OTLS_TLS1_3 ? OTLS_FEATURE_PSK_13 : OTLS_FEATURE_PSK_12;

    return otls_backend_supports(which->client, feature, NULL) != OTLS_NO &&
           otls_backend_supports(which->server, feature, NULL) != OTLS_NO;
}

/* Can the engine's servers send an identity hint? */
static bool sends_hint(const otls_backend *engine, const char *ciphers)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    cr_assert_eq(otls_context_new(&context, engine, OTLS_SERVER, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_ciphers(context, ciphers, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_psk_server_callback(context, server_key, NULL, &err), OTLS_OK);
    status = otls_context_set_psk_hint(context, "which device?", &err);
    if (status == OTLS_OK)
        status = otls_context_seal(context, &err);
    otls_context_free(context);
    cr_assert(status == OTLS_OK || status == OTLS_E_UNSUPPORTED, "%s", err.text);
    return status == OTLS_OK;
}

static pair_options options_for(script *s, const pair_case *which, const char *ciphers)
{
    return (pair_options){.setup = use,
                          .user = s,
                          .no_server_identity = true,
                          .server_name = "",
                          .client_ciphers = which->version == OTLS_TLS1_2 ? ciphers : NULL,
                          .server_ciphers = which->version == OTLS_TLS1_2 ? ciphers : NULL};
}

ParameterizedTestParameters(psk, without_certificates)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, psk, without_certificates)
{
    static const char *const suites[] = {"DHE-PSK-AES128-GCM-SHA256", "PSK-CHACHA20-POLY1305",
                                         "PSK-AES128-GCM-SHA256:PSK-CHACHA20-POLY1305"};
    const pair_case which = pair_case_short_at(*index);
    const size_t count = which.version == OTLS_TLS1_2 ? 3 : 1;

    if (!has_psk(&which))
        return;
    for (size_t i = 0; i < count; i++) {
        const bool hint = which.version == OTLS_TLS1_2 && sends_hint(which.server, suites[i]);
        script s = {.hint = hint ? "which device?" : NULL};
        const pair_options options = options_for(&s, &which, suites[i]);
        pair p;

        pair_open(&p, &which, &options);
        pair_handshake(&p);
        cr_assert(p.client_status == OTLS_OK && p.server_status == OTLS_OK,
                  "%s %s: client %s [%s], server %s [%s]", pair_name(&which), suites[i],
                  p.client_error.text, p.client_error.native_text, p.server_error.text,
                  p.server_error.native_text);
        cr_assert(otls_connection_psk_used(p.client), "%s", pair_name(&which));
        cr_assert(otls_connection_psk_used(p.server), "%s", pair_name(&which));
        cr_assert_eq(otls_connection_peer_chain_count(p.client), 0);
        cr_assert_gt(s.client_calls, 0u);
        cr_assert_gt(s.server_calls, 0u);
        if (s.hint != NULL)
            cr_assert_str_eq(s.hint_seen, s.hint);
        pair_transfer(p.client, p.server, 1000, 1);
        pair_transfer(p.server, p.client, 1000, 2);
        pair_close(&p);
    }
}

/* Nobody gets in without the key: fail closed on both sides, whatever the engine says. */
static const struct refused_row {
    const char *what;
    script script;
} refused[] = {
    {"wrong key", {.wrong_key = true}},
    {"unknown identity", {.unknown = true}},
    {"no key", {.no_key = true}},
    {"no callback", {.server_only = true}},
};

ParameterizedTestParameters(psk, refused)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, psk, refused)
{
    const pair_case which = pair_case_short_at(*index);

    if (!has_psk(&which))
        return;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        script s = refused[i].script;
        pair_options options = options_for(&s, &which, "DHE-PSK-AES128-GCM-SHA256");
        pair p;

        if (s.server_only) {
            options.server_name = "localhost";
            options.client_ciphers = NULL;
        }
        pair_open(&p, &which, &options);
        pair_handshake(&p);
        cr_assert_lt(p.server_status, 0, "%s: %s", pair_name(&which), refused[i].what);
        if (p.client_status == OTLS_OK)
            p.client_status = pair_read_end(p.client, p.server, &p.client_error);
        cr_assert_lt(p.client_status, 0, "%s: %s: %d", pair_name(&which), refused[i].what,
                     p.client_status);
        pair_close(&p);
    }
}

/* A server with keys and an identity serves both kinds of clients. */
ParameterizedTestParameters(psk, beside_certificates)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, psk, beside_certificates)
{
    const pair_case which = pair_case_short_at(*index);

    if (!has_psk(&which))
        return;
    for (int with_key = 0; with_key < 2; with_key++) {
        script s = {.server_only = !with_key};
        pair_options options = options_for(&s, &which, "DHE-PSK-AES128-GCM-SHA256");
        pair p;

        options.no_server_identity = false;
        options.server_name = "localhost";
        options.server_ciphers = which.version == OTLS_TLS1_2
                                     ? "DHE-PSK-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"
                                     : NULL;
        if (!with_key)
            options.client_ciphers = NULL;
        pair_open(&p, &which, &options);
        pair_connect(&p);
        cr_assert_eq(otls_connection_psk_used(p.client), with_key != 0, "%s", pair_name(&which));
        cr_assert_eq(otls_connection_peer_chain_count(p.client) == 0, with_key != 0);
        /* what the server has, and did not present, binds nothing (RFC 5929 4) */
        for (int server = 0; server < 2; server++) {
            uint8_t binding[64];
            size_t size;

            cr_expect_eq(otls_connection_channel_binding(server ? p.server : p.client,
                                                         OTLS_BINDING_TLS_SERVER_END_POINT, binding,
                                                         sizeof(binding), &size, NULL),
                         with_key ? OTLS_E_UNSUPPORTED : OTLS_OK, "%s: %s, %d", pair_name(&which),
                         server ? "server" : "client", with_key);
        }
        pair_close(&p);
    }
}

/* A client with a key may do without a server name, but then believes no certificate. */
static void use_client_only(pair *p, void *user)
{
    cr_assert_eq(otls_context_set_psk_client_callback(p->client_context, client_key, user, NULL), OTLS_OK);
}

ParameterizedTestParameters(psk, certificate_without_name)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, psk, certificate_without_name)
{
    const pair_case which = pair_case_short_at(*index);
    script s = {.no_key = false};
    const pair_options options = {.setup = use_client_only, .user = &s, .server_name = ""};
    pair p;

    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_assert_eq(p.client_status, OTLS_E_VERIFY, "%s: %s %s", pair_name(&which),
                 otls_status_name(p.client_status), p.client_error.text);
    cr_assert_neq(p.client_error.verify_flags & OTLS_VERIFY_NAME_MISMATCH, 0u);
    pair_close(&p);
}

Test(psk, setters)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);
    otls_error err = OTLS_ERROR_INIT;
    char hint[OTLS_PSK_IDENTITY_MAX + 2];

    memset(hint, 'x', sizeof(hint));
    hint[sizeof(hint) - 1] = '\0';
    for (size_t i = 0; i < count; i++) {
        otls_context *context;

        cr_assert_eq(otls_context_new(&context, engines[i], OTLS_SERVER, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_psk_client_callback(context, client_key, NULL, &err), OTLS_E_USAGE);
        cr_assert_eq(otls_context_set_psk_hint(context, hint, &err), OTLS_E_CONFIG);
        cr_assert_eq(err.code, OTLS_CODE_LIMIT);
        /* still a server without anything to show */
        cr_assert_eq(otls_context_seal(context, &err), OTLS_E_CREDENTIAL);
        cr_assert_eq(otls_context_set_psk_server_callback(context, server_key, NULL, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, &err), OTLS_OK);
        /* without a PSK suite it still has none */
        cr_assert_eq(otls_context_seal(context, &err), OTLS_E_CREDENTIAL, "%s", err.text);
        otls_context_free(context);
    }
}
