/* SPDX-License-Identifier: MIT */
/* What a hostile chain can cost is bounded, and who hits a bound is refused, for that reason. */
#include "der_make.h"
#include "verify/path.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ISSUER "30{31{30{06{550403} 0c{'issuer'}}}}"
#define CA_TRUE "30{06{551d13} 01{ff} 04{30{01{ff}}}}"

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
static uint32_t flags_among(unsigned count, const char *algorithm)
{
    const cert_parts parts = {.issuer = ISSUER, .algorithm = algorithm};
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
    omni_verdict_clear(&verdict);
    otls_certificate_free(leaf);
    otls_trust_free(trust);
    return verdict.flags;
}

Test(path_bounds, signatures)
{
    cr_expect_neq(flags_among(4, NULL), 0);
    cr_expect_eq(flags_among(4, NULL) & OTLS_VERIFY_LIMIT, 0);
    cr_expect_eq(flags_among(OMNI_PATH_SIGNATURE_MAX - 4, NULL) & OTLS_VERIFY_LIMIT, 0);
    cr_expect_neq(flags_among(OMNI_PATH_SIGNATURE_MAX + 6, NULL) & OTLS_VERIFY_LIMIT, 0);
}

Test(path_bounds, candidates)
{
    static const char unknown[] = "30{06{2a030405}}"; /* costs no signature check */

    cr_expect_eq(flags_among(OMNI_PATH_CANDIDATE_MAX, unknown) & OTLS_VERIFY_LIMIT, 0);
    cr_expect_neq(flags_among(OMNI_PATH_CANDIDATE_MAX + 40, unknown) & OTLS_VERIFY_LIMIT, 0);
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
