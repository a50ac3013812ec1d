/* SPDX-License-Identifier: MIT */
/*
 * A server's suites for one ClientHello. mbed TLS 2.28 goes by the server's order alone, and takes a
 * suite with ECDHE when it has one of the client's curves itself, whether the policy has it or not.
 * So each connection has a list of its own, which is made when the hello has come in, before mbed
 * TLS reads it.
 */
#include "mbed.h"

enum { RECORD_HEAD = 5, SESSION_ID = RECORD_HEAD + 4 + 2 + 32, SUPPORTED_GROUPS = 10 };

static unsigned number(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

/* Take what stands behind a length of `octets` bytes off the front of `rest`. */
static bool take(otls_slice *rest, size_t octets, otls_slice *out)
{
    size_t size;

    if (rest->size < octets)
        return false;
    size = octets == 1 ? rest->data[0] : number(rest->data);
    if (size > rest->size - octets)
        return false;
    *out = (otls_slice){rest->data + octets, size};
    rest->data += octets + size;
    rest->size -= octets + size;
    return true;
}

/* The list in supported_groups (RFC 8422 5.1.1); empty when there is none. */
static otls_slice groups_of(otls_slice rest)
{
    otls_slice extensions, body, list;

    if (!take(&rest, 2, &extensions))
        return (otls_slice){NULL, 0};
    while (extensions.size >= 4) {
        const unsigned type = number(extensions.data);

        extensions.data += 2;
        extensions.size -= 2;
        if (!take(&extensions, 2, &body))
            break;
        if (type == SUPPORTED_GROUPS && take(&body, 2, &list))
            return list;
    }
    return (otls_slice){NULL, 0};
}

static bool shares_group(const otls_policy *policy, otls_slice groups)
{
    for (size_t at = 0; at + 2 <= groups.size; at += 2)
        for (size_t i = 0; i < policy->group_count; i++)
            if (policy->groups[i] == number(groups.data + at))
                return true;
    return false;
}

static bool has(const int *list, int suite)
{
    while (*list != 0 && *list != suite)
        list++;
    return *list != 0;
}

static bool usable(int suite, bool shared)
{
    return shared || !mbedtls_ssl_ciphersuite_uses_ecdhe(mbedtls_ssl_ciphersuite_from_id(suite));
}

static size_t in_our_order(otls_backend_connection *conn, bool shared)
{
    size_t count = 0;

    for (const int *suite = conn->context->suites; *suite != 0; suite++)
        if (usable(*suite, shared))
            conn->suites[count++] = *suite;
    return count;
}

static size_t in_their_order(otls_backend_connection *conn, otls_slice suites, bool shared)
{
    const size_t room = conn->context->policy->suite_count;
    size_t count = 0;

    for (size_t at = 0; at + 2 <= suites.size && count < room; at += 2) {
        const int suite = (int)number(suites.data + at);

        if (has(conn->context->suites, suite) && usable(suite, shared))
            conn->suites[count++] = suite;
    }
    return count;
}

void mbed_fit_suites(otls_backend_connection *conn, const uint8_t *record, size_t size)
{
    const otls_policy *policy = conn->context->policy;
    otls_slice rest, ignored, suites;
    size_t count;
    bool shared;

    if (size <= SESSION_ID || size < RECORD_HEAD + (size_t)number(record + 3))
        return; /* not all of it yet */
    conn->split = 4 + ((size_t)record[6] << 16 | number(record + 7)) > number(record + 3);
    rest = (otls_slice){record + SESSION_ID, size - SESSION_ID};
    if (!take(&rest, 1, &ignored) || !take(&rest, 2, &suites) || !take(&rest, 1, &ignored))
        return; /* mbed TLS has a word for that */
    shared = shares_group(policy, groups_of(rest));
    count = policy->client_order ? in_their_order(conn, suites, shared)
                                 : in_our_order(conn, shared);
    conn->suites[count] = 0; /* of an empty list mbed TLS has nothing in common with anybody */
}
