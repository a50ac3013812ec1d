/* SPDX-License-Identifier: MIT */
/*
 * Structs that go by address and say their size: a caller compiled with an older header has a shorter
 * one, with a newer header a longer one. What is behind its size is never read or written, the size
 * is left as it is, and what both know is filled.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "pair.h"

#include <omnitls/memory.h>
#include <omnitls/session.h>
#include <omnitls/suite.h>
#include <omnitls/verify.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 1024, BEYOND = 0xA5 };

/* A struct as another version has it: `size` bytes, which it says, and then what is not ours. */
typedef union sized {
    uint32_t size;
    uint8_t bytes[ROOM];
    otls_error error;
    otls_suite_info suite;
    otls_session_stats sessions;
    otls_trust_statistics trust;
    otls_verify_work work;
    otls_verify_parameters parameters;
    otls_external_cache cache;
    otls_allocator allocator;
    uint64_t aligned;
} sized;

static sized of_size(uint32_t size)
{
    sized s;

    memset(s.bytes, BEYOND, sizeof(s.bytes));
    s.size = size;
    return s;
}

static bool untouched(const sized *s, uint32_t size)
{
    for (size_t i = size > sizeof(size) ? size : sizeof(size); i < ROOM; i++)
        if (s->bytes[i] != BEYOND)
            return false;
    return s->size == size;
}

/* ---- reports: one call for each way in which they are filled ---- */

static otls_status no_engine(const otls_backend *backend, otls_error *err)
{
    const otls_backend *found;

    (void)backend;
    return otls_backend_find(&found, "no-such-engine", err);
}

static otls_status no_file(const otls_backend *backend, otls_error *err)
{
    otls_trust *trust;
    otls_status status;

    (void)backend;
    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    status = otls_trust_add_file(trust, "/nonexistent/roots.pem", err);
    otls_trust_free(trust);
    return status;
}

static otls_status bad_bundle(const otls_backend *backend, otls_error *err)
{
    static const char text[] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    otls_trust *trust;
    otls_status status;

    (void)backend;
    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    status = otls_trust_add_memory(trust, text, sizeof(text) - 1, err);
    otls_trust_free(trust);
    return status;
}

static otls_status no_certificate(const otls_backend *backend, otls_error *err)
{
    otls_certificate *certificate;

    (void)backend;
    return otls_certificate_from_file(&certificate, OTLS_TEST_PKI "/server-ed25519.key", err);
}

static otls_status other_host(const otls_backend *backend, otls_error *err)
{
    otls_certificate *certificate;
    otls_status status;

    (void)backend;
    cr_assert_eq(otls_certificate_from_file(&certificate, OTLS_TEST_PKI "/server-ecdsa-p256.pem", NULL),
                 OTLS_OK);
    status = otls_match_hostname(certificate, "elsewhere.test", 0, err);
    otls_certificate_free(certificate);
    return status;
}

static otls_status bad_key(const otls_backend *backend, otls_error *err)
{
    otls_key *key;

    return otls_key_from_memory(&key, backend, "\x30\x03\x02\x01\x05", 5, NULL, NULL, err);
}

static otls_status other_key(const otls_backend *backend, otls_error *err)
{
    otls_identity *identity;

    return otls_identity_from_files(&identity, backend, OTLS_TEST_PKI "/server-ecdsa-p256.pem",
                                    OTLS_TEST_PKI "/server-rsa-2048.key", NULL, NULL, err);
}

static otls_status long_list(const otls_backend *backend, otls_error *err)
{
    otls_context *context;
    otls_status status;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, NULL), OTLS_OK);
    status = otls_context_set_ciphers(context, "NO-SUCH-SUITE", err);
    otls_context_free(context);
    return status;
}

static otls_status lacking(const otls_backend *backend, otls_error *err)
{
    otls_context *context;
    otls_status status;

    if (otls_backend_supports(backend, OTLS_FEATURE_EARLY_DATA, NULL) != OTLS_NO)
        return long_list(backend, err);
    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, NULL), OTLS_OK);
    status = otls_context_set_max_early_data(context, 1000, err);
    otls_context_free(context);
    return status;
}

/* It fails; `again`: and says so once more. */
static otls_status connection(const otls_backend *backend, bool again, otls_error *err)
{
    otls_context *context;
    otls_connection *conn;
    otls_status status;
    size_t count;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_CLIENT, NULL), OTLS_OK);
    cr_assert_eq(otls_context_insecure_no_verify(context, NULL), OTLS_OK);
    cr_assert_eq(otls_connection_new_memory(&conn, context, NULL), OTLS_OK);
    (void)otls_connection_handshake(conn, NULL);
    cr_assert_eq(otls_connection_feed(conn, "\x15\3\3\0\2\2\x28", 7, &count, NULL), OTLS_OK);
    if (again)
        (void)otls_connection_handshake(conn, NULL);
    status = otls_connection_handshake(conn, err);
    otls_connection_free(conn);
    otls_context_free(context);
    return status;
}

static otls_status refused(const otls_backend *backend, otls_error *err)
{
    return connection(backend, false, err);
}

