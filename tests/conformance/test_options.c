/* SPDX-License-Identifier: MIT */
/* Versions, options, security level, groups and Diffie-Hellman parameters: equal on all engines. */
#include <criterion/criterion.h>

#include "divergence.h"
#include <omnitls/parity.h>

#include <stdio.h>
#include <string.h>

static size_t engines(const otls_backend *out[PAIR_ENGINES])
{
    const size_t count = test_subjects(out);

    cr_assert(count > 0, "no engine could be loaded");
    return count;
}

static otls_context *context_of(const otls_backend *backend, otls_role role)
{
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_new(&context, backend, role, &err), OTLS_OK, "%s", err.text);
    return context;
}

/* ---- versions ---- */

Test(versions, by_name)
{
    static const struct {
        const char *name;
        otls_status status;
        uint16_t version;
        int32_t code;
    } rows[] = {
        {"TLSv1.2", OTLS_OK, OTLS_TLS1_2, 0},
        {"tlsv1.3", OTLS_OK, OTLS_TLS1_3, 0},
        {"1.2", OTLS_OK, OTLS_TLS1_2, 0},
        {"TLS1.1", OTLS_OK, OTLS_TLS1_1, 0},
        {"TLSv1", OTLS_OK, OTLS_TLS1_0, 0},
        {"TLSv1.0", OTLS_OK, OTLS_TLS1_0, 0},
        {"lowest", OTLS_OK, OTLS_VERSION_LOWEST, 0},
        {"highest", OTLS_OK, OTLS_VERSION_HIGHEST, 0},
        {"default", OTLS_OK, OTLS_VERSION_DEFAULT, 0},
        {"SSLv2", OTLS_E_CONFIG, 0, OTLS_CODE_OBSOLETE},
        {"SSLv3", OTLS_E_CONFIG, 0, OTLS_CODE_OBSOLETE},
        {"TLSv1.4", OTLS_E_CONFIG, 0, OTLS_CODE_NONE},
        {"TLShighest", OTLS_E_CONFIG, 0, OTLS_CODE_NONE},
        {"", OTLS_E_CONFIG, 0, OTLS_CODE_NONE},
        {"1.2 ", OTLS_E_CONFIG, 0, OTLS_CODE_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t version = 0x7777;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_version_parse(rows[i].name, &version, &err), rows[i].status, "\"%s\": %s",
                     rows[i].name, err.text);
        if (rows[i].status == OTLS_OK) {
            cr_assert_eq(version, rows[i].version, "%s", rows[i].name);
            continue;
        }
        cr_assert_eq(err.code, rows[i].code, "%s", rows[i].name);
        cr_assert_eq(version, 0x7777);
        cr_assert(strstr(err.text, rows[i].name) != NULL, "%s", err.text);
    }
}

typedef struct range_row {
    const char *name;
    const char *lowest, *highest;
    const char *ciphers, *tls13;
    uint32_t options;
    int level;
    otls_status status;
    uint16_t low, high; /* what is left, when it is */
    int32_t code;
} range_row;

