/* SPDX-License-Identifier: MIT */
/*
 * Every feature, both ways: where an engine says no, the call that asks for it fails and names
 * feature and engine; where it says yes or partly, the call works and so does what it asks for. A
 * feature is in the table, or among those whose own tests do the same; a new one that is in neither
 * fails here.
 */
#include <criterion/criterion.h>

#include "pair.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef otls_status (*probe)(const otls_backend *backend, otls_error *err);

static otls_context *context_of(const otls_backend *backend, otls_role role)
{
    otls_context *context;

    cr_assert_eq(otls_context_new(&context, backend, role, NULL), OTLS_OK);
    return context;
}

static otls_status and_free(otls_context *context, otls_status status)
{
    otls_context_free(context);
    return status;
}

/* ---- setters ---- */

static otls_status versions(const otls_backend *backend, uint16_t version, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);

    return and_free(context, otls_context_set_versions(context, version, version, err));
}

static otls_status tls10(const otls_backend *backend, otls_error *err)
{
    return versions(backend, OTLS_TLS1_0, err);
}

static otls_status tls11(const otls_backend *backend, otls_error *err)
{
    return versions(backend, OTLS_TLS1_1, err);
}

static void on_line(const char *line, void *user)
{
    (void)line;
    ++*(unsigned *)user;
}

static otls_status key_log(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);

    return and_free(context, otls_context_set_key_log_callback(context, on_line, NULL, err));
}

static otls_status later(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_SERVER);

    return and_free(context, otls_context_set_post_handshake_auth(context, true, err));
}

static otls_status ca_names(const otls_backend *backend, uint16_t version, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_SERVER);
    otls_trust *trust = test_trust("root");
    otls_status status;

    cr_assert_eq(otls_context_set_versions(context, version, version, NULL), OTLS_OK);
    status = otls_context_add_client_ca_trust(context, trust, err);
    otls_trust_free(trust);
    return and_free(context, status);
}

static otls_status ca_names_12(const otls_backend *backend, otls_error *err)
{
    return ca_names(backend, OTLS_TLS1_2, err);
}

static otls_status ca_names_13(const otls_backend *backend, otls_error *err)
{
    return ca_names(backend, OTLS_TLS1_3, err);
}

static otls_status psk_12(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_SERVER);

    return and_free(context, otls_context_set_psk_hint(context, "hint", err));
}

static otls_status no_key(otls_connection *conn, const char *hint, otls_psk *out, void *user)
{
    (void)conn;
    (void)hint;
    (void)out;
    (void)user;
    return OTLS_E_USAGE;
}

static otls_status psk_13(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);

    return and_free(context, otls_context_set_psk_client_callback(context, no_key, NULL, err));
}

static otls_status alpn(const otls_backend *backend, const char *const *names, size_t count,
                        otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);

    return and_free(context, otls_context_set_alpn(context, names, count, err));
}

static otls_status alpn_long(const otls_backend *backend, otls_error *err)
{
    static const char *const names[] = {"123456789012345678901234567890123"};

    return alpn(backend, names, 1, err);
}

static otls_status alpn_comma(const otls_backend *backend, otls_error *err)
{
    static const char *const names[] = {"a,b"};

    return alpn(backend, names, 1, err);
}

static void on_info(const otls_connection *conn, otls_event event, int value, void *user)
{
    (void)conn;
    (void)event;
    (void)value;
    (void)user;
}

static otls_status info(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);

    return and_free(context, otls_context_set_info_callback(context, on_info, NULL, err));
}

static void on_message(const otls_connection *conn, const otls_message *message, void *user)
{
    (void)conn;
    (void)message;
    (void)user;
}

static otls_status messages(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);

    return and_free(context, otls_context_set_message_callback(context, on_message, NULL, err));
}

/* ---- lists: what the engine lacks is left out, and an empty rest is an error ---- */

