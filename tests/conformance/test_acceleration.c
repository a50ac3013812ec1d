/* SPDX-License-Identifier: MIT */
/*
 * Acceleration, as an application sees it: asked for, told apart, used, and what becomes of a connection
 * when it fails. The other conformance tests run with it once more (tests/CMakeLists.txt).
 */
#include <criterion/criterion.h>

#include "lying/lying_accelerator.h"
#include "pair.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define TRUTH "libcrypto"

static lying_accelerator *liar;

static void needs_module(void)
{
    const char *version = NULL;

    if (otls_acceleration_version(TRUTH, &version, NULL) != OTLS_OK)
        cr_skip_test("this build has no accelerator");
}

/* Let the lying one be found, and tell it the truth. */
static void prepare(void)
{
    const char *const directory = OTLS_TEST_BUILD_DIR "/tests/lying";
    void *lie = dlopen(OTLS_TEST_BUILD_DIR "/tests/lying/accelerator-lying.so",
                       RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void *truth = dlopen(OTLS_TEST_MODULE_DIR "/accelerator-" TRUTH ".so",
                         RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (lie == NULL || truth == NULL)
        cr_skip_test("this build has no accelerator");
    (void)setenv("OMNITLS_MODULE_DIR", directory, 1);
    liar = dlsym(lie, LYING_ACCELERATOR_CONTROL);
    cr_assert(liar != NULL);
    liar->truth = dlsym(truth, "otls_accelerator_module");
    cr_assert(liar->truth != NULL);
}

/* The engines that have a use for it. */
static size_t accelerated(const otls_backend *out[PAIR_ENGINES])
{
    const otls_backend *all[PAIR_ENGINES];
    const size_t count = test_engines(all);
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (otls_backend_supports(all[i], OTLS_FEATURE_ACCELERATION, NULL) != OTLS_NO)
            out[found++] = all[i];
    return found;
}

static bool seals(const otls_backend *backend)
{
    return strcmp(otls_backend_name(backend), "wolfssl") == 0;
}

/* ---- asking ---- */

Test(acceleration, is_asked_for)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_engines(engines);

    needs_module();
    for (size_t i = 0; i < count; i++) {
        const char *name = otls_backend_name(engines[i]);
        otls_context *context, *copy;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(otls_context_new(&context, engines[i], OTLS_CLIENT, &err), OTLS_OK);
        cr_expect_null(otls_context_acceleration(context), "%s: off unless asked for", name);
        if (otls_backend_supports(engines[i], OTLS_FEATURE_ACCELERATION, NULL) == OTLS_NO) {
            cr_expect_eq(otls_context_set_acceleration(context, TRUTH, &err), OTLS_E_UNSUPPORTED);
            cr_expect(strstr(err.text, name) != NULL && strstr(err.text, "acceleration") != NULL,
                      "%s", err.text);
            cr_expect_null(otls_context_acceleration(context));
            cr_expect_eq(otls_context_set_acceleration(context, NULL, &err), OTLS_OK);
            otls_context_free(context);
            continue;
        }
        cr_assert_eq(otls_context_set_acceleration(context, TRUTH, &err), OTLS_OK, "%s", err.text);
        cr_expect_str_eq(otls_context_acceleration(context), TRUTH);
        cr_assert_eq(otls_context_copy(&copy, context, &err), OTLS_OK);
        cr_expect_str_eq(otls_context_acceleration(copy), TRUTH);
        cr_expect_eq(otls_context_set_acceleration(copy, NULL, &err), OTLS_OK);
        cr_expect_null(otls_context_acceleration(copy));
        cr_expect_str_eq(otls_context_acceleration(context), TRUTH);
        cr_assert_eq(otls_context_seal(context, &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(otls_context_set_acceleration(context, NULL, &err), OTLS_E_SEALED);
        otls_context_free(copy);
        otls_context_free(context);
    }
}

Test(acceleration, is_not_there)
{
    /* no file is looked for by the last ones */
    static const char *const names[] = {"nothing", "openssl", "", "../accelerator", "/tmp/x", "Libcrypto"};
    const size_t sane = 2;
    const otls_backend *engines[PAIR_ENGINES];
    otls_error err = OTLS_ERROR_INIT;
    const char *version = "x";
    otls_context *context;

    if (accelerated(engines) == 0)
        cr_skip_test("no engine has a use for it");
    cr_assert_eq(otls_context_new(&context, engines[0], OTLS_CLIENT, &err), OTLS_OK);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        cr_expect_eq(otls_context_set_acceleration(context, names[i], &err), OTLS_E_BACKEND, "%s",
                     names[i]);
        cr_expect(strstr(err.text, names[i]) != NULL, "%s: %s", names[i], err.text);
        cr_expect_eq(strstr(err.text, "is no accelerator's name") != NULL, i >= sane, "%s", err.text);
        cr_expect_null(otls_context_acceleration(context));
    }
    cr_expect_eq(otls_acceleration_version("nothing", &version, &err), OTLS_E_BACKEND);
    cr_expect(version == NULL && strstr(err.text, "nothing") != NULL, "%s", err.text);
    cr_expect_eq(otls_acceleration_version(NULL, &version, &err), OTLS_E_BACKEND);
    otls_context_free(context);
}

/* ---- using ---- */

static void both(pair *p, void *user)
{
    otls_context *const contexts[] = {p->client_context, p->server_context};
    const otls_backend *const engines[] = {p->which.client, p->which.server};

    (void)user;
    for (int i = 0; i < 2; i++)
        if (otls_backend_supports(engines[i], OTLS_FEATURE_ACCELERATION, NULL) != OTLS_NO)
            cr_assert_eq(otls_context_set_acceleration(contexts[i], LYING_ACCELERATOR, NULL), OTLS_OK);
}

static const char *const suites[] = {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
                                     "ECDHE-RSA-CHACHA20-POLY1305"};
static const char *const suites_13[] = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                        "TLS_CHACHA20_POLY1305_SHA256"};
enum { GCM_SUITES = 2, SUITES = 3 };

struct choice {
    size_t suite;
    bool accelerate;
};

static void choose(pair *p, void *user)
{
    const struct choice *choice = user;

    cr_assert_eq(otls_context_set_tls13_suites(p->client_context, suites_13[choice->suite], NULL),
                 OTLS_OK);
    cr_assert_eq(otls_context_set_ciphers(p->client_context, suites[choice->suite], NULL), OTLS_OK);
    if (choice->accelerate)
        both(p, NULL);
}

static void reset(void)
{
    lying_accelerator_call *const calls[] = {&liar->gcm_new, &liar->gcm_seal, &liar->gcm_open,
                                             &liar->rsa_new, &liar->rsa_sign};

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        calls[i]->calls = calls[i]->spared = 0;
        calls[i]->status = OTLS_OK;
    }
}

