/* SPDX-License-Identifier: MIT */
/* A session that stays in the process and its exported bytes are one and the same. */
#include "divergence.h"
#include "session_misuse.h"
#include "session_pair.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t occurrences(const uint8_t *bytes, size_t size, const uint8_t *part, size_t part_size)
{
    size_t count = 0;

    for (size_t at = 0; at + part_size <= size; at++)
        count += memcmp(bytes + at, part, part_size) == 0;
    return count;
}

static otls_certificate *leaf_of(const pair_case *which)
{
    otls_certificate *leaf = NULL;
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/server-%s.pem", OTLS_TEST_PKI, which->key);
    cr_assert_eq(otls_certificate_from_file(&leaf, path, NULL), OTLS_OK);
    return leaf;
}

ParameterizedTestParameters(session_export, leaf_once)
{
    return pair_parameters_short();
}

/* Core keeps the chain: an engine that keeps it too decodes it again with each resumption. */
ParameterizedTest(size_t *index, session_export, leaf_once)
{
    const pair_case which = pair_case_short_at(*index);
    const divergence *odd = divergence_find("the leaf in an exported session", &which);
    const session_options options = {.no_tickets = false};
    otls_certificate *leaf = leaf_of(&which);
    session_run run;
    session_pair s;
    const uint8_t *der;
    uint8_t *bytes;
    size_t size, der_size;

    session_open(&s, &which, &options);
    run = session_connect(&s, NULL, NULL);
    cr_assert_not_null(run.session);
    bytes = misuse_export(run.session, &size);
    der = otls_certificate_der(leaf, &der_size);
    cr_expect_eq(occurrences(bytes, size, der, der_size), odd != NULL ? (size_t)odd->expected : 1,
                 "%s: %zu times", pair_name(&which), occurrences(bytes, size, der, der_size));
    free(bytes);
    otls_certificate_free(leaf);
    otls_session_free(run.session);
    session_close(&s);
}

ParameterizedTestParameters(session_export, again_and_again)
{
    return pair_parameters_short();
}

/* Kept, exported, kept again: whichever is offered, the peer is the same. The exported bytes do not
 * change by the session's use, and the session outlives connection and context. */
ParameterizedTest(size_t *index, session_export, again_and_again)
{
    const pair_case which = pair_case_short_at(*index);
    const session_options options = {.no_tickets = false};
    otls_session *imported = NULL;
    session_run first, run;
    session_pair s;
    uint8_t *bytes, *later;
    size_t size, later_size;

    session_open(&s, &which, &options);
    first = session_connect(&s, NULL, NULL);
    cr_assert_not_null(first.session);
    bytes = misuse_export(first.session, &size);
    for (int turn = 0; turn < 4; turn++) {
        otls_session *offered = first.session;

        if (turn % 2 == 1) {
            cr_assert_eq(otls_session_import(&imported, which.client, bytes, size, NULL), OTLS_OK);
            offered = imported;
        }
        run = session_connect(&s, offered, NULL);
        cr_expect(run.reused_client && run.reused_server, "%s: turn %d", pair_name(&which), turn);
        cr_expect_eq(run.client_chain, first.client_chain);
        cr_expect_eq(run.client_verified, first.client_verified);
        otls_session_free(run.session);
        otls_session_free(imported);
        imported = NULL;
    }
    session_close(&s);
    later = misuse_export(first.session, &later_size);
    cr_expect(later_size == size && memcmp(later, bytes, size) == 0, "%s", pair_name(&which));
    free(later);
    free(bytes);
    otls_session_free(first.session);
}
