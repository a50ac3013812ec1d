/* SPDX-License-Identifier: MIT */
/* No OCSP (OMNITLS_WITH_OCSP): a response that is to be checked, or must be there, cannot be. */
#include "base/base.h"
#include "verify/path.h"

otls_status omni_verify_staple(const omni_staple_request *request, otls_verdict *verdict,
                               otls_error *err)
{
    omni_findings findings = {.depth = -1};

    (void)err;
    if (request->staple == NULL && !request->required && !request->leaf->x509.must_staple)
        return OTLS_OK;
    omni_findings_add(&findings, OTLS_VERIFY_STAPLE, 0, request->leaf,
                      "needs a stapled OCSP response: built without OMNITLS_WITH_OCSP");
    omni_findings_join(&findings, verdict);
    return OTLS_OK;
}
