/* SPDX-License-Identifier: MIT */
/* Keys held elsewhere: in a PKCS #11 token, on every engine, with every algorithm TLS has for them.
 */
#include <criterion/criterion.h>

#include "divergence.h"
#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sign_row {
    const char *key;        /* of the PKI */
    const char *signatures; /* what the peer takes */
    uint16_t scheme;        /* what comes of it */
    uint16_t version;       /* 0 = both */
} sign_row;

static const sign_row rows[] = {
    {"ecdsa-p256", "ecdsa_secp256r1_sha256", 0x0403, 0},
    {"ecdsa-p256", "ecdsa_secp384r1_sha384", 0x0503, OTLS_TLS1_2},
    {"rsa-2048", "rsa_pss_rsae_sha256", 0x0804, 0},
    {"rsa-2048", "rsa_pss_rsae_sha384", 0x0805, 0},
    {"rsa-2048", "rsa_pss_rsae_sha512", 0x0806, 0},
    {"rsa-2048", "rsa_pkcs1_sha256", 0x0401, OTLS_TLS1_2},
    {"rsa-2048", "rsa_pkcs1_sha384", 0x0501, OTLS_TLS1_2},
    {"rsa-2048", "rsa_pkcs1_sha512", 0x0601, OTLS_TLS1_2},
    {"ed25519", "ed25519", 0x0807, 0},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void *slurp(const char *name, const char *end, size_t *size)
{
    char path[512];
    char *data = malloc(1 << 16);
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/server-%s%s", OTLS_TEST_PKI, name, end);
    file = fopen(path, "rb");
    cr_assert(file != NULL && data != NULL, "%s", path);
    *size = fread(data, 1, 1 << 16, file);
    (void)fclose(file);
    return data;
}

/* Without a token there is nothing to see; ./check installs one. */
static token *token_with(const char *kind, const char *name)
{
    char path[512];
    const char *why;
    token *t;

    (void)snprintf(path, sizeof(path), "%s/server-%s.key", OTLS_TEST_PKI, kind);
    t = token_open(path, name, &why);
    if (t == NULL)
        cr_skip_test("%s", why);
    return t;
}

static otls_status no(const otls_signature_algorithm *algorithm, const uint8_t *data, size_t size,
                      uint8_t *out, size_t capacity, size_t *length, void *user)
{
    (void)algorithm, (void)data, (void)size, (void)out, (void)capacity, (void)length;
    ++*(unsigned *)user;
    return OTLS_E_CREDENTIAL;
}

/* "Partly" is for some keys and versions: of the others the seal has the last word. */
static bool sealed(const otls_backend *backend, uint16_t version, otls_identity *identity)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_versions(context, version, version, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK, "%s", err.text);
    status = otls_context_seal(context, &err);
    cr_expect(status == OTLS_OK || status == OTLS_E_UNSUPPORTED, "%s", err.text);
    otls_context_free(context);
    return status == OTLS_OK;
}

/* An engine that cannot do it (OpenSSL 1.1.1) says so. */
static bool unable(const otls_backend *backend, uint16_t version, const char *kind)
{
    const otls_support support = otls_backend_supports(backend, OTLS_FEATURE_SIGN_CALLBACK, NULL);
    bool able;
    otls_status status;
    size_t size;
    void *chain = slurp(kind, ".pem", &size);
    otls_identity *identity = NULL;
    unsigned calls = 0;
    otls_error err = OTLS_ERROR_INIT;

    test_needs_key(backend, kind);
    status = otls_identity_from_callback(&identity, backend, chain, size, no, &calls, &err);
    able = status == OTLS_OK;
    cr_assert(status == OTLS_OK ? support != OTLS_NO
                                : support != OTLS_YES && status == OTLS_E_UNSUPPORTED,
              "%s", err.text);
    if (able && support == OTLS_PARTLY)
        able = sealed(backend, version, identity);
    otls_identity_free(identity);
    free(chain);
    return !able;
}

static otls_identity *identity_of(const otls_backend *backend, const char *kind, token_key *key)
{
    size_t size;
    void *chain = slurp(kind, ".pem", &size);
    otls_identity *identity;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(
        otls_identity_from_callback(&identity, backend, chain, size, token_sign, key, &err),
        OTLS_OK, "%s, %s: %s [%s]", otls_backend_name(backend), kind, err.text, err.native_text);
    free(chain);
    return identity;
}

