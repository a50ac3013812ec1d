/* SPDX-License-Identifier: MIT */
/*
 * Any certificates and CRLs through the verifier, with signatures that are good or bad by their
 * last bit, so that the search and every rule behind it is reached. It must answer, within its
 * budget, and a good answer must hold together.
 *
 * Input: options, a byte with purpose (2 bits) and depth (4 bits), a byte with how many elements
 * the peer sent (6 bits), the limit and whether broken ones stay; then DER elements one after the
 * other: those sent, then anchors; what is a CRL is used as one.
 */
#include "fake_engine.h"

#include "x509/der.h"
#include "verify/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SENT_MAX = 40 };

static void check(const otls_verdict *verdict)
{
    must(fake_signature_checks <= verdict->signatures_max);
    must(omni_chain_count(verdict->chain) <= OMNI_VERIFY_CHAIN_MAX);
    must(strlen(omni_verdict_text(verdict)) < 192);
    must((verdict->flags == 0) == (omni_verdict_text(verdict)[0] == '\0'));
    must((verdict->flags == 0) == (verdict->alert == 0));
    if (verdict->flags == 0)
        must(verdict->chain != NULL && verdict->depth == -1);
    for (size_t i = 0; i + 1 < omni_chain_count(verdict->chain); i++)
        must(omni_dn_equal(verdict->chain->at[i]->x509.issuer,
                           verdict->chain->at[i + 1]->x509.subject));
}

static void judge(const uint8_t *options, otls_trust *trust, const otls_certificate *const *sent,
                  size_t count)
{
    static const uint8_t pin[32] = {0};
    const omni_reference_name name = {.dns = "host.test"};
    const omni_verify_request request = {
        .trust = trust,
        .chain = sent,
        .chain_count = count,
        .max_certificates = (options[2] & 0x40) != 0 ? OTLS_CHAIN_CERTIFICATES_MAX : 0,
        .backend = &fake_engine,
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

    fake_signature_checks = 0;
    must(omni_verify_chain(&request, &verdict, NULL) == OTLS_OK);
#ifdef OTLS_ONLY_BACKEND
    fake_signature_checks = 0; /* the one engine did it */
#endif
    check(&verdict);
    omni_verdict_clear(&verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_certificate *sent[SENT_MAX] = {NULL};
    otls_trust *trust = NULL;
    omni_der rest;
    omni_tlv element;
    size_t count = 0;

    if (size < 4)
        return 0;
    must(otls_trust_new(&trust, NULL) == OTLS_OK);
    rest = omni_der_of((otls_slice){.data = data + 3, .size = size - 3});
    while (omni_der_next(&rest, &element)) {
        const otls_slice der = element.whole;

        if (otls_trust_add_crl_memory(trust, der.data, der.size, NULL) == OTLS_OK)
            continue;
        if (count < SENT_MAX && count < (data[2] & 0x3f)) {
            const otls_status status =
                otls_certificate_from_der(&sent[count], der.data, der.size, NULL);

            /* NULL when it cannot be decoded; more often it is left out, to get to the search */
            count += status == OTLS_OK || (data[2] & 0x80) != 0;
        } else {
            (void)otls_trust_add_memory(trust, der.data, der.size, NULL);
        }
    }
    if (count != 0)
        judge(data, trust, (const otls_certificate *const *)sent, count);
    for (size_t i = 0; i < count; i++)
        otls_certificate_free(sent[i]);
    otls_trust_free(trust);
    return 0;
}
