/* SPDX-License-Identifier: MIT */
/* The OCSP response that came with a handshake, as part of the verdict. */
#include "fail.h"
#include "ocsp.h"
#include "path.h"

static const struct {
    uint32_t flags;
    const char *words; /* follow the certificate's name */
} findings_of[] = {
    [OTLS_OCSP_RESULT_GOOD] = {0, ""},
    [OTLS_OCSP_RESULT_REVOKED] = {OTLS_VERIFY_REVOKED,
                                  "has been revoked, says its stapled OCSP response"},
    [OTLS_OCSP_RESULT_UNKNOWN] = {OTLS_VERIFY_STAPLE | OTLS_VERIFY_REVOCATION_UNKNOWN,
                                  "is unknown to the responder of its stapled OCSP response"},
    [OTLS_OCSP_RESULT_MALFORMED] = {OTLS_VERIFY_STAPLE,
                                    "came with a malformed stapled OCSP response"},
    [OTLS_OCSP_RESULT_FAILED] = {OTLS_VERIFY_STAPLE,
                                 "came with a stapled OCSP response that reports an error"},
    [OTLS_OCSP_RESULT_OTHER] = {OTLS_VERIFY_STAPLE,
                                "came with a stapled OCSP response about another certificate"},
    [OTLS_OCSP_RESULT_SIGNER] = {OTLS_VERIFY_STAPLE,
                                 "came with a stapled OCSP response that its issuer did not sign"},
    [OTLS_OCSP_RESULT_WEAK] = {OTLS_VERIFY_STAPLE,
                               "came with a stapled OCSP response whose signature is too weak"},
    [OTLS_OCSP_RESULT_EARLY] = {OTLS_VERIFY_STAPLE,
                                "came with a stapled OCSP response that is not yet valid"},
    [OTLS_OCSP_RESULT_LATE] = {OTLS_VERIFY_STAPLE,
                               "came with a stapled OCSP response that has expired"},
};

static void refuse(otls_verdict *verdict, uint32_t flags, const char *words)
{
    otls_findings findings = {.depth = -1};

    for (uint32_t flag = 1; flag != 0; flag <<= 1)
        if ((flags & flag) != 0)
            otls_findings_add(&findings, flag, 0, verdict->chain[0], words);
    otls_findings_report(&findings, verdict);
}

otls_status otls_verify_staple(const otls_staple_request *request, otls_verdict *verdict,
                               otls_error *err)
{
    const size_t issuer = verdict->chain_count > 1 ? 1 : 0; /* an anchor alone answers for itself */
    otls_ocsp_result result = OTLS_OCSP_RESULT_GOOD;
    otls_ocsp_question question;

    if (verdict->flags != 0 || verdict->chain_count == 0)
        return OTLS_OK;
    if (request->staple == NULL) {
        if (request->required || verdict->chain[0]->x509.must_staple)
            refuse(verdict, OTLS_VERIFY_STAPLE,
                   verdict->chain[0]->x509.must_staple
                       ? "came without the stapled OCSP response that it asks for"
                       : "came without a stapled OCSP response");
        return OTLS_OK;
    }
    question = (otls_ocsp_question){
        .response = *request->staple,
        .cert = &verdict->chain[0]->x509,
        .issuer = &verdict->chain[issuer]->x509,
        .backend = request->backend,
        .time = request->time,
        .security_level = request->security_level,
    };
    OTLS_TRY(otls_ocsp_check(&question, &result, err));
    if (result != OTLS_OCSP_RESULT_GOOD)
        refuse(verdict, findings_of[result].flags, findings_of[result].words);
    return OTLS_OK;
}
