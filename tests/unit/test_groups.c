/* SPDX-License-Identifier: MIT */
/* Names and numbers of groups and signature schemes. */
#include "algorithms/algorithms.h"

#include <criterion/criterion.h>
#include <omnitls/connection.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void expect_ids(const uint16_t *ids, size_t count, const uint16_t *wanted,
                       size_t wanted_count, const char *what)
{
    cr_expect_eq(count, wanted_count, "%s: %zu ids, wanted %zu", what, count, wanted_count);
    for (size_t i = 0; i < count && i < wanted_count; i++)
        cr_expect_eq(ids[i], wanted[i], "%s: at %zu 0x%04x, wanted 0x%04x", what, i, ids[i],
                     wanted[i]);
}

Test(groups, every_usual_spelling)
{
    static const struct {
        const char *names;
        uint16_t id;
    } cases[] = {
        {"X25519", 0x001d},
        {"x25519", 0x001d},
        {"GROUP-X25519", 0x001d},
        {"0x001d", 0x001d},
        {"0X1D", 0x001d},
        {"29", 0x001d},
        {"X448", 0x001e},
        {"P-256", 0x0017},
        {"p256", 0x0017},
        {"prime256v1", 0x0017},
        {"secp256r1", 0x0017},
        {"SECP256R1", 0x0017},
        {"GROUP-SECP256R1", 0x0017},
        {"P-384", 0x0018},
        {"secp384r1", 0x0018},
        {"P-521", 0x0019},
        {"secp521r1", 0x0019},
        {"brainpoolP256r1", 0x001a},
        {"ffdhe2048", 0x0100},
        {"FFDHE3072", 0x0101},
        {"GROUP-FFDHE4096", 0x0102},
        {"ffdhe6144", 0x0103},
        {"ffdhe8192", 0x0104},
        {"X25519MLKEM768", 0x11ec},
        {"0x11ec", 0x11ec},
        {" X25519 ", 0x001d},
        {"0xfeff", 0xfeff},
        {"65535", 0xffff},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        uint16_t ids[OMNI_GROUP_MAX];
        size_t count = 0;
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(omni_groups_parse(cases[i].names, ids, OMNI_GROUP_MAX, &count, &err), OTLS_OK,
                     "%s: %s", cases[i].names, err.text);
        expect_ids(ids, count, &cases[i].id, 1, cases[i].names);
    }
}

Test(groups, order_is_kept_and_repetition_dropped)
{
    static const uint16_t wanted[] = {0x0018, 0x001d, 0x0017};
    uint16_t ids[OMNI_GROUP_MAX];
    size_t count = 0;

    cr_assert_eq(
        omni_groups_parse("P-384:X25519, secp384r1;P-256 29", ids, OMNI_GROUP_MAX, &count, NULL),
        OTLS_OK);
    expect_ids(ids, count, wanted, COUNT(wanted), "mixed");
}

