/* SPDX-License-Identifier: MIT */
/* The verifier: every engine gives the same verdict; the corpus of chains is judged in
 * tests/corpus. */
#include "base/alloc.h"
#include "der_make.h"
#include "base/files.h"
#include "x509/name_constraints.h"
#include "verify/path.h"

#include <criterion/criterion.h>
#include <omnitls/random.h>
#include <stdio.h>
#include <stdlib.h>

#define PKI(file) OTLS_TEST_PKI "/" file
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Between the bounds of every certificate that is meant to be valid. */
static const int64_t good_time = 1767225600; /* 2026-01-01 */

enum { CHAIN_MAX = 4, ENGINES_MAX = 8 };

typedef struct chain {
    otls_certificate *certs[CHAIN_MAX];
    size_t count;
} chain;

static otls_status take(const omni_pem_block *block, void *user, otls_error *err)
{
    chain *to = user;

    if (!omni_pem_label_is(block, "CERTIFICATE") || to->count == CHAIN_MAX)
        return OTLS_OK;
    return otls_certificate_from_der(&to->certs[to->count++], block->der.data, block->der.size,
                                     err);
}

static chain read_chain(const char *path)
{
    chain out = {.count = 0};
    unsigned char *text = NULL;
    size_t size = 0;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(omni_file_read(path, &text, &size, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(omni_pem_each((otls_slice){.data = text, .size = size}, take, &out, NULL, &err),
                 OTLS_OK, "%s", err.text);
    omni_free(text);
    return out;
}

static void free_chain(chain *certs)
{
    for (size_t i = 0; i < certs->count; i++)
        otls_certificate_free(certs->certs[i]);
}

static otls_trust *read_trust(const char *path)
{
    otls_trust *trust = NULL;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, path, &err), OTLS_OK, "%s", err.text);
    return trust;
}

static size_t engines(const otls_backend **out)
{
    const size_t count = otls_backend_list(out, ENGINES_MAX);

    cr_assert_gt(count, 0);
    return count < ENGINES_MAX ? count : ENGINES_MAX;
}

/* ---- through the public API ---------------------------------------------------------------- */

static const struct {
    const char *chain, *trust, *host;
    uint32_t flags;
    int32_t depth;
    int alert;
    size_t length; /* of the verified chain */
} rows[] = {
    {PKI("server-ecdsa-p256.pem"), PKI("root.pem"), "localhost", 0, -1, -1, 3},
    {PKI("server-rsa-2048.pem"), PKI("root.pem"), "LOCALHOST.", 0, -1, -1, 3},
    {PKI("server-ed25519.pem"), PKI("root.pem"), "127.0.0.1", 0, -1, -1, 3},
    {PKI("server-ed25519.pem"), PKI("root.pem"), "::1", 0, -1, -1, 3},
    {PKI("server-ecdsa-p256.pem"), PKI("root.pem"), NULL, 0, -1, -1, 3},
    {PKI("server-ecdsa-p256.pem"), PKI("root.pem"), "other.test", OTLS_VERIFY_NAME_MISMATCH, 0, 42,
     3},
    {PKI("server-ecdsa-p256.pem"), PKI("other-root.pem"), "localhost", OTLS_VERIFY_UNKNOWN_CA, 1,
     48, 0},
    {PKI("server-noint.pem"), PKI("root.pem"), "localhost", OTLS_VERIFY_UNKNOWN_CA, 0, 48, 0},
    {PKI("server-expired.pem"), PKI("root.pem"), "localhost", OTLS_VERIFY_EXPIRED, 0, 45, 3},
    {PKI("server-notyet.pem"), PKI("root.pem"), "localhost", OTLS_VERIFY_NOT_YET_VALID, 0, 45, 3},
    {PKI("server-clientauth.pem"), PKI("root.pem"), "localhost", OTLS_VERIFY_WRONG_PURPOSE, 0, 43,
     3},
    {PKI("server-selfsigned.pem"), PKI("root.pem"), "localhost",
     OTLS_VERIFY_UNKNOWN_CA | OTLS_VERIFY_SELF_SIGNED, 0, 48, 0},
    {PKI("server-selfsigned.pem"), PKI("server-selfsigned.pem"), "localhost", 0, -1, -1, 1},
};

