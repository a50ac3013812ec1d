/* SPDX-License-Identifier: MIT */
/*
 * Any certificates and CRLs through the verifier, with signatures that are good or bad by their
 * last bit, so that the search and every rule behind it is reached. It must answer, within its
 * budget, and a good answer must hold together.
 *
 * Input: options, a byte with purpose (2 bits) and depth (4 bits), how many elements the peer sent;
 * then DER elements one after the other: those sent, then anchors; what is a CRL is used as one.
 */
#include "alloc.h"
#include "der.h"
#include "path.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SENT_MAX = 40 };

static unsigned signature_checks;

static otls_status fake_digest(int hash, const void *data, size_t size, uint8_t *out,
                               otls_error *err)
{
    (void)hash;
    (void)err;
    memset(out, size != 0 ? *(const uint8_t *)data : 0, 64);
    return OTLS_OK;
}

static otls_status fake_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    (void)spki;
    (void)err;
    *out = (otls_native_public_key *)otls_malloc(1);
    return *out != NULL ? OTLS_OK : OTLS_E_NOMEM;
}

static void fake_free(otls_native_public_key *key)
{
    otls_free(key);
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
    return signature.size != 0 && (signature.data[signature.size - 1] & 7) == 0 ? OTLS_E_VERIFY
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

static void check(const otls_verdict *verdict, size_t crl_count)
{
    must(signature_checks <= OTLS_PATH_SIGNATURE_MAX + crl_count);
    must(verdict->chain_count <= OTLS_VERIFY_CHAIN_MAX);
    must(memchr(verdict->text, 0, sizeof(verdict->text)) != NULL);
    must((verdict->flags == 0) == (verdict->text[0] == '\0'));
    must((verdict->flags == 0) == (verdict->alert == 0));
    if (verdict->flags == 0)
        must(verdict->chain_count > 0 && verdict->depth == -1);
    for (size_t i = 0; i + 1 < verdict->chain_count; i++)
        must(otls_name_equal(verdict->chain[i]->x509.issuer, verdict->chain[i + 1]->x509.subject));
}

static void judge(const uint8_t *options, otls_trust *trust, const otls_certificate *const *sent,
                  size_t count)
{
    static const uint8_t pin[32] = {0};
    const otls_reference_name name = {.dns = "host.test"};
    const otls_verify_request request = {
        .trust = trust,
        .chain = sent,
        .chain_count = count,
        .backend = &fake_backend,
        .name = (options[0] & 0x80) != 0 ? &name : NULL,
        .time = 1767225600,
        .purpose = options[1] & 3,
        .max_depth = (options[1] >> 2 & 15) - 1,
        .flags = options[0] & 0x3f,
        .security_level = (options[1] >> 6) - 1,
        .pins = (options[0] & 0x40) != 0 ? pin : NULL,
        .pin_count = 1,
    };
    otls_verdict verdict;

    signature_checks = 0;
    must(otls_verify_chain(&request, &verdict, NULL) == OTLS_OK);
#ifdef OTLS_ONLY_BACKEND
    signature_checks = 0; /* the one engine did it */
#endif
    check(&verdict, trust->crl_count);
    otls_verdict_clear(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_certificate *sent[SENT_MAX] = {NULL};
    otls_trust *trust = NULL;
    otls_der rest;
    otls_tlv element;
    size_t count = 0;

    if (size < 4)
        return 0;
    must(otls_trust_new(&trust, NULL) == OTLS_OK);
    rest = otls_der_of((otls_slice){.data = data + 3, .size = size - 3});
    while (otls_der_next(&rest, &element)) {
        const otls_slice der = element.whole;

        if (otls_trust_add_crl_memory(trust, der.data, der.size, NULL) == OTLS_OK)
            continue;
        if (count < SENT_MAX && count < data[2]) /* NULL when it cannot be decoded */
            (void)otls_certificate_from_der(&sent[count++], der.data, der.size, NULL);
        else
            (void)otls_trust_add_memory(trust, der.data, der.size, NULL);
    }
    if (count != 0)
        judge(data, trust, (const otls_certificate *const *)sent, count);
    for (size_t i = 0; i < count; i++)
        otls_certificate_free(sent[i]);
    otls_trust_free(trust);
    return 0;
}