static const range_row ranges[] = {
    {"nothing set", NULL, NULL, NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_3, 0},
    {"1.3 only", "1.3", NULL, NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_3, OTLS_TLS1_3, 0},
    {"1.2 only", NULL, "1.2", NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2, 0},
    {"lowest at level 2", "lowest", "highest", NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_3,
     0},
    {"highest as lowest", "highest", NULL, NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_3, OTLS_TLS1_3, 0},
    {"lowest as highest", "lowest", "lowest", NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2,
     0},
    {"1.1 at level 2", "1.1", "1.1", NULL, NULL, 0, 2, OTLS_E_CONFIG, 0, 0, OTLS_CODE_WEAK},
    {"1.1 to 1.3 at level 1", "1.1", "1.3", NULL, NULL, 0, 1, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_3, 0},
    {"1.1 to 1.3 at level 0", "1.1", "1.3", "DEFAULT", NULL, 0, 0, OTLS_OK, OTLS_TLS1_1,
     OTLS_TLS1_3, 0},
    {"1.0 off", "lowest", "1.3", "DEFAULT", NULL, OTLS_OPTION_NO_TLSV1_0, 0, OTLS_OK, OTLS_TLS1_1,
     OTLS_TLS1_3, 0},
    {"1.1 off", "1.1", "1.3", "DEFAULT", NULL, OTLS_OPTION_NO_TLSV1_1, 0, OTLS_OK, OTLS_TLS1_2,
     OTLS_TLS1_3, 0},
    {"1.3 off", NULL, NULL, NULL, NULL, OTLS_OPTION_NO_TLSV1_3, 2, OTLS_OK, OTLS_TLS1_2,
     OTLS_TLS1_2, 0},
    {"1.2 off", NULL, NULL, NULL, NULL, OTLS_OPTION_NO_TLSV1_2, 2, OTLS_OK, OTLS_TLS1_3,
     OTLS_TLS1_3, 0},
    {"a suite list without TLS 1.3", NULL, NULL, NULL, "", 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2,
     0},
    {"a gap", "1.1", "1.3", "DEFAULT", NULL, OTLS_OPTION_NO_TLSV1_2, 0, OTLS_E_CONFIG, 0, 0,
     OTLS_CODE_NONE},
    {"no version", NULL, NULL, NULL, NULL, OTLS_OPTION_NO_TLSV1_2 | OTLS_OPTION_NO_TLSV1_3, 2,
     OTLS_E_CONFIG, 0, 0, OTLS_CODE_NO_SHARED_VERSION},
    {"1.3 only, and no suite of it", "1.3", NULL, NULL, "", 0, 2, OTLS_E_CONFIG, 0, 0,
     OTLS_CODE_NO_SUITE_LEFT},
    {"128-bit suites at level 5", "1.3", NULL, NULL, "TLS_AES_128_GCM_SHA256", 0, 5, OTLS_E_CONFIG,
     0, 0, OTLS_CODE_NO_SUITE_LEFT},
};

#define RANGES (sizeof(ranges) / sizeof(ranges[0]))

/* The same of an engine whose last version is TLS 1.2: what is left of a range, or that nothing is.
 */
static const range_row ranges_to_12[] = {
    {"nothing set", NULL, NULL, NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2, 0},
    {"1.2 only", "1.2", "1.2", NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2, 0},
    {"1.3 only", "1.3", NULL, NULL, NULL, 0, 2, OTLS_E_UNSUPPORTED, 0, 0, OTLS_CODE_NONE},
    {"1.3 as highest", NULL, "1.3", NULL, NULL, 0, 2, OTLS_E_UNSUPPORTED, 0, 0, OTLS_CODE_NONE},
    {"lowest at level 2", "lowest", "highest", NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2,
     0},
    {"highest as lowest", "highest", NULL, NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2, 0},
    {"lowest as highest", "lowest", "lowest", NULL, NULL, 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2,
     0},
    {"1.3 off", NULL, NULL, NULL, NULL, OTLS_OPTION_NO_TLSV1_3, 2, OTLS_OK, OTLS_TLS1_2,
     OTLS_TLS1_2, 0},
    {"1.2 off", NULL, NULL, NULL, NULL, OTLS_OPTION_NO_TLSV1_2, 2, OTLS_E_CONFIG, 0, 0,
     OTLS_CODE_NO_SHARED_VERSION},
    {"a suite list without TLS 1.3", NULL, NULL, NULL, "", 0, 2, OTLS_OK, OTLS_TLS1_2, OTLS_TLS1_2,
     0},
};

#define RANGES_TO_12 (sizeof(ranges_to_12) / sizeof(ranges_to_12[0]))

static bool has_version(const otls_backend *backend, uint16_t version)
{
    return otls_backend_supports(backend,
                                 (otls_feature)(OTLS_FEATURE_TLS1_0 + (version - OTLS_TLS1_0)),
                                 NULL) != OTLS_NO;
}

