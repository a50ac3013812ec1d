/* SPDX-License-Identifier: MIT */
/* One verdict, one reason, one alert, whichever engine; in the handshake. */
#include "divergence.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct verify_row {
    const char *what;
    pair_options options;
    uint32_t flag; /* at least this one */
    int alert;
    int depth; /* of the certificate that is to blame */
} verify_row;

static const verify_row refusals[] = {
    {"wrong host", {.server_name = "other.test"}, OTLS_VERIFY_NAME_MISMATCH, 42, 0},
    {"address not in the certificate", {.server_name = "127.0.0.2"}, OTLS_VERIFY_NAME_MISMATCH, 42, 0},
    {"certificate for another name",
     {.server_identity = "server-othername"},
     OTLS_VERIFY_NAME_MISMATCH,
     42,
     0},
    {"unknown CA", {.client_trust = "other-root"}, OTLS_VERIFY_UNKNOWN_CA, 48, 1},
    {"untrusted issuer", {.server_identity = "server-untrusted"}, OTLS_VERIFY_UNKNOWN_CA, 48, 0},
    {"no intermediate", {.server_identity = "server-noint"}, OTLS_VERIFY_UNKNOWN_CA, 48, 0},
    {"self-signed", {.server_identity = "server-selfsigned"}, OTLS_VERIFY_SELF_SIGNED, 48, 0},
    {"expired", {.server_identity = "server-expired"}, OTLS_VERIFY_EXPIRED, 45, 0},
    {"not yet valid", {.server_identity = "server-notyet"}, OTLS_VERIFY_NOT_YET_VALID, 45, 0},
    {"expired by the clock", {.now = 4102444800 /* 2100 */}, OTLS_VERIFY_EXPIRED, 45, 0},
    {"too early by the clock", {.now = 946684800 /* 2000 */}, OTLS_VERIFY_NOT_YET_VALID, 45, 0},
    {"a client's certificate", {.server_identity = "server-clientauth"}, OTLS_VERIFY_WRONG_PURPOSE, 43, 0},
};

ParameterizedTestParameters(verify, refused)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify, refused, .timeout = 120)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const verify_row *row = &refusals[i];
        pair p;

        pair_open(&p, &which, &row->options);
        pair_handshake(&p);
        cr_assert_eq(p.client_status, OTLS_E_VERIFY, "%s: %s: client says %s: %s",
                     pair_name(&which), row->what, otls_status_name(p.client_status),
                     p.client_error.text);
        cr_assert((p.client_error.verify_flags & row->flag) != 0, "%s: %s: flags 0x%x: %s",
                  pair_name(&which), row->what, p.client_error.verify_flags, p.client_error.text);
        cr_assert_eq(p.client_error.verify_depth, row->depth, "%s: %s: depth %d",
                     pair_name(&which), row->what, p.client_error.verify_depth);
        cr_assert_eq(p.client_error.alert, row->alert, "%s: %s: alert %d", pair_name(&which),
                     row->what, p.client_error.alert);
        cr_assert_eq(p.client_error.alert_received, 0);
        cr_assert(p.client_error.text[0] != '\0');
        cr_assert_eq(p.server_status, OTLS_E_ALERT, "%s: %s: server says %s: %s [%s]",
                     pair_name(&which), row->what, otls_status_name(p.server_status),
                     p.server_error.text, p.server_error.native_text);
        cr_assert_eq(p.server_error.alert, row->alert, "%s: %s: server got alert %d, not %d",
                     pair_name(&which), row->what, p.server_error.alert, row->alert);
        cr_assert_eq(p.server_error.alert_received, 1);
        pair_close(&p);
    }
}

static const verify_row accepted[] = {
    {"wildcard", {.server_name = "a.wild.test"}, 0, -1, 0},
    {"IPv4", {.server_name = "127.0.0.1"}, 0, -1, 0},
    {"IPv6", {.server_name = "::1"}, 0, -1, 0},
    {"IPv6, long form", {.server_name = "0:0:0:0:0:0:0:1"}, 0, -1, 0},
    {"wrong host, name check off", {.server_name = "other.test", .no_name_check = true}, 0, -1, 0},
    {"no host, name check off", {.server_name = "", .no_name_check = true}, 0, -1, 0},
    {"unknown CA, verification off",
     {.client_trust = "other-root", .no_verify = true},
     OTLS_VERIFY_NOT_CHECKED,
     -1, 0},
    {"expired, verification off",
     {.server_identity = "server-expired", .no_verify = true},
     OTLS_VERIFY_NOT_CHECKED,
     -1, 0},
    {"self-signed, its own root",
     {.server_identity = "server-selfsigned", .client_trust = "server-selfsigned"},
     0,
     -1, 0},
};

ParameterizedTestParameters(verify, accepted)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify, accepted, .timeout = 120)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        const verify_row *row = &accepted[i];
        pair p;

        pair_open(&p, &which, &row->options);
        pair_handshake(&p);
        cr_assert(p.client_status == OTLS_OK && p.server_status == OTLS_OK,
                  "%s: %s: client %s [%s], server %s [%s]", pair_name(&which), row->what,
                  p.client_error.text, p.client_error.native_text, p.server_error.text,
                  p.server_error.native_text);
        cr_assert_eq(otls_connection_verify_flags(p.client), row->flag);
        pair_transfer(p.client, p.server, 100, 1);
        pair_close(&p);
    }
}

