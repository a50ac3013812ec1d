/* SPDX-License-Identifier: MIT */
/* The envelope: what goes in comes out, and nothing else does. */
#include "base/alloc.h"
#include "session/session.h"

#include <criterion/criterion.h>
#include <omnitls/certificate.h>
#include <stdlib.h>
#include <string.h>

static const otls_backend *any_engine(void)
{
    const otls_backend *engines[8];

    cr_assert(otls_backend_list(engines, 8) != 0);
    return engines[0];
}

static otls_session *sample(omni_session_kind kind)
{
    static const uint8_t blob[] = "what an engine serialised";
    otls_session *s = omni_session_new(any_engine(), kind);

    cr_assert_not_null(s);
    cr_assert(omni_session_set_blob(s, (otls_slice){blob, sizeof(blob)}));
    s->version = 0x0304;
    s->suite = 0x1302;
    s->port = 8443;
    s->created = 1700000000;
    s->authenticated = 1699990000;
    s->expires = 1700007200;
    s->timeout = 7200;
    s->lifetime_hint = 7201;
    s->max_early_data = 16384;
    s->verify_flags = OTLS_VERIFY_NOT_CHECKED;
    s->has_ticket = true;
    memcpy(s->host, "example.test", 13);
    memcpy(s->alpn, "h2", 2);
    s->alpn_size = 2;
    memset(s->id, 7, 32);
    s->id_size = 32;
    memset(s->policy, 9, sizeof(s->policy));
    return s;
}

static otls_status decode(const uint8_t *data, size_t size, otls_session **out)
{
    return omni_session_decode(out, any_engine(), OMNI_SESSION_CLIENT, (otls_slice){data, size},
                               NULL);
}

/* Give the bytes a checksum that fits, as someone would who wants them believed. */
static void seal(uint8_t *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(OMNI_MODULE(any_engine())
                     ->crypto->digest(OTLS_HASH_SHA256, data, size - 32, data + size - 32, &err),
                 OTLS_OK);
}

Test(envelope, round_trip)
{
    otls_session *s = sample(OMNI_SESSION_CLIENT), *t;
    uint8_t *bytes, *again;
    size_t size, again_size;

    cr_assert_eq(omni_session_encode(s, &bytes, &size, NULL), OTLS_OK);
    cr_assert_eq(decode(bytes, size, &t), OTLS_OK);
    cr_expect_eq(t->version, s->version);
    cr_expect_eq(t->suite, s->suite);
    cr_expect_eq(t->port, s->port);
    cr_expect_eq(t->created, s->created);
    cr_expect_eq(t->authenticated, s->authenticated);
    cr_expect_eq(t->expires, s->expires);
    cr_expect_eq(t->timeout, s->timeout);
    cr_expect_eq(t->lifetime_hint, s->lifetime_hint);
    cr_expect_eq(t->max_early_data, s->max_early_data);
    cr_expect_eq(t->verify_flags, s->verify_flags);
    cr_expect(t->has_ticket);
    cr_expect_str_eq(t->host, s->host);
    cr_expect(t->alpn_size == 2 && memcmp(t->alpn, "h2", 2) == 0);
    cr_expect(t->id_size == 32 && memcmp(t->id, s->id, 32) == 0);
    cr_expect(memcmp(t->policy, s->policy, sizeof(s->policy)) == 0);
    cr_expect(t->blob_size == s->blob_size && memcmp(t->blob, s->blob, s->blob_size) == 0);
    cr_assert_eq(omni_session_encode(t, &again, &again_size, NULL), OTLS_OK);
    cr_expect(size == again_size && memcmp(bytes, again, size) == 0, "encoding is canonical");
    omni_free(bytes);
    omni_free(again);
    otls_session_free(s);
    otls_session_free(t);
}

Test(envelope, kinds_do_not_mix)
{
    otls_session *s = sample(OMNI_SESSION_SERVER), *t;
    uint8_t *bytes;
    size_t size;

    cr_assert_eq(omni_session_encode(s, &bytes, &size, NULL), OTLS_OK);
    cr_expect_eq(decode(bytes, size, &t), OTLS_E_CONFIG);
    omni_free(bytes);
    otls_session_free(s);
}

/* Whatever is changed and sealed anew is refused or decodes to something within bounds. */
Test(envelope, well_sealed_nonsense)
{
    otls_session *s = sample(OMNI_SESSION_CLIENT), *t;
    uint8_t *bytes;
    size_t size, taken = 0;

    cr_assert_eq(omni_session_encode(s, &bytes, &size, NULL), OTLS_OK);
    for (size_t i = 0; i < size - 32; i++)
        for (unsigned value = 0; value < 256; value += 15) {
            const uint8_t before = bytes[i];

            bytes[i] = (uint8_t)value;
            seal(bytes, size);
            if (decode(bytes, size, &t) == OTLS_OK) {
                taken++;
                cr_assert(t->expires >= t->created && t->created >= t->authenticated &&
                          t->expires - OMNI_SESSION_WEEK <= t->authenticated);
                cr_assert(strlen(t->host) <= OMNI_SESSION_HOST_MAX && t->blob_size != 0);
                otls_session_free(t);
            }
            bytes[i] = before;
        }
    cr_expect(taken != 0, "values that are free to be anything are taken");
    omni_free(bytes);
    otls_session_free(s);
}