static otls_status set_range(otls_context *context, const range_row *row, otls_error *err)
{
    otls_status status = otls_context_set_security_level(context, row->level, err);

    if (status == OTLS_OK && (row->lowest != NULL || row->highest != NULL))
        status = otls_context_set_versions_by_name(context, row->lowest, row->highest, err);
    if (status == OTLS_OK && row->ciphers != NULL)
        status = otls_context_set_ciphers(context, row->ciphers, err);
    if (status == OTLS_OK && row->tls13 != NULL)
        status = otls_context_set_tls13_suites(context, row->tls13, err);
    if (status == OTLS_OK)
        status = otls_context_set_options(context, row->options, err);
    return status;
}

/* Whoever names a version that the engine was built without hears that before all else. */
static bool lacks(const otls_backend *backend, const range_row *row)
{
    return row->lowest != NULL && strcmp(row->lowest, "1.1") == 0 && !has_version(backend, OTLS_TLS1_1);
}

static void check_range(const otls_backend *backend, const range_row *row)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);
    uint16_t low = 1, high = 1;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = set_range(context, row, &err);

    if (status == OTLS_OK)
        status = otls_context_seal(context, &err);
    cr_assert_eq(status, lacks(backend, row) ? OTLS_E_UNSUPPORTED : row->status, "%s, %s: %s",
                 otls_backend_name(backend), row->name, err.text);
    if (status == OTLS_OK) {
        const uint16_t lowest = row->low < OTLS_TLS1_2 && !has_version(backend, row->low) ? OTLS_TLS1_2 : row->low;

        otls_context_versions(context, &low, &high);
        cr_assert(low == lowest && high == row->high, "%s, %s: 0x%x to 0x%x",
                  otls_backend_name(backend), row->name, low, high);
    } else {
        cr_assert_eq(err.code, lacks(backend, row) ? OTLS_CODE_NONE : row->code, "%s, %s: %s",
                     otls_backend_name(backend), row->name, err.text);
    }
    otls_context_free(context);
}

Test(versions, ranges)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        const bool thirteen = has_version(backends[i], OTLS_TLS1_3);
        const range_row *rows = thirteen ? ranges : ranges_to_12;

        for (size_t k = 0; k < (thirteen ? RANGES : RANGES_TO_12); k++)
            check_range(backends[i], &rows[k]);
    }
}

/* Programs set one end after the other, in any order; what counts is what is left at the seal. */
static void check_ends(const otls_backend *backend, uint16_t below, uint16_t top)
{
    otls_context *context = context_of(backend, OTLS_CLIENT);
    uint16_t low, high;
    otls_error err = OTLS_ERROR_INIT;

    if (below < OTLS_TLS1_2) /* else the level speaks first */
        cr_expect_eq(otls_context_set_security_level(context, 0, &err), OTLS_OK);
    cr_expect_eq(otls_context_set_max_version(context, below, &err), OTLS_OK);
    cr_expect_eq(otls_context_set_min_version(context, top, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_context_seal(context, &err), OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_NO_SHARED_VERSION);
    cr_expect_not_null(strstr(err.text, otls_version_name(top)), "%s", err.text);
    cr_expect_eq(otls_context_set_max_version(context, top, &err), OTLS_OK);
    otls_context_versions_set(context, &low, &high);
    cr_expect(low == top && high == top);
    cr_expect_eq(otls_context_set_min_version(context, 0x0300, &err), OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_OBSOLETE);
    cr_expect_eq(otls_context_set_max_version(context, 0x0305, &err), OTLS_E_CONFIG);
    cr_expect_eq(otls_context_seal(context, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_context_set_min_version(context, below, &err), OTLS_E_SEALED);
    cr_expect_eq(otls_context_set_max_version(context, top, &err), OTLS_E_SEALED);
    otls_context_free(context);
}

Test(versions, one_end_at_a_time)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        const uint16_t top = has_version(backends[i], OTLS_TLS1_3) ? OTLS_TLS1_3 : OTLS_TLS1_2;

        if (has_version(backends[i], (uint16_t)(top - 1)))
            check_ends(backends[i], (uint16_t)(top - 1), top);
    }
}

