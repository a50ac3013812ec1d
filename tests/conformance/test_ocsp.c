/* SPDX-License-Identifier: MIT */
/* Stapled OCSP responses: sent, received, judged, the same on every engine that carries them. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <omnitls/ocsp.h>
#include <omnitls/verify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has(const otls_backend *backend, otls_feature feature)
{
    return otls_backend_supports(backend, feature, NULL) != OTLS_NO;
}

/* Can the client ask for a staple in this version? Where it cannot: `not_asked`. */
static bool asks(const pair_case *which)
{
    return has(which->client, OTLS_FEATURE_OCSP_STAPLE_CLIENT) &&
           divergence_find("a stapled response", which) == NULL;
}

/* Can this pair carry a staple at all? */
static bool carries(const pair_case *which)
{
    return asks(which) && has(which->server, OTLS_FEATURE_OCSP_STAPLE_SERVER);
}

static uint8_t *read_response(const char *name, size_t *size)
{
    static uint8_t data[65536];
    char path[512];
    FILE *stream;

    (void)snprintf(path, sizeof(path), "%s/ocsp/%s.der", OTLS_TEST_PKI, name);
    stream = fopen(path, "rb");
    cr_assert(stream != NULL, "%s", path);
    *size = fread(data, 1, sizeof(data), stream);
    (void)fclose(stream);
    return data;
}

/* ---- what a row sets up -------------------------------------------------------------------- */

typedef enum from { FROM_NOWHERE, FROM_MEMORY, FROM_FILE, FROM_CALLBACK } from;

typedef struct row {
    const char *what;
    otls_ocsp_mode mode;
    from from;
    const char *response; /* ocsp/NAME.der */
    pair_options options;
    uint32_t crl_flags;
    uint32_t flags; /* 0 = accepted */
    int alert;
} row;

typedef struct served {
    const uint8_t *data;
    size_t size;
    unsigned calls;
} served;

static served serving;

static otls_status serve(otls_connection *conn, const otls_identity *identity,
                         const uint8_t **response, size_t *size, void *user)
{
    served *what = user;

    cr_assert(otls_connection_is_server(conn));
    cr_assert(otls_identity_chain_count(identity) != 0);
    what->calls++;
    *response = what->data;
    *size = what->size;
    return OTLS_OK;
}

static void set_up_server(otls_context *context, const row *r)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;
    char path[512];
    size_t size = 0;
    const uint8_t *data = r->response != NULL ? read_response(r->response, &size) : NULL;

    (void)snprintf(path, sizeof(path), "%s/ocsp/%s.der", OTLS_TEST_PKI, r->response);
    switch (r->from) {
    case FROM_NOWHERE:
        break;
    case FROM_MEMORY:
        status = otls_context_set_ocsp_response(context, NULL, data, size, &err);
        break;
    case FROM_FILE:
        status = otls_context_set_ocsp_response_file(context, NULL, path, &err);
        break;
    case FROM_CALLBACK:
        serving = (served){.data = data, .size = size};
        status = otls_context_set_ocsp_callback(context, serve, &serving, &err);
        break;
    }
    cr_assert_eq(status, OTLS_OK, "%s: %s", r->what, err.text);
}

static void set_up_client(otls_context *context, const row *r)
{
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_ocsp(context, r->mode, &err), OTLS_OK, "%s", err.text);
    if (r->crl_flags == 0)
        return;
    cr_assert_eq(otls_context_set_verify_flags(context, r->crl_flags, &err), OTLS_OK, "%s",
                 err.text);
    otls_trust *trust = test_trust("root");
    cr_assert_eq(otls_trust_add_crl_file(trust, OTLS_TEST_PKI "/int.crl", &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_context_set_trust(context, trust, &err), OTLS_OK);
    otls_trust_free(trust);
}

static void set_up(pair *p, void *user)
{
    const row *r = user;

    set_up_server(p->server_context, r);
    set_up_client(p->client_context, r);
}

#define BAD OTLS_VERIFY_STAPLE
#define YEAR_2047 2430000000

