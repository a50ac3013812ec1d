/* SPDX-License-Identifier: MIT */
/* A library that reads no environment (OMNITLS_WITH_ENVIRONMENT): every variable is unset. */
#include "base/base.h"
#include "platform/platform.h"

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
    (void)name;
    return NULL;
}
