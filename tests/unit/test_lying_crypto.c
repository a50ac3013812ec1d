/* SPDX-License-Identifier: MIT */
/*
 * What verification asks an engine (a digest, a key, a signature), answered by one that lies in every
 * word: any status, any text, any output. Nothing but "good" makes an acceptance, nothing of what it says
 * is repeated, and what it has no right to answer is a defect of the engine and no verdict.
 */
#include "base/alloc.h"
#include "base/files.h"
#include "engine/engine.h"
#include "trust/trust.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef OTLS_ONLY_BACKEND
Test(lying_crypto, every_word)
{
    cr_skip("the one engine is called directly");
}
#else

#define PKI(file) OTLS_TEST_PKI "/" file
#define WORD "WORD-OF-THE-ENGINE"

enum { SENT = 2, PIN = 32 };

typedef enum slot { DIGEST, KEY, SIGNATURE, SLOTS } slot;
/* The output beside the status: true, none, or something else. */
typedef enum output { TRUE_OUTPUT, NO_OUTPUT, OTHER_OUTPUT, OUTPUTS } output;

static const otls_status statuses[] = {
    0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15, -16, -17,
    1, 2,  3,  4,  5,  255, 256, -256, 65536, -65536, 12345, -12345, INT_MAX, INT_MIN};

/* The lie: which call of which slot, and what about it. */
static struct {
    slot slot;
    unsigned call, calls[SLOTS];
    otls_status says;
    output output;
} lie;
static const otls_crypto_ops *truth;
static char nobody; /* a key that is none */

static bool lies(slot which)
{
    return ++lie.calls[which] == lie.call && which == lie.slot;
}

/* Every field, and texts without an end. */
static otls_status say(otls_error *err)
{
    cr_assert_not_null(err);
    err->status = OTLS_E_ALERT;
    err->code = OTLS_CODE_WRONG_PASSWORD;
    err->verify_flags = 0;
    err->alert = 0;
    for (size_t i = 0; i < sizeof(err->text); i++)
        err->text[i] = WORD[i % (sizeof(WORD) - 1)];
    for (size_t i = 0; i < sizeof(err->native_text); i++)
        err->native_text[i] = WORD[i % (sizeof(WORD) - 1)];
    return lie.says;
}

static otls_status digest(otls_hash hash, const void *data, size_t size, uint8_t *out, otls_error *err)
{
    if (!lies(DIGEST))
        return truth->digest(hash, data, size, out, err);
    if (lie.output == TRUE_OUTPUT)
        (void)truth->digest(hash, data, size, out, err);
    if (lie.output == OTHER_OUTPUT)
        memset(out, 0xa5, omni_hash_size((unsigned)hash));
    return say(err);
}

static otls_status import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    if (!lies(KEY))
        return truth->public_key_import(out, spki, err);
    *out = lie.output == NO_OUTPUT ? NULL : (otls_native_public_key *)(void *)&nobody;
    return say(err);
}

static void free_key(otls_native_public_key *key)
{
    cr_assert_neq((void *)key, (void *)&nobody, "a key that is none is given back");
    truth->public_key_free(key);
}

static otls_status verify(const otls_native_public_key *key,
                          const otls_signature_algorithm *algorithm, otls_slice data,
                          otls_slice signature, otls_error *err)
{
    cr_assert_not_null(key);
    cr_assert_neq((const void *)key, (const void *)&nobody, "a key that is none is used");
    if (!lies(SIGNATURE))
        return truth->verify(key, algorithm, data, signature, err);
    return say(err);
}

/* ---- what is verified ----------------------------------------------------------------------- */

typedef struct scene {
    const char *what, *response;
    unsigned options;
    bool pinned, forged;
} scene;

static const scene scenes[] = {
    {"a chain", NULL, 0, false, false},
    {"a pinned chain", NULL, 0, true, false},
    {"a chain and a list", NULL, OTLS_VERIFY_OPTION_CRL_LEAF, false, false},
    {"a chain and a response", "server-ecdsa-p256", 0, false, false},
    {"a chain and a responder", "delegate", 0, false, false},
    {"a chain and a responder's key", "keyid", 0, false, false},
    {"a forged chain", NULL, 0, false, true},
};