/* Without the sum, one changed bit anywhere is seen. */
Test(envelope, one_bit_is_seen)
{
    otls_session *s = sample(OMNI_SESSION_CLIENT), *t;
    uint8_t *bytes;
    size_t size;

    cr_assert_eq(omni_session_encode(s, &bytes, &size, NULL), OTLS_OK);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 1;
        cr_expect_neq(decode(bytes, size, &t), OTLS_OK, "octet %zu of %zu", i, size);
        bytes[i] ^= 1;
    }
    cr_assert_eq(decode(bytes, size, &t), OTLS_OK);
    otls_session_free(t);
    omni_free(bytes);
    otls_session_free(s);
}

Test(envelope, only_what_it_says)
{
    otls_session *s = sample(OMNI_SESSION_CLIENT), *t;
    uint8_t *bytes, *longer;
    size_t size;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(omni_session_encode(s, &bytes, &size, NULL), OTLS_OK);
    /* one octet more, behind the blob, in the total and under the sum */
    longer = omni_calloc(1, size + 1);
    cr_assert_not_null(longer);
    memcpy(longer, bytes, size - 32);
    for (size_t i = 0; i < 4; i++)
        longer[11 + i] = (uint8_t)((size + 1) >> (8 * (3 - i)));
    seal(longer, size + 1);
    cr_expect_eq(decode(longer, size + 1, &t), OTLS_E_CONFIG, "something behind the blob");
    omni_free(longer);
    /* the engine's name: behind the head and its length */
    bytes[16] ^= 1;
    seal(bytes, size);
    cr_expect_eq(
        omni_session_decode(&t, any_engine(), OMNI_SESSION_CLIENT, (otls_slice){bytes, size}, &err),
        OTLS_E_WRONG_BACKEND, "%s", err.text);
    bytes[16] ^= 1;
    /* the host: behind two names, version and suite, and its length */
    const size_t host = 15 + 1 + bytes[15];
    bytes[host + 1 + bytes[host] + 4 + 1 + 3] = 0;
    seal(bytes, size);
    cr_expect_eq(decode(bytes, size, &t), OTLS_E_CONFIG, "a NUL in the host's name");
    omni_free(bytes);
    otls_session_free(s);
}

Test(envelope, older_formats_and_versions)
{
    otls_session *s = sample(OMNI_SESSION_CLIENT), *t;
    uint8_t *bytes;
    size_t size;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(omni_session_encode(s, &bytes, &size, NULL), OTLS_OK);
    bytes[9] = 0;
    seal(bytes, size);
    cr_expect_eq(otls_session_import(&t, any_engine(), bytes, size, &err), OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_SESSION_REFUSED);
    bytes[9] = OMNI_SESSION_FORMAT;
    /* the engine's version: behind the head, the engine's name and one length */
    bytes[15 + 1 + bytes[15] + 1] ^= 1;
    seal(bytes, size);
    cr_expect_eq(otls_session_import(&t, any_engine(), bytes, size, &err), OTLS_E_CONFIG);
    cr_expect_eq(err.code, OTLS_CODE_SESSION_REFUSED);
    omni_free(bytes);
    otls_session_free(s);
}

Test(envelope, nothing_at_all)
{
    static const uint8_t zeros[64];
    otls_session *t;

    for (size_t size = 0; size <= sizeof(zeros); size++)
        cr_assert_eq(decode(zeros, size, &t), OTLS_E_CONFIG);
    cr_expect_eq(otls_session_import(&t, NULL, NULL, 0, NULL), OTLS_E_USAGE);
}

/* ---- no memory ---- */

static size_t left_to_give = SIZE_MAX;

static void *give(size_t size, void *user)
{
    (void)user;
    if (left_to_give == 0)
        return NULL;
    left_to_give -= left_to_give != SIZE_MAX;
    return malloc(size);
}

static void *give_more(void *block, size_t size, void *user)
{
    (void)user;
    return left_to_give == 0 ? NULL : realloc(block, size);
}

static void take_back(void *block, void *user)
{
    (void)user;
    free(block);
}

/* A good session is never "malformed" for it: it would be thrown away. */
Test(envelope, without_memory)
{
    const otls_allocator allocator = {
        .size = sizeof(allocator), .allocate = give, .reallocate = give_more, .release = take_back};
    otls_certificate **list = NULL;
    otls_error err = OTLS_ERROR_INIT;
    otls_session *s, *t = NULL;
    otls_status status = OTLS_E_NOMEM;
    uint8_t *bytes;
    size_t size, count = 0, tries = 0;

    cr_assert_eq(otls_set_allocator(&allocator, &err), OTLS_OK, "%s", err.text);
    s = sample(OMNI_SESSION_CLIENT);
    cr_assert_eq(otls_certificate_list_from_file(&list, &count, OTLS_TEST_PKI "/server-ecdsa-p256.pem", &err),
                 OTLS_OK, "%s", err.text);
    cr_assert(omni_chain_new(&s->peer, (const otls_certificate *const *)list, count));
    cr_assert(omni_chain_new(&s->verified, (const otls_certificate *const *)list, count));
    otls_certificate_list_free(list, count);
    cr_assert_eq(omni_session_encode(s, &bytes, &size, NULL), OTLS_OK);
    for (; status != OTLS_OK && tries < 100; tries++) {
        left_to_give = tries;
        status = omni_session_decode(&t, any_engine(), OMNI_SESSION_CLIENT, (otls_slice){bytes, size}, &err);
        left_to_give = SIZE_MAX;
        cr_expect(status == OTLS_OK || (status == OTLS_E_NOMEM && err.code == OTLS_CODE_NONE), "%zu: %s: %s",
                  tries, otls_status_name(status), err.text);
    }
    cr_expect(tries > 4 && tries < 100, "%zu", tries);
    otls_session_free(t);
    omni_free(bytes);
    otls_session_free(s);
}
