/* SPDX-License-Identifier: MIT */
/*
 * Somebody in the middle who changes hellos: older versions, suites without protection, compression. Both
 * ends are ours, of any two engines; docs/security.md says where the other attacks are tested.
 */
#include <criterion/criterion.h>

#include "divergence.h"

#include <string.h>

#define RANDOM_AT (5u + 4 + 2) /* of a hello's record, and of its message */

/** Where the parts of a hello's record begin. */
typedef struct hello {
    uint8_t *data; /* the record, on its pipe */
    size_t size, suites, suites_size, extensions;
} hello;

static size_t number(const uint8_t *at)
{
    return (size_t)(at[0] << 8 | at[1]);
}

static void set_number(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The client's, which waits to be read by the server. */
static hello client_hello(pair *p)
{
    test_pipe *pipe = &p->wire.to_server;
    hello out = {0};
    size_t at = RANDOM_AT + 32;

    cr_assert_eq(otls_connection_handshake(p->client, NULL), OTLS_WANT_READ);
    out.data = pipe->data + pipe->start;
    out.size = pipe_size(pipe);
    cr_assert(out.data[0] == 22 && out.data[5] == 1 && out.size > at);
    at += 1u + out.data[at];
    out.suites_size = number(out.data + at);
    out.suites = at + 2;
    at = out.suites + out.suites_size;
    at += 1u + out.data[at];
    out.extensions = at + 2;
    return out;
}

/* `size` more bytes in the middle, and every length before them says so. */
static void insert(pair *p, hello *h, size_t at, const void *bytes, size_t size)
{
    uint8_t copy[4096];

    cr_assert(h->size + size <= sizeof(copy));
    memcpy(copy, h->data, at);
    memcpy(copy + at, bytes, size);
    memcpy(copy + at + size, h->data + at, h->size - at);
    set_number(copy + 3, h->size + size - 5);
    set_number(copy + 7, h->size + size - 9);
    pipe_drain(&p->wire.to_server);
    pipe_put(&p->wire.to_server, copy, h->size + size);
    h->data = p->wire.to_server.data + p->wire.to_server.start;
    h->size += size;
}

/* The body of an extension of that number; NULL: there is none. */
static uint8_t *extension(const hello *h, unsigned type, size_t *size)
{
    size_t at = h->extensions;

    while (at + 4 <= h->size) {
        *size = number(h->data + at + 2);
        if (number(h->data + at) == type)
            return h->data + at + 4;
        at += 4 + *size;
    }
    return NULL;
}

static void set_versions(pair *p, void *user)
{
    const uint16_t *highest = user;

    cr_assert_eq(otls_context_set_versions(p->client_context, OTLS_TLS1_2, highest[0], NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_versions(p->server_context, OTLS_TLS1_2, highest[1], NULL), OTLS_OK);
}

/* ---- older versions ---- */

ParameterizedTestParameters(attacks, fallback)
{
    return pair_parameters_short();
}

/* A client that was brought down to TLS 1.2 says so (RFC 7507): a server with more does not believe it. */
ParameterizedTest(size_t *index, attacks, fallback)
{
    const pair_case which = pair_case_short_at(*index);
    static uint16_t highest[][2] = {{OTLS_TLS1_2, OTLS_TLS1_3}, {OTLS_TLS1_2, OTLS_TLS1_2}};

    test_needs(which.server, OTLS_FEATURE_TLS1_3);
    for (size_t same = 0; same < 2; same++) {
        const divergence *other = divergence_find("a fallback to the highest version there is", &which);
        const otls_status fine = other != NULL ? (otls_status)other->expected : OTLS_WANT_READ;
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;
        hello h;
        pair p;

        pair_open(&p, &which, &(pair_options){.setup = set_versions, .user = highest[same]});
        h = client_hello(&p);
        set_number(h.data + h.suites - 2, h.suites_size + 2);
        insert(&p, &h, h.suites + h.suites_size, "\x56\x00", 2);
        status = otls_connection_handshake(p.server, &err);
        cr_expect_eq(status, same ? fine : OTLS_E_PROTOCOL, "%s: %s: %s",
                     pair_name(&which), otls_status_name(status), err.text);
        cr_expect(same || err.alert == OTLS_ALERT_INAPPROPRIATE_FALLBACK, "%s: alert %d: %s",
                  pair_name(&which), err.alert, err.text);
        cr_expect(same || err.code == OTLS_CODE_NO_SHARED_VERSION, "%s: %s", pair_name(&which),
                  otls_code_name(err.code));
        pair_close(&p);
    }
}

ParameterizedTestParameters(attacks, downgrade)
{
    return pair_parameters_short();
}

/* TLS 1.3 is struck from the client's hello: the server's random tells the client (RFC 8446 4.1.3). */
ParameterizedTest(size_t *index, attacks, downgrade)
{
    const pair_case which = pair_case_short_at(*index);
    uint16_t highest[2] = {OTLS_TLS1_3, OTLS_TLS1_3};
    uint8_t *versions;
    size_t size;
    hello h;
    const divergence *other = divergence_find("TLS 1.3 struck out on the way", &which);
    pair p;

    test_needs(which.client, OTLS_FEATURE_TLS1_3);
    test_needs(which.server, OTLS_FEATURE_TLS1_3);
    pair_open(&p, &which, &(pair_options){.setup = set_versions, .user = highest});
    h = client_hello(&p);
    versions = extension(&h, 43, &size);
    cr_assert_not_null(versions);
    for (size_t i = 1; i + 1 < size; i += 2)
        versions[i + 1] = 3; /* TLS 1.2 alone */
    pair_handshake(&p);
    cr_expect_eq(p.client_status, OTLS_E_PROTOCOL, "%s: %s: %s", pair_name(&which),
                 otls_status_name(p.client_status), p.client_error.text);
    cr_expect_eq(p.client_error.alert, other != NULL ? other->expected : OTLS_ALERT_ILLEGAL_PARAMETER,
                 "%s: alert %d: %s", pair_name(&which), p.client_error.alert, p.client_error.text);
    cr_expect(!otls_connection_handshake_done(p.client) && !otls_connection_handshake_done(p.server));
    pair_close(&p);
}

/* ---- suites without authentication, without encryption, with what is broken ---- */

static const uint16_t worthless[] = {
    0x0000, 0x0001, 0x0002, 0x003b,         /* NULL */
    0x0018, 0x001b, 0x0034, 0x006d, 0x00a6, /* anonymous DH */
    0xc015, 0xc016, 0xc017, 0xc018, 0xc019, /* anonymous ECDH */
    0xc006, 0xc010, 0xc001,                 /* ECDHE and no encryption */
    0x0003, 0x0006, 0x0008, 0x0014,         /* export */
    0x0004, 0x0005, 0xc007, 0xc011,         /* RC4 */
    0x0009, 0x0015,                         /* single DES */
};
#define WORTHLESS (sizeof(worthless) / sizeof(worthless[0]))

ParameterizedTestParameters(attacks, worthless_suites_offered)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, attacks, worthless_suites_offered)
{
    const pair_case which = pair_case_short_at(*index);
    hello h;
    pair p;

    pair_open(&p, &which, NULL);
    h = client_hello(&p);
    set_number(h.data + h.suites - 2, h.suites_size + 2 * WORTHLESS);
    for (size_t i = 0; i < WORTHLESS; i++) {
        const uint8_t suite[2] = {(uint8_t)(worthless[i] >> 8), (uint8_t)worthless[i]};

        insert(&p, &h, h.suites, suite, 2);
    }
    for (size_t i = 0; i < h.suites_size; i += 2)
        set_number(h.data + h.suites + 2 * WORTHLESS + i, worthless[i / 2 % WORTHLESS]);
    cr_expect_eq(otls_connection_handshake(p.server, &p.server_error), OTLS_E_PROTOCOL);
    cr_expect_eq(p.server_error.alert, OTLS_ALERT_HANDSHAKE_FAILURE, "%s: %d", pair_name(&which),
                 p.server_error.alert);
    cr_expect_eq(p.server_error.code, OTLS_CODE_NO_SHARED_SUITE, "%s: %s", pair_name(&which),
                 p.server_error.text);
    pair_close(&p);
}

/* Where the server's hello, the first record of its flight, has its suite. */
static uint8_t *server_suite(pair *p)
{
    test_pipe *pipe = &p->wire.to_client;
    uint8_t *data;
    size_t at = RANDOM_AT + 32;

    (void)client_hello(p);
    cr_assert_eq(otls_connection_handshake(p->server, NULL), OTLS_WANT_READ);
    data = pipe->data + pipe->start;
    cr_assert(data[0] == 22 && data[5] == 2);
    return data + at + 1 + data[at];
}

/* The client read that, and refuses it, with the alert of `other` where there is such a row. */
static void expect_refusal(pair *p, const char *what, unsigned number_of_it, const divergence *other)
{
    const otls_status status = otls_connection_handshake(p->client, &p->client_error);

    cr_expect_eq(status, OTLS_E_PROTOCOL, "%s: %s %04x: %s: %s", pair_name(&p->which), what,
                 number_of_it, otls_status_name(status), p->client_error.text);
    cr_expect(p->client_error.alert == OTLS_ALERT_ILLEGAL_PARAMETER ||
                  (other != NULL && p->client_error.alert == other->expected),
              "%s: %s %04x: alert %d: %s", pair_name(&p->which), what, number_of_it,
              p->client_error.alert, p->client_error.text);
    cr_expect(!otls_connection_handshake_done(p->client));
}

ParameterizedTestParameters(attacks, worthless_suite_chosen)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, attacks, worthless_suite_chosen)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = pair_in_turns() ? *index % 9 : 0; i < WORTHLESS; i += pair_in_turns() ? 9 : 1) {
        pair p;

        pair_open(&p, &which, NULL);
        set_number(server_suite(&p), worthless[i]);
        expect_refusal(&p, "suite", worthless[i],
                       divergence_find("a suite that was not offered", &which));
        pair_close(&p);
    }
}

