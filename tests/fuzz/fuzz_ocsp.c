/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an OCSP response: refused, or every slice lies inside; then judged, with signatures
 * that are good or bad by their last bit and hashes that are always the same, so that every rule is
 * reached. Input: a byte (clock, and whether the hashes fit), then the response.
 */
#include "fake_engine.h"

#include "verify/verify.h"
#include "x509/ocsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(otls_slice whole, otls_slice part)
{
    if (part.data == NULL)
        return;
    must(part.data >= whole.data && part.data <= whole.data + whole.size);
    must(part.size <= (size_t)(whole.data + whole.size - part.data));
}

/* The certificate in question is the one that the first single response names. */
static void judge(otls_slice bytes, const omni_ocsp *response, uint8_t options)
{
    static const uint8_t name[] = {0x30, 0x00};
    omni_der list = omni_der_of(response->singles);
    omni_ocsp_single single = {.status = OMNI_OCSP_GOOD};
    omni_x509 cert = {.is_ca = 0}, issuer = {.is_ca = 1};
    omni_ocsp_result result = OMNI_OCSP_RESULT_GOOD;

    while (omni_ocsp_single_next(&list, &single))
        cert.serial = single.serial;
    issuer.subject = cert.issuer = (otls_slice){name, sizeof(name)};
    fake_digest_byte = single.name_hash.size != 0 ? single.name_hash.data[0] : 0;
    fake_signature_checks = 0;
    const omni_ocsp_question question = {
        .response = bytes,
        .cert = &cert,
        .issuer = &issuer,
        .backend = &fake_engine,
        .time = single.this_update + ((options & 3) - 1) * OMNI_OCSP_AGE_MAX,
        .security_level = (options >> 2 & 7) - 1,
    };
    must(omni_ocsp_check(&question, &result, NULL) == OTLS_OK);
#ifndef OTLS_ONLY_BACKEND /* the one engine does it there */
    must(fake_signature_checks <= 1 + 2 * OMNI_OCSP_CERTIFICATES_MAX);
    if (result == OMNI_OCSP_RESULT_GOOD)
        must(fake_signature_checks != 0 && response->response_status == OMNI_OCSP_SUCCESSFUL &&
             !response->unusable);
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    omni_ocsp response;
    otls_slice bytes;

    if (size == 0)
        return 0;
    bytes = (otls_slice){data + 1, size - 1};
    if (omni_ocsp_parse(&response, bytes, &err) != OTLS_OK) {
        must(err.status == OTLS_E_CREDENTIAL && err.text[0] != '\0');
        return 0;
    }
    check_inside(bytes, response.tbs);
    check_inside(bytes, response.by_name);
    check_inside(bytes, response.by_key);
    check_inside(bytes, response.singles);
    check_inside(bytes, response.certificates);
    check_inside(bytes, response.signature);
    judge(bytes, &response, data[0]);
    return 0;
}
