/* SPDX-License-Identifier: MIT */
/*
 * Cipher expressions: the corpus means the same to us as to the openssl program, in the same order,
 * for all suites both know. Suites we refuse (anonymous, NULL ...) drop out of both sides.
 */
#include "cipher_corpus.h"
#include "algorithms/algorithms.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <omnitls/connection.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINE_SIZE 16384

typedef struct id_list {
    uint16_t ids[OMNI_SUITE_MAX];
    size_t count;
} id_list;

/* the suites this openssl has and we know */
typedef struct oracle {
    id_list known;
    bool short_tags_weak; /* 3.2 and later count AES-CCM-8 as 64 bits strong, earlier ones do not */
} oracle;

/* ---- the openssl program ------------------------------------------------------------------- */

static bool run(const char *arguments, char *line, size_t size)
{
    char command[8192];
    FILE *pipe;
    bool read;

    (void)snprintf(command, sizeof(command), "OPENSSL_CONF=/dev/null openssl %s 2>/dev/null",
                   arguments);
    pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    read = fgets(line, (int)size, pipe) != NULL;
    return pclose(pipe) == 0 && read;
}

static bool holds(const id_list *list, uint16_t id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->ids[i] == id)
            return true;
    }
    return false;
}

static void add(id_list *list, const otls_suite *suite)
{
    cr_assert_lt(list->count, OMNI_SUITE_MAX);
    list->ids[list->count++] = suite->id;
}

static bool has_short_tag(const otls_suite *suite)
{
    return suite->cipher == OTLS_CIPHER_AES_128_CCM_8 || suite->cipher == OTLS_CIPHER_AES_256_CCM_8;
}

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '-' || c == '_' || c == '.' || c == '=';
}

/* OpenSSL before 3.2 does not know suites by IANA's names: write its own instead */
static void translate(const char *expression, char *out, size_t size)
{
    const char *at = expression;
    size_t used = 0;

    while (*at != '\0') {
        const otls_suite *suite;
        size_t length = 0;
        size_t written;

        while (is_word_character(at[length]))
            length++;
        suite = omni_suite_find_name(at, length);
        if (suite != NULL)
            written = (size_t)snprintf(out + used, size - used, "%s", suite->name);
        else
            written = (size_t)snprintf(out + used, size - used, "%.*s",
                                       (int)(length != 0 ? length : 1), at);
        at += length != 0 ? length : 1;
        used += written;
        cr_assert_lt(used, size);
    }
    out[used] = '\0';
}

/* what openssl answers for `expression`, of the suites in our table; false when it refuses */
static bool ask(const char *expression, id_list *list)
{
    char translated[5000];
    char arguments[6000];
    char line[LINE_SIZE];
    char *rest = line;
    char *name;

    list->count = 0;
    translate(expression, translated, sizeof(translated));
    (void)snprintf(arguments, sizeof(arguments), "ciphers -ciphersuites '' -- '%s'", translated);
    if (!run(arguments, line, sizeof(line)))
        return false;
    while ((name = strsep(&rest, ":\n")) != NULL) {
        const otls_suite *suite = omni_suite_find_name(name, strlen(name));

        if (suite != NULL)
            add(list, suite);
    }
    return true;
}

static oracle find_oracle(void)
{
    oracle found = {.known = {.count = 0}};
    char line[LINE_SIZE];
    int major = 0;
    int minor = 0;

    if (!run("version", line, sizeof(line)) ||
        sscanf(line, "OpenSSL %d.%d.", &major, &minor) != 2 || major < 3)
        cr_skip_test("no openssl program, version 3 or later: nothing to compare with\n");
    found.short_tags_weak = major > 3 || minor >= 2;
    cr_assert(ask("ALL:COMPLEMENTOFALL", &found.known));
    cr_assert_gt(found.known.count, 100);
    return found;
}

static bool comparable(const oracle *judge, uint16_t id)
{
    if (judge->short_tags_weak && has_short_tag(omni_suite_find(id)))
        return false;
    return holds(&judge->known, id);
}

static void restrict_to(const oracle *judge, id_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (comparable(judge, list->ids[i]))
            list->ids[kept++] = list->ids[i];
    }
    list->count = kept;
}

/* ---- ours ---------------------------------------------------------------------------------- */

static otls_status parse(const char *expression, id_list *list, otls_error *err)
{
    const otls_suite *suites[OMNI_SUITE_MAX];
    size_t count = 0;
    const otls_status status =
        omni_ciphers_parse(expression, suites, OMNI_SUITE_MAX, &count, NULL, NULL, NULL, err);

    list->count = 0;
    for (size_t i = 0; i < count; i++)
        add(list, suites[i]);
    return status;
}

static const char *name_at(const id_list *list, size_t index)
{
    return index < list->count ? otls_suite_name(list->ids[index]) : "(end)";
}