static const row rows[] = {
    /* accepted */
    {"good, from memory", OTLS_OCSP_REQUIRED, FROM_MEMORY, "server-ecdsa-p256", {0}, 0, 0, -1},
    {"good, from a file", OTLS_OCSP_REQUIRED, FROM_FILE, "server-ecdsa-p256", {0}, 0, 0, -1},
    {"good, from a callback",
     OTLS_OCSP_REQUIRED,
     FROM_CALLBACK,
     "server-ecdsa-p256",
     {0},
     0,
     0,
     -1},
    {"good, not required", OTLS_OCSP_IF_PRESENT, FROM_MEMORY, "server-ecdsa-p256", {0}, 0, 0, -1},
    {"good, delegated", OTLS_OCSP_REQUIRED, FROM_MEMORY, "delegate", {0}, 0, 0, -1},
    {"good, SHA-256", OTLS_OCSP_REQUIRED, FROM_MEMORY, "sha256", {0}, 0, 0, -1},
    {"good, responder by key", OTLS_OCSP_REQUIRED, FROM_MEMORY, "keyid", {0}, 0, 0, -1},
    {"good, two certificates", OTLS_OCSP_REQUIRED, FROM_MEMORY, "both", {0}, 0, 0, -1},
    {"none, not required", OTLS_OCSP_IF_PRESENT, FROM_NOWHERE, NULL, {0}, 0, 0, -1},
    {"must-staple and good",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "server-muststaple",
     {.server_identity = "server-muststaple"},
     0,
     0,
     -1},
    /* nobody asked: whatever is there does not count */
    {"revoked, off",
     OTLS_OCSP_OFF,
     FROM_MEMORY,
     "server-revoked",
     {.server_identity = "server-revoked"},
     0,
     0,
     -1},
    {"must-staple, off",
     OTLS_OCSP_OFF,
     FROM_NOWHERE,
     NULL,
     {.server_identity = "server-muststaple"},
     0,
     0,
     -1},
    /* refused */
    {"none, required", OTLS_OCSP_REQUIRED, FROM_NOWHERE, NULL, {0}, 0, BAD, 113},
    {"an empty answer of the callback", OTLS_OCSP_REQUIRED, FROM_CALLBACK, NULL, {0}, 0, BAD, 113},
    {"must-staple and none",
     OTLS_OCSP_IF_PRESENT,
     FROM_NOWHERE,
     NULL,
     {.server_identity = "server-muststaple"},
     0,
     BAD,
     113},
    {"revoked",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "server-revoked",
     {.server_identity = "server-revoked"},
     0,
     OTLS_VERIFY_REVOKED,
     44},
    {"unknown",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "server-unknown",
     {.server_identity = "server-unknown"},
     0,
     BAD | OTLS_VERIFY_REVOCATION_UNKNOWN,
     113},
    {"expired",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "server-ecdsa-p256",
     {.now = YEAR_2047},
     0,
     BAD,
     113},
    {"not yet valid",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "server-ecdsa-p256",
     {.now = 1710000000 /* 2024 */},
     0,
     BAD,
     113},
    {"about another certificate",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "server-rsa-2048",
     {0},
     0,
     BAD,
     113},
    {"signed by another authority's responder",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "delegate-other",
     {0},
     0,
     BAD,
     113},
    {"signed by no responder",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "delegate-noeku",
     {0},
     0,
     BAD,
     113},
    {"signed by an expired responder",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "delegate-expired",
     {0},
     0,
     BAD,
     113},
    {"signed by a responder that is not there",
     OTLS_OCSP_IF_PRESENT,
     FROM_MEMORY,
     "delegate-nocert",
     {0},
     0,
     BAD,
     113},
    {"signed with SHA-1", OTLS_OCSP_IF_PRESENT, FROM_MEMORY, "sha1", {0}, 0, BAD, 113},
    {"the responder's error", OTLS_OCSP_IF_PRESENT, FROM_CALLBACK, "trylater", {0}, 0, BAD, 113},
    /* with a CRL as well: both must be content */
    {"CRL and response good",
     OTLS_OCSP_REQUIRED,
     FROM_MEMORY,
     "server-ecdsa-p256",
     {0},
     OTLS_VERIFY_OPTION_CRL_LEAF,
     0,
     -1},
    {"CRL says revoked, no response",
     OTLS_OCSP_IF_PRESENT,
     FROM_NOWHERE,
     NULL,
     {.server_identity = "server-revoked"},
     OTLS_VERIFY_OPTION_CRL_LEAF,
     OTLS_VERIFY_REVOKED,
     44},
    {"CRL good, no response",
     OTLS_OCSP_REQUIRED,
     FROM_NOWHERE,
     NULL,
     {0},
     OTLS_VERIFY_OPTION_CRL_LEAF,
     BAD,
     113},
    {"response good, no CRL of the root",
     OTLS_OCSP_REQUIRED,
     FROM_MEMORY,
     "server-ecdsa-p256",
     {0},
     OTLS_VERIFY_OPTION_CRL_CHAIN,
     OTLS_VERIFY_REVOCATION_UNKNOWN,
     46},
};