static void talk(pair *p)
{
    static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 1000, 16383, 16384, 16385, 100000};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pair_transfer(p->client, p->server, sizes[i], (unsigned)i + 1);
        pair_transfer(p->server, p->client, sizes[i], (unsigned)i + 5);
    }
}

static void one(const pair_case *which, size_t suite, bool accelerate)
{
    struct choice choice = {suite, accelerate};
    const bool gcm = accelerate && suite < GCM_SUITES && (seals(which->client) || seals(which->server));
    const bool sign = accelerate && strcmp(which->key, "rsa-2048") == 0 &&
                      otls_backend_supports(which->server, OTLS_FEATURE_ACCELERATION, NULL) != OTLS_NO;
    pair p;

    reset();
    pair_open(&p, which, &(pair_options){.setup = choose, .user = &choice});
    pair_connect(&p);
    talk(&p);
    cr_expect_eq(liar->gcm_seal.calls > 10, gcm, "%s, suite %zu: %u", pair_name(which), suite,
                 liar->gcm_seal.calls);
    cr_expect_eq(liar->gcm_open.calls > 10, gcm, "%s, suite %zu: %u", pair_name(which), suite,
                 liar->gcm_open.calls);
    cr_expect(gcm || liar->gcm_new.calls == 0);
    cr_expect_eq(liar->rsa_sign.calls > 0, sign, "%s: %u", pair_name(which), liar->rsa_sign.calls);
    pair_close(&p);
    cr_expect_eq(liar->alive, 0, "%s: %d keys are left", pair_name(which), liar->alive);
}

Test(acceleration, is_used_where_it_was_asked_for, .timeout = 240)
{
    static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};
    const otls_backend *all[PAIR_ENGINES];
    const size_t count = test_engines(all);

    prepare();
    for (size_t i = 0; i < count * count; i++)
        for (size_t v = 0; v < 2; v++) {
            const pair_case which = {all[i / count], all[i % count], versions[v], "rsa-2048"};

            for (size_t suite = 0; suite < SUITES; suite++)
                one(&which, suite, true);
            one(&which, 0, false);
        }
}

