/* SPDX-License-Identifier: MIT */
/*
 * Every form of a private key that programs write, on every engine: it loads with its password, or it
 * is KEY_UNSUPPORTED and nothing else; another password, none and an empty one are what they are.
 */
#include <criterion/criterion.h>

#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMS OTLS_TEST_PKI "/forms/"
#define SECRET "secret"
#define UNICODE "p\xc3\xa4ssw\xc3\xb6rd\xe2\x82\xac\xf0\x9f\x98\x80"

/* What a form needs that not every engine has. */
typedef enum need {
    NOTHING,
    RC2,       /* OTLS_FEATURE_PKCS12_LEGACY */
    ENGINE,    /* an old or rare algorithm: the engine's own affair, but one of the two answers */
    IMPOSSIBLE /* KEY_UNSUPPORTED everywhere */
} need;

typedef struct form {
    const char *file;
    const char *password; /* NULL: it is not encrypted */
    need needs;
} form;

#define PBES2(cipher)                                                                              \
    {"pbes2-" cipher "-sha1.key", SECRET, NOTHING}, {"pbes2-" cipher "-sha224.key", SECRET, NOTHING},   \
        {"pbes2-" cipher "-sha256.key", SECRET, NOTHING},                                          \
        {"pbes2-" cipher "-sha384.key", SECRET, NOTHING},                                          \
    {                                                                                              \
        "pbes2-" cipher "-sha512.key", SECRET, NOTHING                                             \
    }

static const form forms[] = {
    PBES2("aes-128-cbc"),
    PBES2("aes-192-cbc"),
    PBES2("aes-256-cbc"),
    PBES2("des3"),
    {"scrypt.key", SECRET, ENGINE},
    {"pbes1-sha1-3des.key", SECRET, NOTHING},
    {"pbes1-sha1-2des.key", SECRET, NOTHING},
    {"pbes1-sha1-rc2-40.key", SECRET, RC2},
    {"pbes1-sha1-rc4.key", SECRET, IMPOSSIBLE},
    {"pbes1-md5-des.key", SECRET, ENGINE},
    {"pbes1-sha1-des.key", SECRET, ENGINE},
    {"empty.key", "", NOTHING},
    {"utf8.key", UNICODE, NOTHING},
    {"utf8-pbes1.key", UNICODE, NOTHING},
    {"mac-sha1.p12", SECRET, NOTHING},
    {"mac-sha256.p12", SECRET, NOTHING},
    {"mac-sha384.p12", SECRET, NOTHING},
    {"mac-sha512.p12", SECRET, NOTHING},
    {"3des.p12", SECRET, NOTHING},
    {"rc2.p12", SECRET, RC2},
    {"nomac.p12", SECRET, NOTHING},
    {"onlymac.p12", SECRET, NOTHING},
    {"empty-3des.p12", "", NOTHING},
    {"empty-nomac.p12", "", NOTHING},
    {"open.p12", NULL, NOTHING},
    {"utf8.p12", UNICODE, NOTHING},
    {"pkcs1.key", NULL, NOTHING},
    {"sec1.key", NULL, NOTHING},
    {"pkcs1-as-pkcs8.key", NULL, NOTHING},
    {"pkcs1-as-sec1.key", NULL, NOTHING},
    {"sec1-as-pkcs8.key", NULL, NOTHING},
    {"sec1-as-pkcs1.key", NULL, NOTHING},
    {"pkcs8-as-pkcs1.key", NULL, NOTHING},
    {"encrypted-as-pkcs8.key", UNICODE, NOTHING},
    {"sec1-no-public.key", NULL, ENGINE}, /* as Java writes them; RFC 5915 3 leaves the choice */
    {"explicit.key", NULL, IMPOSSIBLE},
    {"secp256k1.key", NULL, ENGINE},
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

static bool is_pkcs12(const char *file)
{
    return strstr(file, ".p12") != NULL;
}

/* `password` NULL: no callback. */
static otls_status load(const otls_backend *backend, const char *file, const char *password,
                        otls_error *err)
{
    const otls_password_callback ask = password != NULL ? otls_password_string : NULL;
    void *user = (void *)(uintptr_t)password;
    otls_identity *identity = NULL;
    otls_key *key = NULL;
    char path[512];
    otls_status status;

    *err = (otls_error)OTLS_ERROR_INIT;
    (void)snprintf(path, sizeof(path), FORMS "%s", file);
    if (is_pkcs12(file))
        status = otls_identity_from_pkcs12_file(&identity, backend, path, ask, user, err);
    else
        status = otls_key_from_file(&key, backend, path, ask, user, err);
    cr_expect_eq(status == OTLS_OK, identity != NULL || key != NULL);
    if (identity != NULL)
        cr_expect_eq(otls_identity_chain_count(identity), 2, "%s", file);
    otls_identity_free(identity);
    otls_key_free(key);
    return status;
}

/* An engine without PKCS #12 says so of every file; that is test_features' matter. */
static bool is_asked(const otls_backend *backend, const char *file)
{
    return !is_pkcs12(file) || otls_backend_supports(backend, OTLS_FEATURE_PKCS12, NULL) != OTLS_NO;
}

static bool supported(const form *form, const otls_backend *backend, otls_status status)
{
    switch (form->needs) {
    case NOTHING:
        return true;
    case RC2:
        return otls_backend_supports(backend, OTLS_FEATURE_PKCS12_LEGACY, NULL) != OTLS_NO;
    case ENGINE:
        return status == OTLS_OK;
    default:
        return false;
    }
}

static void expect_code(const otls_backend *backend, const form *form, const char *password,
                        int32_t code)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_status status = load(backend, form->file, password, &err);

    cr_expect_eq(status, OTLS_E_CREDENTIAL, "%s, %s, \"%s\": %s", otls_backend_name(backend),
                 form->file, password != NULL ? password : "(none)", err.text);
    cr_expect_eq(err.code, code, "%s, %s, \"%s\": %s (%s)", otls_backend_name(backend), form->file,
                 password != NULL ? password : "(none)", otls_code_name(err.code), err.text);
    cr_expect(strstr(err.text, form->file) != NULL, "%s", err.text);
}