/* ---- the checks ---------------------------------------------------------------------------- */

static void expect_response(const otls_connection *conn, const row *r)
{
    const bool there = r->mode != OTLS_OCSP_OFF && r->response != NULL;
    size_t size, sent = 0;
    const uint8_t *got = otls_connection_ocsp_response(conn, &size);
    const uint8_t *data = r->response != NULL ? read_response(r->response, &sent) : NULL;

    cr_assert_eq(got != NULL, there, "%s", r->what);
    if (there)
        cr_assert(size == sent && memcmp(got, data, size) == 0, "%s", r->what);
    else
        cr_assert_eq(size, 0);
}

static void expect_refused(pair *p, const row *r)
{
    cr_assert_eq(p->client_status, OTLS_E_VERIFY, "%s: %s: client says %s: %s [%s]",
                 pair_name(&p->which), r->what, otls_status_name(p->client_status),
                 p->client_error.text, p->client_error.native_text);
    cr_assert_eq(p->client_error.verify_flags, r->flags, "%s: %s: flags 0x%x: %s",
                 pair_name(&p->which), r->what, p->client_error.verify_flags, p->client_error.text);
    cr_assert_eq(p->client_error.alert, r->alert, "%s: %s: alert %d, not %d", pair_name(&p->which),
                 r->what, p->client_error.alert, r->alert);
    cr_assert_neq(p->client_error.text[0], '\0');
    if (p->server_status >= 0)
        p->server_status = pair_read_end(p->server, p->client, &p->server_error);
    cr_assert_eq(p->server_status, OTLS_E_ALERT, "%s: %s: server says %s: %s [%s]",
                 pair_name(&p->which), r->what, otls_status_name(p->server_status),
                 p->server_error.text, p->server_error.native_text);
    cr_assert_eq(p->server_error.alert, r->alert, "%s: %s: server got alert %d, not %d",
                 pair_name(&p->which), r->what, p->server_error.alert, r->alert);
}

static void expect_accepted(pair *p, const row *r)
{
    cr_assert(p->client_status == OTLS_OK && p->server_status == OTLS_OK,
              "%s: %s: client %s: %s [%s], server %s: %s [%s]", pair_name(&p->which), r->what,
              otls_status_name(p->client_status), p->client_error.text, p->client_error.native_text,
              otls_status_name(p->server_status), p->server_error.text,
              p->server_error.native_text);
    cr_assert_eq(otls_connection_verify_flags(p->client), 0);
    pair_transfer(p->client, p->server, 1000, 1);
    pair_transfer(p->server, p->client, 1000, 2);
}

/* Of wolfSSL, servers staple nothing, and clients ask in TLS 1.3 alone. */
static bool applies(const row *r, const pair_case *which)
{
    return carries(which) ||
           (r->mode == OTLS_OCSP_OFF &&
            (r->from == FROM_NOWHERE || has(which->server, OTLS_FEATURE_OCSP_STAPLE_SERVER))) ||
           (r->from == FROM_NOWHERE && asks(which));
}

/* Then it is as if the server had none. */
static bool held_back(const row *r, const pair_case *which)
{
    return strcmp(r->what, "about another certificate") == 0 &&
           divergence_find("a stapled response about another certificate", which) != NULL;
}

