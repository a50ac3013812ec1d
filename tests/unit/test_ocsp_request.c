/* SPDX-License-Identifier: MIT */
/* Requests to an OCSP responder: their bytes, their nonces, and what cannot be asked; on every engine. */
#include "base/base.h"

#include <criterion/criterion.h>
#include <omnitls/engine.h>
#include <omnitls/verify.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PKI(name) OTLS_TEST_PKI "/" name

static otls_certificate *certificate(const char *path)
{
    otls_certificate *cert = NULL;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_certificate_from_file(&cert, path, &err), OTLS_OK, "%s", err.text);
    return cert;
}

static otls_ocsp_request_parameters initial(const otls_backend *backend)
{
    otls_ocsp_request_parameters with = OTLS_OCSP_REQUEST_PARAMETERS_INIT;

    with.backend = backend;
    return with;
}

/* The same octets from every engine, with each hash and length of nonce. */
Test(ocsp_request, bytes)
{
    static const uint8_t hashes[] = {OTLS_HASH_SHA1, OTLS_HASH_SHA256, OTLS_HASH_SHA384, OTLS_HASH_SHA512};
    static const size_t nonces[] = {0, 1, 32, OTLS_OCSP_NONCE_MAX};
    otls_certificate *leaf = certificate(PKI("server-ecdsa-p256.pem"));
    otls_certificate *issuer = certificate(PKI("int.pem"));
    const otls_backend *list[8];
    const size_t count = otls_backend_list(list, 8);
    uint8_t nonce[OTLS_OCSP_NONCE_MAX];

    memset(nonce, 0xa5, sizeof(nonce));
    for (size_t i = 0; i < sizeof(hashes) * 4; i++) {
        uint8_t first[1024];
        size_t first_size = 0;

        for (size_t e = 0; e < count; e++) {
            otls_ocsp_request_parameters with = initial(list[e]);
            otls_ocsp_request *request;
            const uint8_t *der, *own;
            size_t size, own_size;

            with.hash = (otls_hash)hashes[i / 4];
            with.nonce_size = nonces[i % 4];
            with.nonce = with.nonce_size != 0 ? nonce : NULL;
            cr_assert_eq(otls_ocsp_request_new(&request, leaf, issuer, &with, NULL), OTLS_OK);
            der = otls_ocsp_request_der(request, &size);
            own = otls_ocsp_request_nonce(request, &own_size);
            cr_expect_eq(own_size, with.nonce_size);
            cr_expect(own_size != 0 ? memcmp(own, nonce, own_size) == 0 : own == NULL);
            cr_assert(size < sizeof(first));
            if (e == 0) {
                memcpy(first, der, size);
                first_size = size;
            }
            cr_expect(size == first_size && memcmp(der, first, size) == 0, "%s, case %zu",
                      otls_backend_name(list[e]), i);
            if (own_size != 0) /* RFC 6960 4.4.1: last of all, in two OCTET STRINGs */
                cr_expect(memcmp(der + size - own_size, nonce, own_size) == 0);
            otls_ocsp_request_free(request);
        }
    }
    otls_certificate_free(issuer);
    otls_certificate_free(leaf);
}

Test(ocsp_request, random_nonces)
{
    otls_certificate *leaf = certificate(PKI("server-ecdsa-p256.pem"));
    otls_certificate *issuer = certificate(PKI("int.pem"));
    otls_ocsp_request *one, *two;
    const uint8_t *first, *second;
    size_t size = 0, other = 0;

    cr_assert_eq(otls_ocsp_request_new(&one, leaf, issuer, NULL, NULL), OTLS_OK);
    cr_assert_eq(otls_ocsp_request_new(&two, leaf, issuer, NULL, NULL), OTLS_OK);
    first = otls_ocsp_request_nonce(one, &size);
    second = otls_ocsp_request_nonce(two, &other);
    cr_expect_eq(size, OTLS_OCSP_NONCE_SIZE);
    cr_expect_eq(other, OTLS_OCSP_NONCE_SIZE);
    cr_expect_neq(memcmp(first, second, size), 0);
    otls_ocsp_request_free(one);
    otls_ocsp_request_free(two);
    otls_ocsp_request_free(NULL);
    otls_certificate_free(issuer);
    otls_certificate_free(leaf);
}