static uint16_t newest(const otls_backend *backend)
{
    return otls_backend_supports(backend, OTLS_FEATURE_TLS1_3, NULL) != OTLS_NO ? OTLS_TLS1_3
                                                                                : OTLS_TLS1_2;
}

static otls_status only_group(const otls_backend *backend, const char *name, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);
    otls_status status = otls_context_set_groups(context, name, err);

    if (status == OTLS_OK)
        status = otls_context_seal(context, err);
    if (status == OTLS_OK) {
        const pair_case which = {backend, backend, newest(backend), "rsa-2048"};
        const pair_options options = {.client_groups = name, .server_groups = name};
        pair p;

        pair_open(&p, &which, &options);
        pair_connect(&p);
        cr_assert_str_eq(otls_group_name(otls_connection_group(p.client)), name);
        pair_close(&p);
    }
    return and_free(context, status);
}

static otls_status x448(const otls_backend *backend, otls_error *err)
{
    return only_group(backend, "X448", err);
}

static otls_status ffdhe(const otls_backend *backend, otls_error *err)
{
    return only_group(backend, "ffdhe2048", err);
}

static otls_status mlkem(const otls_backend *backend, otls_error *err)
{
    return only_group(backend, "X25519MLKEM768", err);
}

static otls_status only_suite(const otls_backend *backend, const char *name, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);
    otls_status status;

    cr_assert_eq(otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, err), OTLS_OK);
    status = otls_context_set_ciphers(context, name, err);
    if (status == OTLS_OK)
        status = otls_context_seal(context, err);
    if (status == OTLS_OK) {
        const pair_case which = {backend, backend, OTLS_TLS1_2, "rsa-2048"};
        const pair_options options = {.client_ciphers = name,
                                      .server_ciphers = name,
                                      .client_groups = "X25519:P-256:ffdhe2048",
                                      .server_groups = "X25519:P-256:ffdhe2048"};
        pair p;

        pair_open(&p, &which, &options);
        pair_connect(&p);
        cr_assert_str_eq(otls_suite_name(otls_connection_suite(p.client)), name);
        pair_close(&p);
    }
    return and_free(context, status);
}

static otls_status dhe(const otls_backend *backend, otls_error *err)
{
    return only_suite(backend, "DHE-RSA-AES128-GCM-SHA256", err);
}

static otls_status static_rsa(const otls_backend *backend, otls_error *err)
{
    return only_suite(backend, "AES128-GCM-SHA256", err);
}

static otls_status ed448(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);
    otls_status status = otls_context_set_signature_algorithms(context, "ed448", err);

    if (status == OTLS_OK)
        status = otls_context_seal(context, err);
    return and_free(context, status);
}

/* ---- of a connection ---- */

static otls_status on_pair(const otls_backend *backend, uint16_t version,
                           otls_status (*call)(otls_connection *conn, otls_error *err),
                           otls_error *err)
{
    const pair_case which = {backend, backend, version, "ecdsa-p256"};
    otls_status status;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    status = call(p.client, err);
    if (status == OTLS_OK)
        pair_transfer(p.client, p.server, 100, 1);
    pair_close(&p);
    return status;
}

static otls_status call_export(otls_connection *conn, otls_error *err)
{
    uint8_t out[32];

    return otls_connection_export_keying(conn, "EXPORTER-test", NULL, 0, out, sizeof(out), err);
}

static otls_status call_unique(otls_connection *conn, otls_error *err)
{
    uint8_t out[64];
    size_t length;

    return otls_connection_channel_binding(conn, OTLS_BINDING_TLS_UNIQUE, out, sizeof(out), &length,
                                           err);
}

static otls_status call_update(otls_connection *conn, otls_error *err)
{
    return otls_connection_key_update(conn, true, err);
}

static otls_status exporter(const otls_backend *backend, otls_error *err)
{
    return on_pair(backend, newest(backend), call_export, err);
}

static otls_status handshake_13(const otls_backend *backend, otls_error *err)
{
    const otls_status status = versions(backend, OTLS_TLS1_3, err);

    return status == OTLS_OK ? on_pair(backend, OTLS_TLS1_3, call_export, err) : status;
}

