/* SPDX-License-Identifier: MIT */
/* The application's say in the verdict, on both sides, over every pair. */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>

typedef struct script {
    bool on_server; /* whose callback */
    bool veto_at_leaf, veto_at_once;
    bool accept;           /* name exactly what is wrong */
    uint32_t accept_wrong; /* name this instead */
    unsigned wait;
    unsigned calls, whole_calls;
    int32_t depths[16];
    uint32_t flags[16];
    uint32_t whole;
} script;

static otls_status each(otls_connection *conn, const otls_certificate *certificate, int32_t depth,
                        uint32_t flags, uint32_t *accepted, void *user)
{
    script *s = user;

    cr_assert_eq(otls_connection_is_server(conn), s->on_server);
    cr_assert_not_null(certificate);
    cr_assert_lt(s->calls, 16u);
    s->depths[s->calls] = depth;
    s->flags[s->calls++] = flags;
    if (depth == 0)
        cr_assert_not_null(
            strstr(otls_certificate_subject(certificate), s->on_server ? "Test Client" : ""));
    if (s->veto_at_once || (s->veto_at_leaf && depth == 0))
        return OTLS_E_VERIFY;
    *accepted = s->accept ? flags : s->accept_wrong;
    return OTLS_OK;
}

static otls_status whole(otls_connection *conn, const otls_verdict *verdict, uint32_t *accepted,
                         void *user)
{
    script *s = user;

    (void)conn;
    s->whole = otls_verdict_flags(verdict);
    if (s->whole_calls++ < s->wait)
        return OTLS_WANT_ASYNC;
    if (s->veto_at_leaf)
        return OTLS_E_VERIFY;
    *accepted = s->accept ? s->whole : s->accept_wrong;
    return OTLS_OK;
}

static void use_each(pair *p, void *user)
{
    const script *s = user;

    cr_assert_eq(otls_context_set_verify_certificate_callback(
                     s->on_server ? p->server_context : p->client_context, each, user, NULL),
                 OTLS_OK);
}

static void use_whole(pair *p, void *user)
{
    const script *s = user;

    cr_assert_eq(otls_context_set_verify_callback(
                     s->on_server ? p->server_context : p->client_context, whole, user, NULL),
                 OTLS_OK);
}

typedef struct row {
    const char *what;
    script script;
    pair_options options;
    otls_status status;
    uint32_t flags; /* at least one of them in the failure; 0 = verified in the end */
    int alert;
} row;

static const row rows[] = {
    {"good", {.accept = false}, {0}, OTLS_OK, 0, -1},
    {"good, refused", {.veto_at_leaf = true}, {0}, OTLS_E_VERIFY, OTLS_VERIFY_REFUSED, 46},
    {"expired",
     {.accept = false},
     {.server_identity = "server-expired"},
     OTLS_E_VERIFY,
     OTLS_VERIFY_EXPIRED,
     45},
    {"expired, accepted", {.accept = true}, {.server_identity = "server-expired"}, OTLS_OK, 0, -1},
    {"expired, another fault forgiven",
     {.accept_wrong = OTLS_VERIFY_UNKNOWN_CA},
     {.server_identity = "server-expired"},
     OTLS_E_VERIFY,
     OTLS_VERIFY_EXPIRED,
     45},
    {"expired, everything forgiven",
     {.accept_wrong = 0xffffffffu},
     {.server_identity = "server-expired"},
     OTLS_E_VERIFY,
     OTLS_VERIFY_EXPIRED,
     45},
    {"unknown, accepted", {.accept = true}, {.client_trust = "other-root"}, OTLS_OK, 0, -1},
    {"self-signed, accepted",
     {.accept = true},
     {.server_identity = "server-selfsigned"},
     OTLS_OK,
     0,
     -1},
    {"another name, accepted",
     {.accept = true},
     {.server_identity = "server-othername"},
     OTLS_OK,
     0,
     -1},
    {"client: good",
     {.on_server = true},
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED, .client_identity = "client-ecdsa-p256"},
     OTLS_OK,
     0,
     -1},
    {"client: refused",
     {.on_server = true, .veto_at_leaf = true},
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED, .client_identity = "client-ecdsa-p256"},
     OTLS_E_VERIFY,
     OTLS_VERIFY_REFUSED,
     46},
    {"client: unknown, accepted",
     {.on_server = true, .accept = true},
     {.verify_mode = OTLS_VERIFY_MODE_REQUIRED,
      .client_identity = "client-ecdsa-p256",
      .server_trust = "other-root"},
     OTLS_OK,
     0,
     -1},
};

