/* SPDX-License-Identifier: MIT */
/* First flights that are put together in odd ways, or wrongly: one answer each, on every engine. */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <string.h>

#define RECORD_MAX 16384u

typedef struct bytes {
    uint8_t data[80000];
    size_t size;
} bytes;

static void put(bytes *out, const void *data, size_t size)
{
    cr_assert(out->size + size <= sizeof(out->data));
    memcpy(out->data + out->size, data, size);
    out->size += size;
}

static void put_record(bytes *out, uint8_t type, const void *data, size_t size)
{
    const uint8_t header[5] = {type, 3, 1, (uint8_t)(size >> 8), (uint8_t)size};

    put(out, header, sizeof(header));
    put(out, data, size);
}

/* What the client says first: its message, without the record around it. */
static void take_hello(pair *p, bytes *message)
{
    test_pipe *pipe = &p->wire.to_server;

    cr_assert_eq(otls_connection_handshake(p->client, NULL), OTLS_WANT_READ);
    message->size = 0;
    put(message, pipe->data + pipe->start + 5, pipe_size(pipe) - 5);
    cr_assert_eq((size_t)(pipe->data[pipe->start + 3] << 8 | pipe->data[pipe->start + 4]),
                 message->size);
    pipe_drain(pipe);
}

static void set_number(uint8_t *at, size_t octets, size_t value)
{
    for (size_t i = octets; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
}

/* `count` more cipher suites, of numbers that nobody uses, behind the client's own. */
static void more_suites(bytes *message, size_t count)
{
    static bytes old;
    size_t at = 4 + 2 + 32, length;

    old = *message;
    at += 1u + old.data[at];
    length = (size_t)(old.data[at] << 8 | old.data[at + 1]);
    message->size = at + 2 + length;
    for (size_t i = 0; i < count; i++)
        put(message, (const uint8_t[]){(uint8_t)(0x10 + (i >> 8)), (uint8_t)i}, 2);
    put(message, old.data + at + 2 + length, old.size - at - 2 - length);
    set_number(message->data + at, 2, length + 2 * count);
    set_number(message->data + 1, 3, message->size - 4);
}

/* One more extension, of `size` octets: before all others, pre_shared_key stays the last. */
static void extend(bytes *message, unsigned type, const void *body, size_t size)
{
    static bytes old;
    size_t at = 4 + 2 + 32, length;

    old = *message;
    at += 1u + old.data[at];
    at += 2u + (old.data[at] << 8 | old.data[at + 1]);
    at += 1u + old.data[at];
    length = (size_t)(old.data[at] << 8 | old.data[at + 1]) + 4 + size;
    const uint8_t head[6] = {(uint8_t)(length >> 8), (uint8_t)length, (uint8_t)(type >> 8),
                             (uint8_t)type, (uint8_t)(size >> 8), (uint8_t)size};

    message->size = at;
    put(message, head, sizeof(head));
    put(message, body, size);
    put(message, old.data + at + 2, old.size - at - 2);
    set_number(message->data + 1, 3, message->size - 4);
}

typedef void make(bytes *flight, bytes *message);

static void between(bytes *flight, bytes *message, uint8_t type, const void *data, size_t size)
{
    put_record(flight, 22, message->data, 50);
    put_record(flight, type, data, size);
    put_record(flight, 22, message->data + 50, message->size - 50);
}

static void long_record(bytes *flight, bytes *message)
{
    static const uint8_t zeros[16385];

    (void)message;
    put_record(flight, 22, zeros, sizeof(zeros));
}

static void empty_record(bytes *flight, bytes *message)
{
    put_record(flight, 22, "", 0);
    put_record(flight, 22, message->data, message->size);
}

static void data_between(bytes *flight, bytes *message)
{
    between(flight, message, 23, "x", 1);
}

static void alert_between(bytes *flight, bytes *message)
{
    between(flight, message, 21, "\x01\x5a", 2);
}

static void ccs_between(bytes *flight, bytes *message)
{
    between(flight, message, 20, "\x01", 1);
}

static void more_behind(bytes *flight, bytes *message)
{
    put(message, "\x10\0\0\0", 4);
    put_record(flight, 22, message->data, message->size);
}

static void many_records(bytes *flight, bytes *message)
{
    static const uint8_t zeros[600];

    extend(message, 0xfafa, zeros, sizeof(zeros));
    for (size_t i = 0; i < message->size; i++)
        put_record(flight, 22, message->data + i, 1);
}

static void long_message(bytes *flight, bytes *message)
{
    (void)message;
    put_record(flight, 22, "\x01\x01\0\0", 4); /* its length says it */
}

static void twice(bytes *flight, bytes *message)
{
    extend(message, 0xfafa, "", 0);
    extend(message, 0xfafa, "", 0);
    put_record(flight, 22, message->data, message->size);
}

static void name(bytes *flight, bytes *message, const void *body, size_t size)
{
    extend(message, 0, body, size);
    put_record(flight, 22, message->data, message->size);
}

static void name_with_nul(bytes *flight, bytes *message)
{
    name(flight, message, "\0\x06\0\0\x03" "a\0b", 8);
}

static void name_with_port(bytes *flight, bytes *message)
{
    name(flight, message, "\0\x09\0\0\x06" "a.b:42", 11);
}

static void name_with_blank(bytes *flight, bytes *message)
{
    name(flight, message, "\0\x07\0\0\x04" "a b.", 9);
}

static void name_of_letters(bytes *flight, bytes *message)
{
    name(flight, message, "\0\x07\0\0\x04" "\xc3\xa4.b", 9);
}

static void two_names(bytes *flight, bytes *message)
{
    name(flight, message, "\0\x08\0\0\x01" "a\0\0\x01" "b", 10);
}

static void no_names(bytes *flight, bytes *message)
{
    name(flight, message, "\0\0", 2);
}

static void empty_name(bytes *flight, bytes *message)
{
    name(flight, message, "\0\x03\0\0\0", 5);
}

static const struct {
    const char *what;
    make *make;
    int alert;
    int32_t code;
} faults[] = {
    {"a record of 16,385 octets", long_record, OTLS_ALERT_RECORD_OVERFLOW, OTLS_CODE_NONE},
    {"an empty record", empty_record, OTLS_ALERT_UNEXPECTED_MESSAGE, OTLS_CODE_NONE},
    {"data between", data_between, OTLS_ALERT_UNEXPECTED_MESSAGE, OTLS_CODE_NONE},
    {"an alert between", alert_between, OTLS_ALERT_UNEXPECTED_MESSAGE, OTLS_CODE_NONE},
    {"a CCS between", ccs_between, OTLS_ALERT_UNEXPECTED_MESSAGE, OTLS_CODE_NONE},
    {"a message behind", more_behind, OTLS_ALERT_UNEXPECTED_MESSAGE, OTLS_CODE_NONE},
    {"many records", many_records, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_LIMIT},
    {"a long message", long_message, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_LIMIT},
    {"an extension twice", twice, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_NONE},
    {"NUL in the name", name_with_nul, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_NONE},
    {"a port in the name", name_with_port, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_NONE},
    {"a blank in the name", name_with_blank, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_NONE},
    {"a name that is not ASCII", name_of_letters, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_NONE},
    {"two names", two_names, OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_NONE},
    {"a list of no names", no_names, OTLS_ALERT_DECODE_ERROR, OTLS_CODE_NONE},
    {"an empty name", empty_name, OTLS_ALERT_DECODE_ERROR, OTLS_CODE_NONE},
};

ParameterizedTestParameters(hello_faults, answers)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, hello_faults, answers)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        static bytes flight, message;
        const test_pipe *answer;
        pair p;

        pair_open(&p, &which, &(pair_options){.server_name = "", .no_name_check = true});
        take_hello(&p, &message);
        flight.size = 0;
        faults[i].make(&flight, &message);
        pipe_put(&p.wire.to_server, flight.data, flight.size);
        cr_expect_eq(otls_connection_handshake(p.server, &p.server_error), OTLS_E_PROTOCOL,
                     "%s, %s: %s", pair_name(&which), faults[i].what, p.server_error.text);
        cr_expect_eq(p.server_error.code, faults[i].code, "%s, %s: %s", pair_name(&which),
                     faults[i].what, p.server_error.text);
        cr_expect_eq(p.server_error.alert, faults[i].alert, "%s, %s: %d", pair_name(&which),
                     faults[i].what, p.server_error.alert);
        answer = &p.wire.to_client;
        cr_expect(pipe_size(answer) == 7 && answer->data[answer->start] == 21 &&
                      answer->data[answer->start + 6] == faults[i].alert,
                  "%s, %s: the alert on the wire", pair_name(&which), faults[i].what);
        pair_close(&p);
    }
}

