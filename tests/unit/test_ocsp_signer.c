/* SPDX-License-Identifier: MIT */
/*
 * Whose answer an OCSP response is, and which of several: responses made up here, with an engine
 * whose signatures are all good, so that nothing but the rules of RFC 6960 refuses them.
 */
#include "der_make.h"
#include "engine/engine.h"
#include "verify/verify.h"
#include "x509/ocsp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#ifdef OTLS_ONLY_BACKEND
Test(ocsp_signer, rules)
{
    cr_skip("the one engine is called directly");
}
#else

/* A form that Ed25519 signatures have: R, and S below the order (RFC 8032 5.1.7). */
#define SIGNATURE_HALF \
    "0000000000000000000000000000000000000000000000000000000000000000"
#define SIGNATURE SIGNATURE_HALF SIGNATURE_HALF
#define SIGNED "03{00 " SIGNATURE "}"

static const otls_backend *real;

static otls_status all_good(const otls_native_public_key *key,
                            const otls_signature_algorithm *algorithm, otls_slice data,
                            otls_slice signature, otls_error *err)
{
    (void)key;
    (void)algorithm;
    (void)data;
    (void)signature;
    (void)err;
    return OTLS_OK;
}

static otls_status any_key(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    static char key;

    (void)spki;
    (void)err;
    *out = (otls_native_public_key *)(void *)&key;
    return OTLS_OK;
}

static void no_free(otls_native_public_key *key)
{
    (void)key;
}

#define TEXT_SIZE 16384
#define KEY(octet)                                                                                 \
    "30{30{06{2b6570}} 03{00 " octet                                                               \
    "112233445566778899aabbccddeeff 00112233445566778899aabbccddeeff}}"
#define ISSUER "30{31{30{06{550403} 0c{'issuer'}}}}"
#define OTHER "30{31{30{06{550403} 0c{'other'}}}}"
#define RESPONDER "30{31{30{06{550403} 0c{'responder'}}}}"
#define OCSP_SIGNING "30{06{551d25} 04{30{06{2b06010505070309}}}}"
#define SERVER_AUTH "30{06{551d25} 04{30{06{2b06010505070301}}}}"
#define USAGE(bits) "30{06{551d0f} 01{ff} 04{03{" bits "}}}"
#define WEAK_KEY                                                                                   \
    "30{30{06{2a864886f70d010101} 0500} 03{00 30{02{00 c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"           \
    "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1 c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"                            \
    "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1} 02{010001}}}}"
#define RSA_SHA256 "30{06{2a864886f70d01010b} 0500}"
#define EARLIER "18{'20251231000000Z'}"
#define NOW "18{'20260101000000Z'}"
#define NEXT "a0{18{'20260108000000Z'}}"
#define GOOD "8000"
#define REVOKED "a1{" EARLIER "}"
#define CRITICAL "a1{30{30{06{2a0304} 01{ff} 04{0500}}}}"
static const int64_t now = 1767225600;

/* 9654 2.1: an OCTET STRING in the extension's own */
#define NONCE(inner) "a1{30{30{06{2b0601050507300102} 04{" inner "}}}}"
#define CRITICAL_NONCE(inner) "a1{30{30{06{2b0601050507300102} 01{ff} 04{" inner "}}}}"
#define HEX32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX128 HEX32 HEX32 HEX32 HEX32
static const uint8_t nonce_bytes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                      16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

#define SAYS(what, time) .status = (what), .when = (time)

/* One answer; the hashes' first octets may be spoilt. */
typedef struct answer {
    const char *status, *when, *serial, *extensions;
    bool other_name, other_key;
} answer;

static const cert_parts issuer_parts = {.signature = SIGNED, .subject = ISSUER, .issuer = ISSUER, .spki = KEY("01")};
/* The same name in another string type (RFC 5280 7.1): 6960 4.1.1 hashes it as it stands in the leaf. */
#define ISSUER_IN_LEAF "30{31{30{06{550403} 13{'Issuer'}}}}"
static const cert_parts leaf_parts = {.signature = SIGNED, .issuer = ISSUER_IN_LEAF};
static const cert_parts delegate_parts = {
    .signature = SIGNED, .subject = RESPONDER, .issuer = ISSUER, .spki = KEY("02"), .extensions = OCSP_SIGNING};
static const cert_parts not_appointed = {
    .signature = SIGNED, .subject = RESPONDER, .issuer = ISSUER, .spki = KEY("02"), .extensions = SERVER_AUTH};