/* The range holds what the features say, to an end; TLS 1.2 every engine has. */
Test(versions, what_engines_have)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        uint16_t low, high;

        otls_backend_versions(backends[i], &low, &high);
        cr_assert(low <= OTLS_TLS1_2 && high >= OTLS_TLS1_2, "0x%x to 0x%x", low, high);
        for (uint16_t version = OTLS_TLS1_0; version <= OTLS_TLS1_3; version++)
            cr_assert_eq(has_version(backends[i], version), version >= low && version <= high,
                         "%s: %s, and 0x%x to 0x%x", otls_backend_name(backends[i]),
                         otls_version_name(version), low, high);
    }
}

/* ---- options ---- */

Test(options, set_get_clear)
{
    const uint32_t usual = OTLS_OPTION_NO_COMPRESSION | OTLS_OPTION_CIPHER_SERVER_PREFERENCE |
                           OTLS_OPTION_SINGLE_DH_USE | OTLS_OPTION_SINGLE_ECDH_USE |
                           OTLS_OPTION_NO_RENEGOTIATION | OTLS_OPTION_NO_SSLV2 |
                           OTLS_OPTION_NO_SSLV3;
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        otls_context *context = context_of(backends[i], OTLS_CLIENT), *copy;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_context_options(context), usual);
        cr_assert_eq(otls_context_set_options(context, OTLS_OPTION_ALL, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_options(context, OTLS_OPTION_NO_TICKET, &err), OTLS_OK);
        cr_assert_eq(otls_context_copy(&copy, context, &err), OTLS_OK);
        cr_assert_eq(otls_context_clear_options(context, OTLS_OPTION_NO_TICKET, &err), OTLS_OK);
        cr_assert_eq(otls_context_options(context), usual);
        cr_assert_eq(otls_context_options(copy), usual | OTLS_OPTION_NO_TICKET);
        cr_assert_eq(otls_context_set_options(context, 1u << 30, &err), OTLS_E_CONFIG);
        cr_assert(strstr(err.text, "0x40000000") != NULL, "%s", err.text);
        for (uint32_t bit = 1; bit <= OTLS_OPTION_NO_SSLV3; bit <<= 1)
            cr_assert_eq(otls_option_find(otls_option_name(bit)), bit);
        for (size_t k = 0; k < 5; k++) {
            static const uint32_t fixed[] = {OTLS_OPTION_NO_COMPRESSION, OTLS_OPTION_SINGLE_DH_USE,
                                             OTLS_OPTION_SINGLE_ECDH_USE, OTLS_OPTION_NO_SSLV2,
                                             OTLS_OPTION_NO_SSLV3};

            cr_assert_eq(otls_context_clear_options(context, fixed[k], &err), OTLS_E_UNSUPPORTED);
            cr_assert(strstr(err.text, otls_option_name(fixed[k])) != NULL, "%s", err.text);
        }
        cr_assert_eq(otls_context_options(context), usual);
        cr_assert_eq(otls_context_seal(context, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_context_set_options(context, 0, &err), OTLS_E_SEALED);
        cr_assert_eq(otls_context_clear_options(context, 0, &err), OTLS_E_SEALED);
        otls_context_free(copy);
        otls_context_free(context);
    }
}