static void run(const pair_case *which, const row *r, bool per_certificate)
{
    script s = r->script;
    pair_options options = r->options;
    pair p;

    options.setup = per_certificate ? use_each : use_whole;
    options.user = &s;
    pair_open(&p, which, &options);
    pair_handshake(&p);
    const otls_status status = s.on_server ? p.server_status : p.client_status;
    const otls_error *err = s.on_server ? &p.server_error : &p.client_error;
    const otls_connection *conn = s.on_server ? p.server : p.client;

    cr_assert_eq(status, r->status, "%s: %s (%d): %s %s", pair_name(which), r->what,
                 per_certificate, otls_status_name(status), err->text);
    if (per_certificate) {
        cr_assert_gt(s.calls, 0u);
        for (unsigned i = 0; i < s.calls; i++)
            cr_assert_eq(s.depths[i], (int32_t)(s.calls - 1 - i), "%s: %s", pair_name(which),
                         r->what);
    } else {
        cr_assert_eq(s.whole_calls, 1u);
    }
    if (r->status == OTLS_OK) {
        cr_assert_eq(otls_connection_verify_flags(conn), 0u);
        pair_transfer(p.client, p.server, 100, 1);
    } else {
        cr_assert_neq(err->verify_flags & r->flags, 0u, "%s: %s: 0x%x", pair_name(which), r->what,
                      err->verify_flags);
        cr_assert_eq(err->alert, r->alert, "%s: %s: alert %d", pair_name(which), r->what,
                     err->alert);
    }
    pair_close(&p);
}

ParameterizedTestParameters(verify_callback, each_certificate)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify_callback, each_certificate)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run(&which, &rows[i], true);
}

ParameterizedTestParameters(verify_callback, whole_verdict)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify_callback, whole_verdict)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run(&which, &rows[i], false);
}

/* "Not yet": waits where the engine can, fails naming the engine where it cannot. */
ParameterizedTestParameters(verify_callback, waits)
{
    return pair_parameters_short();
}

static void wait_on(const pair_case *which, bool on_server)
{
    const otls_backend *engine = on_server ? which->server : which->client;
    const otls_support support = otls_backend_supports(engine, OTLS_FEATURE_ASYNC_VERIFY, NULL);
    const bool can = support == OTLS_YES || (support == OTLS_PARTLY && !on_server);
    script s = {.on_server = on_server, .wait = 3};
    const pair_options options = {.setup = use_whole,
                                  .user = &s,
                                  .verify_mode =
                                      on_server ? OTLS_VERIFY_MODE_REQUIRED : OTLS_VERIFY_MODE_NONE,
                                  .client_identity = on_server ? "client-ecdsa-p256" : NULL};
    pair p;

    pair_open(&p, which, &options);
    pair_handshake(&p);
    const otls_status status = on_server ? p.server_status : p.client_status;
    const otls_error *err = on_server ? &p.server_error : &p.client_error;

    if (can) {
        cr_assert_eq(status, OTLS_OK, "%s: %s [%s]", pair_name(which), err->text, err->native_text);
        cr_assert_eq(s.whole_calls, 4u);
        pair_transfer(p.client, p.server, 100, 1);
        pair_transfer(p.server, p.client, 100, 2);
    } else {
        cr_assert_eq(status, OTLS_E_UNSUPPORTED, "%s: %s", pair_name(which), err->text);
        cr_assert_not_null(strstr(err->text, otls_backend_name(engine)), "%s", err->text);
        cr_assert_eq(s.whole_calls, 1u);
    }
    pair_close(&p);
}

ParameterizedTest(size_t *index, verify_callback, waits)
{
    const pair_case which = pair_case_short_at(*index);

    wait_on(&which, false);
    wait_on(&which, true);
}

/* With verification off the callback still sees the chain and may refuse it. */
ParameterizedTestParameters(verify_callback, without_verification)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify_callback, without_verification)
{
    const pair_case which = pair_case_short_at(*index);

    for (int refuse = 0; refuse < 2; refuse++) {
        script s = {.veto_at_leaf = refuse != 0, .accept = true};
        const pair_options options = {.setup = use_whole, .user = &s, .no_verify = true};
        pair p;

        pair_open(&p, &which, &options);
        pair_handshake(&p);
        cr_assert_eq(s.whole, (uint32_t)OTLS_VERIFY_NOT_CHECKED);
        cr_assert_eq(p.client_status, refuse ? OTLS_E_VERIFY : OTLS_OK, "%s: %s", pair_name(&which),
                     p.client_error.text);
        /* accepting does not make verified what nobody has verified */
        if (!refuse)
            cr_assert_eq(otls_connection_verify_flags(p.client), (uint32_t)OTLS_VERIFY_NOT_CHECKED);
        pair_close(&p);
    }
}

ParameterizedTestParameters(verify_callback, asked_until_refused)
{
    return pair_parameters_short();
}

/* As in OpenSSL: after a refusal nothing more is asked, and the path that was found can be seen. */
ParameterizedTest(size_t *index, verify_callback, asked_until_refused)
{
    const pair_case which = pair_case_short_at(*index);
    script s = {.veto_at_once = true};
    const pair_options options = {.setup = use_each, .user = &s};
    pair p;

    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_assert_eq(p.client_status, OTLS_E_VERIFY, "%s: %s", pair_name(&which), p.client_error.text);
    cr_expect_eq(s.calls, 1u, "%s: asked %u times", pair_name(&which), s.calls);
    cr_expect_eq(s.depths[0], 2, "the root");
    cr_expect_eq(p.client_error.verify_depth, 2, "%s: %d", pair_name(&which),
                 p.client_error.verify_depth);
    cr_expect_neq(otls_connection_verify_flags(p.client) & OTLS_VERIFY_REFUSED, 0u);
    pair_close(&p);
}
