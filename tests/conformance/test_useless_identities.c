/* SPDX-License-Identifier: MIT */
/* An identity that no handshake could present is refused where it is given or sealed, and says why. */
#include <criterion/criterion.h>

#include "pair.h"

#include <stdio.h>

/* In which step, with what: the key's kind is the engine's matter, its use the settings'. */
static otls_status use(const otls_backend *backend, otls_role role, const char *name,
                       const char *ciphers, const char *groups, uint16_t version, otls_error *err)
{
    char chain[256], key[256];
    otls_identity *identity = NULL;
    otls_context *context = NULL;
    otls_status status;

    (void)snprintf(chain, sizeof(chain), OTLS_TEST_PKI "/%s.pem", name);
    (void)snprintf(key, sizeof(key), OTLS_TEST_PKI "/%s.key", name);
    status = otls_identity_from_files(&identity, backend, chain, key, NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_new(&context, backend, role, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(context, identity, err);
    if (status == OTLS_OK && version != 0)
        status = otls_context_set_versions(context, version, version, err);
    if (status == OTLS_OK && ciphers != NULL)
        status = otls_context_set_ciphers(context, ciphers, err);
    if (status == OTLS_OK && groups != NULL)
        status = otls_context_set_groups(context, groups, err);
    if (status == OTLS_OK)
        status = otls_context_seal(context, err);
    otls_identity_free(identity);
    otls_context_free(context);
    return status;
}

static const struct {
    const char *name;
    otls_role role;
    const char *ciphers, *groups;
    uint16_t version;
    bool good;
} rows[] = {
    {"server-p224", OTLS_SERVER, NULL, NULL, 0, false},
    {"server-secp256k1", OTLS_SERVER, NULL, NULL, 0, false},
    {"server-p224", OTLS_SERVER, NULL, "P-224:P-256", OTLS_TLS1_3, false},
    {"server-agree", OTLS_SERVER, NULL, NULL, 0, false},
    {"server-agree", OTLS_CLIENT, NULL, NULL, 0, false},
    {"server-encipher", OTLS_SERVER, NULL, NULL, 0, false},
    {"server-encipher", OTLS_CLIENT, NULL, NULL, 0, false},
    {"server-encipher", OTLS_SERVER, "ECDHE+AESGCM", NULL, OTLS_TLS1_2, false},
    {"server-encipher", OTLS_SERVER, "kRSA+AES", NULL, OTLS_TLS1_3, false},
    {"server-encipher", OTLS_SERVER, "kRSA+AES:@SECLEVEL=0", NULL, OTLS_TLS1_2, true},
    {"server-ecdsa-p256", OTLS_SERVER, NULL, NULL, 0, true},
    {"client-ecdsa-p256", OTLS_CLIENT, NULL, NULL, 0, true},
};

Test(useless_identities, table)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
            otls_error err = OTLS_ERROR_INIT;
            const otls_status status = use(backends[i], rows[k].role, rows[k].name, rows[k].ciphers,
                                           rows[k].groups, rows[k].version, &err);

            if (rows[k].good && err.code == OTLS_CODE_NO_SUITE_LEFT)
                continue; /* an engine without RSA key transport: set_ciphers has said so */
            if (rows[k].good)
                cr_expect_eq(status, OTLS_OK, "%s: row %zu, %s: %s", otls_backend_name(backends[i]),
                             k, rows[k].name, err.text);
            else
                cr_expect(err.code == OTLS_CODE_NO_SUITE_LEFT ||
                              ((status == OTLS_E_CREDENTIAL || status == OTLS_E_UNSUPPORTED) &&
                               err.code == OTLS_CODE_KEY_UNSUPPORTED),
                          "%s: row %zu, %s: %s, %s: %s", otls_backend_name(backends[i]), k,
                          rows[k].name, otls_status_name(status), otls_code_name(err.code),
                          err.text);
        }
}