static otls_status unique(const otls_backend *backend, otls_error *err)
{
    return on_pair(backend, OTLS_TLS1_2, call_unique, err);
}

static otls_status key_update(const otls_backend *backend, otls_error *err)
{
    return on_pair(backend, OTLS_TLS1_3, call_update, err);
}

static otls_status handshake_12(const otls_backend *backend, otls_error *err)
{
    return on_pair(backend, OTLS_TLS1_2, call_export, err);
}

static otls_status ed25519(const otls_backend *backend, otls_error *err)
{
    const pair_case which = {backend, backend, newest(backend), "ed25519"};
    pair p;

    if (otls_backend_supports(backend, OTLS_FEATURE_ED25519, NULL) == OTLS_NO) {
        otls_key *key;

        return otls_key_from_file(&key, backend, OTLS_TEST_PKI "/server-ed25519.key", NULL, NULL, err);
    }
    pair_open(&p, &which, NULL);
    pair_connect(&p);
    pair_close(&p);
    return OTLS_OK;
}

/* More certificates, then more bytes; what comes of it is in corpus/handshake. */
static otls_status chain_limits(const otls_backend *backend, otls_error *err)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);
    const otls_status more =
        otls_context_set_chain_limits(context, OTLS_CHAIN_CERTIFICATES + 1, 0, err);
    const otls_status larger = otls_context_set_chain_limits(context, 0, OTLS_CHAIN_BYTES + 1, err);

    cr_assert_eq(more, larger);
    return and_free(context, larger);
}

/* ---- the tables ---- */

static const struct feature_row {
    otls_feature feature;
    probe ask;
    otls_status no; /* what a "no" answers: E_CONFIG where a list is left empty */
} rows[] = {
    {OTLS_FEATURE_TLS1_0, tls10, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_TLS1_1, tls11, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_TLS1_2, handshake_12, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_TLS1_3, handshake_13, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_KEY_LOG, key_log, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_POST_HANDSHAKE_AUTH, later, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_KEY_UPDATE, key_update, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_CLIENT_CA_NAMES, ca_names_12, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_CLIENT_CA_NAMES_13, ca_names_13, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_PSK_12, psk_12, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_PSK_13, psk_13, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_EXPORTER, exporter, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_TLS_UNIQUE, unique, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_DHE, dhe, OTLS_E_CONFIG},
    {OTLS_FEATURE_STATIC_RSA, static_rsa, OTLS_E_CONFIG},
    {OTLS_FEATURE_GROUP_X448, x448, OTLS_E_CONFIG},
    {OTLS_FEATURE_GROUP_FFDHE, ffdhe, OTLS_E_CONFIG},
    {OTLS_FEATURE_GROUP_X25519MLKEM768, mlkem, OTLS_E_CONFIG},
    {OTLS_FEATURE_LONG_ALPN, alpn_long, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_ALPN_COMMA, alpn_comma, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_ED25519, ed25519, OTLS_E_CREDENTIAL},
    {OTLS_FEATURE_ED448, ed448, OTLS_E_CONFIG},
    {OTLS_FEATURE_INFO_CALLBACK, info, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_MESSAGE_CALLBACK, messages, OTLS_E_UNSUPPORTED},
    {OTLS_FEATURE_LONG_CHAINS, chain_limits, OTLS_E_UNSUPPORTED},
};