static void compare(const oracle *judge, const char *expression)
{
    otls_error err = OTLS_ERROR_INIT;
    id_list ours;
    id_list theirs;
    const otls_status status = parse(expression, &ours, &err);

    (void)ask(expression, &theirs);
    restrict_to(judge, &theirs);
    cr_expect(status == OTLS_OK || err.code == OTLS_CODE_NO_SUITE_LEFT, "\"%s\": %s", expression,
              err.text);
    restrict_to(judge, &ours);
    for (size_t i = 0; i < ours.count || i < theirs.count; i++) {
        if (strcmp(name_at(&ours, i), name_at(&theirs, i)) != 0) {
            cr_expect_fail("\"%s\": at %zu openssl has %s, we have %s", expression, i,
                           name_at(&theirs, i), name_at(&ours, i));
            return;
        }
    }
}

Test(cipher_expression, corpus_equals_openssl)
{
    const oracle judge = find_oracle();

    cr_assert_geq(COUNT(cipher_corpus), 200);
    for (size_t i = 0; i < COUNT(cipher_corpus); i++)
        compare(&judge, cipher_corpus[i]);
}

Test(cipher_expression, every_suite_by_both_names_equals_openssl)
{
    const oracle judge = find_oracle();
    char expression[1024];

    for (size_t i = 0; i < judge.known.count; i++) {
        const uint16_t id = judge.known.ids[i];

        (void)snprintf(expression, sizeof(expression), "ALL:-%s:+SHA1:%s:+CHACHA20",
                       otls_suite_name(id), otls_suite_iana_name(id));
        compare(&judge, expression);
    }
}

/* each kind of rule against a random word: the seed is fixed, so a failure repeats itself */
Test(cipher_expression, random_rules_equal_openssl)
{
    static const char *const words[] = {
        "ALL",    "ECDHE",  "DHE",   "kRSA",     "aRSA",   "ECDSA",   "PSK",      "AES",
        "AES128", "AES256", "CBC",   "AESGCM",   "AESCCM", "AESCCM8", "CHACHA20", "ARIA",
        "SHA1",   "SHA256", "TLSv1", "CAMELLIA", "HIGH",   "FIPS",    "SSLv3",    "TLSv1.2",
    };
    static const char signs[] = {'!', '-', '+', '+', '-', ':', ':', ':', '@'};
    const oracle judge = find_oracle();
    uint32_t state = 20240607;

    for (size_t round = 0; round < 200; round++) {
        char expression[512] = "ALL";

        for (size_t i = 0; i < 1 + round % 9; i++) {
            const size_t used = strlen(expression);
            size_t one, two;
            char sign;

            state = state * 1664525u + 1013904223u;
            one = (state >> 8) % COUNT(words);
            two = (state >> 16) % COUNT(words);
            sign = signs[(state >> 24) % COUNT(signs)];
            if (sign == '@')
                (void)snprintf(expression + used, sizeof(expression) - used, ":@STRENGTH");
            else
                (void)snprintf(expression + used, sizeof(expression) - used, ":%c%s%s%s", sign,
                               words[one], two % 2 == 0 ? "+" : "", two % 2 == 0 ? words[two] : "");
        }
        compare(&judge, expression);
    }
}

/* ---- malformed and empty ------------------------------------------------------------------- */

Test(cipher_expression, malformed_is_refused_as_openssl_does)
{
    id_list list;
    char line[LINE_SIZE];
    const bool have_openssl = run("version", line, sizeof(line));

    for (size_t i = 0; i < COUNT(cipher_corpus_malformed); i++) {
        const char *expression = cipher_corpus_malformed[i];
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(parse(expression, &list, &err), OTLS_E_CONFIG, "\"%s\"", expression);
        cr_expect_eq(err.code, OTLS_CODE_BAD_LIST, "\"%s\": %s", expression, err.text);
        cr_expect_eq(list.count, 0);
        cr_expect(!have_openssl || !ask(expression, &list), "openssl takes \"%s\"", expression);
    }
}

Test(cipher_expression, nothing_left_names_the_expression)
{
    static const char *const nothing[] = {
        "aNULL", "eNULL:NULL", "RC4-MD5:ADH", "@SECLEVEL=1", "NOSUCHWORD", "ALL:!ALL", "ECDHE+kRSA",
    };

    for (size_t i = 0; i < COUNT(nothing); i++) {
        otls_error err = OTLS_ERROR_INIT;
        id_list list;

        cr_expect_eq(parse(nothing[i], &list, &err), OTLS_E_CONFIG, "%s", nothing[i]);
        cr_expect_eq(err.code, OTLS_CODE_NO_SUITE_LEFT, "%s", nothing[i]);
        cr_expect_not_null(strstr(err.text, nothing[i]), "%s", err.text);
    }
}

Test(cipher_expression, null_and_too_long_are_refused)
{
    const size_t limit = 65536;
    char *text = malloc(limit + 2);
    otls_error err = OTLS_ERROR_INIT;
    id_list list;

    cr_assert_not_null(text);
    cr_expect_eq(parse(NULL, &list, &err), OTLS_E_USAGE);
    memset(text, ':', limit + 1);
    memcpy(text, "ALL", 3);
    text[limit] = '\0';
    cr_expect_eq(parse(text, &list, &err), OTLS_OK);
    text[limit] = ':';
    text[limit + 1] = '\0';
    cr_expect_eq(parse(text, &list, &err), OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);
    free(text);
}