static otls_status refused_again(const otls_backend *backend, otls_error *err)
{
    return connection(backend, true, err);
}

static otls_status (*const failures[])(const otls_backend *backend, otls_error *err) = {
    no_engine, no_file, bad_bundle, no_certificate, other_host,    bad_key,
    other_key, lacking, long_list,  refused,        refused_again,
};

/* As much of a report as its size holds is there, and its texts end in it. */
static bool told(const sized *s, uint32_t size, otls_status status)
{
    const uint32_t status_end = offsetof(otls_error, status) + sizeof(int32_t);
    const size_t text = offsetof(otls_error, text), native = offsetof(otls_error, native_text);

    if (size >= status_end && s->error.status != (int32_t)status)
        return false;
    if (size > native && memchr(s->bytes + native, 0, size - native) == NULL)
        return false;
    return size <= text || (memchr(s->bytes + text, 0, size - text) != NULL &&
                            (size == text + 1 || s->error.text[0] != '\0'));
}

Test(sizes, reports, .timeout = 120)
{
    const uint32_t whole = sizeof(otls_error), text = offsetof(otls_error, text);
    const uint32_t sizes[] = {0, 3, 4, 5, 8, 12, 20, 44, offsetof(otls_error, native_text) + 9,
                              text, text + 1, text + 7, whole - 1, whole, whole + 8, ROOM};
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);

    for (size_t e = 0; e < count; e++)
        for (size_t f = 0; f < sizeof(failures) / sizeof(failures[0]); f++)
            for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
                sized s = of_size(sizes[i]);
                const otls_status status = failures[f](engines[e], &s.error);

                cr_expect(status < 0 && status >= OTLS_E_INTERNAL, "%zu: %d", f, (int)status);
                cr_expect(sizes[i] > whole ? s.bytes[whole] == BEYOND : untouched(&s, sizes[i]),
                          "%s, call %zu, size %u: written behind it", otls_backend_name(engines[e]), f,
                          (unsigned)sizes[i]);
                cr_expect(s.size == sizes[i] && told(&s, sizes[i], status), "%s, call %zu, size %u: %s",
                          otls_backend_name(engines[e]), f, (unsigned)sizes[i], s.error.text);
            }
}

/* ---- what is filled ---- */

typedef otls_status fill(sized *s);

static otls_status fill_suite(sized *s)
{
    return otls_suite_describe(0x1301, &s->suite, NULL);
}

static otls_status fill_sessions(sized *s)
{
    otls_context *context;
    otls_status status;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_SERVER, NULL), OTLS_OK);
    status = otls_context_session_stats(context, &s->sessions, NULL);
    otls_context_free(context);
    return status;
}

static otls_status fill_trust(sized *s)
{
    otls_trust *const trust = test_trust("root");

    otls_trust_stats(trust, &s->trust);
    otls_trust_free(trust);
    return OTLS_OK;
}

static otls_status fill_work(sized *s)
{
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_trust *const trust = test_trust("root");
    otls_certificate *certificate;
    otls_verdict *verdict = NULL;

    cr_assert_eq(otls_certificate_from_file(&certificate, OTLS_TEST_PKI "/root.pem", NULL), OTLS_OK);
    parameters.purpose = OTLS_PURPOSE_ANY;
    const otls_certificate *const chain[] = {certificate};

    (void)otls_trust_verify(trust, chain, 1, &parameters, &verdict, NULL);
    cr_assert_not_null(verdict);
    otls_verdict_work(verdict, &s->work);
    otls_verdict_free(verdict);
    otls_certificate_free(certificate);
    otls_trust_free(trust);
    return OTLS_OK;
}

static const struct {
    const char *what;
    fill *fill;
    uint32_t whole;
    uint32_t hole, after; /* octets of no member, which have no value */
} filled[] = {
    {"otls_suite_info", fill_suite, sizeof(otls_suite_info),
     offsetof(otls_suite_info, aead) + sizeof(bool), offsetof(otls_suite_info, name)},
    {"otls_session_stats", fill_sessions, sizeof(otls_session_stats), sizeof(uint32_t),
     offsetof(otls_session_stats, number)},
    {"otls_trust_statistics", fill_trust, sizeof(otls_trust_statistics), sizeof(uint32_t),
     offsetof(otls_trust_statistics, certificates)},
    {"otls_verify_work", fill_work, sizeof(otls_verify_work), 0, 0},
};

static bool same(const sized *a, const sized *b, size_t k, uint32_t size)
{
    for (uint32_t i = 4; i < size; i++)
        if ((i < filled[k].hole || i >= filled[k].after) && a->bytes[i] != b->bytes[i])
            return false;
    return true;
}