/* A key that is no RSA stays the engine's, as one that may have to decrypt does. */
Test(acceleration, leaves_other_keys)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = accelerated(engines);

    prepare();
    for (size_t i = 0; i < count; i++) {
        const pair_case ec = {engines[i], engines[i], OTLS_TLS1_3, "ecdsa-p256"};
        const pair_case rsa = {engines[i], engines[i], OTLS_TLS1_2, "rsa-2048"};
        pair p;

        reset();
        pair_open(&p, &ec, &(pair_options){.setup = both});
        pair_connect(&p);
        cr_expect_eq(liar->rsa_sign.calls, 0);
        pair_close(&p);
        if (otls_backend_supports(engines[i], OTLS_FEATURE_STATIC_RSA, NULL) == OTLS_NO)
            continue;
        pair_open(&p, &rsa, &(pair_options){.setup = both,
                                            .client_ciphers = "AES128-GCM-SHA256",
                                            .server_ciphers = "AES128-GCM-SHA256:ECDHE+AESGCM"});
        pair_connect(&p);
        cr_expect_eq(liar->rsa_new.calls, 0);
        pair_close(&p);
    }
    cr_expect_eq(liar->alive, 0);
}

Test(acceleration, follows_key_updates)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = accelerated(engines);

    prepare();
    for (size_t i = 0; i < count; i++) {
        const pair_case which = {engines[i], engines[i], OTLS_TLS1_3, "ecdsa-p256"};
        pair p;

        if (!seals(engines[i]))
            continue;
        reset();
        pair_open(&p, &which, &(pair_options){.setup = both});
        pair_connect(&p);
        talk(&p);
        for (int turn = 0; turn < 5; turn++) {
            const unsigned before = liar->gcm_new.calls;

            cr_assert_eq(otls_connection_key_update(p.client, true, NULL), OTLS_OK);
            pair_transfer(p.client, p.server, 1000, 1);
            pair_transfer(p.server, p.client, 1000, 2);
            pair_transfer(p.client, p.server, 1000, 3);
            cr_expect_eq(liar->gcm_new.calls, before + 4, "both directions at both ends: %u",
                         liar->gcm_new.calls - before);
            cr_expect_leq(liar->alive, 4, "old keys are freed: %d", liar->alive);
        }
        pair_close(&p);
        cr_expect_eq(liar->alive, 0);
    }
}

/* ---- failing ---- */

struct outcome {
    otls_status status;
    int32_t code;
    int alert;
};

/* A record with one bit changed, to a server of that engine. */
static struct outcome spoilt(const otls_backend *engine, uint16_t version, size_t suite,
                             bool accelerate, size_t size, bool tag)
{
    const pair_case which = {engine, engine, version, "rsa-2048"};
    struct choice choice = {suite, accelerate};
    otls_error err = OTLS_ERROR_INIT;
    uint8_t data[1024] = {0}, page[1024];
    size_t count = 0, at;
    otls_status status;
    pair p;

    pair_open(&p, &which, &(pair_options){.setup = choose, .user = &choice});
    pair_connect(&p);
    pair_transfer(p.server, p.client, 10, 1);
    pair_transfer(p.client, p.server, 10, 2);
    cr_assert_eq(otls_connection_write(p.client, data, size, &count, NULL), OTLS_OK);
    at = tag ? p.wire.to_server.end - 1 : p.wire.to_server.start + 5 + 8 + 3;
    p.wire.to_server.data[at] ^= 0x10;
    memset(page, 0xa5, sizeof(page));
    status = otls_connection_read(p.server, page, sizeof(page), &count, &err);
    for (size_t i = 0; i < sizeof(page); i++)
        cr_assert_eq(page[i], 0xa5, "something came out");
    pair_close(&p);
    return (struct outcome){status, err.code, err.alert};
}

