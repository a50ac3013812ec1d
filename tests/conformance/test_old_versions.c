/* SPDX-License-Identifier: MIT */
/* TLS 1.0 and 1.1: off by default, and real where an engine has them and level 0 asks for them. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <string.h>

#define OLD_CIPHERS "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES128-SHA"

/* `named`: with SHA-1 on the list of signature algorithms, which says nothing before TLS 1.2. */
static void allow_old(otls_context *context, uint16_t version, bool named)
{
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_security_level(context, 0, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_ciphers(context, OLD_CIPHERS, &err), OTLS_OK, "%s", err.text);
    if (named)
        cr_assert_eq(
            otls_context_set_signature_algorithms(
                context, "ecdsa_secp256r1_sha256:ecdsa_sha1:rsa_pkcs1_sha256:rsa_pkcs1_sha1", &err),
            OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_versions(context, version, version, &err), OTLS_OK, "%s",
                 err.text);
}

static otls_feature feature_of(uint16_t version)
{
    return version == OTLS_TLS1_0 ? OTLS_FEATURE_TLS1_0 : OTLS_FEATURE_TLS1_1;
}

/* The same on both ends, or a refusal that says why: never wrong bytes (RFC 5705 4). */
static void export_old(const pair *p, size_t size)
{
    static uint8_t a[1000], b[1000];
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *const ends[] = {p->client, p->server};
    const otls_backend *const engines[] = {p->which.client, p->which.server};
    uint8_t *const outs[] = {a, b};
    bool both = true;

    for (int i = 0; i < 2; i++) {
        const char *name = otls_backend_name(engines[i]);
        const bool refuses = (size > 200 && strcmp(name, "gnutls") == 0) ||
                             (size > 224 && strcmp(name, "wolfssl") == 0);
        const otls_status status = otls_connection_export_keying(ends[i], "EXPORTER-old", "", 0,
                                                                 outs[i], size, &err);

        cr_assert_eq(status, refuses ? OTLS_E_UNSUPPORTED : OTLS_OK, "%s, %zu: %s",
                     pair_name(&p->which), size, err.text);
        both = both && !refuses;
    }
    cr_assert(!both || memcmp(a, b, size) == 0, "%s: %zu bytes differ", pair_name(&p->which), size);
}

static void connect_old(const pair_case *which, uint16_t version, bool named)
{
    otls_context *client, *server;
    otls_transport transport;
    pair p;

    pair_open(&p, which, NULL);
    cr_assert_eq(otls_context_copy(&client, p.client_context, NULL), OTLS_OK);
    cr_assert_eq(otls_context_copy(&server, p.server_context, NULL), OTLS_OK);
    allow_old(client, version, named);
    allow_old(server, version, named);
    otls_connection_free(p.client);
    otls_connection_free(p.server);
    transport = wire_transport(&p.wire.client);
    cr_assert_eq(otls_connection_new(&p.client, client, &transport, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(p.client, "localhost", NULL), OTLS_OK);
    transport = wire_transport(&p.wire.server);
    cr_assert_eq(otls_connection_new(&p.server, server, &transport, NULL), OTLS_OK);
    pair_connect(&p);
    cr_assert_eq(otls_connection_version(p.client), version);
    cr_assert_eq(otls_connection_version(p.server), version);
    pair_transfer(p.client, p.server, 20000, 1);
    pair_transfer(p.server, p.client, 20000, 2);
    export_old(&p, 32);
    export_old(&p, 200);
    export_old(&p, 201);
    export_old(&p, 224);
    export_old(&p, 225);
    export_old(&p, 1000);
    otls_context_free(client);
    otls_context_free(server);
    pair_close(&p);
}

ParameterizedTestParameters(old_versions, by_request)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, old_versions, by_request)
{
    static const uint16_t versions[] = {OTLS_TLS1_0, OTLS_TLS1_1};
    const pair_case which = pair_case_short_at(*index);

    if (which.version == OTLS_TLS1_3)
        return; /* once for each pair */
    for (size_t i = 0; i < 2; i++) {
        const otls_feature feature = feature_of(versions[i]);
        otls_context *context;

        if (otls_backend_supports(which.client, feature, NULL) != OTLS_NO &&
            otls_backend_supports(which.server, feature, NULL) != OTLS_NO) {
            connect_old(&which, versions[i], true);
            connect_old(&which, versions[i], false);
            continue;
        }
        if (otls_backend_supports(which.client, feature, NULL) != OTLS_NO)
            continue;
        cr_assert_eq(otls_context_new(&context, which.client, OTLS_CLIENT, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_versions(context, versions[i], versions[i], NULL),
                     OTLS_E_UNSUPPORTED);
        otls_context_free(context);
    }
}
