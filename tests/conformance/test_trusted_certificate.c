/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL's "TRUSTED CERTIFICATE": what its annex says about trust holds on every engine, in
 * verdicts without a handshake and in handshakes, with core's verifier and with the engine's.
 */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PKI OTLS_TEST_PKI "/"

typedef struct trust_row {
    const char *first, *second; /* files */
    bool server, client, any;   /* an anchor for them? */
} trust_row;

static const trust_row rows[] = {
    {"root.pem", NULL, true, true, true},
    {"root.reject-server.pem", NULL, false, true, false},
    {"root.reject-any.pem", NULL, false, false, false},
    {"root.trust-client.pem", NULL, false, true, false},
    {"root.trust-server.pem", NULL, true, false, false},
    /* a refusal holds whatever else was said, in any order */
    {"root.pem", "root.reject-server.pem", false, true, false},
    {"root.reject-server.pem", "root.pem", false, true, false},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static otls_trust *store(const trust_row *row)
{
    const char *const names[] = {row->first, row->second};
    otls_trust *trust;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    for (int i = 0; i < 2 && names[i] != NULL; i++) {
        char path[512];

        (void)snprintf(path, sizeof(path), PKI "%s", names[i]);
        cr_assert_eq(otls_trust_add_file(trust, path, &err), OTLS_OK, "%s", err.text);
    }
    cr_assert_eq(otls_trust_count(trust), 1);
    return trust;
}

static bool accepted(otls_trust *trust, const otls_backend *backend, int purpose, int verifier)
{
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_identity *peer = test_identity(
        backend, purpose == OTLS_PURPOSE_CLIENT ? "client-ecdsa-p256" : "server-ecdsa-p256");
    const otls_certificate *chain[] = {otls_identity_chain(peer, 0), otls_identity_chain(peer, 1)};
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict;
    uint32_t flags;

    parameters.purpose = purpose;
    parameters.backend = backend;
    parameters.verifier = verifier;
    parameters.time = (int64_t)time(NULL);
    cr_assert_eq(otls_trust_verify(trust, chain, 2, &parameters, &verdict, &err), OTLS_OK, "%s",
                 err.text);
    flags = otls_verdict_flags(verdict);
    cr_assert(flags == 0 || (flags & OTLS_VERIFY_UNKNOWN_CA) != 0, "%s: %#x %s",
              otls_backend_name(backend), (unsigned)flags, otls_verdict_text(verdict));
    otls_verdict_free(verdict);
    otls_identity_free(peer);
    return flags == 0;
}

Test(trusted_certificate, verdicts)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count * ROWS * 2; i++) {
        const trust_row *row = &rows[i % ROWS];
        const otls_backend *backend = backends[i / ROWS / 2];
        const int verifier = i / ROWS % 2 ? OTLS_VERIFIER_ENGINE : OTLS_VERIFIER_UNIFORM;
        otls_trust *trust;

        if (verifier == OTLS_VERIFIER_ENGINE &&
            otls_backend_supports(backend, OTLS_FEATURE_ENGINE_VERIFIER, NULL) == OTLS_NO)
            continue;
        trust = store(row);
        cr_expect_eq(accepted(trust, backend, OTLS_PURPOSE_SERVER, verifier), row->server,
                     "%s, %s, server", otls_backend_name(backend), row->first);
        cr_expect_eq(accepted(trust, backend, OTLS_PURPOSE_CLIENT, verifier), row->client,
                     "%s, %s, client", otls_backend_name(backend), row->first);
        cr_expect_eq(accepted(trust, backend, OTLS_PURPOSE_ANY, verifier), row->any, "%s, %s, any",
                     otls_backend_name(backend), row->first);
        otls_trust_free(trust);
    }
}

ParameterizedTestParameters(trusted_certificate, handshakes)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, trusted_certificate, handshakes)
{
    static const struct {
        const char *trust;
        bool good;
    } roots[] = {
        {"root.trust-server", true}, {"root.reject-server", false}, {"root.trust-client", false}};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        pair p;

        pair_open(&p, &which, &(pair_options){.client_trust = roots[i].trust});
        pair_handshake(&p);
        if (roots[i].good) {
            cr_expect_eq(p.client_status, OTLS_OK, "%s, %s: %s", pair_name(&which), roots[i].trust,
                         p.client_error.text);
        } else {
            cr_expect_eq(p.client_status, OTLS_E_VERIFY, "%s, %s", pair_name(&which),
                         roots[i].trust);
            cr_expect((p.client_error.verify_flags & OTLS_VERIFY_UNKNOWN_CA) != 0);
        }
        pair_close(&p);
    }
}

/* What is presented is the certificate; whoever made the file trusted it for this or that. */
Test(trusted_certificate, own_leaf)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++) {
        otls_identity *plain = test_identity(backends[i], "server-noint"), *own;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_identity_from_files(&own, backends[i],
                                              PKI "server-ecdsa-p256.trusted.pem",
                                              PKI "server-ecdsa-p256.key", NULL, NULL, &err),
                     OTLS_OK, "%s: %s", otls_backend_name(backends[i]), err.text);
        cr_expect_eq(otls_identity_chain_count(own), 1);
        cr_expect(
            otls_certificate_equal(otls_identity_chain(own, 0), otls_identity_chain(plain, 0)));
        otls_identity_free(own);
        otls_identity_free(plain);
    }
}

static uint8_t *first_der(const char *path, size_t *length)
{
    char text[8192];
    FILE *file = fopen(path, "rb");
    uint8_t *der;
    size_t size;

    cr_assert_not_null(file, "%s", path);
    size = fread(text, 1, sizeof(text), file);
    (void)fclose(file);
    cr_assert_eq(otls_pem_to_der(text, size, &der, length, NULL), OTLS_OK, "%s", path);
    return der;
}

/* Whoever asks for certificates gets this one too, without its annex. */
Test(trusted_certificate, among_certificates)
{
    static const char *const names[] = {PKI "root.trust-server.pem", PKI "root.reject-any.pem"};
    otls_certificate *plain, *one, **list;
    otls_error err = OTLS_ERROR_INIT;
    size_t count, size;

    cr_assert_eq(otls_certificate_from_file(&plain, PKI "root.pem", &err), OTLS_OK);
    for (size_t i = 0; i < 2; i++) {
        uint8_t *der = first_der(names[i], &size);

        cr_assert_eq(otls_certificate_from_file(&one, names[i], &err), OTLS_OK, "%s", err.text);
        cr_expect(otls_certificate_equal(one, plain), "%s", names[i]);
        otls_certificate_free(one);
        cr_assert_eq(otls_certificate_list_from_file(&list, &count, names[i], &err), OTLS_OK, "%s", err.text);
        cr_expect(count == 1 && otls_certificate_equal(list[0], plain), "%s", names[i]);
        otls_certificate_list_free(list, count);
        cr_assert_eq(otls_certificate_from_der(&one, der, size, &err), OTLS_OK, "%s", err.text);
        cr_expect(otls_certificate_equal(one, plain), "%s", names[i]);
        otls_certificate_free(one);
        otls_memory_free(der);
    }
    otls_certificate_free(plain);
}