/* A verifying client without a name to verify fails before a byte leaves. */
ParameterizedTestParameters(verify, name_needed)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify, name_needed, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    const pair_options options = {.server_name = ""};
    pair p;

    pair_open(&p, &which, &options);
    p.client_status = otls_connection_handshake(p.client, &p.client_error);
    cr_assert_eq(p.client_status, OTLS_E_USAGE);
    cr_assert_eq(p.client_error.code, OTLS_CODE_NO_SERVER_NAME);
    cr_assert_eq(p.wire.to_server.total, 0);
    /* and can be put right */
    cr_assert_eq(otls_connection_set_server_name(p.client, "localhost", NULL), OTLS_OK);
    pair_connect(&p);
    pair_close(&p);
}

/* ---- client certificates ---- */

typedef struct client_row {
    const char *what;
    pair_options options;
    otls_status server; /* OTLS_OK: accepted */
    uint32_t server_flags;
    int alert12, alert13;
} client_row;

static const client_row clients[] = {
    {"required, present",
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED, .client_identity = "client-ecdsa-p256"},
     OTLS_OK, 0, -1, -1},
    {"client certificate: required, present, RSA",
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED, .client_identity = "client-rsa-2048"},
     OTLS_OK, 0, -1, -1},
    {"required, present, Ed25519",
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED, .client_identity = "client-ed25519"},
     OTLS_OK, 0, -1, -1},
    {"optional, present",
     {.verify_mode = OTLS_VERIFY_MODE_OPTIONAL, .client_identity = "client-ecdsa-p256"},
     OTLS_OK, 0, -1, -1},
    {"optional, absent", {.verify_mode = OTLS_VERIFY_MODE_OPTIONAL}, OTLS_OK,
     OTLS_VERIFY_NOT_CHECKED, -1, -1},
    {"not asked for", {.client_identity = "client-ecdsa-p256"}, OTLS_OK, OTLS_VERIFY_NOT_CHECKED,
     -1, -1},
    {"required, absent", {.verify_mode = OTLS_VERIFY_MODE_REQUIRED}, OTLS_E_VERIFY,
     OTLS_VERIFY_MISSING, 40, 116},
    {"required, untrusted",
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED,
      .client_identity = "client-ecdsa-p256",
      .server_trust = "other-root"},
     OTLS_E_VERIFY, OTLS_VERIFY_UNKNOWN_CA, 48, 48},
    {"optional, untrusted",
     {.verify_mode = OTLS_VERIFY_MODE_OPTIONAL,
      .client_identity = "client-ecdsa-p256",
      .server_trust = "other-root"},
     OTLS_E_VERIFY, OTLS_VERIFY_UNKNOWN_CA, 48, 48},
    {"required, a server's certificate",
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED, .client_identity = "server-ecdsa-p256"},
     OTLS_E_VERIFY, OTLS_VERIFY_WRONG_PURPOSE, 43, 43},
};

static void assert_client_accepted(pair *p, const client_row *row)
{
    const bool presented = row->server_flags == 0;

    cr_assert(p->client_status == OTLS_OK && p->server_status == OTLS_OK,
              "%s: %s: client %s [%s], server %s [%s]", pair_name(&p->which), row->what,
              p->client_error.text, p->client_error.native_text, p->server_error.text,
              p->server_error.native_text);
    cr_assert_eq(otls_connection_verify_flags(p->server), row->server_flags);
    cr_assert_eq(otls_connection_peer_chain_count(p->server) != 0, presented, "%s: %s",
                 pair_name(&p->which), row->what);
    pair_transfer(p->client, p->server, 100, 1);
    pair_transfer(p->server, p->client, 100, 2);
}

static void assert_client_refused(pair *p, const client_row *row)
{
    const int alert = p->which.version == OTLS_TLS1_3 ? row->alert13 : row->alert12;

    cr_assert_eq(p->server_status, row->server, "%s: %s: server says %s: %s [%s]",
                 pair_name(&p->which), row->what, otls_status_name(p->server_status),
                 p->server_error.text, p->server_error.native_text);
    cr_assert((p->server_error.verify_flags & row->server_flags) != 0, "%s: %s: flags 0x%x",
              pair_name(&p->which), row->what, p->server_error.verify_flags);
    cr_assert_eq(p->server_error.alert, alert, "%s: %s: alert %d, not %d", pair_name(&p->which),
                 row->what, p->server_error.alert, alert);
    /* a TLS 1.3 client is done before the server judges: the refusal arrives with the first read */
    if (p->client_status == OTLS_OK)
        p->client_status = pair_read_end(p->client, p->server, &p->client_error);
    cr_assert_eq(p->client_status, OTLS_E_ALERT, "%s: %s: client says %s: %s",
                 pair_name(&p->which), row->what, otls_status_name(p->client_status),
                 p->client_error.text);
    cr_assert_eq(p->client_error.alert, alert, "%s: %s: client got alert %d, not %d",
                 pair_name(&p->which), row->what, p->client_error.alert, alert);
}

ParameterizedTestParameters(client_certificate, table)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, client_certificate, table, .timeout = 120)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        const divergence *differs = divergence_find(clients[i].what, &which);
        const char *identity = clients[i].options.client_identity;
        pair p;

        if (identity != NULL && strstr(identity, "ed25519") != NULL &&
            otls_backend_supports(which.server, OTLS_FEATURE_ED25519, NULL) == OTLS_NO)
            continue;
        pair_open(&p, &which, &clients[i].options);
        pair_handshake(&p);
        if (differs != NULL)
            cr_assert_eq((int)p.server_status, differs->expected, "%s: the divergence is gone",
                         pair_name(&which));
        else if (clients[i].server == OTLS_OK)
            assert_client_accepted(&p, &clients[i]);
        else
            assert_client_refused(&p, &clients[i]);
        pair_close(&p);
    }
}