static void judge(size_t row, const otls_backend *backend)
{
    otls_trust *trust = read_trust(rows[row].trust);
    chain sent = read_chain(rows[row].chain);
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;

    parameters.backend = backend;
    parameters.name = rows[row].host;
    parameters.time = good_time;
    cr_assert_eq(otls_trust_verify(trust, (const otls_certificate *const *)sent.certs, sent.count,
                                   &parameters, &verdict, &err),
                 OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_verdict_flags(verdict), rows[row].flags, "row %zu: 0x%x %s", row,
                 otls_verdict_flags(verdict), otls_verdict_text(verdict));
    cr_expect_eq(otls_verdict_depth(verdict), rows[row].depth, "row %zu", row);
    cr_expect_eq(otls_verdict_alert(verdict), rows[row].alert, "row %zu", row);
    cr_expect_eq(otls_verdict_chain_count(verdict), rows[row].length, "row %zu", row);
    cr_expect_eq(otls_verdict_text(verdict)[0] == '\0', rows[row].flags == 0, "row %zu", row);
    cr_expect_null(otls_verdict_chain(verdict, rows[row].length));
    otls_verdict_free(verdict);
    free_chain(&sent);
    otls_trust_free(trust);
}

Test(verify, same_verdict_on_every_engine, .timeout = 120)
{
    const otls_backend *list[ENGINES_MAX];
    const size_t count = engines(list);

    for (size_t engine = 0; engine < count; engine++)
        for (size_t row = 0; row < COUNT(rows); row++)
            judge(row, list[engine]);
}

Test(verify, one_store_serves_every_engine, .timeout = 120)
{
    const otls_backend *list[ENGINES_MAX];
    const size_t count = engines(list);
    otls_trust *trust = read_trust(PKI("root.pem"));
    chain sent = read_chain(PKI("server-ecdsa-p256.pem"));

    for (size_t i = 0; i < 3 * count; i++) {
        const omni_verify_request request = {
            .trust = trust,
            .chain = (const otls_certificate *const *)sent.certs,
            .chain_count = sent.count,
            .backend = list[i % count],
            .time = good_time,
            .purpose = OTLS_PURPOSE_SERVER,
            .max_depth = -1,
            .security_level = -1,
        };
        otls_verdict verdict;

        cr_assert_eq(omni_verify_chain(&request, &verdict, NULL), OTLS_OK);
        cr_expect_eq(verdict.flags, 0, "%s", omni_verdict_text(&verdict));
        cr_expect_eq(omni_chain_at(verdict.chain, 2), otls_trust_certificate(trust, 0), "the store's own");
        omni_verdict_clear(&verdict);
        cr_expect_eq(omni_chain_count(verdict.chain), 0);
    }
    free_chain(&sent);
    otls_trust_free(trust);
}

Test(verify, nothing_presented)
{
    const otls_backend *list[ENGINES_MAX];
    const otls_certificate *undecodable = NULL;
    omni_verify_request request = {.max_depth = -1, .security_level = -1, .time = good_time};
    otls_verdict verdict;

    (void)engines(list);
    request.backend = list[0];
    cr_assert_eq(omni_verify_chain(&request, &verdict, NULL), OTLS_OK);
    cr_expect_eq(verdict.flags, OTLS_VERIFY_MISSING);
    cr_expect_eq(verdict.alert, OTLS_ALERT_CERTIFICATE_REQUIRED);
    cr_expect_eq(verdict.depth, -1);
    omni_verdict_clear(&verdict);
    request.chain = &undecodable;
    request.chain_count = 1;
    cr_assert_eq(omni_verify_chain(&request, &verdict, NULL), OTLS_OK);
    cr_expect_eq(verdict.flags, OTLS_VERIFY_MALFORMED);
    cr_expect_eq(verdict.alert, OTLS_ALERT_BAD_CERTIFICATE);
    omni_verdict_clear(&verdict);
}