Test(ocsp_request, bad_input)
{
    static const uint8_t nonce[OTLS_OCSP_NONCE_MAX + 1];
    otls_certificate *leaf = certificate(PKI("server-ecdsa-p256.pem"));
    otls_certificate *issuer = certificate(PKI("int.pem")), *root = certificate(PKI("root.pem"));
    const otls_ocsp_request_parameters good = initial(NULL);
    otls_ocsp_request_parameters with = good;
    otls_error err = OTLS_ERROR_INIT;
    otls_ocsp_request *request = NULL;

    cr_expect_eq(otls_ocsp_request_new(NULL, leaf, issuer, NULL, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_ocsp_request_new(&request, NULL, issuer, NULL, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, NULL, NULL, &err), OTLS_E_USAGE);
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, root, NULL, &err), OTLS_E_CREDENTIAL);
    cr_expect_not_null(strstr(err.text, "was issued by"), "%s", err.text);
    with.nonce_size = sizeof(nonce);
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, issuer, &with, &err), OTLS_E_USAGE);
    cr_expect_eq(err.code, OTLS_CODE_LIMIT);
    with.nonce = nonce;
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, issuer, &with, &err), OTLS_E_USAGE);
    with.nonce_size = 0;
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, issuer, &with, &err), OTLS_E_USAGE);
    with = good;
    with.hash = (otls_hash)0;
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, issuer, &with, &err), OTLS_E_USAGE);
    with.hash = (otls_hash)258;
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, issuer, &with, &err), OTLS_E_USAGE);
    with = good;
    with.size = 0;
    cr_expect_eq(otls_ocsp_request_new(&request, leaf, issuer, &with, &err), OTLS_E_USAGE);
    cr_expect_null(request);
    otls_certificate_free(root);
    otls_certificate_free(issuer);
    otls_certificate_free(leaf);
}

/* A nonce that is asked of a response: what cannot be asked, and what is said where it is missing. */
Test(ocsp_request, expected_nonce)
{
    static const uint8_t nonce[OTLS_OCSP_NONCE_MAX + 1];
    otls_certificate *leaf = certificate(PKI("server-ecdsa-p256.pem"));
    otls_certificate *issuer = certificate(PKI("int.pem"));
    const otls_certificate *const chain[] = {leaf, issuer};
    otls_verify_parameters with = OTLS_VERIFY_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust;
    otls_verdict *verdict;
    uint8_t *response;
    size_t size;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, PKI("root.pem"), &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(omni_file_read(PKI("ocsp/server-ecdsa-p256.der"), &response, &size, NULL), OTLS_OK);
    with.time = (int64_t)time(NULL);
    with.ocsp_nonce = nonce;
    with.ocsp_nonce_size = 32;
    cr_expect_eq(otls_trust_verify(trust, chain, 2, &with, &verdict, &err), OTLS_E_USAGE);
    with.ocsp_response = response;
    with.ocsp_response_size = size;
    with.ocsp_nonce_size = 0;
    cr_expect_eq(otls_trust_verify(trust, chain, 2, &with, &verdict, &err), OTLS_E_USAGE);
    with.ocsp_nonce_size = sizeof(nonce);
    cr_expect_eq(otls_trust_verify(trust, chain, 2, &with, &verdict, &err), OTLS_E_USAGE);
    with.ocsp_nonce_size = OTLS_OCSP_NONCE_MAX;
    cr_assert_eq(otls_trust_verify(trust, chain, 2, &with, &verdict, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_verdict_flags(verdict), OTLS_VERIFY_STAPLE | OTLS_VERIFY_REVOCATION_UNKNOWN);
    cr_expect_not_null(strstr(otls_verdict_text(verdict), "without the nonce"), "%s",
                       otls_verdict_text(verdict));
    cr_expect_str_eq(otls_verdict_rule(verdict), "RFC 9654 2.1");
    otls_verdict_free(verdict);
    with.ocsp_nonce = NULL;
    with.ocsp_nonce_size = 0;
    cr_assert_eq(otls_trust_verify(trust, chain, 2, &with, &verdict, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_verdict_flags(verdict), 0, "%s", otls_verdict_text(verdict));
    otls_verdict_free(verdict);
    omni_free(response);
    otls_trust_free(trust);
    otls_certificate_free(issuer);
    otls_certificate_free(leaf);
}
