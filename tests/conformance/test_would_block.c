/* SPDX-License-Identifier: MIT */
/*
 * Would-block, exhaustively: the transport calls of a handshake, a transfer and a shutdown are
 * counted; then each of them, and each two in a row, answers would-block once. Every pair of
 * engines, both versions, over callbacks. Nothing may be lost, stalled or done twice.
 */
#include "divergence.h"
#include "scenario.h"

#include <criterion/criterion.h>

/** Whose calls, and which; and how the bytes are cut. */
typedef struct trouble {
    bool client;
    unsigned long from, to;
    size_t piece;
    unsigned every;
} trouble;

static void run(const pair_case *which, const trouble *t, unsigned long calls[2])
{
    scenario s;
    pair p;
    test_end *end;

    pair_open(&p, which, NULL);
    end = t->client ? &p.wire.client : &p.wire.server;
    end->faults.block_from = t->from;
    end->faults.block_to = t->to;
    p.wire.client.faults.piece = p.wire.server.faults.piece = t->piece;
    p.wire.client.faults.block_every = p.wire.server.faults.block_every = t->every;
    scenario_run(&s, p.client, p.server, &p.wire, false);
    cr_assert(s.client.status == OTLS_OK && s.server.status == OTLS_OK && !s.stalled,
              "%s: the %s's calls %lu to %lu block: client %s at step %d: %s [%s]; server %s at "
              "step %d: %s [%s]%s",
              pair_name(which), t->client ? "client" : "server", t->from, t->to,
              otls_status_name(s.client.status), s.client.step, s.client.error.text,
              s.client.error.native_text, otls_status_name(s.server.status), s.server.step,
              s.server.error.text, s.server.error.native_text, s.stalled ? ", stalled" : "");
    cr_assert(!s.client.wrong_data && !s.server.wrong_data);
    cr_assert(t->from == 0 || end->turns >= t->from, "call %lu was never made", t->from);
    calls[0] = p.wire.client.turns;
    calls[1] = p.wire.server.turns;
    pair_close(&p);
}

/* `width` calls in a row block, at every place there is. */
static void sweep(const pair_case *which, unsigned long width)
{
    const trouble none = {.client = true};
    const unsigned long stride = pair_in_turns() ? 3 : 1;
    unsigned long calls[2], ignored[2];

    run(which, &none, calls);
    cr_assert(calls[0] > 8 && calls[1] > 8, "too few calls to be the whole of it");
    for (int side = 0; side < 2; side++) {
        /* signatures differ in length, so the last call may come or not */
        for (unsigned long k = 1; k + 1 < calls[side]; k += stride) {
            const trouble t = {.client = side == 0, .from = k, .to = k + width - 1};

            run(which, &t, ignored);
        }
    }
}

ParameterizedTestParameters(would_block, each_call)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, would_block, each_call)
{
    const pair_case which = pair_case_short_at(*index);

    sweep(&which, 1);
}

ParameterizedTestParameters(would_block, each_two_calls)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, would_block, each_two_calls)
{
    const pair_case which = pair_case_short_at(*index);

    sweep(&which, 2);
}

ParameterizedTestParameters(would_block, byte_by_byte)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, would_block, byte_by_byte)
{
    const pair_case which = pair_case_short_at(*index);
    const trouble each = {.client = true, .piece = 1},
                  blocked = {.client = true, .piece = 1, .every = 1};
    unsigned long calls[2];

    run(&which, &each, calls);
    cr_assert(calls[0] > 2 * SCENARIO_BYTES && calls[1] > 2 * SCENARIO_BYTES);
    run(&which, &blocked, calls);
    cr_assert(calls[0] > 4 * SCENARIO_BYTES && calls[1] > 4 * SCENARIO_BYTES);
}
