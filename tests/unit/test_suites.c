/* SPDX-License-Identifier: MIT */
/* The suite table against itself and against the openssl program; every name function. */
#include "algorithms/algorithms.h"

#include <criterion/criterion.h>
#include <omnitls/connection.h>
#include <omnitls/suite.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the table ----------------------------------------------------------------------------- */

Test(suites, table_is_ordered_and_found_by_every_key)
{
    size_t count = 0;
    const otls_suite *table = omni_suite_table(&count);

    cr_assert_geq(count, 150);
    cr_assert_leq(count, OMNI_SUITE_MAX);
    for (size_t i = 0; i < count; i++) {
        cr_expect(i == 0 || table[i - 1].id < table[i].id, "0x%04x", table[i].id);
        cr_expect_eq(omni_suite_find(table[i].id), &table[i]);
        cr_expect_eq(omni_suite_find_name(table[i].name, strlen(table[i].name)), &table[i]);
        cr_expect_eq(omni_suite_find_name(table[i].iana, strlen(table[i].iana)), &table[i]);
        cr_expect_str_eq(otls_suite_name(table[i].id), table[i].name);
        cr_expect_str_eq(otls_suite_iana_name(table[i].id), table[i].iana);
    }
}

Test(suites, unknown_is_not_found)
{
    cr_expect_null(omni_suite_find(0));
    cr_expect_null(omni_suite_find(0x1300));
    cr_expect_null(omni_suite_find(0xffff));
    cr_expect_null(omni_suite_find(0x0005), "RC4");
    cr_expect_null(omni_suite_find(0x0001), "NULL");
    cr_expect_null(omni_suite_find_name("", 0));
    cr_expect_null(omni_suite_find_name("AES128-SHA", 9));
    cr_expect_null(omni_suite_find_name("AES128-SHA:", 11));
    cr_expect_null(omni_suite_find_name("aes128-sha", 10));
    cr_expect_eq(omni_suite_find_name("AES128-SHA:", 10)->id, 0x002f);
    cr_expect_str_eq(otls_suite_name(0xffff), "unknown");
    cr_expect_str_eq(otls_suite_iana_name(0xffff), "unknown");
}

Test(suites, fields_agree_with_each_other)
{
    size_t count = 0;
    const otls_suite *table = omni_suite_table(&count);

    for (size_t i = 0; i < count; i++) {
        const otls_suite *suite = &table[i];
        const bool tls13 = suite->min_version == OTLS_TLS1_3;
        const bool triple = suite->cipher == OTLS_CIPHER_3DES_CBC;

        cr_expect_eq(tls13, (suite->id >> 8) == 0x13, "%s", suite->name);
        cr_expect_eq(tls13, suite->kx == OTLS_KX_ANY && suite->auth == OTLS_AUTH_ANY);
        cr_expect(suite->mac != OTLS_MAC_AEAD || suite->min_version >= OTLS_TLS1_2, "%s",
                  suite->name);
        cr_expect_eq(suite->prf == OTLS_HASH_SHA384, strstr(suite->iana, "_SHA384") != NULL, "%s",
                     suite->name);
        cr_expect_eq(suite->strength_bits, triple ? 112 : suite->algorithm_bits, "%s", suite->name);
        cr_expect_eq(suite->algorithm_bits == 256,
                     strstr(suite->iana, "_256_") != NULL || strstr(suite->iana, "CHACHA") != NULL,
                     "%s", suite->name);
    }
}

/* ---- against the openssl program ----------------------------------------------------------- */

typedef struct row {
    uint16_t id;
    char iana[64], name[64], protocol[16], kx[16], auth[16], encryption[32], mac[16];
} row;

/* "0xC0,0x2B - IANA - NAME TLSv1.2 Kx=ECDH Au=ECDSA Enc=AESGCM(128) Mac=AEAD" */
static bool read_row(const char *line, row *out)
{
    unsigned high = 0;
    unsigned low = 0;
    const int fields = sscanf(
        line, " 0x%2x,0x%2x - %63s - %63s %15s Kx=%15s Au=%15s Enc=%31s Mac=%15s", &high, &low,
        out->iana, out->name, out->protocol, out->kx, out->auth, out->encryption, out->mac);

    out->id = (uint16_t)(high << 8 | low);
    return fields == 9;
}

static bool is_refused(const row *r)
{
    return strcmp(r->auth, "None") == 0 || strcmp(r->kx, "SRP") == 0 ||
           strcmp(r->mac, "MD5") == 0 || strncmp(r->encryption, "None", 4) == 0 ||
           strncmp(r->encryption, "RC", 2) == 0 || strncmp(r->encryption, "DES", 3) == 0 ||
           strncmp(r->encryption, "SEED", 4) == 0 || strncmp(r->encryption, "IDEA", 4) == 0 ||
           strncmp(r->encryption, "GOST", 4) == 0;
}