static void change(otls_context **context, uint32_t set, uint32_t clear)
{
    otls_context *copy;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_copy(&copy, *context, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_options(copy, set, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_clear_options(copy, clear, &err), OTLS_OK, "%s", err.text);
    otls_context_free(*context);
    *context = copy;
}

/* Connections again, from contexts that have been changed. */
static void reconnect(pair *p)
{
    otls_transport transport;

    otls_connection_free(p->client);
    otls_connection_free(p->server);
    wire_free(&p->wire);
    wire_init(&p->wire);
    transport = wire_transport(&p->wire.client);
    cr_assert_eq(otls_connection_new(&p->client, p->client_context, &transport, &p->client_error),
                 OTLS_OK, "%s", p->client_error.text);
    transport = wire_transport(&p->wire.server);
    cr_assert_eq(otls_connection_new(&p->server, p->server_context, &transport, &p->server_error),
                 OTLS_OK, "%s", p->server_error.text);
    cr_assert_eq(otls_connection_set_server_name(p->client, "localhost", NULL), OTLS_OK);
}

ParameterizedTestParameters(options, whose_order)
{
    return pair_parameters_short();
}

/* Client and server list the same two suites in opposite order. */
ParameterizedTest(size_t *index, options, whose_order)
{
    static const char *const mine[] = {"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384",
                                       "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"};
    const pair_case which = pair_case_short_at(*index);
    const bool thirteen = which.version == OTLS_TLS1_3;
    const uint16_t of_client = thirteen ? 0x1301 : 0xc02b, of_server = thirteen ? 0x1302 : 0xc02c;

    for (int round = 0; round < 2; round++) {
        pair p;

        pair_open(
            &p, &which,
            &(pair_options){
                .client_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384",
                .server_ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"});
        change(&p.client_context, 0, 0);
        change(&p.server_context, 0, round == 1 ? OTLS_OPTION_CIPHER_SERVER_PREFERENCE : 0);
        cr_assert_eq(otls_context_set_tls13_suites(p.client_context, mine[0], NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_tls13_suites(p.server_context, mine[1], NULL), OTLS_OK);
        reconnect(&p);
        pair_connect(&p);
        cr_assert_eq(otls_connection_suite(p.client), round == 0 ? of_server : of_client,
                     "%s, %s order: %s", pair_name(&which), round == 0 ? "server's" : "client's",
                     otls_suite_name(otls_connection_suite(p.client)));
        pair_close(&p);
    }
}

ParameterizedTestParameters(options, renegotiation)
{
    return pair_parameters_short();
}

static bool can_renegotiate(const otls_backend *backend)
{
    return otls_backend_supports(backend, OTLS_FEATURE_RENEGOTIATION, NULL) != OTLS_NO;
}

ParameterizedTest(size_t *index, options, renegotiation)
{
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    pair_open(&p, &which, NULL);
    if (!can_renegotiate(which.client)) {
        otls_context *context = context_of(which.client, OTLS_CLIENT);

        cr_assert_eq(otls_context_clear_options(context, OTLS_OPTION_NO_RENEGOTIATION, &err),
                     OTLS_E_UNSUPPORTED);
        otls_context_free(context);
    }
    if (which.version == OTLS_TLS1_2 && can_renegotiate(which.client) &&
        can_renegotiate(which.server)) {
        pair_connect(&p);
        cr_assert_eq(otls_connection_renegotiate(p.client, &err), OTLS_E_USAGE);
        cr_assert_eq(err.code, OTLS_CODE_RENEGOTIATION);
        change(&p.client_context, 0, OTLS_OPTION_NO_RENEGOTIATION);
        change(&p.server_context, 0, OTLS_OPTION_NO_RENEGOTIATION);
        reconnect(&p);
        pair_connect(&p);
        cr_assert_eq(otls_connection_renegotiate(p.client, &err), OTLS_OK, "%s: %s",
                     pair_name(&which), err.text);
        for (int i = 0; i < 8; i++) {
            uint8_t byte;
            size_t n;
            const otls_status c = otls_connection_read(p.client, &byte, 1, &n, &err);
            const otls_status s = otls_connection_read(p.server, &byte, 1, &n, &err);

            cr_assert(c == OTLS_WANT_READ && s == OTLS_WANT_READ, "%s: %s %s %s", pair_name(&which),
                      otls_status_name(c), otls_status_name(s), err.text);
        }
        pair_transfer(p.client, p.server, 5000, 1);
        pair_transfer(p.server, p.client, 5000, 2);
    }
    pair_close(&p);
}

ParameterizedTestParameters(options, unexpected_eof)
{
    return pair_parameters_short();
}

/* What the context in force, or the connection's own, says about an end without close_notify holds;
 * what the connection itself was told stays. */
ParameterizedTest(size_t *index, options, unexpected_eof)
{
    enum { STRICT, LAX, STRICTER, LAXER, OWN, TOLD, WAYS };
    const pair_case which = pair_case_short_at(*index);

    for (int way = STRICT; way < WAYS; way++) {
        const bool first_lax = way == LAX || way == STRICTER || way == TOLD;
        otls_error err = OTLS_ERROR_INIT;
        otls_context *other;
        pair p;

        pair_open(&p, &which, NULL);
        change(&p.client_context, first_lax ? OTLS_OPTION_IGNORE_UNEXPECTED_EOF : 0, 0);
        reconnect(&p);
        if (way == TOLD)
            cr_assert_eq(otls_connection_set_ragged_eof_ok(p.client, false, &err), OTLS_OK);
        if (way == OWN) {
            cr_assert_eq(otls_connection_own_context(p.client, &other, &err), OTLS_OK);
            cr_assert_eq(otls_context_set_options(other, OTLS_OPTION_IGNORE_UNEXPECTED_EOF, &err),
                         OTLS_OK);
        } else if (way == STRICTER || way == LAXER) {
            other = otls_context_ref(p.client_context);
            change(&other, first_lax ? 0 : OTLS_OPTION_IGNORE_UNEXPECTED_EOF,
                   first_lax ? OTLS_OPTION_IGNORE_UNEXPECTED_EOF : 0);
            cr_assert_eq(otls_connection_set_context(p.client, other, &err), OTLS_OK, "%s",
                         err.text);
            otls_context_free(other);
        }
        pair_connect(&p);
        pair_transfer(p.server, p.client, 100, 1);
        p.wire.to_client.ended = true;
        cr_assert_eq(pair_read_end(p.client, NULL, &err),
                     way == STRICT || way == STRICTER || way == TOLD ? OTLS_E_TRUNCATED
                                                                     : OTLS_CLOSED,
                     "%s, %d: %s", pair_name(&which), way, err.text);
        pair_close(&p);
    }
}

/* ---- security level ---- */

Test(level, own_identity_too_weak)
{
    static const struct {
        const char *name;
        int level;
        otls_status status;
    } rows[] = {
        {"server-rsa-2048", 2, OTLS_OK},   {"server-rsa-2048", 3, OTLS_E_CREDENTIAL},
        {"server-ecdsa-p256", 3, OTLS_OK}, {"server-ecdsa-p256", 4, OTLS_E_CREDENTIAL},
        {"server-ed25519", 3, OTLS_OK},    {"server-ed25519", 4, OTLS_E_CREDENTIAL},
    };
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count * 6; i++) {
        const otls_backend *backend = backends[i / 6];
        otls_context *context = context_of(backend, OTLS_SERVER);
        otls_identity *identity = test_identity(backend, rows[i % 6].name);
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;

        cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_security_level(context, rows[i % 6].level, &err), OTLS_OK);
        cr_assert_eq(otls_context_security_level(context), rows[i % 6].level);
        status = otls_context_seal(context, &err);
        cr_assert_eq(status, rows[i % 6].status, "%s, %s at level %d: %s",
                     otls_backend_name(backend), rows[i % 6].name, rows[i % 6].level, err.text);
        if (status != OTLS_OK) {
            cr_assert_eq(err.code, OTLS_CODE_WEAK);
            cr_assert(strstr(err.text, "localhost") != NULL, "%s", err.text);
            cr_assert_eq(otls_context_set_security_level(context, 2, &err), OTLS_OK);
            cr_assert_eq(otls_context_seal(context, &err), OTLS_OK, "%s", err.text);
        }
        otls_identity_free(identity);
        otls_context_free(context);
    }
}

Test(level, suites_and_bounds)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        otls_context *context = context_of(backends[i], OTLS_CLIENT);
        otls_error err = OTLS_ERROR_INIT;
        uint16_t suites[64];
        size_t n;

        cr_assert_eq(otls_context_set_security_level(context, 6, &err), OTLS_E_CONFIG);
        cr_assert_eq(otls_context_set_security_level(context, -1, &err), OTLS_E_CONFIG);
        cr_assert_eq(otls_context_security_level(context), 2);
        cr_assert_eq(otls_context_set_security_level(context, 4, &err), OTLS_OK);
        n = otls_context_suites(context, suites, 64);
        cr_assert(n > 0 && n <= 64);
        for (size_t k = 0; k < n; k++) {
            otls_suite_info info = OTLS_SUITE_INFO_INIT;

            cr_assert_eq(otls_suite_describe(suites[k], &info, &err), OTLS_OK);
            cr_assert(info.strength_bits >= 192, "%s at level 4", info.name);
        }
        otls_context_free(context);
    }
}