/* What clients do send as server names; where a server's engine cannot, core says so before it. */
ParameterizedTestParameters(hello_faults, names)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, hello_faults, names)
{
    static const char *const sent[] = {"my_service.internal", "_x", "a_", "x-1.test", "LOCALHOST."};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
        const bool can = strchr(sent[i], '_') == NULL ||
                         otls_backend_supports(which.server, OTLS_FEATURE_UNDERSCORE_NAMES, NULL) != OTLS_NO;
        pair p;

        pair_open(&p, &which, &(pair_options){.server_name = sent[i], .no_name_check = true});
        pair_handshake(&p);
        if (can) {
            cr_expect(p.client_status == OTLS_OK && p.server_status == OTLS_OK, "%s, %s: %s; %s",
                      pair_name(&which), sent[i], p.client_error.text, p.server_error.text);
        } else {
            cr_expect(p.server_status == OTLS_E_UNSUPPORTED &&
                          p.server_error.alert == OTLS_ALERT_UNRECOGNIZED_NAME &&
                          strstr(p.server_error.text, "underscore-names") != NULL &&
                          strstr(p.server_error.text, sent[i]) != NULL,
                      "%s, %s: %s", pair_name(&which), sent[i], p.server_error.text);
            cr_expect(p.client_status == OTLS_E_ALERT &&
                          p.client_error.alert == OTLS_ALERT_UNRECOGNIZED_NAME,
                      "%s, %s: %s", pair_name(&which), sent[i], p.client_error.text);
        }
        pair_close(&p);
    }
}