static const cert_parts of_another = {
    .signature = SIGNED, .subject = RESPONDER, .issuer = OTHER, .spki = KEY("02"), .extensions = OCSP_SIGNING};
static const cert_parts may_not_sign = {.signature = SIGNED, .subject = RESPONDER,
                                        .issuer = ISSUER,
                                        .spki = KEY("02"),
                                        .extensions = OCSP_SIGNING USAGE("0106")};
static const cert_parts may_sign = {.signature = SIGNED, .subject = RESPONDER,
                                    .issuer = ISSUER,
                                    .spki = KEY("02"),
                                    .extensions = OCSP_SIGNING USAGE("0780")};
static const cert_parts expired = {.signature = SIGNED, .subject = RESPONDER,
                                   .issuer = ISSUER,
                                   .spki = KEY("02"),
                                   .validity = "30{17{'200101000000Z'} 17{'251231000000Z'}}",
                                   .extensions = OCSP_SIGNING};
static const cert_parts not_yet = {.signature = SIGNED, .subject = RESPONDER,
                                   .issuer = ISSUER,
                                   .spki = KEY("02"),
                                   .validity = "30{17{'260102000000Z'} 17{'300101000000Z'}}",
                                   .extensions = OCSP_SIGNING};
static const cert_parts weak = {
    .signature = SIGNED, .subject = RESPONDER, .issuer = ISSUER, .spki = WEAK_KEY, .extensions = OCSP_SIGNING};

