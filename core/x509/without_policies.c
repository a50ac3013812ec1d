/* SPDX-License-Identifier: MIT */
/* Certificate policies are not understood (OMNITLS_WITH_POLICIES): critical ones refuse the certificate. */
#include "x509/parts.h"

bool omni_x509_read_policies(omni_x509 *out, const omni_x509_extension *extension)
{
    out->policies = extension->value;
    if (extension->critical)
        out->unknown_critical = 1;
    return true;
}

bool omni_x509_read_policy_mappings(omni_x509 *out, otls_slice value)
{
    out->policy_mappings = value;
    return true;
}
