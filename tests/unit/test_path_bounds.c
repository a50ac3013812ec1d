/* SPDX-License-Identifier: MIT */
/* What a hostile chain can cost is bounded, and who hits a bound is refused, for that reason. */
#include "base/alloc.h"
#include "base/files.h"
#include "der_make.h"
#include "verify/path.h"
#include "x509/x509.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define PKI(file) OTLS_TEST_PKI "/" file
#define ISSUER "30{31{30{06{550403} 0c{'issuer'}}}}"
#define CA_TRUE "30{06{551d13} 01{ff} 04{30{01{ff}}}}"

/* Of the form that Ed25519 has: S is zero. */
#define ZEROS "00000000000000000000000000000000"
#define SIGNATURE "03{00" ZEROS ZEROS ZEROS ZEROS "}"

static const int64_t good_time = 1767225600; /* 2026-01-01 */

static otls_certificate *decode(const cert_parts *parts)
{
    uint8_t der[2048];
    const size_t size = cert_make(parts, der, sizeof(der));
    otls_certificate *cert = NULL;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_certificate_from_der(&cert, der, size, &err), OTLS_OK, "%s", err.text);
    return cert;
}

/* An authority of the one name, with a key of its own. */
static otls_certificate *authority(unsigned which)
{
    char spki[160];
    const cert_parts parts = {
        .issuer = ISSUER, .subject = ISSUER, .spki = spki, .extensions = CA_TRUE};

    (void)snprintf(spki, sizeof(spki),
                   "30{30{06{2b6570}} 03{00 %04x2233445566778899aabbccddeeff"
                   " 00112233445566778899aabbccddeeff}}",
                   which);
    return decode(&parts);
}

/* The verdict on a leaf that any of `count` anchors could have signed, and none did. */
static uint32_t flags_among(unsigned count, const char *algorithm, const char *signature)
{
    const cert_parts parts = {.issuer = ISSUER, .algorithm = algorithm, .signature = signature};
    otls_certificate *leaf = decode(&parts);
    const otls_certificate *sent = leaf;
    omni_verify_request request = {
        .chain = &sent, .chain_count = 1, .max_depth = -1, .security_level = -1, .time = good_time};
    otls_trust *trust = NULL;
    otls_verdict verdict;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    for (unsigned i = 0; i < count; i++) {
        otls_certificate *anchor = authority(i);

        cr_assert_eq(otls_trust_add_certificate(trust, anchor, NULL), OTLS_OK);
        otls_certificate_free(anchor);
    }
    cr_assert_eq(otls_trust_count(trust), count);
    request.trust = trust;
    cr_assert_eq(otls_backend_find(&request.backend, NULL, NULL), OTLS_OK);
    cr_assert_eq(omni_verify_chain(&request, &verdict, NULL), OTLS_OK);
    cr_expect_leq(verdict.signatures, OMNI_PATH_SIGNATURE_MAX, "%u anchors", count);
    cr_expect_leq(verdict.expansions, OMNI_PATH_EXPANSION_MAX, "%u anchors", count);
    omni_verdict_clear(&verdict);
    otls_certificate_free(leaf);
    otls_trust_free(trust);
    return verdict.flags;
}

Test(path_bounds, signatures)
{
    cr_expect_neq(flags_among(4, NULL, SIGNATURE), 0);
    cr_expect_eq(flags_among(4, NULL, SIGNATURE) & OTLS_VERIFY_LIMIT, 0);
    cr_expect_eq(flags_among(OMNI_PATH_SIGNATURE_MAX, NULL, SIGNATURE) & OTLS_VERIFY_LIMIT, 0);
    cr_expect_neq(flags_among(OMNI_PATH_SIGNATURE_MAX + 1, NULL, SIGNATURE) & OTLS_VERIFY_LIMIT, 0);
}

/* What core sees to be none is no work for an engine; each step is remembered all the same. */
Test(path_bounds, malformed_signatures)
{
    cr_expect_eq(flags_among(100, NULL, NULL), OTLS_VERIFY_BAD_SIGNATURE);
    cr_expect_eq(flags_among(OMNI_PATH_CANDIDATE_MAX, NULL, NULL), OTLS_VERIFY_BAD_SIGNATURE);
    cr_expect_neq(flags_among(OMNI_PATH_CANDIDATE_MAX + 40, NULL, NULL) & OTLS_VERIFY_LIMIT, 0);
}

