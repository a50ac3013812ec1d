/* SPDX-License-Identifier: MIT */
/* One side allows one signature algorithm: nothing else is made or taken, whoever allows it. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <string.h>

#define OWN "a server's own signature algorithms"

typedef struct row {
    uint16_t version; /* 0 = both */
    const char *key, *name;
    uint16_t scheme;
} row;

static const row rows[] = {
    {0, "rsa-2048", "rsa_pss_rsae_sha256", 0x0804},
    {0, "rsa-2048", "rsa_pss_rsae_sha384", 0x0805},
    {0, "rsa-2048", "rsa_pss_rsae_sha512", 0x0806},
    {OTLS_TLS1_2, "rsa-2048", "rsa_pkcs1_sha256", 0x0401},
    {OTLS_TLS1_2, "rsa-2048", "rsa_pkcs1_sha384", 0x0501},
    {OTLS_TLS1_2, "rsa-2048", "rsa_pkcs1_sha512", 0x0601},
    {0, "ecdsa-p256", "ecdsa_secp256r1_sha256", 0x0403},
    {OTLS_TLS1_2, "ecdsa-p256", "ecdsa_secp384r1_sha384", 0x0503},
    {OTLS_TLS1_2, "ecdsa-p256", "ecdsa_secp521r1_sha512", 0x0603},
};

static const row *current;

static void only(otls_context *context)
{
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_signature_algorithms(context, current->name, &err), OTLS_OK,
                 "%s: %s", current->name, err.text);
}

static void at_server(pair *p, void *unused)
{
    (void)unused;
    only(p->server_context);
}

static void at_client(pair *p, void *unused)
{
    (void)unused;
    only(p->client_context);
}

static void taken(const pair *p, const char *side)
{
    const char *name = pair_name(&p->which);

    cr_expect(p->client_status == OTLS_OK && p->server_status == OTLS_OK,
              "%s, %s at the %s: client: %s [%s]; server: %s [%s]", name, current->name, side,
              p->client_error.text, p->client_error.native_text, p->server_error.text,
              p->server_error.native_text);
    if (p->client_status == OTLS_OK)
        cr_expect_eq(otls_connection_peer_signature(p->client), current->scheme,
                     "%s, %s at the %s: 0x%04x", name, current->name, side,
                     otls_connection_peer_signature(p->client));
}

/* Never with another algorithm: else refused, where the divergence table says so. */
static void taken_or_outside(const pair *p)
{
    if (p->server_status == OTLS_OK || divergence_find(OWN, &p->which) == NULL) {
        taken(p, "server");
        return;
    }
    cr_expect_eq(p->server_status, OTLS_E_PROTOCOL, "%s, %s: %s", pair_name(&p->which),
                 current->name, otls_status_name(p->server_status));
    cr_expect_eq(p->server_error.code, OTLS_CODE_OUTSIDE_POLICY, "%s, %s: %s",
                 pair_name(&p->which), current->name, p->server_error.text);
}

/* An engine without the algorithm says so when the context is sealed, and nothing is put in its place. */
static void refused_at_seal(const otls_backend *backend, otls_role role)
{
    otls_identity *identity = test_identity(backend, "server-rsa-2048");
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_new(&context, backend, role, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK, "%s", err.text);
    only(context);
    cr_expect_eq(otls_context_seal(context, &err), OTLS_E_CONFIG, "%s, %s: %s",
                 otls_backend_name(backend), current->name, err.text);
    cr_expect_eq(err.code, OTLS_CODE_NOTHING_LEFT, "%s, %s: %s", otls_backend_name(backend),
                 current->name, err.text);
    cr_expect(strstr(err.text, otls_backend_name(backend)) != NULL, "%s, %s: %s",
              otls_backend_name(backend), current->name, err.text);
    otls_context_free(context);
    otls_identity_free(identity);
}

/* ... and with a peer that allows nothing else there is no handshake. */
static void none_shared(const pair_case *which, bool server)
{
    pair p;

    pair_open(&p, which, &(pair_options){.setup = server ? at_server : at_client});
    pair_handshake(&p);
    cr_expect(p.client_status != OTLS_OK && p.server_status != OTLS_OK, "%s, %s at the %s",
              pair_name(which), current->name, server ? "server" : "client");
    pair_close(&p);
}

static void connect_one(const pair_case *which, bool server)
{
    const otls_backend *own = server ? which->server : which->client;
    const otls_backend *other = server ? which->client : which->server;
    pair p;

    if (!test_has_signature(own, which->version, current->name)) {
        refused_at_seal(own, server ? OTLS_SERVER : OTLS_CLIENT);
        return;
    }
    if (!test_has_signature(other, which->version, current->name)) {
        none_shared(which, server);
        return;
    }
    pair_open(&p, which, &(pair_options){.setup = server ? at_server : at_client});
    pair_handshake(&p);
    if (server)
        taken_or_outside(&p);
    else
        taken(&p, "client");
    pair_close(&p);
}

ParameterizedTestParameters(signatures, of_the_server)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, signatures, of_the_server)
{
    const pair_case which = pair_case_at(*index);

    test_needs_version(which.client, which.version);
    test_needs_version(which.server, which.version);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        current = &rows[i];
        if (strcmp(rows[i].key, which.key) != 0 ||
            (rows[i].version != 0 && rows[i].version != which.version))
            continue;
        connect_one(&which, true);
        connect_one(&which, false);
    }
}