/* ---- compression (CRIME, and bombs) ---- */

ParameterizedTestParameters(attacks, compression)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, attacks, compression)
{
    const pair_case which = pair_case_short_at(*index);
    size_t size;
    hello h;
    pair p;

    /* nobody offers it, of records or of certificates (RFC 8879) */
    pair_open(&p, &which, NULL);
    h = client_hello(&p);
    cr_expect(h.data[h.suites + h.suites_size] == 1 && h.data[h.suites + h.suites_size + 1] == 0);
    cr_expect_null(extension(&h, 27, &size), "%s: compressed certificates", pair_name(&which));
    pair_close(&p);
    /* nobody takes it up */
    pair_open(&p, &which, NULL);
    h = client_hello(&p);
    h.data[h.suites + h.suites_size] = 2;
    insert(&p, &h, h.suites + h.suites_size + 1, "\x01", 1);
    if (otls_connection_handshake(p.server, &p.server_error) == OTLS_WANT_READ) {
        const uint8_t *flight = p.wire.to_client.data + p.wire.to_client.start;

        cr_assert(flight[0] == 22 && flight[5] == 2);
        cr_expect_eq(flight[RANDOM_AT + 32 + 1 + flight[RANDOM_AT + 32] + 2], 0, "%s",
                     pair_name(&which));
    }
    pair_close(&p);
    /* and a server that does is refused */
    pair_open(&p, &which, NULL);
    server_suite(&p)[2] = 1;
    expect_refusal(&p, "compression", 1, divergence_find("a compression that was not offered", &which));
    pair_close(&p);
}