Test(verify, pins)
{
    const otls_backend *list[ENGINES_MAX];
    const size_t count = engines(list);
    otls_trust *trust = read_trust(PKI("root.pem"));
    chain sent = read_chain(PKI("server-ecdsa-p256.pem"));

    for (size_t i = 0; i < count; i++) {
        const otls_crypto_ops *crypto = OMNI_MODULE(list[i])->crypto;
        const otls_slice spki = otls_trust_certificate(trust, 0)->x509.spki;
        uint8_t pins[64] = {0};
        otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
        otls_verdict *verdict = NULL;

        parameters.backend = list[i];
        parameters.time = good_time;
        parameters.pins = pins;
        parameters.pin_count = 2;
        cr_assert_eq(otls_trust_verify(trust, (const otls_certificate *const *)sent.certs,
                                       sent.count, &parameters, &verdict, NULL),
                     OTLS_OK);
        cr_expect_eq(otls_verdict_flags(verdict), OTLS_VERIFY_PIN_MISMATCH);
        otls_verdict_free(verdict);
        otls_error err = OTLS_ERROR_INIT;
        cr_assert_eq(crypto->digest(OTLS_HASH_SHA256, spki.data, spki.size, pins + 32, &err),
                     OTLS_OK);
        cr_assert_eq(otls_trust_verify(trust, (const otls_certificate *const *)sent.certs,
                                       sent.count, &parameters, &verdict, NULL),
                     OTLS_OK);
        cr_expect_eq(otls_verdict_flags(verdict), 0, "the root's key is pinned");
        otls_verdict_free(verdict);
    }
    free_chain(&sent);
    otls_trust_free(trust);
}

/* The leaf is the anchor: its own key must be pinned, and nothing else will do. */
Test(verify, pins_on_a_path_of_one)
{
    const otls_backend *list[ENGINES_MAX];
    otls_trust *trust = read_trust(PKI("server-selfsigned.pem"));
    chain sent = read_chain(PKI("server-selfsigned.pem"));
    const otls_slice spki = sent.certs[0]->x509.spki;
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    uint8_t pin[64];

    (void)engines(list);
    parameters.backend = list[0];
    parameters.time = good_time;
    parameters.pins = pin;
    parameters.pin_count = 1;
    cr_assert_eq(
        OMNI_MODULE(list[0])->crypto->digest(OTLS_HASH_SHA256, spki.data, spki.size, pin, &err),
        OTLS_OK);
    for (size_t i = 0; i <= 32; i++) { /* each octet counts; then none is wrong */
        otls_verdict *verdict = NULL;

        if (i < 32)
            pin[i] ^= 1;
        cr_assert_eq(otls_trust_verify(trust, (const otls_certificate *const *)sent.certs,
                                       sent.count, &parameters, &verdict, NULL),
                     OTLS_OK);
        cr_expect_eq(otls_verdict_flags(verdict), i < 32 ? OTLS_VERIFY_PIN_MISMATCH : 0u,
                     "octet %zu", i);
        if (i < 32)
            pin[i] ^= 1;
        otls_verdict_free(verdict);
    }
    free_chain(&sent);
    otls_trust_free(trust);
}

Test(verify, validity_to_the_second)
{
    const otls_backend *list[ENGINES_MAX];
    otls_trust *trust = read_trust(PKI("server-selfsigned.pem"));
    chain sent = read_chain(PKI("server-selfsigned.pem"));
    const omni_x509 *cert = &sent.certs[0]->x509;
    const struct {
        int64_t time;
        uint32_t flags;
    } moments[] = {{cert->not_before - 1, OTLS_VERIFY_NOT_YET_VALID},
                   {cert->not_before, 0},
                   {cert->not_after, 0},
                   {cert->not_after + 1, OTLS_VERIFY_EXPIRED}};

    (void)engines(list);
    for (size_t i = 0; i < COUNT(moments); i++) {
        otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
        otls_verdict *verdict = NULL;

        parameters.backend = list[0];
        parameters.time = moments[i].time;
        cr_assert_eq(otls_trust_verify(trust, (const otls_certificate *const *)sent.certs,
                                       sent.count, &parameters, &verdict, NULL),
                     OTLS_OK);
        cr_expect_eq(otls_verdict_flags(verdict), moments[i].flags, "moment %zu", i);
        otls_verdict_free(verdict);
    }
    free_chain(&sent);
    otls_trust_free(trust);
}