static const otls_certificate *chain[SENT];
static otls_certificate *forged;
static uint8_t pin[PIN];
static otls_backend liar;

static otls_certificate *read_certificate(const char *path)
{
    otls_certificate *cert = NULL;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_certificate_from_file(&cert, path, &err), OTLS_OK, "%s", err.text);
    return cert;
}

static void begin(void)
{
    static otls_crypto_ops table;
    static otls_backend_module module;
    const otls_backend *real = NULL;
    otls_error err = OTLS_ERROR_INIT;
    size_t size;
    const uint8_t *der;
    uint8_t *copy;

    cr_assert_eq(otls_backend_find(&real, NULL, &err), OTLS_OK, "%s", err.text);
    truth = OMNI_MODULE(real)->crypto;
    table = *truth;
    table.digest = digest;
    table.public_key_import = import;
    table.public_key_free = free_key;
    table.verify = verify;
    module = *OMNI_MODULE(real);
    module.crypto = &table;
    liar = *real;
    liar.module = &module;
    chain[0] = read_certificate(PKI("server-ecdsa-p256.pem"));
    chain[1] = read_certificate(PKI("int.pem"));
    der = otls_certificate_der(chain[0], &size);
    copy = omni_memdup(der, size);
    copy[size - 1] ^= 1; /* the signature's last bit */
    cr_assert_eq(otls_certificate_from_der(&forged, copy, size, &err), OTLS_OK, "%s", err.text);
    omni_free(copy);
    cr_assert_eq(omni_digest(real, OTLS_HASH_SHA256, chain[0]->x509.spki, pin, &err), OTLS_OK);
}

static void end(void)
{
    for (size_t i = 0; i < SENT; i++)
        otls_certificate_free(chain[i]);
    otls_certificate_free(forged);
}

static otls_trust *fresh_trust(void)
{
    otls_trust *trust = NULL;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, PKI("root.pem"), &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_trust_add_crl_file(trust, PKI("int.crl"), &err), OTLS_OK, "%s", err.text);
    return trust;
}

static otls_status ask(const scene *s, otls_verdict **verdict, otls_error *err)
{
    const otls_certificate *sent[SENT] = {s->forged ? forged : chain[0], chain[1]};
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_trust *trust = fresh_trust();
    unsigned char *response = NULL;
    otls_status status;
    char path[512];

    parameters.backend = &liar;
    parameters.time = (int64_t)time(NULL);
    parameters.options = s->options;
    parameters.pins = s->pinned ? pin : NULL;
    parameters.pin_count = s->pinned ? 1 : 0;
    if (s->response != NULL) {
        (void)snprintf(path, sizeof(path), "%s/ocsp/%s.der", OTLS_TEST_PKI, s->response);
        cr_assert_eq(omni_file_read(path, &response, &parameters.ocsp_response_size, err), OTLS_OK,
                     "%s", path);
        parameters.ocsp_response = response;
    }
    memset(lie.calls, 0, sizeof(lie.calls));
    status = otls_trust_verify(trust, sent, SENT, &parameters, verdict, err);
    omni_free(response);
    otls_trust_free(trust);
    return status;
}

/* ---- what must come of it ------------------------------------------------------------------- */

/* OTLS_OK: a verdict. */
static otls_status expected(void)
{
    switch (lie.says) {
    case OTLS_OK:
        return lie.slot == KEY ? OTLS_E_INTERNAL : OTLS_OK;
    case OTLS_E_NOMEM:
    case OTLS_E_BACKEND:
        return lie.says;
    case OTLS_E_UNSUPPORTED:
        return lie.slot == DIGEST ? lie.says : OTLS_OK;
    case OTLS_E_CREDENTIAL:
        return lie.slot == KEY ? OTLS_OK : OTLS_E_INTERNAL;
    case OTLS_E_VERIFY:
        return lie.slot == SIGNATURE ? OTLS_OK : OTLS_E_INTERNAL;
    default:
        return OTLS_E_INTERNAL;
    }
}

