/* SPDX-License-Identifier: MIT */
#include "divergence.h"

#include <criterion/criterion.h>
#include <string.h>

ParameterizedTestParameters(handshake, every_pair)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, handshake, every_pair, .timeout = 60)
{
    const pair_case which = pair_case_at(*index);
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_eq(otls_connection_version(p.client), which.version);
    cr_assert_eq(otls_connection_version(p.server), which.version);
    cr_assert_neq(otls_connection_suite(p.client), 0);
    cr_assert_eq(otls_connection_suite(p.client), otls_connection_suite(p.server));
    cr_assert_eq(otls_connection_group(p.client), otls_connection_group(p.server), "%s: %x %x",
                 pair_name(&which), otls_connection_group(p.client),
                 otls_connection_group(p.server));
    cr_assert_eq(otls_connection_group(p.client), 0x001d, "%s: group 0x%04x is not the first choice",
                 pair_name(&which), otls_connection_group(p.client));
    cr_assert_eq(otls_connection_suite(p.client),
                 which.version == OTLS_TLS1_3 ? 0x1301
                 : strcmp(which.key, "rsa-2048") == 0 ? 0xc02f
                                                      : 0xc02b,
                 "%s: suite 0x%04x is not the first choice", pair_name(&which),
                 otls_connection_suite(p.client));
    cr_assert(!otls_connection_session_resumed(p.client));
    cr_assert(otls_connection_handshake_done(p.client));
    cr_assert_eq(otls_connection_verify_flags(p.client), 0);
    cr_assert_eq(otls_connection_verify_flags(p.server), OTLS_VERIFY_NOT_CHECKED);
    cr_assert_str_eq(otls_connection_server_name(p.server), "localhost");
    pair_close(&p);
}

ParameterizedTestParameters(handshake, peer_chain)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, handshake, peer_chain, .timeout = 60)
{
    const pair_case which = pair_case_at(*index);
    const otls_certificate *leaf, *anchor;
    uint8_t digest[64];
    size_t length = 0;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_eq(otls_connection_peer_chain_count(p.client), 2);
    cr_assert_eq(otls_connection_peer_chain_count(p.server), 0);
    leaf = otls_connection_peer_chain(p.client, 0);
    cr_assert(strstr(otls_certificate_subject(leaf), "CN=") != NULL);
    cr_assert_eq(otls_certificate_san_count(leaf), 4);
    cr_assert_eq(otls_certificate_version(leaf), 3);
    cr_assert(otls_certificate_not_before(leaf) < otls_certificate_not_after(leaf));
    cr_assert(otls_certificate_fingerprint(leaf, which.client, OTLS_HASH_SHA256, digest,
                                           sizeof(digest), &length, NULL) == OTLS_OK);
    cr_assert_eq(length, 32);
    cr_assert_eq(otls_connection_verified_chain_count(p.client), 3);
    anchor = otls_connection_verified_chain(p.client, 2);
    cr_assert_str_eq(otls_certificate_subject(anchor), otls_certificate_issuer(anchor));
    cr_assert(otls_certificate_equal(leaf, otls_connection_verified_chain(p.client, 0)));
    pair_close(&p);
}

/* ---- the safe defaults, whatever the engine's own are ---- */

ParameterizedTestParameters(handshake, defaults)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, handshake, defaults, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    otls_context *context;
    const bool thirteen = otls_backend_supports(which.client, OTLS_FEATURE_TLS1_3, NULL) != OTLS_NO;
    uint16_t suites[128], lowest, highest;
    size_t count;

    cr_assert(otls_context_new(&context, which.client, OTLS_CLIENT, NULL) == OTLS_OK);
    otls_context_versions(context, &lowest, &highest);
    cr_assert_eq(lowest, OTLS_TLS1_2);
    cr_assert_eq(highest, thirteen ? OTLS_TLS1_3 : OTLS_TLS1_2);
    count = otls_context_suites(context, suites, 128);
    cr_assert_eq(count, thirteen ? 9 : 6, "%zu suites by default on %s", count, otls_backend_name(which.client));
    for (size_t i = 0; i < count; i++)
        cr_assert((suites[i] >> 8) == 0x13 || (suites[i] >> 8) == 0xc0 || (suites[i] >> 8) == 0xcc);
    otls_context_free(context);
}

ParameterizedTestParameters(handshake, no_shared_version)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, handshake, no_shared_version, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    const uint16_t other = which.version == OTLS_TLS1_2 ? OTLS_TLS1_3 : OTLS_TLS1_2;
    const pair_options options = {.client_lowest = other, .client_highest = other};
    pair p;

    test_needs_version(which.client, other);
    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_assert_eq(p.server_status, OTLS_E_PROTOCOL, "%s", p.server_error.text);
    cr_assert_eq(p.server_error.code, OTLS_CODE_NO_SHARED_VERSION);
    cr_assert_eq(p.server_error.alert, OTLS_ALERT_PROTOCOL_VERSION);
    cr_assert_eq(p.client_status, OTLS_E_ALERT, "%s: %s", pair_name(&which), p.client_error.text);
    cr_assert_eq(p.client_error.alert, OTLS_ALERT_PROTOCOL_VERSION);
    cr_assert_eq(p.client_error.alert_received, 1);
    pair_close(&p);
}

