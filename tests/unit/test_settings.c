/* SPDX-License-Identifier: MIT */
/* A context's settings: nothing that decides about a peer is forgotten by the hash that binds sessions. */
#include "base/base.h"
#include "context/context.h"
#include "trust/trust.h"

#include <criterion/criterion.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <string.h>

typedef struct bound {
    uint8_t hash[OMNI_BINDING_SIZE];
} bound;

static bound bound_to(const omni_settings *settings, bool server)
{
    const otls_backend *backend;
    bound out;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    cr_assert_eq(omni_settings_hash(settings, backend, server, out.hash, NULL), OTLS_OK);
    return out;
}

static void differs(const omni_settings *a, const omni_settings *b, const char *what)
{
    for (int server = 0; server < 2; server++) {
        const bound one = bound_to(a, server != 0), other = bound_to(b, server != 0);

        cr_expect_neq(memcmp(&one, &other, sizeof(one)), 0, "%s is not bound (server %d)", what,
                      server);
    }
}

Test(settings, every_number_of_the_verdict_is_bound)
{
    omni_settings plain = {0};
    size_t walked = 0;

    omni_settings_default(&plain);
    plain.verdict.verify_mode = OTLS_VERIFY_MODE_OPTIONAL;
#define OMNI_X(type, name)                                                                         \
    do {                                                                                           \
        omni_settings changed = plain;                                                             \
                                                                                                   \
        changed.verdict.name = (type)(plain.verdict.name + 1);                                     \
        differs(&plain, &changed, #name);                                                          \
        walked++;                                                                                  \
    } while (0);
    OMNI_VERDICT_NUMBERS(OMNI_X)
#undef OMNI_X
    cr_expect_geq(walked, 11);
}

static otls_status ask(otls_connection *conn, const otls_verdict *verdict, uint32_t *accepted,
                       void *user)
{
    (void)conn, (void)verdict, (void)accepted, (void)user;
    return OTLS_OK;
}

static otls_status ask_each(otls_connection *conn, const otls_certificate *certificate,
                            int32_t depth, uint32_t flags, uint32_t *accepted, void *user)
{
    (void)conn, (void)certificate, (void)depth, (void)flags, (void)accepted, (void)user;
    return OTLS_OK;
}

Test(settings, what_is_behind_pointers_is_bound)
{
    uint8_t pins[2 * OMNI_PIN_SIZE] = {1};
    omni_settings plain = {0}, changed;
    otls_trust *trust;

    omni_settings_default(&plain);
    plain.verdict.verify_mode = OTLS_VERIFY_MODE_REQUIRED;
    plain.verdict.pins = pins;
    plain.verdict.pin_count = 1;

    changed = plain;
    changed.verdict.pin_count = 2;
    differs(&plain, &changed, "the number of pins");
    changed = plain;
    changed.verdict.pins = pins + 1;
    differs(&plain, &changed, "a pin");
    changed = plain;
    changed.verdict.verify = ask;
    differs(&plain, &changed, "a verify callback");
    changed = plain;
    changed.verdict.verify_certificate = ask_each;
    differs(&plain, &changed, "a callback for each certificate");

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, OTLS_TEST_PKI "/root.pem", NULL), OTLS_OK);
    changed = plain;
    changed.verdict.trust = trust;
    differs(&plain, &changed, "an anchor");
    otls_trust_free(trust);
}

Test(settings, sides_are_told_apart)
{
    omni_settings plain = {0};
    bound one, other;

    omni_settings_default(&plain);
    one = bound_to(&plain, false);
    other = bound_to(&plain, true);
    cr_expect_neq(memcmp(&one, &other, sizeof(one)), 0);
}

Test(settings, the_headers_version_is_the_librarys)
{
    unsigned major, minor, patch;

    cr_assert_eq(sscanf(otls_version(), "%u.%u.%u", &major, &minor, &patch), 3);
    cr_expect_eq(major << 16 | minor << 8 | patch, OTLS_VERSION_NUM, "%s", otls_version());
}

/* ---- the clock ---- */

static int64_t told;

static int64_t clock_that_tells(void *user)
{
    (void)user;
    return told;
}

/* Lifetimes are added to it: what no certificate can say is the nearest moment that one can. */
Test(settings, clock_is_within_the_calendar)
{
    static const struct {
        int64_t told, is;
    } rows[] = {
        {INT64_MAX, OMNI_TIME_LAST},       {OMNI_TIME_LAST + 1, OMNI_TIME_LAST},
        {OMNI_TIME_LAST, OMNI_TIME_LAST},  {0, 0},
        {-1, -1},                          {OMNI_TIME_FIRST, OMNI_TIME_FIRST},
        {INT64_MIN, OMNI_TIME_FIRST},      {OMNI_TIME_FIRST - 1, OMNI_TIME_FIRST},
    };
    otls_context context;
    int64_t last = 0, first = 0;
    char text[OTLS_TIME_TEXT_SIZE];

    cr_assert(omni_time_make(&first, 0, 1, 1, 0, 0, 0) && omni_time_make(&last, 9999, 12, 31, 23, 59, 59));
    cr_expect(first == OMNI_TIME_FIRST && last == OMNI_TIME_LAST);
    memset(&context, 0, sizeof(context));
    context.settings.callbacks.now = clock_that_tells;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        told = rows[i].told;
        cr_expect_eq(omni_context_now(&context), rows[i].is, "row %zu", i);
        otls_time_text(told, text);
        cr_expect_eq(strcmp(text, "(out of range)") == 0, rows[i].told != rows[i].is, "row %zu: %s", i, text);
    }
}
