/* SPDX-License-Identifier: MIT */
/* What a peer may do to its records and we must bear: small ones, and warnings before the hello; and what
 * nobody need bear for ever. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdlib.h>
#include <string.h>

/* ---- handshake messages in small records (RFC 5246 6.2.1, RFC 8446 5.1) ---- */

/* What has come on a pipe, in the clear, in records of `size` octets; the rest stays as it is. */
static void cut(test_pipe *pipe, size_t size)
{
    const size_t have = pipe_size(pipe);
    uint8_t *old = malloc(have + 1);
    size_t at = 0;

    cr_assert(old != NULL);
    memcpy(old, pipe->data + pipe->start, have);
    pipe_drain(pipe);
    for (; at + 5 <= have && old[at] == 22; at += 5u + (size_t)(old[at + 3] << 8 | old[at + 4])) {
        const size_t length = (size_t)(old[at + 3] << 8 | old[at + 4]);

        for (size_t done = 0; done < length; done += size) {
            const size_t part = length - done < size ? length - done : size;
            const uint8_t head[5] = {22, old[at + 1], old[at + 2], 0, (uint8_t)part};

            pipe_put(pipe, head, sizeof(head));
            pipe_put(pipe, old + at + 5 + done, part);
        }
    }
    pipe_put(pipe, old + at, have - at);
    free(old);
}

ParameterizedTestParameters(odd_records, small)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, odd_records, small, .timeout = 60)
{
    static const size_t sizes[] = {1, 2, 3, 4, 5, 50};
    const pair_case which = pair_case_short_at(*index);
    const divergence *whole = divergence_find("a handshake message in several records", &which);

    if (whole != NULL)
        cr_skip_test("%s", whole->reason);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pair p;

        if (sizes[i] < 4 &&
            divergence_find("handshake records of one to three octets", &which) != NULL)
            continue;
        pair_open(&p, &which, NULL);
        cr_assert_eq(otls_connection_handshake(p.client, &p.client_error), OTLS_WANT_READ);
        cut(&p.wire.to_server, sizes[i]);
        cr_assert_eq(otls_connection_handshake(p.server, &p.server_error), OTLS_WANT_READ);
        cut(&p.wire.to_client, sizes[i]);
        (void)otls_connection_handshake(p.client, &p.client_error);
        cut(&p.wire.to_server, sizes[i]);
        pair_handshake(&p);
        cr_expect(p.client_status == OTLS_OK && p.server_status == OTLS_OK,
                  "%s, %zu: client: %s [%s]; server: %s [%s]", pair_name(&which), sizes[i],
                  p.client_error.text, p.client_error.native_text, p.server_error.text,
                  p.server_error.native_text);
        pair_close(&p);
    }
}

/* ---- a warning before the ServerHello (RFC 6066 3: unrecognized_name) ---- */