Test(acceleration, refuses_what_is_not_authentic, .timeout = 120)
{
    static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};
    static const size_t sizes[] = {1, 16, 1000};
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = accelerated(engines);

    prepare();
    for (size_t i = 0; i < count * 2 * 3 * 2 * GCM_SUITES; i++) {
        const otls_backend *engine = engines[i / 24];
        const uint16_t version = versions[i % 2];
        const size_t size = sizes[i / 2 % 3], suite = i / 12 % 2;
        const bool tag = i / 6 % 2 != 0;
        const struct outcome plain = spoilt(engine, version, suite, false, size, tag),
                             fast = spoilt(engine, version, suite, true, size, tag);

        cr_expect_eq(plain.status, OTLS_E_PROTOCOL);
        cr_expect(fast.status == plain.status && fast.code == plain.code &&
                      fast.alert == plain.alert && fast.alert == OTLS_ALERT_BAD_RECORD_MAC,
                  "%s: %s %d %d, accelerated %s %d %d", otls_backend_name(engine),
                  otls_status_name(plain.status), plain.code, plain.alert,
                  otls_status_name(fast.status), fast.code, fast.alert);
    }
    cr_expect_eq(liar->alive, 0);
}

/* What one call answers from the n-th on: the connection ends, whatever has been said before. */
static void failing(const otls_backend *engine, uint16_t version, lying_accelerator_call *call,
                    otls_status status, unsigned spared)
{
    const pair_case which = {engine, engine, version, "rsa-2048"};
    otls_error err = OTLS_ERROR_INIT;
    uint8_t data[100] = {0}, page[256];
    otls_status last = OTLS_OK;
    size_t count;
    pair p;

    reset();
    pair_open(&p, &which, &(pair_options){.setup = both});
    call->spared = spared;
    call->status = status;
    pair_handshake(&p);
    last = p.client_status < 0 ? p.client_status : p.server_status;
    for (int turn = 0; turn < 20 && last >= 0; turn++) {
        last = otls_connection_write(p.client, data, sizeof(data), &count, &err);
        if (last >= 0)
            last = otls_connection_read(p.server, page, sizeof(page), &count, &err);
    }
    cr_expect_lt(last, 0, "%s, %x: call %u of %td went unnoticed", otls_backend_name(engine),
                 version, spared, (char *)call - (char *)liar);
    cr_expect_gt(call->calls, spared);
    pair_close(&p);
    cr_expect_eq(liar->alive, 0, "%s: %d keys are left", otls_backend_name(engine), liar->alive);
}

Test(acceleration, fails_closed, .timeout = 120)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = accelerated(engines);

    prepare();
    for (size_t i = 0; i < count; i++)
        for (uint16_t version = OTLS_TLS1_2; version <= OTLS_TLS1_3; version++) {
            failing(engines[i], version, &liar->rsa_sign, OTLS_E_INTERNAL, 0);
            failing(engines[i], version, &liar->rsa_sign, OTLS_E_NOMEM, 0);
            for (unsigned spared = 0; seals(engines[i]) && spared < 4; spared++) {
                failing(engines[i], version, &liar->gcm_new, OTLS_E_NOMEM, spared);
                failing(engines[i], version, &liar->gcm_new, OTLS_E_INTERNAL, spared);
                failing(engines[i], version, &liar->gcm_seal, OTLS_E_INTERNAL, spared);
                failing(engines[i], version, &liar->gcm_open, OTLS_E_INTERNAL, spared);
                failing(engines[i], version, &liar->gcm_open, OTLS_E_VERIFY, spared);
            }
        }
}

/* A key that cannot be taken over is told when the context is sealed; one of an odd kind stays. */
Test(acceleration, tells_of_keys_at_once)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = accelerated(engines);

    prepare();
    for (size_t i = 0; i < count; i++) {
        otls_identity *identity = test_identity(engines[i], "server-rsa-2048");
        static const struct {
            otls_status answer, sealed;
        } rows[] = {{OTLS_E_NOMEM, OTLS_E_NOMEM}, {OTLS_E_INTERNAL, OTLS_E_INTERNAL},
                    {OTLS_E_UNSUPPORTED, OTLS_OK}};

        for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
            otls_error err = OTLS_ERROR_INIT;
            otls_context *context;

            reset();
            liar->rsa_new.status = rows[row].answer;
            cr_assert_eq(otls_context_new(&context, engines[i], OTLS_SERVER, &err), OTLS_OK);
            cr_assert_eq(otls_context_set_acceleration(context, LYING_ACCELERATOR, &err), OTLS_OK);
            cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK);
            cr_expect_eq(otls_context_seal(context, &err), rows[row].sealed, "%s: %s",
                         otls_backend_name(engines[i]), err.text);
            otls_context_free(context);
        }
        otls_identity_free(identity);
    }
    cr_expect_eq(liar->alive, 0);
}
