/* SPDX-License-Identifier: MIT */
/*
 * A server's Certificate message that is not put together as it should be (RFC 5246 7.4.2):
 * whatever the engine says of it, the answer is one. In TLS 1.2, where it can be changed on its
 * way.
 */
#include <criterion/criterion.h>

#include "pair.h"

#include <string.h>

enum { RECORD_HEAD = 5, MESSAGE_HEAD = 4, CERTIFICATE = 11, HANDSHAKE = 22 };

static const struct change {
    const char *what;
    size_t at; /* in the message's body: 0 = length of the list, 3 = of the first certificate */
    long by;   /* added to the length there */
    long to;   /* or what it becomes; -1 = not so */
} changes[] = {
    {"a list beyond the message", 0, 1, -1},      {"something behind the list", 0, -1, -1},
    {"a list of nearly nothing", 0, 0, 2},        {"a certificate beyond the list", 3, 0, 0xffffff},
    {"a certificate that ends early", 3, -1, -1}, {"a certificate of no bytes", 3, 0, 0},
};

/* The body of the Certificate message on its way; NULL when there is none. */
static uint8_t *find(test_pipe *pipe)
{
    uint8_t *record = pipe->data + pipe->start, *end = pipe->data + pipe->end;

    while (end - record > RECORD_HEAD && record[0] == HANDSHAKE) {
        uint8_t *message = record + RECORD_HEAD;
        uint8_t *next = message + ((size_t)record[3] << 8 | record[4]);

        while (next <= end && next - message > MESSAGE_HEAD) {
            if (message[0] == CERTIFICATE)
                return message + MESSAGE_HEAD;
            message +=
                MESSAGE_HEAD + ((size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3]);
        }
        record = next;
    }
    return NULL;
}

static void apply(const struct change *change, uint8_t *body)
{
    uint8_t *at = body + change->at;
    const long old = (long)at[0] << 16 | (long)at[1] << 8 | at[2];
    const long now = change->to >= 0 ? change->to : old + change->by;

    at[0] = (uint8_t)(now >> 16);
    at[1] = (uint8_t)(now >> 8);
    at[2] = (uint8_t)now;
}

ParameterizedTestParameters(certificate_message, malformed)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, certificate_message, malformed)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; which.version == OTLS_TLS1_2 && i < sizeof(changes) / sizeof(changes[0]);
         i++) {
        uint8_t *body;
        pair p;

        pair_open(&p, &which, NULL);
        (void)otls_connection_handshake(p.client, &p.client_error);
        (void)otls_connection_handshake(p.server, &p.server_error);
        body = find(&p.wire.to_client);
        cr_assert_not_null(body, "%s: no Certificate message", pair_name(&which));
        apply(&changes[i], body);
        pair_handshake(&p);
        cr_expect_eq(p.client_status, OTLS_E_VERIFY, "%s: %s: %s: %s [%s]", pair_name(&which),
                     changes[i].what, otls_status_name(p.client_status), p.client_error.text,
                     p.client_error.native_text);
        cr_expect_eq(p.client_error.verify_flags, (uint32_t)OTLS_VERIFY_MALFORMED,
                     "%s: %s: 0x%x: %s", pair_name(&which), changes[i].what,
                     p.client_error.verify_flags, p.client_error.text);
        cr_expect(p.client_error.alert == p.server_error.alert &&
                      p.server_error.alert_received != 0,
                  "%s: %s: sent %d, arrived %d", pair_name(&which), changes[i].what,
                  (int)p.client_error.alert, (int)p.server_error.alert);
        cr_expect_eq(p.client_error.alert, OTLS_ALERT_DECODE_ERROR, "%s: %s: %d", pair_name(&which),
                     changes[i].what, (int)p.client_error.alert);
        pair_close(&p);
    }
}

/** What a client made of it. */
typedef struct answer {
    otls_status status;
    uint32_t flags;
    int32_t alert;
} answer;

/* Any pair's handshake with one octet of the list changed; false: the list ends before it. */
static bool change_one(const pair_case *which, size_t at, answer *out)
{
    uint8_t *body;
    bool there;
    pair p;

    pair_open(&p, which, NULL);
    (void)otls_connection_handshake(p.client, &p.client_error);
    (void)otls_connection_handshake(p.server, &p.server_error);
    body = find(&p.wire.to_client);
    cr_assert_not_null(body, "%s: no Certificate message", pair_name(which));
    there = at < (size_t)(body[3] << 16 | body[4] << 8 | body[5]); /* the leaf */
    if (there) {
        body[6 + at] ^= 1;
        pair_handshake(&p);
        *out = (answer){p.client_status, p.client_error.verify_flags, p.client_error.alert};
        cr_expect(p.client_status == OTLS_E_VERIFY, "%s: octet %zu: %s: %s [%s]", pair_name(which), at,
                  otls_status_name(p.client_status), p.client_error.text, p.client_error.native_text);
    }
    pair_close(&p);
    return there;
}

/* Each octet of a leaf in turn: no engine's decoder has a category, a reason or an alert of its own. */
Test(certificate_message, every_octet)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_engines(engines);

    for (size_t at = 0;; at++) {
        answer first = {OTLS_OK, 0, 0}, other;

        for (size_t i = 0; i < count; i++) {
            const pair_case which = {engines[i], engines[0], OTLS_TLS1_2, "ecdsa-p256"};

            if (!change_one(&which, at, i == 0 ? &first : &other)) {
                cr_assert_gt(at, 300);
                return;
            }
            cr_expect(i == 0 || (other.status == first.status && other.flags == first.flags &&
                                 other.alert == first.alert),
                      "%s: octet %zu: 0x%x and alert %d, with %s 0x%x and alert %d", pair_name(&which),
                      at, other.flags, (int)other.alert, otls_backend_name(engines[0]), first.flags,
                      (int)first.alert);
        }
    }
}