/* RFC 8446 5.1: messages may be cut anywhere. The transport's pieces are not the records. */
ParameterizedTestParameters(hello_faults, pieces)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, hello_faults, pieces)
{
    static const size_t first[] = {1, 2, 3, 4, 5, 100};
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < 2 * sizeof(first) / sizeof(first[0]); i++) {
        const size_t size = first[i / 2], later = i % 2 != 0 ? size : 16384;
        static bytes flight, message;
        pair p;

        pair_open(&p, &which, NULL);
        take_hello(&p, &message);
        flight.size = 0;
        put_record(&flight, 22, message.data, size);
        for (size_t at = size; at < message.size; at += later)
            put_record(&flight, 22, message.data + at,
                       message.size - at < later ? message.size - at : later);
        pipe_put(&p.wire.to_server, flight.data, flight.size);
        pair_connect(&p);
        pair_transfer(p.client, p.server, 1000, 1);
        pair_transfer(p.server, p.client, 1000, 2);
        pair_close(&p);
    }
}

/* ---- right, and longer than most ---- */

/* Records as full as they can be. */
static void put_records(bytes *flight, const bytes *message)
{
    for (size_t at = 0; at < message->size; at += RECORD_MAX)
        put_record(flight, 22, message->data + at,
                   message->size - at < RECORD_MAX ? message->size - at : RECORD_MAX);
}

/* RFC 5246 7.4.1.2: up to 32,767 suites; and hellos that are in two records, and in four. */
static const struct {
    size_t suites, extension;
    bool is_long;
} long_hellos[] = {
    {100, 0, false},    {200, 0, true},    {344, 0, true},  {1000, 0, true}, {0, 16300, false},
    {100, 17000, false}, {0, 18500, true}, {0, 40000, true}, {0, 60000, true},
};

/* The first record of what the server says: of which type, and what it begins with. */
static void expect_answer(const pair *p, const char *what, uint8_t type, uint8_t first, size_t size)
{
    const test_pipe *answer = &p->wire.to_client;
    const uint8_t *at = answer->data + answer->start;

    cr_expect(pipe_size(answer) >= size && at[0] == type && at[5] == first,
              "%s, %s: not on the wire: record %u, %u", pair_name(&p->which), what, type, first);
}

