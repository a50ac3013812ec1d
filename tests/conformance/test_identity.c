/* SPDX-License-Identifier: MIT */
/* Identities: every form they come in, passwords, mismatches, order, several in one context. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PKI OTLS_TEST_PKI "/"

static size_t engines(const otls_backend *out[PAIR_ENGINES])
{
    const size_t count = test_subjects(out);

    cr_assert(count > 0, "no engine could be loaded");
    return count;
}

static void *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *data = malloc(1 << 20);

    cr_assert(file != NULL && data != NULL, "%s", path);
    *size = fread(data, 1, (1 << 20) - 1, file);
    data[*size] = '\0';
    (void)fclose(file);
    return data;
}

/* ---- forms ---- */

typedef enum form { FILES, PKCS12 } form;

typedef struct load_row {
    const char *name;
    form form;
    const char *chain, *key;
    bool callback;
    const char *password; /* NULL with `callback`: it refuses */
    otls_status status;
    int32_t code;
    const char *names; /* what the message names */
    size_t chain_count;
} load_row;

static const load_row loads[] = {
    {"PEM", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.key", false, NULL, OTLS_OK,
     0, NULL, 2},
    {"DER EC", FILES, PKI "server-ecdsa-p256.crt.der", PKI "server-ecdsa-p256.key.der", false, NULL,
     OTLS_OK, 0, NULL, 1},
    {"DER RSA", FILES, PKI "server-rsa-2048.crt.der", PKI "server-rsa-2048.key.der", false, NULL,
     OTLS_OK, 0, NULL, 1},
    {"DER Ed25519", FILES, PKI "server-ed25519.crt.der", PKI "server-ed25519.key.der", false, NULL,
     OTLS_OK, 0, NULL, 1},
    {"PKCS #8, password", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key", true,
     "secret", OTLS_OK, 0, NULL, 2},
    {"PKCS #8, wrong", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key", true,
     "wrong", OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD, "server-ecdsa-p256.enc.key", 0},
    {"PKCS #8, empty", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key", true,
     "", OTLS_E_CREDENTIAL, OTLS_CODE_EMPTY_PASSWORD, "server-ecdsa-p256.enc.key", 0},
    {"PKCS #8, none", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key", false,
     NULL, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED, "server-ecdsa-p256.enc.key", 0},
    {"PKCS #8, refused", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key", true,
     NULL, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED, "server-ecdsa-p256.enc.key", 0},
    {"PKCS #8 DER, password", FILES, PKI "server-ecdsa-p256.pem",
     PKI "server-ecdsa-p256.enc.key.der", true, "secret", OTLS_OK, 0, NULL, 2},
    {"PKCS #8 DER, wrong", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key.der",
     true, "Secret", OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD, "enc.key.der", 0},
    {"PKCS #8 DER, none", FILES, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key.der",
     false, NULL, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED, "enc.key.der", 0},
    {"legacy, password", FILES, PKI "server-rsa-2048.pem", PKI "server-rsa-2048.legacy.key", true,
     "secret", OTLS_OK, 0, NULL, 2},
    {"legacy, wrong", FILES, PKI "server-rsa-2048.pem", PKI "server-rsa-2048.legacy.key", true,
     "wrong", OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD, "server-rsa-2048.legacy.key", 0},
    {"legacy, empty", FILES, PKI "server-rsa-2048.pem", PKI "server-rsa-2048.legacy.key", true, "",
     OTLS_E_CREDENTIAL, OTLS_CODE_EMPTY_PASSWORD, "server-rsa-2048.legacy.key", 0},
    {"legacy, none", FILES, PKI "server-rsa-2048.pem", PKI "server-rsa-2048.legacy.key", false,
     NULL, OTLS_E_CREDENTIAL, OTLS_CODE_PASSWORD_NEEDED, "server-rsa-2048.legacy.key", 0},
    {"PKCS #12, password", PKCS12, PKI "server-ecdsa-p256.p12", NULL, true, "secret", OTLS_OK, 0,
     NULL, 2},
    {"PKCS #12 RSA", PKCS12, PKI "server-rsa-2048.p12", NULL, true, "secret", OTLS_OK, 0, NULL, 2},
    {"PKCS #12, wrong", PKCS12, PKI "server-ecdsa-p256.p12", NULL, true, "wrong", OTLS_E_CREDENTIAL,
     OTLS_CODE_WRONG_PASSWORD, "server-ecdsa-p256.p12", 0},
    {"PKCS #12, empty", PKCS12, PKI "server-ecdsa-p256.p12", NULL, true, "", OTLS_E_CREDENTIAL,
     OTLS_CODE_EMPTY_PASSWORD, "server-ecdsa-p256.p12", 0},
    {"PKCS #12, none", PKCS12, PKI "server-ecdsa-p256.p12", NULL, false, NULL, OTLS_E_CREDENTIAL,
     OTLS_CODE_PASSWORD_NEEDED, "server-ecdsa-p256.p12", 0},
    {"PKCS #12 of an empty password", PKCS12, PKI "server-ecdsa-p256.empty.p12", NULL, true, "",
     OTLS_OK, 0, NULL, 2},
    {"PKCS #12 of an empty password, none", PKCS12, PKI "server-ecdsa-p256.empty.p12", NULL, false,
     NULL, OTLS_OK, 0, NULL, 2},
    {"PKCS #12 that is none", PKCS12, PKI "server-ecdsa-p256.key.der", NULL, true, "secret",
     OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "server-ecdsa-p256.key.der", 0},
    {"PKCS #12 that is PEM", PKCS12, PKI "server-ecdsa-p256.pem", NULL, true, "secret",
     OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "server-ecdsa-p256.pem", 0},
    {"EC key of the same curve", FILES, PKI "server-ecdsa-p256.pem", PKI "server-alpha.key", false,
     NULL, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH, "server-alpha.key", 0},
    {"key of another kind", FILES, PKI "server-ecdsa-p256.pem", PKI "server-rsa-2048.key", false,
     NULL, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH, "server-rsa-2048.key", 0},
    {"RSASSA-PSS", FILES, PKI "server-rsa-pss.pem", PKI "server-rsa-pss.key", false, NULL, OTLS_OK,
     0, NULL, 2},
    {"RSASSA-PSS, bound", FILES, PKI "server-rsa-pss-bound.pem", PKI "server-rsa-pss-bound.key",
     false, NULL, OTLS_OK, 0, NULL, 2},
    {"RSASSA-PSS, key of another", FILES, PKI "server-rsa-pss.pem", PKI "server-rsa-pss-bound.key",
     false, NULL, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH, "server-rsa-pss-bound.key", 0},
    {"no key in the file", FILES, PKI "server-ecdsa-p256.pem", NULL, false, NULL, OTLS_E_CREDENTIAL,
     OTLS_CODE_NO_KEY, "server-ecdsa-p256.pem", 0},
    {"no certificate in the file", FILES, PKI "server-ecdsa-p256.key", NULL, false, NULL,
     OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE, "server-ecdsa-p256.key", 0},
};