static const struct row {
    const char *name;
    answer answers[2];
    const cert_parts *delegate; /* NULL: the issuer answers itself */
    const char *responder;      /* a Name; NULL: the issuer's or the delegate's */
    const char *extensions;     /* of the response */
    const char *algorithm;      /* its signature's; NULL: Ed25519 */
    omni_ocsp_result result;
    size_t nonce; /* so many octets of nonce_bytes were asked with */
} rows[] = {
    {"the issuer's", {{SAYS(GOOD, NOW)}}, .result = OMNI_OCSP_RESULT_GOOD},
    {"revoked", {{SAYS(REVOKED, NOW)}}, .result = OMNI_OCSP_RESULT_REVOKED},
    {"another issuer's name",
     {{SAYS(GOOD, NOW), .other_name = true}},
     .result = OMNI_OCSP_RESULT_OTHER},
    {"another issuer's key",
     {{SAYS(GOOD, NOW), .other_key = true}},
     .result = OMNI_OCSP_RESULT_OTHER},
    {"another serial", {{SAYS(GOOD, NOW), .serial = "02{0c}"}}, .result = OMNI_OCSP_RESULT_OTHER},
    {"an older one behind",
     {{SAYS(REVOKED, NOW)}, {SAYS(GOOD, EARLIER)}},
     .result = OMNI_OCSP_RESULT_REVOKED},
    {"a newer one behind",
     {{SAYS(GOOD, EARLIER)}, {SAYS(REVOKED, NOW)}},
     .result = OMNI_OCSP_RESULT_REVOKED},
    {"a newer, good one behind",
     {{SAYS(REVOKED, EARLIER)}, {SAYS(GOOD, NOW)}},
     .result = OMNI_OCSP_RESULT_GOOD},
    {"equally new, good behind",
     {{SAYS(REVOKED, NOW)}, {SAYS(GOOD, NOW)}},
     .result = OMNI_OCSP_RESULT_REVOKED},
    {"equally new, revoked behind",
     {{SAYS(GOOD, NOW)}, {SAYS(REVOKED, NOW)}},
     .result = OMNI_OCSP_RESULT_REVOKED},
    {"a critical extension",
     {{SAYS(GOOD, NOW)}},
     .extensions = CRITICAL,
     .result = OMNI_OCSP_RESULT_OTHER},
    {"a nonce nobody asked with",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("04{" HEX32 "}"),
     .result = OMNI_OCSP_RESULT_GOOD},
    {"a critical nonce nobody asked with",
     {{SAYS(GOOD, NOW)}},
     .extensions = CRITICAL_NONCE("04{" HEX32 "}"),
     .result = OMNI_OCSP_RESULT_GOOD},
    {"a long nonce nobody asked with",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("04{" HEX128 "00}"),
     .result = OMNI_OCSP_RESULT_GOOD},
    {"the nonce",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("04{" HEX32 "}"),
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_GOOD},
    {"the nonce, critical",
     {{SAYS(GOOD, NOW)}},
     .extensions = CRITICAL_NONCE("04{" HEX32 "}"),
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_GOOD},
    {"a nonce of one octet",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("04{00}"),
     .nonce = 1,
     .result = OMNI_OCSP_RESULT_GOOD},
    {"no nonce", {{SAYS(GOOD, NOW)}}, .nonce = 32, .result = OMNI_OCSP_RESULT_NO_NONCE},
    {"the nonce's beginning",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("04{000102}"),
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_OTHER_NONCE},
    {"the nonce and more",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("04{" HEX32 "}"),
     .nonce = 31,
     .result = OMNI_OCSP_RESULT_OTHER_NONCE},
    {"an empty nonce",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("0400"),
     .nonce = 1,
     .result = OMNI_OCSP_RESULT_OTHER_NONCE},
    {"a nonce that is too long",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE("04{" HEX128 "00}"),
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_OTHER_NONCE},
    {"a nonce that is no octet string",
     {{SAYS(GOOD, NOW)}},
     .extensions = NONCE(HEX32),
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_OTHER_NONCE},
    {"a nonce in an answer, where none can be",
     {{SAYS(GOOD, NOW), .extensions = NONCE("04{" HEX32 "}")}},
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_NO_NONCE},
    {"a critical nonce in an answer",
     {{SAYS(GOOD, NOW), .extensions = CRITICAL_NONCE("04{" HEX32 "}")}},
     .result = OMNI_OCSP_RESULT_OTHER},
    {"revoked, with no nonce",
     {{SAYS(REVOKED, NOW)}},
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_REVOKED},
    {"another signer's, with the nonce",
     {{SAYS(GOOD, NOW)}},
     .responder = OTHER,
     .extensions = NONCE("04{" HEX32 "}"),
     .nonce = 32,
     .result = OMNI_OCSP_RESULT_SIGNER},
    {"a critical extension of the answer",
     {{SAYS(GOOD, NOW), .extensions = CRITICAL}},
     .result = OMNI_OCSP_RESULT_OTHER},
    {"a newer one that is not understood",
     {{SAYS(GOOD, EARLIER)}, {SAYS(REVOKED, NOW), .extensions = CRITICAL}},
     .result = OMNI_OCSP_RESULT_OTHER},
    {"an older one that is not understood",
     {{SAYS(REVOKED, EARLIER), .extensions = CRITICAL}, {SAYS(GOOD, NOW)}},
     .result = OMNI_OCSP_RESULT_GOOD},
    {"another responder",
     {{SAYS(GOOD, NOW)}},
     .responder = OTHER,
     .result = OMNI_OCSP_RESULT_SIGNER},
    {"a delegate's", {{SAYS(GOOD, NOW)}}, &delegate_parts, .result = OMNI_OCSP_RESULT_GOOD},
    {"a delegate's that may sign", {{SAYS(GOOD, NOW)}}, &may_sign, .result = OMNI_OCSP_RESULT_GOOD},
    {"another delegate's",
     {{SAYS(GOOD, NOW)}},
     &delegate_parts,
     .responder = OTHER,
     .result = OMNI_OCSP_RESULT_SIGNER},
    {"not appointed", {{SAYS(GOOD, NOW)}}, &not_appointed, .result = OMNI_OCSP_RESULT_SIGNER},
    {"another issuer's delegate",
     {{SAYS(GOOD, NOW)}},
     &of_another,
     .result = OMNI_OCSP_RESULT_SIGNER},
    {"a key that may not sign",
     {{SAYS(GOOD, NOW)}},
     &may_not_sign,
     .result = OMNI_OCSP_RESULT_SIGNER},
    {"an expired delegate", {{SAYS(GOOD, NOW)}}, &expired, .result = OMNI_OCSP_RESULT_SIGNER},
    {"a delegate of tomorrow", {{SAYS(GOOD, NOW)}}, &not_yet, .result = OMNI_OCSP_RESULT_SIGNER},
    {"a weak delegate",
     {{SAYS(GOOD, NOW)}},
     &weak,
     .algorithm = RSA_SHA256,
     .result = OMNI_OCSP_RESULT_WEAK},
    {"a key that makes no such signature",
     {{SAYS(GOOD, NOW)}},
     &weak,
     .result = OMNI_OCSP_RESULT_SIGNER},
};