static void expect_row(const row *r)
{
    otls_suite_info info = OTLS_SUITE_INFO_INIT;
    char encryption[64];

    cr_assert_eq(otls_suite_describe(r->id, &info, NULL), OTLS_OK, "%s is missing", r->name);
    (void)snprintf(encryption, sizeof(encryption), "%s(%u)", info.encryption, info.algorithm_bits);
    cr_expect_str_eq(info.name, r->name);
    cr_expect_str_eq(info.iana, r->iana);
    cr_expect_str_eq(info.protocol, r->protocol, "%s", r->name);
    cr_expect_str_eq(info.kx, r->kx, "%s", r->name);
    cr_expect_str_eq(info.auth, r->auth, "%s", r->name);
    cr_expect_str_eq(encryption, r->encryption, "%s", r->name);
    cr_expect_str_eq(info.mac, r->mac, "%s", r->name);
}

Test(suites, fields_are_those_openssl_prints)
{
    FILE *pipe = popen("OPENSSL_CONF=/dev/null openssl ciphers -V -stdname -ciphersuites "
                       "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                       "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256 ALL:COMPLEMENTOFALL "
                       "2>/dev/null",
                       "r");
    char line[512];
    size_t compared = 0;
    size_t refused = 0;

    cr_assert_not_null(pipe);
    while (fgets(line, sizeof(line), pipe) != NULL) {
        row r;

        cr_assert(read_row(line, &r), "%s", line);
        if (is_refused(&r)) {
            cr_expect_null(omni_suite_find(r.id), "%s must not be known", r.name);
            refused++;
            continue;
        }
        expect_row(&r);
        compared++;
    }
    if (pclose(pipe) != 0)
        cr_skip_test(
            "no openssl program with -stdname and -ciphersuites: nothing to compare with\n");
    cr_expect_geq(compared, 100);
    cr_expect_geq(refused, 1);
}

/* ---- descriptions -------------------------------------------------------------------------- */

Test(suites, description_of_one_suite)
{
    otls_suite_info info = OTLS_SUITE_INFO_INIT;

    cr_assert_eq(otls_suite_describe(0xc02b, &info, NULL), OTLS_OK);
    cr_expect_eq(info.size, sizeof(info));
    cr_expect_eq(info.id, 0xc02b);
    cr_expect_eq(info.min_version, OTLS_TLS1_2);
    cr_expect_eq(info.strength_bits, 128);
    cr_expect(info.aead);
    cr_expect_str_eq(info.name, "ECDHE-ECDSA-AES128-GCM-SHA256");
    cr_expect_str_eq(info.protocol, "TLSv1.2");
    cr_expect_eq(info.algorithm_bits, 128);
    cr_expect_str_eq(info.kx, "ECDH");
    cr_expect_str_eq(info.auth, "ECDSA");
    cr_expect_str_eq(info.symmetric, "aes-128-gcm");
    cr_expect_null(info.digest);
    cr_expect_str_eq(info.prf, "sha256");
    cr_assert_eq(otls_suite_describe(0xc012, &info, NULL), OTLS_OK);
    cr_expect_eq(info.strength_bits, 112);
    cr_expect_eq(info.algorithm_bits, 168);
    cr_expect_not(info.aead);
    cr_expect_str_eq(info.symmetric, "des-ede3-cbc");
    cr_expect_str_eq(info.digest, "sha1");
}

Test(suites, every_suite_has_every_word)
{
    size_t count = 0;
    const otls_suite *table = omni_suite_table(&count);

    for (size_t i = 0; i < count; i++) {
        otls_suite_info info = OTLS_SUITE_INFO_INIT;

        cr_assert_eq(otls_suite_describe(table[i].id, &info, NULL), OTLS_OK);
        cr_expect(info.kx != NULL && info.auth != NULL && info.mac != NULL && info.prf != NULL);
        cr_expect(info.encryption != NULL && info.symmetric != NULL && info.protocol != NULL);
        cr_expect_eq(info.digest == NULL, info.aead);
    }
}

