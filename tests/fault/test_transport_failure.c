/* SPDX-License-Identifier: MIT */
/*
 * A transport that breaks at its k-th call, for every k of a handshake, a transfer and a shutdown:
 * the side it belongs to says E_IO with the system's error, and says it for ever; the other side
 * sees a truncation at worst. Leaks and crashes are for the sanitizers to find.
 */
#include "conformance/pair.h"
#include "scenario.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

static const char *label(const pair *p, bool client, unsigned long k)
{
    static char text[256];

    (void)snprintf(text, sizeof(text), "%s: the %s's transport breaks at call %lu",
                   pair_name(&p->which), client ? "client" : "server", k);
    return text;
}

static void check_sticky(otls_connection *conn, const char *where)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t byte = 0;
    size_t count;

    cr_assert_eq(otls_connection_handshake(conn, &err), OTLS_E_IO, "%s", where);
    cr_assert_eq(err.system_error, ENETDOWN, "%s", where);
    cr_assert_eq(otls_connection_read(conn, &byte, 1, &count, &err), OTLS_E_IO, "%s", where);
    cr_assert_eq(count, 0);
    cr_assert_eq(otls_connection_write(conn, &byte, 1, &count, &err), OTLS_E_IO, "%s", where);
    cr_assert_eq(count, 0);
    cr_assert_eq(otls_connection_shutdown(conn, &err), OTLS_E_IO, "%s", where);
    cr_assert_eq(otls_connection_failure(conn, &err), OTLS_E_IO, "%s", where);
    cr_assert_eq(otls_connection_pending(conn), 0);
    cr_assert(!otls_connection_readable_now(conn));
}

/* Returns whether the broken call was made at all. */
static bool break_at(const pair_case *which, bool client, unsigned long k)
{
    scenario s;
    pair p;
    const scenario_side *broken, *other;
    bool reached;

    pair_open(&p, which, NULL);
    (client ? &p.wire.client : &p.wire.server)->faults.fail_from = k;
    scenario_run(&s, p.client, p.server, &p.wire, true);
    broken = client ? &s.client : &s.server;
    other = client ? &s.server : &s.client;
    reached = broken->end->turns >= k;
    cr_assert(!s.stalled, "%s: stalled", label(&p, client, k));
    cr_assert(!s.client.wrong_data && !s.server.wrong_data);
    cr_assert_eq(broken->status, reached ? OTLS_E_IO : OTLS_OK, "%s: %s: %s [%s]",
                 label(&p, client, k), otls_status_name(broken->status), broken->error.text,
                 broken->error.native_text);
    cr_assert(other->status == OTLS_OK || other->status == OTLS_E_TRUNCATED, "%s: other: %s: %s",
              label(&p, client, k), otls_status_name(other->status), other->error.text);
    if (reached) {
        cr_assert_eq(broken->error.system_error, ENETDOWN);
        cr_assert_eq(broken->error.alert, -1, "%s: alert %d", label(&p, client, k),
                     broken->error.alert);
        check_sticky(broken->conn, label(&p, client, k));
    }
    pair_close(&p);
    return reached;
}

ParameterizedTestParameters(transport_failure, each_call)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, transport_failure, each_call)
{
    const pair_case which = pair_case_short_at(*index);

    for (int side = 0; side < 2; side++) {
        unsigned long k = 1;

        while (break_at(&which, side == 0, k))
            k++;
        cr_assert(k > 8, "only %lu calls", k);
    }
}
