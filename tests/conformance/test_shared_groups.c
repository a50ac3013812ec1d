/* SPDX-License-Identifier: MIT */
/* Client and server without a group in common: one answer, or a key exchange that needs none. */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>

typedef struct row {
    uint16_t version; /* 0 = both */
    const char *identity, *client, *server, *ciphers;
    const char *kx; /* what must be negotiated instead; NULL = nothing can */
    otls_feature needs; /* ... when both engines have this */
} row;

static const row rows[] = {
    {0, "server-rsa-2048", "X25519:P-256", "P-521", NULL, NULL, 0},
    {0, "server-ecdsa-p256", "X25519:P-256", "P-521", NULL, NULL, 0},
    {0, "server-ecdsa-p256", "P-256", "X25519", NULL, NULL, 0},
    {0, "server-rsa-2048", "P-384", "X25519:P-256:P-521", NULL, NULL, 0},
    {OTLS_TLS1_3, "server-rsa-2048", "X25519:P-256", "ffdhe2048", NULL, NULL,
     OTLS_FEATURE_GROUP_FFDHE},
    {OTLS_TLS1_2, "server-rsa-2048", "X25519", "P-384", "ECDHE+AESGCM", NULL, 0},
    {OTLS_TLS1_2, "server-rsa-2048", "X25519", "P-384", "ECDHE+AESGCM:DHE+AESGCM", "DH",
     OTLS_FEATURE_DHE},
    {OTLS_TLS1_2, "server-rsa-2048", "X25519", "P-384", "ECDHE+AESGCM:kRSA+AESGCM", "RSA",
     OTLS_FEATURE_STATIC_RSA},
    {OTLS_TLS1_2, "server-ecdsa-p256", "X25519", "P-384", "ECDHE+AESGCM:DHE+AESGCM", NULL,
     OTLS_FEATURE_DHE},
};

static bool have(const pair_case *which, const row *r)
{
    return (r->version == 0 || r->version == which->version) &&
           (r->needs == 0 || (otls_backend_supports(which->client, r->needs, NULL) == OTLS_YES &&
                              otls_backend_supports(which->server, r->needs, NULL) == OTLS_YES));
}

static void refused(const pair *p, size_t i)
{
    const char *name = pair_name(&p->which);

    cr_expect_eq(p->server_status, OTLS_E_PROTOCOL, "%s, row %zu: %s: %s", name, i,
                 otls_status_name(p->server_status), p->server_error.text);
    cr_expect_eq(p->server_error.code, OTLS_CODE_NO_SHARED_GROUP, "%s, row %zu: %s", name, i,
                 otls_code_name(p->server_error.code));
    cr_expect_eq(p->server_error.alert, OTLS_ALERT_HANDSHAKE_FAILURE, "%s, row %zu: %d", name, i,
                 p->server_error.alert);
    cr_expect_eq(p->client_status, OTLS_E_ALERT, "%s, row %zu: %s", name, i,
                 otls_status_name(p->client_status));
    cr_expect_eq(p->client_error.alert, OTLS_ALERT_HANDSHAKE_FAILURE, "%s, row %zu: %d", name, i,
                 p->client_error.alert);
}

ParameterizedTestParameters(shared_groups, answers)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, shared_groups, answers)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const pair_options options = {.server_identity = rows[i].identity,
                                      .client_groups = rows[i].client,
                                      .server_groups = rows[i].server,
                                      .client_ciphers = rows[i].ciphers,
                                      .server_ciphers = rows[i].ciphers};
        pair p;

        if (!have(&which, &rows[i]))
            continue;
        pair_open(&p, &which, &options);
        pair_handshake(&p);
        if (rows[i].kx == NULL) {
            refused(&p, i);
        } else {
            cr_expect(p.client_status == OTLS_OK && p.server_status == OTLS_OK,
                      "%s, row %zu: %s; %s [%s]", pair_name(&which), i, p.client_error.text,
                      p.server_error.text, p.server_error.native_text);
            otls_suite_info info = OTLS_SUITE_INFO_INIT;

            cr_expect_eq(otls_suite_describe(otls_connection_suite(p.server), &info, NULL),
                         OTLS_OK);
            cr_expect(info.kx != NULL && strcmp(info.kx, rows[i].kx) == 0, "%s, row %zu: %s",
                      pair_name(&which), i, info.name);
        }
        pair_close(&p);
    }
}

/* RFC 8446 9.2: who wants TLS 1.3 sends supported_groups. */
ParameterizedTestParameters(shared_groups, missing)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, shared_groups, missing)
{
    const pair_case which = pair_case_short_at(*index);
    static const uint8_t extension[] = {0, 10, 0, 4, 0, 2, 0, 0x17};
    test_pipe *pipe;
    size_t at;
    pair p;

    if (which.version != OTLS_TLS1_3)
        return;
    pair_open(&p, &which, &(pair_options){.client_groups = "P-256"});
    pipe = &p.wire.to_server;
    cr_assert_eq(otls_connection_handshake(p.client, NULL), OTLS_WANT_READ);
    for (at = pipe->start; at + sizeof(extension) <= pipe->end; at++)
        if (memcmp(pipe->data + at, extension, sizeof(extension)) == 0)
            break;
    /* it may be the last one: GnuTLS 3.8 sends them in any order */
    cr_assert_leq(at + sizeof(extension), pipe->end, "%s", pair_name(&which));
    pipe->data[at] = 0xfa; /* an extension that nobody knows */
    cr_expect_eq(otls_connection_handshake(p.server, &p.server_error), OTLS_E_PROTOCOL);
    cr_expect_eq(p.server_error.code, OTLS_CODE_NO_SHARED_GROUP, "%s: %s", pair_name(&which),
                 p.server_error.text);
    cr_expect_eq(p.server_error.alert, OTLS_ALERT_MISSING_EXTENSION, "%s: %d", pair_name(&which),
                 p.server_error.alert);
    pair_close(&p);
}