/* ---- ten RSA-4096 -----------------------------------------------------------------------------
 */

enum { OCTETS = 512, CHAIN = OTLS_CHAIN_CERTIFICATES, ANCHORS = 4 };

/* Of the one name, with an RSA key of 4,096 bits and a signature of such a key that is nobody's. */
static otls_certificate *large(unsigned which)
{
    static char number[2 * OCTETS + 1], spki[2 * OCTETS + 128], signature[2 * OCTETS + 16];
    const cert_parts parts = {.issuer = ISSUER,
                              .subject = ISSUER,
                              .spki = spki,
                              .extensions = CA_TRUE,
                              .algorithm = "30{06{2a864886f70d01010b}0500}",
                              .outer = "30{06{2a864886f70d01010b}0500}",
                              .signature = signature};

    for (unsigned i = 0; i < OCTETS; i++)
        (void)snprintf(number + 2 * (size_t)i, 3, "%02x",
                       0xc1u ^ (i == 7   ? which
                                : i == 0 ? 0
                                         : i & 0x3eu));
    (void)snprintf(spki, sizeof(spki),
                   "30{30{06{2a864886f70d010101}0500} 03{00 30{02{00%s} 02{010001}}}}", number);
    (void)snprintf(signature, sizeof(signature), "03{00 %s}", number);
    signature[6] = '7'; /* below every modulus */
    return decode(&parts);
}

static void expect_ten(otls_trust *trust, const otls_certificate *const *chain, size_t count,
                       const otls_backend *backend)
{
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_verify_work work = {.size = sizeof(work)};
    otls_verdict *verdict = NULL;
    const size_t issuers = count - 1 + ANCHORS;

    parameters.backend = backend;
    parameters.time = good_time;
    cr_assert_eq(otls_trust_verify(trust, chain, count, &parameters, &verdict, NULL), OTLS_OK);
    otls_verdict_work(verdict, &work);
    cr_expect_eq(work.signatures_max, 10);
    cr_expect_eq(work.signatures, issuers > 10 ? 10 : issuers, "%s: %u of %zu",
                 otls_backend_name(backend), (unsigned)work.signatures, issuers);
    cr_expect_eq((otls_verdict_flags(verdict) & OTLS_VERIFY_LIMIT) != 0, issuers > 10);
    otls_verdict_free(verdict);
}

/* Whatever is presented within the default limits, each of them the possible issuer of each, and
 * anchors of the same name besides: counted, not timed. */
Test(path_bounds, ten_rsa_4096)
{
    const otls_certificate *chain[CHAIN];
    const otls_backend *engines[8];
    const size_t engine_count = otls_backend_list(engines, 8);
    otls_trust *trust = NULL;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    for (unsigned i = 0; i < CHAIN + ANCHORS; i++) {
        otls_certificate *made = large(i);

        cr_assert_eq(otls_certificate_key_bits(made), 4096);
        if (i < CHAIN) {
            chain[i] = made;
            continue;
        }
        cr_assert_eq(otls_trust_add_certificate(trust, made, NULL), OTLS_OK);
        otls_certificate_free(made);
    }
    for (size_t i = 0; i < engine_count && i < 8; i++)
        for (size_t count = 1; count <= CHAIN; count++)
            expect_ten(trust, chain, count, engines[i]);
    for (size_t i = 0; i < CHAIN; i++)
        otls_certificate_free(chain[i]);
    otls_trust_free(trust);
}

/* ---- how many may be presented ---------------------------------------------------------------- */

typedef struct presented_row {
    size_t count;
    uint32_t most;
    int verifier;
    const char *limit; /* what the refusal says; NULL = it is not for the number */
} presented_row;

static const presented_row presented_rows[] = {
    {9, 0, OTLS_VERIFIER_UNIFORM, NULL},
    {10, 0, OTLS_VERIFIER_UNIFORM, "9 certificates or 16384 bytes"},
    {10, 10, OTLS_VERIFIER_UNIFORM, NULL},
    {33, 40, OTLS_VERIFIER_UNIFORM, NULL},
    {41, 40, OTLS_VERIFIER_UNIFORM, "40 certificates"},
    {100, OTLS_CHAIN_CERTIFICATES_MAX, OTLS_VERIFIER_UNIFORM, NULL},
    {101, OTLS_CHAIN_CERTIFICATES_MAX, OTLS_VERIFIER_UNIFORM, "100 certificates"},
    {32, OTLS_CHAIN_CERTIFICATES_MAX, OTLS_VERIFIER_ENGINE, NULL},
    {33, OTLS_CHAIN_CERTIFICATES_MAX, OTLS_VERIFIER_ENGINE, "32 certificates"},
};