Test(verify, wrong_parameters)
{
    const otls_backend *list[ENGINES_MAX];
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_verdict *verdict = NULL;
    otls_error err = OTLS_ERROR_INIT;

    (void)engines(list);
    parameters.backend = list[0];
    cr_expect_eq(otls_trust_verify(NULL, NULL, 0, NULL, &verdict, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_trust_verify(NULL, NULL, 0, &parameters, NULL, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_trust_verify(NULL, NULL, 1, &parameters, &verdict, &err), OTLS_E_USAGE);
    parameters.purpose = 9;
    cr_expect_eq(otls_trust_verify(NULL, NULL, 0, &parameters, &verdict, &err), OTLS_E_USAGE);
    parameters.purpose = OTLS_PURPOSE_SERVER;
    parameters.name = "bad name";
    cr_expect_eq(otls_trust_verify(NULL, NULL, 0, &parameters, &verdict, &err), OTLS_E_USAGE);
    parameters.name = NULL;
    parameters.pin_count = 1;
    cr_expect_eq(otls_trust_verify(NULL, NULL, 0, &parameters, &verdict, &err), OTLS_E_USAGE);
    cr_expect_null(verdict);
    otls_verdict_free(NULL);
}

/* ---- inside -------------------------------------------------------------------------------- */

Test(verify, the_gravest_cause_decides)
{
    omni_findings findings = {.depth = -1};
    otls_verdict verdict = {.flags = 0};

    omni_findings_add(&findings, OTLS_VERIFY_NAME_MISMATCH, 0, NULL, "name");
    omni_findings_add(&findings, OTLS_VERIFY_REVOKED, 1, NULL, "revoked");
    omni_findings_add(&findings, OTLS_VERIFY_EXPIRED, 2, NULL, "expired");
    omni_findings_report(&findings, &verdict);
    cr_expect_eq(verdict.flags,
                 OTLS_VERIFY_NAME_MISMATCH | OTLS_VERIFY_REVOKED | OTLS_VERIFY_EXPIRED);
    cr_expect_eq(verdict.depth, 1);
    cr_expect_eq(verdict.alert, OTLS_ALERT_CERTIFICATE_REVOKED);
    cr_expect_str_eq(verdict.text, "revoked");
    omni_verdict_clear(&verdict);
    for (uint32_t flag = 1; flag <= OTLS_VERIFY_REFUSED; flag <<= 1)
        cr_expect_gt(omni_verify_alert(flag), 40, "0x%x has an alert", flag);
    cr_expect_eq(omni_verify_alert(0), 0);
}

static const struct {
    int kind;
    const char *base, *name;
    bool excluding;
    omni_constraint_answer answer;
} constraints[] = {
    {OTLS_SAN_DNS, "host.test", "host.test", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, "host.test", "HOST.test.", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, "host.test", "a.host.test", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, "host.test", "ahost.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "host.test", "test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "", "anything", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, ".host.test", "host.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "a.host.test", "*.host.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "a.host.test", "*.host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, ".a.host.test", "*.host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, "b.a.host.test", "*.host.test", true, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "bad.host.test", "B*.host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, "bad.host.test", "*d.host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, "bad.host.test", "b*d.host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_DNS, "bad.host.test", "b*d.host.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "bad.host.test", "c*.host.test", true, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "bad.host.test", "ba*ad.host.test", true, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "bad.host.test", "b*.other.test", true, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_DNS, "bad", "*", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_EMAIL, "host.test", "a@host.test", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_EMAIL, "a@host.test", "A@host.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_EMAIL, "a@host.test", "a@HOST.test", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_EMAIL, "host.test", "nobody", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_EMAIL, "host.test", "@host.test", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_URI, "host.test", "https://host.test:8443/x", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_URI, "host.test", "https://other.test/@host.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_URI, "host.test", "https://[2001:db8::1]/", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_URI, "host.test", "https://192.0.2.1/", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_URI, "host.test", "https:", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_IP, "\1\2\3", "\1\2\3\4", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_DNS, "host.test", "host.test.evil", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_URI, "host.test", "https://user@host.test/", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_URI, "host.test", "https://host.test@other.test/", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_URI, "host.test", "https://host.test?other.test", false, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_URI, "host.test", "https://a.host.test/", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_URI, "host.test", "host.test", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_EMAIL, "host.test", "a@b.host.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_EMAIL, "a@host.test", "b@host.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_EMAIL, "a@host.test", "a@other.test", false, OMNI_CONSTRAINT_OUTSIDE},
    {OTLS_SAN_EMAIL, "host.test.", "a@host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_EMAIL, ".host.test.", "a@b.host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_EMAIL, "a@host.test.", "a@host.test", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_EMAIL, "a@host.test", "a@host.test.", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_URI, "host.test.", "https://host.test/", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_URI, ".host.test.", "https://b.host.test/", true, OMNI_CONSTRAINT_INSIDE},
    {OTLS_SAN_URI, "host.test", "https://%68ost.test/", true, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_URI, "host.test", "https://host..test/", true, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_URI, "host.test", "https://.host.test/", true, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_URI, "host.test", "https://host.test\\other.test/", true, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_IP, "12345678", "1234567890123456", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_RID, "x", "x", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_DNS, "test", "b\xc3\xbc.test", false, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_EMAIL, "host.test", "a@b\xc3\xbc.test", true, OMNI_CONSTRAINT_UNKNOWN},
    {OTLS_SAN_EMAIL, "host.test", "a@[192.0.2.1]", true, OMNI_CONSTRAINT_OUTSIDE},
    {OMNI_CONSTRAINT_UTF8_MAILBOX, "host.test", "\xc3\xbc@HOST.test", false, OMNI_CONSTRAINT_INSIDE},
    {OMNI_CONSTRAINT_UTF8_MAILBOX, "host.test", "\xc3\xbc@a.host.test", true, OMNI_CONSTRAINT_OUTSIDE},
    {OMNI_CONSTRAINT_UTF8_MAILBOX, "a@host.test", "\xc3\xbc@host.test", false, OMNI_CONSTRAINT_UNKNOWN},
    {OMNI_CONSTRAINT_UTF8_MAILBOX, "host.test", "", true, OMNI_CONSTRAINT_UNKNOWN},
};

static otls_slice slice_of(const char *text)
{
    return (otls_slice){.data = (const uint8_t *)text, .size = strlen(text)};
}

Test(verify, constraints_by_kind)
{
    for (size_t i = 0; i < COUNT(constraints); i++)
        cr_expect_eq(omni_constraint_match(constraints[i].kind, slice_of(constraints[i].base),
                                           slice_of(constraints[i].name), constraints[i].excluding),
                     constraints[i].answer, "row %zu", i);
}

Test(verify, address_constraint_needs_a_prefix)
{
    static const uint8_t name[] = {192, 0, 2, 1};
    static const uint8_t good[] = {192, 0, 2, 0, 255, 255, 255, 0};
    static const uint8_t other[] = {192, 0, 3, 0, 255, 255, 255, 0};
    static const uint8_t holes[] = {192, 0, 2, 0, 255, 0, 255, 0};
    static const uint8_t narrow[] = {192, 0, 2, 2, 255, 255, 255, 254};
    static const uint8_t wide[32] = {192, 0, 2, 1, [16] = 255, 255, 255, 255};
    static const uint8_t long_name[16] = {192, 0, 2, 1};
    static const uint8_t between[17] = {192, 0, 2, 1};
    static const uint8_t odd[] = {192, 0, 2, 0, 0, 255, 255, 255, 255, 0};
    const otls_slice address = {.data = name, .size = 4};

    cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){odd, 10}, address, false),
                 OMNI_CONSTRAINT_UNKNOWN);
    cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){narrow, 8}, address, false),
                 OMNI_CONSTRAINT_OUTSIDE);
    cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){wide, 32}, address, false),
                 OMNI_CONSTRAINT_OUTSIDE);
    cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){good, 8},
                                       (otls_slice){long_name, 16}, false),
                 OMNI_CONSTRAINT_OUTSIDE);
    cr_expect_eq(
        omni_constraint_match(OTLS_SAN_IP, (otls_slice){good, 8}, (otls_slice){name, 3}, false),
        OMNI_CONSTRAINT_UNKNOWN);
    for (size_t size = 0; size <= sizeof(between); size++)
        cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){wide, 32},
                                           (otls_slice){between, size}, true),
                     size == 16  ? OMNI_CONSTRAINT_INSIDE
                     : size == 4 ? OMNI_CONSTRAINT_OUTSIDE
                                 : OMNI_CONSTRAINT_UNKNOWN,
                     "an address of %zu octets", size);
    cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){good, 8}, address, false),
                 OMNI_CONSTRAINT_INSIDE);
    cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){other, 8}, address, false),
                 OMNI_CONSTRAINT_OUTSIDE);
    cr_expect_eq(omni_constraint_match(OTLS_SAN_IP, (otls_slice){holes, 8}, address, false),
                 OMNI_CONSTRAINT_UNKNOWN);
}

