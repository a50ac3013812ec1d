/* SPDX-License-Identifier: MIT */
/* OCSP responses: what is read from them, and what is made of them, with every engine's crypto. */
#include "verify/verify.h"
#include "x509/ocsp.h"

#include "base/alloc.h"
#include "engine/engine.h"
#include "base/files.h"

#include <criterion/criterion.h>
#include <omnitls/engine.h>
#include <string.h>

#define DAY ((int64_t)24 * 3600)

typedef struct file {
    unsigned char *data;
    size_t size;
} file;

static file read_file(const char *name)
{
    char path[512];
    otls_error err = OTLS_ERROR_INIT;
    file f;

    (void)snprintf(path, sizeof(path), "%s/%s", OTLS_TEST_PKI, name);
    cr_assert_eq(omni_file_read(path, &f.data, &f.size, &err), OTLS_OK, "%s", err.text);
    return f;
}

static otls_slice slice_of(file f)
{
    return (otls_slice){f.data, f.size};
}

static otls_certificate *certificate(const char *name)
{
    char path[512];
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *cert;

    (void)snprintf(path, sizeof(path), "%s/%s.pem", OTLS_TEST_PKI, name);
    cr_assert_eq(otls_certificate_from_file(&cert, path, &err), OTLS_OK, "%s", err.text);
    return cert;
}

/* When a response was made: its own thisUpdate, so that the tests do not age. */
static int64_t made_at(otls_slice der)
{
    omni_ocsp response;
    omni_ocsp_single single;
    omni_der list;

    cr_assert_eq(omni_ocsp_parse(&response, der, NULL), OTLS_OK);
    if (response.response_status != OMNI_OCSP_SUCCESSFUL)
        return 1800000000;
    list = omni_der_of(response.singles);
    cr_assert(omni_ocsp_single_next(&list, &single));
    return single.this_update;
}

/* ---- reading ------------------------------------------------------------------------------- */

Test(ocsp, fields)
{
    file f = read_file("ocsp/both.der");
    otls_certificate *second = certificate("server-ecdsa-p256"), *issuer = certificate("int");
    omni_ocsp response;
    omni_ocsp_single single;
    omni_der list;

    cr_assert_eq(omni_ocsp_parse(&response, slice_of(f), NULL), OTLS_OK);
    cr_expect_eq(response.response_status, OMNI_OCSP_SUCCESSFUL);
    cr_expect(omni_dn_equal(response.by_name, issuer->x509.subject));
    cr_expect_null(response.by_key.data);
    cr_expect_eq(response.signature_algorithm.kind, OTLS_SIG_ECDSA);
    cr_expect_eq(response.signature_algorithm.hash, OTLS_SIG_HASH_SHA256);
    cr_expect_not(response.unusable);
    list = omni_der_of(response.singles);
    cr_assert(omni_ocsp_single_next(&list, &single));
    cr_assert(omni_ocsp_single_next(&list, &single));
    cr_expect(omni_slice_equal(single.serial, second->x509.serial));
    cr_expect_eq(single.hash, OTLS_HASH_SHA1);
    cr_expect_eq(single.status, OMNI_OCSP_GOOD);
    cr_expect_eq(single.next_update - single.this_update, 7000 * DAY);
    cr_expect_leq(response.produced_at - single.this_update, 5);
    cr_expect(omni_der_at_end(&list));
    cr_expect_not(omni_ocsp_single_next(&list, &single));
    otls_certificate_free(second);
    otls_certificate_free(issuer);
    omni_free(f.data);
}

Test(ocsp, fields_by_key)
{
    file f = read_file("ocsp/keyid.der");
    omni_ocsp response;

    cr_assert_eq(omni_ocsp_parse(&response, slice_of(f), NULL), OTLS_OK);
    cr_expect_null(response.by_name.data);
    cr_expect_eq(response.by_key.size, 20);
    omni_free(f.data);
}

