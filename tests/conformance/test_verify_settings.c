/* SPDX-License-Identifier: MIT */
/*
 * The verifier's switches as settings of a context, on either side of a handshake; the chains are
 * the corpus' (tests/corpus).
 */
#include <criterion/criterion.h>

#include "pair.h"

#include <stdio.h>
#include <string.h>

enum { REFERENCE_TIME = 1767225600 }; /* 2026-01-01, the corpus' time */
enum { PIN_NONE, PIN_LEAF, PIN_ROOT, PIN_OTHER, PIN_OTHER_AND_ROOT };

typedef struct setting {
    const char *what, *chain;
    uint32_t flags;
    bool common_name, partial_wildcards;
    int pin, depth; /* depth 0 = default, -1 = zero */
    int purpose;
    uint32_t want;
    int want_depth, alert;
    const char *host;           /* NULL = "host.test" */
    bool client_only;           /* about names */
    size_t certificates, bytes; /* presented; 0 = default */
} setting;

#define LEAF OTLS_VERIFY_OPTION_CRL_LEAF
#define CHAIN OTLS_VERIFY_OPTION_CRL_CHAIN
#define OK 0, -1, 0

static const setting settings[] = {
    {"defaults", "crl-good", 0, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"list, leaf: good", "crl-good", LEAF, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"list, leaf: revoked", "crl-revoked", LEAF, 0, 0, 0, 0, 0, OTLS_VERIFY_REVOKED, 0, 44, NULL, 0,
     0, 0},
    {"list, not asked for", "crl-revoked", 0, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"list, leaf: missing", "crl-missing", LEAF, 0, 0, 0, 0, 0, OTLS_VERIFY_REVOCATION_UNKNOWN, 0,
     46, NULL, 0, 0, 0},
    {"list, leaf: expired", "crl-expired", LEAF, 0, 0, 0, 0, 0, OTLS_VERIFY_REVOCATION_UNKNOWN, 0,
     46, NULL, 0, 0, 0},
    {"list, leaf: the intermediate is revoked", "crl-leaf-only-intermediate-revoked", LEAF, 0, 0, 0,
     0, 0, OK, NULL, 0, 0, 0},
    {"lists, chain: good", "crl-chain-good", CHAIN, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"lists, chain: missing", "crl-chain-missing-root", CHAIN, 0, 0, 0, 0, 0,
     OTLS_VERIFY_REVOCATION_UNKNOWN, 1, 46, NULL, 0, 0, 0},
    {"lists, chain: revoked", "crl-chain-intermediate-revoked", CHAIN, 0, 0, 0, 0, 0,
     OTLS_VERIFY_REVOKED, 1, 44, NULL, 0, 0, 0},
    {"anchor below a root", "intermediate-is-anchor", 0, 0, 0, 0, 0, 0, OTLS_VERIFY_UNKNOWN_CA, 1,
     48, NULL, 0, 0, 0},
    {"anchor below a root, partial chain", "intermediate-is-anchor",
     OTLS_VERIFY_OPTION_PARTIAL_CHAIN, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"lax", "strict-no-authority-key-id", 0, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"strict", "strict-no-authority-key-id", OTLS_VERIFY_OPTION_STRICT, 0, 0, 0, 0, 0,
     OTLS_VERIFY_MALFORMED, 0, 42, NULL, 0, 0, 0},
    {"strict, good", "strict-good", OTLS_VERIFY_OPTION_STRICT, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"trusted first", "good", OTLS_VERIFY_OPTION_TRUSTED_FIRST, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"depth 0", "good", 0, 0, 0, 0, -1, 0, OTLS_VERIFY_DEPTH, 1, 48, NULL, 0, 0, 0},
    {"depth 1", "good", 0, 0, 0, 0, 1, 0, OK, NULL, 0, 0, 0},
    {"pin: the leaf's", "good", 0, 0, 0, PIN_LEAF, 0, 0, OK, NULL, 0, 0, 0},
    {"pin: the root's", "good", 0, 0, 0, PIN_ROOT, 0, 0, OK, NULL, 0, 0, 0},
    {"pin: another's", "good", 0, 0, 0, PIN_OTHER, 0, 0, OTLS_VERIFY_PIN_MISMATCH, 0, 46, NULL, 0,
     0, 0},
    {"pins: another's and the root's", "good", 0, 0, 0, PIN_OTHER_AND_ROOT, 0, 0, OK, NULL, 0, 0,
     0},
    {"purpose by the role", "client-certificate-as-server", 0, 0, 0, 0, 0, 0,
     OTLS_VERIFY_WRONG_PURPOSE, 0, 43, NULL, true, 0, 0},
    {"purpose: any", "client-certificate-as-server", 0, 0, 0, 0, 0, OTLS_PURPOSE_ANY, OK, NULL,
     true, 0, 0},
    {"purpose: client", "client-certificate-as-server", 0, 0, 0, 0, 0, OTLS_PURPOSE_CLIENT, OK,
     NULL, 0, 0, 0},
    {"common name, off", "common-name-option", 0, 0, 0, 0, 0, 0, OTLS_VERIFY_NAME_MISMATCH, 0, 42,
     NULL, true, 0, 0},
    {"common name, on", "common-name-option", 0, true, 0, 0, 0, 0, OK, NULL, true, 0, 0},
    {"common name, on, but there are names", "common-name-option-with-names", 0, true, 0, 0, 0, 0,
     OTLS_VERIFY_NAME_MISMATCH, 0, 42, NULL, true, 0, 0},
    {"part of a label, off", "wildcard-partial", 0, 0, 0, 0, 0, 0, OTLS_VERIFY_NAME_MISMATCH, 0, 42,
     "ab.host.test", true, 0, 0},
    {"part of a label, on", "wildcard-partial", 0, 0, true, 0, 0, 0, OK, "ab.host.test", true, 0,
     0},
    {"one certificate", "good", 0, 0, 0, 0, 0, 0, OTLS_VERIFY_LIMIT, 0, 48, NULL, 0, 1, 0},
    {"two certificates", "good", 0, 0, 0, 0, 0, 0, OK, NULL, 0, 2, 0},
    {"few bytes", "good", 0, 0, 0, 0, 0, 0, OTLS_VERIFY_LIMIT, 0, 48, NULL, 0, 0, 500},
    {"enough bytes", "good", 0, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 5000},
};