#define COMMON(text) "31{ 30{ 06{550403} 0c{" text "} } }"

static const struct {
    const char *base, *name;
    omni_constraint_answer answer;
} directories[] = {
    {"30{}", "30{" COMMON("'A'") "}", OMNI_CONSTRAINT_INSIDE},
    {"30{" COMMON("'a  b'") "}", "30{" COMMON("' A B '") COMMON("'c'") "}", OMNI_CONSTRAINT_INSIDE},
    {"30{" COMMON("'a'") "}", "30{" COMMON("'b'") COMMON("'a'") "}", OMNI_CONSTRAINT_OUTSIDE},
    {"30{" COMMON("'a'") COMMON("'b'") "}", "30{" COMMON("'a'") "}", OMNI_CONSTRAINT_OUTSIDE},
    {"30{" COMMON("'a'") "}", "30{ 31{ 30{ 06{550403} } } }", OMNI_CONSTRAINT_UNKNOWN},
    {"30{ 31{ 30{ 06{550403} } } }", "30{" COMMON("'a'") "}", OMNI_CONSTRAINT_UNKNOWN},
    {"30{" COMMON("'a'") "}", "30{" COMMON("'a'") "0500 }", OMNI_CONSTRAINT_UNKNOWN},
    {"30{" COMMON("'a'") "}", "31{}", OMNI_CONSTRAINT_UNKNOWN},
};

