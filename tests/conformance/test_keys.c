/* SPDX-License-Identifier: MIT */
/* Exporter, channel bindings, key update, gathering writes: equal on both ends and on all engines. */
#include "divergence.h"

#include <criterion/criterion.h>
#include <string.h>

static void assert_export_equal(pair *p, const char *label, const void *context, size_t size)
{
    uint8_t client[80], server[80];
    otls_error err = OTLS_ERROR_INIT;

    memset(client, 1, sizeof(client));
    memset(server, 2, sizeof(server));
    cr_assert_eq(otls_connection_export_keying(p->client, label, context, size, client, 80, &err),
                 OTLS_OK, "%s: %s", pair_name(&p->which), err.text);
    cr_assert_eq(otls_connection_export_keying(p->server, label, context, size, server, 80, &err),
                 OTLS_OK, "%s: %s", pair_name(&p->which), err.text);
    cr_assert(memcmp(client, server, 80) == 0, "%s: %s differs", pair_name(&p->which), label);
}

ParameterizedTestParameters(keys, exporter)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, keys, exporter)
{
    const pair_case which = pair_case_at(*index);
    uint8_t none[32], empty[32], other[32];
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, &which, NULL);
    cr_assert_eq(otls_connection_export_keying(p.client, "x", NULL, 0, none, 32, &err),
                 OTLS_E_USAGE);
    pair_connect(&p);
    assert_export_equal(&p, "EXPORTER-omnitls-test", NULL, 0);
    assert_export_equal(&p, "EXPORTER-omnitls-test", "", 0);
    assert_export_equal(&p, "EXPORTER-omnitls-test", "context", 7);
    cr_assert_eq(otls_connection_export_keying(p.client, "EXPORTER-a", NULL, 0, none, 32, NULL), 0);
    cr_assert_eq(otls_connection_export_keying(p.client, "EXPORTER-a", "", 0, empty, 32, NULL), 0);
    cr_assert_eq(otls_connection_export_keying(p.client, "EXPORTER-b", NULL, 0, other, 32, NULL),
                 0);
    /* RFC 5705 section 4: no context and an empty one differ, but in TLS 1.3 they are the same */
    cr_assert_eq(memcmp(none, empty, 32) == 0, which.version == OTLS_TLS1_3, "%s",
                 pair_name(&which));
    cr_assert(memcmp(none, other, 32) != 0);
    cr_assert_eq(otls_connection_export_keying(p.client, "", NULL, 0, none, 32, &err),
                 OTLS_E_USAGE);
    cr_assert_eq(otls_connection_export_keying(p.client, "x", NULL, 1, none, 32, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_connection_export_keying(p.client, "x", NULL, 0, none, 0, &err),
                 OTLS_E_USAGE);
    pair_close(&p);
}

ParameterizedTestParameters(keys, channel_bindings)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, keys, channel_bindings)
{
    static const struct {
        otls_channel_binding kind;
        size_t size;
    } rows[] = {{OTLS_BINDING_TLS_UNIQUE, 12},
                {OTLS_BINDING_TLS_EXPORTER, 32},
                {OTLS_BINDING_TLS_SERVER_END_POINT, 32}};
    const pair_case which = pair_case_at(*index);
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    for (size_t i = 0; i < 3; i++) {
        uint8_t client[64] = {1}, server[64] = {2};
        size_t client_size, server_size;
        otls_error err = OTLS_ERROR_INIT;
        const otls_status status = otls_connection_channel_binding(
            p.client, rows[i].kind, client, sizeof(client), &client_size, &err);

        if (rows[i].kind == OTLS_BINDING_TLS_UNIQUE && which.version == OTLS_TLS1_3) {
            cr_assert_eq(status, OTLS_E_UNSUPPORTED);
            continue;
        }
        cr_assert_eq(status, OTLS_OK, "%s: %s", pair_name(&which), err.text);
        cr_assert_eq(otls_connection_channel_binding(p.server, rows[i].kind, server,
                                                     sizeof(server), &server_size, &err),
                     OTLS_OK, "%s: %s", pair_name(&which), err.text);
        cr_assert_eq(client_size, rows[i].size);
        cr_assert_eq(server_size, rows[i].size);
        cr_assert(memcmp(client, server, client_size) == 0, "%s: binding %zu differs",
                  pair_name(&which), i);
    }
    pair_close(&p);
}

