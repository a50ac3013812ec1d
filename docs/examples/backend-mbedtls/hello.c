/* SPDX-License-Identifier: MIT */
/*
 * A server's suites for one ClientHello. mbed TLS goes by the server's order alone before TLS 1.3
 * and by the client's in it, and takes a suite with ECDHE when it has one of the client's curves
 * itself, whether the policy has it or not. So each connection has a list of its own, which is made
 * when the hello has come in, before mbed TLS reads it.
 */
#include "mbed.h"

enum {
    MESSAGE_HEAD = 4,
    SESSION_ID = MESSAGE_HEAD + 2 + 32,
    HELLO_MAX = 65536,
    SUPPORTED_GROUPS = 10,
    EXTENDED_MASTER_SECRET = 23,
    PRE_SHARED_KEY = 41
};

/* What matters of a hello's extensions. */
typedef struct seen {
    otls_slice groups; /* RFC 8422 5.1.1 */
    bool extended;     /* RFC 7627 */
    bool keys;         /* pre_shared_key of TLS 1.3 */
} seen;

static unsigned number(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

bool mbed_take(otls_slice *rest, size_t octets, otls_slice *out)
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

static seen look(otls_slice rest)
{
    otls_slice extensions, body;
    seen out = {.extended = false};

    if (!mbed_take(&rest, 2, &extensions))
        return out;
    while (extensions.size >= 4) {
        const unsigned type = number(extensions.data);

        extensions.data += 2;
        extensions.size -= 2;
        if (!mbed_take(&extensions, 2, &body))
            break;
        if (type == SUPPORTED_GROUPS)
            (void)mbed_take(&body, 2, &out.groups);
        out.extended = out.extended || type == EXTENDED_MASTER_SECRET;
        out.keys = out.keys || type == PRE_SHARED_KEY;
    }
    return out;
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

/* Does the identity, if there is one, sign as the suite wants it? */
static bool fits_identity(const otls_policy *policy, const otls_suite *suite)
{
    if (suite->auth != OTLS_AUTH_RSA && suite->auth != OTLS_AUTH_ECDSA)
        return true;
    return policy->chain_count > 0 &&
           (suite->auth == OTLS_AUTH_RSA) ==
               (mbedtls_pk_can_do(&policy->key->pk, MBEDTLS_PK_RSA) != 0);
}

static bool usable(const otls_policy *policy, int id, bool shared)
{
    const otls_suite *suite = mbed_suite(policy, id);

    return suite != NULL && (shared || !mbed_uses_ecdhe(suite)) && fits_identity(policy, suite);
}

static bool offers(otls_slice suites, int id)
{
    for (size_t at = 0; at + 2 <= suites.size; at += 2)
        if ((int)number(suites.data + at) == id)
            return true;
    return false;
}

/* Of TLS 1.3 only the first that the client has, for mbed TLS would take the client's first: unless
 * it comes with keys, which have a suite, or a hash, of their own. */
static size_t in_our_order(otls_backend_connection *conn, otls_slice theirs, bool shared, bool keys)
{
    const otls_policy *policy = conn->context->policy;
    size_t count = 0;
    bool chosen = false;

    for (const int *suite = conn->context->suites; *suite != 0; suite++) {
        if (!usable(policy, *suite, shared))
            continue;
        if (!keys && mbed_suite(policy, *suite)->min_version == OTLS_TLS1_3) {
            if (chosen || !offers(theirs, *suite))
                continue;
            chosen = true;
        }
        conn->suites[count++] = *suite;
    }
    return count;
}

static size_t in_their_order(otls_backend_connection *conn, otls_slice suites, bool shared)
{
    const size_t room = conn->context->policy->suite_count;
    size_t count = 0;

    for (size_t at = 0; at + 2 <= suites.size && count < room; at += 2) {
        const int suite = (int)number(suites.data + at);

        if (has(conn->context->suites, suite) && usable(conn->context->policy, suite, shared))
            conn->suites[count++] = suite;
    }
    return count;
}

/* The whole message with its header: version (2), random (32), session id (1 + n), suites (2 + n),
 * compression (1 + n), extensions. */
static void fit_suites(otls_backend_connection *conn, otls_slice message)
{
    const otls_policy *policy = conn->context->policy;
    otls_slice rest, ignored, suites;
    size_t count;
    seen has;
    bool shared;

    if (message.size <= SESSION_ID)
        return;
    rest = (otls_slice){message.data + SESSION_ID, message.size - SESSION_ID};
    if (!mbed_take(&rest, 1, &ignored) || !mbed_take(&rest, 2, &suites) ||
        !mbed_take(&rest, 1, &ignored))
        return; /* mbed TLS has a word for that */
    has = look(rest);
    conn->offered_extended = has.extended;
    shared = shares_group(policy, has.groups);
    count = policy->client_order ? in_their_order(conn, suites, shared)
                                 : in_our_order(conn, suites, shared, has.keys);
    conn->suites[count] = 0; /* of an empty list mbed TLS has nothing in common with anybody */
}

/* As many of the bytes as the record at hand has; false: no memory. */
static bool keep(mbed_hello *hello, const uint8_t *data, size_t size)
{
    uint8_t *grown;

    if (hello->head[0] != MBEDTLS_SSL_MSG_HANDSHAKE || size == 0)
        return true;
    grown = realloc(hello->data, hello->size + size);
    if (grown == NULL)
        return false;
    memcpy(grown + hello->size, data, size);
    hello->data = grown;
    hello->size += size;
    return true;
}

static bool is_whole(const mbed_hello *hello)
{
    return hello->size >= MESSAGE_HEAD &&
           hello->size >= MESSAGE_HEAD + ((size_t)hello->data[1] << 16 | number(hello->data + 2));
}

bool mbed_see_hello(otls_backend_connection *conn, otls_slice bytes)
{
    mbed_hello *hello = &conn->hello;

    while (bytes.size > 0 && hello->size <= HELLO_MAX) {
        size_t part = bytes.size;

        if (hello->left == 0) { /* a header, perhaps in parts */
            const size_t missing = sizeof(hello->head) - hello->head_size;

            part = part < missing ? part : missing;
            memcpy(hello->head + hello->head_size, bytes.data, part);
            hello->head_size += part;
            if (part == missing) {
                hello->left = number(hello->head + 3);
                hello->head_size = 0;
                hello->records += hello->head[0] == MBEDTLS_SSL_MSG_HANDSHAKE;
            }
        } else {
            part = part < hello->left ? part : hello->left;
            if (!keep(hello, bytes.data, part))
                return false;
            hello->left -= part;
        }
        bytes = (otls_slice){bytes.data + part, bytes.size - part};
    }
    conn->split = hello->size > 0 && (hello->records > 1 || !is_whole(hello)) && hello->left == 0;
    if (is_whole(hello)) {
        fit_suites(conn, (otls_slice){hello->data, hello->size});
        free(hello->data); /* after a HelloRetryRequest there is another */
        *hello = (mbed_hello){.size = 0};
    }
    return true;
}

bool mbed_prefer_suite(otls_backend_connection *conn, int suite)
{
    int *at = conn->suites;

    while (*at != 0 && *at != suite)
        at++;
    if (*at == 0)
        return false;
    memmove(conn->suites + 1, conn->suites, (size_t)(at - conn->suites) * sizeof(*at));
    conn->suites[0] = suite;
    return true;
}