ParameterizedTestParameters(level, groups)
{
    return pair_parameters_short();
}

/* P-256 is worth 128 bits: at level 4 P-384 is the first choice left, whatever was listed. */
ParameterizedTest(size_t *index, level, groups)
{
    pair_case which = pair_case_short_at(*index);
    pair p;

    which.key = "rsa-2048"; /* in TLS 1.2 the groups also bound the curves of certificates */
    pair_open(&p, &which, &(pair_options){.client_groups = "P-256:P-384", .no_verify = true});
    change(&p.client_context, 0, 0);
    cr_assert_eq(otls_context_set_ciphers(p.client_context, "ECDHE+AES256+AESGCM", NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_security_level(p.client_context, 4, NULL), OTLS_OK);
    reconnect(&p);
    pair_connect(&p);
    cr_assert_eq(otls_connection_group(p.client), 0x0018, "%s: 0x%04x", pair_name(&which),
                 otls_connection_group(p.client));
    change(&p.client_context, 0, 0);
    cr_assert_eq(otls_context_set_security_level(p.client_context, 2, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_ecdh_curve(p.client_context, "P-384", NULL), OTLS_OK);
    reconnect(&p);
    pair_connect(&p);
    cr_assert_eq(otls_connection_group(p.client), 0x0018);
    cr_assert_eq(otls_connection_group(p.server), 0x0018);
    pair_close(&p);
}

/* ---- what was used ---- */

ParameterizedTestParameters(negotiated, peer_signature)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, negotiated, peer_signature)
{
    const pair_case which = pair_case_at(*index);
    const bool rsa = strcmp(which.key, "rsa-2048") == 0;
    uint16_t expected = rsa ? 0x0804 : strcmp(which.key, "ed25519") == 0 ? 0x0807 : 0x0403;
    pair p;

    if (rsa && (!test_has_signature(which.client, which.version, "rsa_pss_rsae_sha256") ||
                !test_has_signature(which.server, which.version, "rsa_pss_rsae_sha256")))
        expected = 0x0401;

    pair_open(&p, &which,
              &(pair_options){.verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                              .client_identity = "client-ecdsa-p256"});
    pair_handshake(&p);
    if (p.client_status == OTLS_OK && p.server_status == OTLS_OK) {
        cr_assert_eq(otls_connection_peer_signature(p.client), expected, "%s: 0x%04x",
                     pair_name(&which), otls_connection_peer_signature(p.client));
        cr_assert_eq(otls_connection_peer_signature(p.server), 0x0403, "%s: 0x%04x at the server",
                     pair_name(&which), otls_connection_peer_signature(p.server));
    } else {
        /* wolfSSL's servers ask for the suite's own type of certificate only: test_handshake */
        cr_assert(which.version == OTLS_TLS1_2 && rsa, "%s: %s", pair_name(&which),
                  p.server_error.text);
    }
    pair_close(&p);
}

/* ---- Diffie-Hellman ---- */

ParameterizedTestParameters(dh, own_group)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, dh, own_group)
{
    const pair_case which = pair_case_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    if (which.version != OTLS_TLS1_2 || strcmp(which.key, "rsa-2048") != 0 ||
        otls_backend_supports(which.server, OTLS_FEATURE_DHE, NULL) == OTLS_NO)
        return;
    pair_open(&p, &which,
              &(pair_options){.client_ciphers = "DHE-RSA-AES128-GCM-SHA256",
                              .server_ciphers = "DHE-RSA-AES128-GCM-SHA256"});
    change(&p.server_context, 0, 0);
    cr_assert_eq(
        otls_context_set_dh_params_file(p.server_context, OTLS_TEST_PKI "/dh2048.pem", &err),
        OTLS_OK, "%s", err.text);
    change(&p.server_context, 0, 0); /* copies carry them */
    reconnect(&p);
    pair_connect(&p);
    cr_assert_eq(otls_connection_suite(p.client), 0x009e);
    pair_transfer(p.client, p.server, 1000, 1);
    pair_close(&p);
}