ParameterizedTestParameters(keys, randoms_and_master)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, keys, randoms_and_master)
{
    const pair_case which = pair_case_short_at(*index);
    uint8_t a[48], b[48];
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_eq(otls_connection_client_random(p.client, a, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_client_random(p.server, b, &err), OTLS_OK, "%s", err.text);
    cr_assert(memcmp(a, b, 32) == 0);
    cr_assert_eq(otls_connection_server_random(p.client, a, &err), OTLS_OK, "%s", err.text);
    cr_assert(memcmp(a, b, 32) != 0);
    cr_assert_eq(otls_connection_server_random(p.server, b, &err), OTLS_OK, "%s", err.text);
    cr_assert(memcmp(a, b, 32) == 0);
    if (which.version == OTLS_TLS1_3) {
        cr_assert_eq(otls_connection_insecure_master_secret(p.client, a, &err), OTLS_E_USAGE);
    } else {
        cr_assert_eq(otls_connection_insecure_master_secret(p.client, a, &err), OTLS_OK, "%s: %s",
                     pair_name(&which), err.text);
        cr_assert_eq(otls_connection_insecure_master_secret(p.server, b, &err), OTLS_OK);
        cr_assert(memcmp(a, b, 48) == 0);
    }
    pair_close(&p);
}

/*
 * "Partly": the engine cannot renew its own keys without asking the peer for the same, unless it is
 * about how many updates it takes (tests/hostile/gnutls_alerts.c).
 */
static void update_keys(const pair *p, otls_connection *from, bool request_peer)
{
    const otls_backend *backend = otls_context_backend(otls_connection_context(from));
    const char *why;
    const bool partly =
        otls_backend_supports(backend, OTLS_FEATURE_KEY_UPDATE, &why) == OTLS_PARTLY &&
        strstr(why, "in a second") == NULL;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = otls_connection_key_update(from, request_peer, &err);

    if (partly && !request_peer) {
        cr_assert_eq(status, OTLS_E_UNSUPPORTED, "%s: no longer partly", otls_backend_name(backend));
        cr_assert(why[0] != '\0');
        status = otls_connection_key_update(from, true, &err);
    }
    cr_assert_eq(status, OTLS_OK, "%s: %s [%s]", pair_name(&p->which), err.text, err.native_text);
}

ParameterizedTestParameters(keys, update)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, keys, update)
{
    const pair_case which = pair_case_short_at(*index);
    pair p;

    if (which.version == OTLS_TLS1_3) {
        test_needs(which.client, OTLS_FEATURE_KEY_UPDATE);
        test_needs(which.server, OTLS_FEATURE_KEY_UPDATE);
    }
    pair_open(&p, &which, NULL);
    pair_connect(&p);
    if (which.version == OTLS_TLS1_2) {
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_connection_key_update(p.client, true, &err), OTLS_E_USAGE);
        pair_transfer(p.client, p.server, 100, 1);
        pair_close(&p);
        return;
    }
    for (int round = 0; round < 6; round++) {
        otls_connection *from = round % 2 == 0 ? p.client : p.server;
        otls_connection *to = round % 2 == 0 ? p.server : p.client;

        update_keys(&p, from, round >= 2);
        pair_transfer(from, to, 40000, 1);
        pair_transfer(to, from, 40000, 2);
    }
    pair_close(&p);
}

ParameterizedTestParameters(keys, renegotiation_refused)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, keys, renegotiation_refused)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    status = otls_connection_renegotiate(p.client, &err);
    cr_assert(status == OTLS_E_USAGE || status == OTLS_E_UNSUPPORTED, "%s", otls_status_name(status));
    cr_assert(status == OTLS_E_UNSUPPORTED || err.code == OTLS_CODE_RENEGOTIATION);
    pair_transfer(p.client, p.server, 100, 1);
    pair_close(&p);
}

ParameterizedTestParameters(keys, gather)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, keys, gather)
{
    static uint8_t big[20000];
    const otls_buffer_view views[] = {{"one ", 4}, {"", 0}, {"two ", 4}, {big, sizeof(big)}, {"!", 1}};
    const pair_case which = pair_case_short_at(*index);
    uint8_t got[20100];
    size_t count, have = 0, before;
    pair p;

    memset(big, 'b', sizeof(big));
    pair_open(&p, &which, NULL);
    pair_connect(&p);
    before = p.wire.to_server.total;
    cr_assert_eq(otls_connection_writev(p.client, views, 5, &count, NULL), OTLS_OK);
    cr_assert_eq(count, 20009);
    /* two records, not five */
    cr_assert_leq(p.wire.to_server.total - before, 20009 + 2 * 64);
    while (have < 20009) {
        cr_assert_eq(otls_connection_read(p.server, got + have, sizeof(got) - have, &count, NULL),
                     OTLS_OK);
        have += count;
    }
    cr_assert(memcmp(got, "one two bbb", 11) == 0 && got[20008] == '!');
    pair_close(&p);
}

ParameterizedTestParameters(keys, state_names)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, keys, state_names)
{
    const pair_case which = pair_case_short_at(*index);
    pair p;

    pair_open(&p, &which, NULL);
    cr_assert_str_eq(otls_connection_state_name(p.client), "new");
    cr_assert_eq(otls_connection_handshake(p.client, NULL), OTLS_WANT_READ);
    cr_assert_str_eq(otls_connection_state_name(p.client), "handshake");
    cr_assert(strlen(otls_connection_engine_state_name(p.client)) > 0);
    pair_connect(&p);
    cr_assert_str_eq(otls_connection_state_name(p.client), "open");
    cr_assert_eq(otls_connection_shutdown(p.client, NULL), OTLS_OK);
    cr_assert_eq(pair_read_end(p.server, NULL, NULL), OTLS_CLOSED);
    cr_assert_eq(otls_connection_shutdown(p.server, NULL), OTLS_OK);
    cr_assert_eq(pair_read_end(p.client, NULL, NULL), OTLS_CLOSED);
    cr_assert_str_eq(otls_connection_state_name(p.client), "closed");
    pair_close(&p);
}
