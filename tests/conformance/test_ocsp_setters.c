/* SPDX-License-Identifier: MIT */
/* OCSP: the setters, and what an engine cannot do. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <omnitls/ocsp.h>
#include <omnitls/verify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has(const otls_backend *backend, otls_feature feature)
{
    return otls_backend_supports(backend, feature, NULL) != OTLS_NO;
}

static uint8_t *read_response(const char *name, size_t *size)
{
    static uint8_t data[65536];
    char path[512];
    FILE *stream;

    (void)snprintf(path, sizeof(path), "%s/ocsp/%s.der", OTLS_TEST_PKI, name);
    stream = fopen(path, "rb");
    cr_assert(stream != NULL, "%s", path);
    *size = fread(data, 1, sizeof(data), stream);
    (void)fclose(stream);
    return data;
}

static otls_status serve(otls_connection *conn, const otls_identity *identity,
                         const uint8_t **response, size_t *size, void *user)
{
    (void)conn, (void)identity, (void)response, (void)size, (void)user;
    return OTLS_E_USAGE;
}

typedef struct engine_list {
    const otls_backend *at[PAIR_ENGINES];
    size_t count;
} engine_list;

static engine_list engines(void)
{
    engine_list list;

    list.count = test_subjects(list.at);
    cr_assert(list.count > 0 && list.count <= PAIR_ENGINES);
    return list;
}

static otls_context *context_of(const otls_backend *backend, otls_role role)
{
    otls_context *context;

    cr_assert_eq(otls_context_new(&context, backend, role, NULL), OTLS_OK);
    return context;
}

Test(ocsp_setters, client)
{
    const engine_list list = engines();

    for (size_t i = 0; i < list.count; i++) {
        otls_context *context = context_of(list.at[i], OTLS_CLIENT);
        const bool can = has(list.at[i], OTLS_FEATURE_OCSP_STAPLE_CLIENT);
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(otls_context_set_ocsp(context, OTLS_OCSP_REQUIRED, &err),
                     can ? OTLS_OK : OTLS_E_UNSUPPORTED, "%s", otls_backend_name(list.at[i]));
        if (!can)
            cr_expect_not_null(strstr(err.text, otls_backend_name(list.at[i])));
        cr_expect_eq(otls_context_set_ocsp(context, OTLS_OCSP_IF_PRESENT, &err),
                     can ? OTLS_OK : OTLS_E_UNSUPPORTED);
        cr_expect_eq(otls_context_set_ocsp(context, OTLS_OCSP_OFF, &err), OTLS_OK);
        cr_expect_eq(otls_context_set_ocsp(context, (otls_ocsp_mode)3, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_context_set_ocsp_response(context, NULL, "x", 1, &err), OTLS_E_USAGE);
        cr_expect_eq(otls_context_set_ocsp_callback(context, serve, NULL, &err), OTLS_E_USAGE);
        otls_context_free(context);
    }
}

typedef struct bad {
    const char *what;
    const char *data;
    size_t size;
} bad;

static const bad bads[] = {
    {"garbage", "garbage", 7},
    {"an empty sequence", "\x30\x00", 2},
    {"an error of the responder", "\x30\x03\x0a\x01\x03", 5},
    {"PEM of another kind", "-----BEGIN X-----\nAAAA\n-----END X-----\n", 39},
};

static void expect_bad(otls_context *context)
{
    otls_error err = OTLS_ERROR_INIT;

    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        cr_expect_eq(
            otls_context_set_ocsp_response(context, NULL, bads[i].data, bads[i].size, &err),
            OTLS_E_CREDENTIAL, "%s", bads[i].what);
        cr_expect_neq(err.text[0], '\0');
    }
    cr_expect_eq(otls_context_set_ocsp_response(context, NULL, NULL, 5, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_context_set_ocsp_response_file(context, NULL, "/nonexistent", &err),
                 OTLS_E_IO);
    cr_expect_not_null(strstr(err.text, "/nonexistent"));
    cr_expect_eq(
        otls_context_set_ocsp_response_file(context, NULL, OTLS_TEST_PKI "/root.pem", &err),
        OTLS_E_CREDENTIAL);
    cr_expect_not_null(strstr(err.text, "root.pem"));
}

Test(ocsp_setters, server)
{
    const engine_list list = engines();

    for (size_t i = 0; i < list.count; i++) {
        otls_context *context = context_of(list.at[i], OTLS_SERVER);
        otls_identity *identity = test_identity(list.at[i], "server-ecdsa-p256");
        otls_error err = OTLS_ERROR_INIT;
        size_t size;
        const uint8_t *data = read_response("server-rsa-2048", &size);

        cr_expect_eq(otls_context_set_ocsp(context, OTLS_OCSP_REQUIRED, &err), OTLS_E_USAGE);
        if (!has(list.at[i], OTLS_FEATURE_OCSP_STAPLE_SERVER)) {
            cr_expect_eq(otls_context_set_ocsp_response(context, NULL, data, size, &err),
                         OTLS_E_UNSUPPORTED);
            cr_expect_eq(otls_context_set_ocsp_callback(context, serve, NULL, &err),
                         OTLS_E_UNSUPPORTED);
        } else {
            expect_bad(context);
            /* about another certificate than this identity's */
            cr_expect_eq(otls_context_set_ocsp_response(context, identity, data, size, &err),
                         OTLS_E_CREDENTIAL);
            data = read_response("server-ecdsa-p256", &size);
            cr_expect_eq(otls_context_set_ocsp_response(context, identity, data, size, &err),
                         OTLS_OK);
        }
        otls_identity_free(identity);
        otls_context_free(context);
    }
}