/* What is said of a password that is not the right one. A PKCS #12 says it by its MAC, before an
 * engine is asked for the cipher. */
static void expect_refusals(const otls_backend *backend, const form *form, bool has)
{
    const bool by_mac = is_pkcs12(form->file);

    expect_code(backend, form, "wrong",
                has || by_mac ? OTLS_CODE_WRONG_PASSWORD : OTLS_CODE_KEY_UNSUPPORTED);
    if (form->password[0] == '\0')
        return;
    expect_code(backend, form, "",
                has || by_mac ? OTLS_CODE_EMPTY_PASSWORD : OTLS_CODE_KEY_UNSUPPORTED);
    expect_code(backend, form, NULL, OTLS_CODE_PASSWORD_NEEDED);
}

Test(key_forms, every_engine, .timeout = 240)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count * FORM_COUNT; i++) {
        const form *form = &forms[i % FORM_COUNT];
        const otls_backend *backend = backends[i / FORM_COUNT];
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;
        bool has;

        if (!is_asked(backend, form->file))
            continue;
        status = load(backend, form->file, form->password, &err);
        has = supported(form, backend, status);
        cr_expect_eq(status, has ? OTLS_OK : OTLS_E_CREDENTIAL, "%s, %s: %s [%s]",
                     otls_backend_name(backend), form->file, err.text, err.native_text);
        if (!has)
            expect_code(backend, form, form->password, OTLS_CODE_KEY_UNSUPPORTED);
        if (form->password != NULL)
            expect_refusals(backend, form, has);
    }
}

/* A PKCS #12 of the empty password, or of none, opens without a callback; what is not encrypted and
 * has no MAC opens with any. */