/* The client has said something else, so it goes no further than the server's answer. */
ParameterizedTestParameters(hello_faults, long_ones)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, hello_faults, long_ones)
{
    static const uint8_t zeros[60000];
    const pair_case which = pair_case_short_at(*index);
    const bool can = otls_backend_supports(which.server, OTLS_FEATURE_LONG_HELLOS, NULL) != OTLS_NO;
    const divergence *split = divergence_find("a ClientHello in two records", &which);

    for (size_t i = 0; i < sizeof(long_hellos) / sizeof(long_hellos[0]); i++) {
        static bytes flight, message;
        const divergence *whole = split;
        char what[80];
        otls_status status;
        pair p;

        pair_open(&p, &which, &(pair_options){.server_name = "", .no_name_check = true});
        take_hello(&p, &message);
        more_suites(&message, long_hellos[i].suites);
        if (long_hellos[i].extension != 0)
            extend(&message, 0xfafa, zeros, long_hellos[i].extension);
        if (whole == NULL && message.size > 17 * 1024 - 256)
            whole = divergence_find("a ClientHello of 17 KiB", &which);
        flight.size = 0;
        put_records(&flight, &message);
        pipe_put(&p.wire.to_server, flight.data, flight.size);
        status = otls_connection_handshake(p.server, &p.server_error);
        (void)snprintf(what, sizeof(what), "%zu suites more and %zu bytes", long_hellos[i].suites,
                       message.size);
        if (whole != NULL && !long_hellos[i].is_long && message.size > RECORD_MAX) {
            cr_expect(status == (otls_status)whole->expected &&
                          p.server_error.code == OTLS_CODE_LIMIT,
                      "%s, %s: %s", pair_name(&which), what, p.server_error.text);
        } else if (can || !long_hellos[i].is_long) {
            cr_expect_eq(status, OTLS_WANT_READ, "%s, %s: %s", pair_name(&which), what,
                         p.server_error.text);
            expect_answer(&p, what, 22, 2, 5 + 4 + 2 + 32);
        } else {
            cr_expect(status == OTLS_E_UNSUPPORTED && p.server_error.code == OTLS_CODE_LIMIT &&
                          p.server_error.alert == OTLS_ALERT_ILLEGAL_PARAMETER &&
                          strstr(p.server_error.text, "long-hellos") != NULL,
                      "%s, %s: %s", pair_name(&which), what, p.server_error.text);
            expect_answer(&p, what, 21, 2, 7);
        }
        pair_close(&p);
    }
}

/* A hello of many records that a client really means: the transcript is the same on both sides. */
ParameterizedTestParameters(hello_faults, long_and_meant)
{
    return pair_parameters_short();
}

/* `count` names of 250 octets, no two of them the same. */
static void long_names(const char *names[], size_t count)
{
    static char text[120][251];

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(text[i], sizeof(text[i]), "%0250zu", i);
        names[i] = text[i];
    }
}

static void expect_outcome(const pair *p, bool can, size_t count)
{
    if (can)
        cr_expect(p->client_status == OTLS_OK && p->server_status == OTLS_OK, "%s, %zu: %s; %s",
                  pair_name(&p->which), count, p->client_error.text, p->server_error.text);
    else
        cr_expect(p->server_status == OTLS_E_UNSUPPORTED && p->client_status == OTLS_E_ALERT &&
                      p->client_error.alert == OTLS_ALERT_ILLEGAL_PARAMETER,
                  "%s, %zu: %s; %s", pair_name(&p->which), count, p->client_error.text,
                  p->server_error.text);
}

ParameterizedTest(size_t *index, hello_faults, long_and_meant)
{
    static const size_t counts[] = {32, 33, 120}; /* 8,032 octets; 8,283; 30,120 */
    const pair_case which = pair_case_short_at(*index);
    const bool client = otls_backend_supports(which.client, OTLS_FEATURE_LONG_HELLOS, NULL) != OTLS_NO,
               server = otls_backend_supports(which.server, OTLS_FEATURE_LONG_HELLOS, NULL) != OTLS_NO;
    const char *names[120];

    if (otls_backend_supports(which.client, OTLS_FEATURE_LONG_ALPN, NULL) == OTLS_NO)
        cr_skip_test("%s offers no long list", otls_backend_name(which.client));
    long_names(names, 120);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        const bool is_long = counts[i] > 32;
        otls_error err = OTLS_ERROR_INIT;
        pair p;

        pair_open(&p, &which, &(pair_options){.server_alpn = (const char *const[]){"h2"},
                                              .server_alpn_count = 1,
                                              .alpn_optional = true});
        cr_expect_eq(otls_connection_set_alpn(p.client, names, counts[i], &err),
                     client || !is_long ? OTLS_OK : OTLS_E_UNSUPPORTED, "%s, %zu: %s",
                     pair_name(&which), counts[i], err.text);
        if (client || !is_long) {
            pair_handshake(&p);
            expect_outcome(&p, server || counts[i] < 72, counts[i]);
        } else {
            cr_expect_not_null(strstr(err.text, "long-hellos"), "%s", err.text);
        }
        pair_close(&p);
    }
}