#define LOADS (sizeof(loads) / sizeof(loads[0]))

static otls_status refuse(char *out, size_t capacity, size_t *length, void *user)
{
    (void)out, (void)capacity, (void)length, (void)user;
    return OTLS_E_USAGE;
}

static otls_status load(otls_identity **out, const otls_backend *backend, const load_row *row,
                        otls_error *err)
{
    otls_password_callback ask = !row->callback          ? NULL
                                 : row->password != NULL ? otls_password_string
                                                         : refuse;
    void *user = (void *)(uintptr_t)row->password;

    if (row->form == PKCS12)
        return otls_identity_from_pkcs12_file(out, backend, row->chain, ask, user, err);
    return otls_identity_from_files(out, backend, row->chain, row->key, ask, user, err);
}

/* Why the engine has no such keys, or NULL. */
static const divergence *without_pss(const otls_backend *backend)
{
    return divergence_find("RSASSA-PSS keys", &(pair_case){backend, backend, OTLS_TLS1_2, NULL});
}

static bool loads_such(const otls_backend *backend, const load_row *row)
{
    return (strstr(row->chain, "rsa-pss") == NULL || without_pss(backend) == NULL) &&
           (row->form != PKCS12 ||
            otls_backend_supports(backend, OTLS_FEATURE_PKCS12, NULL) != OTLS_NO) &&
           (strstr(row->chain, "ed25519") == NULL ||
            otls_backend_supports(backend, OTLS_FEATURE_ED25519, NULL) != OTLS_NO);
}

