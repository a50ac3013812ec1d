/* SPDX-License-Identifier: MIT */
/* What programs ask for that were written for pyOpenSSL: Finished messages, bare names, paths. */
#include <criterion/criterion.h>

#include "divergence.h"
#include "pair.h"

#include <omnitls/client_auth.h>
#include <omnitls/parity.h>
#include <stdlib.h>
#include <string.h>

typedef struct finished {
    uint8_t data[64];
    size_t size;
} finished;

static finished get(otls_connection *conn, bool peer, const char *what)
{
    otls_error err = OTLS_ERROR_INIT;
    finished out = {.size = 0};
    const otls_status status =
        otls_connection_finished(conn, peer, out.data, sizeof(out.data), &out.size, &err);

    cr_assert_eq(status, OTLS_OK, "%s: %s [%s]", what, err.text, err.native_text);
    return out;
}

/* Where the table says so, an engine has none to give, on its side of the pair. */
static bool has_none(pair *p)
{
    const divergence *row = divergence_find("Finished messages of TLS 1.3", &p->which);
    otls_error err = OTLS_ERROR_INIT;
    uint8_t page[64];
    size_t size;

    if (row == NULL)
        return false;
    cr_expect_eq(otls_connection_finished(strcmp(row->client, "*") != 0 ? p->client : p->server, false,
                                          page, sizeof(page), &size, &err),
                 (otls_status)row->expected, "%s: %s", pair_name(&p->which), err.text);
    return true;
}

static bool same(const finished *a, const finished *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

ParameterizedTestParameters(finished_messages, both_sides_agree)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, finished_messages, both_sides_agree)
{
    const pair_case which = pair_case_at(*index);
    const char *const what = pair_name(&which);
    otls_error err = OTLS_ERROR_INIT;
    uint8_t page[64];
    size_t size;
    pair p;

    pair_open(&p, &which, NULL);
    cr_expect_eq(otls_connection_finished(p.client, false, page, sizeof(page), &size, &err),
                 OTLS_E_USAGE);
    cr_expect_eq(err.code, OTLS_CODE_NOT_YET);
    pair_connect(&p);
    if (has_none(&p)) {
        pair_close(&p);
        return;
    }
    const finished client = get(p.client, false, what), server = get(p.server, false, what);
    const finished of_server = get(p.client, true, what), of_client = get(p.server, true, what);

    cr_expect(same(&client, &of_client), "%s: the client's, %zu and %zu bytes", what, client.size,
              of_client.size);
    cr_expect(same(&server, &of_server), "%s: the server's, %zu and %zu bytes", what, server.size,
              of_server.size);
    cr_expect(!same(&client, &server), "%s", what);
    if (which.version == OTLS_TLS1_3)
        cr_expect(client.size == 32 || client.size == 48, "%s: %zu", what, client.size);
    else
        cr_expect_eq(client.size, 12, "%s: %zu", what, client.size);
    if (which.version == OTLS_TLS1_2 &&
        otls_connection_channel_binding(p.client, OTLS_BINDING_TLS_UNIQUE, page, sizeof(page), &size,
                                        &err) == OTLS_OK)
        cr_expect(size == client.size && memcmp(page, client.data, size) == 0, "%s: RFC 5929 3.1",
                  what);
    cr_expect_eq(otls_connection_finished(p.client, false, page, 47, &size, &err), OTLS_E_USAGE);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);
    pair_close(&p);
}

Test(client_ca, bare_names)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    for (size_t i = 0; i < count; i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_context *server, *other;
        const uint8_t *name;
        size_t size, other_size;

        cr_assert_eq(otls_context_new(&server, backends[i], OTLS_SERVER, NULL), OTLS_OK);
        cr_assert_eq(otls_context_new(&other, backends[i], OTLS_SERVER, NULL), OTLS_OK);
        cr_assert_eq(otls_context_add_client_ca_file(server, OTLS_TEST_PKI "/root.pem", &err), OTLS_OK,
                     "%s", err.text);
        name = otls_context_client_ca(server, 0, &size);
        cr_assert_not_null(name);
        cr_expect_eq(otls_context_add_client_ca_name(other, name, size, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_context_client_ca_count(other), 1);
        cr_expect(memcmp(otls_context_client_ca(other, 0, &other_size), name, size) == 0 &&
                  other_size == size);
        cr_expect_eq(otls_context_add_client_ca_name(other, name, size - 1, &err), OTLS_E_CREDENTIAL);
        cr_expect_eq(err.code, OTLS_CODE_BAD_DER);
        cr_expect_eq(otls_context_add_client_ca_name(other, NULL, 0, &err), OTLS_E_CREDENTIAL);
        cr_assert_eq(otls_context_client_ca_count(other), 1);
        otls_context_free(server);
        otls_context_free(other);
    }
}

Test(default_paths, are_told)
{
    const char *file = "", *directory = "";

    cr_assert_eq(setenv("SSL_CERT_FILE", OTLS_TEST_PKI "/root.pem", 1), 0);
    cr_assert_eq(unsetenv("SSL_CERT_DIR"), 0);
    otls_trust_system_paths(&file, &directory);
    cr_expect_str_eq(file, OTLS_TEST_PKI "/root.pem");
    cr_expect_null(directory);
    cr_assert_eq(unsetenv("SSL_CERT_FILE"), 0);
    otls_trust_system_paths(&file, &directory);
    if (file != NULL) { /* what is told is what is read */
        otls_trust *told, *read;

        cr_assert_eq(otls_trust_new(&told, NULL), OTLS_OK);
        cr_assert_eq(otls_trust_new(&read, NULL), OTLS_OK);
        cr_expect_eq(otls_trust_add_file(told, file, NULL), OTLS_OK, "%s", file);
        cr_expect_eq(otls_trust_add_system(read, NULL), OTLS_OK);
        cr_expect_eq(otls_trust_count(told), otls_trust_count(read));
        otls_trust_free(told);
        otls_trust_free(read);
    }
}
