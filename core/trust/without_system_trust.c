/* SPDX-License-Identifier: MIT */
/* A library that does not know where the system keeps its authorities (OMNITLS_WITH_SYSTEM_TRUST). */
#include "base/base.h"
#include "trust/trust.h"

otls_status otls_trust_add_system(otls_trust *trust, otls_error *err)
{
    (void)trust;
    return OMNI_FAIL_ABSENT(err, "SYSTEM_TRUST");
}