Test(verify, directory_constraints)
{
    for (size_t i = 0; i < COUNT(directories); i++) {
        uint8_t base[256], name[256];
        const otls_slice a = {.data = base,
                              .size = der_make(directories[i].base, base, sizeof(base))};
        const otls_slice b = {.data = name,
                              .size = der_make(directories[i].name, name, sizeof(name))};

        cr_expect_eq(omni_constraint_match(OTLS_SAN_DIRECTORY, a, b, true), directories[i].answer,
                     "row %zu", i);
    }
}

/* ---- what the key may do -------------------------------------------------------------------- */

/* RFC 5246 7.4.2, RFC 8446 4.4.2.2: "signs" is a handshake in which the leaf's key signs. */
static const struct {
    const char *usage; /* the content of the extension's BIT STRING */
    int purpose;
    bool signs, usable;
} key_usages[] = {
    {"0780", OTLS_PURPOSE_SERVER, false, true},  {"0780", OTLS_PURPOSE_SERVER, true, true},
    {"0780", OTLS_PURPOSE_CLIENT, true, true},   {"0780", OTLS_PURPOSE_ANY, true, true},
    {"0520", OTLS_PURPOSE_SERVER, false, true},  {"0520", OTLS_PURPOSE_SERVER, true, false},
    {"0520", OTLS_PURPOSE_CLIENT, false, false}, {"0520", OTLS_PURPOSE_CLIENT, true, false},
    {"0520", OTLS_PURPOSE_ANY, false, true},     {"0520", OTLS_PURPOSE_ANY, true, false},
    {"0308", OTLS_PURPOSE_SERVER, false, true},  {"0308", OTLS_PURPOSE_SERVER, true, false},
    {"0308", OTLS_PURPOSE_CLIENT, false, true},  {"0308", OTLS_PURPOSE_CLIENT, true, false},
    {"0640", OTLS_PURPOSE_SERVER, false, false}, {"0640", OTLS_PURPOSE_ANY, true, false},
};

