/* SPDX-License-Identifier: MIT */
/*
 * No certificate policies (OMNITLS_WITH_POLICIES). Where one could be required, by whoever verifies or by a
 * certificate of the path, none is known to be valid: refused.
 */
#include "base/base.h"
#include "verify/path.h"

bool omni_verify_asks_policies(const omni_verify_request *request)
{
    return request->policies.data != NULL ||
           (request->flags & (OTLS_VERIFY_OPTION_EXPLICIT_POLICY | OTLS_VERIFY_OPTION_INHIBIT_ANY |
                              OTLS_VERIFY_OPTION_INHIBIT_MAPPING |
                              OTLS_VERIFY_OPTION_ANCHOR_POLICIES)) != 0;
}

void omni_path_check_policies(const omni_search *search, omni_findings *findings)
{
    bool matter = omni_verify_asks_policies(search->request);

    for (size_t depth = 0; depth + 1 < search->length; depth++) {
        const omni_x509 *cert = &omni_path_at(search, depth)->x509;

        matter = matter || cert->policy_constraints.data != NULL || cert->policy_mappings.data != NULL;
    }
    if (matter)
        omni_findings_add(findings, OTLS_VERIFY_POLICY, 0, omni_path_at(search, 0),
                          "needs a certificate policy: built without OMNITLS_WITH_POLICIES");
}

otls_status omni_path_policies(const omni_search *search, char **texts, size_t *count,
                               otls_error *err)
{
    (void)search, (void)err;
    *texts = NULL;
    *count = 0;
    return OTLS_OK;
}

otls_status omni_policy_list(const char *const *texts, size_t count, uint8_t **out, size_t *size,
                             otls_error *err)
{
    (void)texts;
    *out = NULL;
    *size = 0;
    return count == 0 ? OTLS_OK : OMNI_FAIL_ABSENT(err, "POLICIES");
}