static void expect_silent(const char *text)
{
    cr_expect_null(strstr(text, WORD), "the engine's words: %s", text);
}

static void expect_refused(const scene *s)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;
    const otls_status status = ask(s, &verdict, &err);
    uint32_t flags;

    cr_expect_eq(status, expected(), "%s: slot %d, call %u, says %d: %d", s->what, lie.slot, lie.call,
                 lie.says, status);
    expect_silent(err.text);
    cr_assert_eq(status == OTLS_OK, verdict != NULL);
    if (verdict == NULL)
        return;
    flags = otls_verdict_flags(verdict);
    cr_expect_neq(flags, 0, "%s: slot %d, call %u, says %d: accepted", s->what, lie.slot, lie.call,
                  lie.says);
    if (s->response == NULL && s->options == 0 && lie.slot != DIGEST && !s->forged)
        cr_expect_eq(flags, lie.says == OTLS_E_UNSUPPORTED ? OTLS_VERIFY_UNSUPPORTED
                                                           : OTLS_VERIFY_BAD_SIGNATURE);
    expect_silent(otls_verdict_text(verdict));
    expect_silent(otls_verdict_rule(verdict));
    expect_silent(otls_verdict_advice(verdict));
    otls_verdict_free(verdict);
}

/* What is no lie, or is "good" itself. */
static bool nothing_to_see(void)
{
    if (lie.says != OTLS_OK)
        return lie.slot == SIGNATURE && lie.output != TRUE_OUTPUT; /* it has no output */
    return lie.slot == SIGNATURE || (lie.slot == DIGEST && lie.output == TRUE_OUTPUT) ||
           (lie.slot == KEY && lie.output != NO_OUTPUT);
}

static void every_lie(const scene *s, slot which, unsigned call)
{
    lie.slot = which;
    lie.call = call;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        for (unsigned o = 0; o < OUTPUTS; o++) {
            lie.says = statuses[i];
            lie.output = (output)o;
            if (!nothing_to_see())
                expect_refused(s);
        }
}

static void truthful(const scene *s, unsigned calls[SLOTS])
{
    otls_error err = OTLS_ERROR_INIT;
    otls_verdict *verdict = NULL;

    lie.call = 0;
    cr_assert_eq(ask(s, &verdict, &err), OTLS_OK, "%s: %s", s->what, err.text);
    cr_assert_eq(otls_verdict_flags(verdict) == 0, !s->forged, "%s: %s", s->what,
                 otls_verdict_text(verdict));
    memcpy(calls, lie.calls, sizeof(lie.calls));
    otls_verdict_free(verdict);
}

Test(lying_crypto, every_word, .init = begin, .fini = end)
{
    unsigned total[SLOTS] = {0};

    for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
        unsigned calls[SLOTS];

        truthful(&scenes[i], calls);
        for (unsigned which = 0; which < SLOTS; which++)
            for (unsigned call = 1; call <= calls[which]; call++, total[which]++)
                every_lie(&scenes[i], (slot)which, call);
    }
    printf("%u calls, %zu answers to each\n", total[DIGEST] + total[KEY] + total[SIGNATURE],
           OUTPUTS * sizeof(statuses) / sizeof(statuses[0]));
    cr_expect_geq(total[DIGEST], 5);
    cr_expect_geq(total[KEY], 14);
    cr_expect_geq(total[SIGNATURE], 14);
}

/* "Good", and nothing written: what stood there before is not taken for the digest. */
Test(lying_crypto, no_digest, .init = begin, .fini = end)
{
    static const uint8_t nothing[PIN];
    uint8_t out[64];

    memcpy(out, pin, PIN);
    lie.slot = DIGEST;
    lie.call = 1;
    lie.says = OTLS_OK;
    lie.output = NO_OUTPUT;
    lie.calls[DIGEST] = 0;
    cr_assert_eq(omni_digest(&liar, OTLS_HASH_SHA256, chain[0]->x509.spki, out, NULL), OTLS_OK);
    cr_expect_arr_eq(out, nothing, PIN);
}
#endif
