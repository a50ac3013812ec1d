/* SPDX-License-Identifier: MIT */
/* The rule about NULL in docs/conventions.md: where it is taken, whatever the object. */
#include <criterion/criterion.h>

#include "pair.h"

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
