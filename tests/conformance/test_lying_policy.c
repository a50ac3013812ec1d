/* SPDX-License-Identifier: MIT */
/* What an engine is told is what it needs: an engine may take a tenth of a second for a DH group.
 */
#include <criterion/criterion.h>

#include "lying.h"
#include "pair.h"
#include <omnitls/psk.h>

static const struct {
    const char *suites; /* NULL: the default ones */
    bool params;        /* parameters of the application's own */
    size_t octets;      /* of the group that the engine is told */
} rows[] = {
    {NULL, false, 0},
    {NULL, true, 0},
    {"ECDHE-RSA-AES128-GCM-SHA256", true, 0},
    {"DHE-RSA-AES128-GCM-SHA256", false, 256},
    {"DHE-RSA-AES128-GCM-SHA256", true, 256},
    {"ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256", false, 256},
    {"DHE-PSK-AES128-GCM-SHA256", false, 256},
};

static otls_status nobody(otls_connection *conn, const uint8_t *identity, size_t size,
                          otls_psk *out, void *user)
{
    (void)conn, (void)identity, (void)size, (void)out, (void)user;
    return OTLS_E_CREDENTIAL;
}

static size_t told(const otls_backend *backend, size_t i, otls_role role)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    otls_identity *identity = NULL;

    lying->dh_size = 1;
    cr_assert_eq(otls_context_new(&context, backend, role, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_identity_from_files(&identity, backend, OTLS_TEST_PKI "/server-rsa-2048.pem",
                                          OTLS_TEST_PKI "/server-rsa-2048.key", NULL, NULL, &err),
                 OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK, "%s", err.text);
    if (rows[i].suites != NULL)
        cr_assert_eq(otls_context_set_ciphers(context, rows[i].suites, &err), OTLS_OK, "%s",
                     err.text);
    if (role == OTLS_SERVER)
        cr_assert_eq(otls_context_set_psk_server_callback(context, nobody, NULL, &err), OTLS_OK,
                     "%s", err.text);
    if (rows[i].params)
        cr_assert_eq(otls_context_set_dh_params_file(context, OTLS_TEST_PKI "/dh2048.pem", &err),
                     OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_seal(context, &err), OTLS_OK, "row %zu: %s", i, err.text);
    otls_identity_free(identity);
    otls_context_free(context);
    return lying->dh_size;
}

Test(lying_policy, dh_group)
{
    const otls_backend *liar;

    if (!lying_about(&liar, "openssl"))
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(told(liar, i, OTLS_SERVER), rows[i].octets, "row %zu", i);
        cr_expect_eq(told(liar, i, OTLS_CLIENT), 0, "row %zu: a client", i);
    }
}
