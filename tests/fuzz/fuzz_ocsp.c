/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an OCSP response: refused, or every slice lies inside; then judged, with signatures
 * that are good or bad by their last bit and hashes that are always the same, so that every rule is
 * reached. Input: a byte (clock, and whether the hashes fit), then the response.
 */
#include "engine.h"
#include "ocsp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned signature_checks;
static uint8_t hash_byte;

static otls_status fake_digest(int hash, const void *data, size_t size, uint8_t *out,
                               otls_error *err)
{
    static const uint8_t sizes[] = {0, 20, 32, 48, 64};

    (void)data;
    (void)size;
    (void)err;
    memset(out, hash_byte, sizes[hash]);
    return OTLS_OK;
}

static otls_status fake_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    static char key;

    (void)spki;
    (void)err;
    *out = (otls_native_public_key *)(void *)&key;
    return OTLS_OK;
}

static void fake_free(otls_native_public_key *key)
{
    (void)key;
}

static otls_status fake_verify(const otls_native_public_key *key,
                               const otls_signature_algorithm *algorithm, otls_slice data,
                               otls_slice signature, otls_error *err)
{
    (void)key;
    (void)algorithm;
    (void)data;
    (void)err;
    signature_checks++;
    return signature.size != 0 && (signature.data[signature.size - 1] & 3) == 0 ? OTLS_E_VERIFY
                                                                                : OTLS_OK;
}

static const otls_crypto_ops fake_crypto = {
    .size = sizeof(fake_crypto),
    .digest = fake_digest,
    .public_key_import = fake_import,
    .public_key_free = fake_free,
    .verify = fake_verify,
};
static const otls_backend_module fake_module = {
    .magic = OTLS_BACKEND_MAGIC, .name = "fake", .crypto = &fake_crypto};
static const otls_backend fake_backend = {.module = &fake_module, .index = 0};

static void must(bool condition)
{
    if (!condition)
        abort();
}

static void check_inside(otls_slice whole, otls_slice part)
{
    if (part.data == NULL)
        return;
    must(part.data >= whole.data && part.data <= whole.data + whole.size);
    must(part.size <= (size_t)(whole.data + whole.size - part.data));
}

/* The certificate in question is the one that the first single response names. */
static void judge(otls_slice bytes, const otls_ocsp *response, uint8_t options)
{
    static const uint8_t name[] = {0x30, 0x00};
    otls_der list = otls_der_of(response->singles);
    otls_ocsp_single single = {.status = OTLS_OCSP_GOOD};
    otls_x509 cert = {.is_ca = 0}, issuer = {.is_ca = 1};
    otls_ocsp_result result = OTLS_OCSP_RESULT_GOOD;

    while (otls_ocsp_single_next(&list, &single))
        cert.serial = single.serial;
    issuer.subject = cert.issuer = (otls_slice){name, sizeof(name)};
    hash_byte = single.name_hash.size != 0 ? single.name_hash.data[0] : 0;
    signature_checks = 0;
    const otls_ocsp_question question = {
        .response = bytes,
        .cert = &cert,
        .issuer = &issuer,
        .backend = &fake_backend,
        .time = single.this_update + ((options & 3) - 1) * OTLS_OCSP_AGE_MAX,
        .security_level = (options >> 2 & 7) - 1,
    };
    must(otls_ocsp_check(&question, &result, NULL) == OTLS_OK);
#ifndef OTLS_ONLY_BACKEND /* the one engine does it there */
    must(signature_checks <= 1 + 2 * OTLS_OCSP_CERTIFICATES_MAX);
    if (result == OTLS_OCSP_RESULT_GOOD)
        must(signature_checks != 0 && response->response_status == OTLS_OCSP_SUCCESSFUL &&
             !response->unusable);
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_ocsp response;
    otls_slice bytes;

    if (size == 0)
        return 0;
    bytes = (otls_slice){data + 1, size - 1};
    if (otls_ocsp_parse(&response, bytes, &err) != OTLS_OK) {
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