/* Every cut is refused, and so is a byte too many. */
Test(ocsp, cuts)
{
    file f = read_file("ocsp/delegate.der");
    uint8_t *more = omni_malloc(f.size + 1);
    otls_error err = OTLS_ERROR_INIT;
    omni_ocsp response;

    for (size_t size = 0; size < f.size; size++) {
        cr_expect_eq(omni_ocsp_parse(&response, (otls_slice){f.data, size}, &err),
                     OTLS_E_CREDENTIAL);
        cr_expect_eq(err.code, OTLS_CODE_BAD_DER);
    }
    memcpy(more, f.data, f.size);
    more[f.size] = 0;
    cr_expect_neq(omni_ocsp_parse(&response, (otls_slice){more, f.size + 1}, NULL), OTLS_OK);
    omni_free(more);
    omni_free(f.data);
}

typedef struct small {
    const char *what;
    const char *bytes;
    size_t size;
    bool ok;
} small;

#define SMALL(what, bytes, ok)                                                                     \
    {                                                                                              \
        what, bytes, sizeof(bytes) - 1, ok                                                         \
    }

static const small smalls[] = {
    SMALL("an error", "\x30\x03\x0a\x01\x03", true),
    SMALL("unauthorized", "\x30\x03\x0a\x01\x06", true),
    SMALL("no such status", "\x30\x03\x0a\x01\x07", false),
    SMALL("a negative status", "\x30\x03\x0a\x01\x83", false),
    SMALL("success without bytes", "\x30\x03\x0a\x01\x00", false),
    SMALL("an error with bytes", "\x30\x07\x0a\x01\x03\xa0\x02\x30\x00", false),
    SMALL("an integer", "\x30\x03\x02\x01\x03", false),
    SMALL("nothing", "", false),
    SMALL("an empty sequence", "\x30\x00", false),
    SMALL("a long status", "\x30\x04\x0a\x02\x00\x03", false),
    SMALL("an indefinite length", "\x30\x80\x0a\x01\x03\x00\x00", false),
    SMALL("another type of response",
          "\x30\x13\x0a\x01\x00\xa0\x0e\x30\x0c\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x04\x00",
          false),
};

Test(ocsp, small)
{
    for (size_t i = 0; i < sizeof(smalls) / sizeof(smalls[0]); i++) {
        const otls_slice der = {(const uint8_t *)smalls[i].bytes, smalls[i].size};
        omni_ocsp response;

        cr_expect_eq(omni_ocsp_parse(&response, der, NULL) == OTLS_OK, smalls[i].ok, "%s",
                     smalls[i].what);
    }
}

Test(ocsp, too_large)
{
    uint8_t *big = omni_calloc(1, OMNI_OCSP_SIZE_MAX + 1);
    otls_error err = OTLS_ERROR_INIT;
    omni_ocsp response;

    cr_expect_eq(omni_ocsp_parse(&response, (otls_slice){big, OMNI_OCSP_SIZE_MAX + 1}, &err),
                 OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);
    omni_free(big);
}

/* ---- judging ------------------------------------------------------------------------------- */

typedef struct row {
    const char *file;
    const char *cert;   /* NULL = server-ecdsa-p256 */
    const char *issuer; /* NULL = int */
    int64_t offset;     /* of the clock, from when the response was made */
    int level;
    omni_ocsp_result expected;
} row;