#define SETTING_COUNT (sizeof(settings) / sizeof(settings[0]))

#define MUST(call)                                                                                 \
    do {                                                                                           \
        otls_error err = OTLS_ERROR_INIT;                                                          \
        cr_assert((call) == OTLS_OK, "%s: %s: %s [%s]", pair_name(&p->which), #call, err.text,     \
                  err.native_text);                                                                \
    } while (0)

static int64_t reference_time(void *user)
{
    (void)user;
    return REFERENCE_TIME;
}

static const char *case_file(const char *name, const char *file)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];

    (void)snprintf(path, sizeof(paths[0]), "%s/corpus/%s/%s", OTLS_TEST_BUILD_DIR, name, file);
    return path;
}

static bool readable(const char *path)
{
    FILE *file = fopen(path, "r");

    if (file != NULL)
        (void)fclose(file);
    return file != NULL;
}

static otls_trust *case_trust(pair *p, const char *name)
{
    otls_trust *trust;

    MUST(otls_trust_new(&trust, &err));
    MUST(otls_trust_add_file(trust, case_file(name, "trust.pem"), &err));
    if (readable(case_file(name, "crl.pem")))
        MUST(otls_trust_add_crl_file(trust, case_file(name, "crl.pem"), &err));
    return trust;
}

static void present(pair *p, otls_context *context, const otls_backend *engine, const char *name)
{
    otls_identity *identity;

    MUST(otls_identity_from_files(&identity, engine, case_file(name, "sent.pem"),
                                  case_file(name, "key.pem"), NULL, NULL, &err));
    MUST(otls_context_add_identity(context, identity, &err));
    otls_identity_free(identity);
}

