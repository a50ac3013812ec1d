/* SPDX-License-Identifier: MIT */
/* A server that answers with an application protocol nobody offered (RFC 7301 3.2), to every engine. */
#include "divergence.h"
#include "lying.h"
#include "pair.h"

#include <criterion/criterion.h>
#include <string.h>

/* GnuTLS servers compare with the client's list whatever they are told. */
static const char *const servers[] = {"openssl", "wolfssl"};
static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};
static const char *const offered[] = {"http/1.1", "h2"};

static void other_name(otls_connection_setup *setup)
{
    static const uint8_t name[] = "\x02h3";

    setup->alpn = (otls_slice){name, 3};
}

static void name_cut_short(otls_connection_setup *setup)
{
    static const uint8_t name[] = "\x04http";

    setup->alpn = (otls_slice){name, 5};
}

static void name_drawn_out(otls_connection_setup *setup)
{
    static const uint8_t name[] = "\x03h2,";

    setup->alpn = (otls_slice){name, 4};
}

static const struct {
    void (*lie)(otls_connection_setup *setup);
    otls_status status;
    int32_t code;
    int alert;
} rows[] = {
    {NULL, OTLS_OK, OTLS_CODE_NONE, -1},
    {other_name, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_ILLEGAL_PARAMETER},
    {name_drawn_out, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_ILLEGAL_PARAMETER},
    {name_cut_short, OTLS_E_PROTOCOL, OTLS_CODE_NONE, OTLS_ALERT_ILLEGAL_PARAMETER},
};

static void one(const pair_case *which, size_t i)
{
    const divergence *other = divergence_find("a protocol that was not offered", which);
    const int alert = rows[i].alert >= 0 && other != NULL ? other->expected : rows[i].alert;
    pair p;

    lying->hooks = (lying_hooks){.setup = rows[i].lie};
    pair_open(&p, which, &(pair_options){.client_alpn = offered,
                                         .client_alpn_count = 2,
                                         .server_alpn = offered,
                                         .server_alpn_count = 2});
    pair_handshake(&p);
    cr_expect_eq(p.client_status, rows[i].status, "%s, row %zu: %s: %s [%s]", pair_name(which), i,
                 otls_status_name(p.client_status), p.client_error.text,
                 p.client_error.native_text);
    cr_expect_eq(p.client_error.code, rows[i].code, "%s, row %zu: %s: %s", pair_name(which), i,
                 otls_code_name(p.client_error.code), p.client_error.text);
    cr_expect_eq(p.client_error.alert, alert, "%s, row %zu: %d", pair_name(which), i,
                 p.client_error.alert);
    if (rows[i].status != OTLS_OK) { /* a server may be done already: then its next read tells */
        otls_error err = p.server_error;
        otls_status status = p.server_status;

        if (status == OTLS_OK)
            status = pair_read_end(p.server, NULL, &err);
        cr_expect_eq(status, OTLS_E_ALERT, "%s, row %zu: the server: %s: %s", pair_name(which), i,
                     otls_status_name(status), err.text);
        cr_expect_eq(err.alert, alert, "%s, row %zu: the server: %d", pair_name(which), i,
                     err.alert);
    }
    pair_close(&p);
}

ParameterizedTestParameters(lying_alpn, answers)
{
    static const size_t indexes[] = {0, 1};

    return cr_make_param_array(size_t, (size_t *)(uintptr_t)indexes, 2);
}

ParameterizedTest(size_t *index, lying_alpn, answers, .timeout = 60)
{
    const otls_backend *clients[PAIR_ENGINES], *liar;
    const size_t count = test_engines(clients); /* before the directory of modules is another */

    if (!lying_about(&liar, servers[*index]))
        return;
    lying->server = true;
    for (size_t c = 0; c < count; c++)
        for (size_t v = 0; v < 2; v++)
            for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                one(&(pair_case){clients[c], liar, versions[v], "ecdsa-p256"}, i);
}
