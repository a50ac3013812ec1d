/* SPDX-License-Identifier: MIT */
/* The OCSP response that came with a handshake, as part of the verdict. */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

static const struct {
    uint32_t flags;
    const char *words;   /* follow the certificate's name */
    const char *section; /* of the rule; NULL = the flag's own */
} findings_of[] = {
    [OMNI_OCSP_RESULT_GOOD] = {.flags = 0, .words = ""},
    [OMNI_OCSP_RESULT_REVOKED] = {.flags = OTLS_VERIFY_REVOKED,
                                  .words = "has been revoked, says its stapled OCSP response"},
    [OMNI_OCSP_RESULT_UNKNOWN] = {.flags = OTLS_VERIFY_STAPLE | OTLS_VERIFY_REVOCATION_UNKNOWN,
                                  .words =
                                      "is unknown to the responder of its stapled OCSP response"},
    [OMNI_OCSP_RESULT_MALFORMED] = {.flags = OTLS_VERIFY_STAPLE,
                                    .words = "came with a malformed stapled OCSP response"},
    [OMNI_OCSP_RESULT_FAILED] = {.flags = OTLS_VERIFY_STAPLE,
                                 .words =
                                     "came with a stapled OCSP response that reports an error"},
    [OMNI_OCSP_RESULT_OTHER] = {.flags = OTLS_VERIFY_STAPLE,
                                .words =
                                    "came with a stapled OCSP response about another certificate"},
    [OMNI_OCSP_RESULT_SIGNER] =
        {.flags = OTLS_VERIFY_STAPLE,
         .words = "came with a stapled OCSP response that its issuer did not sign"},
    [OMNI_OCSP_RESULT_WEAK] = {.flags = OTLS_VERIFY_STAPLE,
                               .words =
                                   "came with a stapled OCSP response whose signature is too weak"},
    [OMNI_OCSP_RESULT_EARLY] = {.flags = OTLS_VERIFY_STAPLE,
                                .words = "came with a stapled OCSP response that is not yet valid"},
    [OMNI_OCSP_RESULT_LATE] = {.flags = OTLS_VERIFY_STAPLE,
                               .words = "came with a stapled OCSP response that has expired"},
    [OMNI_OCSP_RESULT_NO_NONCE] =
        {.flags = OTLS_VERIFY_STAPLE | OTLS_VERIFY_REVOCATION_UNKNOWN,
         .words = "came with an OCSP response without the nonce that was asked with",
         .section = "RFC 9654 2.1"},
    [OMNI_OCSP_RESULT_OTHER_NONCE] =
        {.flags = OTLS_VERIFY_STAPLE | OTLS_VERIFY_REVOCATION_UNKNOWN,
         .words = "came with an OCSP response with another nonce than was asked with",
         .section = "RFC 9654 2.1"},
};

/* Added to what was found before: an application that forgives one fault must see the others. */
static void refuse(const omni_staple_request *request, otls_verdict *verdict, uint32_t flags,
                   const char *words, const char *section)
{
    omni_findings findings = {.depth = -1};

    for (uint32_t flag = 1; flag != 0; flag <<= 1)
        if ((flags & flag) != 0)
            omni_findings_add_rule(&findings, flag, 0, request->leaf, words, section);
    omni_findings_join(&findings, verdict);
}

/* Who must have signed the response; NULL = nobody is known who issued the leaf. */
static const otls_certificate *issuer_of(const otls_certificate *leaf, const otls_verdict *verdict)
{
    if (omni_chain_count(verdict->chain) > 1)
        return verdict->chain->at[1];
    if (omni_chain_count(verdict->path) > 1)
        return verdict->path->at[1];
    /* an anchor alone answers for itself, and so does what signed itself */
    return omni_chain_count(verdict->chain) == 1 || omni_self_signed(&leaf->x509) ? leaf : NULL;
}

otls_status omni_verify_staple(const omni_staple_request *request, otls_verdict *verdict,
                               otls_error *err)
{
    const otls_certificate *issuer = issuer_of(request->leaf, verdict);
    const bool must_staple = request->leaf->x509.must_staple;
    omni_ocsp_result result = OMNI_OCSP_RESULT_GOOD;
    omni_ocsp_question question;

    if (request->staple == NULL) {
        if (request->required || must_staple)
            refuse(request, verdict, OTLS_VERIFY_STAPLE,
                   must_staple ? "came without the stapled OCSP response that it asks for"
                               : "came without a stapled OCSP response",
                   NULL);
        return OTLS_OK;
    }
    if (issuer == NULL) {
        refuse(request, verdict, OTLS_VERIFY_STAPLE,
               "came with a stapled OCSP response that cannot be checked without its issuer", NULL);
        return OTLS_OK;
    }
    question = (omni_ocsp_question){
        .response = *request->staple,
        .cert = &request->leaf->x509,
        .issuer = &issuer->x509,
        .backend = request->backend,
        .time = request->time,
        .security_level = request->security_level,
        .trust = request->trust,
        .nonce = request->nonce,
    };
    OMNI_TRY(omni_ocsp_check(&question, &result, err));
    if (result != OMNI_OCSP_RESULT_GOOD)
        refuse(request, verdict, findings_of[result].flags, findings_of[result].words,
               findings_of[result].section);
    return OTLS_OK;
}
