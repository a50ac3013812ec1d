/* SPDX-License-Identifier: MIT */
/* Codes that a program can act on: docs/errors.md lists the calls that give them, this makes each. */
#include <criterion/criterion.h>

#include "pair.h"

#include <omnitls/client_auth.h>
#include <omnitls/options.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPECT(call, status_, code_)                                                               \
    do {                                                                                           \
        otls_error err = OTLS_ERROR_INIT;                                                          \
        const otls_status got_ = (call);                                                           \
        cr_expect(got_ == (status_) && err.code == (code_), "%s: %s is %s, %s: %s", what, #call,   \
                  otls_status_name(got_), otls_code_name(err.code), err.text);                     \
    } while (0)

ParameterizedTestParameters(codes, of_connections)
{
    return pair_parameters_short();
}

static void before_the_handshake(pair *p, const char *what)
{
    uint8_t page[64];
    size_t count;

    EXPECT(otls_connection_shutdown(p->client, &err), OTLS_E_USAGE, OTLS_CODE_NOT_YET);
    EXPECT(otls_connection_export_keying(p->client, "EXPERIMENTAL x", NULL, 0, page, 32, &err),
           OTLS_E_USAGE, OTLS_CODE_NOT_YET);
    EXPECT(otls_connection_key_update(p->server, false, &err), OTLS_E_USAGE, OTLS_CODE_NOT_YET);
    EXPECT(otls_connection_request_client_certificate(p->server, &err), OTLS_E_USAGE,
           OTLS_CODE_NOT_YET);
    EXPECT(otls_connection_feed(p->client, page, 1, &count, &err), OTLS_E_USAGE,
           OTLS_CODE_NOT_HERE);
}

static void after_the_handshake(pair *p, const char *what)
{
    const bool thirteen = otls_connection_version(p->client) == OTLS_TLS1_3;
    uint8_t page[64];
    size_t count;

    EXPECT(otls_connection_set_server_name(p->client, "localhost", &err), OTLS_E_USAGE,
           OTLS_CODE_TOO_LATE);
    EXPECT(otls_connection_set_session(p->client, NULL, &err), OTLS_E_USAGE, OTLS_CODE_TOO_LATE);
    EXPECT(otls_connection_set_read_ahead(p->client, false, &err), OTLS_E_USAGE,
           OTLS_CODE_TOO_LATE);
    EXPECT(otls_connection_set_verify_mode(p->server, OTLS_VERIFY_MODE_REQUIRED, &err),
           OTLS_E_USAGE, OTLS_CODE_TOO_LATE);
    EXPECT(otls_connection_set_context(p->client, p->client_context, &err), OTLS_E_USAGE,
           OTLS_CODE_TOO_LATE);
    EXPECT(otls_connection_set_session(p->server, NULL, &err), OTLS_E_USAGE, OTLS_CODE_NOT_HERE);
    EXPECT(otls_connection_request_client_certificate(p->client, &err), OTLS_E_USAGE,
           OTLS_CODE_NOT_HERE);
    EXPECT(otls_connection_request_client_certificate(p->server, &err), OTLS_E_USAGE,
           OTLS_CODE_NOT_HERE);
    if (thirteen) {
        EXPECT(otls_connection_channel_binding(p->client, OTLS_BINDING_TLS_UNIQUE, page,
                                               sizeof(page), &count, &err),
               OTLS_E_UNSUPPORTED, OTLS_CODE_NOT_HERE);
        EXPECT(otls_connection_insecure_master_secret(p->client, page, &err), OTLS_E_USAGE,
               OTLS_CODE_NOT_HERE);
    } else {
        EXPECT(otls_connection_key_update(p->client, false, &err), OTLS_E_USAGE,
               OTLS_CODE_NOT_HERE);
    }
    EXPECT(otls_connection_shutdown(p->client, &err), OTLS_OK, OTLS_CODE_NONE);
    EXPECT(otls_connection_write(p->client, "x", 1, &count, &err), OTLS_E_USAGE,
           OTLS_CODE_AFTER_CLOSE);
}

ParameterizedTest(size_t *index, codes, of_connections)
{
    const pair_case which = pair_case_short_at(*index);
    pair p;

    pair_open(&p, &which, NULL);
    before_the_handshake(&p, pair_name(&which));
    pair_connect(&p);
    after_the_handshake(&p, pair_name(&which));
    pair_close(&p);
}