Test(sizes, filled)
{
    for (size_t k = 0; k < sizeof(filled) / sizeof(filled[0]); k++) {
        const uint32_t whole = filled[k].whole;
        sized all = of_size(whole);

        cr_assert_eq(filled[k].fill(&all), OTLS_OK);
        for (uint32_t size = 4; size <= whole + 16; size += 4) {
            const uint32_t common = size < whole ? size : whole;
            sized s = of_size(size);

            cr_expect_eq(filled[k].fill(&s), OTLS_OK, "%s of %u", filled[k].what, (unsigned)size);
            cr_expect(same(&s, &all, k, common), "%s of %u: filled otherwise", filled[k].what,
                      (unsigned)size);
            cr_expect(s.size == size && s.bytes[common] == BEYOND && s.bytes[ROOM - 1] == BEYOND,
                      "%s of %u: written behind it", filled[k].what, (unsigned)size);
        }
    }
}

/* ---- what is read ---- */

/* A caller's report that was shorter than ours is read no further either: behind it is a page that
 * nobody may touch, where the rest of a sentence is put together from what was reported before. */
Test(sizes, read_back)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    cr_assert_neq(two, MAP_FAILED);
    cr_assert_eq(mprotect(two + page, page, PROT_NONE), 0);
    for (uint32_t size = 8; size < sizeof(otls_error); size += 8) {
        otls_error *err = (otls_error *)(void *)(two + page - size);
        otls_certificate *certificate = NULL;
        otls_trust *trust;

        memset(err, 0, size);
        err->size = size;
        cr_expect_eq(otls_certificate_from_file(&certificate, OTLS_TEST_PKI "/root.key", err),
                     OTLS_E_CREDENTIAL);
        cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
        cr_expect_eq(otls_trust_add_file(trust, OTLS_TEST_PKI "/root.key", err), OTLS_E_CREDENTIAL);
        cr_expect_eq(err->size, size);
        otls_trust_free(trust);
    }
    cr_assert_eq(munmap(two, 2 * page), 0);
}

static void store(void *user, const uint8_t *key, size_t key_size, const uint8_t *entry,
                  size_t entry_size, uint32_t seconds)
{
    (void)user, (void)key, (void)key_size, (void)entry, (void)entry_size, (void)seconds;
}

static size_t fetch(void *user, const uint8_t *key, size_t key_size, uint8_t *entry, size_t capacity)
{
    (void)user, (void)key, (void)key_size, (void)entry, (void)capacity;
    return 0;
}

Test(sizes, external_cache)
{
    const uint32_t sizes[] = {offsetof(otls_external_cache, remove), sizeof(otls_external_cache),
                              sizeof(otls_external_cache) + 32};
    otls_context *context;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_SERVER, &err), OTLS_OK, "%s", err.text);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        sized s = of_size(sizes[i]);

        s.cache.store = store;
        s.cache.fetch = fetch;
        cr_expect_eq(otls_context_set_external_cache(context, &s.cache, &err), OTLS_OK, "%u: %s",
                     (unsigned)sizes[i], err.text);
    }
    sized s = of_size(offsetof(otls_external_cache, fetch)); /* it has one, behind its size */
    s.cache.store = store;
    s.cache.fetch = fetch;
    cr_expect_eq(otls_context_set_external_cache(context, &s.cache, &err), OTLS_E_USAGE);
    otls_context_free(context);
}

static void *allocate(size_t size, void *user)
{
    return user == NULL ? malloc(size) : NULL;
}

static void *reallocate(void *block, size_t size, void *user)
{
    return user == NULL ? realloc(block, size) : NULL;
}

static void release(void *block, void *user)
{
    (void)user;
    free(block);
}

/* `user` is behind the size, and none is given then. */
Test(sizes, allocator)
{
    sized s = of_size(offsetof(otls_allocator, user));
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust;

    s.allocator.allocate = allocate;
    s.allocator.reallocate = reallocate;
    s.allocator.release = release;
    s.size = offsetof(otls_allocator, release);
    cr_expect_eq(otls_set_allocator(&s.allocator, &err), OTLS_E_USAGE);
    s.size = offsetof(otls_allocator, user);
    cr_assert_eq(otls_set_allocator(&s.allocator, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK, "%s", err.text);
    otls_trust_free(trust);
}

Test(sizes, verify_parameters)
{
    const uint32_t first = offsetof(otls_verify_parameters, backend);
    const otls_verify_parameters initial = OTLS_VERIFY_PARAMETERS_INIT;
    otls_trust *const trust = test_trust("root");
    otls_certificate *certificate;

    cr_assert_eq(otls_certificate_from_file(&certificate, OTLS_TEST_PKI "/root.pem", NULL), OTLS_OK);
    for (uint32_t size = first; size <= sizeof(initial) + 32; size += 8) {
        const otls_certificate *const chain[] = {certificate};
        sized s = of_size(size);
        otls_verdict *verdict = NULL;
        otls_error err = OTLS_ERROR_INIT;

        memcpy(s.bytes, &initial, size < sizeof(initial) ? size : sizeof(initial));
        s.size = size;
        s.parameters.purpose = OTLS_PURPOSE_ANY;
        cr_expect_eq(otls_trust_verify(trust, chain, 1, &s.parameters, &verdict, &err), OTLS_OK, "%u: %s",
                     (unsigned)size, err.text);
        otls_verdict_free(verdict);
    }
    otls_certificate_free(certificate);
    otls_trust_free(trust);
}
