/* SPDX-License-Identifier: MIT */
/* The Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2): well-formed ones, and each way not to
 * be. */
#include "der_make.h"

#include "connection/peer.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <omnitls/memory.h>
#include <stdlib.h>

enum { CAPACITY = 3 };

static const struct message {
    const char *what;
    uint16_t version;
    const char *hex;
    int count; /* -1 = malformed */
    int staple; /* its octets, and one: 0 = none came */
} messages[] = {
    {"one", OTLS_TLS1_2, "000006 000003 300102", 1, 0},
    {"two", OTLS_TLS1_2, "00000b 000003 300102 000002 3000", 2, 0},
    {"none", OTLS_TLS1_2, "000000", 0, 0},
    {"more than there is room for", OTLS_TLS1_2,
     "000014 000002 3000 000002 3000 000002 3000 000002 3000", 4, 0},
    {"one, TLS 1.3", OTLS_TLS1_3, "00 000007 000002 3000 0000", 1, 0},
    {"with a context and extensions", OTLS_TLS1_3,
     "02 abcd 00000e 000002 3000 0007 0012 0003 010203", 1, 0},
    {"with a response", OTLS_TLS1_3, "00 000011 000002 3000 000a 0005 0006 01 000002 30aa", 1, 3},
    {"with a response behind another extension", OTLS_TLS1_3,
     "00 000015 000002 3000 000e 0012 0000 0005 0006 01 000002 30aa", 1, 3},
    {"with an empty response", OTLS_TLS1_3, "00 00000f 000002 3000 0008 0005 0004 01 000000", 1, 1},
    {"the second one's response", OTLS_TLS1_3,
     "00 000018 000002 3000 0000 000002 3000 000a 0005 0006 01 000002 30aa", 2, 0},
    {"a status that is not of OCSP", OTLS_TLS1_3,
     "00 000011 000002 3000 000a 0005 0006 02 000002 30aa", -1, 0},
    {"a response that is cut off", OTLS_TLS1_3,
     "00 000011 000002 3000 000a 0005 0006 01 000003 30aa", -1, 0},
    {"something behind the response", OTLS_TLS1_3,
     "00 000011 000002 3000 000a 0005 0006 01 000001 30aa", -1, 0},
    {"half an extension", OTLS_TLS1_3, "00 00000a 000002 3000 0003 000500", -1, 0},
    {"an extension beyond the others", OTLS_TLS1_3, "00 00000b 000002 3000 0004 00120001", -1, 0},
    {"none, TLS 1.3", OTLS_TLS1_3, "00 000000", 0, 0},
    {"nothing at all", OTLS_TLS1_2, "", -1, 0},
    {"no list", OTLS_TLS1_3, "00", -1, 0},
    {"half a length", OTLS_TLS1_2, "0000", -1, 0},
    {"a list that is cut off", OTLS_TLS1_2, "000007 000003 300102", -1, 0},
    {"something behind the list", OTLS_TLS1_2, "000006 000003 300102 00", -1, 0},
    {"a certificate beyond the list", OTLS_TLS1_2, "000006 000004 300102 00", -1, 0},
    {"an empty certificate", OTLS_TLS1_2, "000003 000000", -1, 0},
    {"no extensions, TLS 1.3", OTLS_TLS1_3, "00 000005 000002 3000", -1, 0},
    {"extensions beyond the list", OTLS_TLS1_3, "00 000007 000002 3000 0001", -1, 0},
    {"a context beyond the message", OTLS_TLS1_3, "05 000000", -1, 0},
    {"the largest length", OTLS_TLS1_2, "ffffff 000002 3000", -1, 0},
};

ParameterizedTestParameters(certificate_message, read)
{
    static size_t indexes[sizeof(messages) / sizeof(messages[0])];

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, sizeof(messages) / sizeof(messages[0]));
}

ParameterizedTest(size_t *index, certificate_message, read)
{
    const struct message *row = &messages[*index];
    uint8_t data[64];
    const otls_slice body = {data, der_make(row->hex, data, sizeof(data))};
    otls_slice out[CAPACITY], staple;
    size_t count = 99;
    const bool good =
        omni_certificate_message_read(row->version, body, out, CAPACITY, &count, &staple);

    cr_assert_eq(good, row->count >= 0, "%s", row->what);
    if (!good)
        return;
    cr_expect_eq(count, (size_t)row->count, "%s", row->what);
    cr_expect_eq(staple.data != NULL ? (int)staple.size + 1 : 0, row->staple, "%s", row->what);
    for (size_t i = 0; i < count && i < CAPACITY; i++)
        cr_expect_eq(out[i].data[0], 0x30, "%s", row->what);
}

/* ---- no memory to keep it in ---- */

static bool is_short;

static void *take(size_t size, void *user)
{
    (void)user;
    return is_short ? NULL : malloc(size);
}

static void *retake(void *block, size_t size, void *user)
{
    (void)user;
    return is_short ? NULL : realloc(block, size);
}

static void give_back(void *block, void *user)
{
    (void)user;
    free(block);
}

/* An engine asks about a message that it could not read; it was not too large. */
Test(certificate_message, lost)
{
    static const uint8_t bytes[] = {0, 0, 6, 0, 0, 3, 0x30, 1, 2};
    const otls_allocator allocator = {
        .size = sizeof(allocator), .allocate = take, .reallocate = retake, .release = give_back};
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *conn = NULL;
    otls_context *context = NULL;
    uint8_t alert = 0;

    cr_assert_eq(otls_set_allocator(&allocator, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_new(&context, NULL, OTLS_CLIENT, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_new_memory(&conn, context, &err), OTLS_OK, "%s", err.text);
    is_short = true;
    omni_core_certificate_message(&conn->core, OTLS_TLS1_2, (otls_slice){bytes, sizeof(bytes)}, sizeof(bytes));
    is_short = false;
    cr_expect_eq(omni_core_certificate_refused(&conn->core, &alert), OTLS_E_VERIFY);
    cr_expect_eq(conn->no_verdict, OTLS_E_NOMEM);
    cr_expect_eq(alert, OTLS_ALERT_INTERNAL_ERROR);
    /* one that is too large is the peer's affair */
    omni_peer_clear(conn);
    omni_core_certificate_message(&conn->core, OTLS_TLS1_2, (otls_slice){NULL, 0}, OTLS_CERTIFICATE_MESSAGE_MAX + 1);
    cr_expect_eq(omni_core_certificate_refused(&conn->core, &alert), OTLS_E_VERIFY);
    cr_expect_eq(conn->no_verdict, OTLS_OK);
    cr_expect_neq(conn->verdict.flags & OTLS_VERIFY_LIMIT, 0u);
    otls_connection_free(conn);
    otls_context_free(context);
}