static void add_hex(char *text, const uint8_t *bytes, size_t size)
{
    size_t used = strlen(text);

    cr_assert(used + 2 * size < TEXT_SIZE);
    for (size_t i = 0; i < size; i++)
        (void)snprintf(text + used + 2 * i, 3, "%02x", bytes[i]);
}

static void add(char *text, const char *more)
{
    cr_assert(strlen(text) + strlen(more) < TEXT_SIZE);
    (void)strcat(text, more);
}

static void add_hash(char *text, otls_slice of, bool spoil)
{
    uint8_t digest[20];
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(OMNI_MODULE(real)->crypto->digest(OTLS_HASH_SHA1, of.data, of.size, digest, &err),
                 OTLS_OK);
    digest[19] ^= spoil;
    add(text, "04{");
    add_hex(text, digest, sizeof(digest));
    add(text, "} ");
}

static void add_answer(char *text, const answer *a, const omni_x509 *leaf,
                       const omni_x509 *issuer)
{
    /* the key's bits are the last 32 octets of the structure around it */
    const otls_slice key = {issuer->spki.data + issuer->spki.size - 32, 32};

    if (a->status == NULL)
        return;
    add(text, "30{ 30{ 30{06{2b0e03021a} 0500} ");
    add_hash(text, leaf->issuer, a->other_name);
    add_hash(text, key, a->other_key);
    add(text, a->serial != NULL ? a->serial : "02{0b}");
    add(text, " } ");
    add(text, a->status);
    add(text, " ");
    add(text, a->when);
    add(text, NEXT " ");
    add(text, a->extensions != NULL ? a->extensions : "");
    add(text, " } ");
}

static size_t make_response(const struct row *r, const omni_x509 *leaf,
                            const omni_x509 *issuer, uint8_t *out,
                            size_t capacity)
{
    static char text[TEXT_SIZE];
    uint8_t der[2048];

    text[0] = '\0';
    add(text, "30{ 0a{00} a0{ 30{ 06{2b0601050507300101} 04{ 30{ 30{ a1{");
    add(text, r->responder != NULL ? r->responder : r->delegate != NULL ? RESPONDER : ISSUER);
    add(text, "} " NOW " 30{ ");
    add_answer(text, &r->answers[0], leaf, issuer);
    add_answer(text, &r->answers[1], leaf, issuer);
    add(text, "} ");
    add(text, r->extensions != NULL ? r->extensions : "");
    add(text, " } ");
    add(text, r->algorithm != NULL ? r->algorithm : "30{06{2b6570}}");
    add(text, " " SIGNED " ");
    if (r->delegate != NULL) {
        add(text, "a0{30{");
        add_hex(text, der, cert_make(r->delegate, der, sizeof(der)));
        add(text, "}}");
    }
    add(text, "} } } } }");
    return der_make(text, out, capacity);
}

Test(ocsp_signer, rules)
{
    static uint8_t issuer_der[2048], leaf_der[2048], response[8192];
    otls_crypto_ops crypto;
    otls_backend_module module;
    omni_x509 issuer, leaf;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_backend_find(&real, NULL, &err), OTLS_OK, "%s", err.text);
    crypto = *OMNI_MODULE(real)->crypto;
    crypto.verify = all_good;
    crypto.public_key_import = any_key;
    crypto.public_key_free = no_free;
    module = *OMNI_MODULE(real);
    module.crypto = &crypto;
    const otls_backend fake = {.module = &module};

    cr_assert_eq(
        omni_x509_parse(&issuer,
                        (otls_slice){issuer_der, cert_make(&issuer_parts, issuer_der, 2048)}, &err),
        OTLS_OK, "%s", err.text);
    cr_assert_eq(omni_x509_parse(
                     &leaf, (otls_slice){leaf_der, cert_make(&leaf_parts, leaf_der, 2048)}, &err),
                 OTLS_OK, "%s", err.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const omni_ocsp_question question = {
            .response = {response, make_response(&rows[i], &leaf, &issuer, response, sizeof(response))},
            .cert = &leaf,
            .issuer = &issuer,
            .backend = &fake,
            .time = now,
            .security_level = 2,
            .nonce = {rows[i].nonce != 0 ? nonce_bytes : NULL, rows[i].nonce},
        };
        omni_ocsp_result result;

        cr_assert_eq(omni_ocsp_check(&question, &result, &err), OTLS_OK, "%s: %s", rows[i].name,
                     err.text);
        cr_expect_eq(result, rows[i].result, "%s: %d, not %d", rows[i].name, (int)result,
                     (int)rows[i].result);
    }
}
#endif