static void expect_presented(const presented_row *row, otls_trust *trust, otls_certificate *each,
                             const otls_backend *backend)
{
    const otls_certificate *chain[OTLS_CHAIN_CERTIFICATES_MAX + 1];
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    otls_verdict *verdict = NULL;
    otls_error err = OTLS_ERROR_INIT;

    for (size_t i = 0; i < row->count; i++)
        chain[i] = each;
    parameters.backend = backend;
    parameters.time = good_time;
    parameters.max_certificates = row->most;
    parameters.max_bytes = row->most != 0 ? OTLS_CHAIN_BYTES_MAX : 0;
    parameters.verifier = row->verifier;
    cr_assert_eq(otls_trust_verify(trust, chain, row->count, &parameters, &verdict, &err), OTLS_OK,
                 "%s", err.text);
    cr_expect_neq(otls_verdict_flags(verdict), 0);
    cr_expect_eq(otls_verdict_flags(verdict) == OTLS_VERIFY_LIMIT, row->limit != NULL,
                 "%s: %zu of %u: %s", otls_backend_name(backend), row->count, (unsigned)row->most,
                 otls_verdict_text(verdict));
    if (row->limit != NULL)
        cr_expect_not_null(strstr(otls_verdict_text(verdict), row->limit), "%s",
                           otls_verdict_text(verdict));
    otls_verdict_free(verdict);
}

Test(path_bounds, presented)
{
    const otls_backend *engines[8];
    const size_t engine_count = otls_backend_list(engines, 8);
    otls_certificate *each = authority(1);
    otls_trust *trust = NULL;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    for (size_t e = 0; e < engine_count && e < 8; e++)
        for (size_t i = 0; i < sizeof(presented_rows) / sizeof(presented_rows[0]); i++)
            if (presented_rows[i].verifier == OTLS_VERIFIER_UNIFORM ||
                otls_backend_supports(engines[e], OTLS_FEATURE_ENGINE_VERIFIER, NULL) == OTLS_YES)
                expect_presented(&presented_rows[i], trust, each, engines[e]);
    otls_certificate_free(each);
    otls_trust_free(trust);
}

Test(path_bounds, candidates)
{
    static const char unknown[] = "30{06{2a030405}}"; /* costs no signature check */

    cr_expect_eq(flags_among(OMNI_PATH_CANDIDATE_MAX, unknown, NULL) & OTLS_VERIFY_LIMIT, 0);
    cr_expect_neq(flags_among(OMNI_PATH_CANDIDATE_MAX + 40, unknown, NULL) & OTLS_VERIFY_LIMIT, 0);
}

/* Signatures that are refused before an engine is asked cost no check; what is noted about them must
 * have room all the same. */
Test(path_bounds, signatures_that_no_engine_is_asked_about)
{
    static const char other[] = "30{06{2a8648ce3d040302}}"; /* ECDSA; the keys are Ed25519 */

    cr_expect_eq(flags_among(OMNI_PATH_SIGNATURE_MAX, other, SIGNATURE), OTLS_VERIFY_BAD_SIGNATURE);
    cr_expect_eq(flags_among(OMNI_PATH_CANDIDATE_MAX, other, SIGNATURE), OTLS_VERIFY_BAD_SIGNATURE);
    cr_expect_neq(flags_among(OMNI_PATH_CANDIDATE_MAX + 1, other, SIGNATURE) & OTLS_VERIFY_LIMIT, 0);
}

/* ---- revocation lists ---------------------------------------------------------------------- */

enum { SENT_MAX = 4 };

typedef struct blocks {
    otls_certificate *certs[SENT_MAX];
    size_t count;
    uint8_t list[4096];
    size_t list_size;
} blocks;

static otls_status take(const omni_pem_block *block, void *user, otls_error *err)
{
    blocks *to = user;

    if (omni_pem_label_is(block, "X509 CRL") && block->der.size <= sizeof(to->list)) {
        memcpy(to->list, block->der.data, block->der.size);
        to->list_size = block->der.size;
        return OTLS_OK;
    }
    if (!omni_pem_label_is(block, "CERTIFICATE") || to->count == SENT_MAX)
        return OTLS_OK;
    return otls_certificate_from_der(&to->certs[to->count++], block->der.data, block->der.size,
                                     err);
}