Test(key_forms, no_password)
{
    static const char *const files[] = {"empty-3des.p12", "empty-nomac.p12", "open.p12"};
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++) {
        otls_error err = OTLS_ERROR_INIT;

        for (size_t k = 0; k < 3; k++)
            if (is_asked(backends[i], files[k]))
                cr_expect_eq(load(backends[i], files[k], NULL, &err), OTLS_OK, "%s, %s: %s",
                             otls_backend_name(backends[i]), files[k], err.text);
        if (is_asked(backends[i], "open.p12"))
            cr_expect_eq(load(backends[i], "open.p12", "anything", &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(load(backends[i], "empty.key", NULL, &err), OTLS_E_CREDENTIAL);
        cr_expect_eq(err.code, OTLS_CODE_PASSWORD_NEEDED);
    }
}

static uint8_t *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(1 << 16);

    cr_assert(file != NULL && data != NULL, "%s", path);
    *size = fread(data, 1, (1 << 16) - 8, file);
    (void)fclose(file);
    return data;
}

/* BER, as other programs write it: the same file with an indefinite length around it; and every one
 * that is cut short is malformed, whatever the engine. */
Test(key_forms, ber_and_cut)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);
    size_t size;
    uint8_t *file = slurp(FORMS "mac-sha256.p12", &size);

    cr_assert(file[0] == 0x30 && file[1] == 0x82);
    for (size_t i = 0; i < count; i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_identity *identity;
        uint8_t *ber;

        if (!is_asked(backends[i], "mac-sha256.p12"))
            continue;
        ber = malloc(size + 2);
        cr_assert(ber != NULL);
        ber[0] = 0x30;
        ber[1] = 0x80;
        memcpy(ber + 2, file + 4, size - 4);
        memset(ber + size - 2, 0, 2);
        cr_expect_eq(otls_identity_from_pkcs12_memory(&identity, backends[i], ber, size,
                                                      otls_password_string, SECRET, &err),
                     OTLS_OK, "%s: %s", otls_backend_name(backends[i]), err.text);
        otls_identity_free(identity);
        for (size_t cut = 1; cut < 12; cut++) {
            cr_expect_eq(otls_identity_from_pkcs12_memory(&identity, backends[i], file,
                                                          size * cut / 12, otls_password_string,
                                                          SECRET, &err),
                         OTLS_E_CREDENTIAL);
            cr_expect_eq(err.code, OTLS_CODE_BAD_DER, "%s", err.text);
        }
        free(ber);
    }
    free(file);
}

/* An Ed25519 key under PBES2 with the password "secret"; the last block is all padding. */
#define PADDED(last)                                                                               \
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"                                                      \
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhzYWx0c2FsdAICA+gw\n"                           \
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEDAxMjM0NTY3ODlhYmNkZWYEQNJz\n"                           \
    "I3Hg2SZINricg82JfvtcRCkQFtNh7Po1b5UKmwRUGnvP/LEq5Mvmq1Q8oYeP" last                            \
    "\n-----END ENCRYPTED PRIVATE KEY-----\n"

/* RFC 8018 6.1.1: every octet of the padding says how long it is. */
Test(key_forms, padding)
{
    static const struct {
        const char *key;
        bool good;
    } rows[] = {
        {PADDED("m3g1\na8vUdZFT8m4dloGGYJ0="), true},
        {PADDED("m2QL\nDthQUTRLybqWBG1GZEI="), false}, /* one in the middle is wrong */
        {PADDED("m84S\nRNPGeGH6ZjGchOot3lQ="), false}, /* the first is */
    };
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
            otls_error err = OTLS_ERROR_INIT;
            otls_key *key = NULL;
            otls_status status;

            if (otls_backend_supports(backends[i], OTLS_FEATURE_ED25519, NULL) == OTLS_NO)
                continue;
            status = otls_key_from_memory(&key, backends[i], rows[k].key, strlen(rows[k].key),
                                          otls_password_string, (void *)(uintptr_t)SECRET, &err);
            cr_expect_eq(status, rows[k].good ? OTLS_OK : OTLS_E_CREDENTIAL, "%s, row %zu: %s",
                         otls_backend_name(backends[i]), k, err.text);
            cr_expect(rows[k].good || err.code == OTLS_CODE_WRONG_PASSWORD, "%s, row %zu: %s",
                      otls_backend_name(backends[i]), k, err.text);
            otls_key_free(key);
        }
}