static void from_base64(const char *text, uint8_t out[32])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    memset(out, 0, 32);
    for (size_t bit = 0; bit < 256; bit++) {
        const unsigned value = (unsigned)(strchr(digits, text[bit / 6]) - digits);

        if (value & (32u >> bit % 6))
            out[bit / 8] |= (uint8_t)(128u >> bit % 8);
    }
}

static void pin_of(pair *p, const char *path, uint8_t out[32])
{
    otls_certificate **list;
    char text[64];
    size_t count;

    MUST(otls_certificate_list_from_file(&list, &count, path, &err));
    MUST(otls_certificate_pin(list[0], NULL, text, &err));
    from_base64(text, out);
    otls_certificate_list_free(list, count);
}

static void use_pins(pair *p, otls_context *context, const setting *row)
{
    uint8_t pins[2][32];
    size_t count = 1;

    memset(pins, 0x5a, sizeof(pins));
    if (row->pin == PIN_NONE)
        return;
    if (row->pin == PIN_LEAF)
        pin_of(p, case_file(row->chain, "sent.pem"), pins[0]);
    if (row->pin == PIN_ROOT)
        pin_of(p, case_file(row->chain, "trust.pem"), pins[0]);
    if (row->pin == PIN_OTHER_AND_ROOT) {
        pin_of(p, case_file(row->chain, "trust.pem"), pins[1]);
        count = 2;
    }
    MUST(otls_context_set_pins(context, pins[0], count, &err));
    memset(pins, 0, sizeof(pins)); /* a copy was taken */
}

/* The side that verifies the corpus' chain. */
static otls_context *verifying(pair *p, const setting *row, otls_role role)
{
    const otls_backend *engine = role == OTLS_CLIENT ? p->which.client : p->which.server;
    const bool other_side = role == OTLS_SERVER && row->purpose == 0; /* the corpus is servers' */
    otls_trust *trust = case_trust(p, row->chain);
    otls_context *context, *copy;

    test_needs_version(engine, p->which.version);
    MUST(otls_context_new(&context, engine, role, &err));
    MUST(otls_context_set_versions(context, p->which.version, p->which.version, &err));
    MUST(otls_context_set_clock_callback(context, reference_time, NULL, &err));
    MUST(otls_context_set_trust(context, trust, &err));
    MUST(otls_context_set_verify_flags(context, row->flags, &err));
    MUST(otls_context_set_common_name_fallback(context, row->common_name, &err));
    MUST(otls_context_set_partial_wildcards(context, row->partial_wildcards, &err));
    MUST(otls_context_set_verify_purpose(context, other_side ? OTLS_PURPOSE_SERVER : row->purpose,
                                         &err));
    if (row->depth != 0)
        MUST(otls_context_set_verify_depth(context, row->depth < 0 ? 0 : row->depth, &err));
    MUST(otls_context_set_chain_limits(context, row->certificates, row->bytes, &err));
    use_pins(p, context, row);
    otls_trust_free(trust);
    /* every setting has to survive this */
    MUST(otls_context_copy(&copy, context, &err));
    otls_context_free(context);
    return copy;
}

static otls_context *presenting(pair *p, const setting *row, otls_role role)
{
    const otls_backend *engine = role == OTLS_CLIENT ? p->which.client : p->which.server;
    otls_context *context;

    test_needs_version(engine, p->which.version);
    MUST(otls_context_new(&context, engine, role, &err));
    MUST(otls_context_set_versions(context, p->which.version, p->which.version, &err));
    present(p, context, engine, row->chain);
    return context;
}

static void connect_both(pair *p, const char *host)
{
    otls_transport transport;

    wire_init(&p->wire);
    p->client_error = p->server_error = (otls_error)OTLS_ERROR_INIT;
    transport = wire_transport(&p->wire.client);
    MUST(otls_connection_new(&p->client, p->client_context, &transport, &err));
    transport = wire_transport(&p->wire.server);
    MUST(otls_connection_new(&p->server, p->server_context, &transport, &err));
    MUST(otls_connection_set_server_name(p->client, host, &err));
    pair_handshake(p);
}