Test(identity, forms)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count * LOADS; i++) {
        const load_row *row = &loads[i % LOADS];
        const char *engine = otls_backend_name(backends[i / LOADS]);
        otls_identity *identity;
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;

        if (!loads_such(backends[i / LOADS], row))
            continue;
        status = load(&identity, backends[i / LOADS], row, &err);
        cr_assert_eq(status, row->status, "%s, %s: %s [%s]", engine, row->name, err.text,
                     err.native_text);
        if (status == OTLS_OK) {
            cr_assert_eq(otls_identity_chain_count(identity), row->chain_count, "%s, %s", engine,
                         row->name);
            cr_assert(strstr(otls_certificate_subject(otls_identity_chain(identity, 0)),
                             "localhost") != NULL);
            cr_assert_eq(otls_identity_backend(identity), backends[i / LOADS]);
            otls_identity_free(identity);
            continue;
        }
        cr_assert(identity == NULL);
        cr_assert_eq(err.code, row->code, "%s, %s: %s (%s) [%s]", engine, row->name,
                     otls_code_name(err.code), err.text, err.native_text);
        cr_assert(strstr(err.text, row->names) != NULL, "%s, %s: %s", engine, row->name, err.text);
    }
}

/* A wrong password never succeeds, whatever it decrypts to: many of them, some with lucky padding.
 */
Test(identity, wrong_passwords)
{
    static const struct {
        const char *chain, *key;
    } files[] = {{PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key"},
                 {PKI "server-rsa-2048.pem", PKI "server-rsa-2048.legacy.key"}};
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++)
        for (int n = 0; n < 600; n++) {
            /* PKCS #8's 2,048 rounds are slow: fewer of those */
            const size_t which = n % 10 == 0 ? 0 : 1;
            char password[32];
            otls_identity *identity;
            otls_error err = OTLS_ERROR_INIT;

            (void)snprintf(password, sizeof(password), "no%d", n);
            cr_assert_eq(otls_identity_from_files(&identity, backends[i], files[which].chain,
                                                  files[which].key, otls_password_string, password,
                                                  &err),
                         OTLS_E_CREDENTIAL, "%s, %s", otls_backend_name(backends[i]), password);
            cr_assert_eq(err.code, OTLS_CODE_WRONG_PASSWORD, "%s, %s: %s [%s]",
                         otls_backend_name(backends[i]), password, err.text, err.native_text);
        }
}

static otls_status count_asked(char *out, size_t capacity, size_t *length, void *user)
{
    ++*(int *)user;
    return otls_password_string(out, capacity, length, (void *)(uintptr_t) "secret");
}

/* A file does not say how long we work on it; counts are added up, and nobody is asked before. */
Test(identity, derivation_limit)
{
    static const struct {
        const char *chain, *key;
        uint64_t total;
    } files[] = {{PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.enc.key", 2048},
                 {PKI "server-ecdsa-p256.p12", NULL, 3 * 2048}};
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count * 4; i++) {
        const load_row row = {
            .form = i % 2 ? PKCS12 : FILES, .chain = files[i % 2].chain, .key = files[i % 2].key};
        const uint64_t limit = files[i % 2].total - (i % 4 < 2 ? 1 : 0);
        const otls_backend *backend = backends[i / 4];
        otls_identity *identity;
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;
        int asked = 0;

        if (row.form == PKCS12 &&
            otls_backend_supports(backend, OTLS_FEATURE_PKCS12, NULL) == OTLS_NO)
            continue;
        otls_key_set_derivation_limit(limit);
        status = row.form == PKCS12 ? otls_identity_from_pkcs12_file(&identity, backend, row.chain,
                                                                     count_asked, &asked, &err)
                                    : otls_identity_from_files(&identity, backend, row.chain,
                                                               row.key, count_asked, &asked, &err);
        if (i % 4 < 2) {
            cr_expect_eq(status, OTLS_E_CREDENTIAL, "%s, %s", otls_backend_name(backend),
                         row.chain);
            cr_expect(err.code == OTLS_CODE_LIMIT && asked == 0, "%s", err.text);
            continue;
        }
        cr_assert_eq(status, OTLS_OK, "%s: %s", otls_backend_name(backend), err.text);
        cr_expect_eq(asked, 1);
        otls_identity_free(identity);
    }
}

/* ---- order, combined, memory, parts ---- */