ParameterizedTestParameters(codes, of_names)
{
    return pair_parameters_short();
}

/* Whose certificate is it? Another host's, or another address's. */
ParameterizedTest(size_t *index, codes, of_names)
{
    static const struct {
        const char *name;
        int32_t code;
    } rows[] = {{"other.test", OTLS_CODE_HOST_MISMATCH}, {"127.0.0.2", OTLS_CODE_ADDRESS_MISMATCH},
                {"::2", OTLS_CODE_ADDRESS_MISMATCH}};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const what = pair_name(&which);
        const pair_options options = {.server_name = rows[i].name};
        pair p;

        pair_open(&p, &which, &options);
        pair_handshake(&p);
        EXPECT(otls_connection_failure(p.client, &err), OTLS_E_VERIFY, rows[i].code);
        if (otls_connection_peer_chain(p.client, 0) != NULL)
            EXPECT(otls_match_hostname(otls_connection_peer_chain(p.client, 0), rows[i].name, 0, &err),
                   OTLS_E_VERIFY, rows[i].code);
        pair_close(&p);
    }
    /* any other fault has none of them */
    const pair_options expired = {.server_identity = "server-expired"};
    const char *const what = pair_name(&which);
    pair p;

    pair_open(&p, &which, &expired);
    pair_handshake(&p);
    EXPECT(otls_connection_failure(p.client, &err), OTLS_E_VERIFY, OTLS_CODE_NONE);
    pair_close(&p);
}

static void lists(otls_context *context, const char *what)
{
    EXPECT(otls_context_set_ciphers(context, "ECDHE+AESGCM@", &err), OTLS_E_CONFIG,
           OTLS_CODE_BAD_LIST);
    EXPECT(otls_context_set_ciphers(context, "NO-SUCH-SUITE", &err), OTLS_E_CONFIG,
           OTLS_CODE_NO_SUITE_LEFT);
    EXPECT(otls_context_set_tls13_suites(context, "TLS_NO_SUCH", &err), OTLS_E_CONFIG,
           OTLS_CODE_BAD_LIST);
    EXPECT(otls_context_set_groups(context, "X25519:frobnicate", &err), OTLS_E_CONFIG,
           OTLS_CODE_BAD_LIST);
    EXPECT(otls_context_set_signature_algorithms(context, "frobnicate", &err), OTLS_E_CONFIG,
           OTLS_CODE_BAD_LIST);
    EXPECT(otls_context_set_groups(context, ":", &err), OTLS_E_CONFIG, OTLS_CODE_NOTHING_LEFT);
    EXPECT(otls_context_set_signature_algorithms(context, "", &err), OTLS_E_CONFIG,
           OTLS_CODE_NOTHING_LEFT);
}

static void sides(otls_context *client, otls_context *server, const char *what)
{
    static const uint8_t pin[32];

    EXPECT(otls_context_set_verify_mode(client, OTLS_VERIFY_MODE_NONE, &err), OTLS_E_USAGE,
           OTLS_CODE_NOT_HERE);
    EXPECT(otls_context_insecure_no_name_check(server, &err), OTLS_E_USAGE, OTLS_CODE_NOT_HERE);
    EXPECT(otls_context_set_check_hostname(server, true, &err), OTLS_E_USAGE, OTLS_CODE_NOT_HERE);
    EXPECT(otls_context_clear_client_ca(client, &err), OTLS_OK, OTLS_CODE_NONE);
    EXPECT(otls_context_set_client_hello_callback(client, NULL, NULL, &err), OTLS_E_USAGE,
           OTLS_CODE_NOT_HERE);
    EXPECT(otls_context_insecure_no_verify(client, &err), OTLS_OK, OTLS_CODE_NONE);
    EXPECT(otls_context_set_check_hostname(client, true, &err), OTLS_E_USAGE, OTLS_CODE_NOT_YET);
    EXPECT(otls_context_set_pins(client, pin, 1, &err), OTLS_E_USAGE, OTLS_CODE_NOT_YET);
}