static void check(const pair *p, const setting *row, const otls_connection *conn,
                  otls_status status, const otls_error *err)
{
    cr_assert_eq(status, row->want == 0 ? OTLS_OK : OTLS_E_VERIFY, "%s: %s: %s: %s [%s]",
                 pair_name(&p->which), row->what, otls_status_name(status), err->text,
                 err->native_text);
    if (row->want == 0) {
        cr_assert_eq(otls_connection_verify_flags(conn), 0);
        return;
    }
    cr_assert_eq(err->verify_flags, row->want, "%s: %s: flags 0x%x: %s", pair_name(&p->which),
                 row->what, err->verify_flags, err->text);
    cr_assert_eq(err->verify_depth, row->want_depth, "%s: %s: depth %d", pair_name(&p->which),
                 row->what, err->verify_depth);
    cr_assert_eq(err->alert, row->alert, "%s: %s: alert %d", pair_name(&p->which), row->what,
                 err->alert);
}

ParameterizedTestParameters(verify_settings, client)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify_settings, client)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        pair one = {.which = pair_case_short_at(*index)}, *p = &one;

        p->client_context = verifying(p, &settings[i], OTLS_CLIENT);
        p->server_context = presenting(p, &settings[i], OTLS_SERVER);
        connect_both(p, settings[i].host != NULL ? settings[i].host : "host.test");
        check(p, &settings[i], p->client, p->client_status, &p->client_error);
        pair_close(p);
    }
}

ParameterizedTestParameters(verify_settings, server)
{
    return pair_parameters_short();
}

/* The same settings for client certificates, where they are not about names. */
ParameterizedTest(size_t *index, verify_settings, server)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        pair one = {.which = pair_case_short_at(*index)}, *p = &one;
        otls_identity *identity;
        otls_trust *root;

        if (settings[i].client_only)
            continue;
        p->server_context = verifying(p, &settings[i], OTLS_SERVER);
        identity = test_identity(p->which.server, "server-ecdsa-p256");
        MUST(otls_context_add_identity(p->server_context, identity, &err));
        otls_identity_free(identity);
        MUST(otls_context_set_verify_mode(p->server_context, OTLS_VERIFY_MODE_REQUIRED, &err));
        p->client_context = presenting(p, &settings[i], OTLS_CLIENT);
        root = test_trust("root");
        MUST(otls_context_set_trust(p->client_context, root, &err));
        otls_trust_free(root);
        connect_both(p, "localhost");
        check(p, &settings[i], p->server, p->server_status, &p->server_error);
        pair_close(p);
    }
}

/* ---- the engine's own verifier ---- */

static const setting by_engine[] = {
    {"good", "good", 0, 0, 0, 0, 0, 0, OK, NULL, 0, 0, 0},
    {"expired", "expired-leaf", 0, 0, 0, 0, 0, 0, OTLS_VERIFY_EXPIRED, 0, 45, NULL, 0, 0, 0},
    {"revoked", "crl-revoked", LEAF, 0, 0, 0, 0, 0, OTLS_VERIFY_REVOKED, 0, 44, NULL, 0, 0, 0},
    {"another name", "good", 0, 0, 0, 0, 0, 0, OTLS_VERIFY_NAME_MISMATCH, 0, 42, "other.test", 0, 0, 0},
    {"another pin", "good", 0, 0, 0, PIN_OTHER, 0, 0, OTLS_VERIFY_PIN_MISMATCH, 0, 46, NULL, 0, 0,
     0},
};

ParameterizedTestParameters(verify_settings, engine)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify_settings, engine)
{
    for (size_t i = 0; i < sizeof(by_engine) / sizeof(by_engine[0]); i++) {
        const setting *row = &by_engine[i];
        pair one = {.which = pair_case_short_at(*index)}, *p = &one;
        const bool has =
            otls_backend_supports(p->which.client, OTLS_FEATURE_ENGINE_VERIFIER, NULL) != OTLS_NO;
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;

        p->client_context = verifying(p, row, OTLS_CLIENT);
        cr_assert_eq(otls_context_verifier(p->client_context), OTLS_VERIFIER_UNIFORM);
        status = otls_context_set_verifier(p->client_context, OTLS_VERIFIER_ENGINE, &err);
        cr_assert_eq(status, has ? OTLS_OK : OTLS_E_UNSUPPORTED, "%s: %s", pair_name(&p->which),
                     err.text);
        if (has) {
            cr_assert_eq(otls_context_verifier(p->client_context), OTLS_VERIFIER_ENGINE);
            p->server_context = presenting(p, row, OTLS_SERVER);
            connect_both(p, row->host != NULL ? row->host : "host.test");
            check(p, row, p->client, p->client_status, &p->client_error);
        } else {
            cr_assert(strstr(err.text, "engine-verifier") != NULL, "%s", err.text);
            cr_assert_eq(otls_context_verifier(p->client_context), OTLS_VERIFIER_UNIFORM);
        }
        pair_close(p);
    }
}