static const row rows[] = {
    {"server-ecdsa-p256", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"server-rsa-2048", "server-rsa-2048", NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"both", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"both", "server-rsa-2048", NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"sha256", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"keyid", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"delegate", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"server-revoked", "server-revoked", NULL, 0, -1, OMNI_OCSP_RESULT_REVOKED},
    {"server-unknown", "server-unknown", NULL, 0, -1, OMNI_OCSP_RESULT_UNKNOWN},
    {"trylater", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_FAILED},
    {"server-rsa-2048", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_OTHER},
    {"both", "server-revoked", NULL, 0, -1, OMNI_OCSP_RESULT_OTHER},
    /* the right serial number of the wrong issuer */
    {"server-ecdsa-p256", NULL, "root", 0, -1, OMNI_OCSP_RESULT_OTHER},
    {"delegate-nocert", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_SIGNER},
    {"delegate-noeku", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_SIGNER},
    {"delegate-other", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_SIGNER},
    {"delegate-expired", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_SIGNER},
    {"sha1", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_WEAK},
    {"sha1", NULL, NULL, 0, 0, OMNI_OCSP_RESULT_GOOD},
    {"server-ecdsa-p256", NULL, NULL, 0, 4, OMNI_OCSP_RESULT_WEAK},
    {"short", NULL, NULL, 0, -1, OMNI_OCSP_RESULT_GOOD},
    {"short", NULL, NULL, -OMNI_OCSP_SKEW, -1, OMNI_OCSP_RESULT_GOOD},
    {"short", NULL, NULL, -OMNI_OCSP_SKEW - 1, -1, OMNI_OCSP_RESULT_EARLY},
    {"short", NULL, NULL, DAY + OMNI_OCSP_SKEW, -1, OMNI_OCSP_RESULT_GOOD},
    {"short", NULL, NULL, DAY + OMNI_OCSP_SKEW + 1, -1, OMNI_OCSP_RESULT_LATE},
    {"nonext", NULL, NULL, OMNI_OCSP_AGE_MAX, -1, OMNI_OCSP_RESULT_GOOD},
    {"nonext", NULL, NULL, OMNI_OCSP_AGE_MAX + OMNI_OCSP_SKEW + 1, -1, OMNI_OCSP_RESULT_LATE},
};

static omni_ocsp_result judge(const row *r, const otls_backend *backend, otls_slice response)
{
    otls_certificate *cert = certificate(r->cert != NULL ? r->cert : "server-ecdsa-p256");
    otls_certificate *issuer = certificate(r->issuer != NULL ? r->issuer : "int");
    const omni_ocsp_question question = {
        .response = response,
        .cert = &cert->x509,
        .issuer = &issuer->x509,
        .backend = backend,
        .time = made_at(response) + r->offset,
        .security_level = r->level,
    };
    omni_ocsp_result result = OMNI_OCSP_RESULT_GOOD;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(omni_ocsp_check(&question, &result, &err), OTLS_OK, "%s", err.text);
    otls_certificate_free(cert);
    otls_certificate_free(issuer);
    return result;
}

static size_t engines(const otls_backend *out[8])
{
    const size_t count = otls_backend_list(out, 8);

    cr_assert(count != 0, "no engine could be loaded");
    return count;
}

Test(ocsp, judged)
{
    const otls_backend *list[8];
    const size_t count = engines(list);

    for (size_t e = 0; e < count && e < 8; e++)
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            char name[64];
            omni_ocsp_result result;
            file f;

            (void)snprintf(name, sizeof(name), "ocsp/%s.der", rows[i].file);
            f = read_file(name);
            result = judge(&rows[i], list[e], slice_of(f));
            cr_expect_eq(result, rows[i].expected, "%s: row %zu (%s): %d, not %d",
                         otls_backend_name(list[e]), i, rows[i].file, (int)result,
                         (int)rows[i].expected);
            omni_free(f.data);
        }
}

/* A response with any bit of it turned is never good, but for what nobody signs: the certificates
 * that came along, which are not needed here. */
Test(ocsp, tampered)
{
    const otls_backend *list[8];
    file f = read_file("ocsp/server-ecdsa-p256.der");
    otls_certificate *cert = certificate("server-ecdsa-p256"), *issuer = certificate("int");
    const int64_t now = made_at(slice_of(f));

    (void)engines(list);
    for (size_t i = 0; i < f.size * 8; i += 3) {
        omni_ocsp_result result = OMNI_OCSP_RESULT_GOOD;
        const omni_ocsp_question question = {
            .response = slice_of(f),
            .cert = &cert->x509,
            .issuer = &issuer->x509,
            .backend = list[0],
            .time = now,
            .security_level = -1,
        };

        f.data[i / 8] ^= (unsigned char)(1u << (i % 8));
        cr_assert_eq(omni_ocsp_check(&question, &result, NULL), OTLS_OK);
        cr_expect_neq(result, OMNI_OCSP_RESULT_GOOD, "bit %zu", i);
        f.data[i / 8] ^= (unsigned char)(1u << (i % 8));
    }
    otls_certificate_free(cert);
    otls_certificate_free(issuer);
    omni_free(f.data);
}