ParameterizedTestParameters(dh, group_of_rfc_7919)
{
    return pair_parameters();
}

/* Without parameters of its own, and with a client that names no finite-field group. */
ParameterizedTest(size_t *index, dh, group_of_rfc_7919)
{
    const pair_case which = pair_case_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    if (which.version != OTLS_TLS1_2 || strcmp(which.key, "rsa-2048") != 0 ||
        otls_backend_supports(which.server, OTLS_FEATURE_DHE, NULL) == OTLS_NO)
        return;
    pair_open(&p, &which,
              &(pair_options){.client_ciphers = "DHE-RSA-AES128-GCM-SHA256",
                              .server_ciphers = "DHE-RSA-AES128-GCM-SHA256"});
    change(&p.client_context, 0, 0);
    cr_assert_eq(otls_context_set_groups(p.client_context, "P-256", &err), OTLS_OK, "%s", err.text);
    change(&p.server_context, 0, 0);
    cr_assert_eq(otls_context_set_groups(p.server_context, "P-256", &err), OTLS_OK, "%s", err.text);
    reconnect(&p);
    pair_connect(&p);
    cr_assert_eq(otls_connection_suite(p.client), 0x009e);
    pair_transfer(p.client, p.server, 1000, 1);
    pair_close(&p);
}

