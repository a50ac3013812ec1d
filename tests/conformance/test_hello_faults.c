/* SPDX-License-Identifier: MIT */
/* First flights that are put together in odd ways, or wrongly: one answer each, on every engine. */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>

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
    length = message->size - 4;
    message->data[1] = (uint8_t)(length >> 16);
    message->data[2] = (uint8_t)(length >> 8);
    message->data[3] = (uint8_t)length;
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
