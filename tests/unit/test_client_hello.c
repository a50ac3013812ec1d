/* SPDX-License-Identifier: MIT */
#include "connection/client_hello.h"

#include <criterion/criterion.h>
#include <string.h>

/* Builds a hello by hand: body first, then message header, then records of a chosen size. */
typedef struct maker {
    uint8_t bytes[70000];
    size_t size;
} maker;

static void put(maker *m, const void *data, size_t size)
{
    cr_assert(m->size + size <= sizeof(m->bytes));
    memcpy(m->bytes + m->size, data, size);
    m->size += size;
}

static void put_number(maker *m, size_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        const uint8_t byte = (uint8_t)(value >> (8 * i));
        put(m, &byte, 1);
    }
}

static void put_extension(maker *m, unsigned type, const char *body, size_t size)
{
    put_number(m, type, 2);
    put_number(m, size, 2);
    put(m, body, size);
}

static const uint8_t zeros[32];

static void body_start(maker *m)
{
    m->size = 0;
    put_number(m, 0x0303, 2);
    put(m, zeros, 32);
    put_number(m, 0, 1);
    put_number(m, 4, 2);
    put_number(m, 0x1301, 2);
    put_number(m, 0xc02b, 2);
    put_number(m, 1, 1);
    put_number(m, 0, 1);
}

static void with_extensions(maker *body, const maker *extensions)
{
    body_start(body);
    put_number(body, extensions->size, 2);
    put(body, extensions->bytes, extensions->size);
}

static void to_wire(maker *wire, const maker *body, size_t record)
{
    static maker message;

    message.size = 0;
    put_number(&message, 1, 1);
    put_number(&message, body->size, 3);
    put(&message, body->bytes, body->size);
    wire->size = 0;
    for (size_t at = 0; at < message.size; at += record) {
        const size_t part = message.size - at < record ? message.size - at : record;

        put_number(wire, 0x160301, 3);
        put_number(wire, part, 2);
        put(wire, message.bytes + at, part);
    }
}

static maker extensions, body, wire;

static void usual_extensions(void)
{
    extensions.size = 0;
    put_extension(&extensions, 0, "\0\x0e\0\0\x0b" "example.org", 16);
    put_extension(&extensions, 10, "\0\x04\0\x1d\0\x17", 6);
    put_extension(&extensions, 13, "\0\x02\x04\x03", 4);
    put_extension(&extensions, 16, "\0\x0c\x02h2\x08http/1.1", 14);
    put_extension(&extensions, 43, "\x04\x03\x04\x03\x03", 5);
}

Test(client_hello, fields)
{
    otls_client_hello hello;

    usual_extensions();
    with_extensions(&body, &extensions);
    to_wire(&wire, &body, 16384);
    cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_OK);
    cr_assert_null(hello.owned);
    cr_assert_eq(hello.server_name.size, 11);
    cr_assert(memcmp(hello.server_name.data, "example.org", 11) == 0);
    cr_assert(omni_hello_has(hello.suites, 0x1301) && omni_hello_has(hello.suites, 0xc02b));
    cr_assert(!omni_hello_has(hello.suites, 0x1302));
    cr_assert(omni_hello_has(hello.groups, 0x1d));
    cr_assert(omni_hello_has(hello.signatures, 0x0403));
    cr_assert_eq(hello.alpn.size, 12);
    cr_assert_eq(omni_hello_version(&hello, 0x0303, 0x0304), 0x0304);
    cr_assert_eq(omni_hello_version(&hello, 0x0303, 0x0303), 0x0303);
    cr_assert_eq(omni_hello_version(&hello, 0x0301, 0x0302), 0);
    omni_client_hello_clear(&hello);
}

/* Cut anywhere it asks for more; never misjudged, in one record or in many. */
Test(client_hello, every_prefix, .timeout = 60)
{
    static const size_t records[] = {16384, 1, 3, 4, 50};

    usual_extensions();
    with_extensions(&body, &extensions);
    for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++) {
        otls_client_hello hello;

        to_wire(&wire, &body, records[r]);
        for (size_t size = 1; size < wire.size; size++)
            cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, size), OMNI_HELLO_MORE,
                         "record %zu, %zu of %zu bytes", records[r], size, wire.size);
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_OK);
        cr_assert_eq(hello.server_name.size, 11);
        cr_assert((hello.owned != NULL) == (records[r] != 16384));
        omni_client_hello_clear(&hello);
    }
}