ParameterizedTestParameters(ocsp, table)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ocsp, table)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pair_options options = rows[i].options;
        row r = rows[i];
        pair p;

        if (!applies(&r, &which))
            continue;
        if (held_back(&r, &which))
            r.flags = 0;
        options.setup = set_up;
        options.user = &r;
        pair_open(&p, &which, &options);
        pair_handshake(&p);
        if (r.flags != 0)
            expect_refused(&p, &r);
        else
            expect_accepted(&p, &r);
        if (held_back(&r, &which))
            r.response = NULL;
        if ((r.flags & OTLS_VERIFY_REVOCATION_UNKNOWN) == 0)
            expect_response(p.client, &r);
        if (r.from == FROM_CALLBACK)
            cr_assert_eq(serving.calls, 1, "%s: %s: %u calls", pair_name(&which), r.what,
                         serving.calls);
        pair_close(&p);
    }
}

/* ---- a client that cannot ask in one of its versions ----------------------------------------- */

ParameterizedTestParameters(ocsp, not_asked)
{
    return pair_parameters_short();
}

/* It would go on without what the certificate demands: its context is refused, whatever else it allows. */
ParameterizedTest(size_t *index, ocsp, not_asked)
{
    static const uint16_t highest[] = {OTLS_TLS1_2, OTLS_TLS1_3};
    const pair_case which = pair_case_short_at(*index);
    const divergence *row = divergence_find("a stapled response", &which);

    for (size_t i = 0; row != NULL && i < sizeof(highest) / sizeof(highest[0]); i++) {
        otls_context *context;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_context_new(&context, which.client, OTLS_CLIENT, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_versions(context, which.version, highest[i], &err), OTLS_OK);
        cr_assert_eq(otls_context_set_ocsp(context, OTLS_OCSP_IF_PRESENT, &err), OTLS_OK, "%s",
                     err.text);
        cr_assert_eq(otls_context_seal(context, &err), (otls_status)row->expected, "%s: %s",
                     pair_name(&which), err.text);
        cr_assert_not_null(strstr(err.text, "lowest version"), "%s", err.text);
        otls_context_free(context);
    }
}

/* ---- who forgives one fault has seen the others ---------------------------------------------- */

typedef struct forgiving {
    const char *what, *identity, *response, *trust, *name;
    uint32_t forgiven, flags;
    int alert;
    row set_up;
    uint32_t seen;
} forgiving;

static const forgiving forgiving_rows[] = {
    {.what = "another name, revoked",
     .identity = "server-revoked",
     .response = "server-revoked",
     .name = "other.test",
     .forgiven = OTLS_VERIFY_NAME_MISMATCH,
     .flags = OTLS_VERIFY_NAME_MISMATCH | OTLS_VERIFY_REVOKED,
     .alert = 44},
    {.what = "another name, must-staple and none",
     .identity = "server-muststaple",
     .name = "other.test",
     .forgiven = OTLS_VERIFY_NAME_MISMATCH,
     .flags = OTLS_VERIFY_NAME_MISMATCH | BAD,
     .alert = 42},
    {.what = "unknown authority, revoked",
     .identity = "server-revoked",
     .response = "server-revoked",
     .trust = "other-root",
     .forgiven = OTLS_VERIFY_UNKNOWN_CA,
     .flags = OTLS_VERIFY_UNKNOWN_CA | OTLS_VERIFY_REVOKED,
     .alert = 44},
    {.what = "unknown authority, must-staple and none",
     .identity = "server-muststaple",
     .trust = "other-root",
     .forgiven = OTLS_VERIFY_UNKNOWN_CA,
     .flags = OTLS_VERIFY_UNKNOWN_CA | BAD,
     .alert = 48},
    {.what = "another name, good",
     .identity = "server-ecdsa-p256",
     .response = "server-ecdsa-p256",
     .name = "other.test",
     .forgiven = OTLS_VERIFY_NAME_MISMATCH,
     .flags = OTLS_VERIFY_NAME_MISMATCH},
};