Test(codes, of_contexts)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++) {
        const char *const what = otls_backend_name(backends[i]);
        otls_context *client, *server;

        cr_assert_eq(otls_context_new(&client, backends[i], OTLS_CLIENT, NULL), OTLS_OK);
        cr_assert_eq(otls_context_new(&server, backends[i], OTLS_SERVER, NULL), OTLS_OK);
        lists(client, what);
        lists(server, what);
        sides(client, server, what);
        otls_context_free(client);
        otls_context_free(server);
    }
}

/* An expression of which the engine has nothing is refused when it is set, else something is left. */
Test(codes, nothing_the_engine_has)
{
    static const char *const expressions[] = {"3DES", "AES128-SHA", "kRSA", "CAMELLIA", "ARIAGCM",
                                              "AESCCM", "CHACHA20", "AESGCM", "PSK", "kDHE"};
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof(expressions) / sizeof(expressions[0]); k++) {
            otls_error err = OTLS_ERROR_INIT;
            otls_context *context;
            otls_status status;
            const bool psk = strcmp(expressions[k], "PSK") == 0; /* of no use without a callback */

            cr_assert_eq(otls_context_new(&context, backends[i], OTLS_CLIENT, NULL), OTLS_OK);
            cr_assert_eq(otls_context_set_security_level(context, 0, NULL), OTLS_OK);
            cr_assert_eq(otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, NULL), OTLS_OK);
            status = otls_context_set_ciphers(context, expressions[k], &err);
            if (status == OTLS_OK && !psk)
                cr_expect_eq(otls_context_seal(context, &err), OTLS_OK, "%s: %s: %s",
                             otls_backend_name(backends[i]), expressions[k], err.text);
            else if (status != OTLS_OK)
                cr_expect(status == OTLS_E_CONFIG && err.code == OTLS_CODE_NO_SUITE_LEFT, "%s: %s",
                          otls_backend_name(backends[i]), err.text);
            otls_context_free(context);
        }
}

Test(codes, of_files)
{
    char directory[] = "/tmp/omnitls-codes.XXXXXX", empty[64], large[64];
    const otls_backend *backends[PAIR_ENGINES];
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity;
    otls_trust *trust;
    FILE *file;

    cr_assert_geq(test_subjects(backends), 1u);
    cr_assert_not_null(mkdtemp(directory));
    (void)snprintf(empty, sizeof(empty), "%s/empty", directory);
    (void)snprintf(large, sizeof(large), "%s/large", directory);
    file = fopen(empty, "wb");
    cr_assert_not_null(file);
    (void)fclose(file);
    file = fopen(large, "wb");
    cr_assert_not_null(file);
    (void)fclose(file);
    cr_assert_eq(truncate(large, 1 << 30), 0);
    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    cr_expect_eq(otls_trust_add_file(trust, empty, &err), OTLS_E_CREDENTIAL, "%s", err.text);
    cr_expect_eq(err.code, OTLS_CODE_FILE_EMPTY);
    cr_expect_eq(otls_identity_from_files(&identity, backends[0], empty, empty, NULL, NULL, &err),
                 OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_FILE_EMPTY);
    /* what is of the system names the system's error */
    cr_expect_eq(otls_trust_add_file(trust, directory, &err), OTLS_E_IO);
    cr_expect(err.code == OTLS_CODE_FILE_IS_DIRECTORY && err.system_error != 0, "%d",
              err.system_error);
    cr_expect_eq(otls_trust_add_file(trust, large, &err), OTLS_E_IO);
    cr_expect(err.code == OTLS_CODE_FILE_TOO_LARGE && err.system_error != 0, "%d",
              err.system_error);
    otls_trust_free(trust);
    (void)unlink(empty);
    (void)unlink(large);
    (void)rmdir(directory);
}

/* Every code has a name of its own. */
Test(codes, have_names)
{
    for (int32_t code = OTLS_CODE_NONE; code <= OTLS_CODE_ADDRESS_MISMATCH; code++) {
        cr_expect_str_neq(otls_code_name(code), "unknown", "%d", code);
        for (int32_t other = OTLS_CODE_NONE; other < code; other++)
            cr_expect_str_neq(otls_code_name(code), otls_code_name(other), "%d and %d", code, other);
    }
    cr_expect_str_eq(otls_code_name(OTLS_CODE_ADDRESS_MISMATCH + 1), "unknown");
}