Test(groups, bad_lists)
{
    static const struct {
        const char *names;
        otls_status status;
        const char *text; /* in the report */
    } cases[] = {
        {NULL, OTLS_E_USAGE, "NULL"},
        {"", OTLS_E_CONFIG, "empty"},
        {" :,: ", OTLS_E_CONFIG, "empty"},
        {"X25519:nosuch", OTLS_E_CONFIG, "\"nosuch\""},
        {"X25518", OTLS_E_CONFIG, "\"X25518\""},
        {"X2551", OTLS_E_CONFIG, "\"X2551\""},
        {"X255199", OTLS_E_CONFIG, "\"X255199\""},
        {"0x", OTLS_E_CONFIG, "\"0x\""},
        {"0", OTLS_E_CONFIG, "\"0\""},
        {"65536", OTLS_E_CONFIG, "\"65536\""},
        {"0x10000", OTLS_E_CONFIG, "\"0x10000\""},
        {"99999999999999999999999", OTLS_E_CONFIG, "\"99999999999999999999999\""},
        {"1d", OTLS_E_CONFIG, "\"1d\""},
        {"-", OTLS_E_CONFIG, "\"-\""},
        {"P\xff\x01", OTLS_E_CONFIG, "\"P??\""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        uint16_t ids[OMNI_GROUP_MAX];
        size_t count = 7;
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(omni_groups_parse(cases[i].names, ids, OMNI_GROUP_MAX, &count, &err),
                     cases[i].status, "case %zu", i);
        cr_expect_eq(err.status, cases[i].status);
        cr_expect_not_null(strstr(err.text, cases[i].text), "case %zu: %s", i, err.text);
    }
}

Test(groups, lengths_and_counts_are_bounded)
{
    char many[OMNI_GROUP_MAX * 8] = "";
    char *huge = malloc(70000);
    uint16_t ids[OMNI_GROUP_MAX];
    size_t count = 0;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_not_null(huge);
    for (size_t i = 0; i < OMNI_GROUP_MAX; i++)
        (void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "%zu:", 1000 + i);
    cr_expect_eq(omni_groups_parse(many, ids, OMNI_GROUP_MAX, &count, &err), OTLS_OK);
    cr_expect_eq(count, OMNI_GROUP_MAX);
    cr_expect_eq(omni_groups_parse(many, ids, OMNI_GROUP_MAX - 1, &count, &err), OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);

    memset(huge, 'A', 69999);
    huge[69999] = '\0';
    cr_expect_eq(omni_groups_parse(huge, ids, OMNI_GROUP_MAX, &count, &err), OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);
    huge[60000] = '\0';
    cr_expect_eq(omni_groups_parse(huge, ids, OMNI_GROUP_MAX, &count, &err), OTLS_E_CONFIG);
    cr_expect_not_null(strstr(err.text, "AAA...\""), "%s", err.text);
    free(huge);
}

Test(groups, defaults)
{
    static const uint16_t wanted[] = {0x001d, 0x0017, 0x0018, 0x0019, 0x001e};
    uint16_t ids[OMNI_GROUP_MAX];

    expect_ids(ids, omni_groups_default(ids, OMNI_GROUP_MAX), wanted, COUNT(wanted), "default");
    cr_expect_eq(omni_groups_default(ids, 2), 2);
}

Test(groups, a_name_reads_back_as_its_number)
{
    size_t named = 0;

    for (uint32_t id = 1; id <= UINT16_MAX; id++) {
        const char *name = otls_group_name((uint16_t)id);
        uint16_t ids[1];
        size_t count = 0;

        if (strcmp(name, "unknown") == 0)
            continue;
        named++;
        cr_expect_eq(omni_groups_parse(name, ids, 1, &count, NULL), OTLS_OK, "%s", name);
        cr_expect(count == 1 && ids[0] == id, "%s", name);
    }
    cr_expect_geq(named, 20);
    cr_expect_str_eq(otls_group_name(0x001d), "X25519");
    cr_expect_str_eq(otls_group_name(0x0017), "P-256");
    cr_expect_str_eq(otls_group_name(0x11ec), "X25519MLKEM768");
    cr_expect_str_eq(otls_group_name(0), "unknown");
}

Test(signatures, every_usual_spelling)
{
    static const struct {
        const char *names;
        uint16_t id;
    } cases[] = {
        {"ecdsa_secp256r1_sha256", 0x0403},
        {"ECDSA+SHA256", 0x0403},
        {"ECDSA-SECP256R1-SHA256", 0x0403},
        {"ecdsa_secp384r1_sha384", 0x0503},
        {"ECDSA+SHA384", 0x0503},
        {"ecdsa_secp521r1_sha512", 0x0603},
        {"rsa_pss_rsae_sha256", 0x0804},
        {"RSA-PSS+SHA256", 0x0804},
        {"PSS+SHA512", 0x0806},
        {"RSA-PSS-RSAE-SHA384", 0x0805},
        {"rsa_pss_pss_sha256", 0x0809},
        {"rsa_pss_pss_sha512", 0x080b},
        {"rsa_pkcs1_sha256", 0x0401},
        {"RSA+SHA256", 0x0401},
        {"RSA-SHA512", 0x0601},
        {"ed25519", 0x0807},
        {"Ed25519", 0x0807},
        {"EdDSA-Ed25519", 0x0807},
        {"ed448", 0x0808},
        {"rsa_pkcs1_sha1", 0x0201},
        {"ecdsa_sha1", 0x0203},
        {"0x0804", 0x0804},
        {"2052", 0x0804},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        uint16_t ids[OMNI_SIGNATURE_MAX];
        size_t count = 0;
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(omni_signatures_parse(cases[i].names, ids, OMNI_SIGNATURE_MAX, &count, &err),
                     OTLS_OK, "%s: %s", cases[i].names, err.text);
        expect_ids(ids, count, &cases[i].id, 1, cases[i].names);
    }
}

Test(signatures, unknown_is_named)
{
    uint16_t ids[OMNI_SIGNATURE_MAX];
    size_t count = 0;
    otls_error err = OTLS_ERROR_INIT;

    cr_expect_eq(omni_signatures_parse("ed25519:RSA+MD5", ids, OMNI_SIGNATURE_MAX, &count, &err),
                 OTLS_E_CONFIG);
    cr_expect_str_eq(err.text, "unknown signature algorithm \"RSA+MD5\"");
}

Test(signatures, defaults_have_no_sha1)
{
    static const uint16_t wanted[] = {0x0403, 0x0807, 0x0804, 0x0503, 0x0805, 0x0603, 0x0806,
                                      0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0808};
    uint16_t ids[OMNI_SIGNATURE_MAX];
    const size_t count = omni_signatures_default(ids, OMNI_SIGNATURE_MAX);

    expect_ids(ids, count, wanted, COUNT(wanted), "default");
    for (size_t i = 0; i < count; i++)
        cr_expect_null(strstr(otls_signature_name(ids[i]), "sha1"));
}

Test(signatures, a_name_reads_back_as_its_number)
{
    size_t named = 0;

    for (uint32_t id = 1; id <= UINT16_MAX; id++) {
        const char *name = otls_signature_name((uint16_t)id);
        uint16_t ids[1];
        size_t count = 0;

        if (strcmp(name, "unknown") == 0)
            continue;
        named++;
        cr_expect_eq(omni_signatures_parse(name, ids, 1, &count, NULL), OTLS_OK, "%s", name);
        cr_expect(count == 1 && ids[0] == id, "%s", name);
    }
    cr_expect_geq(named, 20);
    cr_expect_str_eq(otls_signature_name(0x0804), "rsa_pss_rsae_sha256");
}