static otls_status forgive_whole(otls_connection *conn, const otls_verdict *verdict,
                                 uint32_t *accepted, void *user)
{
    forgiving *f = user;

    (void)conn;
    f->seen = otls_verdict_flags(verdict);
    *accepted = f->forgiven;
    return OTLS_OK;
}

static otls_status forgive_each(otls_connection *conn, const otls_certificate *certificate,
                                int32_t depth, uint32_t flags, uint32_t *accepted, void *user)
{
    forgiving *f = user;

    (void)conn;
    (void)certificate;
    (void)depth;
    f->seen |= flags;
    *accepted = f->forgiven;
    return OTLS_OK;
}

static void forgive_by_whole(pair *p, void *user)
{
    forgiving *f = user;

    set_up(p, &f->set_up);
    cr_assert_eq(otls_context_set_verify_callback(p->client_context, forgive_whole, f, NULL),
                 OTLS_OK);
}

static void forgive_by_each(pair *p, void *user)
{
    forgiving *f = user;

    set_up(p, &f->set_up);
    cr_assert_eq(
        otls_context_set_verify_certificate_callback(p->client_context, forgive_each, f, NULL),
        OTLS_OK);
}

static void forgive(const pair_case *which, forgiving f, bool by_each)
{
    const pair_options options = {.server_identity = f.identity,
                                  .client_trust = f.trust,
                                  .server_name = f.name,
                                  .setup = by_each ? forgive_by_each : forgive_by_whole,
                                  .user = &f};
    pair p;

    f.set_up = (row){.what = f.what,
                     .mode = OTLS_OCSP_IF_PRESENT,
                     .from = f.response != NULL ? FROM_MEMORY : FROM_NOWHERE,
                     .response = f.response};
    pair_open(&p, which, &options);
    pair_handshake(&p);
    cr_assert_eq(f.seen, f.flags, "%s: %s: shown 0x%x", pair_name(which), f.what, f.seen);
    if (f.alert == 0) {
        cr_assert_eq(p.client_status, OTLS_OK, "%s: %s: %s", pair_name(which), f.what,
                     p.client_error.text);
    } else {
        cr_assert_eq(p.client_status, OTLS_E_VERIFY, "%s: %s: %s", pair_name(which), f.what,
                     otls_status_name(p.client_status));
        /* what was wrong with another certificate alone is forgiven there */
        cr_assert_eq(p.client_error.verify_flags | f.forgiven, f.flags, "%s: %s: 0x%x",
                     pair_name(which), f.what, p.client_error.verify_flags);
        cr_assert(by_each || p.client_error.alert == f.alert, "%s: %s: alert %d", pair_name(which),
                  f.what, p.client_error.alert);
    }
    pair_close(&p);
}

ParameterizedTestParameters(ocsp, forgiving)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ocsp, forgiving)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(forgiving_rows) / sizeof(forgiving_rows[0]); i++) {
        const forgiving *f = &forgiving_rows[i];

        if (f->response != NULL ? !carries(&which) : !asks(&which))
            continue;
        forgive(&which, *f, false);
        forgive(&which, *f, true);
    }
}

/* Every key, and what the server says it sent. */
static void set_up_any(pair *p, void *user)
{
    row r = {
        .what = "every key", .mode = OTLS_OCSP_REQUIRED, .from = FROM_MEMORY, .response = user};

    set_up(p, &r);
}

ParameterizedTestParameters(ocsp, every_key)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, ocsp, every_key)
{
    const pair_case which = pair_case_at(*index);
    char name[64];
    const pair_options options = {.setup = set_up_any, .user = name};
    const uint8_t *data, *sent;
    size_t size, sent_size;
    pair p;

    if (!carries(&which))
        return;
    (void)snprintf(name, sizeof(name), "server-%s", which.key);
    pair_open(&p, &which, &options);
    pair_connect(&p);
    data = otls_connection_ocsp_response(p.client, &size);
    sent = otls_connection_ocsp_response(p.server, &sent_size);
    cr_assert(data != NULL && sent != NULL && size == sent_size && memcmp(data, sent, size) == 0,
              "%s", pair_name(&which));
    pair_close(&p);
}

/* ---- one response for each identity, and copies of contexts --------------------------------- */