Test(client_hello, old_clients)
{
    otls_client_hello hello;

    body_start(&body); /* no extensions at all */
    to_wire(&wire, &body, 16384);
    cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_OK);
    cr_assert_null(hello.server_name.data);
    cr_assert_eq(omni_hello_version(&hello, 0x0303, 0x0304), 0x0303);
}

static omni_hello_result parse_one(unsigned type, const char *data, size_t size)
{
    otls_client_hello hello;
    omni_hello_result result;

    extensions.size = 0;
    put_extension(&extensions, type, data, size);
    with_extensions(&body, &extensions);
    to_wire(&wire, &body, 16384);
    result = omni_client_hello_parse(&hello, wire.bytes, wire.size);
    omni_client_hello_clear(&hello);
    return result;
}

Test(client_hello, malformed)
{
    static const struct {
        unsigned type;
        const char *data;
        size_t size;
    } rows[] = {
        {0, "\0\x0e\0\0\x0b" "example", 12},      /* list longer than the extension */
        {0, "\0\0", 2},                            /* empty list */
        {0, "\0\x03\0\0\0", 5},                    /* empty name */
        {10, "\0\x03\0\x1d\0", 5},                 /* odd list */
        {10, "\0\0", 2},                           /* empty list */
        {13, "\0\x02\x04", 3},
        {16, "\0\x03\x02h2\0", 6},                 /* trailing byte */
        {16, "\0\x01\0", 3},                       /* empty protocol */
        {16, "\0\x02\x02h", 4},                    /* protocol cut off */
        {43, "\x03\x03\x04\x03", 4},
        {41, "", 0},
        {41, "\0\x07\0\x01" "a" "\0\0\0\0", 9},                     /* no binders */
        {41, "\0\x07\0\x01" "a" "\0\0\0\0\0\0", 11},                /* an empty list of them */
        {41, "\0\0\0\x02\x01" "b", 6},                              /* no identity */
        {41, "\0\x06\0\0\0\0\0\0\0\x02\x01" "b", 12},              /* an empty one */
        {41, "\0\x06\0\x01" "a" "\0\0\0\0\x02\x01" "b", 12},        /* age cut off */
        {41, "\0\x07\0\x02" "a" "\0\0\0\0\0\x02\x01" "b", 13},     /* too long */
        {41, "\0\x08\0\x01" "a" "\0\0\0\0\0\0\x02\x01" "b", 14},  /* a second one cut off */
        {41, "\0\x07\0\x01" "a" "\0\0\0\0\0\x02\x01" "bc", 14},    /* trailing byte */
        {41, "\xff\xff\0\x01" "a" "\0\0\0\0\0\x02\x01" "b", 13},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(parse_one(rows[i].type, rows[i].data, rows[i].size), OMNI_HELLO_BAD, "row %zu",
                     i);
    /* RFC 6066 3: these can be decoded */
    cr_assert_eq(parse_one(0, "\0\x05\0\0\x02" "a\0", 7), OMNI_HELLO_ILLEGAL, "NUL in the name");
    cr_assert_eq(parse_one(0, "\0\x08\0\0\x01" "a\0\0\x01" "b", 10), OMNI_HELLO_ILLEGAL,
                 "two host names");
    cr_assert_eq(parse_one(0xfafa, "anything", 8), OMNI_HELLO_OK, "unknown ones are skipped");
}

/* RFC 8446 4.2.10: an empty extension, or none. */
/* A body put together of these; what it is parsed to. */
static omni_hello_result parse_body(size_t session_id, size_t suite_bytes, size_t compression,
                                    const char *rest, size_t rest_size)
{
    otls_client_hello hello;
    omni_hello_result result;

    body.size = 0;
    put_number(&body, 0x0303, 2);
    put(&body, zeros, 32);
    put_number(&body, session_id, 1);
    for (size_t i = 0; i < session_id; i++)
        put_number(&body, 7, 1);
    put_number(&body, suite_bytes, 2);
    put(&body, zeros, suite_bytes);
    put_number(&body, compression, 1);
    put(&body, zeros, compression);
    put(&body, rest, rest_size);
    to_wire(&wire, &body, 16384);
    result = omni_client_hello_parse(&hello, wire.bytes, wire.size);
    omni_client_hello_clear(&hello);
    return result;
}

Test(client_hello, sizes_of_the_body)
{
    cr_expect_eq(parse_body(0, 2, 1, "", 0), OMNI_HELLO_OK);
    cr_expect_eq(parse_body(32, 2, 1, "", 0), OMNI_HELLO_OK);
    cr_expect_eq(parse_body(33, 2, 1, "", 0), OMNI_HELLO_BAD, "a session id of 33 octets");
    cr_expect_eq(parse_body(0, 0, 1, "", 0), OMNI_HELLO_BAD, "no suite");
    cr_expect_eq(parse_body(0, 3, 1, "", 0), OMNI_HELLO_BAD, "half a suite");
    cr_expect_eq(parse_body(0, 2, 0, "", 0), OMNI_HELLO_BAD, "no compression method");
    cr_expect_eq(parse_body(0, 2, 1, "\0\0", 2), OMNI_HELLO_OK, "no extensions");
    cr_expect_eq(parse_body(0, 2, 1, "\0\0x", 3), OMNI_HELLO_BAD, "something behind");
}

Test(client_hello, compression)
{
    for (uint8_t method = 0; method < 2; method++) {
        otls_client_hello hello;

        body_start(&body);
        body.bytes[body.size - 1] = method;
        to_wire(&wire, &body, 16384);
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size),
                     method == 0 ? OMNI_HELLO_OK : OMNI_HELLO_ILLEGAL);
    }
}