Test(dh, weak_ones_are_refused)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        otls_context *context = context_of(backends[i], OTLS_SERVER);
        otls_error err = OTLS_ERROR_INIT;
        /* a block with headers holds no DER */
        static const char with_headers[] = "-----BEGIN DH PARAMETERS-----\n"
                                           "Proc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nAAAA\n"
                                           "-----END DH PARAMETERS-----\n";
        uint8_t even[4 + 4 + 256 + 1 + 3] = {0x30, 0x82, 0x01, 0x08, 0x02, 0x82, 0x01, 0x01, 0x00};

        cr_assert_eq(otls_context_set_dh_params_file(context, OTLS_TEST_PKI "/dh1536.pem", &err),
                     OTLS_E_CREDENTIAL);
        cr_assert_eq(err.code, OTLS_CODE_WEAK, "%s", err.text);
        cr_assert(strstr(err.text, "dh1536.pem") != NULL && strstr(err.text, "1536") != NULL, "%s",
                  err.text);
        memset(even + 9, 0xfe, 256);
        memcpy(even + 9 + 256, "\x02\x01\x02", 3);
        cr_assert_eq(otls_context_set_dh_params_memory(context, even, sizeof(even), &err),
                     OTLS_E_CREDENTIAL);
        cr_assert_eq(err.code, OTLS_CODE_WEAK, "%s", err.text);
        cr_assert_eq(otls_context_set_dh_params_memory(context, with_headers,
                                                       sizeof(with_headers) - 1, &err),
                     OTLS_E_CREDENTIAL);
        cr_assert_eq(err.code, OTLS_CODE_BAD_DER, "%s", err.text);
        even[264] = 0xff; /* odd now; the generator one */
        even[267] = 0x01;
        cr_assert_eq(otls_context_set_dh_params_memory(context, even, sizeof(even), &err),
                     OTLS_E_CREDENTIAL);
        cr_assert_eq(err.code, OTLS_CODE_WEAK, "%s", err.text);
        cr_assert(strstr(err.text, "generator") != NULL, "%s", err.text);
        cr_assert_eq(otls_context_set_security_level(context, 1, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_dh_params_file(context, OTLS_TEST_PKI "/dh1536.pem", &err),
                     OTLS_OK, "%s", err.text);
        otls_context_free(context);
    }
}