static void read_blocks(const char *path, blocks *to)
{
    unsigned char *text = NULL;
    size_t size = 0;

    cr_assert_eq(omni_file_read(path, &text, &size, NULL), OTLS_OK, "%s", path);
    cr_assert_eq(omni_pem_each((otls_slice){.data = text, .size = size}, take, to, NULL, NULL),
                 OTLS_OK, "%s", path);
    omni_free(text);
}

/* A good path, and `count` lists that its issuer might have signed, and did not. */
static uint32_t flags_with_lists(const blocks *from, unsigned count)
{
    omni_verify_request request = {.chain = (const otls_certificate *const *)from->certs,
                                   .chain_count = from->count,
                                   .flags = OTLS_VERIFY_OPTION_CRL_LEAF,
                                   .max_depth = -1,
                                   .security_level = -1,
                                   .time = good_time};
    uint8_t list[sizeof(from->list)];
    otls_trust *trust = NULL;
    otls_verdict verdict;
    otls_error err = OTLS_ERROR_INIT;

    memcpy(list, from->list, from->list_size);
    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, PKI("root.pem"), &err), OTLS_OK, "%s", err.text);
    for (unsigned i = 1; i <= count; i++) {
        list[from->list_size - 1] = (uint8_t)(from->list[from->list_size - 1] ^ i);
        cr_assert_eq(otls_trust_add_crl_memory(trust, list, from->list_size, &err), OTLS_OK, "%s",
                     err.text);
    }
    request.trust = trust;
    cr_assert_eq(otls_backend_find(&request.backend, NULL, NULL), OTLS_OK);
    cr_assert_eq(omni_verify_chain(&request, &verdict, NULL), OTLS_OK);
    cr_expect_leq(verdict.signatures, omni_path_signature_max(&request), "%u lists", count);
    omni_verdict_clear(&verdict);
    otls_trust_free(trust);
    return verdict.flags;
}

Test(path_bounds, signatures_of_revocation_lists)
{
    enum { PATH = 2, ROOM = OMNI_PATH_SIGNATURE_MAX + OMNI_PATH_LISTS_MAX - PATH };
    static blocks from;

    read_blocks(PKI("server-ecdsa-p256.pem"), &from);
    read_blocks(PKI("int.crl"), &from);
    cr_assert_neq(from.list_size, 0);
    cr_expect_eq(flags_with_lists(&from, 1), OTLS_VERIFY_REVOCATION_UNKNOWN);
    cr_expect_eq(flags_with_lists(&from, ROOM), OTLS_VERIFY_REVOCATION_UNKNOWN);
    cr_expect_eq(flags_with_lists(&from, ROOM + 1),
                 OTLS_VERIFY_REVOCATION_UNKNOWN | OTLS_VERIFY_LIMIT);
    for (size_t i = 0; i < from.count; i++)
        otls_certificate_free(from.certs[i]);
}

/* Only the very certificate is an anchor, not one that bears its name. */
Test(path_bounds, an_anchor_by_its_bytes)
{
    otls_certificate *anchor = authority(1), *same = authority(1), *other = authority(2);
    const otls_certificate *leaves[] = {same, other};
    otls_trust *trust = NULL;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_certificate(trust, anchor, NULL), OTLS_OK);
    for (size_t i = 0; i < 2; i++) {
        omni_verify_request request = {.trust = trust,
                                       .chain = &leaves[i],
                                       .chain_count = 1,
                                       .max_depth = -1,
                                       .security_level = -1,
                                       .time = good_time};
        otls_verdict verdict;

        cr_assert_eq(otls_backend_find(&request.backend, NULL, NULL), OTLS_OK);
        cr_assert_eq(omni_verify_chain(&request, &verdict, NULL), OTLS_OK);
        cr_expect_eq(verdict.flags == 0, i == 0, "%zu: 0x%x", i, (unsigned)verdict.flags);
        omni_verdict_clear(&verdict);
    }
    otls_certificate_free(anchor);
    otls_certificate_free(same);
    otls_certificate_free(other);
    otls_trust_free(trust);
}