/* RFC 8446 4.2.1: without supported_versions nobody speaks TLS 1.3, whatever the old field says. */
Test(client_hello, the_old_version_field)
{
    otls_client_hello hello = {.legacy_version = 0x0304};

    cr_expect_eq(omni_hello_version(&hello, 0x0303, 0x0304), 0x0303);
    cr_expect_eq(omni_hello_version(&hello, 0x0304, 0x0304), 0);
    hello.legacy_version = 0x0302;
    cr_expect_eq(omni_hello_version(&hello, 0x0303, 0x0304), 0);
    cr_expect_eq(omni_hello_version(&hello, 0x0301, 0x0304), 0x0302);
}

Test(client_hello, early_data)
{
    for (size_t size = 0; size < 3; size++) {
        otls_client_hello hello;
        omni_hello_result wanted = OMNI_HELLO_BAD;

        usual_extensions();
        if (size < 2) /* 0: no extension, 1: empty, 2: with a byte in it */
            wanted = OMNI_HELLO_OK;
        if (size > 0)
            put_extension(&extensions, 42, "x", size - 1);
        with_extensions(&body, &extensions);
        to_wire(&wire, &body, 16384);
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), wanted, "%zu", size);
        if (wanted == OMNI_HELLO_OK)
            cr_assert_eq(hello.early_data, size == 1);
        omni_client_hello_clear(&hello);
    }
}

/* ---- the names of tickets ---- */

static void add_identity(maker *list, char first, size_t size)
{
    put_number(list, size, 2);
    for (size_t i = 0; i < size; i++)
        put_number(list, (uint8_t)first + i % 64, 1);
    put_number(list, 0x01020304, 4);
}

/* A hello with these identities (lengths, 0 ends), each beginning with a letter of its own. */
static void with_identities(const size_t *sizes)
{
    static maker list, psk;

    list.size = psk.size = extensions.size = 0;
    for (size_t i = 0; sizes[i] != 0; i++)
        add_identity(&list, (char)('A' + i), sizes[i]);
    put_number(&psk, list.size, 2);
    put(&psk, list.bytes, list.size);
    put_number(&psk, 33, 2);
    put_number(&psk, 32, 1);
    put(&psk, zeros, 32);
    put_extension(&extensions, 43, "\x04\x03\x04\x03\x03", 5);
    put_extension(&extensions, 41, (const char *)psk.bytes, psk.size);
    with_extensions(&body, &extensions);
    to_wire(&wire, &body, 16384);
}

