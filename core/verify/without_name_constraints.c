/* SPDX-License-Identifier: MIT */
/* Name constraints are not understood (OMNITLS_WITH_NAME_CONSTRAINTS): below such an authority nothing is good. */
#include "base/base.h"
#include "verify/path.h"

void omni_path_check_names(omni_search *search, omni_findings *findings)
{
    for (size_t issuer = 1; issuer < search->length; issuer++)
        if (omni_path_at(search, issuer)->x509.name_constraints.data != NULL)
            omni_findings_add(findings, OTLS_VERIFY_NAME_CONSTRAINT, (int32_t)issuer,
                              omni_path_at(search, issuer),
                              "constrains names: built without OMNITLS_WITH_NAME_CONSTRAINTS");
}
