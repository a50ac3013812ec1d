/* SPDX-License-Identifier: MIT */
#include "divergence.h"

#include <criterion/criterion.h>
#include <string.h>

static const size_t sizes[] = {0,     1,     2,     63,    1000,   4095,   16383,
                               16384, 16385, 32768, 50000, 100003, 1048576};

ParameterizedTestParameters(data, echo)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, data, echo, .timeout = 120)
{
    const pair_case which = pair_case_at(*index);
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pair_transfer(p.client, p.server, sizes[i], (unsigned)i + 1);
        pair_transfer(p.server, p.client, sizes[i], (unsigned)i + 77);
    }
    pair_close(&p);
}

ParameterizedTestParameters(data, one_byte_at_a_time)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, data, one_byte_at_a_time, .timeout = 120)
{
    const pair_case which = pair_case_short_at(*index);
    pair p;

    pair_open(&p, &which, NULL);
    p.wire.client.faults.piece = p.wire.server.faults.piece = 1;
    pair_connect(&p);
    pair_transfer(p.client, p.server, 20000, 3);
    pair_transfer(p.server, p.client, 20000, 4);
    pair_close(&p);
}

ParameterizedTestParameters(data, would_block_at_every_call)
{
    return pair_parameters();
}

ParameterizedTest(size_t *index, data, would_block_at_every_call, .timeout = 120)
{
    static const test_faults kinds[] = {
        {.block_every = 1}, {.block_every = 1, .piece = 1}, {.block_every = 1, .piece = 777},
        {.room = 100},      {.room = 1, .block_every = 1}};
    const pair_case which = pair_case_at(*index);
    const size_t size = pair_in_turns() ? 17000 : 40000; // more than a record

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        pair p;

        pair_open(&p, &which, NULL);
        p.wire.client.faults = p.wire.server.faults = kinds[i];
        pair_connect(&p);
        pair_transfer(p.client, p.server, size, (unsigned)i);
        pair_transfer(p.server, p.client, size, (unsigned)i + 9);
        cr_assert(pair_read_end(p.client, p.server, NULL) == OTLS_WANT_READ);
        while (otls_connection_shutdown(p.client, NULL) == OTLS_WANT_WRITE)
            (void)pair_read_end(p.server, NULL, NULL);
        cr_assert_eq(pair_read_end(p.server, p.client, NULL), OTLS_CLOSED);
        pair_close(&p);
    }
}

ParameterizedTestParameters(data, peek_and_pending)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, data, peek_and_pending, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    char buffer[16];
    size_t count;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_eq(otls_connection_pending(p.server), 0);
    cr_assert_eq(otls_connection_peek(p.server, buffer, 5, &count, NULL), OTLS_WANT_READ);
    cr_assert_eq(otls_connection_write(p.client, "hello world", 11, &count, NULL), OTLS_OK);
    cr_assert_eq(count, 11);
    cr_assert_eq(otls_connection_peek(p.server, buffer, 5, &count, NULL), OTLS_OK);
    cr_assert(count == 5 && memcmp(buffer, "hello", 5) == 0);
    cr_assert_eq(otls_connection_pending(p.server), 11);
    cr_assert(otls_connection_readable_now(p.server));
    cr_assert_eq(otls_connection_read(p.server, buffer, 6, &count, NULL), OTLS_OK);
    cr_assert(count == 6 && memcmp(buffer, "hello ", 6) == 0);
    cr_assert_eq(otls_connection_peek(p.server, buffer, sizeof(buffer), &count, NULL), OTLS_OK);
    cr_assert(count == 5 && memcmp(buffer, "world", 5) == 0);
    cr_assert_eq(otls_connection_read(p.server, buffer, sizeof(buffer), &count, NULL), OTLS_OK);
    cr_assert_eq(count, 5);
    cr_assert_eq(otls_connection_pending(p.server), 0);
    /* read in parts: what the engine holds is pending */
    cr_assert_eq(otls_connection_write(p.server, "0123456789", 10, &count, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_read(p.client, buffer, 3, &count, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_pending(p.client), 7);
    cr_assert_eq(otls_connection_read(p.client, buffer, sizeof(buffer), &count, NULL), OTLS_OK);
    cr_assert(count == 7 && memcmp(buffer, "3456789", 7) == 0);
    pair_close(&p);
}

ParameterizedTestParameters(data, zero_lengths)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, data, zero_lengths, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    char byte;
    size_t count = 9;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    cr_assert_eq(otls_connection_write(p.client, "", 0, &count, NULL), OTLS_OK);
    cr_assert_eq(count, 0);
    cr_assert_eq(otls_connection_read(p.client, &byte, 0, &count, NULL), OTLS_OK);
    cr_assert_eq(count, 0);
    cr_assert_eq(otls_connection_peek(p.client, &byte, 0, &count, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_read(p.server, &byte, 1, &count, NULL), OTLS_WANT_READ);
    pair_transfer(p.client, p.server, 10, 1);
    pair_close(&p);
}

/* A read or write before the handshake does the handshake. */
ParameterizedTestParameters(data, implicit_handshake)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, data, implicit_handshake, .timeout = 60)
{
    const pair_case which = pair_case_short_at(*index);
    pair p;

    pair_open(&p, &which, NULL);
    pair_transfer(p.client, p.server, 1000, 5);
    pair_transfer(p.server, p.client, 1000, 6);
    cr_assert(otls_connection_handshake_done(p.client));
    pair_close(&p);
}

