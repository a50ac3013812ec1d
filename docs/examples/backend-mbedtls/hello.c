/* SPDX-License-Identifier: MIT */
/*
 * The client's order of suites. mbed TLS 2.28 goes by the server's list alone, so the connection has
 * a list of its own, which is put in the client's order when its hello has come in, before mbed TLS
 * reads it.
 */
#include "mbed.h"

enum { RECORD_HEAD = 5, SESSION_ID = RECORD_HEAD + 4 + 2 + 32 };

static bool ours(const otls_policy *policy, unsigned suite)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->id == suite)
            return true;
    return false;
}

void mbed_follow_client(otls_backend_connection *conn, const uint8_t *record, size_t size)
{
    const otls_policy *policy = conn->context->policy;
    size_t at = SESSION_ID, end, count = 0;

    if (size <= SESSION_ID || size < RECORD_HEAD + ((size_t)record[3] << 8 | record[4]))
        return; /* not all of it yet; of several records mbed TLS would not read it either */
    at += 1u + record[at];
    if (at + 2 > size)
        return;
    end = at + 2 + ((size_t)record[at] << 8 | record[at + 1]);
    if (end > size)
        return;
    for (at += 2; at + 2 <= end && count < policy->suite_count; at += 2) {
        const unsigned suite = (unsigned)record[at] << 8 | record[at + 1];

        if (ours(policy, suite))
            conn->suites[count++] = (int)suite;
    }
    if (count > 0) /* none: the list stays, and mbed TLS finds nothing in common */
        conn->suites[count] = 0;
}
