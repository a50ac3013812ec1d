/* SPDX-License-Identifier: MIT */
/* No revocation lists (OMNITLS_WITH_CRL): whoever asks for them learns that nothing is known. */
#include "base/base.h"
#include "verify/path.h"

otls_status omni_path_check_crls(omni_search *search, omni_findings *findings, otls_error *err)
{
    (void)err;
    if (search->request->flags & (OTLS_VERIFY_OPTION_CRL_LEAF | OTLS_VERIFY_OPTION_CRL_CHAIN))
        omni_findings_add(findings, OTLS_VERIFY_REVOCATION_UNKNOWN, 0, omni_path_at(search, 0),
                          "cannot be looked up: built without OMNITLS_WITH_CRL");
    return OTLS_OK;
}
