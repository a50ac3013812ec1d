/* SPDX-License-Identifier: MIT */
/* No profiles (OMNITLS_WITH_PROFILES): whoever asks to be strict is not told that all is well. */
#include "base/base.h"
#include "verify/path.h"

void omni_path_check_profile(const omni_search *search, size_t depth, omni_findings *findings)
{
    if (depth == 0 && (search->request->flags & (OTLS_VERIFY_OPTION_STRICT | OTLS_VERIFY_OPTION_WEBPKI)))
        omni_findings_add(findings, OTLS_VERIFY_UNSUPPORTED, 0, omni_path_at(search, 0),
                          "cannot be held to a profile: built without OMNITLS_WITH_PROFILES");
}