/* Asked for in ways of their own; the tests named do it both ways. */
static const struct elsewhere_row {
    otls_feature feature;
    const char *where;
} elsewhere[] = {
    {OTLS_FEATURE_EARLY_DATA, "sessions: early data"},
    {OTLS_FEATURE_RENEGOTIATION, "conformance/keys"},
    {OTLS_FEATURE_OCSP_STAPLE_SERVER, "conformance/ocsp"},
    {OTLS_FEATURE_OCSP_STAPLE_CLIENT, "conformance/ocsp"},
    {OTLS_FEATURE_SIGN_CALLBACK, "identities: keys held elsewhere"},
    {OTLS_FEATURE_PKCS12, "identities: PKCS#12"},
    {OTLS_FEATURE_PKCS12_LEGACY, "identities: PKCS#12"},
    {OTLS_FEATURE_MASTER_SECRET, "conformance/keys"},
    {OTLS_FEATURE_RESUMPTION_12, "sessions: resumption"},
    {OTLS_FEATURE_RESUMPTION_13, "sessions: resumption"},
    {OTLS_FEATURE_SESSION_TICKETS, "sessions: tickets"},
    {OTLS_FEATURE_TICKET_KEYS, "sessions: ticket keys"},
    {OTLS_FEATURE_ENGINE_VERIFIER, "corpus/chains"},
    {OTLS_FEATURE_ASYNC_VERIFY, "conformance/verify_callback: waits"},
    {OTLS_FEATURE_ALLOCATOR, "no call asks an engine for it: otls_set_allocator is core's"},
    {OTLS_FEATURE_UNDERSCORE_NAMES, "conformance/hello_faults: names"},
    {OTLS_FEATURE_LONG_HELLOS, "conformance/hello_faults: long_ones"},
    {OTLS_FEATURE_ACCELERATION, "conformance/acceleration: is_asked_for"},
    {OTLS_FEATURE_COMPRESSION, "no call asks for it: it is always off"},
};

ParameterizedTestParameters(features, both_ways)
{
    static size_t indexes[sizeof(rows) / sizeof(rows[0])];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, sizeof(rows) / sizeof(rows[0]));
}

/* What there is in TLS 1.3 alone cannot be asked for without it: the version is what is refused. */
static bool of_13(otls_feature feature)
{
    return feature == OTLS_FEATURE_KEY_UPDATE || feature == OTLS_FEATURE_PSK_13 ||
           feature == OTLS_FEATURE_CLIENT_CA_NAMES_13;
}

ParameterizedTest(size_t *index, features, both_ways)
{
    const struct feature_row *row = &rows[*index];
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    for (size_t i = 0; i < count; i++) {
        const char *why = NULL;
        const otls_support support = otls_backend_supports(engines[i], row->feature, &why);
        const char *name = otls_backend_name(engines[i]),
                   *feature = otls_feature_name(row->feature);
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;

        if (of_13(row->feature) && newest(engines[i]) != OTLS_TLS1_3) {
            cr_expect_eq(support, OTLS_NO, "%s has %s without TLS 1.3", name, feature);
            continue;
        }
        status = row->ask(engines[i], &err);
        if (support != OTLS_NO) {
            cr_expect_eq(status, OTLS_OK, "%s has %s, but: %s", name, feature, err.text);
            cr_expect(support == OTLS_YES || why != NULL, "%s: %s: partly, but why?", name,
                      feature);
            continue;
        }
        cr_expect_eq(status, row->no, "%s lacks %s: got %s: %s", name, feature,
                     otls_status_name(status), err.text);
        cr_expect(strstr(err.text, name) != NULL ||
                      (err.backend != NULL && strcmp(err.backend, name) == 0),
                  "%s: %s: the engine is not named: %s", name, feature, err.text);
        cr_expect(row->no != OTLS_E_UNSUPPORTED || strstr(err.text, feature) != NULL,
                  "%s: %s: the feature is not named: %s", name, feature, err.text);
        cr_expect(why != NULL && why[0] != '\0', "%s: %s: why not?", name, feature);
    }
}

Test(features, all_have_a_test)
{
    for (int feature = 1; feature < OTLS_FEATURE_COUNT; feature++) {
        unsigned found = 0;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            found += rows[i].feature == (otls_feature)feature;
        for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
            found += elsewhere[i].feature == (otls_feature)feature;
        cr_expect_eq(found, 1u, "%s is in %u tables", otls_feature_name((otls_feature)feature),
                     found);
    }
}
