/* SPDX-License-Identifier: MIT */
/*
 * Servers with more client authorities than fit into a record: either all of them go out and the
 * handshake works, or the seal says how many do.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "divergence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tests' root under another name. */
static otls_certificate *authority(unsigned number)
{
    char path[512], name[16];
    otls_certificate *root, *other;
    const uint8_t *der;
    uint8_t *copy;
    size_t size;

    (void)snprintf(path, sizeof(path), "%s/root.pem", OTLS_TEST_PKI);
    (void)snprintf(name, sizeof(name), "%04u", number);
    cr_assert_eq(otls_certificate_from_file(&root, path, NULL), OTLS_OK);
    der = otls_certificate_der(root, &size);
    copy = malloc(size);
    cr_assert_not_null(copy);
    memcpy(copy, der, size);
    for (size_t i = 0; i + 4 <= size; i++)
        if (memcmp(copy + i, "Root", 4) == 0)
            memcpy(copy + i, name, 4);
    cr_assert_eq(otls_certificate_from_der(&other, copy, size, NULL), OTLS_OK);
    free(copy);
    otls_certificate_free(root);
    return other;
}

static void use_many(pair *p, void *user)
{
    const unsigned *count = user;
    otls_error err = OTLS_ERROR_INIT;

    /* also where the engine has names in TLS 1.2 alone */
    cr_assert_eq(otls_context_set_versions(p->server_context, OTLS_TLS1_2, p->which.version, &err),
                 OTLS_OK);
    for (unsigned i = 0; i < *count; i++) {
        otls_certificate *one = authority(i);

        cr_assert_eq(otls_context_add_client_ca(p->server_context, one, &err), OTLS_OK, "%s",
                     err.text);
        otls_certificate_free(one);
    }
}

/* How many the engine's servers take, at most `most`. */
static unsigned find_limit(const otls_backend *backend, unsigned most)
{
    unsigned least = 1;

    while (least < most) {
        const unsigned middle = (least + most + 1) / 2;
        pair p = {.which = {.version = OTLS_TLS1_2}};
        otls_identity *identity = test_identity(backend, "server-ecdsa-p256");
        otls_error err = OTLS_ERROR_INIT;
        unsigned count = middle;
        otls_status status;

        cr_assert_eq(otls_context_new(&p.server_context, backend, OTLS_SERVER, NULL), OTLS_OK);
        cr_assert_eq(otls_context_add_identity(p.server_context, identity, NULL), OTLS_OK);
        otls_identity_free(identity);
        use_many(&p, &count);
        status = otls_context_seal(p.server_context, &err);
        cr_assert(status == OTLS_OK || (status == OTLS_E_CONFIG && err.code == OTLS_CODE_LIMIT),
                  "%s: %s", otls_backend_name(backend), err.text);
        otls_context_free(p.server_context);
        if (status == OTLS_OK)
            least = middle;
        else
            most = middle - 1;
    }
    return least;
}

ParameterizedTestParameters(many_authorities, all_or_an_error)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, many_authorities, all_or_an_error)
{
    const pair_case which = pair_case_short_at(*index);
    unsigned counts[] = {160, find_limit(which.server, 500)};

    cr_assert_geq(counts[1], 300, "%s: %u", otls_backend_name(which.server), counts[1]);
    for (size_t i = 0; i < 2; i++) {
        const pair_options options = {.setup = use_many,
                                      .user = &counts[i],
                                      .verify_mode = OTLS_VERIFY_MODE_REQUIRED,
                                      .client_identity = "client-ecdsa-p256"};
        const divergence *row =
            i == 0 ? NULL
                   : divergence_find("a request with more names than a record holds", &which);
        pair p;

        pair_open(&p, &which, &options);
        if (row != NULL) {
            pair_handshake(&p);
            cr_expect(p.client_status == row->expected && p.client_error.code == OTLS_CODE_LIMIT,
                      "%s: %s: %s", pair_name(&which), otls_status_name(p.client_status),
                      p.client_error.text);
            cr_expect_eq(p.server_status, OTLS_E_ALERT, "%s: %s: %s", pair_name(&which),
                         otls_status_name(p.server_status), p.server_error.text);
        } else {
            pair_connect(&p);
        }
        pair_close(&p);
    }
}