ParameterizedTestParameters(odd_records, early_warning)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, odd_records, early_warning)
{
    static const uint8_t warning[] = {21, 3, 3, 0, 2, 1, OTLS_ALERT_UNRECOGNIZED_NAME};
    const pair_case which = pair_case_short_at(*index);
    const divergence *const known =
        divergence_find("an alert at warning level before the ServerHello", &which);
    otls_error err = OTLS_ERROR_INIT;
    pair p;

    test_needs(which.client, OTLS_FEATURE_TLS1_3);
    pair_open(&p, &which, &(pair_options){.client_lowest = OTLS_TLS1_2,
                                          .client_highest = OTLS_TLS1_3});
    pipe_put(&p.wire.to_client, warning, sizeof(warning));
    if (known != NULL) {
        pair_handshake(&p);
        cr_expect_eq(p.client_status, known->expected, "%s: %s", pair_name(&which),
                     p.client_error.text);
        pair_close(&p);
        return;
    }
    pair_connect(&p);
    cr_expect_eq(otls_connection_version(p.client), which.version);
    pair_transfer(p.client, p.server, 1000, 1);
    pair_transfer(p.server, p.client, 1000, 2);
    cr_expect_eq(otls_connection_shutdown(p.server, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(pair_read_end(p.client, p.server, &err), OTLS_CLOSED, "%s: %s",
                 pair_name(&which), err.text);
    pair_close(&p);
}

/* ---- records that are too short to hold what must be in them (RFC 5246 6.2.3, RFC 8446 5.2) ----
 */

/* The engine's arithmetic about a record begins with its size less that of a nonce, a tag, a MAC.
 */
static void send_short(const pair_case *which, const char *ciphers, bool to_server, uint8_t type,
                       size_t size)
{
    static const uint8_t zeros[64];
    const uint8_t head[5] = {type, 3, 3, 0, (uint8_t)size};
    const pair_options options = {.client_ciphers = ciphers, .server_ciphers = ciphers};
    const divergence *other = divergence_find("the alert for a record that is too short", which);
    otls_connection *conn;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_WANT_READ;
    uint8_t page[64];
    size_t count = 0;
    pair p;

    pair_open(&p, which, &options);
    pair_connect(&p);
    pair_transfer(p.server, p.client, 10, 1); /* past the tickets */
    pair_transfer(p.client, p.server, 10, 2);
    conn = to_server ? p.server : p.client;
    pipe_put(to_server ? &p.wire.to_server : &p.wire.to_client, head, sizeof(head));
    pipe_put(to_server ? &p.wire.to_server : &p.wire.to_client, zeros, size);
    for (int turn = 0; turn < 4 && status == OTLS_WANT_READ; turn++)
        status = otls_connection_read(conn, page, sizeof(page), &count, &err);
    cr_expect(status == OTLS_E_PROTOCOL, "%s, %s, %s: type %d, %zu octets: %s: %s [%s]",
              pair_name(which), ciphers != NULL ? ciphers : "default",
              to_server ? "server" : "client", type, size, otls_status_name(status), err.text,
              err.native_text);
    cr_expect_eq(count, 0);
    cr_expect_eq(err.alert_received, 0);
    cr_expect(err.alert == OTLS_ALERT_BAD_RECORD_MAC || err.alert == OTLS_ALERT_DECODE_ERROR ||
                  err.alert == OTLS_ALERT_UNEXPECTED_MESSAGE ||
                  (other != NULL && err.alert == other->expected),
              "%s, %s, %s: type %d, %zu octets: alert %d", pair_name(which),
              ciphers != NULL ? ciphers : "default", to_server ? "server" : "client", type, size,
              err.alert);
    pair_close(&p);
}

/* Four suites of TLS 1.2, and TLS 1.3: each for itself, for every record wants a handshake of its own. */
enum { SHORT_SUITES = 4, SHORT_FORMS = SHORT_SUITES + 1 };

ParameterizedTestParameters(odd_records, too_short)
{
    static size_t indexes[PAIR_ENGINES * SHORT_FORMS];
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends) * SHORT_FORMS;

    for (size_t i = 0; i < count; i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, count);
}

ParameterizedTest(size_t *index, odd_records, too_short, .timeout = 120)
{
    static const char *const suites[SHORT_SUITES] = {
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA384"};
    static const uint8_t types[] = {20, 21, 22, 23};
    const otls_backend *backends[PAIR_ENGINES];
    const size_t suite = *index % SHORT_FORMS;
    pair_case which = {.key = "ecdsa-p256"};

    (void)test_subjects(backends);
    which.client = which.server = backends[*index / SHORT_FORMS];
    which.version = suite < SHORT_SUITES ? OTLS_TLS1_2 : OTLS_TLS1_3;
    test_needs_version(which.client, which.version);
    for (size_t k = 0; k < sizeof(types) * 2; k++)
        for (size_t size = 0; size <= 48; size += pair_in_turns() || size > 17 ? 7 : 1)
            send_short(&which, suite < SHORT_SUITES ? suites[suite] : NULL, k % 2 == 0, types[k / 2],
                       size);
}

/* ---- records that move nothing, for ever: each engine ends it, or core does ---- */

static const struct idle {
    const char *what;
    size_t size, most; /* records that may be put up with; 0 = 64 */
    uint8_t record[9];
} idles[] = {
    {"ChangeCipherSpec", 6, 0, {20, 3, 3, 0, 1, 1}},
    {"an empty handshake record", 5, 0, {22, 3, 3, 0, 0}},
    {"an empty record of data", 5, 0, {23, 3, 3, 0, 0}},
    {"an empty ChangeCipherSpec", 5, 0, {20, 3, 3, 0, 0}},
    {"an empty alert", 5, 0, {21, 3, 3, 0, 0}},
    {"a warning", 7, 0, {21, 3, 3, 0, 2, 1, 90}},
    {"HelloRequest", 9, 66000, {22, 3, 3, 0, 4, 0, 0, 0, 0}}, /* ignored meanwhile: RFC 5246 7.4.1.1 */
};

/* Up to the first message of the peer's, and with `hello` that as well. */
static void begin(pair *p, bool server, bool hello)
{
    (void)otls_connection_handshake(p->client, &p->client_error);
    if (server && !hello)
        pipe_drain(&p->wire.to_server);
    if (server || hello)
        (void)otls_connection_handshake(p->server, &p->server_error);
    if (!server && hello) {
        test_pipe *const pipe = &p->wire.to_client;
        uint8_t first[4096];
        const uint8_t *at = pipe->data + pipe->start;
        const size_t size = 5u + ((size_t)at[3] << 8 | at[4]);

        cr_assert(size <= sizeof(first) && size <= pipe_size(pipe));
        memcpy(first, at, size);
        pipe_drain(pipe);
        pipe_put(pipe, first, size);
        (void)otls_connection_handshake(p->client, &p->client_error);
    }
}

static void pour(const pair_case *which, const struct idle *idle, bool server, bool hello)
{
    const size_t most = idle->most != 0 ? idle->most : 64;
    otls_status status = OTLS_WANT_READ;
    size_t count = 0;
    pair p;

    pair_open(&p, which, NULL);
    begin(&p, server, hello);
    for (; status == OTLS_WANT_READ && count <= most; count++) {
        pipe_put(server ? &p.wire.to_server : &p.wire.to_client, idle->record, idle->size);
        status = server ? otls_connection_handshake(p.server, &p.server_error)
                        : otls_connection_handshake(p.client, &p.client_error);
    }
    cr_expect(status == OTLS_E_PROTOCOL || status == OTLS_E_ALERT, "%s, %s to the %s, %s: %s after %zu: %s",
              pair_name(which), idle->what, server ? "server" : "client",
              hello ? "behind its peer's hello" : "first of all", otls_status_name(status), count,
              server ? p.server_error.text : p.client_error.text);
    pair_close(&p);
}

/* The same on an open connection, where core no longer looks. */
static void pour_open(const pair_case *which, const struct idle *idle, bool server)
{
    otls_status status = OTLS_WANT_READ;
    otls_error err = OTLS_ERROR_INIT;
    size_t count, poured = 0;
    uint8_t byte;
    pair p;

    pair_open(&p, which, NULL);
    pair_connect(&p);
    pair_transfer(p.server, p.client, 10, 1); /* past the tickets */
    pair_transfer(p.client, p.server, 10, 2);
    for (; status == OTLS_WANT_READ && poured < 64; poured++) {
        pipe_put(server ? &p.wire.to_server : &p.wire.to_client, idle->record, idle->size);
        status = otls_connection_read(server ? p.server : p.client, &byte, 1, &count, &err);
    }
    cr_expect(status == OTLS_E_PROTOCOL || status == OTLS_E_ALERT, "%s, %s to the %s, open: %s after %zu: %s",
              pair_name(which), idle->what, server ? "server" : "client", otls_status_name(status), poured, err.text);
    pair_close(&p);
}

ParameterizedTestParameters(odd_records, for_ever)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, odd_records, for_ever, .timeout = 120)
{
    const pair_case which = pair_case_short_at(*index);

    if (which.client != which.server)
        return;
    for (size_t i = 0; i < sizeof(idles) / sizeof(idles[0]); i++)
        for (unsigned bits = 0; bits < 4; bits++)
            pour(&which, &idles[i], (bits & 1) != 0, (bits & 2) != 0);
    for (size_t i = 0; i < sizeof(idles) / sizeof(idles[0]); i++)
        for (unsigned server = 0; server < 2; server++)
            pour_open(&which, &idles[i], server != 0);
}
