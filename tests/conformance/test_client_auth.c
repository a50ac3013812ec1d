/* SPDX-License-Identifier: MIT */
/* The authorities a server asks for, and certificates asked for after the handshake. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <string.h>

/* ---- names of authorities ---- */

enum { NAMES_SENT = 4 };

static void use_names(pair *p, void *user)
{
    char path[512];
    otls_trust *trust = test_trust("other-root");
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *root;
    const uint8_t *first;
    size_t size;

    (void)user;
    (void)snprintf(path, sizeof(path), "%s/root.pem", OTLS_TEST_PKI);
    cr_assert_eq(otls_context_set_versions(p->server_context, OTLS_TLS1_2, p->which.version, &err),
                 OTLS_OK);
    cr_assert_eq(otls_context_add_client_ca_file(p->server_context, path, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_context_add_client_ca_file(p->server_context, path, &err), OTLS_OK);
    cr_assert_eq(otls_context_add_client_ca_trust(p->server_context, trust, &err), OTLS_OK);
    cr_assert_eq(otls_context_client_ca_count(p->server_context), 2, "each name of a file once");
    /* what is named by itself goes out again, as OpenSSL's SSL_CTX_set_client_CA_list has it */
    first = otls_context_client_ca(p->server_context, 0, &size);
    cr_assert_eq(otls_context_add_client_ca_name(p->server_context, first, size, &err), OTLS_OK);
    cr_assert_eq(otls_certificate_from_file(&root, path, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_add_client_ca(p->server_context, root, &err), OTLS_OK, "%s", err.text);
    otls_certificate_free(root);
    cr_assert_eq(otls_context_client_ca_count(p->server_context), NAMES_SENT);
    otls_trust_free(trust);
}

static size_t names_expected(const pair_case *which)
{
    const otls_feature feature = which->version == OTLS_TLS1_3 ? OTLS_FEATURE_CLIENT_CA_NAMES_13
                                                               : OTLS_FEATURE_CLIENT_CA_NAMES;

    /* partly: servers only */
    return (otls_backend_supports(which->client, feature, NULL) == OTLS_YES ||
            divergence_find("names of authorities, as clients read them", which) != NULL) &&
                   otls_backend_supports(which->server, feature, NULL) != OTLS_NO
               ? NAMES_SENT
               : 0;
}

ParameterizedTestParameters(client_auth, ca_names)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_auth, ca_names)
{
    const pair_case which = pair_case_short_at(*index);
    const pair_options options = {.setup = use_names,
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .client_identity = "client-ecdsa-p256"};
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, &which, &options);
    cr_expect_eq(otls_connection_client_ca_count(p.client), 0, "nothing was sent yet");
    cr_expect_eq(otls_connection_client_ca_count(p.server), NAMES_SENT, "what will be sent");
    pair_connect(&p);
    cr_assert_eq(otls_connection_client_ca_count(p.server), NAMES_SENT);
    cr_assert_eq(otls_connection_client_ca_count(p.client), names_expected(&which), "%s: %zu",
                 pair_name(&which), otls_connection_client_ca_count(p.client));
    for (size_t i = 0; i < otls_connection_client_ca_count(p.client); i++) {
        size_t size, set_size;
        const uint8_t *name = otls_connection_client_ca(p.client, i, &size);
        const uint8_t *set = otls_context_client_ca(p.server_context, i, &set_size);
        char *text;

        cr_assert(size == set_size && memcmp(name, set, size) == 0,
                  "%s: name %zu: %zu bytes, not %zu", pair_name(&which), i, size, set_size);
        cr_assert_eq(otls_name_text(name, size, &text, &err), OTLS_OK, "%s", err.text);
        cr_assert_not_null(strstr(text, "Root"), "%s", text);
        otls_string_free(text);
        cr_assert_eq(otls_name_text(name, size - 1, &text, &err), OTLS_E_CREDENTIAL);
    }
    pair_close(&p);
}

Test(client_auth, ca_names_are_copied)
{
    otls_context *context, *copy;
    otls_trust *trust = test_trust("root");
    size_t size;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_SERVER, NULL), OTLS_OK);
    cr_assert_eq(otls_context_add_client_ca_trust(context, trust, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_psk_hint(context, "hint", NULL), OTLS_OK);
    cr_assert_eq(otls_context_copy(&copy, context, NULL), OTLS_OK);
    cr_assert_eq(otls_context_clear_client_ca(context, NULL), OTLS_OK);
    cr_assert_eq(otls_context_client_ca_count(context), 0);
    otls_context_free(context);
    cr_assert_eq(otls_context_client_ca_count(copy), 1);
    cr_assert_not_null(otls_context_client_ca(copy, 0, &size));
    otls_context_free(copy);
    otls_trust_free(trust);
}