static void connect_with(pair *p, const sign_row *row, otls_identity *identity)
{
    otls_context *server;
    otls_transport transport;
    otls_error err = OTLS_ERROR_INIT;

    otls_connection_free(p->client);
    otls_connection_free(p->server);
    otls_context_free(p->server_context);
    cr_assert_eq(otls_context_new(&server, p->which.server, OTLS_SERVER, &err), OTLS_OK);
    p->server_context = server;
    cr_assert_eq(otls_context_set_versions(server, p->which.version, p->which.version, &err),
                 OTLS_OK);
    cr_assert_eq(otls_context_add_identity(server, identity, &err), OTLS_OK, "%s", err.text);
    otls_context_free(p->client_context);
    cr_assert_eq(otls_context_new(&p->client_context, p->which.client, OTLS_CLIENT, &err), OTLS_OK);
    cr_assert_eq(
        otls_context_set_versions(p->client_context, p->which.version, p->which.version, &err),
        OTLS_OK);
    cr_assert_eq(otls_context_insecure_no_verify(p->client_context, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_signature_algorithms(p->client_context, row->signatures, &err),
                 OTLS_OK, "%s", err.text);
    transport = wire_transport(&p->wire.client);
    cr_assert_eq(otls_connection_new(&p->client, p->client_context, &transport, &err), OTLS_OK,
                 "%s: %s", pair_name(&p->which), err.text);
    transport = wire_transport(&p->wire.server);
    cr_assert_eq(otls_connection_new(&p->server, p->server_context, &transport, &err), OTLS_OK,
                 "%s: %s [%s]", pair_name(&p->which), err.text, err.native_text);
    cr_assert_eq(otls_connection_set_server_name(p->client, "localhost", &err), OTLS_OK);
}

ParameterizedTestParameters(sign, by_token)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, sign, by_token)
{
    const pair_case which = pair_case_at(*index);
    token *t = token_with(which.key, "the key");
    token_key key = {.token = t, .label = "the key"};
    otls_identity *identity;

    if (unable(which.server, which.version, which.key)) {
        token_close(t);
        return;
    }
    identity = identity_of(which.server, which.key, &key);
    for (size_t i = 0; i < ROWS; i++) {
        const sign_row *row = &rows[i];
        unsigned before = key.calls;
        pair p;

        if (strcmp(row->key, which.key) != 0 ||
            (row->version != 0 && row->version != which.version) ||
            !test_has_signature(which.client, which.version, row->signatures) ||
            !test_has_signature(which.server, which.version, row->signatures))
            continue;
        pair_open(&p, &which, NULL);
        connect_with(&p, row, identity);
        pair_handshake(&p);
        cr_assert(p.client_status == OTLS_OK && p.server_status == OTLS_OK,
                  "%s, %s: client: %s [%s]; server: %s [%s]", pair_name(&which), row->signatures,
                  p.client_error.text, p.client_error.native_text, p.server_error.text,
                  p.server_error.native_text);
        cr_assert_eq(key.calls, before + 1, "%s, %s: %u signatures", pair_name(&which),
                     row->signatures, key.calls - before);
        cr_assert_eq(otls_connection_peer_signature(p.client), row->scheme, "%s, %s: 0x%04x",
                     pair_name(&which), row->signatures, otls_connection_peer_signature(p.client));
        pair_transfer(p.server, p.client, 2000, 3);
        pair_close(&p);
    }
    otls_identity_free(identity);
    token_close(t);
}

ParameterizedTestParameters(sign, client_by_token)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, sign, client_by_token)
{
    const pair_case which = pair_case_short_at(*index);
    token *t = token_with("ecdsa-p256", "client");
    token_key key = {.token = t, .label = "client"};
    otls_identity *identity;
    otls_context *copy;
    otls_transport transport;
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    if (unable(which.client, which.version, "ecdsa-p256")) {
        token_close(t);
        return;
    }
    identity = identity_of(which.client, "ecdsa-p256", &key);
    /* a server's certificate is not for clients: what the server says to that is the proof */
    pair_open(&p, &which, &(pair_options){.verify_mode = OTLS_VERIFY_MODE_REQUIRED});
    otls_connection_free(p.client);
    cr_assert_eq(otls_context_copy(&copy, p.client_context, &err), OTLS_OK);
    cr_assert_eq(otls_context_add_identity(copy, identity, &err), OTLS_OK, "%s", err.text);
    otls_context_free(p.client_context);
    p.client_context = copy;
    transport = wire_transport(&p.wire.client);
    cr_assert_eq(otls_connection_new(&p.client, copy, &transport, &err), OTLS_OK, "%s [%s]",
                 err.text, err.native_text);
    cr_assert_eq(otls_connection_set_server_name(p.client, "localhost", &err), OTLS_OK);
    pair_handshake(&p);
    cr_assert_eq(p.server_status, OTLS_E_VERIFY, "%s: %s", pair_name(&which), p.server_error.text);
    cr_assert((p.server_error.verify_flags & OTLS_VERIFY_WRONG_PURPOSE) != 0, "%s: %s",
              pair_name(&which), p.server_error.text);
    otls_identity_free(identity);
    token_close(t);
    pair_close(&p);
}

ParameterizedTestParameters(sign, refused)
{
    return pair_parameters();
}

/* A token that was pulled out ends the handshake on both sides, and says nothing wrong. */
ParameterizedTest(size_t *index, sign, refused)
{
    const pair_case which = pair_case_at(*index);
    const sign_row row = {which.key, "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256:ed25519", 0, 0};
    size_t size;
    void *chain;
    otls_identity *identity;
    unsigned calls = 0;
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    if (unable(which.server, which.version, which.key))
        return;
    chain = slurp(which.key, ".pem", &size);
    cr_assert_eq(
        otls_identity_from_callback(&identity, which.server, chain, size, no, &calls, &err),
        OTLS_OK, "%s", err.text);
    pair_open(&p, &which, NULL);
    connect_with(&p, &row, identity);
    pair_handshake(&p);
    cr_assert(p.server_status < 0 && p.client_status < 0, "%s: %s, %s", pair_name(&which),
              otls_status_name(p.server_status), otls_status_name(p.client_status));
    cr_assert_eq(calls, 1);
    otls_identity_free(identity);
    free(chain);
    pair_close(&p);
}