static void set_up_two(pair *p, void *user)
{
    otls_identity *identity = test_identity(p->which.server, "server-alpha");
    otls_context *copy;
    otls_error err = OTLS_ERROR_INIT;
    const uint8_t *data;
    size_t size;

    cr_assert_eq(otls_context_add_identity(p->server_context, identity, &err), OTLS_OK);
    data = read_response("server-ecdsa-p256", &size);
    cr_assert_eq(otls_context_set_ocsp_response(p->server_context, NULL, data, size, &err), OTLS_OK,
                 "%s", err.text);
    data = read_response("server-alpha", &size);
    cr_assert_eq(otls_context_set_ocsp_response(p->server_context, identity, data, size, &err),
                 OTLS_OK, "%s", err.text);
    otls_identity_free(identity);
    cr_assert_eq(otls_context_copy(&copy, p->server_context, &err), OTLS_OK);
    otls_context_free(p->server_context);
    p->server_context = copy;
    if (user != NULL) /* take both away */
        cr_assert_eq(otls_context_set_ocsp_response(copy, NULL, NULL, 0, &err), OTLS_OK);
    cr_assert_eq(otls_context_set_ocsp(p->client_context, OTLS_OCSP_IF_PRESENT, &err), OTLS_OK);
}

static void expect_staple(const pair_case *which, const char *host, const char *name, void *user)
{
    const pair_options options = {.setup = set_up_two, .user = user, .server_name = host};
    const uint8_t *data, *want;
    size_t size, want_size = 0;
    pair p;

    pair_open(&p, which, &options);
    pair_connect(&p);
    data = otls_connection_ocsp_response(p.client, &size);
    want = name != NULL ? read_response(name, &want_size) : NULL;
    cr_assert(size == want_size && (size == 0 || memcmp(data, want, size) == 0), "%s: %s",
              pair_name(which), host);
    pair_close(&p);
}

ParameterizedTestParameters(ocsp, identities)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, ocsp, identities)
{
    const pair_case which = pair_case_short_at(*index);

    if (!carries(&which))
        return;
    expect_staple(&which, "localhost", "server-ecdsa-p256", NULL);
    expect_staple(&which, "alpha.test", "server-alpha", NULL);
    expect_staple(&which, "localhost", NULL, (void *)1);
    expect_staple(&which, "alpha.test", "server-alpha", (void *)1);
}

/* ---- of one connection ----------------------------------------------------------------------- */

ParameterizedTestParameters(ocsp, of_one_connection)
{
    return pair_parameters_short();
}

/* One connection demands and one staples; the contexts know nothing of either. */
ParameterizedTest(size_t *index, ocsp, of_one_connection)
{
    const pair_case which = pair_case_short_at(*index);
    const uint8_t *data;
    otls_context *own;
    otls_error err = OTLS_ERROR_INIT;
    size_t size;
    pair p;

    if (!carries(&which))
        return;
    for (int staples = 0; staples < 2; staples++) {
        pair_open(&p, &which, NULL);
        cr_assert_eq(otls_connection_own_context(p.client, &own, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_context_set_ocsp(own, OTLS_OCSP_REQUIRED, &err), OTLS_OK, "%s", err.text);
        data = read_response("server-ecdsa-p256", &size);
        cr_assert_eq(otls_connection_own_context(p.server, &own, &err), OTLS_OK, "%s", err.text);
        if (staples)
            cr_assert_eq(otls_context_set_ocsp_response(own, NULL, data, size, &err), OTLS_OK, "%s",
                         err.text);
        pair_handshake(&p);
        cr_expect_eq(p.client_status, staples ? OTLS_OK : OTLS_E_VERIFY, "%s: %s", pair_name(&which),
                     p.client_error.text);
        (void)otls_connection_ocsp_response(p.client, &size);
        cr_expect_eq(size != 0, staples != 0, "%s", pair_name(&which));
        pair_close(&p);
    }
    pair_open(&p, &which, NULL);
    pair_connect(&p);
    (void)otls_connection_ocsp_response(p.client, &size);
    cr_expect_eq(size, 0, "%s", pair_name(&which));
    pair_close(&p);
}