static uint32_t usage_flags(size_t row)
{
    char extension[64];
    const cert_parts parts = {.extensions = extension};
    const omni_verify_request request = {
        .purpose = key_usages[row].purpose,
        .flags = key_usages[row].signs ? OTLS_VERIFY_OPTION_SIGNATURE : 0};
    static omni_search search;
    omni_findings findings = {.depth = -1};
    otls_certificate *cert = NULL;
    uint8_t der[1024];

    (void)snprintf(extension, sizeof(extension), "30{06{551d0f} 04{03{%s}}}", key_usages[row].usage);
    cr_assert_eq(otls_certificate_from_der(&cert, der, cert_make(&parts, der, sizeof(der)), NULL),
                 OTLS_OK);
    search.request = &request;
    search.path[0].step.certificate = cert;
    search.length = 1;
    omni_path_check_usage(&search, 0, &findings);
    otls_certificate_free(cert);
    return findings.flags;
}

Test(verify, key_usage_of_a_leaf)
{
    for (size_t i = 0; i < COUNT(key_usages); i++)
        cr_expect_eq(usage_flags(i), key_usages[i].usable ? 0 : OTLS_VERIFY_WRONG_PURPOSE, "row %zu",
                     i);
}

static void *no_memory(size_t size, void *user)
{
    (void)size;
    (void)user;
    return NULL;
}

static void *no_more_memory(void *block, size_t size, void *user)
{
    (void)block;
    return no_memory(size, user);
}

static void nothing_to_release(void *block, void *user)
{
    (void)block;
    (void)user;
}

/* However long the name, and without asking for memory: inside stays inside. */
Test(verify, directory_constraints_need_no_memory)
{
    enum { BLANKS = 70000, CAPACITY = BLANKS + 64 };
    const otls_allocator none = {.size = sizeof(none),
                                 .allocate = no_memory,
                                 .reallocate = no_more_memory,
                                 .release = nothing_to_release};
    char *text = malloc(2 * CAPACITY);
    uint8_t *name = malloc(CAPACITY), base[64];
    otls_error err = OTLS_ERROR_INIT;
    size_t at;

    cr_assert(text != NULL && name != NULL);
    at = (size_t)sprintf(text, "30{ 31{ 30{ 06{550403} 0c{ 'evil");
    memset(text + at, ' ', BLANKS);
    (void)sprintf(text + at + BLANKS, "' } } } }");
    const otls_slice long_name = {.data = name, .size = der_make(text, name, CAPACITY)};
    const otls_slice subtree = {.data = base,
                                .size = der_make("30{" COMMON("'EVIL'") "}", base, sizeof(base))};

    cr_assert_eq(otls_set_allocator(&none, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(omni_constraint_match(OTLS_SAN_DIRECTORY, subtree, long_name, true),
                 OMNI_CONSTRAINT_INSIDE);
    cr_assert_eq(omni_constraint_match(OTLS_SAN_DIRECTORY, subtree, subtree, true),
                 OMNI_CONSTRAINT_INSIDE);
    free(text);
    free(name);
}