/* ---- setters and getters ---- */

static otls_context *fresh(otls_role role)
{
    const otls_backend *engines[PAIR_ENGINES];
    otls_context *context = NULL;

    cr_assert(test_subjects(engines) != 0);
    cr_assert_eq(otls_context_new(&context, engines[0], role, NULL), OTLS_OK);
    return context;
}

Test(verify_settings, defaults)
{
    otls_context *client = fresh(OTLS_CLIENT), *server = fresh(OTLS_SERVER);

    cr_assert_eq(otls_context_verify_flags(client), OTLS_VERIFY_OPTION_TRUSTED_FIRST);
    cr_assert_not(otls_context_common_name_fallback(client));
    cr_assert_not(otls_context_partial_wildcards(client));
    cr_assert(otls_context_check_hostname(client));
    cr_assert_not(otls_context_check_hostname(server));
    cr_assert_eq(otls_context_verify_depth(client), 10);
    cr_assert_eq(otls_context_verify_mode(client), OTLS_VERIFY_MODE_REQUIRED);
    cr_assert_eq(otls_context_verify_mode(server), OTLS_VERIFY_MODE_NONE);
    cr_assert_eq(otls_context_verifier(client), OTLS_VERIFIER_UNIFORM);
    cr_assert_null(otls_context_trust(client));
    otls_context_free(client);
    otls_context_free(server);
}