/* ---- what goes out (RFC 6066 8) ---- */

/* Has the ClientHello at the front of `pipe`, in one record, an extension of this type? */
static bool hello_has(const test_pipe *pipe, unsigned type)
{
    const uint8_t *at = pipe->data + pipe->start + 5 + 4 + 2 + 32, *end;

    at += 1 + at[0];
    at += 2 + (at[0] << 8 | at[1]);
    at += 1 + at[0];
    end = at + 2 + (at[0] << 8 | at[1]);
    for (at += 2; at < end; at += 4 + (at[2] << 8 | at[3]))
        if ((unsigned)(at[0] << 8 | at[1]) == type)
            return true;
    return false;
}

static void ask(pair *p, void *mode)
{
    const otls_ocsp_mode *const wanted = mode;

    if (*wanted != OTLS_OCSP_OFF)
        cr_assert_eq(otls_context_set_ocsp(p->client_context, *wanted, NULL), OTLS_OK);
}

ParameterizedTestParameters(ocsp_setters, asked_for)
{
    return pair_parameters_short();
}

/* A response is asked for by those who want one, and by others only where the feature's row says so. */
ParameterizedTest(size_t *index, ocsp_setters, asked_for)
{
    static const otls_ocsp_mode modes[] = {OTLS_OCSP_OFF, OTLS_OCSP_IF_PRESENT, OTLS_OCSP_REQUIRED};
    const pair_case which = pair_case_short_at(*index);
    const char *why = NULL;
    const bool always = otls_backend_supports(which.client, OTLS_FEATURE_OCSP_STAPLE_CLIENT, &why) ==
                            OTLS_PARTLY &&
                        strstr(why, "in every handshake") != NULL;

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        const bool wanted = modes[i] != OTLS_OCSP_OFF;
        otls_ocsp_mode mode = modes[i];
        pair p;

        if (wanted && (!has(which.client, OTLS_FEATURE_OCSP_STAPLE_CLIENT) ||
                       divergence_find("a stapled response", &which) != NULL)) /* refused at sealing */
            continue;
        pair_open(&p, &which, &(pair_options){.setup = ask, .user = &mode});
        cr_assert_eq(otls_connection_handshake(p.client, NULL), OTLS_WANT_READ);
        cr_expect_eq(hello_has(&p.wire.to_server, 5), wanted || always, "%s: mode %d",
                     pair_name(&which), (int)mode);
        pair_close(&p);
    }
}