Test(identity, texts)
{
    size_t leaf_size, key_size, int_size, root_size, alpha_size;
    char *leaf = slurp(PKI "server-noint.pem", &leaf_size);
    char *key = slurp(PKI "server-ecdsa-p256.key", &key_size);
    char *intermediate = slurp(PKI "int.pem", &int_size);
    char *root = slurp(PKI "root.pem", &root_size);
    char *alpha = slurp(PKI "server-alpha.pem", &alpha_size); /* with the intermediate */
    const struct {
        const char *name;
        const char *parts[5]; /* NULL: no more of them */
        otls_status status;
        int32_t code;
        size_t chain, dropped;
    } rows[] = {
        {"combined, key last", {leaf, intermediate, key, ""}, OTLS_OK, 0, 2, 0},
        {"combined, key first", {key, leaf, intermediate, ""}, OTLS_OK, 0, 2, 0},
        {"with its root", {key, leaf, intermediate, root}, OTLS_OK, 0, 3, 0},
        {"intermediate first", {intermediate, leaf, key, ""}, OTLS_OK, 0, 2, 0},
        {"root before intermediate", {leaf, root, intermediate, key}, OTLS_OK, 0, 3, 0},
        {"root first of all", {root, intermediate, leaf, key}, OTLS_OK, 0, 3, 0},
        {"the intermediate twice", {leaf, intermediate, intermediate, key}, OTLS_OK, 0, 2, 1},
        {"the leaf twice", {leaf, leaf, intermediate, key}, OTLS_OK, 0, 2, 1},
        {"the root twice", {leaf, intermediate, root, root, key}, OTLS_OK, 0, 3, 1},
        {"another server's in between", {leaf, alpha, key, ""}, OTLS_OK, 0, 2, 1},
        {"another server's first", {alpha, leaf, key, ""}, OTLS_OK, 0, 2, 1},
        {"two keys", {leaf, key, key, ""}, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, 0, 0},
        {"a stranger behind it", {leaf, root, key, ""}, OTLS_OK, 0, 1, 1},
        {"the leaf is missing",
         {root, intermediate, key, ""},
         OTLS_E_CREDENTIAL,
         OTLS_CODE_KEY_MISMATCH,
         0,
         0},
    };
    const size_t row_count = sizeof(rows) / sizeof(rows[0]);
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count * row_count; i++) {
        const char *engine = otls_backend_name(backends[i / row_count]);
        char *text = calloc(1, 1 << 16);
        otls_identity *identity;
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;

        cr_assert(text != NULL);
        for (int k = 0; k < 5 && rows[i % row_count].parts[k] != NULL; k++)
            strcat(text, rows[i % row_count].parts[k]);
        status = otls_identity_from_memory(&identity, backends[i / row_count], text, strlen(text),
                                           NULL, 0, NULL, NULL, &err);
        cr_assert_eq(status, rows[i % row_count].status, "%s, %s: %s", engine,
                     rows[i % row_count].name, err.text);
        if (status != OTLS_OK) {
            cr_assert_eq(err.code, rows[i % row_count].code, "%s: %s", rows[i % row_count].name,
                         err.text);
        } else {
            const otls_certificate *first = otls_identity_chain(identity, 0);

            cr_expect_eq(otls_identity_chain_count(identity), rows[i % row_count].chain, "%s, %s",
                         engine, rows[i % row_count].name);
            cr_expect_eq(otls_identity_dropped_count(identity), rows[i % row_count].dropped,
                         "%s, %s", engine, rows[i % row_count].name);
            cr_expect_eq(otls_identity_dropped(identity, 0) != NULL,
                         rows[i % row_count].dropped != 0);
            cr_expect_null(otls_identity_dropped(identity, rows[i % row_count].dropped));
            cr_expect(strstr(otls_certificate_subject(first), "localhost") != NULL, "%s, %s: %s",
                      engine, rows[i % row_count].name, otls_certificate_subject(first));
            for (size_t k = 1; k < otls_identity_chain_count(identity); k++)
                cr_expect_str_eq(otls_certificate_subject(otls_identity_chain(identity, k)),
                                 otls_certificate_issuer(otls_identity_chain(identity, k - 1)),
                                 "%s, %s", engine, rows[i % row_count].name);
        }
        otls_identity_free(identity);
        free(text);
    }
    free(leaf);
    free(key);
    free(intermediate);
    free(root);
    free(alpha);
}