Test(verify_settings, flags)
{
    otls_context *context = fresh(OTLS_CLIENT);
    const uint32_t all = LEAF | CHAIN | OTLS_VERIFY_OPTION_STRICT |
                         OTLS_VERIFY_OPTION_PARTIAL_CHAIN | OTLS_VERIFY_OPTION_TRUSTED_FIRST;

    cr_assert_eq(otls_context_set_common_name_fallback(context, true, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_verify_flags(context, all, NULL), OTLS_OK);
    cr_assert_eq(otls_context_verify_flags(context), all);
    /* refused as a whole, nothing changes */
    cr_assert_eq(otls_context_set_verify_flags(context, 1u << 30, NULL), OTLS_E_CONFIG);
    cr_assert_eq(otls_context_set_verify_flags(context, OTLS_VERIFY_OPTION_COMMON_NAME, NULL),
                 OTLS_E_CONFIG);
    cr_assert_eq(otls_context_verify_flags(context), all);
    cr_assert_eq(otls_context_set_verify_flags(context, 0, NULL), OTLS_OK);
    cr_assert_eq(otls_context_verify_flags(context), OTLS_VERIFY_OPTION_TRUSTED_FIRST);
    cr_assert(otls_context_common_name_fallback(context), "another setter's business");
    cr_assert_eq(otls_context_set_common_name_fallback(context, false, NULL), OTLS_OK);
    cr_assert_not(otls_context_common_name_fallback(context));
    otls_context_free(context);
}

Test(verify_settings, check_hostname)
{
    otls_context *client = fresh(OTLS_CLIENT), *server = fresh(OTLS_SERVER);

    cr_assert_eq(otls_context_insecure_no_name_check(client, NULL), OTLS_OK);
    cr_assert_not(otls_context_check_hostname(client));
    cr_assert_eq(otls_context_set_check_hostname(client, true, NULL), OTLS_OK);
    cr_assert(otls_context_check_hostname(client));
    cr_assert_eq(otls_context_set_check_hostname(client, false, NULL), OTLS_E_USAGE);
    cr_assert(otls_context_check_hostname(client));
    cr_assert_eq(otls_context_set_check_hostname(server, true, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_context_insecure_no_verify(client, NULL), OTLS_OK);
    cr_assert_not(otls_context_check_hostname(client));
    cr_assert_eq(otls_context_verify_mode(client), OTLS_VERIFY_MODE_NONE);
    cr_assert_eq(otls_context_set_check_hostname(client, true, NULL), OTLS_E_USAGE,
                 "it would match nothing");
    cr_assert_eq(otls_context_set_verify_mode(client, OTLS_VERIFY_MODE_REQUIRED, NULL), OTLS_OK);
    cr_assert_eq(otls_context_verify_mode(client), OTLS_VERIFY_MODE_REQUIRED);
    cr_assert(otls_context_check_hostname(client));
    otls_context_free(client);
    otls_context_free(server);
}

/* What is not for a side fails there: nothing is taken without effect. */
Test(verify_settings, servers_have_nothing_of_a_client)
{
    otls_context *server = fresh(OTLS_SERVER);

    cr_assert_eq(otls_context_insecure_no_verify(server, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_context_insecure_no_name_check(server, NULL), OTLS_E_USAGE);
    otls_context_free(server);
}

/* Nor is what has no effect while nothing is verified, in either order. */
Test(verify_settings, nothing_beside_no_verify)
{
    static const otls_role roles[] = {OTLS_CLIENT, OTLS_EITHER};
    static const uint8_t pin[32];

    for (size_t i = 0; i < 2; i++) {
        otls_context *context = fresh(roles[i]);

        cr_assert_eq(otls_context_set_pins(context, pin, 1, NULL), OTLS_OK);
        cr_expect_eq(otls_context_insecure_no_verify(context, NULL), OTLS_E_USAGE);
        cr_assert_eq(otls_context_set_pins(context, NULL, 0, NULL), OTLS_OK);
        cr_assert_eq(otls_context_insecure_no_verify(context, NULL), OTLS_OK);
        cr_expect_eq(otls_context_insecure_no_name_check(context, NULL), OTLS_E_USAGE);
        cr_expect_eq(otls_context_set_pins(context, pin, 1, NULL), OTLS_E_USAGE);
        cr_assert_eq(otls_context_set_pins(context, NULL, 0, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_REQUIRED, NULL), OTLS_OK);
        cr_expect_eq(otls_context_set_pins(context, pin, 1, NULL), OTLS_OK);
        cr_expect_eq(otls_context_insecure_no_name_check(context, NULL), OTLS_OK);
        otls_context_free(context);
    }
}

/* ---- what is demanded of chains, and what is not ---- */

static otls_status demand(otls_context *context, size_t which, bool on)
{
    static const char *const policies[] = {"2.23.140.1.2.1"};
    static const uint8_t pin[32];

    switch (which) {
    case 0:
        return otls_context_set_pins(context, pin, on, NULL);
    case 1:
        return otls_context_set_verify_flags(context, on ? OTLS_VERIFY_OPTION_CRL_LEAF : 0, NULL);
    case 2:
        return otls_context_set_verify_flags(context, on ? OTLS_VERIFY_OPTION_CRL_CHAIN : 0, NULL);
    case 3:
        return otls_context_set_verify_flags(context, on ? OTLS_VERIFY_OPTION_EXPLICIT_POLICY : 0, NULL);
    case 4:
        return otls_context_set_policies(context, policies, on, NULL);
    default:
        return otls_context_set_ocsp(context, on ? OTLS_OCSP_REQUIRED : OTLS_OCSP_OFF, NULL);
    }
}

/* In either order, and the first setter that asks for both is the one that says so; a server is another
 * matter. */
Test(verify_settings, nothing_is_demanded_in_vain)
{
    static const otls_role roles[] = {OTLS_CLIENT, OTLS_EITHER};
    const otls_backend *engines[PAIR_ENGINES] = {NULL};
    const size_t subjects = test_subjects(engines);
    const size_t demands = otls_backend_supports(engines[0], OTLS_FEATURE_OCSP_STAPLE_CLIENT, NULL) != OTLS_NO ? 6 : 5;

    cr_assert(subjects != 0);
    for (size_t i = 0; i < 2 * demands; i++) {
        otls_context *context = fresh(roles[i % 2]);

        cr_assert_eq(demand(context, i / 2, true), OTLS_OK, "%zu", i / 2);
        cr_expect_eq(otls_context_insecure_no_verify(context, NULL), OTLS_E_USAGE, "%zu", i / 2);
        cr_assert_eq(demand(context, i / 2, false), OTLS_OK, "%zu", i / 2);
        cr_assert_eq(otls_context_insecure_no_verify(context, NULL), OTLS_OK, "%zu", i / 2);
        cr_expect_eq(demand(context, i / 2, true), OTLS_E_USAGE, "%zu", i / 2);
        cr_expect_eq(demand(context, i / 2, false), OTLS_OK, "%zu", i / 2);
        cr_expect_eq(otls_context_set_verify_flags(context, OTLS_VERIFY_OPTION_STRICT, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_REQUIRED, NULL), OTLS_OK);
        cr_expect_eq(demand(context, i / 2, true), OTLS_OK, "%zu", i / 2);
        otls_context_free(context);
    }
    for (size_t i = 0; i < 5; i++) {
        otls_context *context = fresh(OTLS_SERVER);

        cr_assert_eq(otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_NONE, NULL), OTLS_OK);
        cr_expect_eq(demand(context, i, true), OTLS_OK, "%zu", i);
        otls_context_free(context);
    }
}

Test(verify_settings, bounds)
{
    static const uint8_t pins[(OTLS_PINS_MAX + 1) * 32];
    otls_context *context = fresh(OTLS_CLIENT);

    cr_assert_eq(otls_context_set_pins(context, pins, OTLS_PINS_MAX, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_pins(context, pins, OTLS_PINS_MAX + 1, NULL), OTLS_E_CONFIG);
    cr_assert_eq(otls_context_set_pins(context, NULL, 1, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_context_set_pins(context, NULL, 0, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_verify_purpose(context, 4, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_context_set_verify_purpose(context, -1, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_context_set_verifier(context, 2, NULL), OTLS_E_USAGE);
    cr_assert_eq(otls_context_set_verify_depth(context, 7, NULL), OTLS_OK);
    cr_assert_eq(otls_context_verify_depth(context), 7);
    cr_assert_eq(otls_context_set_verify_depth(context, 101, NULL), OTLS_E_CONFIG);
    cr_assert_eq(
        otls_context_set_chain_limits(context, OTLS_CHAIN_CERTIFICATES, OTLS_CHAIN_BYTES, NULL),
        OTLS_OK);
    cr_assert_eq(otls_context_set_chain_limits(context, OTLS_CHAIN_CERTIFICATES_MAX + 1, 0, NULL),
                 OTLS_E_CONFIG);
    cr_assert_eq(otls_context_set_chain_limits(context, 0, OTLS_CHAIN_BYTES_MAX + 1, NULL),
                 OTLS_E_CONFIG);
    cr_assert_eq(otls_context_verify_depth(context), 7);
    otls_context_free(context);
}

Test(verify_settings, sealed)
{
    static const uint8_t pin[32];
    otls_context *context = fresh(OTLS_CLIENT);
    otls_trust *trust = test_trust("root");

    cr_assert_eq(otls_context_set_trust(context, trust, NULL), OTLS_OK);
    cr_assert_eq(otls_context_trust(context), trust);
    cr_assert_eq(otls_context_seal(context, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_verify_flags(context, 0, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_set_common_name_fallback(context, true, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_set_partial_wildcards(context, true, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_set_check_hostname(context, true, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_set_verify_purpose(context, 0, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_set_verifier(context, OTLS_VERIFIER_UNIFORM, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_set_pins(context, pin, 1, NULL), OTLS_E_SEALED);
    cr_assert_eq(otls_context_set_chain_limits(context, 1, 1, NULL), OTLS_E_SEALED);
    otls_context_free(context);
    otls_trust_free(trust);
}