Test(client_auth, ca_names_bad_input)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;
    size_t size;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_SERVER, NULL), OTLS_OK);
    cr_assert_eq(otls_context_add_client_ca(context, NULL, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_context_add_client_ca_trust(context, NULL, &err), OTLS_E_USAGE);
    cr_assert_eq(otls_context_add_client_ca_file(context, "/nowhere", &err), OTLS_E_IO);
    cr_assert_eq(err.code, OTLS_CODE_FILE_NOT_FOUND);
    cr_assert_eq(otls_context_client_ca_count(context), 0);
    cr_assert_null(otls_context_client_ca(context, 0, &size));
    otls_context_free(context);
    cr_assert_eq(otls_context_new(&context, NULL, OTLS_CLIENT, NULL), OTLS_OK);
    cr_assert_eq(otls_context_add_client_ca_file(context, "/nowhere", &err), OTLS_E_USAGE);
    otls_context_free(context);
}

/* ---- depth ---- */

static void use_depth(pair *p, void *user)
{
    const int *depth = user;

    cr_assert_eq(otls_context_set_verify_depth(p->client_context, *depth, NULL), OTLS_OK);
}

ParameterizedTestParameters(client_auth, depth)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_auth, depth)
{
    const pair_case which = pair_case_short_at(*index);

    for (int depth = 0; depth < 3; depth++) {
        const pair_options options = {.setup = use_depth, .user = &depth};
        pair p;

        pair_open(&p, &which, &options);
        pair_handshake(&p);
        cr_assert_eq(p.client_status, depth == 0 ? OTLS_E_VERIFY : OTLS_OK, "%s: depth %d: %s",
                     pair_name(&which), depth, p.client_error.text);
        if (depth == 0)
            cr_assert_neq(p.client_error.verify_flags & OTLS_VERIFY_DEPTH, 0u);
        pair_close(&p);
    }
}

/* ---- after the handshake ---- */

static bool has_later(const pair_case *which)
{
    return otls_backend_supports(which->client, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) !=
               OTLS_NO &&
           otls_backend_supports(which->server, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) != OTLS_NO;
}

static void use_later(pair *p, void *user)
{
    const bool *client_too = user;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_post_handshake_auth(p->server_context, true, &err), OTLS_OK, "%s",
                 err.text);
    if (*client_too)
        cr_assert_eq(otls_context_set_post_handshake_auth(p->client_context, true, &err), OTLS_OK,
                     "%s", err.text);
}

/* Both sides read until the request is answered, or somebody fails. */
static otls_status exchange(pair *p, otls_error *err)
{
    uint8_t buffer[256];
    size_t count;
    otls_status status = OTLS_WANT_READ;

    for (unsigned turn = 0; turn < 32 && otls_connection_peer_chain_count(p->server) == 0; turn++) {
        (void)otls_connection_read(p->client, buffer, sizeof(buffer), &count, NULL);
        (void)otls_connection_flush(p->client, NULL);
        status = otls_connection_read(p->server, buffer, sizeof(buffer), &count, err);
        (void)otls_connection_flush(p->server, NULL);
        if (status < 0)
            break;
    }
    return status;
}

static void later_good(const pair_case *which)
{
    static const char *const identities[] = {"client-ecdsa-p256", "client-rsa-2048"};

    for (size_t i = 0; i < 2; i++) {
        bool both = true;
        const pair_options options = {.setup = use_later,
                                      .user = &both,
                                      .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                      .client_identity = identities[i]};
        otls_error err = OTLS_ERROR_INIT;
        pair p;

        pair_open(&p, which, &options);
        pair_connect(&p);
        cr_assert_eq(otls_connection_peer_chain_count(p.server), 0);
        pair_transfer(p.client, p.server, 100, 1);
        cr_assert_eq(otls_connection_request_client_certificate(p.server, &err), OTLS_OK,
                     "%s: %s [%s]", pair_name(which), err.text, err.native_text);
        (void)exchange(&p, &err);
        cr_assert_gt(otls_connection_peer_chain_count(p.server), 0, "%s: %s [%s]", pair_name(which),
                     err.text, err.native_text);
        cr_assert_eq(otls_connection_verify_flags(p.server), 0u);
        cr_assert_not_null(strstr(otls_certificate_subject(otls_connection_peer_chain(p.server, 0)),
                                  "Test Client"));
        pair_transfer(p.client, p.server, 100, 2);
        pair_transfer(p.server, p.client, 100, 3);
        pair_close(&p);
    }
}

static void later_refused(const pair_case *which, const char *identity, const char *trust,
                          uint32_t flags)
{
    bool both = true;
    const pair_options options = {.setup = use_later,
                                  .user = &both,
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .server_trust = trust,
                                  .client_identity = identity};
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, which, &options);
    pair_connect(&p);
    cr_assert_eq(otls_connection_request_client_certificate(p.server, &err), OTLS_OK);
    for (unsigned turn = 0; turn < 8 && otls_connection_failure(p.server, &err) == OTLS_OK; turn++)
        (void)exchange(&p, &err);
    cr_assert_eq(otls_connection_failure(p.server, &err), OTLS_E_VERIFY, "%s: %s [%s]",
                 pair_name(which), err.text, err.native_text);
    cr_assert_neq(err.verify_flags & flags, 0u, "%s: 0x%x", pair_name(which), err.verify_flags);
    pair_close(&p);
}

