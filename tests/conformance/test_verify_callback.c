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

/* ---- the path of a refused chain ---- */

typedef struct path_row {
    const char *what;
    pair_options options;
    size_t length;
    size_t faulty; /* which of its certificates */
    uint32_t flag;
} path_row;

static const path_row path_rows[] = {
    {"good", {0}, 3, 0, 0},
    {"expired", {.server_identity = "server-expired"}, 3, 0, OTLS_VERIFY_EXPIRED},
    {"unknown", {.client_trust = "other-root"}, 2, 1, OTLS_VERIFY_UNKNOWN_CA},
    {"another name", {.server_identity = "server-othername"}, 3, 0, OTLS_VERIFY_NAME_MISMATCH},
};

typedef struct path_seen {
    size_t count;
    uint32_t flags[8];
    bool engines_rules;
} path_seen;

static otls_status look(otls_connection *conn, const otls_verdict *verdict, uint32_t *accepted,
                        void *user)
{
    path_seen *s = user;

    (void)conn;
    (void)accepted;
    s->count = otls_verdict_path_count(verdict);
    cr_assert_leq(s->count, sizeof(s->flags) / sizeof(s->flags[0]));
    for (size_t i = 0; i < s->count; i++) {
        cr_expect_not_null(otls_verdict_path(verdict, i));
        s->flags[i] = otls_verdict_path_flags(verdict, i);
    }
    cr_expect_null(otls_verdict_path(verdict, s->count));
    cr_expect_eq(otls_verdict_path_flags(verdict, s->count), 0u);
    return OTLS_OK;
}

static void use_look(pair *p, void *user)
{
    const path_seen *s = user;

    cr_assert_eq(otls_context_set_verify_callback(p->client_context, look, user, NULL), OTLS_OK);
    if (s->engines_rules)
        cr_assert_eq(otls_context_set_verifier(p->client_context, OTLS_VERIFIER_ENGINE, NULL), OTLS_OK);
}

static void expect_path(const char *name, const path_row *r, const path_seen *seen, const pair *p)
{
    const otls_verdict *verdict = otls_connection_verdict(p->client);

    cr_assert_not_null(verdict);
    /* GnuTLS' own verifier does not say which certificate leads nowhere */
    const size_t faulty = seen->engines_rules ? (size_t)otls_verdict_depth(verdict) : r->faulty;

    cr_expect_eq(seen->count, r->length, "%s: %s: %zu", name, r->what, seen->count);
    cr_assert_eq(otls_verdict_path_count(verdict), r->length, "%s: %s", name, r->what);
    for (size_t i = 0; i < r->length; i++) {
        const uint32_t flags = otls_verdict_path_flags(verdict, i);

        cr_expect_eq(flags, seen->flags[i]);
        cr_expect_eq(flags & r->flag, i == faulty ? r->flag : 0u, "%s: %s: %zu: 0x%x", name,
                     r->what, i, flags);
        if (i + 1 < r->length)
            cr_expect_str_eq(otls_certificate_issuer(otls_verdict_path(verdict, i)),
                             otls_certificate_subject(otls_verdict_path(verdict, i + 1)), "%s: %s",
                             name, r->what);
    }
    cr_expect(otls_certificate_equal(otls_verdict_path(verdict, 0),
                                     otls_connection_peer_chain(p->client, 0)));
}

ParameterizedTestParameters(verify_callback, path_of_a_refused_chain)
{
    return pair_parameters_short();
}

/* Whoever is refused: which path was tried is seen in the callback and afterwards, whosever rules decide. */
ParameterizedTest(size_t *index, verify_callback, path_of_a_refused_chain)
{
    const pair_case which = pair_case_short_at(*index);
    const bool has =
        otls_backend_supports(which.client, OTLS_FEATURE_ENGINE_VERIFIER, NULL) != OTLS_NO;

    for (size_t i = 0; i < sizeof(path_rows) / sizeof(path_rows[0]); i++)
        for (int engines_rules = 0; engines_rules <= (int)has; engines_rules++) {
            path_seen seen = {.engines_rules = engines_rules != 0};
            pair_options options = path_rows[i].options;
            pair p;

            options.setup = use_look;
            options.user = &seen;
            pair_open(&p, &which, &options);
            pair_handshake(&p);
            cr_expect_eq(p.client_status, path_rows[i].flag == 0 ? OTLS_OK : OTLS_E_VERIFY, "%s: %s",
                         pair_name(&which), p.client_error.text);
            expect_path(pair_name(&which), &path_rows[i], &seen, &p);
            pair_close(&p);
        }
}

ParameterizedTestParameters(verify_callback, refusals_stand_in_the_path)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, verify_callback, refusals_stand_in_the_path)
{
    const pair_case which = pair_case_short_at(*index);

    for (int each_one = 0; each_one < 2; each_one++) {
        script s = {.veto_at_once = true, .veto_at_leaf = true};
        const pair_options options = {.setup = each_one ? use_each : use_whole, .user = &s};
        const otls_verdict *verdict;
        pair p;

        pair_open(&p, &which, &options);
        pair_handshake(&p);
        verdict = otls_connection_verdict(p.client);
        cr_assert_not_null(verdict);
        cr_assert_eq(otls_verdict_path_count(verdict), 3u);
        for (size_t i = 0; i < 3; i++)
            cr_expect_eq(otls_verdict_path_flags(verdict, i),
                         i == (each_one ? 2u : 0u) ? (uint32_t)OTLS_VERIFY_REFUSED : 0u, "%s: %zu",
                         pair_name(&which), i);
        pair_close(&p);
    }
}
