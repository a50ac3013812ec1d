/* SPDX-License-Identifier: MIT */
/* Nobody started this program: there is no environment, and nobody with fewer rights. */
#include "platform/platform.h"

const char *omni_os_environment(const char *name)
{
    (void)name;
    return NULL;
}

bool omni_os_privileges_raised(void)
{
    return false;
}
