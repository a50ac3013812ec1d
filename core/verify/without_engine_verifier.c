/* SPDX-License-Identifier: MIT */
/* Engines' own verifiers are never asked (OMNITLS_WITH_ENGINE_VERIFIER). */
#include "base/base.h"
#include "verify/by_engine.h"

otls_status omni_verify_by_engine(const omni_verify_request *request, otls_verdict *verdict,
                                  otls_error *err)
{
    (void)request, (void)verdict;
    return OMNI_FAIL_ABSENT(err, "ENGINE_VERIFIER");
}