Test(suites, description_respects_the_callers_size)
{
    otls_suite_info info = OTLS_SUITE_INFO_INIT;
    otls_error err = OTLS_ERROR_INIT;

    info.size = (uint32_t)offsetof(otls_suite_info, iana);
    cr_assert_eq(otls_suite_describe(0x1301, &info, NULL), OTLS_OK);
    cr_expect_eq(info.size, offsetof(otls_suite_info, iana));
    cr_expect_str_eq(info.name, "TLS_AES_128_GCM_SHA256");
    cr_expect_null(info.iana, "beyond the size");
    info.size = 0;
    cr_expect_eq(otls_suite_describe(0x1301, &info, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_suite_describe(0x1301, NULL, &err), OTLS_E_USAGE);
    info.size = (uint32_t)sizeof(info);
    cr_expect_eq(otls_suite_describe(0x0005, &info, &err), OTLS_E_CONFIG);
    cr_expect_not_null(strstr(err.text, "0x0005"));
}

/* ---- defaults and TLS 1.3 lists ------------------------------------------------------------ */

Test(suites, safe_default)
{
    static const char *const wanted[] = {
        "TLS_AES_128_GCM_SHA256",       "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",  "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",  "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305",
    };
    const otls_suite *suites[OMNI_SUITE_MAX];
    const size_t count = omni_suites_default(suites, OMNI_SUITE_MAX);

    cr_assert_eq(count, COUNT(wanted));
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(suites[i]->name, wanted[i]);
    cr_expect_eq(omni_suites_default(suites, 2), 2);
}

Test(suites, tls13_list)
{
    const otls_suite *suites[OMNI_SUITE_MAX];
    size_t count = 7;

    cr_assert_eq(omni_ciphers13_parse("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_8_SHA256:"
                                      "TLS_CHACHA20_POLY1305_SHA256",
                                      suites, OMNI_SUITE_MAX, &count, NULL),
                 OTLS_OK);
    cr_assert_eq(count, 2, "repetition dropped");
    cr_expect_eq(suites[0]->id, 0x1303);
    cr_expect_eq(suites[1]->id, 0x1305);
    cr_expect_eq(omni_ciphers13_parse("", suites, OMNI_SUITE_MAX, &count, NULL), OTLS_OK);
    cr_expect_eq(count, 0, "an empty list is a list: no TLS 1.3");
}

Test(suites, bad_tls13_lists)
{
    static const struct {
        const char *names;
        otls_status status;
        const char *text;
    } cases[] = {
        {NULL, OTLS_E_USAGE, "NULL"},
        {"TLS_AES_128_GCM_SHA256:NOSUCH", OTLS_E_CONFIG, "unknown TLS 1.3 suite \"NOSUCH\""},
        {"AES128-SHA", OTLS_E_CONFIG, "\"AES128-SHA\" is not a TLS 1.3 suite"},
        {"tls_aes_128_gcm_sha256", OTLS_E_CONFIG, "unknown"},
        {"TLS_AES_128_GCM_SHA256+ALL", OTLS_E_CONFIG, "unknown"},
        {"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", OTLS_E_CONFIG, "more than 1"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const otls_suite *suites[1];
        size_t count = 0;
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(omni_ciphers13_parse(cases[i].names, suites, 1, &count, &err), cases[i].status,
                     "case %zu", i);
        cr_expect_not_null(strstr(err.text, cases[i].text), "case %zu: %s", i, err.text);
    }
}

/* ---- names --------------------------------------------------------------------------------- */

static const char *status_name(size_t i)
{
    return otls_status_name((otls_status)((int)i - 15));
}

static const char *code_name(size_t i)
{
    return otls_code_name((int32_t)i);
}

static const char *flag_name(size_t i)
{
    return otls_verify_flag_name(1u << i);
}

static const char *feature_name(size_t i)
{
    return otls_feature_name((otls_feature)(i + 1));
}

static void expect_distinct(const char *(*name)(size_t), size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cr_assert_not_null(name(i));
        cr_expect_str_not_empty(name(i));
        cr_expect_str_neq(name(i), "unknown", "value %zu", i);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(name(i), name(j), "values %zu and %zu", j, i);
    }
}

Test(names, every_value_has_a_name_of_its_own)
{
    expect_distinct(status_name, 20);
    expect_distinct(code_name, 33);
    expect_distinct(flag_name, 23);
    expect_distinct(feature_name, OTLS_FEATURE_COUNT - 1);
}

Test(names, other_values)
{
    cr_expect_str_eq(otls_status_name((otls_status)1000), "unknown");
    cr_expect_str_eq(otls_code_name(-1), "unknown");
    cr_expect_str_eq(otls_verify_flag_name(0), "unknown");
    cr_expect_str_eq(otls_verify_flag_name(3), "unknown");
    cr_expect_str_eq(otls_alert_name(-1), "unknown");
    cr_expect_str_eq(otls_alert_name(256), "unknown");
    cr_expect_null(otls_feature_name((otls_feature)0));
    cr_expect_null(otls_feature_name(OTLS_FEATURE_COUNT));
    cr_expect_str_eq(otls_version_name(0x0305), "unknown");
}

Test(names, some_values)
{
    cr_expect_str_eq(otls_status_name(OTLS_OK), "OTLS_OK");
    cr_expect_str_eq(otls_status_name(OTLS_E_VERIFY), "OTLS_E_VERIFY");
    cr_expect_str_eq(otls_alert_name(OTLS_ALERT_CERTIFICATE_EXPIRED), "certificate_expired");
    cr_expect_str_eq(otls_alert_name(OTLS_ALERT_CLOSE_NOTIFY), "close_notify");
    cr_expect_str_eq(otls_verify_flag_name(OTLS_VERIFY_UNKNOWN_CA), "unknown CA");
    cr_expect_str_eq(otls_code_name(OTLS_CODE_WRONG_PASSWORD), "wrong password");
    cr_expect_str_eq(otls_feature_name(OTLS_FEATURE_TLS1_3), "tls1.3");
    cr_expect_str_eq(otls_feature_name(OTLS_FEATURE_KEY_LOG), "key-log");
    cr_expect_str_eq(otls_version_name(OTLS_TLS1_2), "TLSv1.2");
    cr_expect_str_eq(otls_version_name(OTLS_TLS1_3), "TLSv1.3");
}
