/* SPDX-License-Identifier: MIT */
/* The rule about NULL in docs/conventions.md: where it is taken, whatever the object. */
#include <criterion/criterion.h>

#include "pair.h"
#include <omnitls/certificate.h>
#include <omnitls/key.h>
#include <omnitls/parity.h>
#include <omnitls/session.h>


/* The call is refused with a status, a code and a sentence, and also where nobody wants to know. */
#define REFUSED(call, wanted_status, wanted_code)                                                  \
    do {                                                                                           \
        otls_error report = OTLS_ERROR_INIT, *err = &report;                                       \
                                                                                                   \
        cr_expect_eq((call), (wanted_status), "%s: %s", #call, report.text);                       \
        cr_expect_eq(report.status, (wanted_status), "%s", #call);                                 \
        cr_expect_eq(report.code, (wanted_code), "%s: %s", #call, otls_code_name(report.code));    \
        cr_expect_neq(report.text[0], '\0', "%s", #call);                                          \
        err = NULL;                                                                                \
        cr_expect_eq((call), (wanted_status), "%s", #call);                                        \
    } while (0)
#define USAGE(call, wanted_code) REFUSED(call, OTLS_E_USAGE, wanted_code)
#define EMPTY(call, wanted_code) REFUSED(call, OTLS_E_CREDENTIAL, wanted_code)
/** One more than any file may have (base/files.h). */
#define TOO_MUCH ((size_t)16 * 1024 * 1024 + 1)

Test(null, nothing_is_given_back)
{
    otls_context_free(NULL);
    otls_connection_free(NULL);
    otls_identity_free(NULL);
    otls_key_free(NULL);
    otls_certificate_free(NULL);
    otls_certificate_list_free(NULL, 3);
    otls_trust_free(NULL);
    otls_session_free(NULL);
    otls_verdict_free(NULL);
    otls_socket_close(NULL);
    otls_string_free(NULL);
    otls_memory_free(NULL);
}

Test(null, no_reference_to_nothing)
{
    cr_expect_null(otls_context_ref(NULL));
    cr_expect_null(otls_identity_ref(NULL));
    cr_expect_null(otls_key_ref(NULL));
    cr_expect_null(otls_certificate_ref(NULL));
    cr_expect_null(otls_trust_ref(NULL));
    cr_expect_null(otls_session_ref(NULL));
}

/* Failures in core and in an engine, without a report to write them to. */
Test(null, no_report)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    for (size_t i = 0; i < count; i++) {
        otls_context *context = NULL;
        otls_key *key = NULL;

        cr_expect_eq(
            otls_key_from_memory(&key, engines[i], "\x30\x03\x02\x01\x05", 5, NULL, NULL, NULL),
            OTLS_E_CREDENTIAL);
        cr_assert_eq(otls_context_new(&context, engines[i], OTLS_SERVER, NULL), OTLS_OK);
        cr_expect_eq(otls_context_insecure_no_verify(context, NULL), OTLS_E_USAGE);
        otls_context_free(context);
    }
}

/* Certificates and lists of them, without one, without a place, or with more than anybody has. */
Test(null, certificates)
{
    otls_certificate *cert = NULL, **list = NULL;
    char *text = NULL, **strings = NULL;
    uint8_t *der = NULL, digest[64];
    size_t count = 0;
    char pin[64];

    USAGE(otls_certificate_from_der(NULL, "x", 1, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_from_der(&cert, NULL, 1, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_from_pem(NULL, "x", 1, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_from_pem(&cert, NULL, 1, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_from_file(NULL, OTLS_TEST_PKI "/root.pem", err), OTLS_CODE_NONE);
    USAGE(otls_certificate_from_file(&cert, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_list_from_pem(NULL, &count, "x", 1, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_list_from_pem(&list, NULL, "x", 1, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_list_from_pem(&list, &count, NULL, 1, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_list_from_file(NULL, &count, "x", err), OTLS_CODE_NONE);
    USAGE(otls_certificate_list_from_file(&list, NULL, "x", err), OTLS_CODE_NONE);
    USAGE(otls_certificate_list_from_file(&list, &count, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_der_to_pem("x", 1, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_der_to_pem(NULL, 1, &text, err), OTLS_CODE_NONE);
    USAGE(otls_pem_to_der("x", 1, NULL, &count, err), OTLS_CODE_NONE);
    USAGE(otls_pem_to_der("x", 1, &der, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_pem_to_der(NULL, 1, &der, &count, err), OTLS_CODE_NONE);
    EMPTY(otls_pem_to_der("x", 1, &der, &count, err), OTLS_CODE_NO_CERTIFICATE);
    EMPTY(otls_certificate_from_pem(&cert, NULL, 0, err), OTLS_CODE_NO_CERTIFICATE);
    cr_assert_eq(otls_certificate_from_file(&cert, OTLS_TEST_PKI "/root.pem", NULL), OTLS_OK);
    USAGE(otls_certificate_fingerprint(NULL, NULL, OTLS_HASH_SHA256, digest, 64, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_fingerprint(cert, NULL, OTLS_HASH_SHA256, NULL, 64, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_fingerprint(cert, NULL, (otls_hash)77, digest, 64, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_fingerprint(cert, NULL, OTLS_HASH_SHA256, digest, 31, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_pin(NULL, NULL, pin, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_pin(cert, NULL, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_text(NULL, &text, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_text(cert, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_json(NULL, &text, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_json(cert, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_strings(NULL, OTLS_FIELD_EXTENSIONS, &strings, &count, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_strings(cert, OTLS_FIELD_EXTENSIONS, NULL, &count, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_strings(cert, OTLS_FIELD_EXTENSIONS, &strings, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_certificate_strings(cert, (otls_certificate_field)777, &strings, &count, err), OTLS_CODE_NONE);
    otls_certificate_free(cert);
}

Test(null, trust)
{
    static const uint8_t much[TOO_MUCH];
    otls_trust *trust = NULL, *other = NULL;
    size_t before, after;

    USAGE(otls_trust_new(NULL, err), OTLS_CODE_NONE);
    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, OTLS_TEST_PKI "/root.pem", NULL), OTLS_OK);
    before = otls_trust_count(trust);
    USAGE(otls_trust_copy(NULL, trust, err), OTLS_CODE_NONE);
    USAGE(otls_trust_copy(&other, NULL, err), OTLS_CODE_NONE);
    USAGE(otls_trust_add_memory(trust, NULL, 5, err), OTLS_CODE_NO_CERTIFICATE);
    USAGE(otls_trust_add_memory(trust, "x", 0, err), OTLS_CODE_NO_CERTIFICATE);
    EMPTY(otls_trust_add_memory(trust, much, sizeof(much), err), OTLS_CODE_LIMIT);
    USAGE(otls_trust_add_certificate(trust, NULL, err), OTLS_CODE_NO_CERTIFICATE);
    USAGE(otls_trust_add_directory(trust, NULL, err), OTLS_CODE_FILE_NOT_FOUND);
    USAGE(otls_trust_add_hashed_directory(trust, "", err), OTLS_CODE_FILE_NOT_FOUND);
    USAGE(otls_trust_add_file(trust, NULL, err), OTLS_CODE_FILE_NOT_FOUND);
    USAGE(otls_trust_add_crl_memory(trust, NULL, 5, err), OTLS_CODE_NO_CERTIFICATE);
    USAGE(otls_trust_add_crl_memory(trust, "x", 0, err), OTLS_CODE_NO_CERTIFICATE);
    EMPTY(otls_trust_add_crl_memory(trust, much, sizeof(much), err), OTLS_CODE_LIMIT);
    after = otls_trust_count(trust);
    cr_expect_eq(after, before, "nothing of it is in the store");
    otls_trust_free(trust);
}

static otls_status never(void)
{
    cr_assert(false, "nobody signs");
    return OTLS_E_INTERNAL;
}

/* Keys and identities on each engine. */
Test(null, keys)
{
    static const uint8_t much[TOO_MUCH];
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);
    const otls_sign_callback sign = (otls_sign_callback)(uintptr_t)never;

    for (size_t i = 0; i < count; i++) {
        const otls_backend *e = engines[i];
        otls_identity *id = test_identity(e, "server-ecdsa-p256"), *out = NULL;
        otls_key *key = otls_identity_key(id), *made = NULL;
        const otls_certificate *none[1] = {NULL};

        EMPTY(otls_key_from_memory(&made, e, NULL, 5, NULL, NULL, err), OTLS_CODE_NO_KEY);
        EMPTY(otls_key_from_memory(&made, e, "x", 0, NULL, NULL, err), OTLS_CODE_NO_KEY);
        EMPTY(otls_key_from_memory(&made, e, much, sizeof(much), NULL, NULL, err), OTLS_CODE_LIMIT);
        USAGE(otls_key_from_file(&made, e, NULL, NULL, NULL, err), OTLS_CODE_FILE_NOT_FOUND);
        USAGE(otls_key_from_callback(&made, e, NULL, 9, sign, NULL, NULL, err), OTLS_CODE_NONE);
        USAGE(otls_key_from_callback(&made, e, "x", 0, sign, NULL, NULL, err), OTLS_CODE_NONE);
        USAGE(otls_key_from_callback(&made, e, much, sizeof(much), sign, NULL, NULL, err), OTLS_CODE_NONE);
        USAGE(otls_key_from_callback(&made, e, "x", 1, NULL, NULL, NULL, err), OTLS_CODE_NONE);
        USAGE(otls_identity_from_key(&out, NULL, 1, key, err), OTLS_CODE_NO_CERTIFICATE);
        USAGE(otls_identity_from_key(&out, none, 0, key, err), OTLS_CODE_NO_CERTIFICATE);
        USAGE(otls_identity_from_key(&out, none, 1, NULL, err), OTLS_CODE_NO_KEY);
        USAGE(otls_identity_with_chain(&out, NULL, NULL, 0, err), OTLS_CODE_NO_IDENTITY);
        USAGE(otls_identity_with_chain(&out, id, NULL, 1, err), OTLS_CODE_NO_IDENTITY);
        EMPTY(otls_identity_from_pkcs12_memory(&out, e, NULL, 5, NULL, NULL, err), OTLS_CODE_BAD_DER);
        EMPTY(otls_identity_from_pkcs12_memory(&out, e, "x", 0, NULL, NULL, err), OTLS_CODE_BAD_DER);
        EMPTY(otls_identity_from_pkcs12_memory(&out, e, "short", 5, NULL, NULL, err), OTLS_CODE_BAD_DER);
        EMPTY(otls_identity_from_pkcs12_memory(&out, e, much, sizeof(much), NULL, NULL, err), OTLS_CODE_LIMIT);
        cr_expect(made == NULL && out == NULL);
        otls_identity_free(id);
    }
}

/* What a list of names of ours has for each of its words, and for what is none. */
Test(null, session_fits)
{
    static const otls_session_fit fits[] = {OTLS_SESSION_NONE,         OTLS_SESSION_OFFERED,
                                            OTLS_SESSION_OTHER_HOST,   OTLS_SESSION_OTHER_POLICY,
                                            OTLS_SESSION_EXPIRED,      OTLS_SESSION_NOT_ALLOWED,
                                            OTLS_SESSION_UNREADABLE};
    const size_t count = sizeof(fits) / sizeof(fits[0]);

    for (size_t i = 0; i < count; i++) {
        cr_expect_str_neq(otls_session_fit_name(fits[i]), "unknown");
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(otls_session_fit_name(fits[i]), otls_session_fit_name(fits[j]));
    }
    cr_expect_str_eq(otls_session_fit_name((otls_session_fit)777), "unknown");
}