Test(cipher_expression, worst_case_is_quick)
{
    const size_t size = 65536;
    char *text = malloc(size + 1);
    id_list list;

    cr_assert_not_null(text);
    for (size_t i = 0; i < size; i += 4)
        memcpy(text + i, i % 8 == 0 ? "ALL:" : "-DH:", 4);
    text[size] = '\0';
    cr_expect_eq(parse(text, &list, NULL), OTLS_OK);
    free(text);
}

Test(cipher_expression, more_than_the_caller_has_room_for)
{
    const otls_suite *suites[2];
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 7;

    cr_expect_eq(omni_ciphers_parse("ALL", suites, 2, &count, NULL, NULL, NULL, &err),
                 OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);
    cr_expect_eq(count, 0);
    cr_expect_eq(
        omni_ciphers_parse("AES128-SHA:AES256-SHA", suites, 2, &count, NULL, NULL, NULL, &err),
        OTLS_OK);
    cr_expect_eq(count, 2);
}

/* ---- security level, unknown words, refused suites ----------------------------------------- */

Test(cipher_expression, security_level)
{
    const otls_suite *suites[OMNI_SUITE_MAX];
    size_t count = 0;
    int level = 42;

    cr_expect_eq(
        omni_ciphers_parse("ALL", suites, OMNI_SUITE_MAX, &count, &level, NULL, NULL, NULL),
        OTLS_OK);
    cr_expect_eq(level, 42, "not given: stays");
    cr_expect_eq(omni_ciphers_parse("@SECLEVEL=0:ALL@SECLEVEL=3", suites, OMNI_SUITE_MAX, &count,
                                    &level, NULL, NULL, NULL),
                 OTLS_OK);
    cr_expect_eq(level, 3, "the last one counts");
    cr_expect_eq(omni_ciphers_parse("@SECLEVEL=1:ALL:!", suites, OMNI_SUITE_MAX, &count, &level,
                                    NULL, NULL, NULL),
                 OTLS_E_CONFIG);
    cr_expect_eq(level, 3, "a failure changes nothing");
}

static void collect(const char *word, size_t length, void *user)
{
    char *text = user;

    strncat(text, word, length);
    strcat(text, "|");
}

Test(cipher_expression, unknown_words_are_told_and_ignored)
{
    const otls_suite *suites[OMNI_SUITE_MAX];
    char told[256] = "";
    size_t count = 0;

    cr_expect_eq(omni_ciphers_parse("FOO:AES128-SHA:!BAR:ECDHE+BAZ+QUX:-aes:TLS_AES_128_GCM_SHA256",
                                    suites, OMNI_SUITE_MAX, &count, NULL, collect, told, NULL),
                 OTLS_OK);
    cr_expect_str_eq(told, "FOO|BAR|BAZ|aes|TLS_AES_128_GCM_SHA256|");
    cr_assert_eq(count, 1);
    cr_expect_str_eq(suites[0]->name, "AES128-SHA");
    told[0] = '\0';
    cr_expect_eq(omni_ciphers_parse("ALL:!aNULL:!eNULL:!RC4:!MD5:!SRP:!SEED:!IDEA:!LOW", suites,
                                    OMNI_SUITE_MAX, &count, NULL, collect, told, NULL),
                 OTLS_OK);
    cr_expect_str_empty(told, "words for what we refuse are known");
}

Test(cipher_expression, refused_suites_are_never_selected)
{
    static const char *const bad[] = {"NULL", "anon", "RC4", "_DES_", "EXPORT", "MD5", "SRP"};
    id_list list;

    cr_assert_eq(parse("ALL:COMPLEMENTOFALL:aNULL:eNULL:RC4:NULL-SHA:ADH-AES128-SHA:LOW:MD5:SRP",
                       &list, NULL),
                 OTLS_OK);
    for (size_t i = 0; i < list.count; i++) {
        cr_expect_lt(omni_suite_find(list.ids[i])->min_version, OTLS_TLS1_3);
        for (size_t j = 0; j < COUNT(bad); j++)
            cr_expect_null(strstr(otls_suite_iana_name(list.ids[i]), bad[j]), "%s",
                           otls_suite_iana_name(list.ids[i]));
    }
}

Test(cipher_expression, triple_des_is_never_default)
{
    id_list list;

    cr_assert_eq(parse("3DES", &list, NULL), OTLS_OK);
    cr_expect_eq(list.count, 9);
    cr_assert_eq(parse("EDH-RSA-DES-CBC3-SHA", &list, NULL), OTLS_OK);
    cr_expect_str_eq(name_at(&list, 0), "DHE-RSA-DES-CBC3-SHA");
    cr_assert_eq(parse("DEFAULT", &list, NULL), OTLS_OK);
    for (size_t i = 0; i < list.count; i++)
        cr_expect_neq(omni_suite_find(list.ids[i])->cipher, OTLS_CIPHER_3DES_CBC);
}
