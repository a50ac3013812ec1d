/* SPDX-License-Identifier: MIT */
/* A path that goes no further: what is wrong with it, and is it the one to report? */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

static unsigned flag_count(uint32_t flags)
{
    unsigned count = 0;

    for (; flags != 0; flags &= flags - 1)
        count++;
    return count;
}

/* A path to an anchor beats one without; then the longer, then the one with less against it. */
static bool got_further(const omni_search *search, const omni_findings *findings, bool complete)
{
    if (search->best.flags == 0 || complete != search->best_complete)
        return search->best.flags == 0 || complete;
    if (!complete && search->length != search->best_length)
        return search->length > search->best_length;
    return flag_count(findings->flags) < flag_count(search->best.flags);
}

static void remember(omni_search *search, const omni_findings *findings, bool complete)
{
    if (!got_further(search, findings, complete))
        return;
    search->best = *findings;
    search->best_complete = complete;
    search->best_length = search->length;
    for (size_t i = 0; i < search->length; i++)
        search->best_path[i] = omni_path_at(search, i);
}

static bool weak_algorithm(const omni_x509 *cert)
{
    /* md2, md4 and md5 with RSA: 1.2.840.113549.1.1.{2,3,4} */
    static const uint8_t rsa[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01};
    omni_der sequence;
    omni_tlv oid;

    return omni_der_only(cert->signature_algorithm_id, OMNI_DER_SEQUENCE, &sequence) &&
           omni_der_take(&sequence, OMNI_DER_OID, &oid) && oid.whole.size == sizeof(rsa) + 1 &&
           memcmp(oid.whole.data, rsa, sizeof(rsa)) == 0 && oid.whole.data[sizeof(rsa)] >= 2 &&
           oid.whole.data[sizeof(rsa)] <= 4;
}

/* The path ends before the issuer, which would have had its own say. */
static void add_weak_issuer(const omni_search *search, const omni_path_node *node,
                            omni_findings *findings)
{
    const int strength = omni_strength_of_key(&node->unsupported->x509);

    if (strength >= 0 && strength < omni_path_strength(search))
        omni_findings_add(findings, OTLS_VERIFY_WEAK, (int32_t)search->length - 1,
                          node->step.certificate,
                          "is signed by a key that is too weak for the security level");
}

/* Nobody issued the last certificate of the path: say why it goes no further. */
static void add_dead_end(const omni_search *search, const omni_path_node *node,
                         omni_findings *findings)
{
    const otls_certificate *cert = node->step.certificate;
    const int32_t depth = (int32_t)search->length - 1;

    if (node->out_of_depth) {
        omni_findings_add(findings, OTLS_VERIFY_DEPTH, depth, cert, NULL);
    } else if (node->bad_signature) {
        omni_findings_add(findings, OTLS_VERIFY_BAD_SIGNATURE, depth, cert, NULL);
    } else if (node->unsupported != NULL && weak_algorithm(&cert->x509)) {
        omni_findings_add(findings, OTLS_VERIFY_WEAK, depth, cert, "is signed with MD5 or older");
    } else if (node->unsupported != NULL) {
        omni_findings_add_unsupported(findings, depth, cert, node->unsupported,
                                      node->unsupported_by);
        add_weak_issuer(search, node, findings);
    } else {
        omni_findings_add(findings, OTLS_VERIFY_UNKNOWN_CA, depth, cert, NULL);
        if (omni_self_signed(&cert->x509))
            omni_findings_add(findings, OTLS_VERIFY_SELF_SIGNED, depth, cert, NULL);
    }
}

otls_status omni_path_judge(omni_search *search, bool complete, bool *found, otls_error *err)
{
    omni_findings findings = {.depth = -1};

    if (!complete)
        add_dead_end(search, &search->path[search->length - 1], &findings);
    OMNI_TRY(omni_path_check(search, complete, &findings, err));
    *found = findings.flags == 0;
    if (!*found)
        remember(search, &findings, complete);
    return OTLS_OK;
}
