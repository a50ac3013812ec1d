/* SPDX-License-Identifier: MIT */
/* Trust: where roots come from, and one store for every context of every engine. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PKI OTLS_TEST_PKI "/"

static void copy(const char *from, const char *directory, const char *name, const char *before)
{
    char path[256], data[16384];
    FILE *file = fopen(from, "rb");
    size_t size;

    cr_assert(file != NULL, "%s", from);
    size = fread(data, 1, sizeof(data), file);
    (void)fclose(file);
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "ab");
    cr_assert(file != NULL, "%s", path);
    cr_assert_eq(fwrite(before, 1, strlen(before), file), strlen(before));
    cr_assert_eq(fwrite(data, 1, size, file), size);
    (void)fclose(file);
}

static void make_directory(char directory[64])
{
    (void)snprintf(directory, 64, "/tmp/omnitls-trust.XXXXXX");
    cr_assert(mkdtemp(directory) != NULL);
}

static void remove_directory(const char *directory)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", directory);
    cr_assert_eq(system(command), 0);
}

typedef enum source {
    PLAIN_DIRECTORY,
    HASHED_DIRECTORY,
    DER_FILE,
    SYSTEM_FILE,
    SYSTEM_DIRECTORY
} source;

static otls_trust *store_from(source from, const char *directory)
{
    char path[128];
    otls_trust *trust;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    switch (from) {
    case PLAIN_DIRECTORY:
        copy(PKI "root.pem", directory, "root.pem", "");
        copy(PKI "other-root.pem", directory, "other.crt", "");
        copy(PKI "root.key", directory, "README", "");
        status = otls_trust_add_directory(trust, directory, &err);
        cr_assert_eq(otls_trust_count(trust), 2);
        break;
    case HASHED_DIRECTORY:
        copy(PKI "root.pem", directory, "0123abcd.0", "");
        status = otls_trust_add_directory(trust, directory, &err);
        break;
    case DER_FILE:
        status = otls_trust_add_file(trust, PKI "der/root.der", &err);
        break;
    case SYSTEM_FILE:
        cr_assert_eq(setenv("SSL_CERT_FILE", PKI "root.pem", 1), 0);
        cr_assert_eq(setenv("SSL_CERT_DIR", directory, 1), 0);
        status = otls_trust_add_system(trust, &err);
        cr_assert_eq(otls_trust_count(trust), 1, "%zu", otls_trust_count(trust));
        break;
    default:
        (void)snprintf(path, sizeof(path), "%s/missing", directory);
        copy(PKI "root.pem", directory, "0123abcd.0", "");
        cr_assert_eq(unsetenv("SSL_CERT_FILE"), 0);
        cr_assert_eq(setenv("SSL_CERT_DIR", directory, 1), 0);
        status = otls_trust_add_system(trust, &err);
        break;
    }
    cr_assert_eq(status, OTLS_OK, "%d: %s", (int)from, err.text);
    return trust;
}

ParameterizedTestParameters(trust, sources)
{
    return pair_parameters_short();
}

/* A client that believes what the source holds, and nothing else, connects. */
ParameterizedTest(size_t *index, trust, sources)
{
    const pair_case which = pair_case_short_at(*index);

    for (source from = PLAIN_DIRECTORY; from <= SYSTEM_DIRECTORY; from++) {
        char directory[64];
        otls_trust *trust;
        otls_context *context;
        otls_transport transport;
        pair p;

        make_directory(directory);
        trust = store_from(from, directory);
        pair_open(&p, &which, NULL);
        otls_connection_free(p.client);
        cr_assert_eq(otls_context_copy(&context, p.client_context, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_trust(context, trust, NULL), OTLS_OK);
        otls_trust_free(trust);
        otls_context_free(p.client_context);
        p.client_context = context;
        transport = wire_transport(&p.wire.client);
        cr_assert_eq(otls_connection_new(&p.client, context, &transport, NULL), OTLS_OK);
        cr_assert_eq(otls_connection_set_server_name(p.client, "localhost", NULL), OTLS_OK);
        pair_connect(&p);
        cr_assert_eq(otls_connection_verify_flags(p.client), 0);
        pair_close(&p);
        remove_directory(directory);
    }
}

/* One store, sealed by the first of them, serves contexts of all engines. */
Test(trust, shared)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);
    otls_trust *trust = test_trust("root");
    otls_context *contexts[PAIR_ENGINES];
    otls_trust_statistics facts = {.size = sizeof(facts)};

    cr_assert(count > 0);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(otls_context_new(&contexts[i], backends[i], OTLS_CLIENT, NULL), OTLS_OK);
        cr_assert_eq(otls_context_set_trust(contexts[i], trust, NULL), OTLS_OK);
    }
    cr_assert_eq(otls_trust_add_file(trust, PKI "other-root.pem", NULL), OTLS_E_SEALED);
    otls_trust_free(trust); /* the contexts hold it */
    otls_trust_stats(trust, &facts);
    cr_assert(facts.certificates == 1 && facts.authorities == 1 && facts.crls == 0);
    for (size_t i = 0; i < count; i++)
        otls_context_free(contexts[i]);
}

/* Nothing of a bundle is taken when one certificate in its middle is broken. */
Test(trust, broken_in_the_middle)
{
    char directory[64], path[128];
    otls_trust *trust;
    otls_error err = OTLS_ERROR_INIT;

    make_directory(directory);
    (void)snprintf(path, sizeof(path), "%s/bundle.pem", directory);
    copy(PKI "root.pem", directory, "bundle.pem", "");
    copy(PKI "other-root.pem", directory, "bundle.pem",
         "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n");
    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, path, &err), OTLS_E_CREDENTIAL, "%s", err.text);
    cr_assert(strstr(err.text, path) != NULL && strstr(err.text, "certificate 2") != NULL, "%s", err.text);
    cr_assert_eq(otls_trust_count(trust), 0);
    cr_assert_eq(otls_trust_add_file(trust, PKI "root.pem", &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_trust_count(trust), 1);
    otls_trust_free(trust);
    remove_directory(directory);
}
