/* SPDX-License-Identifier: MIT */
/* SINGLE_DH_USE and SINGLE_ECDH_USE, which cannot be cleared: a server's key is new in each handshake. */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>

typedef struct sent_key {
    uint8_t data[1024];
    size_t size;
} sent_key;

/* The body of the message of that type, in what a TLS 1.2 server has sent in the clear. */
static sent_key message_of(const test_pipe *pipe, uint8_t type)
{
    static uint8_t messages[65536];
    sent_key out = {.size = 0};
    size_t size = 0, at = 0;

    for (size_t i = 0; i + 5 <= pipe->log_size && pipe->log[i] == 22;) {
        const size_t body = (size_t)pipe->log[i + 3] << 8 | pipe->log[i + 4];

        cr_assert(i + 5 + body <= pipe->log_size && size + body <= sizeof(messages));
        memcpy(messages + size, pipe->log + i + 5, body);
        size += body;
        i += 5 + body;
    }
    while (at + 4 <= size) {
        const size_t body = (size_t)messages[at + 1] << 16 | (size_t)messages[at + 2] << 8 |
                            messages[at + 3];

        if (messages[at] == type) {
            out.size = body < sizeof(out.data) ? body : sizeof(out.data);
            memcpy(out.data, messages + at + 4, out.size);
            return out;
        }
        at += 4 + body;
    }
    return out;
}

/* RFC 5246 7.4.3: p, g and Ys, each with its length; RFC 8422 5.4: a named curve, then the point. */
static sent_key public_value(const sent_key *exchange, bool curve)
{
    sent_key out = {.size = 0};
    size_t at = curve ? 3 : 0;

    for (int skipped = 0; !curve && skipped < 2; skipped++) {
        cr_assert(at + 2 <= exchange->size);
        at += 2 + ((size_t)exchange->data[at] << 8 | exchange->data[at + 1]);
    }
    cr_assert(at + 2 <= exchange->size);
    out.size = curve ? exchange->data[at] : ((size_t)exchange->data[at] << 8 | exchange->data[at + 1]);
    at += curve ? 1 : 2;
    cr_assert(out.size > 16 && at + out.size <= exchange->size, "%zu bytes", out.size);
    memcpy(out.data, exchange->data + at, out.size);
    return out;
}

static sent_key key_of_a_handshake(pair *p)
{
    enum { SERVER_KEY_EXCHANGE = 12 };
    sent_key exchange;
    otls_transport transport;

    otls_connection_free(p->client);
    otls_connection_free(p->server);
    wire_free(&p->wire);
    wire_init(&p->wire);
    p->wire.to_client.logging = true;
    transport = wire_transport(&p->wire.client);
    cr_assert_eq(otls_connection_new(&p->client, p->client_context, &transport, NULL), OTLS_OK);
    transport = wire_transport(&p->wire.server);
    cr_assert_eq(otls_connection_new(&p->server, p->server_context, &transport, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(p->client, "localhost", NULL), OTLS_OK);
    pair_connect(p);
    exchange = message_of(&p->wire.to_client, SERVER_KEY_EXCHANGE);
    return public_value(&exchange, exchange.size != 0 && exchange.data[0] == 3);
}

static void expect_new_keys(const pair_case *which, const char *suite)
{
    const pair_options options = {.client_ciphers = suite, .server_ciphers = suite};
    sent_key one, two;
    pair p;

    pair_open(&p, which, &options);
    one = key_of_a_handshake(&p);
    two = key_of_a_handshake(&p);
    cr_expect(one.size != two.size || memcmp(one.data, two.data, one.size) != 0, "%s: %s: one key twice",
              pair_name(which), suite);
    pair_close(&p);
}

ParameterizedTestParameters(ephemeral, new_key_each_time)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, ephemeral, new_key_each_time)
{
    const pair_case which = pair_case_at(*index);

    if (which.version != OTLS_TLS1_2 || strcmp(which.key, "rsa-2048") != 0)
        return; /* in TLS 1.3 nothing else is possible (RFC 8446 4.2.8) */
    expect_new_keys(&which, "ECDHE-RSA-AES128-GCM-SHA256");
    if (otls_backend_supports(which.server, OTLS_FEATURE_DHE, NULL) != OTLS_NO &&
        otls_backend_supports(which.client, OTLS_FEATURE_DHE, NULL) != OTLS_NO)
        expect_new_keys(&which, "DHE-RSA-AES128-GCM-SHA256");
}
