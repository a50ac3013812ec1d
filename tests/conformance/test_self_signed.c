/* SPDX-License-Identifier: MIT */
/* A throw-away identity: its certificate, whole and its own, and handshakes with it, trusted by pin. */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>
#include <time.h>

#define DAY 86400

static const char *const names[] = {"localhost", "Throw-Away.Test", "127.0.0.1", "::1"};

static otls_identity *make(const otls_backend *engine)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = NULL;

    test_needs_key(engine, "server-ed25519");
    cr_assert_eq(otls_identity_self_signed(&identity, engine, names, 4, 7, &err), OTLS_OK, "%s",
                 err.text);
    return identity;
}

/* With itself as the only anchor, by all of RFC 5280's rules; 0 = accepted. */
static uint32_t verify(const otls_backend *engine, const otls_certificate *cert, const char *name)
{
    otls_verify_parameters how = OTLS_VERIFY_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust = NULL;
    otls_verdict *verdict = NULL;
    uint32_t flags;

    how.backend = engine;
    how.name = name;
    how.time = (int64_t)time(NULL);
    how.options = OTLS_VERIFY_OPTION_STRICT;
    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_certificate(trust, cert, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_trust_verify(trust, &cert, 1, &how, &verdict, &err), OTLS_OK, "%s", err.text);
    flags = otls_verdict_flags(verdict);
    otls_verdict_free(verdict);
    otls_trust_free(trust);
    return flags;
}

Test(self_signed, certificate)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    for (size_t i = 0; i < count; i++) {
        otls_identity *identity = make(engines[i]);
        const otls_certificate *cert = otls_identity_chain(identity, 0);
        const int64_t now = (int64_t)time(NULL);
        const int64_t begin = otls_certificate_not_before(cert), end = otls_certificate_not_after(cert);
        unsigned usage = 0;

        cr_assert_eq(otls_identity_chain_count(identity), 1);
        cr_assert_eq(otls_certificate_version(cert), 3);
        cr_assert_str_eq(otls_certificate_key_type(cert), "ED25519");
        cr_assert_str_eq(otls_certificate_subject(cert), otls_certificate_issuer(cert));
        cr_assert(strstr(otls_certificate_subject(cert), "omnitls ") != NULL);
        cr_assert(begin <= now - 3590 && begin >= now - 3700, "begins %lld s ago", (long long)(now - begin));
        cr_assert(end <= now + 7 * DAY && end >= now + 7 * DAY - 60);
        cr_assert(otls_certificate_key_usage(cert, &usage) && usage == OTLS_KU_DIGITAL_SIGNATURE);
        cr_assert(!otls_certificate_is_ca(cert));
        cr_assert(!otls_certificate_has_malformed_extension(cert));
        cr_assert_eq(otls_certificate_san_count(cert), 4);
        for (size_t n = 0; n < 4; n++)
            cr_assert_eq(verify(engines[i], cert, names[n]), 0, "%s: 0x%x", names[n],
                         verify(engines[i], cert, names[n]));
        cr_assert_eq(verify(engines[i], cert, "elsewhere.test"), OTLS_VERIFY_NAME_MISMATCH);
        otls_identity_free(identity);
    }
}

/* Two have nothing in common: a key that comes again would be one that others know. */
Test(self_signed, never_twice)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    for (size_t i = 0; i < count; i++) {
        otls_identity *one = make(engines[i]), *other = make(engines[i]);
        const otls_certificate *a = otls_identity_chain(one, 0), *b = otls_identity_chain(other, 0);
        char pins[2][64];

        cr_assert_str_neq(otls_certificate_serial(a), otls_certificate_serial(b));
        cr_assert_str_neq(otls_certificate_subject(a), otls_certificate_subject(b));
        cr_assert_eq(otls_certificate_pin(a, engines[i], pins[0], NULL), OTLS_OK);
        cr_assert_eq(otls_certificate_pin(b, engines[i], pins[1], NULL), OTLS_OK);
        cr_assert_str_neq(pins[0], pins[1]);
        otls_identity_free(one);
        otls_identity_free(other);
    }
}

/* The server presents one, the client trusts it (or another, which has a key of its own). */
static void present(pair *p, void *user)
{
    const bool *const other = user;
    otls_identity *mine = make(p->which.server), *theirs = make(p->which.server);
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust = NULL;

    cr_assert_eq(otls_context_add_identity(p->server_context, mine, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_certificate(trust, otls_identity_chain(*other ? theirs : mine, 0), &err),
                 OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_trust(p->client_context, trust, &err), OTLS_OK, "%s", err.text);
    otls_trust_free(trust);
    otls_identity_free(mine);
    otls_identity_free(theirs);
}

ParameterizedTestParameters(self_signed, handshake)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, self_signed, handshake)
{
    const pair_case which = pair_case_short_at(*index);
    bool other = false;
    const pair_options options = {.no_server_identity = true, .setup = present, .user = &other};
    pair p;

    test_needs_key(which.client, "server-ed25519");
    pair_open(&p, &which, &options);
    pair_connect(&p);
    pair_close(&p);
    other = true;
    pair_open(&p, &which, &options);
    pair_handshake(&p);
    cr_assert_eq(p.client_status, OTLS_E_VERIFY, "%s", pair_name(&which));
    pair_close(&p);
}

typedef struct refusal {
    const char *const *names;
    size_t count;
    unsigned days;
    const char *says;
} refusal;

Test(self_signed, refused)
{
    static const char *const blank[] = {"localhost", "a b"}, *const empty[] = {""};
    static const char *many[33];
    static const refusal rows[] = {
        {NULL, 1, 7, "not 0"},   {names, 0, 7, "not 0"},     {many, 33, 7, "not 33"},
        {names, 4, 0, "not 0"},  {names, 4, 3651, "3651"},   {blank, 2, 7, "a b"},
        {empty, 1, 7, "empty"},
    };
    const otls_backend *engines[PAIR_ENGINES];
    otls_identity *identity = NULL;
    otls_error err = OTLS_ERROR_INIT;
    static char longest[254];

    cr_assert(test_subjects(engines) > 0);
    test_needs_key(engines[0], "server-ed25519");
    for (size_t i = 0; i < sizeof(longest) - 1; i++)
        longest[i] = i % 60 == 59 ? '.' : 'a';
    for (size_t i = 0; i < 33; i++)
        many[i] = longest;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        err = (otls_error)OTLS_ERROR_INIT;
        cr_assert_eq(otls_identity_self_signed(&identity, engines[0], rows[i].names, rows[i].count,
                                               rows[i].days, &err),
                     OTLS_E_USAGE, "row %zu: %s", i, err.text);
        cr_assert(identity == NULL && strstr(err.text, rows[i].says) != NULL, "row %zu: %s", i, err.text);
    }
    /* the most there may be */
    cr_assert_eq(otls_identity_self_signed(&identity, NULL, many, 32, 3650, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_certificate_san_count(otls_identity_chain(identity, 0)), 32);
    otls_identity_free(identity);
}