/* As often as the server likes; an engine that cannot do that refuses to ask, and nothing else changes. */
static void later_again(const pair_case *which)
{
    const divergence *row = divergence_find("asked for a certificate again", which);
    const bool once =
        otls_backend_supports(which->server, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) == OTLS_PARTLY;
    bool both = true;
    const pair_options options = {.setup = use_later,
                                  .user = &both,
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .client_identity = "client-ecdsa-p256"};
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;
    pair p;

    pair_open(&p, which, &options);
    pair_connect(&p);
    for (unsigned round = 0; round < 3 && status >= 0; round++) {
        status = otls_connection_request_client_certificate(p.server, &err);
        cr_assert_eq(status, once && round > 0 ? OTLS_E_UNSUPPORTED : OTLS_OK, "%s: %s [%s]",
                     pair_name(which), err.text, err.native_text);
        if (status == OTLS_OK) {
            cr_expect_eq(otls_connection_peer_chain_count(p.server), 0); /* until the answer */
            status = exchange(&p, &err);
        }
        cr_expect(otls_connection_peer_chain_count(p.server) != 0 || row != NULL);
    }
    if (row != NULL) {
        cr_expect_eq(otls_connection_failure(p.server, NULL), row->expected, "%s", pair_name(which));
    } else {
        pair_transfer(p.client, p.server, 100, 2);
        pair_transfer(p.server, p.client, 100, 3);
    }
    pair_close(&p);
}

static void later_not_offered(const pair_case *which)
{
    bool both = false;
    const pair_options options = {.setup = use_later,
                                  .user = &both,
                                  .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .client_identity = "client-ecdsa-p256"};
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, which, &options);
    pair_connect(&p);
    cr_assert_eq(otls_connection_request_client_certificate(p.server, &err), OTLS_E_USAGE, "%s: %s",
                 pair_name(which), err.text);
    cr_assert_eq(err.code, OTLS_CODE_NOT_OFFERED, "%s: %d", pair_name(which), err.code);
    cr_assert_eq(otls_connection_request_client_certificate(p.client, &err), OTLS_E_USAGE);
    cr_assert_eq(err.code, OTLS_CODE_NOT_HERE);
    pair_transfer(p.client, p.server, 100, 2);
    pair_close(&p);
}

/* Contexts that announced nothing, and one connection of each that does. */
static void later_of_one_connection(const pair_case *which)
{
    const pair_options options = {.verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                  .client_identity = "client-ecdsa-p256"};
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, which, &options);
    cr_assert_eq(otls_connection_set_post_handshake_auth(p.client, true, &err), OTLS_OK);
    cr_assert_eq(otls_connection_set_post_handshake_auth(p.server, true, &err), OTLS_OK);
    pair_connect(&p);
    cr_assert_eq(otls_connection_peer_chain_count(p.server), 0, "%s", pair_name(which));
    cr_assert_eq(otls_connection_request_client_certificate(p.server, &err), OTLS_OK, "%s: %s [%s]",
                 pair_name(which), err.text, err.native_text);
    (void)exchange(&p, &err);
    cr_assert_gt(otls_connection_peer_chain_count(p.server), 0, "%s: %s [%s]", pair_name(which),
                 err.text, err.native_text);
    cr_assert_eq(otls_connection_set_post_handshake_auth(p.server, false, &err), OTLS_E_USAGE);
    cr_assert_eq(err.code, OTLS_CODE_TOO_LATE);
    pair_close(&p);
    pair_open(&p, which, &options); /* the contexts are what they were */
    pair_connect(&p);
    cr_assert_gt(otls_connection_peer_chain_count(p.server), 0, "%s", pair_name(which));
    pair_close(&p);
}

ParameterizedTestParameters(client_auth, after_the_handshake)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_auth, after_the_handshake)
{
    const pair_case which = pair_case_short_at(*index);

    if (!has_later(&which)) /* the setter says so: test_features */
        return;
    if (which.version == OTLS_TLS1_3) {
        later_good(&which);
        later_again(&which);
        later_refused(&which, "client-ecdsa-p256", "other-root", OTLS_VERIFY_UNKNOWN_CA);
        later_refused(&which, NULL, "root", OTLS_VERIFY_MISSING);
        later_not_offered(&which);
        later_of_one_connection(&which);
    } else { /* there the server asks in the handshake, and not again */
        bool both = true;
        const pair_options options = {.setup = use_later,
                                      .user = &both,
                                      .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                      .client_identity = "client-ecdsa-p256"};
        pair p;

        pair_open(&p, &which, &options);
        pair_connect(&p);
        cr_assert_gt(otls_connection_peer_chain_count(p.server), 0);
        cr_assert_eq(otls_connection_request_client_certificate(p.server, NULL), OTLS_E_USAGE);
        pair_close(&p);
    }
}
