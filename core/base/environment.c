/* SPDX-License-Identifier: MIT */
#include "base/environment.h"

#include "platform/platform.h"

#include <stddef.h>

bool omni_privileges_raised(void)
{
    return omni_os_privileges_raised();
}

uint32_t omni_milliseconds(void)
{
    return (uint32_t)omni_os_monotonic_ms();
}

const char *omni_environment(const char *name)
{
    const char *value;

    if (omni_privileges_raised())
        return NULL;
    value = omni_os_environment(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}