/* Blocked output never silently grows: a write is refused while earlier bytes wait. */
ParameterizedTestParameters(data, back_pressure)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, data, back_pressure, .timeout = 60)
{
    static uint8_t block[65536];
    const pair_case which = pair_case_short_at(*index);
    size_t count, total = 0;
    otls_status status = OTLS_OK;
    pair p;

    pair_open(&p, &which, NULL);
    pair_connect(&p);
    p.wire.client.faults.room = 1000;
    for (int i = 0; i < 100 && status == OTLS_OK; i++) {
        status = otls_connection_write(p.client, block, sizeof(block), &count, NULL);
        total += count;
    }
    cr_assert_eq(status, OTLS_WANT_WRITE);
    cr_assert_eq(total, 16384, "one record is taken whole, then no more");
    cr_assert((otls_connection_events(p.client) & OTLS_EVENT_WRITE) != 0);
    while (total > 0) {
        status = otls_connection_read(p.server, block, sizeof(block), &count, NULL);
        cr_assert(status >= 0);
        total -= count;
        (void)otls_connection_flush(p.client, NULL);
    }
    cr_assert_eq(otls_connection_flush(p.client, NULL), OTLS_OK);
    pair_close(&p);
}

/* Over memory a write that is begun is taken whole, however large; the next one waits. */
ParameterizedTestParameters(data, memory_takes_all)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, data, memory_takes_all, .timeout = 60)
{
    static uint8_t block[1000000], page[65536];
    const pair_case which = pair_case_short_at(*index);
    otls_error err = OTLS_ERROR_INIT;
    size_t count, fed, total = 0;
    pair p;

    pair_open(&p, &which, NULL);
    otls_connection_free(p.client);
    otls_connection_free(p.server);
    cr_assert_eq(otls_connection_new_memory(&p.client, p.client_context, &err), OTLS_OK);
    cr_assert_eq(otls_connection_new_memory(&p.server, p.server_context, &err), OTLS_OK);
    cr_assert_eq(otls_connection_set_server_name(p.client, "localhost", &err), OTLS_OK);
    for (int turn = 0; turn < 20; turn++) {
        otls_connection *const from = turn % 2 == 0 ? p.client : p.server;
        otls_connection *const to = turn % 2 == 0 ? p.server : p.client;

        (void)otls_connection_handshake(from, &err);
        while (otls_connection_drain(from, page, sizeof(page), &count, &err) == OTLS_OK &&
               count != 0)
            cr_assert_eq(otls_connection_feed(to, page, count, &fed, &err), OTLS_OK);
    }
    cr_assert(otls_connection_handshake_done(p.server), "%s: %s", pair_name(&which), err.text);
    if (which.version == OTLS_TLS1_3) {
        cr_assert_eq(otls_connection_write(p.client, block, sizeof(block), &count, &err), OTLS_OK);
    } else {
        const otls_buffer_view views[] = {{block, 300000}, {block + 300000, sizeof(block) - 300000}};

        cr_assert_eq(otls_connection_writev(p.client, views, 2, &count, &err), OTLS_OK);
    }
    cr_assert_eq(count, sizeof(block), "%s: %zu", pair_name(&which), count);
    cr_assert_eq(otls_connection_write(p.client, block, 1, &count, &err), OTLS_WANT_WRITE);
    while (otls_connection_drain(p.client, page, sizeof(page), &count, &err) == OTLS_OK &&
           count != 0) {
        cr_assert_eq(otls_connection_feed(p.server, page, count, &fed, &err), OTLS_OK);
        cr_assert_eq(fed, count);
        while (otls_connection_read(p.server, page, sizeof(page), &count, &err) == OTLS_OK)
            total += count;
    }
    cr_assert_eq(total, sizeof(block), "%s: %zu", pair_name(&which), total);
    pair_close(&p);
}