/* RFC 8446 4.2.8: a key_exchange has at least one octet, and all that its length says. */
Test(client_hello, shares)
{
    static const struct {
        const char *body;
        size_t size;
        omni_hello_result is;
    } rows[] = {
        {"\0\0", 2, OMNI_HELLO_OK},
        {"\0\x05\0\x1d\0\x01k", 7, OMNI_HELLO_OK},
        {"\0\x04\0\x1d\0\0", 6, OMNI_HELLO_BAD},
        {"\0\x05\0\x1d\0\x02k", 7, OMNI_HELLO_BAD},
        {"\0\x03\0\x1d\0", 5, OMNI_HELLO_BAD},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        otls_client_hello hello;

        extensions.size = 0;
        put_extension(&extensions, 51, rows[i].body, rows[i].size);
        with_extensions(&body, &extensions);
        to_wire(&wire, &body, 16384);
        cr_expect_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), rows[i].is, "row %zu", i);
        omni_client_hello_clear(&hello);
    }
}

Test(client_hello, names_of_tickets_13)
{
    static const struct {
        size_t sizes[8];
        const char *names; /* the first letter of each */
    } rows[] = {
        {{100}, "A"},       {{16}, "A"},          {{15}, ""},
        {{1, 16, 15, 17}, "BD"}, {{20, 20, 20, 20, 20, 20}, "ABCD"}, {{1, 1, 1, 1, 1, 16}, "F"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t names[OMNI_HELLO_TICKETS + 1][OTLS_TICKET_NAME_SIZE] = {{0}};
        otls_client_hello hello;

        with_identities(rows[i].sizes);
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_OK);
        cr_assert(hello.pre_shared_key && hello.ticket.size == 0);
        cr_assert_eq(omni_hello_ticket_names(&hello, 0x0304, names), strlen(rows[i].names),
                     "row %zu", i);
        for (size_t k = 0; rows[i].names[k] != '\0'; k++)
            for (int at = 0; at < OTLS_TICKET_NAME_SIZE; at++)
                cr_assert_eq(names[k][at], rows[i].names[k] + at, "row %zu, name %zu", i, k);
        cr_assert_eq(names[strlen(rows[i].names)][0], 0, "row %zu: one too many", i);
        cr_assert_eq(omni_hello_ticket_names(&hello, 0x0303, names), 0);
        omni_client_hello_clear(&hello);
    }
}

Test(client_hello, names_of_tickets_12)
{
    static const char ticket[] = "0123456789abcdefghij";

    for (size_t size = 0; size < sizeof(ticket); size++) {
        uint8_t names[OMNI_HELLO_TICKETS][OTLS_TICKET_NAME_SIZE];
        otls_client_hello hello;

        extensions.size = 0;
        put_extension(&extensions, 35, ticket, size);
        with_extensions(&body, &extensions);
        to_wire(&wire, &body, 16384);
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_OK);
        cr_assert_eq(hello.ticket.size, size);
        cr_assert_eq(omni_hello_ticket_names(&hello, 0x0303, names), size >= 16, "%zu bytes", size);
        cr_assert(size < 16 || memcmp(names[0], ticket, 16) == 0);
        cr_assert_eq(omni_hello_ticket_names(&hello, 0x0304, names), 0);
        omni_client_hello_clear(&hello);
    }
}

Test(client_hello, twice_the_same_extension)
{
    static const unsigned types[] = {10, 0xfafa}; /* known to core or not */

    for (size_t i = 0; i < 2; i++) {
        otls_client_hello hello;

        extensions.size = 0;
        put_extension(&extensions, types[i], "\0\x02\0\x1d", 4);
        put_extension(&extensions, types[i] ^ 1, "\0\x02\x04\x03", 4);
        put_extension(&extensions, types[i], "\0\x02\0\x1d", 4);
        with_extensions(&body, &extensions);
        to_wire(&wire, &body, 16384);
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_ILLEGAL);
    }
}

