/* SPDX-License-Identifier: MIT */
/* An engine that renegotiates between two records of one write: what went out is told, and no more. */
#include <criterion/criterion.h>

#include "lying.h"
#include "pair.h"

enum { RECORD = 16384, PARTS = 3 };

static void begins_again(otls_core *core)
{
    core->ops->rehandshake(core, false);
}

/* Behind the first record the rest must wait; OTLS_OK and a count, never a count with something to wait for. */
Test(lying_writes, waits_in_the_middle)
{
    static const uint8_t data[PARTS * RECORD];
    const otls_buffer_view views[PARTS] = {{data, RECORD}, {data, RECORD}, {data, RECORD}};
    const otls_backend *liar;

    if (!lying_about(&liar, "openssl"))
        return;
    for (int gathered = 0; gathered < 2; gathered++) {
        const pair_case which = {liar, liar, OTLS_TLS1_2, "ecdsa-p256"};
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;
        size_t count = 0;
        pair p;

        lying->hooks = (lying_hooks){.info = NULL};
        lying->server = false;
        pair_open(&p, &which, NULL);
        pair_connect(&p);
        lying->hooks.wrote = begins_again;
        status = gathered ? otls_connection_writev(p.client, views, PARTS, &count, &err)
                          : otls_connection_write(p.client, data, sizeof(data), &count, &err);
        cr_expect_eq(status, OTLS_OK, "%d: %s: %s", gathered, otls_status_name(status), err.text);
        cr_expect_eq(count, RECORD, "%d: %zu", gathered, count);
        status = gathered ? otls_connection_writev(p.client, views, PARTS, &count, &err)
                          : otls_connection_write(p.client, data, sizeof(data), &count, &err);
        cr_expect_eq(status, OTLS_WANT_READ, "%d: %s: %s", gathered, otls_status_name(status), err.text);
        cr_expect_eq(count, 0, "%d: %zu", gathered, count);
        lying->hooks.wrote = NULL;
        pair_close(&p);
    }
}
