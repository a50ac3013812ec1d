/* SPDX-License-Identifier: MIT */
/* No servers (OMNITLS_WITH_SERVER), so nobody needs Diffie-Hellman groups to choose from. */
#include "base/base.h"
#include "x509/x509.h"

const omni_dh_group omni_dh_groups[OMNI_DH_GROUPS] = {{0, {NULL, 0}}};

bool omni_dh_params_parse(otls_slice der, otls_slice *p, otls_slice *g)
{
    (void)der, (void)p, (void)g;
    return false;
}

otls_status omni_dh_params_check(otls_slice p, otls_slice g, int level, const char *what,
                                 otls_error *err)
{
    (void)p, (void)g, (void)level, (void)what;
    return OMNI_FAIL_ABSENT(err, "SERVER");
}