/* However many there are that nobody knows: the first, one in the middle or the last of them comes again. */
Test(client_hello, twice_the_same_of_many)
{
    for (unsigned many = 1; many < 70; many++)
        for (unsigned again = 0; again <= many; again++) {
            otls_client_hello hello;

            extensions.size = 0;
            put_extension(&extensions, 10, "\0\x02\0\x1d", 4);
            for (unsigned i = 0; i < many; i++)
                put_extension(&extensions, 0x1000 + 263 * i, "", 0);
            if (again < many)
                put_extension(&extensions, 0x1000 + 263 * again, "", 0);
            with_extensions(&body, &extensions);
            to_wire(&wire, &body, 16384);
            cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size),
                         again < many ? OMNI_HELLO_ILLEGAL : OMNI_HELLO_OK, "%u of %u", again, many);
            omni_client_hello_clear(&hello);
        }
}

Test(client_hello, pre_shared_key_is_the_last)
{
    static const char psk[] = "\0\x07\0\x01" "a" "\0\0\0\0\0\x02\x01" "b";

    for (unsigned behind = 0; behind < 2; behind++) {
        otls_client_hello hello;

        usual_extensions();
        put_extension(&extensions, 41, psk, sizeof(psk) - 1);
        if (behind != 0)
            put_extension(&extensions, 0xfafa, "", 0);
        with_extensions(&body, &extensions);
        to_wire(&wire, &body, 16384);
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size),
                     behind != 0 ? OMNI_HELLO_ILLEGAL : OMNI_HELLO_OK);
        omni_client_hello_clear(&hello);
    }
}

Test(client_hello, long_names)
{
    static char name[5 + 256];

    memset(name, 'a', sizeof(name));
    for (size_t size = 255; size <= 256; size++) {
        const uint8_t lengths[] = {(uint8_t)((size + 3) >> 8), (uint8_t)(size + 3), 0,
                                   (uint8_t)(size >> 8), (uint8_t)size};

        memcpy(name, lengths, sizeof(lengths));
        cr_assert_eq(parse_one(0, name, 5 + size),
                     size == 255 ? OMNI_HELLO_OK : OMNI_HELLO_ILLEGAL, "%zu", size);
    }
}

/* A usual hello with one more extension of `more` octets, in records of `record`. */
static omni_hello_result parse_long(otls_client_hello *hello, size_t more, size_t record)
{
    usual_extensions();
    put_number(&extensions, 0xfafa, 2);
    put_number(&extensions, more, 2);
    for (size_t i = 0; i < more; i++)
        put(&extensions, zeros, 1);
    with_extensions(&body, &extensions);
    to_wire(&wire, &body, record);
    return omni_client_hello_parse(hello, wire.bytes, wire.size);
}

Test(client_hello, bounds)
{
    static const uint8_t huge[] = {22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff};
    static const uint8_t empty_record[] = {22, 3, 1, 0, 0};
    static const uint8_t long_record[] = {22, 3, 1, 0x40, 1};
    const size_t message = 4 + 2 + 32 + 1 + 2 + 4 + 2 + 2; /* up to the extensions */
    otls_client_hello hello;

    cr_assert_eq(omni_client_hello_parse(&hello, huge, sizeof(huge)), OMNI_HELLO_TOO_MUCH);
    cr_assert_eq(omni_client_hello_parse(&hello, empty_record, 5), OMNI_HELLO_UNEXPECTED);
    cr_assert_eq(omni_client_hello_parse(&hello, long_record, 5), OMNI_HELLO_OVERFLOW);
    /* exactly as many records as are taken, and one more; the same for octets */
    usual_extensions();
    const size_t records = OMNI_HELLO_RECORDS - message - extensions.size - 4;
    const size_t octets = OMNI_HELLO_LIMIT - message - extensions.size - 4;

    for (size_t one = 0; one < 2; one++) {
        const omni_hello_result wanted = one == 0 ? OMNI_HELLO_OK : OMNI_HELLO_TOO_MUCH;

        cr_assert_eq(parse_long(&hello, records + one, 1), wanted, "records: %zu more", one);
        omni_client_hello_clear(&hello);
        cr_assert_eq(parse_long(&hello, octets + one, 16384), wanted, "octets: %zu more", one);
        omni_client_hello_clear(&hello);
    }
}