ParameterizedTestParameters(handshake, no_shared_suite)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, handshake, no_shared_suite, .timeout = 60)
{
    pair_case which = pair_case_short_at(*index);
    const pair_options options = {.client_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256",
                                  .server_ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"};
    pair p;

    if (which.version == OTLS_TLS1_3)
        return; /* the expression is about TLS 1.2 */
    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_assert_eq(p.server_status, OTLS_E_PROTOCOL);
    cr_assert_eq(p.server_error.code, OTLS_CODE_NO_SHARED_SUITE);
    cr_assert_eq(p.client_status, OTLS_E_ALERT, "%s: %s", pair_name(&which), p.client_error.text);
    cr_assert_eq(p.client_error.alert, OTLS_ALERT_HANDSHAKE_FAILURE);
    pair_close(&p);
}

/* ---- what is not TLS ---- */

ParameterizedTestParameters(handshake, garbage_at_server)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, handshake, garbage_at_server, .timeout = 60)
{
    static const struct {
        const char *bytes;
        size_t size;
        int code;
    } kinds[] = {{"GET / HTTP/1.0\r\n\r\n", 18, OTLS_CODE_NOT_TLS},
                 {"\x80\x2e\x01\x00\x02", 5, OTLS_CODE_NOT_TLS},
                 {"\x16\x03\x01\x00\x00", 5, OTLS_CODE_NONE},
                 {"\x16\x03\x01\xff\xff", 5, OTLS_CODE_NONE},
                 {"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10, OTLS_CODE_NONE}};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        pair p;

        pair_open(&p, &which, NULL);
        pipe_put(&p.wire.to_server, kinds[i].bytes, kinds[i].size);
        p.server_status = otls_connection_handshake(p.server, &p.server_error);
        cr_assert_eq(p.server_status, OTLS_E_PROTOCOL, "%s kind %zu: %s", pair_name(&which), i,
                     p.server_error.text);
        cr_assert_eq(p.server_error.code, kinds[i].code);
        cr_assert_geq(pipe_size(&p.wire.to_client), 7, "no alert was sent");
        cr_assert_eq(p.wire.to_client.data[p.wire.to_client.start], 21);
        /* and it keeps failing with the same cause */
        otls_error again = OTLS_ERROR_INIT;
        cr_assert_eq(otls_connection_handshake(p.server, &again), OTLS_E_PROTOCOL);
        cr_assert_str_eq(again.text, p.server_error.text);
        pair_close(&p);
    }
}

ParameterizedTestParameters(handshake, garbage_at_client)
{
    return pair_parameters_short();
}

/* No record of TLS begins like this (RFC 8446 5.1). */
static const struct garbage {
    const char *bytes;
    size_t size;
} garbage[] = {
    {"HTTP/1.1 400 Bad Request\r\n\r\n", 28},
    {"SSH-2.0-OpenSSH_9.2\r\n", 21},
    {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
    {"\xff\xff\xff\xff\xff\xff\xff\xff", 8},
};

ParameterizedTest(size_t *index, handshake, garbage_at_client, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
        pair p;

        pair_open(&p, &which, NULL);
        pipe_put(&p.wire.to_client, garbage[i].bytes, garbage[i].size);
        p.client_status = otls_connection_handshake(p.client, &p.client_error);
        cr_expect_eq(p.client_status, OTLS_E_PROTOCOL, "%s, kind %zu: %s %s", pair_name(&which), i,
                     otls_status_name(p.client_status), p.client_error.text);
        cr_expect_eq(p.client_error.code, OTLS_CODE_NOT_TLS, "%s, kind %zu: %s", pair_name(&which), i,
                     otls_code_name(p.client_error.code));
        cr_expect_str_eq(p.client_error.text, "the peer does not speak TLS", "%s, kind %zu: %s",
                         pair_name(&which), i, p.client_error.text);
        pair_close(&p);
    }
}

ParameterizedTestParameters(handshake, garbage_later)
{
    return pair_parameters_short();
}

/* In the middle of a connection it is no other protocol, but something that does not belong there. */
ParameterizedTest(size_t *index, handshake, garbage_later, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < 2 * sizeof(garbage) / sizeof(garbage[0]); i++) {
        const bool at_server = i % 2 != 0;
        otls_error err = OTLS_ERROR_INIT;
        uint8_t byte;
        size_t count;
        pair p;

        pair_open(&p, &which, NULL);
        pair_connect(&p);
        pair_transfer(p.client, p.server, 1, 1);
        pair_transfer(p.server, p.client, 1, 2);
        pipe_put(at_server ? &p.wire.to_server : &p.wire.to_client, garbage[i / 2].bytes,
                 garbage[i / 2].size);
        const otls_status status =
            otls_connection_read(at_server ? p.server : p.client, &byte, 1, &count, &err);

        cr_expect_eq(status, OTLS_E_PROTOCOL, "%s, kind %zu: %s: %s", pair_name(&which), i,
                     otls_status_name(status), err.text);
        cr_expect_eq(err.code, OTLS_CODE_NONE, "%s, kind %zu: %s", pair_name(&which), i,
                     otls_code_name(err.code));
        cr_expect_str_eq(err.text, "the peer sent a message that does not belong here",
                         "%s, kind %zu: %s [%s]", pair_name(&which), i, err.text, err.native_text);
        pair_close(&p);
    }
}