/* What a store knows is added up to, but not including, the root. */
Test(identity, completed)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        otls_identity *bare = test_identity(backends[i], "server-noint"), *whole, *again;
        otls_trust *trust = test_trust("root");
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_identity_complete(&whole, bare, trust, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(otls_identity_chain_count(whole), 1, "the root alone adds nothing");
        otls_identity_free(whole);
        otls_trust_free(trust);
        cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
        cr_assert_eq(otls_trust_add_file(trust, PKI "root.pem", &err), OTLS_OK);
        cr_assert_eq(otls_trust_add_file(trust, PKI "int.pem", &err), OTLS_OK);
        cr_assert_eq(otls_identity_complete(&whole, bare, trust, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(otls_identity_chain_count(whole), 2);
        cr_expect_eq(otls_identity_chain_count(bare), 1);
        cr_assert_eq(otls_identity_complete(&again, whole, trust, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(otls_identity_chain_count(again), 2, "nothing is added twice");
        cr_expect_eq(otls_identity_dropped_count(again), 0);
        otls_identity_free(again);
        cr_expect_eq(otls_identity_complete(&again, NULL, trust, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_identity_complete(&again, bare, NULL, &err), OTLS_E_USAGE);
        cr_expect_null(again);
        otls_identity_free(whole);
        otls_identity_free(bare);
        otls_trust_free(trust);
    }
}

Test(identity, from_parts)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = engines(backends);

    for (size_t i = 0; i < count; i++) {
        otls_identity *whole = test_identity(backends[i], "server-noint"), *grown, *made;
        otls_identity *full = test_identity(backends[i], "server-ecdsa-p256");
        const otls_certificate *parts[2] = {otls_identity_chain(full, 0),
                                            otls_identity_chain(full, 1)};
        const otls_certificate *reversed[2] = {parts[1], parts[0]};
        uint8_t one[512], two[512];
        size_t one_size, two_size;
        otls_key *key;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_identity_with_chain(&grown, whole, &parts[1], 1, &err), OTLS_OK, "%s",
                     err.text);
        cr_assert_eq(otls_identity_chain_count(grown), 2);
        cr_assert_eq(otls_identity_chain_count(whole), 1);
        otls_identity_free(grown);
        cr_assert_eq(
            otls_key_from_file(&key, backends[i], PKI "server-ecdsa-p256.key", NULL, NULL, &err),
            OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_identity_from_key(&made, parts, 2, key, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_key_public(key, one, sizeof(one), &one_size, &err), OTLS_OK);
        cr_assert_eq(otls_key_public(otls_identity_key(full), two, sizeof(two), &two_size, &err),
                     OTLS_OK);
        cr_assert(one_size == two_size && memcmp(one, two, one_size) == 0);
        cr_assert_eq(otls_key_public(key, one, 4, &one_size, &err), OTLS_E_USAGE);
        otls_identity_free(made);
        cr_assert_eq(otls_identity_from_key(&made, reversed, 2, key, &err), OTLS_OK, "%s",
                     err.text);
        cr_assert(otls_certificate_equal(otls_identity_chain(made, 0), parts[0]));
        otls_identity_free(made);
        otls_key_free(key);
        cr_assert_eq(
            otls_key_from_file(&key, backends[i], PKI "server-alpha.key", NULL, NULL, &err),
            OTLS_OK);
        cr_assert_eq(otls_identity_from_key(&made, parts, 2, key, &err), OTLS_E_CREDENTIAL);
        cr_assert_eq(err.code, OTLS_CODE_KEY_MISMATCH, "%s", err.text);
        otls_key_free(key);
        otls_identity_free(whole);
        otls_identity_free(full);
    }
}

/* ---- RSASSA-PSS keys ---- */

/* RFC 4055 1.2, RFC 8446 4.2.3 rsa_pss_pss_*: an identity like others, where the engine has such
 * schemes; else the setter says so, and not that the key is another's. */
ParameterizedTestParameters(identity, pss)
{
    return pair_parameters_short();
}

static bool has_pss(const otls_backend *backend)
{
    return strcmp(otls_backend_name(backend), "wolfssl") != 0;
}

/* The same numbers in a plain RSA key: not the certificate's key, or one engine would refuse later
 * what another takes. */
static void expect_plain_refused(const otls_backend *backend, const char *name)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity;
    char chain[512], key[512];

    (void)snprintf(chain, sizeof(chain), "%s%s.pem", PKI, name);
    (void)snprintf(key, sizeof(key), "%s%s.plain.key", PKI, name);
    cr_expect_eq(otls_identity_from_files(&identity, backend, chain, key, NULL, NULL, &err),
                 OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_KEY_MISMATCH, "%s", err.text);
}

ParameterizedTest(size_t *index, identity, pss)
{
    static const char *const names[] = {"server-rsa-pss", "server-rsa-pss-bound"};
    const pair_case which = pair_case_short_at(*index);

    if (without_pss(which.client) != NULL || without_pss(which.server) != NULL)
        cr_skip_test("%s", (without_pss(which.client) != NULL ? without_pss(which.client)
                                                              : without_pss(which.server))
                               ->reason);
    for (size_t i = 0; i < 2; i++) {
        otls_error err = OTLS_ERROR_INIT;
        pair p;

        if (!has_pss(which.server)) {
            otls_identity *identity = test_identity(which.server, names[i]);
            otls_context *context;

            cr_assert_eq(otls_context_new(&context, which.server, OTLS_SERVER, &err), OTLS_OK);
            cr_expect_eq(otls_context_add_identity(context, identity, &err), OTLS_E_UNSUPPORTED);
            cr_expect_eq(err.code, OTLS_CODE_KEY_UNSUPPORTED);
            cr_expect(strstr(err.text, "wolfssl") != NULL && strstr(err.text, "RSA-PSS") != NULL,
                      "%s", err.text);
            otls_context_free(context);
            otls_identity_free(identity);
            continue;
        }
        expect_plain_refused(which.server, names[i]);
        if (!has_pss(which.client))
            continue; /* the corpus has what such a client says */
        pair_open(&p, &which, &(pair_options){.server_identity = names[i]});
        pair_connect(&p);
        cr_expect_eq(otls_connection_peer_signature(p.client) >> 8, 8, "%s, %s: 0x%04x",
                     pair_name(&which), names[i], otls_connection_peer_signature(p.client));
        pair_close(&p);
    }
}

/* ---- several in one context ---- */

ParameterizedTestParameters(identity, several)
{
    return pair_parameters_short();
}

/* One server with three identities; clients that can do one of them only get theirs. */
ParameterizedTest(size_t *index, identity, several)
{
    static const struct {
        const char *signatures, *subject_key;
        uint16_t used;
    } rows[] = {
        {"rsa_pss_rsae_sha256:rsa_pkcs1_sha256", "server-rsa-2048", 0x0804},
        {"ecdsa_secp256r1_sha256", "server-ecdsa-p256", 0x0403},
        {"ed25519:ecdsa_secp256r1_sha256", "server-ecdsa-p256", 0x0403},
        {"rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256", "server-rsa-2048", 0x0804},
    };
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < 4; i++) {
        otls_identity *ecdsa = test_identity(which.server, "server-ecdsa-p256");
        otls_identity *expected = test_identity(which.server, rows[i].subject_key);
        otls_context *copy;
        otls_transport transport;
        otls_error err = OTLS_ERROR_INIT;
        pair p;

        if (rows[i].used == 0x0804 &&
            (!test_has_signature(which.client, which.version, "rsa_pss_rsae_sha256") ||
             !test_has_signature(which.server, which.version, "rsa_pss_rsae_sha256"))) {
            otls_identity_free(ecdsa);
            otls_identity_free(expected);
            continue;
        }
        pair_open(&p, &which,
                  &(pair_options){.server_identity = "server-rsa-2048", .no_verify = true});
        otls_connection_free(p.client);
        otls_connection_free(p.server);
        cr_assert_eq(otls_context_copy(&copy, p.server_context, &err), OTLS_OK);
        cr_assert_eq(otls_context_add_identity(copy, ecdsa, &err), OTLS_OK, "%s", err.text);
        otls_context_free(p.server_context);
        p.server_context = copy;
        cr_assert_eq(otls_context_copy(&copy, p.client_context, &err), OTLS_OK);
        cr_assert_eq(otls_context_set_signature_algorithms(copy, rows[i].signatures, &err), OTLS_OK,
                     "%s", err.text);
        otls_context_free(p.client_context);
        p.client_context = copy;
        transport = wire_transport(&p.wire.client);
        cr_assert_eq(otls_connection_new(&p.client, p.client_context, &transport, &err), OTLS_OK,
                     "%s", err.text);
        transport = wire_transport(&p.wire.server);
        cr_assert_eq(otls_connection_new(&p.server, p.server_context, &transport, &err), OTLS_OK,
                     "%s", err.text);
        cr_assert_eq(otls_connection_set_server_name(p.client, "localhost", &err), OTLS_OK);
        pair_connect(&p);
        cr_assert(otls_certificate_equal(otls_connection_peer_chain(p.client, 0),
                                         otls_identity_chain(expected, 0)),
                  "%s, %s", pair_name(&which), rows[i].signatures);
        cr_assert_eq(otls_connection_peer_signature(p.client), rows[i].used, "%s, %s: 0x%04x",
                     pair_name(&which), rows[i].signatures,
                     otls_connection_peer_signature(p.client));
        otls_identity_free(ecdsa);
        otls_identity_free(expected);
        pair_close(&p);
    }
}