/* What stands between the records of a hello, or behind it in its last one, is none of it. */
Test(client_hello, foreign_records)
{
    static const struct {
        const char *bytes;
        size_t size;
        omni_hello_result wanted;
    } rows[] = {
        {"\x17\x03\x03\0\x01x", 6, OMNI_HELLO_UNEXPECTED},
        {"\x15\x03\x03\0\x02\x01\x5a", 7, OMNI_HELLO_UNEXPECTED},
        {"\x14\x03\x03\0\x01\x01", 6, OMNI_HELLO_UNEXPECTED},
        {"\x16\x03\x01\0\0", 5, OMNI_HELLO_UNEXPECTED},
        {"\x16\x03\x01\x40\x01", 5, OMNI_HELLO_OVERFLOW},
        {"\x16\x02", 2, OMNI_HELLO_BAD},
        {"\x16", 1, OMNI_HELLO_MORE},
    };
    otls_client_hello hello;

    usual_extensions();
    with_extensions(&body, &extensions);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        to_wire(&wire, &body, 20);
        memcpy(wire.bytes + 50, rows[i].bytes, rows[i].size); /* behind two records */
        cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, 50 + rows[i].size),
                     rows[i].wanted, "row %zu", i);
    }
    to_wire(&wire, &body, 16384);
    wire.bytes[4]++; /* one octet more in the record, whether it has come or not */
    cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_UNEXPECTED);
    put(&wire, "x", 1);
    cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_UNEXPECTED);
    wire.bytes[4]--; /* early data may follow in records of its own */
    cr_assert_eq(omni_client_hello_parse(&hello, wire.bytes, wire.size), OMNI_HELLO_OK);
}

/* However it was cut: the engine gets the same message, whole records, and what stood behind. */
Test(client_hello, put_into_one_record)
{
    static const size_t records[] = {1, 3, 4, 50, 250, 16384};
    static const size_t sizes[] = {200, 17000, 40000};

    for (size_t s = 0; s < 3; s++)
        for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++) {
            omni_buffer in = {0};
            otls_client_hello hello;
            static maker message, whole;

            if (sizes[s] / records[r] >= OMNI_HELLO_RECORDS)
                continue;
            cr_assert_eq(parse_long(&hello, sizes[s], records[r]), OMNI_HELLO_OK);
            message = wire;
            to_wire(&whole, &body, 16384);
            put(&whole, "\x17\x03\x03\0\x01x", 6);
            cr_assert(omni_buffer_append(&in, message.bytes, message.size));
            cr_assert(omni_buffer_append(&in, "\x17\x03\x03\0\x01x", 6));
            omni_client_hello_clear(&hello);
            cr_assert_eq(omni_client_hello_parse(&hello, omni_buffer_front(&in),
                                                 omni_buffer_size(&in)),
                         OMNI_HELLO_OK);
            omni_hello_reframe(&in, &hello);
            cr_assert_eq(omni_buffer_size(&in), whole.size, "%zu in %zu", sizes[s], records[r]);
            cr_assert(memcmp(omni_buffer_front(&in), whole.bytes, whole.size) == 0);
            omni_client_hello_clear(&hello);
            omni_buffer_release(&in);
        }
}

Test(client_hello, not_tls)
{
    otls_client_hello hello;

    cr_assert_eq(omni_client_hello_parse(&hello, (const uint8_t *)"G", 1), OMNI_HELLO_NOT_TLS);
    cr_assert_eq(omni_client_hello_parse(&hello, (const uint8_t *)"\x16\x02", 2),
                 OMNI_HELLO_NOT_TLS);
    cr_assert_eq(omni_client_hello_parse(&hello, (const uint8_t *)"\x16\x03\x01\0\x04\x02\0\0\0", 9),
                 OMNI_HELLO_NOT_TLS);
}
